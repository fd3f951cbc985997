//! The experiments of the paper, on the substitute.

use serde_json::Value;

use crate::program::Program;

/// Small enough for a test: both formulations, all modes.
const SMALL: &str = "reproduce --quick --experiments exp0 --max-inputs 3 --topology pegasus:8 --num-reads 64 --qpu-reads 5 --no-mip --no-ablation";

fn modes(report: &Value) -> Vec<&Value> {
    let formulations = report["experiments"][0]["formulations"].as_array().unwrap();
    formulations.iter().flat_map(|formulation| formulation["modes"].as_array().unwrap()).collect()
}

#[test]
fn every_mode_is_there_with_its_name_in_the_paper_and_what_is_emulated_says_so() {
    let report = Program::new().json(SMALL);
    assert_eq!(report["data"]["is_substitute"], true);
    assert!(report["data"]["notice"].as_str().unwrap().starts_with("SUBSTITUTE"));
    assert_eq!(report["unfinished"], Value::Array(vec![]));
    let experiment = &report["experiments"][0];
    assert_eq!((&experiment["name"], &experiment["batch_size"]), (&"exp0".into(), &4.into()));
    assert_eq!(experiment["hard"][0]["summary"]["num_optimal"], 3);
    let modes = modes(&report);
    assert_eq!(modes.len(), 12);
    for mode in modes {
        assert!(mode["of_paper"].is_string() && mode["of_isinglass"].is_string());
        assert_eq!(mode["is_emulated"], mode["mode"] == "qpu-emulated");
        assert_eq!(mode["batches"].as_array().unwrap().len(), 3);
        let summary = &mode["summary"];
        let histogram = summary["excess_histogram"].as_object().unwrap();
        assert_eq!(histogram.values().map(|batches| batches.as_u64().unwrap()).sum::<u64>(), 3);
        if mode["mode"].as_str().unwrap().ends_with("exact") {
            assert_eq!((&summary["num_optimal"], &summary["num_proven"]), (&3.into(), &3.into()));
        }
    }
    let set = &report["sets"][0];
    let names: Vec<&Value> =
        set["networks"][0]["baselines"].as_array().unwrap().iter().map(|baseline| &baseline["name"]).collect();
    assert_eq!(names, ["majority", "logistic", "gradient_median", "gradient_best"]);
}

/// What does not depend on the clock.
fn without_times(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| {
                    !name.contains("seconds")
                        && !name.starts_with("tts99")
                        && !["command", "threads", "scan"].contains(&name.as_str())
                });
                fields.values_mut().for_each(strip);
            }
            Value::Array(values) => values.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}

#[test]
fn the_number_of_threads_changes_nothing_but_times() {
    let program = Program::new();
    let rest = "--modes soft-annealed,embedded-annealed,qpu-emulated --formulations compact";
    let of = |threads: usize| without_times(program.json(&format!("{SMALL} {rest} --threads {threads}")));
    assert_eq!(of(1), of(2));
}

#[test]
fn text_says_what_the_data_are_and_what_is_emulated() {
    let output = Program::new().run(&format!("{SMALL} --modes hard,soft-exact,qpu-emulated --formulations compact"));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "SUBSTITUTE: the paper's data a1a was not found",
        "hard constraints (optimum)",
        "QPU (EMULATED)",
        "no quantum computer took part",
        "monks-1-3",
        "majority class",
        "logistic regression",
        "gradient-trained BNN",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(String::from_utf8_lossy(&output.stderr).contains("note: SUBSTITUTE"));
}

#[test]
fn a_time_limit_keeps_what_is_done_and_names_the_rest() {
    let report = Program::new().json("reproduce --quick --time-limit 1ms");
    assert!(!report["unfinished"].as_array().unwrap().is_empty());
}

#[test]
fn a_folder_without_the_data_is_refused() {
    insta::assert_snapshot!(Program::new().transcript("reproduce --data-dir ."));
}

#[test]
fn a_folder_with_the_data_is_read() {
    // the features of the paper, set at random by a rule
    let line = |row: usize| {
        let set = [6, 22, 36].iter().enumerate().filter(|(bit, _)| (row * 7 + 3) >> bit & 1 == 1);
        let set: String = set.map(|(_, id)| format!(" {id}:1")).collect();
        let others: String = [40, 50, 60]
            .iter()
            .filter(|id| !(row * 11 + **id).is_multiple_of(3))
            .map(|id| format!(" {id}:1"))
            .collect();
        format!("{}1{set}{others}\n", if row * 13 % 5 < 2 { "+" } else { "-" })
    };
    let text: String = (0..100).map(line).collect();
    let program = Program::new().file("a1a", &text).file("a1a.t", &text);
    let report = program
        .json("reproduce --quick --data-dir . --modes hard --experiments exp1 --max-inputs 3 --formulations compact --no-mip --no-ablation");
    assert_eq!((&report["data"]["is_substitute"], &report["data"]["num_rows"]), (&false.into(), &100.into()));
    assert!(report["data"]["notice"].as_str().unwrap().contains("is not the file a1a of the paper"));
    assert_eq!(report["sets"][0]["num_test_rows"], 100);
}

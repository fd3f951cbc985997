//! The emulated chip, and other solvers, on `solve` and `train`.

use serde_json::{Value, json};

use crate::program::Program;

const NOTICE: &str = "no quantum computer took part";

/// A frustrated problem of nine spins, each of which wants to differ from all others: -4 at best.
fn program() -> Program {
    let terms = (0..9).flat_map(|i| (0..i).map(move |j| format!("{j} {i} 1\n")));
    Program::new().file("nine.coo", std::iter::once("# vartype=SPIN\n".to_owned()).chain(terms).collect::<String>())
}

fn without_times(mut report: Value) -> Value {
    for name in ["seconds", "updates_per_second", "command", "isinglass"] {
        report[name] = Value::Null;
    }
    for part in ["embedded", "solver", "result"] {
        for name in ["embedding_seconds", "seconds", "updates_per_second", "optimum", "origin"] {
            if report[part].get(name).is_some() {
                report[part][name] = Value::Null;
            }
        }
    }
    report
}

#[test]
fn every_output_says_that_the_chip_is_a_classical_emulation() {
    let program = program();
    let run = "--chip advantage6 --solver qpu-emulator --num-reads 40";
    for command in [format!("solve nine.coo {run}"), format!("train parity:2 --bias --no-baselines {run}")] {
        let text = String::from_utf8(program.run(&command).stdout).unwrap();
        for words in [NOTICE, "classical emulation of Advantage_system6", "modelled from the chip's published times"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let emulation = program.json(&command)["emulation"].clone();
        assert!(emulation["notice"].as_str().unwrap().contains(NOTICE));
        assert_eq!((&emulation["is_classical"], &emulation["is_emulated"]), (&json!(true), &json!(true)));
        assert_eq!((&emulation["num_reads"], &emulation["num_submissions"]), (&json!(40), &json!(1)));
        assert!(emulation["not_modelled"].as_array().unwrap().contains(&json!("quantum dynamics and its speed")));
    }
}

#[test]
fn a_plan_and_the_emulation_agree_on_qubits_scale_time_and_precision() {
    let program = program();
    let plan = program.json("plan nine.coo --chip advantage6 --num-reads 700 --annealing-time 30 --chain-strength 2");
    let run = program.json(
        "solve nine.coo --chip advantage6 --solver qpu-emulator --num-reads 700 --annealing-time 30 --chain-strength 2 \
         --sweeps-per-microsecond 2",
    );
    for name in ["qpu_access_time", "scale", "num_submissions", "annealing_time"] {
        assert_eq!(run["emulation"][name], plan[name], "{name}");
    }
    assert_eq!(run["embedded"]["num_qubits"], plan["num_qubits"]);
    assert_eq!(run["embedded"]["precision"], plan["precision"]);
    assert_eq!(run["embedded"]["origin"], "disk", "the plan's embedding is used again");
    let scaled = program.json("plan nine.coo --chip advantage6 --chain-strength scaled:4");
    assert_eq!(scaled["scale"].as_f64(), Some(2.0));
}

#[test]
fn the_emulator_takes_its_parameters_and_no_others_do() {
    let program = program();
    for flags in [
        "--annealing-time 5 --sweeps-per-microsecond 20",
        "--dynamics path-integral --num-slices 8 --sweeps-per-microsecond 10",
        "--control-errors off --readout-error 0",
        "--control-errors 0.5 --effective-temperature 0.1",
        "--num-spin-reversal-transforms 4",
        "--polish",
    ] {
        let report =
            program.json(&format!("solve nine.coo --chip advantage2-2 --solver qpu-emulator --num-reads 100 {flags}"));
        assert_eq!(report["best_energy"], -4.0, "{flags}");
        assert_eq!(report["num_reads"], 100, "reads are shared out, not multiplied: {flags}");
        let transforms = if flags.contains("reversal") { 4 } else { 1 };
        assert_eq!(report["emulation"]["num_submissions"], transforms, "{flags}");
    }
    for flag in [
        "--annealing-time 5",
        "--dynamics spin-vector",
        "--sweeps-per-microsecond 5",
        "--control-errors on",
        "--readout-error 0",
        "--effective-temperature 1",
        "--no-auto-scale",
    ] {
        for command in ["solve nine.coo --embed pegasus:3 --solver sa", "train parity:2 --solver weights"] {
            let refused = program.transcript(&format!("{command} {flag}"));
            assert!(refused.starts_with("exit 2") && refused.contains("--solver qpu-emulator"), "{refused}");
        }
    }
}

#[test]
fn errors_of_the_chip_show_in_its_samples() {
    let program = program();
    // a chain of strength 6 breaks in no ground state: its parts have at most 8 neighbours between them
    let run = |flags: &str| {
        program.json(&format!(
            "solve nine.coo --chip advantage6 --solver qpu-emulator --num-reads 200 --chain-strength 6 {flags}"
        ))
    };
    let noiseless = run("--control-errors off --readout-error 0 --effective-temperature 0.05");
    let wrong = run("--readout-error 0.3");
    let best = |report: &Value| report["num_best"].as_u64().unwrap();
    assert_eq!(best(&noiseless), 200, "cold and without errors every read is a ground state");
    assert!(best(&wrong) < 150, "{}", wrong["num_best"]);
    assert_eq!(noiseless["embedded"]["num_broken_reads"], 0);
    assert!(wrong["embedded"]["num_broken_reads"].as_u64() > Some(0));
}

#[test]
fn where_no_chip_can_be_emulated_that_is_said() {
    let program = program().file("ring.edges", "0 1\n1 2\n2 0\n").file("three.coo", "# vartype=SPIN\n0 1 1\n1 2 1\n");
    insta::assert_snapshot!(program.transcript("solve nine.coo --solver qpu-emulator"));
    insta::assert_snapshot!(program.transcript("solve three.coo --solver qpu-emulator --graph ring.edges"));
    for arguments in [
        "solve three.coo --solver qpu-emulator --embed chimera:2",
        "solve three.coo --race sa,qpu-emulator --target -2",
        "solve three.coo --race sa,qpu-emulator --target -2 --chip advantage6",
        "tts three.coo --solver qpu-emulator --target -2",
        "bench three.coo --solvers qpu-emulator",
        "train parity:2 --solver qpu-emulator",
        "train parity:2 --solver qpu-emulator --graph ring.edges",
        "solve three.coo --solver qpu-emulator --chip advantage6 --num-sweeps 10",
        "solve three.coo --solver qpu-emulator --chip advantage6 --beta-range 1..2",
        "solve three.coo --solver qpu-emulator --chip advantage6 --presolve",
        "solve three.coo --solver qpu-emulator --chip advantage6 --num-slices 8",
        "solve three.coo --solver qpu-emulator --chip advantage6 --annealing-time 3000",
        "solve three.coo --solver qpu-emulator --chip advantage6 --control-errors much",
        "plan three.coo --chip advantage6 --chain-strength scan",
    ] {
        let refused = program.transcript(arguments);
        assert!(refused.starts_with("exit 2"), "{arguments}: {refused}");
    }
}

#[test]
fn without_scaling_the_chip_refuses_what_is_outside_its_ranges() {
    let program =
        Program::new().file("large.coo", "# vartype=SPIN\n0 1 3\n").file("small.coo", "# vartype=SPIN\n0 1 0.5\n");
    let run = "--chip advantage6 --solver qpu-emulator --num-reads 10 --embedding-cache off";
    let small = program.json(&format!("solve small.coo {run} --no-auto-scale"));
    assert_eq!((&small["emulation"]["scale"], &small["best_energy"]), (&json!(1.0), &json!(-0.5)));
    assert_eq!(program.json(&format!("solve small.coo {run}"))["emulation"]["scale"], json!(0.5));
    insta::assert_snapshot!(program.transcript(&format!("solve large.coo {run} --no-auto-scale")));
}

#[test]
fn the_description_of_a_solver_is_emulated() {
    let solver = r#"{"identity": {"name": "mine"}, "properties": {"qubits": [0, 1, 2], "couplers": [[0, 1], [1, 2], [0, 2]],
        "h_range": [-8, 8], "extended_j_range": [-6, 6], "per_qubit_coupling_range": [-99, 99],
        "num_reads_range": [1, 400], "quota_conversion_rate": 2}}"#;
    let program = Program::new().file("mine.json", solver).file("three.coo", "# vartype=SPIN\n0 1 3\n1 2 3\n0 2 -3\n");
    let emulation = program.json("solve three.coo --solver qpu-emulator --chip mine.json")["emulation"].clone();
    assert_eq!((&emulation["solver"], &emulation["scale"]), (&json!("mine"), &json!(0.5)));
    // 1000 reads, 400 at a time
    assert_eq!((&emulation["num_reads"], &emulation["num_submissions"]), (&json!(1000), &json!(3)));
}

#[test]
fn threads_change_nothing() {
    let program = program();
    let run = "--chip advantage2-4 --solver qpu-emulator --num-reads 50 --num-spin-reversal-transforms 3";
    for command in [format!("solve nine.coo {run}"), format!("train parity:2 --bias --no-baselines {run}")] {
        let [one, two] = [1, 2].map(|threads| without_times(program.json(&format!("{command} --threads {threads}"))));
        assert_eq!(one, two, "{command}");
    }
}

#[test]
fn training_on_the_emulator_tells_qubits_breaks_time_and_the_optimum() {
    let program = Program::new();
    let report = program.json("train parity:2 --hidden 3 --bias --chip advantage6 --solver qpu-emulator");
    assert_eq!((&report["solver"]["name"], &report["solver"]["num_reads"]), (&json!("qpu-emulator"), &json!(1000)));
    let embedded = &report["embedded"];
    assert!(embedded["num_qubits"].as_u64().unwrap() >= embedded["lower_bound"].as_u64().unwrap());
    assert_eq!(report["emulation"]["qpu_access_time"], embedded["qpu"]["qpu_access_time"]);
    assert_eq!(embedded["precision"]["gap"]["source"], "guaranteed");
    assert_eq!(report["result"]["optimum"]["loss"], 0.0);
    assert_eq!(report["result"]["proven_optimal"], report["result"]["loss"] == 0.0);
}

#[test]
fn each_minibatch_is_a_submission_and_a_checkpoint_goes_on() {
    let program = Program::new();
    let run = "train parity:3 --bias --chip advantage2-4 --solver qpu-emulator --num-reads 20 --batch-size 2 --no-proof \
               --no-baselines";
    let whole = program.json(&format!("{run} --batches 4 --alpha 0.5"));
    let steps = whole["batches"].as_array().unwrap();
    assert_eq!((steps.len(), &whole["emulation"]["num_submissions"]), (4, &json!(4)));
    let time: f64 = steps.iter().map(|step| step["embedded"]["qpu"]["qpu_access_time"].as_f64().unwrap()).sum();
    assert!((whole["emulation"]["qpu_access_time"].as_f64().unwrap() - time).abs() < 1e-6);
    let kept = format!("{run} --batches 4 --alpha 0.5 --checkpoint state.json");
    program.json(&kept);
    let resumed = program.json(&format!("{kept} --resume"));
    assert_eq!(resumed["batches"], whole["batches"]);
    let other = program.transcript(&format!("{kept} --resume --readout-error 0.1"));
    assert!(other.starts_with("exit 2") && other.contains("another run"), "{other}");
}

#[test]
fn every_solver_that_samples_qubos_trains_as_it_is_and_on_a_chip() {
    let program = Program::new();
    for solver in [
        "auto",
        "sa",
        "pt",
        "pa",
        "sqa",
        "svmc",
        "tabu",
        "memetic",
        "descent",
        "random",
        "sa-reference",
        "exhaustive",
        "tree",
        "branch-and-bound",
    ] {
        for chip in ["", "--chip advantage2-4 --chain-strength utc:2"] {
            let command =
                format!("train parity:2 --bias --num-reads 8 --no-baselines --no-proof --solver {solver} {chip}");
            if solver == "exhaustive" && !chip.is_empty() {
                // more qubits than it takes
                continue;
            }
            let report = program.json(&command);
            assert_eq!(report["embedded"].is_object(), !chip.is_empty(), "{command}");
            assert!(report["result"]["loss"].as_f64().unwrap() <= 2.0, "{command}");
            if solver == "tree" {
                assert_eq!(report["solver"]["status"], "optimal", "{command}");
            }
        }
    }
    let tuned = "train parity:2 --bias --solver tabu --num-reads 4 --no-baselines --no-proof";
    assert_eq!(program.json(&format!("{tuned} --tenure 3 --num-iterations 100"))["solver"]["name"], "tabu");
    let refused = program.transcript(&format!("{tuned} --num-replicas 4"));
    assert!(refused.starts_with("exit 2") && refused.contains("--solver pt"), "{refused}");
}

#[test]
fn chains_that_break_often_bring_a_hint() {
    let program = program();
    let run = "--embed chimera:4 --solver sa --num-reads 50 --num-sweeps 20";
    let text = |strength: f64| {
        let output = program.run(&format!("solve nine.coo {run} --chain-strength {strength}"));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(text(0.1).contains("hint: a larger --chain-strength"), "{}", text(0.1));
    assert!(!text(20.0).contains("hint:"), "{}", text(20.0));
}

/// What `embed`, `plan` and `solve` say of the precision of a problem on a chip, as text and as JSON.
fn precisions(program: &Program, arguments: &str) -> Vec<(String, Value)> {
    let of = |command: &str| {
        let command = format!("{command} {arguments}");
        let text = String::from_utf8(program.run(&command).stdout).unwrap();
        let report = program.json(&command);
        let precision =
            if report["embedded"].is_object() { &report["embedded"]["precision"] } else { &report["precision"] };
        (text, precision.clone())
    };
    ["embed", "plan", "solve"].map(of).to_vec()
}

#[test]
fn a_lower_bound_of_the_gap_below_the_noise_is_not_called_invisible() {
    let program = Program::new().file("far.coo", "# vartype=SPIN\n0 0 1\n0 1 1000\n");
    for (text, precision) in precisions(&program, "far.coo --chip advantage6") {
        assert!(text.contains("common divisor of the coefficients is only a lower bound"), "{text}");
        assert!(text.contains("hint: pass the layout") && !text.contains("invisible"), "{text}");
        assert_eq!(
            (&precision["visibility"], &precision["gap"]["source"]),
            (&json!("unknown"), &json!("common_divisor"))
        );
    }
    assert_eq!(program.json("embed far.coo --chip advantage6")["logical_precision"]["visibility"], "unknown");
}

#[test]
fn every_command_gives_the_same_verdict_on_the_same_problem() {
    let program = Program::new();
    for (task, verdict) in
        [("parity:2 --hidden 2 --bias", "visible"), ("parity:2 --hidden 2 --formulation reference", "invisible")]
    {
        let compiled = program.json(&format!("compile {task} --out problem.json --layout layout.json"));
        let with_layout = precisions(&program, "problem.json --layout layout.json --chip advantage6");
        let trained = program.json(&format!("train {task} --chip advantage6 --solver sa --no-baselines --no-proof"));
        for (text, precision) in &with_layout {
            assert_eq!(precision, &with_layout[0].1, "{task}");
            assert_eq!(precision["visibility"], verdict, "{task}");
            assert_eq!(text.contains("warning: the loss is invisible"), verdict == "invisible", "{text}");
        }
        assert_eq!(trained["embedded"]["precision"], with_layout[0].1, "{task}");
        let logical = &program.json("embed problem.json --layout layout.json --chip advantage6")["logical_precision"];
        assert_eq!(logical, &compiled["precision"], "{task}");
        // without the layout nothing is claimed that the layout contradicts
        let without = precisions(&program, "problem.json --chip advantage6");
        for (_, precision) in &without {
            assert_eq!(precision, &without[0].1, "{task}");
            let said = precision["visibility"].as_str().unwrap();
            assert!(said == verdict || said == "unknown", "{task}: {said}");
        }
    }
    let alone = program.transcript("solve problem.json --layout layout.json");
    assert!(alone.starts_with("exit 2") && alone.contains("--layout requires a chip"), "{alone}");
    let other = program.file("far.coo", "# vartype=SPIN\n0 0 1\n0 1 1000\n");
    for command in ["embed", "plan", "solve"] {
        let refused = other.transcript(&format!("{command} far.coo --layout layout.json --chip advantage6"));
        assert!(
            refused.starts_with("exit 2") && refused.contains("layout.json is not the layout of far.coo"),
            "{refused}"
        );
    }
}

#[test]
fn a_run_that_is_stopped_counts_reads_that_were_annealed_to_the_end() {
    let program = program();
    let run =
        "solve nine.coo --chip advantage6 --solver qpu-emulator --num-reads 100000 --time-limit 1ms --embedding e.json";
    program.run("embed nine.coo --chip advantage6 --out e.json");
    let report = program.json(run);
    assert_eq!(report["status"], "time_limit");
    let num_reads = report["num_reads"].as_u64().unwrap();
    assert!((64..100_000).contains(&num_reads), "the first block is done in any case: {num_reads}");
    for part in ["emulation", "embedded"] {
        assert_eq!(report[part]["num_reads"], num_reads, "{part}");
    }
    // the first 64 reads are those of a run that had the time
    let whole = program.json(&run.replace("100000 --time-limit 1ms", "64"));
    assert_eq!(report["energies"].as_array().unwrap()[..64], whole["energies"].as_array().unwrap()[..]);
}

#[test]
fn settings_of_the_emulator_are_in_the_report() {
    let program = program();
    let run = "solve nine.coo --chip advantage6 --solver qpu-emulator --num-reads 20";
    let default = program.json(run)["emulation"].clone();
    for (name, value) in [
        ("control_error_factor", json!(1.0)),
        ("readout_error", json!(0.001)),
        ("dynamics", json!("spin-vector")),
        ("sweeps_per_microsecond", json!(50.0)),
        ("auto_scale", json!(true)),
        ("num_slices", Value::Null),
    ] {
        assert_eq!(default[name], value, "{name}");
    }
    let text = |command: &str| String::from_utf8(program.run(command).stdout).unwrap();
    assert!(!text(run).contains("not the default"));
    let other = format!(
        "{run} --control-errors 1000 --readout-error 0 --dynamics path-integral --num-slices 8 --sweeps-per-microsecond 2"
    );
    let report = program.json(&other);
    for (name, value) in [
        ("control_error_factor", json!(1000.0)),
        ("readout_error", json!(0.0)),
        ("dynamics", json!("path-integral")),
        ("num_slices", json!(8)),
        ("sweeps_per_microsecond", json!(2.0)),
    ] {
        assert_eq!(report["emulation"][name], value, "{name}");
    }
    let errors = &report["embedded"]["precision"]["control_error"];
    assert_eq!(errors, &json!({"h": 17.0, "j": 12.5}), "errors a thousand times as large");
    let words = "not the default: control errors times 1000; readout error 0; path integrals of 8 slices; 2 sweeps a microsecond";
    assert!(text(&other).contains(words), "{}", text(&other));
    let trained = program.json("train parity:2 --bias --chip advantage6 --solver qpu-emulator --num-reads 20 --control-errors 1000 --no-proof --no-baselines");
    assert_eq!(trained["embedded"]["precision"]["visibility"], "invisible");
    let exact = program.json(&format!("{run} --control-errors off"));
    assert_eq!(exact["embedded"]["precision"]["visibility"], "visible");
}

#[test]
fn a_scan_counts_what_it_took() {
    let program = program();
    let run = "solve nine.coo --chip advantage6 --solver qpu-emulator --num-reads 30 --sweeps-per-microsecond 5";
    let single = program.json(&format!("{run} --chain-strength 3"))["emulation"].clone();
    let report = program.json(&format!("{run} --chain-strength scan"));
    let (emulation, strengths) = (&report["emulation"], report["embedded"]["scan"].as_array().unwrap().len() as f64);
    assert_eq!(strengths, 8.0);
    for name in ["num_reads", "num_submissions", "qpu_access_time"] {
        let [all, scan, one] =
            [&emulation[name], &emulation["of_scan"][name], &single[name]].map(|n| n.as_f64().unwrap());
        assert!((scan - strengths * one).abs() < 1e-6 && (all - scan - one).abs() < 1e-6, "{name}: {all} {scan} {one}");
    }
    assert!(single.get("of_scan").is_none());
    let text =
        String::from_utf8(program.run(&format!("{run} --chain-strength scan --readout-error 0.4")).stdout).unwrap();
    assert!(text.contains("of these the scan took 240 reads in 8 submissions, QPU access time"), "{text}");
    assert!(text.contains("chains broken in") && !text.contains("hint:"), "{text}");
}

#[test]
fn there_are_no_more_transforms_than_reads() {
    let program = program();
    let run = "solve nine.coo --chip advantage6 --solver qpu-emulator --num-reads 20 --sweeps-per-microsecond 5";
    for (asked, done) in [(0, 0), (3, 3), (15, 10), (50, 20)] {
        let emulation = program.json(&format!("{run} --num-spin-reversal-transforms {asked}"))["emulation"].clone();
        assert_eq!(emulation["num_spin_reversal_transforms"], done, "{asked}");
        assert_eq!(emulation["num_submissions"], done.max(1), "{asked}");
        let names = |part: &str| emulation[part].to_string().contains("spin-reversal transforms");
        assert_eq!((names("modelled"), names("not_modelled")), (asked > 0, false));
    }
}

#[test]
fn what_polish_does_is_told_beside_what_it_makes_of_random_weights() {
    let program = Program::new();
    let run = "train parity:2 --hidden 3 --bias --chip advantage6 --solver qpu-emulator --num-reads 40 --no-proof";
    let text = |command: &str| String::from_utf8(program.run(command).stdout).unwrap();
    let polished = text(run);
    for words in ["in its round, after polish", "random weights, same reads and polish: loss ", "before polish"] {
        assert!(polished.contains(words), "{words}: {polished}");
    }
    let plain = text(&format!("{run} --no-polish"));
    assert!(plain.contains("random weights, same reads: loss ") && !plain.contains("after polish"), "{plain}");
    let report = program.json(run);
    assert_eq!(report["random_weights"]["num_reads"], 40);
    let loss = |name: &str| report["random_weights"][name].as_f64().unwrap();
    assert!(loss("loss") <= loss("sampled_loss") && loss("num_best") >= 1.0);
    assert!(program.json(&format!("{run} --no-baselines")).get("random_weights").is_none());
}

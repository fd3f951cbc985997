//! Races, times to solution, and benchmarks over a folder.

use serde_json::{Value, json};

use crate::program::Program;

/// Spins on a ring with couplings that cannot all be satisfied: `2 - num_spins` at best.
fn ring(num_spins: usize) -> String {
    let mut text = format!("# vartype=SPIN\n# optimum={}\n", 2 - num_spins as i64);
    for spin in 0..num_spins {
        text.push_str(&format!("{spin} {} {}\n", (spin + 1) % num_spins, if spin == 0 { 1 } else { -1 }));
    }
    text
}

#[test]
fn every_solver_finds_the_optimum_of_a_ring() {
    let program = Program::new().file("ring.coo", ring(18));
    let solvers = [
        "auto",
        "sa",
        "pt",
        "pa",
        "sqa",
        "svmc",
        "tabu",
        "memetic",
        "descent --num-reads 2000",
        "random --num-reads 100000",
        "exhaustive",
        "tree",
        "branch-and-bound",
    ];
    for solver in solvers {
        let report = program.json(&format!("solve ring.coo --solver {solver}"));
        assert_eq!(report["best_energy"], -16.0, "{solver}");
        let is_exact = ["auto", "exhaustive", "tree", "branch-and-bound"].contains(&solver);
        assert_eq!(report["status"], if is_exact { "optimal" } else { "heuristic" }, "{solver}");
        assert_eq!(report["lower_bound"], if is_exact { json!(-16.0) } else { Value::Null }, "{solver}");
    }
}

#[test]
fn a_presolve_says_what_it_took_out_and_the_polish_keeps_energies_true() {
    let program = Program::new().file("ring.coo", ring(18));
    let report = program.json("solve ring.coo --solver sa --presolve --polish");
    assert_eq!((&report["best_energy"], &report["status"]), (&json!(-16.0), &json!("optimal")));
    assert_eq!(report["presolve"]["num_variables_left"], 0);
    let report = program.json("solve ring.coo --solver random --polish --num-reads 500");
    assert_eq!(report["best_energy"], -16.0);
    assert!(report.get("presolve").is_none());
}

#[test]
fn a_race_names_who_was_first_and_who_could_not_run() {
    let program = Program::new().file("ring.coo", ring(60));
    let report = program.json("solve ring.coo --race exhaustive,tabu,tree --time-limit 60s");
    assert_eq!((&report["status"], &report["best_energy"]), (&json!("optimal"), &json!(-58.0)));
    let racers = report["race"].as_array().unwrap();
    assert!(racers[0]["refused"].as_str().unwrap().contains("60"), "{}", racers[0]);
    assert_eq!(racers[2]["is_optimal"], true);
    let best = |racer: &Value| racer["improvements"].as_array().unwrap().last().unwrap()["energy"].clone();
    assert_eq!(best(&racers[2]), -58.0);
}

#[test]
fn a_race_has_an_end_and_no_other_solver() {
    let program = Program::new().file("ring.coo", ring(6));
    insta::assert_snapshot!(program.transcript("solve ring.coo --race sa,tabu"));
    assert_eq!(program.run("solve ring.coo --race sa --solver sa --time-limit 1s").status.code(), Some(2));
}

#[test]
fn parameters_that_a_solver_does_not_have_are_refused() {
    let program = Program::new().file("ring.coo", ring(6));
    insta::assert_snapshot!(program.transcript("solve ring.coo --solver sa --tenure 3"));
    insta::assert_snapshot!(program.transcript("solve ring.coo --solver tabu --beta-range 1..2"));
}

#[test]
fn times_to_solution_count_every_read() {
    let program = Program::new().file("ring.coo", ring(18));
    let report = program.json("tts ring.coo --target -16 --solver sa --sweeps 5,50 --min-reads 500");
    let settings = report["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 2);
    for setting in settings {
        let (reads, hits) = (setting["num_reads"].as_f64().unwrap(), setting["successes"].as_f64().unwrap());
        assert!(reads >= 500.0 && hits > 0.0, "{setting}");
        assert_eq!(setting["success_rate"], hits / reads);
        let (low, high) = (&setting["success_interval"][0], &setting["success_interval"][1]);
        assert!(low.as_f64().unwrap() < hits / reads && hits / reads < high.as_f64().unwrap() + 1e-12);
    }
    let best = report["best"].as_u64().unwrap() as usize;
    assert_eq!(report["tts99"], settings[best]["tts99"]);
}

#[test]
fn a_target_that_no_read_meets_gives_a_bound_and_exit_code_1() {
    let program = Program::new().file("ring.coo", ring(18));
    let output = program.run("tts ring.coo --target -17 --solver sa --sweeps 5 --min-reads 100 --json");
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["tts99"], &report["best"]), (&Value::Null, &Value::Null));
    let interval = &report["settings"][0]["tts99_interval"];
    assert!(interval[0].as_f64().unwrap() > 0.0 && interval[1].is_null());
    insta::assert_snapshot!(program.transcript("tts ring.coo --target -1 --solver tree --sweeps 5"));
}

/// An odd ring with weights of 1, whose largest cut leaves out one edge.
const ODD_RING: &str = "5 5\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n1 5 1\n";

#[test]
fn without_a_target_the_optimum_of_the_file_counts() {
    let program = Program::new()
        .file("ring.coo", ring(18))
        .file("known.rud", format!("# cut=4\n{ODD_RING}"))
        .file("unknown.rud", ODD_RING);
    let measured = "--solver sa --sweeps 5 --min-reads 100";
    let report = program.json(&format!("tts ring.coo {measured}"));
    assert_eq!((&report["target"], &report["target_cut"]), (&json!(-16.0), &Value::Null));
    let report = program.json(&format!("tts known.rud {measured}"));
    assert_eq!((&report["target"], &report["target_cut"]), (&json!(-3.0), &json!(4.0)));
    let text = String::from_utf8(program.run(&format!("tts known.rud {measured}")).stdout).unwrap();
    assert!(text.contains("energy -3, cut 4, the optimum in the file"), "{text}");
    insta::assert_snapshot!(program.transcript("tts unknown.rud"), @r"
    exit 2
    --- stdout
    --- stderr
    error: no success target specified

    hint: name a cut with --target-cut CUT, or an energy with --target ENERGY
    ");
}

#[test]
fn a_cut_is_no_energy() {
    let program = Program::new().file("ring.rud", ODD_RING).file("ring.coo", ring(18));
    let report = program.json("tts ring.rud --target-cut 4 --solver sa --sweeps 5 --min-reads 100");
    assert_eq!((&report["target"], &report["target_cut"]), (&json!(-3.0), &json!(4.0)));
    insta::assert_snapshot!(program.transcript("tts ring.rud --target 4"), @r"
    exit 2
    --- stdout
    --- stderr
    error: the target energy 4 is above the mean 0 of all samples
    caused by: random samples meet it

    hint: --target is an energy; for a cut use --target-cut 4
    ");
    insta::assert_snapshot!(program.transcript("tts ring.coo --target-cut 4"), @r"
    exit 2
    --- stdout
    --- stderr
    error: --target-cut: ring.coo is not a max-cut file

    hint: name an energy with --target ENERGY
    ");
}

#[test]
fn a_target_that_every_batch_meets_at_once_is_said_to_be_too_easy() {
    let program = Program::new().file("ring.coo", ring(18));
    let measured = "--solver sa --sweeps 5 --min-reads 1000";
    let notes = |target| {
        let output = program.run(&format!("tts ring.coo --target {target} {measured}"));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let easy = notes("0");
    assert!(easy.starts_with("note: the first read of every batch met the target"), "{easy}");
    assert_eq!(notes("-17").find("note:"), None);
}

#[test]
fn a_folder_of_problems_becomes_a_table_with_known_optima() {
    let program = Program::new()
        .file("a.coo", ring(12))
        .file("b.rud", "3 3\n1 2 1\n2 3 1\n1 3 1\n")
        .file("notes.txt", "no problem");
    let report = program.json("bench . --solvers tree,sa --num-reads 64");
    let runs = report["runs"].as_array().unwrap();
    let column = |name: &str| runs.iter().map(|run| run[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("problem"), ["a.coo", "a.coo", "b.rud", "b.rud"]);
    assert_eq!(column("solver"), ["tree", "sa", "tree", "sa"]);
    assert_eq!(column("best_energy"), [-10.0, -10.0, -1.0, -1.0]);
    assert_eq!(column("known_optimum"), [json!(-10.0), json!(-10.0), Value::Null, Value::Null]);
    assert_eq!(column("best_cut"), [Value::Null, Value::Null, json!(2.0), json!(2.0)]);
    assert!(runs[1]["tts99"].as_f64().unwrap() > 0.0);
    insta::assert_snapshot!(Program::new().transcript("bench ."));
}

//! Ctrl-C while the solver works, on Linux, which tells when the program is ready for it.

#![cfg(target_os = "linux")]

use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::program::{Program, json};

/// A run that would take hours, with a pipe on each stream; it has its handler for Ctrl-C in place.
fn long_run(program: &Program, arguments: &str) -> Child {
    let mut command = program.command(&format!("{arguments} --json"));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the program handles Ctrl-C", || handles_ctrl_c(child.id()));
    child
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited too long until {what}");
        sleep(Duration::from_millis(20));
    }
}

/// Whether a process catches signal 2, from the mask that Linux shows.
fn handles_ctrl_c(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & (1 << (2 - 1)) != 0)
}

fn chain() -> Program {
    let pairs: String = (0..60).map(|spin| format!("{spin} {} -1\n", spin + 1)).collect();
    Program::new().file("chain.coo", format!("# vartype=SPIN\n{pairs}"))
}

fn press_ctrl_c(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// What the program has written when it ends. It is read all the time: a program waits while its pipe is full.
fn end_of(child: Child) -> Output {
    let reader = std::thread::spawn(|| child.wait_with_output());
    wait_until("the program ends", || reader.is_finished());
    reader.join().unwrap().unwrap()
}

#[test]
fn the_first_ctrl_c_ends_the_run_with_the_best_so_far() {
    let program = chain();
    let child = long_run(&program, "solve chain.coo --solver sa --num-sweeps 1000000000");
    press_ctrl_c(&child);
    let output = end_of(child);
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    assert_eq!(report["status"], "interrupted");
    assert!(report["best_energy"].is_number());
    assert!(String::from_utf8_lossy(&output.stderr).contains("press Ctrl-C again"));
}

#[test]
fn an_interrupted_training_run_keeps_its_model_and_goes_on_from_its_checkpoint() {
    let program = Program::new();
    // minibatches enough for hours, each quickly done
    let run = "train monks-1 --hidden 3 --batch-size 4 --batches 1000000 --num-reads 1 --num-sweeps 50 --no-baselines \
               --no-proof --checkpoint state.json --out model.json";
    let mut reports = Vec::new();
    for resume in ["", " --resume"] {
        let child = long_run(&program, &format!("{run}{resume}"));
        wait_until("there is a checkpoint", || program.path().join("state.json").exists());
        sleep(Duration::from_millis(300));
        press_ctrl_c(&child);
        let output = end_of(child);
        assert_eq!(output.status.code(), Some(0));
        let report = json(&output);
        assert_eq!(report["solver"]["status"], "interrupted");
        let errors = program.json("eval model.json monks-1")["errors"].clone();
        assert_eq!(errors, report["result"]["train_errors"]);
        reports.push(report);
    }
    let batches = |index: usize| reports[index]["batches"].as_array().unwrap().clone();
    // the batch that Ctrl-C cut off is done anew
    let complete = batches(0).len() - 1;
    assert!(batches(1).len() > complete);
    assert_eq!(batches(0)[..complete], batches(1)[..complete]);
}

#[test]
fn ctrl_c_ends_a_search_for_an_embedding_with_the_best_so_far_or_says_why_there_is_none() {
    // far too many interactions for the chip, and tries enough for hours
    let edges: String =
        (0..400).map(|i| (1..25).map(|j| format!("{i} {}\n", (i * j + j) % 401)).collect::<String>()).collect();
    let edges: String = edges
        .lines()
        .filter(|line| line.split_once(' ').is_some_and(|(i, j)| i != j))
        .map(|line| format!("{line}\n"))
        .collect();
    let program = Program::new().file("many.edges", edges);
    let child = long_run(&program, "embed many.edges --topology pegasus:16 --tries 1000000");
    sleep(Duration::from_millis(500));
    press_ctrl_c(&child);
    let output = end_of(child);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!error.contains("embed ["), "no progress where there is no terminal: {error}");
    match output.status.code() {
        Some(0) => assert_eq!(json(&output)["stopped"], "interrupted"),
        code => assert!(code == Some(2) && error.contains("the search was stopped by the user"), "{error}"),
    }
}

#[test]
fn an_interrupted_reproduction_keeps_what_is_done_and_names_the_rest() {
    let program = Program::new();
    let run =
        "reproduce --quick --experiments exp0 --modes soft-exact,soft-annealed --num-sweeps 1000000000 --max-inputs 0";
    let child = long_run(&program, run);
    sleep(Duration::from_millis(500));
    press_ctrl_c(&child);
    let output = end_of(child);
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    let modes = &report["experiments"][0]["formulations"][0]["modes"];
    assert_eq!(modes[0]["summary"]["num_proven"], 3);
    assert_eq!(report["unfinished"][0], "exp0, reference, soft QUBO, annealed: 0 of 3 batches done");
}

#[test]
fn a_termination_signal_ends_a_proof_and_keeps_what_was_trained() {
    // a fan-in of 23 and five neurons: committees for days
    let rows: String = (0..400u64)
        .map(|row| {
            let bits = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (0..24).map(|bit| (bits >> (20 + bit) & 1).to_string()).collect::<Vec<_>>().join(",") + "\n"
        })
        .collect();
    let program = Program::new().file("rows.csv", rows);
    let run =
        "train --data rows.csv --hidden 5 --num-reads 1 --num-sweeps 1 --no-polish --proof-time 10h --out model.json";
    let child = long_run(&program, run);
    // the model is written before the proof begins
    wait_until("there is a model", || program.path().join("model.json").exists());
    sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = end_of(child);
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    assert_eq!(report["result"]["optimum"]["loss"], serde_json::Value::Null);
    assert!(report["result"]["loss"].is_number());
}

#[test]
fn every_long_command_ends_at_its_time_limit_and_at_ctrl_c() {
    let sparse: String = (0..20_000)
        .flat_map(|i| {
            [7, 91, 1013]
                .map(|step| format!("{i} {} {}\n", (i * step + step) % 20_000, if i % 3 == 0 { 1 } else { -1 }))
        })
        .filter(|line| line.split(' ').next() != line.split(' ').nth(1))
        .collect();
    let program = Program::new().file("sparse.coo", format!("# vartype=SPIN\n{sparse}"));
    for command in [
        "solve sparse.coo --solver pa --num-sweeps 100000",
        "solve sparse.coo --solver random --num-reads 10000",
        "solve sparse.coo --solver descent --num-reads 10000",
        "tts sparse.coo --solver sa --num-sweeps 1000 --target -1e9",
        "bench sparse.coo --solvers sa,tabu",
        "ablate --hidden 3 --seconds 1h",
        "reproduce",
    ] {
        // a minute would be an hour without the limit: how soon after it is measured by bench/stops.py
        let start = Instant::now();
        program.run(&format!("{command} --time-limit 1s"));
        assert!(start.elapsed() < Duration::from_secs(30), "{command} took {:?}", start.elapsed());
        let child = long_run(&program, command);
        press_ctrl_c(&child);
        let output = end_of(child);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{command}: {:?}", output.status);
        assert!(json(&output).is_object(), "{command}");
    }
}

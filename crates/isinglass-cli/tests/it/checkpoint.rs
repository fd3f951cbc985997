//! Checkpoints: a run that goes on ends as one that was never cut off.

use crate::program::{Program, json};
use crate::train::timeless;

const RUN: &str = "train tictactoe --shuffle seed:1 --limit 40 --hidden 3 --batch-size 5 --alpha 0.125 --num-reads 8 \
                   --num-sweeps 60 --no-baselines --no-proof --checkpoint state.json";

#[test]
fn a_finished_run_taken_up_again_prints_the_same_result() {
    let program = Program::new();
    let first = timeless(program.json(RUN));
    assert_eq!(first["batches"].as_array().unwrap().len(), 8);
    assert_eq!(timeless(program.json(&format!("{RUN} --resume"))), first);
    assert_eq!(timeless(program.json(&format!("{RUN} --resume --threads 1"))), first);
}

#[test]
fn a_finished_run_on_the_whole_set_taken_up_again_prints_the_same_result() {
    for solver in ["exhaustive", "exact", "sa", "weights", "branch-and-bound"] {
        let program = Program::new();
        let run = format!("train parity:2 --hidden 1 --solver {solver} --no-baselines --checkpoint state.json");
        let first = timeless(program.json(&run));
        assert_eq!(timeless(program.json(&format!("{run} --resume"))), first, "{solver}");
    }
}

#[test]
fn resuming_without_a_checkpoint_starts_anew_and_says_so() {
    let program = Program::new();
    let output = program.run(&format!("{RUN} --resume --json"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no checkpoint yet"));
    assert_eq!(timeless(json(&output)), timeless(Program::new().json(RUN)));
}

#[test]
fn the_checkpoint_of_another_run_is_refused_and_stays() {
    let program = Program::new();
    program.json(RUN);
    let path = program.path().join("state.json");
    let before = std::fs::read(&path).unwrap();
    insta::assert_snapshot!(program.transcript(&format!("{RUN} --resume --seed 1")));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let program = Program::new().file("state.json", "{\"format\": \"isinglass-ch");
    insta::assert_snapshot!(program.transcript(&format!("{RUN} --resume")));
}

#[test]
fn a_place_where_nothing_can_be_written_is_found_out_before_the_work() {
    let program = Program::new();
    insta::assert_snapshot!(program.transcript("train monks-1 --checkpoint no/such/state.json"));
    assert_eq!(std::fs::read_dir(program.path()).unwrap().count(), 0);
}

#[test]
fn a_checkpoint_that_cannot_be_saved_does_not_cost_the_result() {
    let program = Program::new();
    // the directory is there, but takes no name of this length
    let name = "x".repeat(300);
    let output = program.run(&format!("{} --json", RUN.replace("state.json", &name)));
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("goal not met: cannot write xxx"));
    assert_eq!(timeless(json(&output)), timeless(program.json(RUN)));
}

#[test]
fn a_checkpoint_that_is_there_already_is_not_overwritten() {
    let program = Program::new();
    let command = "train parity:3 --hidden 3 --batch-size 4 --no-proof --no-baselines --checkpoint c.json";
    program.json(command);
    let again = program.run(command);
    assert_eq!(again.status.code(), Some(2));
    let message = String::from_utf8(again.stderr).unwrap();
    assert!(message.contains("there is a checkpoint already") && message.contains("--resume"), "{message}");
    assert_eq!(program.run(&format!("{command} --resume")).status.code(), Some(0));
}

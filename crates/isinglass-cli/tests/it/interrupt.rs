//! Ctrl-C while the solver works.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::program::{Program, json};

/// A run that would take hours, with a pipe on each stream.
fn long_run(program: &Program) -> Child {
    let mut command = program.command("solve chain.coo --num-sweeps 1000000000 --json");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn chain() -> Program {
    let pairs: String = (0..60).map(|spin| format!("{spin} {} -1\n", spin + 1)).collect();
    Program::new().file("chain.coo", format!("# vartype=SPIN\n{pairs}"))
}

fn press_ctrl_c(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn the_first_ctrl_c_ends_the_run_with_the_best_so_far() {
    let program = chain();
    let mut child = long_run(&program);
    // A signal before the handler is in place ends the program; the run goes on for hours, so waiting costs nothing.
    sleep(Duration::from_millis(1500));
    press_ctrl_c(&child);
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "the program goes on after Ctrl-C");
        sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    assert_eq!(report["status"], "interrupted");
    assert!(report["best_energy"].is_number());
    assert!(String::from_utf8_lossy(&output.stderr).contains("press Ctrl-C again"));
}

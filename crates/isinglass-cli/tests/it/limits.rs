//! Limits of memory, threads and time, and files without an end.

use serde_json::Value;

use crate::program::Program;

/// A ring of spins, its optimum left out.
fn ring(num_spins: usize) -> String {
    let pairs = (0..num_spins).map(|spin| format!("{spin} {} -1\n", (spin + 1) % num_spins));
    format!("# vartype=SPIN\n{}", pairs.collect::<String>())
}

/// Rows of bits that look random, all different, with a label in the last column.
fn rows(num_rows: usize, num_inputs: usize) -> String {
    let mut state = 1u64;
    let mut bit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 63
    };
    let row = |_| (0..=num_inputs).map(|_| bit().to_string()).collect::<Vec<_>>().join(",") + "\n";
    (0..num_rows).map(row).collect()
}

#[test]
fn more_than_four_threads_for_each_core_are_not_started() {
    let program = Program::new().file("ring.coo", ring(6));
    let output = program.run("solve ring.coo --threads 1000000");
    let notes = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && notes.starts_with("note: --threads 1000000 is more than 4 for each core: "),
        "{notes}"
    );
    let cores = std::thread::available_parallelism().unwrap().get();
    let report = program.json("bench ring.coo --threads 1000000 --quiet");
    assert_eq!(report["threads"], 4 * cores);
}

#[cfg(target_os = "linux")]
mod on_linux {
    use super::*;
    use std::process::{Command, Output, Stdio};
    use std::time::Duration;

    /// Runs a command line of the shell in which `isinglass` stands for the program, with this much address space, in kB.
    fn within(kilobytes: usize, program: &Program, line: &str) -> Output {
        let own = program.command("").get_program().to_string_lossy().into_owned();
        let line = format!("ulimit -v {kilobytes}; {}", line.replace("isinglass", &own));
        Command::new("sh").args(["-c", &line]).current_dir(program.path()).stdin(Stdio::null()).output().unwrap()
    }

    #[test]
    fn a_short_file_of_ten_million_variables_is_refused_where_memory_is_short() {
        let program = Program::new()
            .file("many.coo", "# vartype=SPIN\n# num_variables=9999999\n0 1 1\n")
            .file("many.rud", "9999999 1\n1 2 1\n")
            .file("many.qubo", "p qubo 0 9999999 0 1\n0 1 1\n");
        // with more, the problem is read, and what its samples would take is refused
        for (kilobytes, arguments) in [
            (500_000, "solve many.coo"),
            (500_000, "solve many.rud --solver tabu"),
            (500_000, "bench many.qubo"),
            (500_000, "embed many.coo --topology chimera:2"),
            (1_000_000, "solve many.coo"),
        ] {
            let output = within(kilobytes, &program, &format!("isinglass {arguments}"));
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{arguments}: {error}");
            assert!(error.contains("of memory, but the limit is "), "{arguments}: {error}");
        }
    }

    #[test]
    fn devices_and_endless_streams_are_refused() {
        let program = Program::new();
        for line in [
            "isinglass solve /dev/zero --format coo",
            "isinglass solve /dev/urandom",
            "isinglass embed /dev/zero --topology chimera:2",
            "isinglass train --data /dev/zero",
            "isinglass decode /dev/zero --layout /dev/zero",
        ] {
            let output = within(1_000_000, &program, line);
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{line}: {error}");
            assert!(error.contains("device") || line.contains("decode"), "{line}: {error}");
        }
        for (line, cause) in [
            ("isinglass solve - --format coo < /dev/zero", "it begins with nothing but zero bytes"),
            ("yes '0 1 1' | isinglass solve - --format coo --vartype spin", "it is longer than the limit of "),
        ] {
            let output = within(1_000_000, &program, line);
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{line}: {error}");
            assert!(error.contains(cause), "{line}: {error}");
        }
    }

    /// What a command writes to a terminal; nothing where there is no program `script`.
    fn on_a_terminal(program: &Program, arguments: &str) -> Option<String> {
        let own = program.command("").get_program().to_string_lossy().into_owned();
        let mut command = Command::new("script");
        command.args(["-qec", &format!("{own} {arguments}"), "/dev/null"]).current_dir(program.path());
        let output = command.stdin(Stdio::null()).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    #[test]
    fn a_bar_appears_on_a_terminal_only() {
        let program = Program::new().file("ring.coo", ring(60));
        let arguments = "solve ring.coo --solver sa --num-sweeps 1000000000 --time-limit 2s";
        if let Some(screen) = on_a_terminal(&program, arguments) {
            assert!(screen.contains("sa ["), "{screen}");
        }
        let output = program.run(arguments);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("sa ["), "{output:?}");
    }

    #[test]
    fn predict_and_eval_show_a_bar_until_they_end() {
        let program = Program::new().file("rows.csv", rows(60_000, 24));
        program.json(
            "train --data rows.csv --limit 50 --hidden 300 --num-reads 1 --num-sweeps 1 --no-polish --no-proof \
             --no-baselines --out model.json",
        );
        for (command, name) in [("predict", "predicting "), ("eval", "evaluating ")] {
            let Some(screen) = on_a_terminal(&program, &format!("{command} model.json --data rows.csv")) else {
                return;
            };
            assert!(screen.contains(name), "{command}: {}", &screen[..screen.len().min(500)]);
            let output = program.run(&format!("{command} model.json --data rows.csv"));
            assert!(output.stderr.is_empty(), "{output:?}");
        }
    }

    #[test]
    fn reading_a_slow_file_shows_that_it_is_read() {
        let program = Program::new();
        let pipe = program.path().join("slow.coo");
        if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
            return;
        }
        let writer = std::thread::spawn(move || {
            let mut file = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
            std::thread::sleep(Duration::from_secs(2));
            std::io::Write::write_all(&mut file, ring(6).as_bytes()).unwrap();
        });
        match on_a_terminal(&program, "solve slow.coo") {
            Some(screen) => assert!(screen.contains("reading "), "{screen}"),
            // no other process opens the pipe
            None => drop(program.run("solve slow.coo")),
        }
        writer.join().unwrap();
    }
}

#[test]
fn a_search_of_weights_leaves_out_a_large_qubo() {
    let program = Program::new().file("rows.csv", rows(2000, 64));
    let run = "train --data rows.csv --hidden 32 --num-reads 1 --num-sweeps 1 --no-polish --no-proof --no-baselines";
    for solver in ["auto", "weights"] {
        let report = program.json(&format!("{run} --solver {solver}"));
        assert_eq!(report["formulation"]["compiled"], false);
        assert_eq!(report["formulation"]["num_variables"], Value::Null);
        assert_eq!((&report["result"]["energy"], &report["result"]["violations"]), (&Value::Null, &Value::Null));
        assert!(report["result"]["loss"].is_number());
        assert_eq!(report["dataset"]["num_groups"], 2000);
    }
    let text = String::from_utf8(program.run(run).stdout).unwrap();
    assert!(text.contains("not compiled: the solver searches the weights, and the QUBO is large"), "{text}");
    let small = program
        .json("train monks-1 --hidden 3 --num-reads 1 --num-sweeps 1 --solver weights --no-proof --no-baselines");
    assert_eq!(small["formulation"]["compiled"], true);
    assert!(small["result"]["energy"].is_number() && small["formulation"]["num_variables"].is_number());
}

#[test]
fn a_time_limit_ends_compiling() {
    let program = Program::new().file("rows.csv", rows(2000, 64));
    insta::assert_snapshot!(program.transcript("train --data rows.csv --hidden 32 --solver sa --time-limit 1ms"), @r"
    exit 2
    --- stdout
    --- stderr
    error: the time limit was reached before the QUBO was compiled

    hint: raise --time-limit, take fewer rows (--limit, --batch-size), or use `train --solver weights`
    ");
}

#[test]
fn the_proof_ends_with_its_time() {
    // 2^23 weight vectors, and committees for days
    let program = Program::new().file("rows.csv", rows(1000, 24));
    let report = program.json(
        "train --data rows.csv --hidden 5 --num-reads 1 --num-sweeps 1 --no-polish --no-baselines --proof-time 100ms",
    );
    assert_eq!(report["result"]["optimum"]["loss"], Value::Null);
    let seconds = report["result"]["optimum"]["seconds"].as_f64().unwrap();
    // a tenth of a second, and what a busy machine makes of it
    assert!(seconds < 10.0, "{seconds}");
}

#[test]
fn baselines_end_with_the_time_limit() {
    let program = Program::new().file("rows.csv", rows(2000, 64));
    let report = program.json(
        "train --data rows.csv --hidden 32 --num-reads 1 --num-sweeps 1 --no-polish --no-proof --time-limit 50ms",
    );
    let baselines = report["baselines"].as_array().unwrap();
    assert_eq!(baselines.len(), 4);
    assert_eq!(baselines[3]["stopped"], "time_limit");
}

//! Mixed-integer programs: files, and solvers that are installed or not.

use std::process::Command;

use serde_json::{Value, json};

use crate::program::{Program, json as parse};

/// The command where no solver can be found: an empty `PATH`, and HiGHS named where it is not.
fn without_solvers(program: &Program, arguments: &str) -> Command {
    let mut command = program.command(arguments);
    command.env("PATH", "").env("ISINGLASS_HIGHS", "no/libhighs.so");
    command
}

/// A solver in a folder of its own, called `cbc`, that writes `solution` and says that it is optimal.
#[cfg(unix)]
fn with_pretender(program: &Program, arguments: &str, solution: &[&str]) -> Command {
    use std::os::unix::fs::PermissionsExt;
    let lines: String = solution.iter().map(|line| format!("echo '{line}' >> solution.txt\n")).collect();
    let script = format!("#!/bin/sh\nif [ \"$1\" = -quit ]; then echo 'Version: 9.9'; exit; fi\n{lines}");
    let path = program.path().join("cbc");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = program.command(arguments);
    command.env("PATH", program.path()).env_remove("ISINGLASS_HIGHS");
    command
}

#[test]
fn without_an_installed_solver_the_program_says_what_to_install() {
    let program = Program::new().file("problem.coo", "# vartype=SPIN\n0 1 1\n");
    for arguments in
        ["solve problem.coo --solver mip --mip-solver scip", "train parity:2 --solver mip --mip-solver scip"]
    {
        let output = without_solvers(&program, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        insta::allow_duplicates! {
            insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @r"
            error: no solver of mixed-integer programs was found: looked for SCIP (the program scip)

            hint: install one of them, for instance with `pip install highspy`; if HiGHS is elsewhere, set ISINGLASS_HIGHS to its library, its program, or the Python that imports highspy
            ");
        }
    }
    let output = without_solvers(&program, "solve problem.coo --solver mip").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(message.starts_with("error: no/libhighs.so is not HiGHS: "), "{message}");
    assert!(
        message.contains("hint: ISINGLASS_HIGHS names the library libhighs, the program highs, or a Python"),
        "{message}"
    );
}

#[test]
fn flags_of_installed_solvers_belong_to_them() {
    let program = Program::new().file("problem.coo", "# vartype=SPIN\n0 1 1\n");
    insta::assert_snapshot!(program.transcript("solve problem.coo --solver sa --mip-solver cbc"), @r"
    exit 2
    --- stdout
    --- stderr
    error: --mip-solver means nothing to the solver sa

    hint: it belongs to --solver mip
    ");
    insta::assert_snapshot!(program.transcript("solve problem.coo --race mip,sa --time-limit 1s"), @r"
    exit 2
    --- stdout
    --- stderr
    error: mip makes no rounds to race in

    hint: name it with --solver mip
    ");
}

#[cfg(unix)]
#[test]
fn what_a_solver_claims_of_a_qubo_is_shown_as_a_claim() {
    // E = a + 2b - 4ab: the minimum is -1 at a = b = 1
    let program = Program::new().file("problem.coo", "# vartype=BINARY\n0 0 1\n1 1 2\n0 1 -4\n");
    let solution = ["Optimal - objective value -1", "0 x0 1 0", "1 x1 1 0", "2 p0 1 0"];
    let command = "solve problem.coo --solver mip --json --quiet";
    let report = parse(&with_pretender(&program, command, &solution).output().unwrap());
    assert_eq!((&report["best_energy"], &report["best_sample"]), (&json!(-1.0), &json!([1, 1])));
    assert_eq!((&report["status"], &report["lower_bound"]), (&json!("heuristic"), &Value::Null));
    let claim = json!({
        "solver": "CBC 9.9", "num_variables": 3, "num_rows": 2, "num_nonzeros": 4,
        "objective": -1.0, "optimal": true, "bound": -1.0,
    });
    assert_eq!(report["mip"], claim);
    let output = with_pretender(&program, "solve problem.coo --solver mip", &solution).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("optimal according to CBC 9.9: bound -1, not checked by isinglass"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_solver_that_lies_about_its_point_is_found_out() {
    let program = Program::new().file("problem.coo", "# vartype=BINARY\n0 0 1\n1 1 2\n0 1 -4\n");
    // the product of 1 and 0 is not 1
    let solution = ["Optimal - objective value -3", "0 x0 1 0", "2 p0 1 0"];
    let output = with_pretender(&program, "solve problem.coo --solver mip", &solution).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: the point that CBC 9.9 returned violates the program: row c1 is missed by 1");
}

#[test]
fn programs_are_written_as_lp_and_mps() {
    let program = Program::new();
    for (model, name) in
        [("hard-constraints", "hard constraints"), ("linear-qubo", "the QUBO with a variable for each product")]
    {
        for ending in ["lp", "mps"] {
            let report = program.json(&format!("compile majority:3 --hidden 3 --model {model} --out model.{ending}"));
            assert_eq!(report["program"]["model"], name);
            let text = std::fs::read_to_string(program.path().join(format!("model.{ending}"))).unwrap();
            let rows = report["program"]["num_rows"].as_u64().unwrap();
            let last = if ending == "lp" { format!("\n c{}:", rows - 1) } else { format!("  c{}\nCOLUMNS", rows - 1) };
            assert!(text.contains(&last) && !text.contains(&format!("c{rows}")), "{text}");
        }
    }
    let text = std::fs::read_to_string(program.path().join("model.lp")).unwrap();
    assert!(text.starts_with("Minimize\n obj:") && text.ends_with("End\n"));
}

#[test]
fn programs_do_not_fit_every_format() {
    let program = Program::new();
    insta::assert_snapshot!(program.transcript("compile majority:3 --model hard-constraints --out model.coo"), @r"
    exit 2
    --- stdout
    --- stderr
    error: the format coo holds no rows, so it cannot hold a mixed-integer program

    hint: end the name with .lp or .mps
    ");
    insta::assert_snapshot!(program.transcript("compile majority:3 --model linear-qubo --out model.lp --layout layout.json"), @r"
    exit 2
    --- stdout
    --- stderr
    error: --layout describes the QUBO, which is not what is written

    hint: leave --layout out, or take --model qubo
    ");
}

/// Only where a solver is installed: nothing else can train with hard constraints.
#[test]
fn an_installed_solver_trains_to_the_optimum() {
    let program = Program::new();
    let arguments =
        "train monks-1 --shuffle seed:1 --limit 12 --hidden 3 --bias --no-baselines --no-proof --json --quiet";
    let output = program.run(&format!("{arguments} --solver mip"));
    if output.status.code() == Some(2) && String::from_utf8_lossy(&output.stderr).contains("was found: looked for") {
        return;
    }
    let report = parse(&output);
    let exact = parse(&program.run(&format!("{arguments} --solver exact")));
    assert_eq!(report["result"]["loss"], exact["result"]["loss"]);
    assert_eq!((&report["mip"]["optimal"], &report["mip"]["bound"]), (&json!(true), &exact["result"]["loss"]));
    assert_eq!((&report["solver"]["name"], &report["solver"]["status"]), (&json!("mip"), &json!("heuristic")));
    assert_eq!((&report["result"]["proven_optimal"], &report["result"]["violations"]), (&json!(false), &Value::Null));
}

#[cfg(unix)]
#[test]
fn a_benchmark_has_installed_solvers_in_its_table() {
    let program = Program::new().file("problem.coo", "# vartype=BINARY\n0 0 -1\n1 1 2\n");
    let solution = ["Optimal - objective value -1", "0 x0 1 -1", "1 x1 0 2"];
    let output = with_pretender(&program, "bench problem.coo --solvers mip,sa --json", &solution).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let runs = parse(&output)["runs"].clone();
    assert_eq!((&runs[0]["solver"], &runs[0]["best_energy"]), (&json!("mip"), &json!(-1.0)), "{runs}");
    assert_eq!((&runs[0]["claim"]["optimal"], &runs[0]["lower_bound"]), (&json!(true), &Value::Null), "{runs}");
    assert_eq!(runs[1]["claim"], Value::Null);
}

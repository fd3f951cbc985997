//! Solving files of all formats.

use serde_json::{Value, json};

use crate::program::{Program, json as parse};
use isinglass_qubo::io::{self, Format, Label};
use isinglass_qubo::{Bqm, BqmBuilder, Vartype};

/// `3 - 2a - 2b - 2c + 3ab + 3bc - ac`: the optimum is -2 at a = c = 1, b = 0.
fn small_problem() -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Binary, 3);
    (0..3).for_each(|variable| builder.add_linear(variable, -2.0));
    builder.add_quadratic(0, 1, 3.0);
    builder.add_quadratic(1, 2, 3.0);
    builder.add_quadratic(0, 2, -1.0);
    builder.add_offset(3.0);
    builder.build().unwrap()
}

/// Spins on a ring, each of which wants to be equal to its neighbours at distance 1 and 7: all equal is the optimum,
/// `-2 num_variables`.
fn ring(num_variables: usize) -> String {
    let mut text = "# vartype=SPIN\n".to_owned();
    for (spin, distance) in (0..num_variables).flat_map(|spin| [(spin, 1), (spin, 7)]) {
        text.push_str(&format!("{spin} {} -1\n", (spin + distance) % num_variables));
    }
    text
}

fn labels() -> Vec<Label> {
    ["a", "b", "c"].map(|name| Label::Text(name.to_owned())).to_vec()
}

#[test]
fn each_format_gives_the_known_optimum_with_both_solvers() {
    // spins without offset have a test of their own
    for format in Format::all().filter(|format| !matches!(format, Format::Rudy | Format::Qubist)) {
        let mut bytes = Vec::new();
        io::write(&small_problem(), Some(&labels()), format, &mut bytes).unwrap();
        let name = format!("problem.{}", format.ending());
        let program = Program::new().file(&name, &bytes);
        for (solver, status) in [("exhaustive", "optimal"), ("sa", "heuristic")] {
            let report = program.json(&format!("solve {name} --solver {solver} --num-reads 10"));
            assert_eq!(report["format"], format.name());
            assert_eq!(report["solver"], solver);
            assert_eq!(report["status"], status, "{format}");
            assert_eq!(report["best_energy"], -2.0, "{format}");
            assert_eq!(report["best_sample"], json!([1, 0, 1]), "{format}");
            assert_eq!(report["num_variables"], 3);
            assert_eq!(report["num_interactions"], 3);
            let num_reads = report["num_reads"].as_u64().unwrap();
            assert_eq!(report["energies"].as_array().unwrap().len() as u64, num_reads);
        }
    }
}

/// A ring of five: at most four of its edges can be cut.
const PENTAGON: &str = "5 5\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n5 1 1\n";

#[test]
fn a_graph_is_solved_to_its_largest_cut() {
    let program = Program::new().file("ring.rud", PENTAGON).file("G5", PENTAGON);
    for arguments in ["ring.rud", "G5 --format rudy", "G5 --format gset --sense max", "ring.rud --solver sa"] {
        let report = program.json(&format!("solve {arguments}"));
        assert_eq!((&report["best_cut"], &report["best_energy"]), (&json!(4.0), &json!(-3.0)), "{arguments}");
        assert_eq!((&report["format"], &report["vartype"]), (&json!("rudy"), &json!("SPIN")));
    }
    let text = String::from_utf8(program.run("solve ring.rud").stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("cut")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["cut", "4"]);
}

#[test]
fn other_problems_have_no_cut() {
    let program = Program::new().file("pair.qh", "2 1\n0 1 1\n");
    let report = program.json("solve pair.qh");
    assert_eq!((&report["best_energy"], report.get("best_cut")), (&json!(-1.0), None));
}

#[test]
fn a_sparse_file_is_a_minimum_unless_told_otherwise() {
    let program = Program::new().file("two.bq", "2 3\n1 1 -1\n2 2 3\n1 2 2\n");
    assert_eq!(program.json("solve two.bq")["best_energy"], -1.0);
    // -1 + 3 + 2 * 2 with both variables set
    let report = program.json("solve two.bq --sense max");
    assert_eq!((&report["maximized"], &report["best_energy"]), (&json!(true), &json!(-6.0)));
    assert_eq!(report["best_sample"], json!([1, 1]));
}

#[test]
fn json_of_either_kind_is_read() {
    let mut bytes = Vec::new();
    io::write(&small_problem(), None, Format::Bqpjson, &mut bytes).unwrap();
    let program = Program::new().file("problem.json", &bytes);
    assert_eq!(program.json("solve problem.json")["format"], "bqpjson");
}

#[test]
fn labels_stand_beside_the_best_sample() {
    let mut bytes = Vec::new();
    io::write(&small_problem(), Some(&labels()), Format::DimodJson, &mut bytes).unwrap();
    let program = Program::new().file("problem.json", &bytes);
    assert_eq!(program.json("solve problem.json")["labels"], json!(["a", "b", "c"]));
    let text = program.run("solve problem.json").stdout;
    assert!(String::from_utf8(text).unwrap().contains("a=1 b=0 c=1"));
}

#[test]
fn a_problem_comes_through_standard_input() {
    let output = Program::new().run_with_input("solve - --format coo --json", ring(20).as_bytes());
    assert_eq!(parse(&output)["best_energy"], -40.0);
}

#[test]
fn the_sense_of_a_maximum_is_said() {
    let program = Program::new().file("best.lp", "Maximize\n obj: 2 x + 3 y - [ 8 x * y ] / 2\nBinary\n x y\nEnd\n");
    let report = program.json("solve best.lp");
    assert_eq!((&report["maximized"], &report["best_energy"]), (&json!(true), &json!(-3.0)));
    let text = String::from_utf8(program.run("solve best.lp").stdout).unwrap();
    assert!(text.contains("-3, the value 3 in the file"), "{text}");
}

#[test]
fn the_number_of_threads_does_not_change_the_samples() {
    let program = Program::new().file("ring.coo", ring(101));
    let samples = |threads: usize| {
        let file = format!("samples-{threads}.json");
        let arguments = format!(
            "solve ring.coo --solver sa --num-reads 70 --num-sweeps 50 --seed 3 --threads {threads} --out {file}"
        );
        let mut report = program.json(&arguments);
        for measured in ["seconds", "updates_per_second"] {
            report[measured] = Value::Null;
        }
        (report, std::fs::read(program.path().join(file)).unwrap())
    };
    let (one, two) = (samples(1), samples(2));
    assert_eq!(one, two);
    assert_eq!(one.0["num_reads"], 70);
}

#[test]
fn another_seed_gives_other_samples() {
    let program = Program::new().file("ring.coo", ring(101));
    let energies = |seed: u64| {
        program.json(&format!("solve ring.coo --solver sa --num-sweeps 5 --seed {seed}"))["energies"].clone()
    };
    assert_eq!(energies(1), energies(1));
    assert_ne!(energies(1), energies(2));
}

#[test]
fn a_target_stops_the_run() {
    let program = Program::new().file("ring.coo", ring(101));
    let report = program.json("solve ring.coo --solver sa --num-sweeps 200 --num-reads 100000 --target -202");
    assert_eq!(report["status"], "target");
    assert_eq!(report["best_energy"], -202.0);
    assert!(report["num_reads"].as_u64().unwrap() < 100_000);
}

#[test]
fn a_time_limit_stops_the_run() {
    let program = Program::new().file("ring.coo", ring(101));
    let report = program.json("solve ring.coo --solver sa --num-sweeps 1000000000 --time-limit 200ms");
    assert_eq!(report["status"], "time_limit");
    assert!(report["seconds"].as_f64().unwrap() < 20.0);
    assert!(report["best_energy"].is_number());
}

#[test]
fn samples_are_written_as_a_sample_set_that_can_be_read() {
    let program = Program::new().file("ring.coo", ring(27));
    let report = program.json("solve ring.coo --out samples.json --num-reads 6");
    let bytes = std::fs::read(program.path().join("samples.json")).unwrap();
    let samples = io::read_samples(&bytes, &io::ReadOptions::default()).unwrap();
    let bqm = io::read(ring(27).as_bytes(), Format::Coo, &io::ReadOptions::default()).unwrap().bqm;
    let energies: Vec<f64> = samples.rows.iter().map(|row| bqm.energy(row)).collect();
    assert_eq!(json!(energies), report["energies"]);
}

#[test]
fn a_problem_without_variables_is_solved() {
    let report = Program::new().file("none.coo", "# vartype=SPIN\n# offset=2.5\n").json("solve none.coo");
    assert_eq!(report["best_energy"], 2.5);
}

#[test]
fn nobody_reading_the_output_is_no_failure() {
    let program = Program::new();
    let mut child = program.command("completions bash").stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn colour_is_used_when_asked_for_and_never_in_files() {
    let program = Program::new().file("ring.coo", ring(9));
    let is_coloured = |arguments: &str| program.run(arguments).stdout.contains(&0x1b);
    assert!(is_coloured("solve ring.coo --color always"));
    assert!(!is_coloured("solve ring.coo"));
    assert!(!is_coloured("solve ring.coo --color always --json"));
}

//! `-` as standard input and standard output, and names of outputs.

use std::io::Write;
use std::process::{Output, Stdio};

use insta::assert_snapshot;
use isinglass_qubo::io::{self, Format, ReadOptions};
use isinglass_qubo::{BqmBuilder, Vartype};
use serde_json::{Value, json};

use crate::program::{Program, json as parse};

const RING: &str = "# vartype=SPIN\n0 1 -1\n1 2 -1\n2 3 -1\n3 0 -1\n";

fn stdout(output: Output) -> Vec<u8> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn the_format_of_standard_input_is_found_in_its_content() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_linear(0, -2.0);
    builder.add_quadratic(0, 1, 1.0);
    let bqm = builder.build().unwrap();
    for format in Format::all().filter(|format| !matches!(format, Format::Rudy | Format::Qubist)) {
        let mut bytes = Vec::new();
        io::write(&bqm, None, format, &mut bytes).unwrap();
        let report = parse(&Program::new().run_with_input("solve - --json", &bytes));
        assert_eq!((&report["format"], &report["best_energy"]), (&json!(format.name()), &json!(-2.0)));
    }
}

#[test]
fn standard_input_that_holds_no_problem_is_refused() {
    let transcript = |input: &[u8]| {
        let output = Program::new().run_with_input("solve -", input);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert_snapshot!(transcript(b""), @r"
    error: cannot read standard input
    caused by: nothing in it
    ");
    assert_snapshot!(transcript(b"\xff\xfe\x00\x01"), @r"
    error: cannot read standard input
    caused by: its content does not tell the format

    hint: name the format with --format: coo, bqm, json, qubo, lp, mps, sparse, rudy, qubist, bqpjson, qplib
    ");
    assert_snapshot!(transcript(b"\x1f\x8b\x08\x00"), @r"
    error: cannot read standard input
    caused by: it is compressed with gzip

    hint: decompress it first, as in `gunzip -c FILE | isinglass solve -`
    ");
    assert_snapshot!(transcript(b"p qubo 0 3 1 1\n0 0 1\n"), @r"
    error: cannot read standard input
    caused by: qubo file: couplers: 1 declared, but 0 found
    ");
}

#[test]
fn two_inputs_cannot_both_be_standard_input() {
    let program = Program::new();
    program.json("compile parity:2 --hidden none --bias --out problem.coo --layout layout.json");
    for arguments in
        ["decode - --layout -", "solve - --embed pegasus:2 --embedding -", "eval - --data -", "embed - --graph -"]
    {
        let output = program.run_with_input(arguments, b"{}");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {message}");
        assert!(output.stdout.is_empty());
    }
    let layout = std::fs::read(program.path().join("layout.json")).unwrap();
    let output = program.run_with_input("decode - --layout -", &layout);
    assert_snapshot!(String::from_utf8_lossy(&output.stderr), @r"
    error: two inputs are `-`, but standard input can be only one of them

    hint: give all inputs but one as files
    ");
}

#[test]
fn two_outputs_cannot_both_be_standard_output() {
    for arguments in ["compile parity:2 --bias --out - --to coo --layout -", "train parity:2 --out - --certificate -"] {
        insta::allow_duplicates! {
            assert_snapshot!(Program::new().transcript(arguments), @r"
            exit 2
            --- stdout
            --- stderr
            error: cannot write standard output
            caused by: two outputs are `-`, but standard output can be only one of them

            hint: write all outputs but one to files
            ");
        }
    }
}

#[test]
fn standard_output_holds_the_data_alone_and_standard_error_the_report() {
    let program = Program::new().file("ring.coo", RING);
    let plain = program.run("solve ring.coo --out - --num-reads 3");
    let report = String::from_utf8_lossy(&plain.stderr).into_owned();
    assert!(report.contains("\nbest      -4"), "{report}");
    let samples = io::read_samples(&stdout(plain), &ReadOptions::default()).unwrap();
    assert_eq!(samples.rows[0].len(), 4);

    let with_json = program.run("solve ring.coo --out - --num-reads 3 --json");
    let report: Value = serde_json::from_slice(&with_json.stderr).unwrap();
    assert_eq!((&report["schema"], &report["best_energy"]), (&json!(1), &json!(-4.0)));
    io::read_samples(&stdout(with_json), &ReadOptions::default()).unwrap();

    let quiet = program.run("solve ring.coo --out - --num-reads 3 --quiet");
    assert!(quiet.stderr.is_empty());
    io::read_samples(&stdout(quiet), &ReadOptions::default()).unwrap();

    let failed = program.run("solve missing.coo --out - --json");
    assert_eq!((failed.status.code(), failed.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&failed.stderr).ends_with("\"code\":2}}\n"));
}

#[test]
fn a_task_goes_through_pipes_from_rows_to_predictions() {
    let program = Program::new();
    stdout(program.run("compile parity:2 --hidden none --bias --out problem.coo --layout layout.json"));
    let problem = stdout(program.run("compile parity:2 --hidden none --bias --out - --to qubo"));
    assert_eq!(Format::sniff(&problem), Some(Format::Qubo));
    let spins = stdout(program.run_with_input("convert - - --to coo --to-vartype spin", &problem));
    let samples = stdout(program.run_with_input("solve - --solver exhaustive --out -", &spins));
    let model = stdout(program.run_with_input("decode - --layout layout.json --out -", &samples));
    let program = program.file("model.json", &model);
    let rows = stdout(program.run("data convert parity:2 --out - --to csv"));
    let score = parse(&program.run_with_input("eval - parity:2 --json", &model));
    assert_eq!(score["errors"], 1);
    let from_rows = stdout(program.run_with_input("predict model.json --data - --out -", &rows));
    assert_eq!(from_rows, stdout(program.run("predict model.json parity:2")));
    // rows without a label column are read twice
    let text = String::from_utf8(rows).unwrap();
    let bare: String = text.lines().flat_map(|line| [line.rsplit_once(',').unwrap().0, "\n"]).collect();
    assert_eq!(stdout(program.run_with_input("predict model.json --data -", bare.as_bytes())), from_rows);
}

#[test]
fn every_command_takes_standard_input_for_its_file() {
    let program = Program::new().file("ring.coo", RING);
    let json_of = |arguments: &str, input: &[u8]| parse(&program.run_with_input(&format!("{arguments} --json"), input));
    assert_eq!(json_of("tts - --target -4 --solver sa --sweeps 10 --min-reads 10", RING.as_bytes())["source"], "-");
    assert_eq!(json_of("plan - --chip advantage2-4 --num-reads 10", RING.as_bytes())["num_variables"], 4);
    assert_eq!(json_of("bench - --solvers exhaustive", RING.as_bytes())["runs"][0]["best_energy"], -4.0);
    let embedded = json_of("embed - --topology chimera:2 --out embedding.json", RING.as_bytes());
    assert_eq!((&embedded["format"], &embedded["num_variables"]), (&json!("coo"), &json!(4)));
    assert_eq!(json_of("embed - --topology chimera:2", b"0 1\n1 2\n2 0\n")["format"], "edges");
    assert_eq!(json_of("embed ring.coo --graph -", b"0 1\n1 2\n2 3\n3 0\n")["num_qubits"], 4);
    let embedding = std::fs::read(program.path().join("embedding.json")).unwrap();
    assert_eq!(json_of("draw - --topology chimera:2", &embedding)["num_chains"], 4);
    assert_eq!(json_of("solve ring.coo --embed chimera:2 --embedding -", &embedding)["best_energy"], -4.0);
    program.json("train majority:3 --no-baselines --certificate certificate.json");
    let certificate = std::fs::read(program.path().join("certificate.json")).unwrap();
    assert_eq!(json_of("verify -", &certificate)["optimal"], true);
    let rows = b"a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,1\n0,0,0\n1,1,1\n";
    assert_eq!(json_of("data show --data -", rows)["num_rows"], 6);
    let trained = json_of("train --data - --hidden none --bias --no-baselines --solver exact", rows);
    assert_eq!(trained["result"]["train_errors"], 0);
    let rows = b"0,0\n0,1\n1,0\n1,1\n";
    let program = Program::new().file("rows.csv", rows);
    let output = program.run_with_input("data show --data rows.csv --labels - --json", b"no\nno\nno\nyes\n");
    assert_eq!(parse(&output)["num_columns"], 2);
    let labels = program.file("labels.txt", "no\nno\nno\nyes\n");
    let output = labels.run_with_input("data show --data - --labels labels.txt --json", rows);
    assert_eq!(parse(&output)["num_columns"], 2);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let program = Program::new();
    let ring: String = (0..20_000).map(|spin| format!("{spin} {} -1\n", (spin + 1) % 20_000)).collect();
    let program = program.file("ring.coo", format!("# vartype=SPIN\n{ring}"));
    for arguments in ["convert ring.coo - --to json", "solve ring.coo --solver descent --num-reads 20 --out - --quiet"]
    {
        let mut command = program.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !message.contains("error"), "{arguments}: {message}");
    }
}

#[test]
fn an_ending_that_is_not_written_is_refused_before_the_work() {
    let program = Program::new().file("pair.coo", "# vartype=SPIN\n0 1 1\n");
    assert_snapshot!(program.transcript("solve missing.coo --out samples.xlsx"), @r"
    exit 2
    --- stdout
    --- stderr
    error: cannot write samples.xlsx
    caused by: `.xlsx` is not the ending of a format that is written here

    hint: end the name with .json or .csv
    ");
    for arguments in [
        "train majority:3 --out model.onnx",
        "decode missing.json --layout missing.json --out model.csv",
        "compile majority:3 --out problem.txt",
        "embed missing.coo --topology chimera:1 --out embedding.csv",
        "draw --topology chimera:1 --out picture.jpg",
        "predict missing.json majority:3 --out classes.json",
        "data convert majority:3 --out rows.xls",
        "convert missing.coo problem.xml",
    ] {
        let text = program.transcript(arguments);
        assert!(text.starts_with("exit 2\n") && text.contains("hint: end the name "), "{text}");
        assert!(!text.contains("missing"), "{text}");
    }
    assert_eq!(std::fs::read_dir(program.path()).unwrap().count(), 1);
    // named formats, and names without an ending, are taken at their word
    program.json("solve pair.coo --out samples.table --to csv");
    program.json("solve pair.coo --out samples");
    assert!(std::fs::read_to_string(program.path().join("samples.table")).unwrap().starts_with(",0,1,energy"));
    assert!(std::fs::read_to_string(program.path().join("samples")).unwrap().starts_with('{'));
}

#[test]
fn a_checkpoint_cannot_be_standard_output() {
    let text = Program::new().transcript("train majority:3 --checkpoint -");
    assert!(text.starts_with("exit 2\n") && text.contains("--checkpoint cannot be standard output"), "{text}");
}

#[test]
fn samples_are_written_as_the_table_of_pandas() {
    let program =
        Program::new().file("ring.lp", "Minimize\n obj: - 2 a + 1.5 b + [ 2 a * b ] / 2 + 0.25\nBinary\n a b\nEnd\n");
    let report = program.json("solve ring.lp --solver exhaustive --out samples.csv");
    let text = std::fs::read_to_string(program.path().join("samples.csv")).unwrap();
    assert!(text.starts_with(",a,b,energy,num_occurrences\n0,1,0,-1.75,1\n"), "{text}");
    assert_eq!(text.lines().count(), 1 + report["energies"].as_array().unwrap().len());
    assert_eq!(stdout(program.run("solve ring.lp --solver exhaustive --out - --to csv")), text.as_bytes());
}

#[test]
fn a_long_best_sample_is_printed_whole_on_demand() {
    let ring: String = (0..100).map(|spin| format!("{spin} {} -1\n", (spin + 1) % 100)).collect();
    let program = Program::new().file("ring.coo", format!("# vartype=SPIN\n0 0 -1\n{ring}"));
    let lines = |arguments: &str| {
        let text = String::from_utf8(stdout(program.run(arguments))).unwrap();
        let best = text.lines().skip_while(|line| !line.starts_with("best")).skip(1);
        best.take_while(|line| line.starts_with(' ')).map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let cut = ["+".repeat(64), "... 64 of 100 values; --print-sample prints all".to_owned()];
    assert_eq!(lines("solve ring.coo"), cut);
    assert_eq!(lines("solve ring.coo --print-sample"), ["+".repeat(64), "+".repeat(36)]);
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_take_any_format() {
    let program = Program::new().file("ring.coo", RING);
    for out in ["/dev/stdout", "/dev/null"] {
        assert!(program.run(&format!("solve ring.coo --out {out}")).status.success(), "{out}");
    }
    // a pipe in the place of a file is read once
    let mut command = program.command("convert /dev/stdin out.qubo --from coo");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(RING.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn test_rows_come_from_standard_input() {
    let rows = "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,1\n";
    let program = Program::new().file("rows.csv", rows);
    let run = "train --data rows.csv --hidden none --bias --solver exact --no-baselines --json";
    let report = parse(&program.run_with_input(&format!("{run} --test -"), rows.as_bytes()));
    assert_eq!(report["dataset"]["test_rows"]["source"], "standard input");
    let from_file = parse(&program.run(&format!("{run} --test rows.csv")));
    assert_eq!(report["result"]["test_accuracy"], from_file["result"]["test_accuracy"]);
    assert_eq!(report["dataset"]["num_test_rows"], json!(4));

    stdout(program.run("compile --data rows.csv --hidden none --bias --out p.coo --layout layout.json"));
    stdout(program.run("solve p.coo --solver exhaustive --out samples.json"));
    let decode = "decode samples.json --layout layout.json --json";
    let report = parse(&program.run_with_input(&format!("{decode} --test -"), rows.as_bytes()));
    assert_eq!((&report["num_test_rows"], &report["test_errors"]), (&json!(4), &report["train_errors"]));

    let twice = program.run_with_input("train --data - --test - --hidden none", rows.as_bytes());
    assert!(String::from_utf8_lossy(&twice.stderr).contains("two inputs are `-`"), "{twice:?}");
}

#[test]
fn a_stream_is_refused_where_it_makes_no_sense() {
    let program = Program::new();
    let transcript = |arguments: &str| program.transcript(arguments);
    assert_snapshot!(transcript("train parity:2 --report -"), @r"
    exit 2
    --- stdout
    --- stderr
    error: --report cannot be standard output, whose name does not tell a format

    hint: name a file that ends in .html, .md or .json; `--json` prints the result as JSON
    ");
    assert_snapshot!(transcript("train parity:2 --checkpoint -"), @r"
    exit 2
    --- stdout
    --- stderr
    error: --checkpoint cannot be standard output: it is written again and again, and read back

    hint: name a file
    ");
}

#[test]
fn a_certificate_and_a_layout_go_to_standard_output() {
    let program = Program::new();
    let run = "train parity:2 --hidden none --solver exact --no-baselines --certificate -";
    let certificate: Value = serde_json::from_slice(&stdout(program.run(run))).unwrap();
    assert_eq!(certificate["format"], "isinglass-certificate");
    let run = "compile parity:2 --hidden none --layout -";
    let layout: Value = serde_json::from_slice(&stdout(program.run(run))).unwrap();
    assert_eq!(layout["format"], "isinglass-layout");
}

#[test]
fn endings_of_checkpoint_certificate_and_layout_are_checked_before_the_work() {
    let program = Program::new();
    for arguments in [
        "train parity:2 --checkpoint state.csv",
        "train parity:2 --solver exact --certificate proof.txt",
        "compile parity:2 --layout layout.coo",
    ] {
        let output = program.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("is not the ending of a format that is written here"), "{error}");
        assert!(error.contains("end the name with .json"), "{error}");
    }
    assert_eq!(std::fs::read_dir(program.path()).unwrap().count(), 0);
}

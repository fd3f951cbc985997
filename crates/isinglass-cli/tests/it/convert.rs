//! Problems in other formats.

use insta::assert_snapshot;
use isinglass_qubo::io::{self, Format, Label, ReadOptions};
use isinglass_qubo::{BqmBuilder, Vartype};
use serde_json::json;

use crate::program::Program;

/// `3 - 2a - 2b - 2c + 3ab + 3bc - ac`: the optimum is -2 at a = c = 1, b = 0.
fn problem() -> Vec<u8> {
    let mut builder = BqmBuilder::new(Vartype::Binary, 3);
    (0..3).for_each(|variable| builder.add_linear(variable, -2.0));
    builder.add_quadratic(0, 1, 3.0);
    builder.add_quadratic(1, 2, 3.0);
    builder.add_quadratic(0, 2, -1.0);
    builder.add_offset(3.0);
    let labels = ["a", "b", "c"].map(|name| Label::Text(name.to_owned()));
    let mut bytes = Vec::new();
    io::write(&builder.build().unwrap(), Some(&labels), Format::DimodJson, &mut bytes).unwrap();
    bytes
}

const TRIANGLE: &str = "3 3\n1 2 1\n2 3 1.5\n1 3 -2\n";

#[test]
fn a_problem_goes_to_every_format_and_back_with_its_energies() {
    let program = Program::new().file("problem.json", problem());
    // as spins without offset it has other energies, by as much as the note says
    for format in Format::all().filter(|format| !matches!(format, Format::Rudy | Format::Qubist)) {
        for ending in format.endings().iter().filter(|&&ending| format != Format::Bqpjson || ending != "json") {
            let there = program.json(&format!("convert problem.json there.{ending}"));
            assert_eq!((&there["format"], &there["out_format"]), (&json!("json"), &json!(format.name())));
            let back = program.json(&format!("convert there.{ending} back.json"));
            assert_eq!((&back["offset"], &back["num_variables"]), (&json!(3.0), &json!(3)), "{ending}");
            for file in [&format!("there.{ending}"), "back.json"] {
                let solved = program.json(&format!("solve {file}"));
                assert_eq!(
                    (&solved["best_energy"], &solved["best_sample"]),
                    (&json!(-2.0), &json!([1, 0, 1])),
                    "{file}"
                );
            }
        }
    }
    let report = program.json("convert problem.json spins.qh");
    let notes = report["notes"].as_array().unwrap();
    let note = notes.iter().find_map(|note| note.as_str().filter(|note| note.contains("must be added"))).unwrap();
    let offset: f64 = note.split("so ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert_eq!(program.json("solve spins.qh")["best_energy"].as_f64().unwrap() + offset, -2.0);
}

#[test]
fn what_a_format_cannot_hold_is_said() {
    let program = Program::new().file("problem.json", problem());
    assert_snapshot!(program.transcript("convert problem.json problem.coo"), @r"
    exit 0
    --- stdout
    problem.coo (coo, BINARY): 3 variables, 3 interactions
    --- stderr
    note: problem.coo: the format cannot hold these labels, so they are left out
    note: problem.coo: the offset 3 is in a comment, which other programs may ignore
    ");
    assert_snapshot!(program.transcript("convert problem.json problem.rud"), @r"
    exit 2
    --- stdout
    --- stderr
    error: cannot write problem.rud
    caused by: variable 0 has the linear bias -0.5 as a spin, but a max-cut file holds only interactions of spins

    hint: write another format, such as coo or qh
    ");
    assert!(!program.path().join("problem.rud").exists());
}

#[test]
fn a_graph_becomes_energies_and_the_file_says_how_its_cuts_follow() {
    let program = Program::new().file("triangle.rud", TRIANGLE);
    let cut = program.json("solve triangle.rud")["best_cut"].as_f64().unwrap();
    let report = program.json("convert triangle.rud triangle.coo");
    assert_eq!((&report["total_weight"], &report["vartype"]), (&json!(0.5), &json!("SPIN")));
    let text = std::fs::read_to_string(program.path().join("triangle.coo")).unwrap();
    assert!(text.starts_with("# max-cut: cut = (W - energy) / 2, where W = 0.5 is the sum of the weights\n"), "{text}");
    let energy = program.json("solve triangle.coo")["best_energy"].as_f64().unwrap();
    assert_eq!((0.5 - energy) / 2.0, cut);
    // and a problem of spins without fields is a graph again
    program.json("convert triangle.coo again.mc");
    assert_eq!(program.json("solve again.mc")["best_cut"], cut);
}

#[test]
fn a_maximum_becomes_a_minimum_and_the_file_says_so() {
    let program = Program::new().file("best.lp", "Maximize\n obj: 2 x + 3 y - [ 8 x * y ] / 2\nBinary\n x y\nEnd\n");
    assert_snapshot!(program.transcript("convert best.lp -"), @r"
    exit 2
    --- stdout
    --- stderr
    error: the format of standard output is not specified

    hint: name the format with --to: coo, bqm, json, qubo, lp, mps, sparse, rudy, qubist, bqpjson, qplib
    ");
    assert_snapshot!(program.transcript("convert best.lp - --to lp"), @r"
    exit 0
    --- stdout
    \ converted from a maximum: the values to maximize are the energies with the sign changed
    Minimize
     obj: - 2 x - 3 y + [ + 8 x * y ] / 2 + 0
    Subject To
    Binary
     x y
    End
    --- stderr
    note: standard output: the maximum was converted to a minimum: energies are the values with the sign changed
    standard output (lp, BINARY): 2 variables, 1 interaction
    ");
}

#[test]
fn variables_are_converted_where_that_is_asked_for_and_possible() {
    let program = Program::new().file("problem.json", problem()).file("bare.coo", "0 1 1\n");
    let report = program.json("convert problem.json spins.coo --to-vartype spin");
    assert_eq!(report["vartype"], "SPIN");
    let solved = program.json("solve spins.coo");
    assert_eq!((&solved["vartype"], &solved["best_energy"]), (&json!("SPIN"), &json!(-2.0)));
    // a file that does not say what its variables are needs --vartype, whatever is made of it
    assert_eq!(program.run("convert bare.coo bare.qubo").status.code(), Some(2));
    assert_eq!(program.json("convert bare.coo bare.qubo --vartype spin")["vartype"], "BINARY");
    assert_eq!(program.json("solve bare.qubo")["best_energy"], -1.0);
    assert_snapshot!(program.transcript("convert missing.json spins.qubo --to-vartype spin"), @r"
    exit 2
    --- stdout
    --- stderr
    error: the format qubo holds BINARY variables only, but SPIN was asked for

    hint: leave --to-vartype out, or write coo, bqm, json or bqpjson
    ");
}

#[test]
fn formats_are_named_where_endings_do_not_tell_them() {
    let program = Program::new().file("G3", TRIANGLE);
    assert_eq!(program.run("convert G3 G3.coo").status.code(), Some(2));
    let report = program.json("convert G3 problem.data --from gset --to qubist");
    assert_eq!((&report["format"], &report["out_format"]), (&json!("rudy"), &json!("qubist")));
    assert_eq!(program.json("convert problem.data again.json --format qubist --to bqpjson")["out_format"], "bqpjson");
    assert_eq!(program.json("convert again.json last.json")["format"], "bqpjson");
}

#[test]
fn a_place_where_nothing_can_be_written_is_refused_before_the_work() {
    let program = Program::new();
    assert_snapshot!(program.transcript("convert missing.coo problem.xyz"), @r"
    exit 2
    --- stdout
    --- stderr
    error: cannot write problem.xyz
    caused by: `.xyz` is not the ending of a format that is written here

    hint: end the name with .bq, .bqm, .bqpjson, .coo, .gset, .json, .lp, .mc, .mps, .qh, .qplib, .qs, .qubo, .rud or .sparse
    ");
    for (out, cause) in [
        ("problem", "file extension"),
        ("no/such/a.coo", "No such file"),
        (".", "file extension"),
        ("..", "file extension"),
    ] {
        let text = program.transcript(&format!("convert missing.coo {out}"));
        assert!(text.starts_with("exit 2\n") && text.contains(cause) && !text.contains("missing.coo"), "{text}");
    }
}

#[test]
fn a_file_is_converted_onto_itself_whole_or_not_at_all() {
    let program = Program::new().file("a.coo", "# vartype=SPIN\n0 1 1\n0 1 0.5\n# a remark\n");
    assert!(program.run("convert a.coo a.coo").status.success());
    let read = |program: &Program, name: &str| std::fs::read(program.path().join(name)).unwrap();
    let file = io::read(&read(&program, "a.coo"), Format::Coo, &ReadOptions::default()).unwrap();
    assert_eq!(file.bqm.quadratic(0, 1), 1.5);

    let program = program.file("b.json", problem());
    assert_eq!(program.run("convert b.json b.json --to rudy").status.code(), Some(2));
    assert_eq!(read(&program, "b.json"), problem());
    assert_eq!(std::fs::read_dir(program.path()).unwrap().count(), 2);
}

#[test]
fn line_ends_of_windows_are_taken() {
    let text = "# vartype=SPIN\r\n# offset=1\r\n0 1 -1\r\n";
    let program = Program::new().file("a.coo", text).file("t.rud", TRIANGLE.replace('\n', "\r\n"));
    assert_eq!(program.json("convert a.coo b.coo")["offset"], 1.0);
    assert_eq!(program.json("convert t.rud t.qh")["total_weight"], 0.5);
}

#[test]
fn every_name_in_the_json_is_documented() {
    let document =
        std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md")).unwrap();
    let table = document.split_once("## Converting problems").unwrap().1.split_once("\n## ").unwrap().0;
    let report = Program::new().file("triangle.rud", TRIANGLE).json("convert triangle.rud triangle.coo");
    for name in report.as_object().unwrap().keys().filter(|name| *name != "schema") {
        assert!(table.contains(&format!("`{name}`")), "{name}");
    }
}

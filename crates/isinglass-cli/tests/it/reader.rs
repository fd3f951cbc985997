//! The numpy reader in the documents reproduces every prediction. Without python3 and numpy the test passes without it.

use std::process::Command;

use crate::program::Program;

/// Reads a model and the rows of a CSV file without labels, and prints a class a line, with the reader of the documents.
const MAIN: &str = r#"
import csv
import sys


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


with open(sys.argv[2], newline="") as file:
    table = list(csv.DictReader(file))
for name in table[0]:
    numbers = [number(row[name]) for row in table]
    # a column is numeric if all of its cells are numbers
    if all(value is not None for value in numbers):
        for row, value in zip(table, numbers):
            row[name] = value
print("\n".join(predict(sys.argv[1], table)))
"#;

/// The Python with numpy, if there is one.
fn python() -> Option<&'static str> {
    let has_numpy = Command::new("python3").args(["-c", "import numpy"]).output();
    has_numpy.is_ok_and(|output| output.status.success()).then_some("python3")
}

/// Three numbers that take few values, and a text: of 120 rows in four classes.
fn mixed() -> String {
    let mut state = 7u64;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let mut text = "a,b,c,color,label\n".to_owned();
    for row in 0..120u64 {
        let class = row % 4;
        let color = ["red", "green", "dark blue"][(next(4) + class) as usize % 3];
        let (a, b, c) = (next(6) + class, next(5) as i64 - 2 * class as i64, next(100) as f64 / 8.0);
        text.push_str(&format!("{a},{b},{c},{color},class {class}\n"));
    }
    text
}

#[test]
fn the_numpy_reader_of_the_documents_reproduces_every_prediction() {
    let Some(python) = python() else { return };
    let document = include_str!("../../../../docs/formats.md");
    let blocks: Vec<&str> =
        document.split("```python\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let reader = blocks.iter().find(|block| block.contains("def predict(path, rows)")).unwrap();
    let program = Program::new().file("reader.py", format!("{reader}{MAIN}")).file("mixed.csv", mixed());
    for (train, rows) in [
        ("--data mixed.csv --hidden 2", "--data mixed.csv"),
        ("--data mixed.csv --hidden 3,3 --bias --binarize thermometer:3", "--data mixed.csv"),
        ("--data mixed.csv --hidden 2 --binarize one-hot --features a,color", "--data mixed.csv"),
        ("--data mixed.csv --hidden none --bias", "--data mixed.csv"),
        ("digits --pool 4x4 --limit 200 --hidden 3", "digits --limit 300"),
        ("digits --classes 3,8 --pool 2x4 --limit 100 --hidden 3 --bias", "digits --classes 3,8 --limit 100"),
    ] {
        program.json(&format!(
            "train {train} --num-reads 2 --num-sweeps 3 --no-polish --no-proof --no-baselines --out m.json"
        ));
        program.json(&format!("data convert {rows} --out rows.csv"));
        let table = std::fs::read_to_string(program.path().join("rows.csv")).unwrap();
        let bare: String = table.lines().flat_map(|line| [line.rsplit_once(',').unwrap().0, "\n"]).collect();
        std::fs::write(program.path().join("bare.csv"), bare).unwrap();
        let expected = program.run(&format!("predict m.json {rows}"));
        assert!(expected.status.success());
        let read = Command::new(python)
            .args(["reader.py", "m.json", "bare.csv"])
            .current_dir(program.path())
            .output()
            .unwrap();
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let (expected, read) = (String::from_utf8_lossy(&expected.stdout), String::from_utf8_lossy(&read.stdout));
        assert!(expected.lines().count() >= 100 && expected.lines().eq(read.lines()), "{train}");
    }
}

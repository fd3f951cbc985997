//! Models: what was trained is what predicts.

use serde_json::Value;

use crate::program::{Program, json};

/// A directory with a model of the monks, and what training said of it.
fn trained() -> (Program, Value) {
    let program = Program::new();
    let report = program.json(
        "train monks-1 --shuffle seed:1 --limit 100 --test 0.4 --test-order last --hidden 2 --solver exact --no-baselines --out model.json",
    );
    assert_eq!(report["out"], "model.json");
    (program, report)
}

fn lines(program: &Program, arguments: &str) -> Vec<String> {
    let output = program.run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_model_makes_the_errors_that_training_reported() {
    let (program, report) = trained();
    let on_all = program.json("eval model.json monks-1 --shuffle seed:1 --limit 100");
    let on_training = program.json("eval model.json monks-1 --shuffle seed:1 --limit 60");
    let result = &report["result"];
    let number = |value: &Value| value.as_u64().unwrap();
    assert_eq!(on_training["errors"], result["train_errors"]);
    assert_eq!(on_training["accuracy"], result["train_accuracy"]);
    assert_eq!(number(&on_all["errors"]), number(&result["train_errors"]) + number(&result["test_errors"]));
    let confusion: u64 =
        on_all["confusion"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).map(number).sum();
    assert_eq!(confusion, 100);
}

#[test]
fn a_file_gives_the_same_predictions_with_and_without_its_label_column() {
    let (program, _) = trained();
    program.json("data convert monks-1 --out monks.csv");
    let table = std::fs::read_to_string(program.path().join("monks.csv")).unwrap();
    let bare: String = table.lines().flat_map(|line| [line.rsplit_once(',').unwrap().0, "\n"]).collect();
    let program = program.file("bare.csv", bare);
    let expected = lines(&program, "predict model.json monks-1");
    assert_eq!(expected.len(), 432);
    assert_eq!(lines(&program, "predict model.json --data monks.csv"), expected);
    assert_eq!(lines(&program, "predict model.json --data bare.csv"), expected);

    let labels = table.lines().skip(1).map(|line| line.rsplit_once(',').unwrap().1);
    let errors = labels.zip(&expected).filter(|(label, predicted)| label != predicted).count();
    assert_eq!(program.json("eval model.json --data monks.csv")["errors"], errors);

    let written = program.json("predict model.json --data bare.csv --out classes.txt");
    assert_eq!(written["predictions"].as_array().unwrap().len(), 432);
    let classes = std::fs::read_to_string(program.path().join("classes.txt")).unwrap();
    assert_eq!(classes.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn an_accuracy_that_is_required_decides_the_exit_code() {
    let (program, _) = trained();
    assert_eq!(program.run("eval model.json monks-1 --require-accuracy 0.5").status.code(), Some(0));
    let output = program.run("eval model.json monks-1 --require-accuracy 1 --json");
    assert_eq!(output.status.code(), Some(1));
    json(&output);
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("goal not met: the accuracy on these rows is "));
}

#[test]
fn a_model_in_which_one_character_changed_is_refused() {
    let (program, _) = trained();
    let text = std::fs::read_to_string(program.path().join("model.json")).unwrap();
    // a letter inside a text: what is left is valid JSON of the right shape
    let at = text.find("\"command\": \"isinglass").unwrap() + 20;
    let flipped = format!("{}{}{}", &text[..at], if &text[at..=at] == "x" { "y" } else { "x" }, &text[at + 1..]);
    let program = program.file("model.json", flipped);
    for command in ["predict", "eval"] {
        let output = program.run(&format!("{command} model.json monks-1"));
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.starts_with("error: cannot read model.json\ncaused by: "), "{stderr}");
    }
    insta::assert_snapshot!(without_digests(&program.transcript("eval model.json monks-1")));
}

/// A transcript in which hashes are stars.
fn without_digests(text: &str) -> String {
    let is_digest = |word: &str| word.len() >= 32 && word.chars().all(|character| character.is_ascii_hexdigit());
    let words = text.split_inclusive(|character: char| !character.is_ascii_alphanumeric());
    words
        .map(|word| {
            let bare = word.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
            if is_digest(bare) { word.replace(bare, "***") } else { word.to_owned() }
        })
        .collect()
}

#[test]
fn a_truncated_model_is_refused() {
    let (program, _) = trained();
    let text = std::fs::read_to_string(program.path().join("model.json")).unwrap();
    for length in [0, 1, 20, text.len() / 2, text.len() - 3] {
        let output = trained_with(&text[..length]).run("eval model.json monks-1");
        assert_eq!(output.status.code(), Some(2), "{length}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("caused by: "), "{length}");
    }
}

fn trained_with(model: &str) -> Program {
    Program::new().file("model.json", model)
}

#[test]
fn foreign_json_is_no_model() {
    insta::assert_snapshot!(trained_with("{\"weights\": [1, 2]}").transcript("predict model.json monks-1"));
}

#[test]
fn a_layout_is_no_model() {
    let program = Program::new();
    program.json("compile majority:3 --layout model.json");
    insta::assert_snapshot!(program.transcript("predict model.json majority:3"));
}

#[test]
fn rows_of_another_table_do_not_fit_the_model() {
    let (program, _) = trained();
    insta::assert_snapshot!(program.transcript("predict model.json tictactoe"));
}

#[test]
fn a_class_that_training_never_saw_cannot_be_judged() {
    let program = Program::new();
    program.json("train digits --classes 1,2 --limit 20 --pool 4x4 --solver exact --no-baselines --out model.json");
    insta::assert_snapshot!(program.transcript("eval model.json digits --classes 1,3"));
}

#[test]
fn a_model_that_cannot_be_written_leaves_nothing_behind() {
    let program = Program::new();
    insta::assert_snapshot!(program.transcript("train monks-1 --out no/such/model.json"));
    assert_eq!(std::fs::read_dir(program.path()).unwrap().count(), 0);
    insta::assert_snapshot!(program.transcript("train monks-1 --out ."));
}

#[test]
fn a_command_that_fails_leaves_the_file_that_was_there() {
    let program = Program::new().file("precious", "keep me").file("layout.qubo", "keep me too");
    for arguments in [
        "train digits --classes 3,8 --hidden 3 --solver exact --out precious",
        "train monks-1 --batch-size 1000 --out precious",
        "compile digits --hidden 100000 --layout precious --out layout.qubo",
        "predict missing.json monks-1 --out precious",
        "decode missing.json --layout missing.json --out precious",
    ] {
        assert_eq!(program.run(arguments).status.code(), Some(2), "{arguments}");
        assert_eq!(std::fs::read_to_string(program.path().join("precious")).unwrap(), "keep me", "{arguments}");
        assert_eq!(std::fs::read_to_string(program.path().join("layout.qubo")).unwrap(), "keep me too");
        assert_eq!(std::fs::read_dir(program.path()).unwrap().count(), 2, "{arguments}");
    }
}

#[test]
fn scores_tell_the_predicted_class() {
    let program = Program::new();
    program.json(
        "train digits --classes 1,2,3 --pool 4x4 --limit 60 --hidden 2 --num-sweeps 50 --no-baselines --no-proof --out m.json",
    );
    let rows = "m.json digits --classes 1,2,3 --limit 40";
    let report = program.json(&format!("predict {rows} --scores"));
    assert_eq!(report["classes"], serde_json::json!(["1", "2", "3"]));
    let best = |scores: &Value| {
        let number = |class: usize, name: &str| scores[class][name].as_i64().unwrap();
        (0..3).min_by_key(|&class| (number(class, "distance"), -number(class, "margin"))).unwrap()
    };
    let scores = report["scores"].as_array().unwrap();
    let names: Vec<&Value> = scores.iter().map(|scores| &report["classes"][best(scores)]).collect();
    assert_eq!(names, report["predictions"].as_array().unwrap().iter().collect::<Vec<_>>());

    let csv = lines(&program, &format!("predict {rows} --scores"));
    assert_eq!(csv[0], "class,distance_1,margin_1,distance_2,margin_2,distance_3,margin_3");
    let first = &scores[0];
    let cells: Vec<String> = (0..3)
        .flat_map(|class| [&first[class]["distance"], &first[class]["margin"]])
        .map(ToString::to_string)
        .collect();
    assert_eq!(csv[1], format!("{},{}", names[0].as_str().unwrap(), cells.join(",")));
    let written = program.run(&format!("predict {rows} --scores --out scores.csv"));
    assert!(written.status.success());
    let file = std::fs::read_to_string(program.path().join("scores.csv")).unwrap();
    assert_eq!(file.lines().collect::<Vec<_>>(), csv);
    // without scores nothing changes
    assert!(program.json(&format!("predict {rows}")).get("scores").is_none());
}

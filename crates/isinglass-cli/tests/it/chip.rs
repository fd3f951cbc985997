//! Problems on chips: embedding, drawing, solving and training there.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::program::Program;
use isinglass_chip::embedding::{Embedding, EmbeddingFile};
use isinglass_chip::hardware::{Chip, Graph};

/// The complete graph as a plain edge list.
fn complete(size: u32) -> String {
    let edges = (0..size).flat_map(|i| (0..i).map(move |j| format!("{i} {j} # an edge\n")));
    std::iter::once("# complete\n".to_owned()).chain(edges).collect()
}

/// A frustrated problem of `size` spins, each of which wants to differ from all others.
fn frustrated(size: u32) -> String {
    let terms = (0..size).flat_map(|i| (0..i).map(move |j| format!("{j} {i} 1\n")));
    std::iter::once("# vartype=SPIN\n".to_owned()).chain(terms).collect()
}

#[test]
fn what_is_wrong_with_a_chip_or_its_chains_is_said_as_it_is() {
    let program =
        Program::new().file("k3.edges", complete(3)).file("twice.json", r#"{"0": [30, 30]}"#).file("no.edges", "");
    for (arguments, said) in [
        ("draw twice.json --topology pegasus:16", "qubit 30 appears twice in the chain of variable 0"),
        ("draw --topology chimera:1,1,1 --missing-qubits 0,1", "chimera:1,1,1 with faults has no working qubit"),
        ("embed no.edges --topology pegasus:3", "no.edges has no variables to embed"),
        ("solve k3.edges --race qpu-emulator,sa --chip advantage6 --time-limit 1s", "a race is not run on a chip"),
        ("train parity:2 --chip advantage6 --solver qpu-emulator --readout-error 1.5", "a probability is a number"),
        ("train parity:2 --chip advantage6 --solver qpu-emulator --annealing-time 1e9", "takes 0.5 to 2000"),
        ("train parity:2 --chip advantage6 --solver qpu-emulator --beta-range 1..2", "temperatures are the chip's"),
        ("tts k3.edges --target 0 --solver qpu-emulator", "invalid value 'qpu-emulator'"),
        ("bench k3.edges --solvers sa,qpu-emulator", "invalid value 'qpu-emulator'"),
    ] {
        let text = program.transcript(arguments);
        assert!(text.starts_with("exit 2") && text.contains(said), "{arguments}: {text}");
    }
    let help = String::from_utf8(program.run("tts --help").stdout).unwrap();
    assert!(!help.contains("--readout-error") && !help.contains("- qpu-emulator"), "{help}");
}

#[test]
fn an_edge_list_is_embedded_and_the_file_is_an_embedding() {
    let program = Program::new().file("k8.edges", complete(8)).file("k8", complete(8));
    for name in ["k8.edges", "k8"] {
        let report = program.json(&format!("embed {name} --topology chimera:4 --out embedding.json"));
        assert_eq!((&report["format"], &report["num_interactions"]), (&json!("edges"), &json!(28)));
        let text = std::fs::read_to_string(program.path().join("embedding.json")).unwrap();
        let chains = EmbeddingFile::from_json(&text).unwrap().chains(8, None).unwrap();
        assert_eq!(json!(chains), report["chains"]);
        let problem = Graph::from_edges(8, (0..8).flat_map(|i| (0..i).map(move |j| (i, j)))).unwrap();
        let embedding = Embedding::new(chains, &problem, &Chip::ideal("chimera:4".parse().unwrap())).unwrap();
        assert_eq!(report["num_qubits"], embedding.num_qubits());
        assert_eq!(report["max_chain_length"], embedding.max_chain_length());
        for field in ["lower_bound", "seconds", "method"] {
            assert!(!report[field].is_null(), "{field}");
        }
    }
}

#[test]
fn labels_are_kept_and_a_layout_tells_kinds_apart() {
    let program = Program::new();
    program.run("compile parity:3 --hidden 3 --bias --out problem.json --layout layout.json");
    let report = program.json("embed problem.json --layout layout.json --chip advantage6 --out embedding.json");
    let file = std::fs::read_to_string(program.path().join("embedding.json")).unwrap();
    let by_label: BTreeMap<String, Vec<u32>> = serde_json::from_str(&file).unwrap();
    assert!(by_label.keys().any(|label| label.starts_with("weight_")), "{file}");
    assert_eq!((&report["chip"], &report["is_emulated"]), (&json!("advantage6"), &json!(true)));
    let kinds = report["kinds"].as_array().unwrap();
    let qubits: u64 = kinds.iter().map(|kind| kind["num_qubits"].as_u64().unwrap()).sum();
    assert_eq!(json!(qubits), report["num_qubits"]);
    let other = program.transcript("embed k.edges --layout layout.json --topology pegasus:2");
    assert!(other.starts_with("exit 2"), "{other}");
}

#[test]
fn faults_that_a_chip_has_already_are_a_note_and_no_error() {
    let program = Program::new().file("k3.edges", complete(3)).file("three.coo", frustrated(3));
    for command in
        ["embed k3.edges", "plan three.coo", "solve three.coo", "draw", "train parity:2 --no-proof --no-baselines"]
    {
        let output = program.run(&format!("{command} --chip advantage6 --missing-qubits 0,31"));
        let notes = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {notes}");
        assert!(notes.contains("note: qubit 0 is already missing on advantage6\n"), "{command}: {notes}");
    }
}

#[test]
fn gaps_in_the_labels_of_an_edge_list_are_not_variables() {
    let program = Program::new().file("gap.edges", "0 500\n500 7\n7 0\n").file("named.edges", "a b {}\nb 'c'\n");
    let program = program.file("gap", "0 500\n500 7\n7 0\n").file("two.coo", "# vartype=SPIN\n0 1 1\n");
    for name in ["gap.edges", "gap"] {
        let report = program.json(&format!("embed {name} --topology chimera:2 --out embedding.json"));
        assert_eq!((&report["num_variables"], &report["labels"]), (&json!(3), &json!([0, 7, 500])));
        let text = std::fs::read_to_string(program.path().join("embedding.json")).unwrap();
        let chains: BTreeMap<String, Vec<u32>> = serde_json::from_str(&text).unwrap();
        assert_eq!(chains.keys().collect::<Vec<_>>(), ["0", "500", "7"]);
        assert_eq!(json!([chains["0"], chains["7"], chains["500"]]), report["chains"]);
    }
    let svg = String::from_utf8(program.run("draw embedding.json --topology chimera:2").stdout).unwrap();
    assert!(svg.contains("<title>variable 500"), "{svg}");
    let refused = program.transcript("solve two.coo --embed chimera:2 --embedding embedding.json");
    assert!(refused.contains("no chain for variable `1`"), "{refused}");
    let named = program.json("embed named.edges --topology chimera:2");
    assert_eq!(named["labels"], json!(["a", "b", "c"]));
    // two words a line could be anything: only its name makes such a file an edge list
    let words = program.file("words", "buy milk\n").transcript("embed words --topology chimera:2");
    assert!(words.starts_with("exit 2") && words.contains("--format"), "{words}");
}

#[test]
fn a_graph_that_does_not_fit_says_why() {
    let program = Program::new().file("k9.edges", complete(9)).file("ring.edges", "0 1\n1 2\n2 3\n3 0\n");
    insta::assert_snapshot!(program.transcript("embed k9.edges --topology chimera:1"));
    insta::assert_snapshot!(program.transcript("embed k9.edges --graph ring.edges"));
    let failed = program.transcript("embed k9.edges --topology chimera:2 --missing-qubits 0,1,2,3 --tries 1");
    for word in ["9 variables with 100 %", "qubits shared", "chimera:3,3,4", "exit 2"] {
        assert!(failed.contains(word), "{word}: {failed}");
    }
}

#[test]
fn chips_that_are_none_are_refused() {
    let program = Program::new().file("k3.edges", complete(3)).file("bad.json", "{}").file("bad.edges", "0 1\n1 2 3\n");
    for arguments in [
        "embed k3.edges",
        "embed k3.edges --topology pegasus:16 --chip advantage6",
        "embed k3.edges --topology pegasus:99999",
        "embed k3.edges --chip advantage7",
        "embed k3.edges --chip bad.json",
        "embed bad.edges --topology chimera:1",
        "embed k3.edges --topology chimera:1 --missing-qubits 99",
        "embed k3.edges --topology chimera:1 --missing-couplers 0-1",
        "draw bad.json --topology chimera:1 --width 100",
    ] {
        let output = program.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
    }
    insta::assert_snapshot!(program.transcript("embed k3.edges"));
}

#[test]
fn a_solver_s_own_description_is_a_chip() {
    let solver =
        r#"{"id": "tiny", "properties": {"qubits": [0, 1, 4, 5], "couplers": [[0, 4], [0, 5], [1, 4], [1, 5]]}}"#;
    let program = Program::new().file("solver.json", solver).file("k3.edges", complete(3));
    let report = program.json("embed k3.edges --chip solver.json");
    assert_eq!(
        (&report["chip"], &report["is_emulated"], &report["num_qubits"]),
        (&json!("tiny"), &json!(false), &json!(4))
    );
}

#[test]
fn a_solver_with_a_qubit_outside_its_topology_is_refused_by_every_command() {
    let solver = r#"{"properties": {"qubits": [30, 31, 99999], "couplers": [[30, 31], [31, 99999], [30, 99999]],
        "topology": {"type": "pegasus", "shape": [16]}}}"#;
    let program = Program::new().file("solver.json", solver).file("three.coo", frustrated(3));
    for command in ["draw", "embed three.coo", "plan three.coo", "solve three.coo", "train parity:2"] {
        let said = program.transcript(&format!("{command} --chip solver.json"));
        assert!(
            said.starts_with("exit 2") && said.contains("qubit 99999 is listed, but the topology pegasus:16"),
            "{said}"
        );
    }
}

#[test]
fn the_properties_that_ocean_gives_are_a_chip_called_as_their_file() {
    let ocean = r#"{"qubits": [2, 3, 28, 29], "couplers": [[2, 3], [2, 28], [3, 28], [2, 29], [3, 29], [28, 29]],
        "topology": {"type": "pegasus", "shape": [2]}}"#;
    let program = Program::new().file("ocean.json", ocean).file("k3.edges", complete(3)).file("other.json", "[1]");
    assert_eq!(program.json("embed k3.edges --chip ocean.json")["chip"], "ocean.json");
    let other = program.transcript("embed k3.edges --chip other.json");
    assert!(other.starts_with("exit 2") && other.contains("expected the properties of a solver"), "{other}");
}

#[test]
fn chips_and_embeddings_are_drawn() {
    let program = Program::new().file("k8.edges", complete(8));
    program.json("embed k8.edges --topology pegasus:3 --out embedding.json");
    let text = program.run("draw embedding.json --topology pegasus:3").stdout;
    let svg = String::from_utf8(text).unwrap();
    assert!(svg.starts_with("<svg ") && svg.matches("<title>variable").count() == 8);
    program.json("draw embedding.json --topology pegasus:3 --out picture.svg");
    assert_eq!(std::fs::read_to_string(program.path().join("picture.svg")).unwrap(), svg);
    let wrong = program.transcript("draw embedding.json --topology chimera:1");
    assert!(
        wrong.starts_with("exit 2") && wrong.contains("embedding.json is no embedding on chimera:1,1,4"),
        "{wrong}"
    );
}

#[test]
fn a_picture_is_drawn_as_png_where_the_build_can_and_refused_with_the_way_to_get_it_where_not() {
    let program = Program::new();
    let command = "draw --topology pegasus:3 --out picture.png --width 300 --background dark";
    if cfg!(feature = "png") {
        program.json(command);
        let png = std::fs::read(program.path().join("picture.png")).unwrap();
        assert_eq!((&png[..4], &png[16..20]), (b"\x89PNG".as_slice(), 300u32.to_be_bytes().as_slice()));
    } else {
        let refused = program.transcript(command);
        assert!(refused.starts_with("exit 2") && refused.contains("--features full"), "{refused}");
    }
}

#[test]
fn a_problem_is_solved_on_a_chip_with_every_choice() {
    // half of nine up, half down
    let program = Program::new().file("nine.coo", frustrated(9));
    for arguments in [
        "--embed pegasus:3",
        "--chip advantage2-4 --solver sa",
        "--embed chimera:4 --solver pt --chain-strength 4 --chain-break minimize-energy",
        "--embed chimera:4 --solver sa --chain-strength scaled:3 --chain-break discard --num-spin-reversal-transforms 2",
        "--embed chimera:4 --solver sa --chain-strength scan --chain-break weighted-random --embedding-seed 3",
        "--embed zephyr:2 --solver tree --embedding-cache off",
    ] {
        let report = program.json(&format!("solve nine.coo {arguments}"));
        assert_eq!(report["best_energy"], -4.0, "{arguments}");
        let embedded = &report["embedded"];
        assert_eq!(embedded["break_rates"].as_array().unwrap().len(), 9);
        assert!(embedded["num_qubits"].as_u64().unwrap() >= embedded["lower_bound"].as_u64().unwrap());
        assert_eq!(embedded["scan"].is_array(), arguments.contains("scan"));
    }
    let text = String::from_utf8(program.run("solve nine.coo --embed pegasus:3").stdout).unwrap();
    assert!(text.contains("kept from an earlier run"), "{text}");
    assert_eq!(program.json("solve nine.coo --embed pegasus:3")["embedded"]["origin"], "disk");
}

#[test]
fn samples_from_a_chip_say_how_they_came_about() {
    let program = Program::new().file("nine.coo", frustrated(9));
    let report =
        program.json("solve nine.coo --chip advantage6 --solver qpu-emulator --num-reads 5 --out samples.json");
    let text = std::fs::read_to_string(program.path().join("samples.json")).unwrap();
    let samples: Value = serde_json::from_str(&text).unwrap();
    let context = &samples["info"]["embedding_context"];
    assert_eq!(context["embedding"]["3"], report["embedded"]["chains"][3]);
    assert_eq!(context["chain_break_method"], "majority_vote");
    assert_eq!(context["chain_strength"], report["embedded"]["chain_strengths"][0]);
    assert_eq!(samples["info"]["timing"]["qpu_access_time"], report["emulation"]["qpu_access_time"]);
    program.json("solve nine.coo --out samples.json");
    let text = std::fs::read_to_string(program.path().join("samples.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["info"], json!({}));
}

#[test]
fn threads_do_not_change_what_a_chip_returns() {
    let program = Program::new().file("nine.coo", frustrated(9));
    let run = |threads: usize| {
        let arguments =
            "solve nine.coo --embed chimera:4 --solver sa --num-reads 130 --num-sweeps 20 --embedding-cache off";
        let mut report = program.json(&format!("{arguments} --chain-strength 0.5 --threads {threads}"));
        report["seconds"] = Value::Null;
        report["updates_per_second"] = Value::Null;
        report["embedded"]["embedding_seconds"] = Value::Null;
        report
    };
    let one = run(1);
    assert!(one["embedded"]["num_broken_reads"].as_u64().unwrap() > 0);
    assert_eq!(one, run(2));
}

#[test]
fn an_embedding_that_is_given_is_used_and_must_fit() {
    let program = Program::new().file("three.coo", frustrated(3)).file("nine.coo", frustrated(9));
    let program = program.file("mine.json", r#"{"0": [0, 4], "1": [1], "2": [5]}"#);
    let report = program.json("solve three.coo --embed chimera:1 --embedding mine.json");
    assert_eq!((&report["embedded"]["origin"], &report["embedded"]["num_qubits"]), (&json!("given"), &json!(4)));
    insta::assert_snapshot!(program.transcript("solve nine.coo --embed chimera:1 --embedding mine.json"));
    insta::assert_snapshot!(program.transcript("solve three.coo --embedding mine.json"));
    insta::assert_snapshot!(program.transcript("solve three.coo --embed chimera:1 --chain-break weights"));
}

#[test]
fn training_on_an_emulated_chip_tells_qubits_breaks_and_the_distance_from_the_optimum() {
    let program = Program::new();
    let report = program.json("train parity:3 --hidden 3 --bias --chip advantage6 --no-baselines");
    let embedded = &report["embedded"];
    assert_eq!((&embedded["chip"], &embedded["is_emulated"]), (&json!("advantage6"), &json!(true)));
    assert!(embedded["num_qubits"].as_u64().unwrap() >= embedded["lower_bound"].as_u64().unwrap());
    let (loss, optimum) = (report["result"]["loss"].as_f64(), report["result"]["optimum"]["loss"].as_f64());
    assert!(loss.unwrap() >= optimum.unwrap());
    let text =
        String::from_utf8(program.run("train parity:3 --hidden 3 --bias --chip advantage6 --no-baselines").stdout);
    let text = text.unwrap();
    for words in ["advantage6 (emulated): 5,612 qubits", "(at least ", "optim", "hidden  1"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let weights = program.json("train parity:3 --hidden 3 --bias --embed pegasus:6 --chain-break weights --no-proof");
    let breaks = weights["embedded"]["break_rates"].as_array().unwrap();
    assert!(breaks.iter().all(|each| each[0].as_str().unwrap().starts_with("weight_")));
}

#[test]
fn minibatches_of_equal_shape_are_embedded_once() {
    let program = Program::new();
    let batches = "train parity:3 --bias --batch-size 4 --batches 4 --chip advantage2-4 --no-baselines --no-proof";
    let report = program.json(batches);
    let steps = report["batches"].as_array().unwrap();
    assert_eq!(steps.len(), 4);
    assert!(steps.iter().all(|step| step["embedded"]["num_qubits"].as_u64().unwrap() > 0));
    // the rows of batches 0 and 2 are the same, so no more than two graphs were embedded
    let kept = std::fs::read_dir(program.path().join("caches/isinglass/embeddings")).unwrap().count();
    assert!((1..=2).contains(&kept), "{kept}");
    let refused = program.transcript("train parity:3 --solver weights --chip advantage2-4");
    assert!(refused.starts_with("exit 2") && refused.contains("does not sample a QUBO"), "{refused}");
}

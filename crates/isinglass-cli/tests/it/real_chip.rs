//! The real chip of a reproduction, played by a local server that speaks the protocol of the service.

use std::process::Output;

use isinglass_chip::hardware::{Chip, Topology};
use isinglass_qubo::sampler::SimulatedAnnealing;
use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype};
use isinglass_sapi::testing::{ACCESS_TIME, Behaviour, Ising, Server, TOKEN};
use serde_json::{Value, json};

use crate::program::{Program, json as json_of};

const BATCHES: &str =
    "reproduce --quick --experiments exp0 --formulations compact --max-inputs 0 --no-ablation --no-mip";

/// A small chip without faults, described as the service does.
fn description() -> Value {
    let topology: Topology = "pegasus:4".parse().unwrap();
    let chip = Chip::ideal(topology);
    json!({
        "identity": {"name": "TestChip_1", "version": {"graph_id": "01ab"}},
        "status": "ONLINE",
        "properties": {
            "supported_problem_types": ["ising", "qubo"],
            "num_qubits": chip.graph().num_nodes(),
            "qubits": chip.qubits(),
            "couplers": chip.graph().edges().collect::<Vec<_>>(),
            "topology": {"type": "pegasus", "shape": [4]},
        },
    })
}

/// Reads by annealing of the problem that arrived, a chain being nothing but strong couplings.
fn anneal(ising: &Ising) -> Vec<Vec<i8>> {
    let mut builder = BqmBuilder::new(Vartype::Spin, ising.qubits.len());
    ising.biases.iter().enumerate().for_each(|(place, &bias)| builder.add_linear(place, bias));
    ising.couplings.iter().for_each(|&(one, two, bias)| builder.add_quadratic(one, two, bias));
    let annealing = SimulatedAnnealing { num_reads: ising.num_reads, num_sweeps: 300, ..SimulatedAnnealing::default() };
    let sampling = annealing.sample(&builder.build().unwrap(), &RunControl::default()).unwrap();
    sampling.samples.rows().map(|row| row.sample.to_vec()).collect()
}

fn server() -> Server {
    Server::start(Behaviour { pending: 1, ..Behaviour::new(description(), anneal) })
}

/// Runs with this token at the server.
fn run(program: &Program, server: &Server, token: &str, arguments: &str) -> Output {
    let mut command = program.command(arguments);
    command.env("DWAVE_API_TOKEN", token).env("DWAVE_API_ENDPOINT", server.endpoint()).env("NO_PROXY", "*");
    let output = command.output().unwrap();
    let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    assert!(!String::from_utf8_lossy(&all).contains(token), "the token is shown");
    output
}

fn error_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_reproduction_runs_on_the_real_chip_and_says_so() {
    let (program, server) = (Program::new(), server());
    let report = format!("{BATCHES} --qpu real --qpu-reads 10 --report report.html --json");
    let output = run(&program, &server, TOKEN, &report);
    assert!(output.status.success(), "{}", error_of(&output));
    let note = error_of(&output);
    let expected =
        format!("the QPU is real: TestChip_1 at {}/. 3 problems of 10 reads in 3 submissions", server.endpoint());
    assert!(note.contains(&expected) && note.contains("of QPU access time at most"), "{note}");
    let report = json_of(&output);
    assert_eq!(report["plan"]["qpu_chip"], "TestChip_1 (real)");
    assert!(report["plan"]["qpu_notice"].as_str().unwrap().starts_with("TestChip_1 is a real chip"));
    assert_eq!(report["unfinished"], json!([]));
    let modes = report["experiments"][0]["formulations"][0]["modes"].as_array().unwrap();
    assert_eq!(modes.len(), 6);
    assert!(modes.iter().all(|mode| mode["is_emulated"] == false && mode["mode"] != "qpu-emulated"));
    let qpu = modes.last().unwrap();
    assert_eq!((&qpu["mode"], &qpu["title"]), (&"qpu".into(), &"QPU (TestChip_1, real)".into()));
    let summary = &qpu["summary"];
    assert_eq!(
        (&summary["median_qpu_access_time"], &summary["success"]["num_reads"]),
        (&ACCESS_TIME.into(), &30.into())
    );
    assert_eq!(summary["num_batches"], 3);
    let batches = qpu["batches"].as_array().unwrap();
    assert!(batches.iter().all(|batch| batch["excess"].as_f64().unwrap() >= 0.0));
    // one submission for each batch, the description, and a question or more for each problem that was pending
    assert_eq!((server.count("POST"), server.count("DELETE")), (3, 0));
    assert!(server.count("GET") >= 4);
    let page = std::fs::read_to_string(program.path().join("report.html")).unwrap();
    assert!(page.contains("QPU (TestChip_1, real)") && !page.contains("EMULATED") && !page.contains(TOKEN));
}

#[test]
fn text_says_what_was_measured_and_both_chips_can_stand_side_by_side() {
    let (program, server) = (Program::new(), server());
    let output = run(&program, &server, TOKEN, &format!("{BATCHES} --modes qpu-emulated,qpu --qpu-reads 5"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in [
        "QPU (TestChip_1, real): QPU access time of a batch 12.3 ms, as the service measured it",
        "QPU (EMULATED): QPU access time of a batch",
        "TestChip_1 (real, and emulated)",
        "no quantum computer took part",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn nobody_pays_who_has_not_asked_for_it() {
    let (program, server) = (Program::new(), server());
    // a token alone is enough for the last of these, so that each of the others is what keeps it from being used
    let whole = BATCHES.replace("--quick ", "");
    let each = ["--quick", "--qpu emulated", "--modes qpu-emulated", "--modes soft-exact", "--chip advantage2-4"];
    for arguments in each {
        let output =
            run(&program, &server, TOKEN, &format!("{whole} {arguments} --qpu-reads 5 --time-limit 1ms --json"));
        assert!(output.status.success(), "{}", error_of(&output));
        assert!(server.seen().is_empty(), "{arguments}: {:?}", server.seen());
    }
    let without_batches = "reproduce --quick --experiments none --max-inputs 0 --qpu real --no-ablation";
    assert!(run(&program, &server, TOKEN, without_batches).status.success());
    assert!(server.seen().is_empty(), "{:?}", server.seen());
    let output = run(&program, &server, "WRONG-1", &format!("{whole} --qpu-reads 5"));
    assert_eq!((output.status.code(), server.count("GET")), (Some(2), 1));
}

#[test]
fn who_pays_is_told_before_even_if_quiet() {
    let (program, server) = (Program::new(), server());
    let output = run(&program, &server, TOKEN, &format!("--quiet {BATCHES} --modes qpu --qpu-reads 5 --json"));
    assert!(output.status.success());
    let note = error_of(&output);
    assert!(note.starts_with("note: the QPU is real: TestChip_1") && note.lines().count() == 1, "{note}");
    assert_eq!(server.count("POST"), 3);
}

#[test]
fn what_keeps_the_real_chip_from_being_used_is_said_with_what_to_do() {
    let (program, server) = (Program::new(), server());
    let error = |token: &str, arguments: &str| {
        let output = run(&program, &server, token, &format!("{BATCHES} {arguments}"));
        assert_eq!(output.status.code(), Some(2));
        let error = error_of(&output).replace(&server.endpoint(), "SERVER");
        error.lines().filter(|line| !line.starts_with("note:")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(error("WRONG-1", "--qpu real"));
    insta::assert_snapshot!(error(TOKEN, "--qpu real --chip advantage6"));
    insta::assert_snapshot!(error(TOKEN, "--qpu emulated --modes qpu"));
    insta::assert_snapshot!(error(TOKEN, "--qpu real --modes hard"));
    let output = Program::new().run(&format!("{BATCHES} --qpu real"));
    let text = error_of(&output);
    assert!(text.contains("no token for a real chip is configured") && text.contains("DWAVE_API_TOKEN"), "{text}");
}

#[test]
fn a_file_of_dwaves_tools_is_enough_and_names_the_solver() {
    let server = server();
    let text = format!("[defaults]\ntoken = {TOKEN}\n[work]\nendpoint = {}\nsolver = Other\n", server.endpoint());
    let program = Program::new().file("dwave.conf", text);
    let mut command = program.command(&format!("{BATCHES} --modes qpu"));
    let output = command.env("NO_PROXY", "*").output().unwrap();
    let error = error_of(&output);
    assert!(error.contains("has no solver `Other`") && !error.contains(TOKEN), "{error}");
}

#[test]
fn a_chip_that_fails_keeps_the_other_modes_and_is_named() {
    let failed = |done: &mut Value| *done = json!({"id": done["id"], "status": "FAILED", "error_message": "too warm"});
    let behaviour = Behaviour { change: Box::new(failed), ..Behaviour::new(description(), anneal) };
    let (program, server) = (Program::new(), Server::start(behaviour));
    let output = run(&program, &server, TOKEN, &format!("{BATCHES} --modes soft-exact,qpu --qpu-reads 5 --json"));
    let report = json_of(&output);
    // the submission is the only one
    assert_eq!(server.count("POST"), 1);
    let unfinished = report["unfinished"][0].as_str().unwrap();
    assert!(unfinished.contains("TestChip_1 did not run the problem: the problem failed: too warm"), "{unfinished}");
    assert_eq!(report["experiments"][0]["formulations"][0]["modes"][0]["summary"]["num_proven"], 3);
}

#[test]
fn a_run_whose_time_is_up_cancels_the_problem_that_waits() {
    let behaviour = Behaviour { pending: usize::MAX, ..Behaviour::new(description(), anneal) };
    let (program, server) = (Program::new(), Server::start(behaviour));
    let arguments = format!("{BATCHES} --modes qpu --qpu-reads 5 --time-limit 2s --json");
    let report = json_of(&run(&program, &server, TOKEN, &arguments));
    assert_eq!(report["unfinished"][0], "exp0, compact, QPU (TestChip_1, real): 0 of 3 batches done");
    assert_eq!((server.count("POST"), server.count("DELETE")), (1, 1));
}

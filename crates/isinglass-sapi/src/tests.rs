//! The client against a local server.

mod answers;
mod encodings;

use crate::testing::{ACCESS_TIME, Behaviour, Cancel, Ising, Server, TOKEN};
use crate::{Client, Configuration, RemoteQpu, SapiError, Solver};
use isinglass_chip::hardware::{Chip, Topology};
use isinglass_chip::qpu::{QpuProblem, QpuService, ServiceRecord, ServiceSampler};
use isinglass_qubo::{Bqm, BqmBuilder, RunControl, SampleStatus, Sampler, Vartype};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A description of one cell of Chimera, its qubits and couplers in no good order.
fn description() -> Value {
    let chip = Chip::ideal("chimera:1".parse::<Topology>().unwrap());
    let mut qubits = chip.qubits().to_vec();
    qubits.rotate_left(3);
    qubits.swap(0, 5);
    let mut couplers: Vec<(u32, u32)> = chip.graph().edges().collect();
    couplers.reverse();
    couplers.iter_mut().step_by(2).for_each(|(one, two)| std::mem::swap(one, two));
    json!({
        "identity": {"name": "TestChip_1", "version": {"graph_id": "01ab"}},
        "status": "ONLINE",
        "properties": {
            "supported_problem_types": ["ising", "qubo"],
            "num_qubits": 8,
            "qubits": qubits,
            "couplers": couplers,
        },
    })
}

fn configuration(server: &Server, token: &str, solver: Option<&str>) -> Configuration {
    let variable = |name: &str| match name {
        "DWAVE_API_TOKEN" => Some(token.to_owned()),
        "DWAVE_API_ENDPOINT" => Some(server.endpoint()),
        "DWAVE_API_SOLVER" => solver.map(str::to_owned),
        _ => None,
    };
    Configuration::from_sources(variable, &[]).unwrap().unwrap()
}

fn connected(server: &Server, solver: Option<&str>) -> Result<RemoteQpu, SapiError> {
    let client = Client::new(&configuration(server, TOKEN, solver))?;
    let solver = client.solver(&RunControl::default())?.expect("the run is not interrupted");
    Ok(RemoteQpu { client, solver })
}

/// The lowest states, one after the other, again and again.
fn lowest(ising: &Ising) -> Vec<Vec<i8>> {
    ising.states().into_iter().cycle().take(ising.num_reads).collect()
}

/// A frustrated ring of four qubits with biases, and where they lie.
fn ring(vartype: Vartype) -> (Bqm, Vec<u32>) {
    let mut builder = BqmBuilder::new(vartype, 4);
    for (first, second, bias) in [(0, 1, 1.0), (1, 2, -0.5), (2, 3, 0.75), (0, 3, 1.25)] {
        builder.add_quadratic(first, second, bias);
    }
    builder.add_linear(0, 0.25);
    builder.add_linear(2, -0.125);
    builder.add_offset(7.0);
    (builder.build().unwrap(), vec![6, 1, 4, 2])
}

fn sampler<'a>(qpu: RemoteQpu, qubits: Vec<u32>, record: &'a ServiceRecord) -> ServiceSampler<'a> {
    let properties = qpu.solver.properties().clone();
    ServiceSampler { service: Arc::new(qpu), properties, qubits, num_reads: 5, annealing_time: Some(20.0), record }
}

fn submit(server: &Server, control: &RunControl<'_>) -> Result<bool, String> {
    let (spin, qubits) = ring(Vartype::Spin);
    let problem = QpuProblem { spin: &spin, qubits: &qubits, num_reads: 5, annealing_time: None };
    connected(server, None).unwrap().submit(&problem, control).map(|reads| reads.is_some())
}

#[test]
fn samples_are_those_that_enumeration_finds_on_the_problem_that_arrived() {
    for vartype in [Vartype::Spin, Vartype::Binary] {
        let server = Server::start(Behaviour::new(description(), lowest));
        let (bqm, qubits) = ring(vartype);
        let record = ServiceRecord::default();
        let sampler = sampler(connected(&server, Some("TestChip_1")).unwrap(), qubits, &record);
        let sampling = sampler.sample(&bqm, &RunControl::default()).unwrap();
        assert_eq!(sampling.status, SampleStatus::Heuristic);
        let [low, high] = vartype.values();
        let sample = |bits: usize| (0..4).map(|place| if bits >> place & 1 == 1 { high } else { low }).collect();
        let mut expected: Vec<f64> = (0..16)
            .map(|bits| {
                bqm.energy(&{
                    let sample: Vec<i8> = sample(bits);
                    sample
                })
            })
            .collect();
        expected.sort_by(f64::total_cmp);
        for (found, expected) in sampling.samples.energies().iter().zip(&expected[..5]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(record.qpu_access_time(), Some(ACCESS_TIME));
        let seen = server.seen();
        assert!(seen.iter().all(|seen| seen.token.as_deref() == Some(TOKEN)));
        let paths: Vec<&str> = seen.iter().map(|seen| seen.path.as_str()).collect();
        assert_eq!(paths, ["/sapi/v2/solvers/remote/TestChip_1", "/sapi/v2/problems/"]);
        assert!(seen[1].body.contains(r#""annealing_time":20.0"#), "{}", seen[1].body);
    }
}

#[test]
fn a_problem_that_is_pending_is_asked_for_until_it_is_done() {
    let server = Server::start(Behaviour { pending: 4, ..Behaviour::new(description(), lowest) });
    assert_eq!(submit(&server, &RunControl::default()), Ok(true));
    // the list of solvers, and three more questions after the answer to the submission
    assert_eq!((server.count("GET"), server.count("POST"), server.count("DELETE")), (1 + 4, 1, 0));
}

#[test]
fn a_run_that_is_stopped_cancels_its_problem() {
    let server = Server::start(Behaviour { pending: usize::MAX, ..Behaviour::new(description(), lowest) });
    let deadline = Instant::now() + Duration::from_millis(400);
    assert_eq!(submit(&server, &RunControl { deadline: Some(deadline), ..RunControl::default() }), Ok(false));
    let last = server.seen().pop().unwrap();
    assert_eq!((last.method.as_str(), last.path.starts_with("/sapi/v2/problems/p-")), ("DELETE", true));

    let cancel = AtomicBool::new(false);
    let server = Server::start(Behaviour { pending: usize::MAX, ..Behaviour::new(description(), lowest) });
    std::thread::scope(|scope| {
        let run = scope.spawn(|| submit(&server, &RunControl { cancel: Some(&cancel), ..RunControl::default() }));
        while server.count("POST") == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.store(true, Ordering::Relaxed);
        assert_eq!(run.join().unwrap(), Ok(false));
    });
    assert_eq!(server.count("DELETE"), 1);
}

#[test]
fn a_token_that_is_not_accepted_is_not_shown_even_if_the_service_shows_it() {
    let server = Server::start(Behaviour::new(description(), lowest));
    let wrong = "WRONG-7a7a7a";
    let client = Client::new(&configuration(&server, wrong, None)).unwrap();
    let error = client.solver(&RunControl::default()).unwrap_err();
    assert!(matches!(error, SapiError::Unauthorized { status: 401, .. }));
    let shown =
        format!("{error} {error:?} {client:?} {} {:?}", error.in_one_line(), configuration(&server, wrong, None));
    assert!(!shown.contains(wrong), "{shown}");
    // an answer that is shown, and quotes the token
    let first = vec![(400, r#"{"error_code": 400, "error_msg": "bad TEST-5f0c1e2d3b4a request"}"#)];
    let server = Server::start(Behaviour { first, ..Behaviour::new(description(), lowest) });
    let error = connected(&server, None).unwrap_err().to_string();
    assert!(error.ends_with("status 400: bad *** request"), "{error}");
}

#[test]
fn a_solver_is_the_one_that_is_named_or_an_online_one() {
    let server = Server::start(Behaviour::new(description(), lowest));
    let qpu = connected(&server, None).unwrap();
    assert_eq!((qpu.solver.name(), qpu.solver.chip().qubits().len()), ("TestChip_1", 8));
    let error = connected(&server, Some("Other")).unwrap_err();
    assert!(error.to_string().ends_with("has no solver `Other`"), "{error}");
    let offline = |description: &mut Value| description["status"] = json!("OFFLINE");
    let mut description = description();
    offline(&mut description);
    let server = Server::start(Behaviour::new(description, lowest));
    assert!(matches!(connected(&server, None), Err(SapiError::NoSolver { .. })));
    let error = connected(&server, Some("TestChip_1")).unwrap_err();
    insta::assert_snapshot!(error, @"the solver TestChip_1 is not online");
}

#[test]
fn software_is_not_taken_for_a_chip() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut description = description();
        change(&mut description);
        let name = description["identity"]["name"].as_str().unwrap().to_owned();
        let server = Server::start(Behaviour::new(description, lowest));
        (connected(&server, None).map(|_| ()), connected(&server, Some(&name)).map(|_| ()))
    };
    let is_chip = |(unnamed, named): (Result<(), SapiError>, Result<(), SapiError>)| {
        assert!(unnamed.is_ok() || matches!(unnamed, Err(SapiError::NoSolver { .. })));
        assert!(named.is_ok() || matches!(named, Err(SapiError::NotAQpu { .. })));
        assert_eq!(unnamed.is_ok(), named.is_ok());
        named.is_ok()
    };
    assert!(is_chip(with(&|json| json["properties"]["category"] = json!("qpu"))));
    assert!(!is_chip(with(&|json| json["properties"]["category"] = json!("software"))));
    assert!(!is_chip(with(&|json| json["properties"]["supported_problem_types"] = json!(["bqm"]))));
    for name in ["c4-sw_optimize", "hybrid_v2"] {
        assert!(!is_chip(with(&|json| json["identity"]["name"] = json!(name))));
    }
}

#[test]
fn what_a_description_says_is_not_shown_as_it_is() {
    let mut bad = description();
    bad["properties"]["topology"] = json!({"type": format!("{TOKEN}\u{1b}[31m"), "shape": [1]});
    let server = Server::start(Behaviour::new(bad, lowest));
    let error = connected(&server, None).unwrap_err().in_one_line();
    assert!(error.starts_with("unusable solver description"), "{error}");
    assert!(!error.contains(TOKEN) && !error.contains('\u{1b}'), "{error}");
    // a name that cannot be one
    let mut bad = description();
    bad["identity"]["name"] = json!("Chip\u{1b}[31m");
    let server = Server::start(Behaviour::new(bad, lowest));
    assert!(matches!(connected(&server, None), Err(SapiError::NoSolver { .. })));
}

#[test]
fn too_many_requests_and_defects_of_the_server_are_waited_out() {
    let first = vec![(429, "Retry-After: 0\n\n{}"), (503, "Retry-After: 0\n\nbusy")];
    let server = Server::start(Behaviour { first, ..Behaviour::new(description(), lowest) });
    connected(&server, None).unwrap();
    assert_eq!(server.count("GET"), 3);
    let server = Server::start(Behaviour {
        first: vec![(429, "Retry-After: 0\n\n"); 9],
        ..Behaviour::new(description(), lowest)
    });
    let error = connected(&server, None).unwrap_err();
    assert!(matches!(error, SapiError::TooManyRequests { .. }), "{error}");
    assert_eq!(error.hint(), Some("try again later"));
}

#[test]
fn a_problem_that_was_sent_is_not_given_up_soon() {
    let broken = (503, "Retry-After: 0\n\n");
    // the list of solvers and the submission go well; then a question is asked in vain three times, with all its repetitions
    let first = [vec![(0, ""); 2], vec![broken; 15]].concat();
    let server = Server::start(Behaviour { first, pending: 2, ..Behaviour::new(description(), lowest) });
    assert_eq!(submit(&server, &RunControl::default()), Ok(true));
    assert_eq!((server.count("POST"), server.count("DELETE")), (1, 0));
}

#[test]
fn what_is_not_heard_of_a_problem_that_was_sent_says_so_and_cancels_it() {
    let failing = |third, cancel| {
        let first = vec![(0, ""), (0, ""), third];
        let server = Server::start(Behaviour { first, pending: 9, cancel, ..Behaviour::new(description(), lowest) });
        let result = submit(&server, &RunControl::default());
        assert_eq!((server.count("POST"), server.count("DELETE")), (1, 1));
        result.map_err(|error| error.replace(&server.endpoint(), "SERVER"))
    };
    for cancel in [Cancel::Cancelled, Cancel::Never] {
        let error = failing((410, r#"{"error_msg": "gone"}"#), cancel).unwrap_err();
        insta::allow_duplicates!(
            insta::assert_snapshot!(error, @"the problem p-2 was sent, and may be charged: SERVER/ answered with status 410: gone (look for the problem in the dashboard of Leap before it is sent again)")
        );
    }
    let error = failing((401, "{}"), Cancel::Cancelled).unwrap_err();
    insta::assert_snapshot!(error, @"the problem p-2 was sent, and may be charged: SERVER/ does not accept the token (status 401) (look for the problem in the dashboard of Leap before it is sent again)");
    // what was done in the meantime is taken
    assert_eq!(failing((401, "{}"), Cancel::Done), Ok(true));
}

#[test]
fn a_problem_that_was_cancelled_too_late_has_its_reads_taken() {
    let stopped = |cancel| {
        let server = Server::start(Behaviour { pending: usize::MAX, cancel, ..Behaviour::new(description(), lowest) });
        let deadline = Some(Instant::now() + Duration::from_millis(100));
        let result = submit(&server, &RunControl { deadline, ..RunControl::default() });
        assert_eq!((server.count("POST"), server.count("DELETE")), (1, 1));
        result
    };
    assert_eq!(stopped(Cancel::Cancelled), Ok(false));
    assert_eq!(stopped(Cancel::Later), Ok(false));
    assert_eq!(stopped(Cancel::Done), Ok(true));
    assert_eq!(stopped(Cancel::TooLate), Ok(true));
    insta::assert_snapshot!(stopped(Cancel::Never).unwrap_err(), @"the problem p-2 may still run and be charged, although its cancellation was requested (cancel it in the dashboard of Leap)");
    // reads that are done are fetched, whoever says stop before
    let cancel = AtomicBool::new(false);
    let (spin, qubits) = ring(Vartype::Spin);
    let problem = QpuProblem { spin: &spin, qubits: &qubits, num_reads: 5, annealing_time: None };
    let without: &'static str = r#"[{"id": "p-2", "status": "COMPLETED"}]"#;
    let server =
        Server::start(Behaviour { first: vec![(0, ""), (200, without)], ..Behaviour::new(description(), lowest) });
    let qpu = connected(&server, None).unwrap();
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let error = qpu.submit(&problem, &control).unwrap_err();
    // the server knows no such problem, but it was asked
    assert!(error.starts_with("the problem p-2 was sent, and may be charged"), "{error}");
    assert_eq!(server.count("GET"), 2);
}

#[test]
fn the_token_does_not_follow_to_another_address() {
    let other = Server::start(Behaviour::new(description(), lowest));
    let location: &'static str = Box::leak(format!("Location: {}/\n\n", other.endpoint()).into_boxed_str());
    let server = Server::start(Behaviour { first: vec![(302, location)], ..Behaviour::new(description(), lowest) });
    let error = connected(&server, None).unwrap_err().to_string();
    assert!(error.contains("status 302"), "{error}");
    assert!(other.seen().is_empty());
}

#[test]
fn a_submission_is_not_repeated_unless_it_was_refused() {
    // the first request is for the solver
    let fine: &'static str = Box::leak(json!([description()]).to_string().into_boxed_str());
    let with = |second: (u16, &'static str)| {
        Server::start(Behaviour { first: vec![(200, fine), second], ..Behaviour::new(description(), lowest) })
    };
    // a closed connection, a defect, and answers without content: it is unknown whether the problem was accepted
    for second in [(1, ""), (500, "broken"), (200, "{"), (200, "[]"), (200, r#"[{"id": "../p", "status": "PENDING"}]"#)]
    {
        let server = with(second);
        let error = submit(&server, &RunControl::default()).unwrap_err();
        let lost =
            format!("a problem was sent to {}/; whether it runs, and is charged, is not known", server.endpoint());
        assert!(error.starts_with(&lost) && error.contains("before it is sent again"), "{error}");
        assert_eq!(server.count("POST"), 1);
    }
    let server = with((429, "Retry-After: 0\n\n{}"));
    assert_eq!((submit(&server, &RunControl::default()), server.count("POST")), (Ok(true), 2));
    let server = with((200, r#"[{"error_code": 400, "error_msg": "num_reads is too large"}]"#));
    let error = submit(&server, &RunControl::default()).unwrap_err();
    assert!(error.starts_with("the problem was refused: num_reads is too large"), "{error}");
}

#[test]
fn a_service_that_is_not_there_is_said_with_its_address() {
    // a port that was free a moment ago
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = format!("http://127.0.0.1:{port}/");
    let variable = |name: &str| match name {
        "DWAVE_API_TOKEN" => Some(TOKEN.to_owned()),
        "DWAVE_API_ENDPOINT" => Some(endpoint.clone()),
        _ => None,
    };
    let configuration = Configuration::from_sources(variable, &[]).unwrap().unwrap();
    let control = RunControl::default();
    let error = Client::new(&configuration).unwrap().solver(&control).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot reach {endpoint}"));
    // who stops does not wait for further attempts
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    assert!(Client::new(&configuration).unwrap().solver(&control).unwrap().is_none());
}

/// The solver of [`description`], without a server.
fn solver() -> Solver {
    let json = description();
    Solver::new(&json, serde::Deserialize::deserialize(&json).unwrap()).unwrap()
}

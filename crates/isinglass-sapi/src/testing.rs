//! A local server that implements the protocol of the service, for tests. It shares no code with the client.

mod wire;

use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub use wire::{Ising, from_base64, to_base64};

/// The token that the server accepts.
pub const TOKEN: &str = "TEST-5f0c1e2d3b4a";
/// Microseconds that each answer says the chip was busy.
pub const ACCESS_TIME: f64 = 12_345.5;

/// Solves problems: spins of each read, in the order of the problem's qubits.
pub type Solve = Box<dyn Fn(&Ising) -> Vec<Vec<i8>> + Send>;

/// How the server behaves.
pub struct Behaviour {
    /// Description of its only solver, `identity` and `properties` included.
    pub solver: Value,
    /// Solves problems.
    pub solve: Solve,
    /// Number of status requests that report a problem as pending before it is done.
    pub pending: usize,
    /// Changes what is sent for a problem that is done.
    pub change: Box<dyn Fn(&mut Value) + Send>,
    /// Answers to the first requests, whatever they are: a status, and further headers with the body after an empty line; for status 0
    /// what is right, and for status 1 nothing at all, the connection being closed.
    pub first: Vec<(u16, &'static str)>,
    /// Outcome of a cancellation.
    pub cancel: Cancel,
}

/// Outcome of a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// It is cancelled.
    Cancelled,
    /// It is cancelled a little later.
    Later,
    /// It was done before.
    Done,
    /// It is running, and done a little later.
    TooLate,
    /// It runs on for ever.
    Never,
}

impl Behaviour {
    /// Default behaviour: solves problems for `solver` correctly.
    #[must_use]
    pub fn new(solver: Value, solve: impl Fn(&Ising) -> Vec<Vec<i8>> + Send + 'static) -> Self {
        Self {
            solver,
            solve: Box::new(solve),
            pending: 0,
            change: Box::new(|_| ()),
            first: Vec::new(),
            cancel: Cancel::Cancelled,
        }
    }
}

/// A received request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// The path, from the root of the server.
    pub path: String,
    /// The token in its header.
    pub token: Option<String>,
    /// Accept header.
    pub accept: Option<String>,
    /// Body.
    pub body: String,
}

/// A server on a free port, which ends with the test.
pub struct Server {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    behaviour: Behaviour,
    seen: Vec<Seen>,
    /// What is sent for each problem when it is done, and how often it is still pending.
    problems: HashMap<String, (Value, usize)>,
}

impl Server {
    /// Starts it.
    ///
    /// # Panics
    /// When no port can be opened.
    #[must_use]
    pub fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State { behaviour, seen: Vec::new(), problems: HashMap::new() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // what breaks off is the matter of the other side
                let _ = converse(&stream, &shared);
            }
        });
        Self { port, state }
    }

    /// Its address, as an endpoint.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/sapi/v2", self.port)
    }

    /// What came so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.state).seen.clone()
    }

    /// How many requests had this method.
    #[must_use]
    pub fn count(&self, method: &str) -> usize {
        lock(&self.state).seen.iter().filter(|seen| seen.method == method).count()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request and its answer.
fn converse(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        head.iter().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = head[0].split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (token, accept) = (header("x-auth-token"), header("accept"));
    let kind = media_type(&method, &path);
    let seen = Seen { method, path, token, accept, body: String::from_utf8_lossy(&body).into_owned() };
    let (status, rest) = lock(state).answer(seen, kind);
    if status == 1 {
        return Ok(());
    }
    let (headers, body) = rest.split_once("\n\n").unwrap_or(("", &rest));
    let headers: String = headers.lines().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let mut writer = stream;
    let text = format!(
        "HTTP/1.1 {status} Any\r\nContent-Type: {kind}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    writer.write_all(text.as_bytes())
}

/// What answers to this are, and have to be asked for as.
fn media_type(method: &str, path: &str) -> &'static str {
    match (method, path.trim_start_matches("/sapi/v2/").trim_end_matches('/').split('/').collect::<Vec<_>>().as_slice())
    {
        ("GET", ["solvers", "remote"]) => "application/vnd.dwave.sapi.solver-definition-list+json; version=3.0.0",
        ("GET", ["solvers", "remote", _]) => "application/vnd.dwave.sapi.solver-definition+json; version=3.0.0",
        (_, ["problems"]) => "application/vnd.dwave.sapi.problems+json; version=3.0.0",
        _ => "application/vnd.dwave.sapi.problem+json; version=3.0.0",
    }
}

impl State {
    /// The status, and the body, with further headers before an empty line.
    fn answer(&mut self, seen: Seen, kind: &str) -> (u16, String) {
        self.seen.push(seen.clone());
        if seen.accept.as_deref() != Some(kind) {
            return (406, error(406, "this is not what there is here"));
        }
        if let Some((status @ 1.., text)) = self.behaviour.first.get(self.seen.len() - 1) {
            return (*status, (*text).to_owned());
        }
        if seen.token.as_deref() != Some(TOKEN) {
            return (401, error(401, &format!("the token {} is not known", seen.token.unwrap_or_default())));
        }
        let path = seen.path.trim_start_matches("/sapi/v2/").trim_end_matches('/');
        let name = self.behaviour.solver["identity"]["name"].as_str().unwrap_or_default();
        match (seen.method.as_str(), path.split('/').collect::<Vec<_>>().as_slice()) {
            ("GET", ["solvers", "remote"]) => (200, json!([self.behaviour.solver]).to_string()),
            ("GET", ["solvers", "remote", wanted]) if *wanted == name => (200, self.behaviour.solver.to_string()),
            ("POST", ["problems"]) => self.submit(&seen.body),
            ("GET", ["problems", id]) if self.problems.contains_key(*id) => (200, self.status(id).to_string()),
            ("DELETE", ["problems", id]) if self.problems.contains_key(*id) => self.cancel(id),
            _ => (404, error(404, "there is nothing here")),
        }
    }

    fn submit(&mut self, body: &str) -> (u16, String) {
        let jobs: Vec<Value> = serde_json::from_str(body).unwrap_or_default();
        let mut statuses = Vec::new();
        for job in jobs {
            let Some(ising) = Ising::of_job(&job, &self.behaviour.solver) else {
                return (400, error(400, "the problem is not understood"));
            };
            let reads = (self.behaviour.solve)(&ising);
            let id = format!("p-{}", self.seen.len());
            let answer = ising.answer(&reads, ACCESS_TIME);
            let mut done = json!({"id": id, "type": "ising", "status": "COMPLETED", "answer": answer});
            (self.behaviour.change)(&mut done);
            self.problems.insert(id.clone(), (done, self.behaviour.pending));
            statuses.push(self.status(&id));
        }
        (200, Value::Array(statuses).to_string())
    }

    fn cancel(&mut self, id: &str) -> (u16, String) {
        let cancelled = json!({"id": id, "status": "CANCELLED", "type": "ising"});
        let Some((done, pending)) = self.problems.get_mut(id) else { return (404, error(404, "no such problem")) };
        match self.behaviour.cancel {
            Cancel::Cancelled => (*done, *pending) = (cancelled, 0),
            Cancel::Later => (*done, *pending) = (cancelled, 2),
            Cancel::Done => *pending = 0,
            Cancel::TooLate => *pending = 2,
            Cancel::Never => *pending = usize::MAX,
        }
        match self.behaviour.cancel {
            Cancel::Cancelled => (200, self.status(id).to_string()),
            Cancel::Done => (409, error(409, "the problem has been finished")),
            _ => (202, self.status(id).to_string()),
        }
    }

    fn status(&mut self, id: &str) -> Value {
        match self.problems.get_mut(id) {
            Some((done, 0)) => done.clone(),
            Some((_, pending)) => {
                *pending -= 1;
                let status = if *pending % 2 == 0 { "IN_PROGRESS" } else { "PENDING" };
                json!({"id": id, "type": "ising", "status": status})
            }
            None => json!({"error_code": 404, "error_msg": "no such problem"}),
        }
    }
}

fn error(code: u16, message: &str) -> String {
    json!({"error_code": code, "error_msg": message}).to_string()
}

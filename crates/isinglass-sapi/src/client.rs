//! The SAPI client.

use crate::answer::{Answer, max_bytes};
use crate::configuration::Configuration;
use crate::encoding::{Data, encode};
use crate::error::SapiError;
use crate::http::{ATTEMPTS, Http, Method, Reply, wait};
use crate::solver::{Described, Solver};
use isinglass_chip::qpu::{QpuProblem, QpuReads};
use isinglass_qubo::RunControl;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// The most bytes of a description of solvers.
const MAX_DESCRIPTION: u64 = 32 << 20;
/// Maximum number of consecutive failed status requests for a problem.
const LOST_AFTER: u32 = 20;
/// Maximum number of requests to cancel a problem, and of status requests after them.
const CANCEL_ATTEMPTS: u32 = 2;
const CANCEL_QUESTIONS: u32 = 5;
/// First pause between status requests, longest pause, and growth factor.
const POLL: (Duration, Duration, f64) = (Duration::from_millis(50), Duration::from_secs(3), 1.3);

/// SAPI client with a token.
pub struct Client {
    http: Http,
    solver: Option<String>,
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("endpoint", &self.http.address()).finish_non_exhaustive()
    }
}

/// A submitted problem.
#[derive(Serialize)]
struct Job<'a> {
    solver: &'a Value,
    data: Data,
    #[serde(rename = "type")]
    kind: &'static str,
    params: Params,
    label: &'static str,
}

#[derive(Serialize)]
struct Params {
    num_reads: u64,
    answer_mode: &'static str,
    auto_scale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    annealing_time: Option<f64>,
}

/// Status of a problem.
#[derive(Deserialize)]
struct Status {
    id: Option<String>,
    status: Option<String>,
    answer: Option<Answer>,
    error_message: Option<String>,
    error_msg: Option<String>,
}

impl Client {
    /// Creates a client with this configuration; nothing is sent yet.
    ///
    /// # Errors
    /// [`SapiError::Address`] if the proxy is not a valid address.
    pub fn new(configuration: &Configuration) -> Result<Self, SapiError> {
        Ok(Self { http: Http::new(configuration)?, solver: configuration.solver.clone() })
    }

    /// Fetches the configured solver, or the online QPU with the most qubits if none is configured. `None` if `control` interrupts.
    ///
    /// # Errors
    /// [`SapiError`] if the service cannot be reached or rejects the token, or the solver does not exist.
    pub fn solver(&self, control: &RunControl<'_>) -> Result<Option<Solver>, SapiError> {
        match &self.solver {
            Some(name) => self.named(name, control),
            None => self.largest(control),
        }
    }

    fn named(&self, name: &str, control: &RunControl<'_>) -> Result<Option<Solver>, SapiError> {
        let path = format!("solvers/remote/{name}");
        let place = (path.as_str(), "solver-definition");
        let reply = self.http.request(&Method::Get, place, MAX_DESCRIPTION, ATTEMPTS, control)?;
        let Some(reply) = reply else { return Ok(None) };
        if reply.status == 404 {
            return Err(SapiError::UnknownSolver { address: self.http.address().to_owned(), name: name.to_owned() });
        }
        let json: Value = self.http.understood(&reply)?;
        self.described_solver(&json, self.described(&json)?).map(Some)
    }

    fn largest(&self, control: &RunControl<'_>) -> Result<Option<Solver>, SapiError> {
        let place = ("solvers/remote/", "solver-definition-list");
        let reply = self.http.request(&Method::Get, place, MAX_DESCRIPTION, ATTEMPTS, control)?;
        let Some(reply) = reply else { return Ok(None) };
        let list: Vec<Value> = self.http.understood(&reply)?;
        let mut best: Option<(usize, &Value, Described)> = None;
        for json in &list {
            // what is not understood is of another kind, or newer than this
            let Ok(described) = self.described(json) else { continue };
            // of two equally large ones the first by name, whatever the order of the list
            if let Some(num_qubits) = described.num_qubits_online()
                && best.as_ref().is_none_or(|(most, _, held)| (num_qubits, held.name()) > (*most, described.name()))
            {
                best = Some((num_qubits, json, described));
            }
        }
        match best {
            Some((_, json, described)) => self.described_solver(json, described).map(Some),
            None => Err(SapiError::NoSolver { address: self.http.address().to_owned() }),
        }
    }

    fn described_solver(&self, json: &Value, described: Described) -> Result<Solver, SapiError> {
        Solver::new(json, described).map_err(|error| match error {
            SapiError::Description { reason } => SapiError::Description { reason: self.http.censored(&reason) },
            other => other,
        })
    }

    fn described(&self, json: &Value) -> Result<Described, SapiError> {
        Described::deserialize(json)
            .map_err(|error| self.http.malformed(format!("no description of a solver: {error}")))
    }

    /// Submits a problem and waits for its answer; if `control` interrupts, the problem is cancelled and the result is `None`.
    pub(crate) fn solve(
        &self,
        problem: &QpuProblem<'_>,
        solver: &Solver,
        control: &RunControl<'_>,
    ) -> Result<Option<QpuReads>, SapiError> {
        let params = Params {
            num_reads: problem.num_reads,
            answer_mode: "raw",
            auto_scale: true,
            annealing_time: problem.annealing_time,
        };
        let data = encode(problem, solver)?;
        let job = Job { solver: &solver.identity, data, kind: "ising", params, label: "isinglass" };
        let body = serde_json::to_vec(&[job]).map_err(|error| self.http.malformed(error.to_string()))?;
        let place = ("problems/", "problems");
        let reply = self.http.request(&Method::Post(body), place, max_bytes(problem), ATTEMPTS, control);
        let reply = reply.map_err(|error| self.lost(error))?;
        let Some(reply) = reply else { return Ok(None) };
        let (id, status) = self.submitted(&reply).map_err(|error| self.lost(error))?;
        self.wait_for(&id, status, problem, control)
    }

    /// Error for a submission whose response does not tell whether the problem was accepted.
    fn lost(&self, error: SapiError) -> SapiError {
        match error {
            SapiError::Malformed { .. } | SapiError::Status { status: 500.., .. } => {
                SapiError::Lost { address: self.http.address().to_owned(), source: Box::new(error) }
            }
            other => other,
        }
    }

    /// The problem's id and status.
    fn submitted(&self, reply: &Reply) -> Result<(String, Status), SapiError> {
        let mut list: Vec<Status> = self.http.understood(reply)?;
        let (Some(mut status), true) = (list.pop(), list.is_empty()) else {
            return Err(self.http.malformed("one problem was sent, but it does not speak of one"));
        };
        let Some(id) = status.id.take() else {
            let reason = status.error_msg.unwrap_or_else(|| "no reason is given".to_owned());
            return Err(SapiError::Refused { reason: self.http.censored(&reason) });
        };
        // it becomes a part of addresses
        if id.is_empty() || id.len() > 200 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(self.http.malformed("the problem's id is none"));
        }
        Ok((id, status))
    }

    /// Polls a problem until it is done. If `control` interrupts, or no status is received, it is cancelled; reads that are already done
    /// are still returned.
    fn wait_for(
        &self,
        id: &str,
        status: Status,
        problem: &QpuProblem<'_>,
        control: &RunControl<'_>,
    ) -> Result<Option<QpuReads>, SapiError> {
        let sent = |error| SapiError::Sent { id: id.to_owned(), source: Box::new(error) };
        let is_known = |error: &SapiError| matches!(error, SapiError::Failed { .. } | SapiError::Cancelled);
        match self.ask(id, status, problem, control) {
            Ok(Some(reads)) => Ok(Some(reads)),
            Ok(None) => self.cancel(id, problem),
            Err(error) if is_known(&error) => Err(error),
            Err(error @ SapiError::Malformed { .. }) => Err(sent(error)),
            Err(error) => match self.cancel(id, problem) {
                Ok(Some(reads)) => Ok(Some(reads)),
                Ok(None) | Err(_) => Err(sent(error)),
            },
        }
    }

    /// Polls a problem until it is done; `None` if `control` interrupts first.
    fn ask(
        &self,
        id: &str,
        mut status: Status,
        problem: &QpuProblem<'_>,
        control: &RunControl<'_>,
    ) -> Result<Option<QpuReads>, SapiError> {
        let (mut pause, longest, growth) = POLL;
        let (mut in_vain, patient) = (0, RunControl::default());
        loop {
            if let Some(reads) = self.reads(&status, problem)? {
                return Ok(Some(reads));
            }
            let is_completed = status.status.as_deref() == Some("COMPLETED");
            // completed reads were paid for, so they are returned even after an interruption
            let control = if is_completed { &patient } else { control };
            if !wait(if is_completed { Duration::ZERO } else { pause }, control) {
                return Ok(None);
            }
            pause = pause.mul_f64(growth).min(longest);
            let reply = self.question(id, problem, ATTEMPTS, control);
            let is_passing = match &reply {
                Ok(Some(reply)) => reply.status >= 500,
                Err(error) => matches!(error, SapiError::Unreachable { .. } | SapiError::TooManyRequests { .. }),
                Ok(None) => false,
            };
            in_vain = if is_passing { in_vain + 1 } else { 0 };
            // the problem was paid for, and its answer waits
            if is_passing && in_vain < LOST_AFTER {
                continue;
            }
            let Some(reply) = reply? else { return Ok(None) };
            let next: Status = self.http.understood(&reply)?;
            if is_completed && next.answer.is_none() {
                return Err(self.http.malformed("a problem is completed, but has no answer"));
            }
            status = next;
        }
    }

    /// Requests the status of a problem once.
    fn question(
        &self,
        id: &str,
        problem: &QpuProblem<'_>,
        attempts: u32,
        control: &RunControl<'_>,
    ) -> Result<Option<Reply>, SapiError> {
        let path = format!("problems/{id}/");
        self.http.request(&Method::Get, (&path, "problem"), max_bytes(problem), attempts, control)
    }

    /// Cancels a problem; returns its reads if it was too late for that.
    fn cancel(&self, id: &str, problem: &QpuProblem<'_>) -> Result<Option<QpuReads>, SapiError> {
        let not_cancelled =
            |source: Option<SapiError>| SapiError::NotCancelled { id: id.to_owned(), source: source.map(Box::new) };
        // cancelling is not subject to the interruption of the run
        let patient = RunControl::default();
        let path = format!("problems/{id}");
        let place = (path.as_str(), "problem");
        let reply = self.http.request(&Method::Delete, place, max_bytes(problem), CANCEL_ATTEMPTS, &patient);
        let Some(reply) = reply.map_err(|error| not_cancelled(Some(error)))? else { return Err(not_cancelled(None)) };
        let mut status = match reply.status {
            // it was done before
            409 => None,
            _ => Some(self.http.understood::<Status>(&reply).map_err(|error| not_cancelled(Some(error)))?),
        };
        // a request to cancel what is running may be in time, or not
        let (mut pause, longest, growth) = POLL;
        for question in 0.. {
            // one without a status says nothing
            if let Some(status) = status.filter(|status| status.status.is_some()) {
                match self.reads(&status, problem) {
                    Ok(Some(reads)) => return Ok(Some(reads)),
                    Ok(None) => {}
                    Err(SapiError::Cancelled | SapiError::Failed { .. }) => return Ok(None),
                    Err(error) => return Err(not_cancelled(Some(error))),
                }
            }
            if question == CANCEL_QUESTIONS {
                break;
            }
            wait(pause, &patient);
            pause = pause.mul_f64(growth).min(longest);
            let reply = self.question(id, problem, CANCEL_ATTEMPTS, &patient);
            let Some(reply) = reply.map_err(|error| not_cancelled(Some(error)))? else { break };
            status = Some(self.http.understood(&reply).map_err(|error| not_cancelled(Some(error)))?);
        }
        Err(not_cancelled(None))
    }

    /// The reads, if there are any yet.
    fn reads(&self, status: &Status, problem: &QpuProblem<'_>) -> Result<Option<QpuReads>, SapiError> {
        match status.status.as_deref() {
            Some("PENDING" | "IN_PROGRESS") => Ok(None),
            Some("COMPLETED") => {
                let Some(answer) = &status.answer else { return Ok(None) };
                answer.reads(problem).map(Some).map_err(|reason| self.http.malformed(reason))
            }
            Some("FAILED") => {
                let reason = [&status.error_message, &status.error_msg].into_iter().flatten().next();
                let reason = reason.map_or("no reason is given", String::as_str);
                Err(SapiError::Failed { reason: self.http.censored(reason) })
            }
            Some("CANCELLED") => Err(SapiError::Cancelled),
            other => {
                let status = other.unwrap_or_default();
                Err(self.http.malformed(format!("the status of a problem is `{status}`")))
            }
        }
    }
}

//! What can be asked of the service.

use crate::answer::{Answer, max_bytes};
use crate::configuration::Configuration;
use crate::encoding::{Data, encode};
use crate::error::SapiError;
use crate::http::{Http, Method, Reply, wait};
use crate::solver::{Described, Solver};
use isinglass_qubo::RunControl;
use isinglass_qubo::qpu::{QpuProblem, QpuReads};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// The most bytes of a description of solvers.
const MAX_DESCRIPTION: u64 = 256 << 20;
/// The most bytes of an answer to a request to cancel.
const MAX_STATUS: u64 = 1 << 20;
/// How often a problem is asked for in vain, one time after the other, before it is given up.
const LOST_AFTER: u32 = 20;
/// The first pause between two questions whether a problem is done, the longest, and by how much each one is longer than the last.
const POLL: (Duration, Duration, f64) = (Duration::from_millis(50), Duration::from_secs(3), 1.3);

/// Speaks with the service in the name of a token.
pub struct Client {
    http: Http,
    solver: Option<String>,
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("endpoint", &self.http.address()).finish_non_exhaustive()
    }
}

/// A problem that is submitted.
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

/// What the service says of a problem.
#[derive(Deserialize)]
struct Status {
    id: Option<String>,
    status: Option<String>,
    answer: Option<Answer>,
    error_message: Option<String>,
    error_msg: Option<String>,
}

impl Client {
    /// A client with this configuration; nothing is sent yet.
    ///
    /// # Errors
    /// [`SapiError::Address`] for a proxy that is no address.
    pub fn new(configuration: &Configuration) -> Result<Self, SapiError> {
        Ok(Self { http: Http::new(configuration)?, solver: configuration.solver.clone() })
    }

    /// The solver of the configuration; if it names none, the QPU online that has most qubits. Nothing if `control` said stop.
    ///
    /// # Errors
    /// [`SapiError`] when the service is not reached or does not accept the token, or there is no such solver.
    pub fn solver(&self, control: &RunControl<'_>) -> Result<Option<Solver>, SapiError> {
        match &self.solver {
            Some(name) => self.named(name, control),
            None => self.largest(control),
        }
    }

    fn named(&self, name: &str, control: &RunControl<'_>) -> Result<Option<Solver>, SapiError> {
        let path = format!("solvers/remote/{name}");
        let reply = self.http.request(&Method::Get, &path, "solver-definition", MAX_DESCRIPTION, control)?;
        let Some(reply) = reply else { return Ok(None) };
        if reply.status == 404 {
            return Err(SapiError::UnknownSolver { address: self.http.address().to_owned(), name: name.to_owned() });
        }
        let json: Value = self.http.understood(&reply)?;
        Solver::new(&json, self.described(&json)?).map(Some)
    }

    fn largest(&self, control: &RunControl<'_>) -> Result<Option<Solver>, SapiError> {
        let kind = "solver-definition-list";
        let reply = self.http.request(&Method::Get, "solvers/remote/", kind, MAX_DESCRIPTION, control)?;
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
            Some((_, json, described)) => Solver::new(json, described).map(Some),
            None => Err(SapiError::NoSolver { address: self.http.address().to_owned() }),
        }
    }

    fn described(&self, json: &Value) -> Result<Described, SapiError> {
        Described::deserialize(json)
            .map_err(|error| self.http.malformed(format!("no description of a solver: {error}")))
    }

    /// Submits a problem and waits for its answer; nothing if `control` said stop, and then the problem is cancelled.
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
        let reply = self.http.request(&Method::Post(body), "problems/", "problems", max_bytes(problem), control)?;
        let Some(reply) = reply else { return Ok(None) };
        let (id, status) = self.submitted(&reply)?;
        self.wait_for(&id, status, problem, control)
    }

    /// The problem's id, and how it stands.
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

    /// Asks for a problem until it is done; nothing if `control` said stop, and then it is cancelled.
    fn wait_for(
        &self,
        id: &str,
        mut status: Status,
        problem: &QpuProblem<'_>,
        control: &RunControl<'_>,
    ) -> Result<Option<QpuReads>, SapiError> {
        let (path, limit) = (format!("problems/{id}/"), max_bytes(problem));
        let (mut pause, longest, growth) = POLL;
        let mut in_vain = 0;
        loop {
            if let Some(reads) = self.reads(&status, problem)? {
                return Ok(Some(reads));
            }
            let is_completed = status.status.as_deref() == Some("COMPLETED");
            let reply = match wait(if is_completed { Duration::ZERO } else { pause }, control) {
                true => self.http.request(&Method::Get, &path, "problem", limit, control),
                false => Ok(None),
            };
            pause = pause.mul_f64(growth).min(longest);
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
            let reply = reply.map_err(after_sending)?;
            let Some(reply) = reply else {
                return match self.cancel(&path) {
                    Ok(()) => Ok(None),
                    Err(error) => Err(SapiError::NotCancelled { id: id.to_owned(), source: Box::new(error) }),
                };
            };
            let next: Status = self.http.understood(&reply)?;
            if is_completed && next.answer.is_none() {
                return Err(self.http.malformed("a problem is completed, but has no answer"));
            }
            status = next;
        }
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

    /// Cancels a problem. That it was done in the meantime is no error.
    fn cancel(&self, path: &str) -> Result<(), SapiError> {
        // whoever stopped the run has not stopped this
        let reply = self.http.request(&Method::Delete, path, "problem", MAX_STATUS, &RunControl::default())?;
        match reply.map(|reply| (reply.status, reply)) {
            None | Some((200..=299 | 404 | 409 | 410, _)) => Ok(()),
            Some((_, reply)) => self.http.understood::<Value>(&reply).map(|_| ()),
        }
    }
}

/// What it means that a problem that was sent is no longer heard of.
fn after_sending(error: SapiError) -> SapiError {
    match error {
        SapiError::Unreachable { address, source } => SapiError::Lost { address, source },
        other => other,
    }
}

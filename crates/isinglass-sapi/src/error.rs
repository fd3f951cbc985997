//! What can go wrong between here and the chip.

use std::error::Error;

/// Why the service cannot be used, or has not done what was asked. No message contains the token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SapiError {
    /// A line of a file that is not understood; the line itself is not shown, since it may be the one with the token.
    #[error("{file} line {line}: {reason}")]
    Configuration {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// Why.
        reason: &'static str,
    },
    /// A profile that no file has.
    #[error("no configuration file has the profile `{profile}`")]
    Profile {
        /// Its name.
        profile: String,
    },
    /// Both an endpoint and a region.
    #[error("{place} names both an endpoint and a region")]
    EndpointAndRegion {
        /// Where.
        place: &'static str,
    },
    /// An address that cannot be one of the service.
    #[error("the {what} is not one: `{value}`")]
    Address {
        /// `endpoint`, `region` or `proxy`.
        what: &'static str,
        /// What was given.
        value: String,
    },
    /// A token with characters that no header has.
    #[error("the token has blanks or characters that no token has")]
    Token,
    /// A choice of a solver that is not its name.
    #[error("the solver is chosen by `{value}`, but only the name of one is understood")]
    SolverChoice {
        /// What was given.
        value: String,
    },
    /// The service was not reached, or did not answer in time.
    #[error("cannot reach {address}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// A problem was sent, but the answer to that did not come, or says nothing of it.
    #[error("a problem was sent to {address}; whether it runs, and is charged, is not known")]
    Lost {
        /// Where.
        address: String,
        /// What came instead.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A problem was accepted, but its answer was not had.
    #[error("the problem {id} was sent, and may be charged")]
    Sent {
        /// Its number at the service.
        id: String,
        /// Why there is no answer.
        source: Box<SapiError>,
    },
    /// The token is not accepted.
    #[error("{address} does not accept the token (status {status})")]
    Unauthorized {
        /// Who.
        address: String,
        /// 401 or 403.
        status: u16,
    },
    /// There is no solver of that name.
    #[error("{address} has no solver `{name}`")]
    UnknownSolver {
        /// Who.
        address: String,
        /// The name.
        name: String,
    },
    /// No solver is online that takes Ising models over its qubits.
    #[error("{address} has no QPU that is online")]
    NoSolver {
        /// Who.
        address: String,
    },
    /// The solver is not online.
    #[error("the solver {name} is not online")]
    Offline {
        /// The solver.
        name: String,
    },
    /// The solver is software, or takes no Ising models over its qubits.
    #[error("{name} is no QPU")]
    NotAQpu {
        /// The solver.
        name: String,
    },
    /// Too many requests, even after waiting.
    #[error("{address} takes no more requests for now (status 429)")]
    TooManyRequests {
        /// Who.
        address: String,
    },
    /// Another answer than the one that was hoped for.
    #[error("{address} answered with status {status}: {message}")]
    Status {
        /// Who.
        address: String,
        /// The status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// An answer that makes no sense.
    #[error("what {address} sent is not understood: {reason}")]
    Malformed {
        /// Who.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The description of the solver has no usable chip or properties.
    #[error("the description of the solver is not usable: {reason}")]
    Description {
        /// What is wrong with it.
        reason: String,
    },
    /// A problem that does not lie on the solver's graph.
    #[error("the problem does not lie on {solver}: {reason}")]
    Misplaced {
        /// The solver.
        solver: String,
        /// What does not.
        reason: String,
    },
    /// The service refused the problem.
    #[error("the problem was refused: {reason}")]
    Refused {
        /// Why, in the words of the service.
        reason: String,
    },
    /// The service has not solved the problem.
    #[error("the problem failed: {reason}")]
    Failed {
        /// Why, in the words of the service.
        reason: String,
    },
    /// A problem that was to be cancelled may go on.
    #[error("the problem {id} was to be cancelled, but may go on, and be charged")]
    NotCancelled {
        /// Its number at the service.
        id: String,
        /// Why, if the service did not just leave it open.
        source: Option<Box<SapiError>>,
    },
    /// Somebody else has cancelled the problem.
    #[error("the problem was cancelled at the service")]
    Cancelled,
}

impl SapiError {
    /// What can be done about it, where one knows: a sentence without a full stop.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Configuration { .. } => {
                Some("a file dwave.conf has lines `[profile]` and `key = value`; a `%` is written `%%`")
            }
            Self::Profile { .. } => Some("look at DWAVE_PROFILE, and at `profile` under [defaults] of dwave.conf"),
            Self::EndpointAndRegion { .. } => Some("keep one of them"),
            Self::Address { .. } => Some("an endpoint begins with https:// or http://, a region is such as na-west-1"),
            Self::Token | Self::Unauthorized { .. } => Some(
                "copy the token again from the dashboard of Leap, and see that it belongs to this endpoint or region",
            ),
            Self::SolverChoice { .. } => Some("name the solver in DWAVE_API_SOLVER, such as Advantage_system6.4"),
            Self::Unreachable { source, .. } => Some(match **source {
                ureq::Error::Timeout(_) => "it did not answer in time: try again later",
                _ => "look at DWAVE_API_ENDPOINT; behind a proxy set HTTPS_PROXY",
            }),
            Self::NotCancelled { .. } => Some("cancel it in the dashboard of Leap"),
            Self::Lost { .. } | Self::Sent { .. } => {
                Some("look for the problem in the dashboard of Leap before it is sent again")
            }
            Self::UnknownSolver { .. } => Some("the dashboard of Leap lists the solvers of each region by name"),
            Self::NoSolver { .. } | Self::Offline { .. } | Self::NotAQpu { .. } => {
                Some("try again later, or name another solver in DWAVE_API_SOLVER")
            }
            Self::TooManyRequests { .. } => Some("try again later"),
            Self::Failed { .. } | Self::Refused { .. } => {
                Some("the charge, if there is any, is in the dashboard of Leap")
            }
            _ => None,
        }
    }

    /// The error, its causes and the hint in one line.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.source();
        while let Some(source) = next {
            text.push_str(&format!(": {source}"));
            next = source.source();
        }
        if let Some(hint) = self.hint() {
            text.push_str(&format!(" ({hint})"));
        }
        text
    }
}

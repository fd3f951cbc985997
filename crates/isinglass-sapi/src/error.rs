//! Errors of the service and its configuration.

use std::error::Error;

/// Error from using the SAPI service. Messages never contain the token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SapiError {
    /// A line of a configuration file cannot be parsed. The line is not shown, since it may contain the token.
    #[error("{file} line {line}: {reason}")]
    Configuration {
        /// The file.
        file: String,
        /// Line number, from 1.
        line: usize,
        /// The reason.
        reason: &'static str,
    },
    /// No configuration file contains the profile.
    #[error("no configuration file has the profile `{profile}`")]
    Profile {
        /// Name of the profile.
        profile: String,
    },
    /// Both an endpoint and a region are configured.
    #[error("{place} names both an endpoint and a region")]
    EndpointAndRegion {
        /// Location of the setting.
        place: &'static str,
    },
    /// An address is invalid.
    #[error("invalid {what}: `{value}`")]
    Address {
        /// `endpoint`, `region` or `proxy`.
        what: &'static str,
        /// Value found.
        value: String,
    },
    /// The token contains characters that are not allowed in a header.
    #[error("the token contains blanks or other invalid characters")]
    Token,
    /// The solver setting is not a solver name.
    #[error("`{value}` is not a solver name")]
    SolverChoice {
        /// Value found.
        value: String,
    },
    /// The service could not be reached, or did not answer in time.
    #[error("cannot reach {address}")]
    Unreachable {
        /// Address of the service.
        address: String,
        /// The cause.
        source: Box<ureq::Error>,
    },
    /// A problem was sent, but the response does not tell whether it was accepted.
    #[error("a problem was sent to {address}; whether it runs, and is charged, is not known")]
    Lost {
        /// Address of the service.
        address: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A problem was accepted, but its answer was not received.
    #[error("the problem {id} was sent, and may be charged")]
    Sent {
        /// Problem id.
        id: String,
        /// The cause.
        source: Box<SapiError>,
    },
    /// The token was rejected.
    #[error("{address} does not accept the token (status {status})")]
    Unauthorized {
        /// Address of the service.
        address: String,
        /// HTTP status, 401 or 403.
        status: u16,
    },
    /// The solver does not exist.
    #[error("{address} has no solver `{name}`")]
    UnknownSolver {
        /// Address of the service.
        address: String,
        /// Solver name.
        name: String,
    },
    /// No QPU that accepts Ising models is online.
    #[error("{address} has no online QPU")]
    NoSolver {
        /// Address of the service.
        address: String,
    },
    /// The solver is not online.
    #[error("the solver {name} is not online")]
    Offline {
        /// Solver name.
        name: String,
    },
    /// The solver is not a QPU, or does not accept Ising models.
    #[error("{name} is not a QPU")]
    NotAQpu {
        /// Solver name.
        name: String,
    },
    /// Too many requests, even after waiting.
    #[error("{address} received too many requests (status 429)")]
    TooManyRequests {
        /// Address of the service.
        address: String,
    },
    /// Unexpected HTTP status.
    #[error("{address} answered with status {status}: {message}")]
    Status {
        /// Address of the service.
        address: String,
        /// HTTP status.
        status: u16,
        /// Message of the service.
        message: String,
    },
    /// Invalid response.
    #[error("invalid response from {address}: {reason}")]
    Malformed {
        /// Address of the service.
        address: String,
        /// The reason.
        reason: String,
    },
    /// The solver description does not contain a usable graph or properties.
    #[error("unusable solver description: {reason}")]
    Description {
        /// The reason.
        reason: String,
    },
    /// The problem does not fit the solver's graph.
    #[error("the problem does not fit {solver}: {reason}")]
    Misplaced {
        /// Solver name.
        solver: String,
        /// The qubit or coupler that is missing.
        reason: String,
    },
    /// The service rejected the problem.
    #[error("the problem was refused: {reason}")]
    Refused {
        /// Reason given by the service.
        reason: String,
    },
    /// The service failed to solve the problem.
    #[error("the problem failed: {reason}")]
    Failed {
        /// Reason given by the service.
        reason: String,
    },
    /// A problem may still be running after a request to cancel it.
    #[error("the problem {id} may still run and be charged, although its cancellation was requested")]
    NotCancelled {
        /// Problem id.
        id: String,
        /// The cause, if known.
        source: Option<Box<SapiError>>,
    },
    /// The problem was cancelled by another client.
    #[error("the problem was cancelled at the service")]
    Cancelled,
}

impl SapiError {
    /// Returns a hint on how to resolve the error, if any, as a sentence without a full stop.
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

    /// Formats the error, its causes and the hint on one line.
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

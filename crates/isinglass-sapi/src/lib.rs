//! Runs problems on D-Wave's chips through SAPI, the REST interface of its service.
//!
//! A [`Configuration`] is what the user has set up for D-Wave's own tools: variables of the environment and files `dwave.conf`, whose
//! text the caller passes in. A [`Client`] with it describes a [`Solver`], and both make a [`RemoteQpu`], on which
//! [`ServiceSampler`](isinglass_chip::qpu::ServiceSampler) samples. It is a crate of its own because it touches the network, which the
//! libraries do not.
//!
//! It has been tested against a local server that speaks the documented protocol, never against the real service.
//!
//! What the service sends is not believed: sizes are checked before memory is taken, and energies are compared with those of the
//! samples. The token is sent to the endpoint and nowhere else: it is in no error and in no debug output.
//!
//! # References
//! D-Wave documentation, *SAPI REST developer guide*, 2026.

mod answer;
mod client;
mod configuration;
mod encoding;
mod error;
mod http;
mod remote;
mod solver;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod token;

pub use answer::Answer;
pub use client::Client;
pub use configuration::{ConfigFile, Configuration};
pub use error::SapiError;
pub use remote::RemoteQpu;
pub use solver::Solver;
pub use token::Token;

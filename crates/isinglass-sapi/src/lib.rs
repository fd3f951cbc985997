//! Client for D-Wave's SAPI, the REST interface of the Leap service.
//!
//! A [`Configuration`] holds the settings of D-Wave's own tools: environment variables and `dwave.conf` files, whose text the caller
//! passes in. A [`Client`] with it fetches a [`Solver`], and both make a [`RemoteQpu`], on which
//! [`ServiceSampler`](isinglass_chip::qpu::ServiceSampler) samples. This is a separate crate because it uses the network, which the
//! libraries do not.
//!
//! It is tested against a local server that implements the documented protocol, never against the real service.
//!
//! Responses are not trusted: sizes are checked before memory is allocated, and energies are compared with those of the samples. The token
//! is sent only to the endpoint and never appears in errors or debug output.
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

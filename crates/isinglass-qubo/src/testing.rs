//! Problems with known answers, a solver of small programs, and the suite that holds every sampler to the contract of [`Sampler`](crate::Sampler).
//!
//! Only with the feature `testing`.

mod conformance;
mod enumeration;
mod generate;

pub use conformance::sampler_conformance;
pub use enumeration::Enumeration;
pub use generate::{Planted, planted, random_integers, random_reals};

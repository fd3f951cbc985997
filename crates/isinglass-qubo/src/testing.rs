//! Problems with known answers, and the suite that holds every sampler to the contract of [`Sampler`](crate::Sampler).
//!
//! Only with the feature `testing`.

mod conformance;
mod generate;

pub use conformance::sampler_conformance;
pub use generate::{Planted, planted, random_integers, random_reals};

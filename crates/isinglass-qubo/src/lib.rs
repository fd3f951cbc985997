//! The annealing half of isinglass: QUBO and Ising models, files, samplers. Knows no data set and no network.
//!
//! A binary quadratic model ([`Bqm`]) has variables of one [`Vartype`], linear biases, quadratic biases and an offset:
//! `E(x) = offset + sum_i h_i x_i + sum_{i<j} J_ij x_i x_j`, with `x_i` in `{0, 1}` ([`Vartype::Binary`], a QUBO) or in
//! `{-1, +1}` ([`Vartype::Spin`], an Ising model). A [`Sampler`] looks for samples of low energy.
//!
//! ```
//! use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::Exhaustive};
//! let mut builder = BqmBuilder::new(Vartype::Binary, 2);
//! builder.add_linear(0, -1.0);
//! builder.add_quadratic(0, 1, 2.0);
//! let sampling = Exhaustive::default().sample(&builder.build()?, &RunControl::default())?;
//! assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod memory;
pub mod rng;
pub mod dyadic;
pub mod model;
pub mod mip;
pub mod sample_set;
pub mod io;
pub mod presolve;
pub mod sampler;
pub mod mip_solver;
pub mod time_to_solution;
pub mod race;
mod portfolio;
pub mod automatic;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(test)]
mod exactness;

pub use model::{Bqm, BqmBuilder, ModelError, Vartype};
pub use sample_set::{Row, SampleSet};
pub use sampler::{Progress, ProgressReport, RunControl, SampleError, SampleResult, SampleStatus, Sampler};

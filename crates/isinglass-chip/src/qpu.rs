//! QPU properties, timing, cost estimates, and a classical emulator.

mod chips;
mod control_error;

mod emulator;
mod plan;
mod properties;
mod ranges;
mod scope;
mod service;
mod timing;

pub use control_error::ControlErrors;
pub use emulator::{Dynamics, QpuEmulator};
pub use plan::{Plan, PlanError, PlanRequest, Submission};
pub use properties::{PropertiesError, SolverProperties, TimingSource};
pub use scope::EmulationScope;
pub use service::{QpuProblem, QpuReads, QpuService, ServiceRecord, ServiceSampler};
pub use timing::{AccessTime, ReadoutModel, TimingData, TimingRequest};

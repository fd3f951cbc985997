//! Remote QPUs, for samplers.

use crate::client::Client;
use crate::solver::Solver;
use isinglass_chip::qpu::{QpuProblem, QpuReads, QpuService};
use isinglass_qubo::RunControl;

/// Remote QPU: a client with one of its solvers.
#[derive(Debug)]
pub struct RemoteQpu {
    /// SAPI client.
    pub client: Client,
    /// The solver.
    pub solver: Solver,
}

impl QpuService for RemoteQpu {
    fn solver(&self) -> &str {
        self.solver.name()
    }

    fn submit(&self, problem: &QpuProblem<'_>, control: &RunControl<'_>) -> Result<Option<QpuReads>, String> {
        self.client.solve(problem, &self.solver, control).map_err(|error| error.in_one_line())
    }
}

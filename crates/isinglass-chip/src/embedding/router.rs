//! The general router: chains are removed and rerouted, one variable at a time, until no qubit is shared, and then as long as that saves
//! qubits.

mod attempt;
mod polish;
mod room;
mod search;
#[cfg(test)]
mod tests;

use super::Embedding;
use crate::hardware::{Chip, Graph};
use attempt::{Attempt, MAX_PASSES, Negotiation};
use isinglass_qubo::rng::stream;
use isinglass_qubo::sampler::{RunControl, Watch};

/// Heuristic embedder for any graph by negotiated routing.
///
/// Variables are placed one after the other, each where the paths to the chains of its neighbours are cheapest together; a chain may
/// use qubits of others, at a price that rises from pass to pass where qubits stay shared. Once none is shared, every
/// variable is torn out and placed again on free qubits, its neighbours' chains cut back to what they need without it, and
/// the change is kept unless it takes more qubits.
///
/// # References
/// J. Cai, W. G. Macready, A. Roy, *A practical heuristic for finding graph minors* (2014); L. McMurchie, C. Ebeling, *PathFinder: a
/// negotiation-based performance-driven router for FPGAs* (1995), for prices that remember earlier passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Router {
    /// Random seed. `[default: 0]`
    pub seed: u64,
    /// Maximum number of restarts. `[default: 10] [range: 1..]`
    pub tries: u32,
    /// Passes over all variables without progress after which an attempt ends. `[default: 5] [range: 1..]`
    pub patience: u32,
}

impl Default for Router {
    fn default() -> Self {
        Self { seed: 0, tries: 10, patience: 5 }
    }
}

/// Error from the router.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The chip has fewer qubits than the problem has variables, or no chain could have as many neighbours as a variable.
    #[error(
        "{num_variables} variables and {num_interactions} interactions cannot fit {num_qubits} qubits and {num_couplers} couplers"
    )]
    TooSmall {
        /// Number of variables.
        num_variables: usize,
        /// Number of interactions.
        num_interactions: usize,
        /// Number of working qubits.
        num_qubits: usize,
        /// Number of working couplers.
        num_couplers: usize,
    },
    /// The chip has more qubits than the router supports.
    #[error("the chip has {num_qubits} qubits, but the limit is {limit}")]
    TooLarge {
        /// Number of working qubits.
        num_qubits: usize,
        /// The limit.
        limit: usize,
    },
    /// A variable has more neighbours than the router supports.
    #[error("variable {variable} has {degree} neighbours, but the limit is {limit}")]
    TooManyNeighbors {
        /// The variable.
        variable: usize,
        /// Number of neighbours.
        degree: usize,
        /// The limit.
        limit: usize,
    },
    /// All attempts failed, or time ran out.
    #[error(
        "no embedding found in {tries} tries: the best one left {num_shared} qubits shared and {num_unplaced} variables without a place"
    )]
    NotFound {
        /// Number of attempts.
        tries: u32,
        /// Number of qubits in more than one chain.
        num_shared: usize,
        /// Number of variables without a chain.
        num_unplaced: usize,
    },
}

impl Router {
    /// Finds an embedding of `problem` on `chip`; an interrupted run returns the best one so far, if any. Progress counts passes over all
    /// variables, out of the maximum.
    ///
    /// # Errors
    /// [`RouteError`] if no embedding exists or none was found.
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::RunControl;
    /// use isinglass_chip::embedding::Router;
    /// use isinglass_chip::hardware::{Chip, Graph, Topology};
    /// let chip = Chip::ideal("chimera:2".parse::<Topology>()?);
    /// let complete = Graph::from_edges(6, (0..6).flat_map(|i| (0..i).map(move |j| (i, j))))?;
    /// let embedding = Router::default().embed(&complete, &chip, &RunControl::default())?;
    /// assert_eq!(embedding.chains().len(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn embed(&self, problem: &Graph, chip: &Chip, control: &RunControl<'_>) -> Result<Embedding, RouteError> {
        self.embed_beside(&[], &[], problem, chip, control)
    }

    /// Reduces the qubits or chain lengths of an embedding until `patience` passes over all variables make no progress. An embedding that
    /// is not valid for this problem and chip is returned unchanged.
    ///
    /// # Panics
    /// Never: every change keeps the embedding valid.
    #[must_use]
    pub fn shorten(&self, embedding: &Embedding, problem: &Graph, chip: &Chip, control: &RunControl<'_>) -> Embedding {
        let mut attempt = Attempt::new(problem, chip, stream(self.seed, u64::MAX), Negotiation::STEEP);
        let is_routed = chip.qubits().len() <= search::MAX_QUBITS
            && (0..problem.num_nodes()).all(|node| problem.degree(node as u32) < search::MAX_CHAINS);
        if !is_routed || Embedding::new(embedding.chains().to_vec(), problem, chip).is_err() {
            return embedding.clone();
        }
        attempt.resume(embedding);
        attempt.shorten(self.patience, &Watch::new(control, MAX_PASSES));
        attempt.embedding(chip).expect("no qubit is shared and every interaction has a coupler")
    }

    /// An embedding that starts from these wires for some of the variables, and from what is laid beside them for others.
    pub(super) fn embed_beside(
        &self,
        wires: &[(usize, Vec<u32>)],
        laid: &[(usize, Vec<u32>)],
        problem: &Graph,
        chip: &Chip,
        control: &RunControl<'_>,
    ) -> Result<Embedding, RouteError> {
        let (num_qubits, num_couplers) = (chip.qubits().len(), chip.graph().num_edges());
        let (num_variables, num_interactions) = (problem.num_nodes(), problem.num_edges());
        if num_variables > num_qubits || num_interactions > num_couplers {
            return Err(RouteError::TooSmall { num_variables, num_interactions, num_qubits, num_couplers });
        }
        if num_qubits > search::MAX_QUBITS {
            return Err(RouteError::TooLarge { num_qubits, limit: search::MAX_QUBITS });
        }
        let degrees = (0..num_variables).map(|variable| (variable, problem.degree(variable as u32)));
        if let Some((variable, degree)) = degrees.max_by_key(|&(_, degree)| degree)
            && degree >= search::MAX_CHAINS
        {
            return Err(RouteError::TooManyNeighbors { variable, degree, limit: search::MAX_CHAINS - 1 });
        }
        let watch = Watch::new(control, u64::from(self.tries) * 2 * MAX_PASSES);
        let mut nearest: Option<(usize, usize)> = None;
        let mut tries = 0;
        while tries < self.tries {
            // what one way does not find the other one may
            let is_steep = wires.is_empty() == tries.is_multiple_of(2);
            let negotiation = if is_steep { Negotiation::STEEP } else { Negotiation::GENTLE };
            let mut attempt = Attempt::new(problem, chip, stream(self.seed, tries.into()), negotiation);
            tries += 1;
            attempt.lay(wires, laid);
            if attempt.route(self.patience, &watch) {
                attempt.shorten(self.patience, &watch);
                let embedding = attempt.embedding(chip);
                return Ok(embedding.expect("no qubit is shared and every interaction has a coupler"));
            }
            let left = attempt.left_over();
            nearest = Some(nearest.map_or(left, |best| best.min(left)));
            if watch.is_stopped() {
                break;
            }
        }
        let (num_unplaced, num_shared) = nearest.unwrap_or((num_variables, 0));
        Err(RouteError::NotFound { tries, num_shared, num_unplaced })
    }
}

//! Minor embeddings: verified chains of qubits, embedding of models, and unembedding of samples.

mod bound;
mod cache;
mod chain_strength;
mod clique;
mod composite;
mod crossbar;
mod embedded;
mod faults;
mod file;
mod find;
mod lines;
mod precision;
mod range;
mod router;
mod scan;
mod spin_reversal;
mod unembed;
mod weave;

pub use bound::min_qubits;
pub use cache::{CachedEmbedding, EmbeddingCache, EmbeddingOrigin};
pub use chain_strength::{ChainStrength, ChainStrengthError};
pub use clique::{biclique, clique, largest_clique};
pub use composite::{EmbeddedReport, EmbeddingComposite, EmbeddingCompositeError, MakeSampler};
pub use embedded::{EmbedError, Embedded};
pub use faults::{Fault, diagnose};
pub use file::{EmbeddingFile, EmbeddingFileError};
pub use find::{EmbedMethod, Embedder, EmbeddingResult, EmbeddingStatistics, FindError};
pub use precision::{ControlError, EnergyGap, GapResolution, GapSource, Precision};
pub(crate) use range::divided;
pub use range::{HardwareRange, RangeFault};
pub use router::{RouteError, Router};
pub use scan::{ScanRow, best_of_scan};
pub use spin_reversal::SpinReversal;
pub use unembed::{ChainBreakMethod, Unembedded, unembed, unembed_only};

use crate::hardware::{Chip, Graph};
use isinglass_qubo::model::Bqm;

/// Minor embedding: a chain of qubits for each variable, checked against a problem graph and a chip. Chains are nonempty, disjoint,
/// connected and made of working qubits, and a coupler joins the chains of every two interacting variables.
///
/// # Examples
/// ```
/// use isinglass_chip::embedding::Embedding;
/// use isinglass_chip::hardware::{Chip, Graph};
/// // a triangle on a square: one variable takes two qubits
/// let square = Chip::from_graph("square", Graph::from_edges(4, [(0, 1), (1, 2), (2, 3), (3, 0)])?);
/// let triangle = Graph::from_edges(3, [(0, 1), (1, 2), (2, 0)])?;
/// let embedding = Embedding::new(vec![vec![0], vec![1], vec![2, 3]], &triangle, &square)?;
/// assert_eq!((embedding.num_qubits(), embedding.max_chain_length()), (4, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    chains: Vec<Vec<u32>>,
}

impl Embedding {
    /// Creates the embedding from chains, one for each node of `problem`, and verifies it. The qubits of each chain are sorted.
    ///
    /// # Errors
    /// The first [`Fault`] that [`diagnose`] finds.
    pub fn new(mut chains: Vec<Vec<u32>>, problem: &Graph, chip: &Chip) -> Result<Self, Fault> {
        match diagnose(&chains, problem, chip).into_iter().next() {
            Some(fault) => Err(fault),
            None => {
                chains.iter_mut().for_each(|chain| chain.sort_unstable());
                Ok(Self { chains })
            }
        }
    }

    /// Chains by variable, with qubits in ascending order.
    #[must_use]
    pub fn chains(&self) -> &[Vec<u32>] {
        &self.chains
    }

    /// Total number of qubits in all chains.
    #[must_use]
    pub fn num_qubits(&self) -> usize {
        self.chains.iter().map(Vec::len).sum()
    }

    /// Length of the longest chain; 0 without variables.
    #[must_use]
    pub fn max_chain_length(&self) -> usize {
        self.chains.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Number of chains of each length, starting at length 1.
    #[must_use]
    pub fn chain_lengths(&self) -> Vec<usize> {
        let mut counts = vec![0; self.max_chain_length()];
        self.chains.iter().for_each(|chain| counts[chain.len() - 1] += 1);
        counts
    }
}

/// Interaction graph of a model: an edge for each nonzero quadratic bias.
///
/// # Panics
/// Never: the interactions of a model join different variables in range.
#[must_use]
pub fn interaction_graph(bqm: &Bqm) -> Graph {
    let edges = bqm.interactions().filter(|&(.., bias)| bias != 0.0);
    let edges = edges.map(|(first, second, _)| (first as u32, second as u32));
    Graph::from_edges(bqm.num_variables(), edges).expect("interactions join different variables in range")
}

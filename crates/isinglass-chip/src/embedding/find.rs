//! The embedder, which tries every method that suits a problem.

#[cfg(test)]
mod tests;

use super::clique::{biclique, clique};
use super::crossbar::{Hubs, LAYOUTS};
use super::lines::Lines;
use super::weave::{CrossbarLayout, Network};
use super::{Embedding, RouteError, Router, min_qubits};
use crate::hardware::{Chip, Graph, Topology};
use isinglass_qubo::sampler::RunControl;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Layouts of a network that are tried; those after them have less room.
const WOVEN_TRIES: usize = 3;
/// The number of neighbours of a hub, other hubs aside, from which wires are laid at once. Where all hubs have fewer and most interactions
/// are among the other variables, wires gain little, and so they do where no two hubs share neighbours, as in trees.
const LONG: usize = 64;
/// The number of tries of the router in these cases, before wires are laid.
const ROUTED_TRIES: u32 = 2;
/// Largest complete graph whose chains are shortened: beyond it, shortening takes seconds and saves 1 % of the qubits.
const MAX_SHORTENED: usize = 80;

/// Embedder that tries every method suited to problem and chip, and keeps the embedding with the fewest qubits.
///
/// 1. *native*: variable `i` on qubit `i`, if that is a valid embedding.
/// 2. *clique* and *biclique*: problems with at least half of all possible interactions (of all between two sides) take the chains
///    of the complete graph, shortened by [`Router::shorten`].
/// 3. *crossbar*: variables with very many neighbours (hubs) start as long parallel wires. If every other variable interacts with at most
///    one bundle of hubs, as in a network, the others are laid across them, group by group; otherwise they are routed beside them. If a
///    chip has too few rows for all groups, the wires are laid twice, each time for half of the groups.
/// 4. *routed*: [`Router`] from scratch, if none of these gives an embedding; before the crossbar, if its wires would be short and carry
///    few interactions, or if no variable crosses two of them, as in stars and trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embedder {
    /// General router, with its seed.
    pub router: Router,
    /// Number of successful crossbar layouts from which the best is taken. `[default: 2] [range: 1..]`
    pub layouts: u32,
}

impl Default for Embedder {
    fn default() -> Self {
        Self { router: Router::default(), layouts: 2 }
    }
}

/// Embedding method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EmbedMethod {
    /// Every variable on the qubit with the same index.
    Native,
    /// Clique embedding.
    Clique,
    /// Biclique embedding.
    Biclique,
    /// Long parallel wires for the variables of highest degree.
    Crossbar,
    /// General router.
    Routed,
    /// Fixed embedding supplied by the caller.
    Given,
}

/// Embedding with its method and a lower bound on the number of qubits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingResult {
    /// The embedding.
    pub embedding: Embedding,
    /// Embedding method.
    pub method: EmbedMethod,
    /// Lower bound on the number of qubits of any embedding on this chip ([`min_qubits`]).
    pub lower_bound: usize,
}

/// Embedding statistics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmbeddingStatistics {
    /// Total number of qubits in all chains.
    pub num_qubits: usize,
    /// Length of the longest chain.
    pub max_chain_length: usize,
    /// Number of chains of each length, starting at length 1.
    pub chain_lengths: Vec<usize>,
    /// Lower bound on the number of qubits of any embedding on this chip.
    pub lower_bound: usize,
    /// Embedding method.
    pub method: EmbedMethod,
}

impl EmbeddingResult {
    /// Statistics of this embedding.
    #[must_use]
    pub fn statistics(&self) -> EmbeddingStatistics {
        EmbeddingStatistics {
            num_qubits: self.embedding.num_qubits(),
            max_chain_length: self.embedding.max_chain_length(),
            chain_lengths: self.embedding.chain_lengths(),
            lower_bound: self.lower_bound,
            method: self.method,
        }
    }
}

/// Error from finding an embedding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The lower bound on qubits exceeds the number of working qubits.
    #[error(
        "no embedding exists: {num_variables} variables need at least {needed} qubits, and {chip} has {num_qubits}"
    )]
    TooSmall {
        /// Number of variables.
        num_variables: usize,
        /// Lower bound on the number of qubits.
        needed: usize,
        /// The chip's name.
        chip: String,
        /// Number of working qubits.
        num_qubits: usize,
    },
    /// A variable has more neighbours than any chain on this chip can reach.
    #[error("no embedding exists: a variable has {degree} neighbours, more than any chain on {chip} can reach")]
    Degree {
        /// The chip's name.
        chip: String,
        /// Largest degree of a variable.
        degree: usize,
    },
    /// No method found an embedding.
    #[error(
        "{num_variables} variables with {} % of all possible interactions have no known embedding on {chip}; {fits} without faults has room \
         even for all interactions",
        percent(*.num_variables, *.num_interactions)
    )]
    NotFound {
        /// Number of variables.
        num_variables: usize,
        /// Number of interactions.
        num_interactions: usize,
        /// The chip's name.
        chip: String,
        /// A topology of the same family (Pegasus, if the chip has none) that is certainly large enough.
        fits: Topology,
        /// The router's best attempt.
        #[source]
        source: RouteError,
    },
}

fn percent(num_variables: usize, num_interactions: usize) -> usize {
    let possible = num_variables * num_variables.saturating_sub(1) / 2;
    num_interactions * 100 / possible.max(1)
}

impl EmbeddingResult {
    /// Wraps a fixed embedding after verifying its chains.
    ///
    /// # Errors
    /// The first [`Fault`](super::Fault) of the chains.
    pub fn given(chains: Vec<Vec<u32>>, problem: &Graph, chip: &Chip) -> Result<Self, super::Fault> {
        let embedding = Embedding::new(chains, problem, chip)?;
        // there is an embedding, so there is a bound
        let lower_bound = min_qubits(problem, chip).unwrap_or(problem.num_nodes());
        Ok(Self { embedding, method: EmbedMethod::Given, lower_bound })
    }
}

impl Embedder {
    /// Finds an embedding of `problem` on `chip`. An interrupted run returns the best one so far, if any. The same seed gives the same
    /// embedding unless time runs out.
    ///
    /// # Errors
    /// [`FindError`] if no embedding exists or none was found.
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::RunControl;
    /// use isinglass_chip::embedding::{EmbedMethod, Embedder};
    /// use isinglass_chip::hardware::{Chip, Graph, Topology};
    /// let chip = Chip::ideal("pegasus:3".parse::<Topology>()?);
    /// let complete = Graph::from_edges(12, (0..12).flat_map(|i| (0..i).map(move |j| (i, j))))?;
    /// let found = Embedder::default().find(&complete, &chip, &RunControl::default())?;
    /// assert_eq!(found.method, EmbedMethod::Clique);
    /// assert!(found.statistics().num_qubits >= found.lower_bound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, problem: &Graph, chip: &Chip, control: &RunControl<'_>) -> Result<EmbeddingResult, FindError> {
        let num_variables = problem.num_nodes();
        let name = || chip.name().to_owned();
        let largest = || (0..num_variables).map(|node| problem.degree(node as u32)).max().unwrap_or(0);
        let lower_bound =
            min_qubits(problem, chip).ok_or_else(|| FindError::Degree { chip: name(), degree: largest() })?;
        let num_qubits = chip.qubits().len();
        if lower_bound > num_qubits {
            return Err(FindError::TooSmall { num_variables, needed: lower_bound, chip: name(), num_qubits });
        }
        let found = |(embedding, method)| EmbeddingResult { embedding, method, lower_bound };
        let in_place = (0..num_variables as u32).map(|qubit| vec![qubit]).collect();
        if let Ok(embedding) = Embedding::new(in_place, problem, chip) {
            return Ok(found((embedding, EmbedMethod::Native)));
        }
        if let Some((embedding, method)) = dense(problem, chip) {
            let is_small = num_variables <= MAX_SHORTENED;
            let embedding = if is_small { self.router.shorten(&embedding, problem, chip, control) } else { embedding };
            return Ok(found((embedding, method)));
        }
        if let Some(around) = self.around_hubs(problem, chip, control) {
            return Ok(found(around));
        }
        match self.router.embed(problem, chip, control) {
            Ok(embedding) => Ok(found((embedding, EmbedMethod::Routed))),
            Err(source) => {
                let num_interactions = problem.num_edges();
                let fits = surely_fits(num_variables, chip.topology());
                Err(FindError::NotFound { num_variables, num_interactions, chip: name(), fits, source })
            }
        }
    }

    /// From wires for variables with many neighbours, or by the router where that makes little difference.
    fn around_hubs(&self, problem: &Graph, chip: &Chip, control: &RunControl<'_>) -> Option<(Embedding, EmbedMethod)> {
        let (hubs, lines) = (Hubs::of(problem)?, Lines::of(chip)?);
        let once = Router { tries: 1, ..self.router };
        let are_short = hubs.num_crossings() < LONG && hubs.num_interactions(problem) < problem.num_edges() / 2;
        if are_short || hubs.are_apart() {
            let router = Router { tries: self.router.tries.min(ROUTED_TRIES), ..self.router };
            if let Ok(routed) = router.embed(problem, chip, control) {
                return Some((routed, EmbedMethod::Routed));
            }
        }
        if let Some(network) = Network::of(problem, &hubs) {
            let layouts = network.layouts(&hubs, &lines);
            let start = |woven: &CrossbarLayout, control: &RunControl<'_>| {
                once.embed_beside(&woven.wires, &woven.gates, problem, chip, control).ok()
            };
            if let Some(best) = self.best_of_first(&layouts[..layouts.len().min(WOVEN_TRIES)], control, start) {
                return Some((best, EmbedMethod::Crossbar));
            }
        }
        let best = self.best_of_first(&LAYOUTS, control, |&layout, control| {
            once.embed_beside(&hubs.lay(&lines, layout)?, &[], problem, chip, control).ok()
        })?;
        Some((best, EmbedMethod::Crossbar))
    }

    /// The best of the first starts that succeed. As many as are still wanted run at once; the first of them tells its progress.
    fn best_of_first<T: Sync>(
        &self,
        starts: &[T],
        control: &RunControl<'_>,
        embed: impl Fn(&T, &RunControl<'_>) -> Option<Embedding> + Sync,
    ) -> Option<Embedding> {
        let wanted = self.layouts.max(1) as usize;
        let (mut found, mut rest) = (Vec::new(), starts);
        while found.len() < wanted && !rest.is_empty() && control.should_stop(None).is_none() {
            let (now, later) = rest.split_at(rest.len().min(wanted - found.len()));
            let run = |(index, start)| {
                let progress = control.progress.filter(|_| index == 0);
                embed(start, &RunControl { progress, ..*control })
            };
            found.extend(now.par_iter().enumerate().filter_map(run).collect::<Vec<_>>());
            rest = later;
        }
        found.into_iter().min_by_key(Embedding::num_qubits)
    }
}

/// The chains of the complete (bipartite) graph for problems that are nearly so.
fn dense(problem: &Graph, chip: &Chip) -> Option<(Embedding, EmbedMethod)> {
    let (num_variables, num_edges) = (problem.num_nodes(), problem.num_edges());
    let keep = |chains, method| Some((Embedding::new(chains, problem, chip).ok()?, method));
    if num_edges == 0 {
        return None;
    }
    if let Some(sides) = sides(problem) {
        let order = |side: bool| (0..num_variables).filter(|&node| sides[node] == side).collect::<Vec<usize>>();
        let (left, right) = (order(false), order(true));
        if 2 * num_edges < left.len() * right.len() {
            return None;
        }
        let straight = biclique(left.len(), right.len(), chip)?;
        let mut chains = vec![Vec::new(); num_variables];
        for (variable, chain) in left.into_iter().chain(right).zip(straight.chains()) {
            chains[variable].clone_from(chain);
        }
        return keep(chains, EmbedMethod::Biclique);
    }
    (4 * num_edges >= num_variables * (num_variables - 1))
        .then(|| keep(clique(num_variables, chip)?.chains().to_vec(), EmbedMethod::Clique))?
}

/// The side of each variable, if all interactions are between two sides.
fn sides(problem: &Graph) -> Option<Vec<bool>> {
    let mut sides = vec![None; problem.num_nodes()];
    for start in 0..sides.len() {
        if sides[start].is_some() {
            continue;
        }
        sides[start] = Some(false);
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            let across = sides[node].map(|side: bool| !side);
            for &near in problem.neighbors(node as u32) {
                if sides[near as usize].is_none() {
                    sides[near as usize] = across;
                    open.push(near as usize);
                } else if sides[near as usize] != across {
                    return None;
                }
            }
        }
    }
    sides.into_iter().collect()
}

/// A topology of the family whose cliques are large enough.
fn surely_fits(num_variables: usize, family: Option<Topology>) -> Topology {
    let needed = num_variables.max(1) as u32;
    match family {
        Some(Topology::Chimera { shore, .. }) => {
            let size = needed.div_ceil(shore);
            Topology::Chimera { rows: size, columns: size, shore }
        }
        Some(Topology::Zephyr { shore, .. }) => {
            Topology::Zephyr { size: (needed + 2 * shore).div_ceil(4 * shore), shore }
        }
        _ => Topology::Pegasus { size: (needed + 2).div_ceil(12) + 1, fabric_only: true },
    }
}

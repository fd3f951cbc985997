//! The embedder that tries every method that fits.

use super::crossbar::{Hubs, Layout};
use super::lines::Lines;
use super::{Embedding, RouteError, Router};
use crate::hardware::{Chip, Graph};
use crate::sampler::RunControl;

/// Finds an embedding by every method that suits problem and chip, and keeps the one of fewest qubits.
///
/// 1. *native*: the problem is on the chip as it is, variable `i` on qubit `i`.
/// 2. *crossbar*: variables with very many neighbours (hubs) start as long parallel wires, the rest is routed beside them.
/// 3. *routed*: [`Router`] from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Embedder {
    /// The router, with its seed.
    pub router: Router,
}

/// How an embedding was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EmbedMethod {
    /// Every variable on the qubit of its own number.
    Native,
    /// From wires for the hubs.
    Crossbar,
    /// By the router alone.
    Routed,
}

/// An embedding, and how good it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The embedding.
    pub embedding: Embedding,
    /// How it was found.
    pub method: EmbedMethod,
    /// No embedding on this chip has fewer qubits than this ([`min_qubits`]).
    pub lower_bound: usize,
}

/// Why no embedding was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The router.
    #[error(transparent)]
    Route(#[from] RouteError),
}

impl Embedder {
    /// An embedding of `problem` on `chip`.
    ///
    /// # Errors
    /// [`FindError`] when there is none, or none was found.
    pub fn find(&self, problem: &Graph, chip: &Chip, control: &RunControl<'_>) -> Result<Found, FindError> {
        let mut best: Option<(Embedding, EmbedMethod)> = None;
        let verbose = std::env::var("EMB_V").is_ok();
        let layouts: Vec<Layout> = std::env::var("EMB_L")
            .map(|text| {
                text.split(';')
                    .map(|each| {
                        let n: Vec<usize> = each.split(',').map(|x| x.parse().unwrap()).collect();
                        Layout { gap: n[0] as u32, stretch: n[1], is_horizontal: false }
                    })
                    .collect()
            })
            .unwrap_or_default();
        if let (Some(hubs), Some(lines)) = (Hubs::of(problem), Lines::of(chip)) {
            for layout in layouts {
                let Some(wires) = hubs.lay(&lines, layout) else { continue };
                let start = std::time::Instant::now();
                let found = Router { tries: 1, ..self.router }.embed_beside(&wires, problem, chip, control);
                if verbose {
                    eprintln!(
                        "{layout:?} wires {} {:?} {:?}",
                        wires.iter().map(|w| w.1.len()).sum::<usize>(),
                        found.as_ref().map(|e| (e.num_qubits(), e.max_chain_length())),
                        start.elapsed()
                    );
                }
                if let Ok(found) = found
                    && best.as_ref().is_none_or(|(best, _)| found.num_qubits() < best.num_qubits())
                {
                    best = Some((found, EmbedMethod::Crossbar));
                }
            }
        }
        if best.is_none() {
            best = Some((self.router.embed(problem, chip, control)?, EmbedMethod::Routed));
        }
        let (embedding, method) = best.expect("found above");
        Ok(Found { embedding, method, lower_bound: 0 })
    }
}

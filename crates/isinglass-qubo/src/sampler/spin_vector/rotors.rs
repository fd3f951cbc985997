//! Rotors of 64 reads side by side.

use super::kernel::{Strengths, sweep, turn_clusters};
use crate::model::Bqm;
use crate::sampler::clusters::Clusters;
use crate::sampler::isa::Isa;
use crate::sampler::lanes::{LANES, LaneRandom, Lanes};

/// Sweeps after which fields are computed afresh.
const SWEEPS_BETWEEN_REFRESHES: u32 = 64;

/// A scaled Ising model, couplings as compressed rows.
pub(super) struct Couplings {
    linear: Vec<f32>,
    row_starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl Couplings {
    /// Coefficients of `spin` divided by `scale`.
    pub(super) fn new(spin: &Bqm, scale: f64) -> Self {
        // far outside the range of a chip a rotor is frozen either way
        let scaled = |bias: f64| (bias / scale).clamp(-1e15, 1e15) as f32;
        let (mut row_starts, mut entries) = (vec![0], Vec::with_capacity(2 * spin.num_interactions()));
        for variable in 0..spin.num_variables() {
            let (neighbors, biases) = spin.neighborhood(variable);
            entries.extend(neighbors.iter().zip(biases).map(|(&neighbor, &bias)| (neighbor, scaled(bias))));
            row_starts.push(entries.len());
        }
        Self { linear: spin.linear().iter().map(|&bias| scaled(bias)).collect(), row_starts, entries }
    }

    /// The couplings of `variable`: the other variable, and the strength.
    #[inline(always)]
    pub(super) fn row(&self, variable: usize) -> &[(u32, f32)] {
        &self.entries[self.row_starts[variable]..self.row_starts[variable + 1]]
    }
}

/// Variables of a sweep between two looks at the clock in a problem that has more of them: some milliseconds.
const PART: usize = 1 << 14;

/// Angles, their cosines, and fields `h_i + sum_j J_ij cos theta_j` of 64 reads.
pub(super) struct Rotors<'a> {
    pub(super) couplings: &'a Couplings,
    /// Angles in units of pi, from the middle: `theta / pi - 1/2`.
    pub(super) turns: Vec<Lanes<f32>>,
    pub(super) cosines: Vec<Lanes<f32>>,
    pub(super) fields: Vec<Lanes<f32>>,
    pub(super) random: LaneRandom,
    sweeps: u32,
}

impl<'a> Rotors<'a> {
    /// Block `index` of `seed`, all rotors along the transverse field.
    pub(super) fn new(couplings: &'a Couplings, seed: u64, index: usize) -> Self {
        let zeros = vec![Lanes([0.0; LANES]); couplings.linear.len()];
        let random = LaneRandom::new(seed, index);
        Self { couplings, turns: zeros.clone(), cosines: zeros.clone(), fields: zeros, random, sweeps: 0 }
    }

    /// Offers every rotor a new angle in every lane, in index order; a long sweep ends in the middle when `is_stopped`.
    pub(super) fn sweep(&mut self, isa: Isa, strengths: &Strengths, is_stopped: &dyn Fn() -> bool) {
        if self.sweeps.is_multiple_of(SWEEPS_BETWEEN_REFRESHES) {
            self.compute_fields();
        }
        self.sweeps = self.sweeps.wrapping_add(1);
        let num_variables = self.turns.len();
        for first in (0..num_variables).step_by(PART) {
            if first > 0 && is_stopped() {
                return;
            }
            sweep(isa, self, first..num_variables.min(first + PART), strengths);
        }
    }

    /// Offers every cluster in every lane to turn round as a whole.
    pub(super) fn turn_clusters(&mut self, isa: Isa, strengths: &Strengths, clusters: &Clusters) {
        turn_clusters(isa, self, strengths, clusters);
    }

    /// The spins of a read.
    pub(super) fn spins(&self, lane: usize) -> Vec<i8> {
        self.cosines.iter().map(|cosines| if cosines.0[lane] >= 0.0 { 1 } else { -1 }).collect()
    }

    fn compute_fields(&mut self) {
        for (variable, fields) in self.fields.iter_mut().enumerate() {
            fields.0 = [self.couplings.linear[variable]; LANES];
            for &(neighbor, strength) in self.couplings.row(variable) {
                for (field, cosine) in fields.0.iter_mut().zip(&self.cosines[neighbor as usize].0) {
                    *field += strength * cosine;
                }
            }
        }
    }
}

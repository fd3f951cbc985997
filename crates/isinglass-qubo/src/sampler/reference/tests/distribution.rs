//! Whether the fast annealing has the reference's distribution of energies: two-sample Kolmogorov-Smirnov tests.
//!
//! Each comparison has a significance of one in a thousand where energies do not repeat; where they do (small integers) the test
//! errs towards equal. Samples are independent in the fast path and nearly so in the reference, whose reads share a stream.
//! Seeds are fixed. That it would notice a difference is tested on the same models, with as many reads.

use crate::model::{Bqm, BqmBuilder, Vartype};
use crate::sampler::{ReferenceAnnealing, RunControl, Sampler, SimulatedAnnealing};
use crate::testing::{random_integers, random_reals};

const NUM_READS: usize = 8192;

/// What `sqrt(m n / (m + n))` times the largest difference of two distributions exceeds once in a thousand times if they are
/// equal, `sqrt(-ln(0.001 / 2) / 2)`.
const CRITICAL: f64 = 1.95;

/// `sqrt(m n / (m + n))` times the largest difference between the shares of both samples up to any energy.
fn statistic(left: &[f64], right: &[f64]) -> f64 {
    let sorted = |energies: &[f64]| {
        let mut energies = energies.to_vec();
        energies.sort_by(f64::total_cmp);
        energies
    };
    let (left, right) = (sorted(left), sorted(right));
    let share = |sorted: &[f64], energy| sorted.partition_point(|&other| other <= energy) as f64 / sorted.len() as f64;
    let energies = left.iter().chain(&right);
    let largest = energies.map(|&energy| (share(&left, energy) - share(&right, energy)).abs()).fold(0.0, f64::max);
    let (m, n) = (left.len() as f64, right.len() as f64);
    largest * (m * n / (m + n)).sqrt()
}

/// A short anneal that ends cold, where the last sweeps count.
struct Anneal {
    bqm: Bqm,
    num_sweeps: u64,
    beta_range: (f64, f64),
}

impl Anneal {
    /// From a fifth of the inverse of the typical field to four times that inverse.
    fn new(bqm: Bqm, num_sweeps: u64) -> Self {
        let squares = bqm.interactions().map(|(.., bias)| 2.0 * bias * bias).sum::<f64>();
        let unit = (bqm.num_variables() as f64 / squares).sqrt();
        Self { bqm, num_sweeps, beta_range: (0.2 * unit, 4.0 * unit) }
    }

    fn reference(&self) -> Vec<f64> {
        let annealing = ReferenceAnnealing {
            num_reads: NUM_READS,
            num_sweeps: self.num_sweeps,
            beta_range: Some(self.beta_range),
            seed: 0x9e37_79b9_7f4a_7c15,
            ..ReferenceAnnealing::default()
        };
        annealing.sample(&self.bqm, &RunControl::default()).unwrap().samples.energies().to_vec()
    }

    /// The fast path with another number of sweeps, and inverse temperatures times `factor`.
    fn fast(&self, num_sweeps: u64, factor: f64) -> Vec<f64> {
        let beta_range = Some((self.beta_range.0 * factor, self.beta_range.1 * factor));
        let annealing =
            SimulatedAnnealing { num_reads: NUM_READS, num_sweeps, beta_range, ..SimulatedAnnealing::default() };
        annealing.sample(&self.bqm, &RunControl::default()).unwrap().samples.energies().to_vec()
    }
}

/// Equal to the reference at the same schedule, and not with a sweep in ten left out or at temperatures a tenth higher.
fn assert_only_the_same_schedule_has_the_same_energies(bqm: Bqm) {
    let anneal = Anneal::new(bqm, 10);
    let reference = anneal.reference();
    let same = statistic(&reference, &anneal.fast(10, 1.0));
    assert!(same < CRITICAL, "the same schedule: {same}");
    let fewer = statistic(&reference, &anneal.fast(9, 1.0));
    assert!(fewer > CRITICAL, "a tenth of the sweeps fewer: {fewer}");
    let hotter = statistic(&reference, &anneal.fast(10, 0.9));
    assert!(hotter > CRITICAL, "temperatures a tenth higher: {hotter}");
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn fields_of_a_byte_have_the_energies_of_the_reference() {
    assert_only_the_same_schedule_has_the_same_energies(random_integers(Vartype::Spin, 60, 6, 2, 1));
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn fields_of_16_bits_have_the_energies_of_the_reference() {
    assert_only_the_same_schedule_has_the_same_energies(random_integers(Vartype::Spin, 60, 6, 900, 1));
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn floating_point_fields_have_the_energies_of_the_reference() {
    assert_only_the_same_schedule_has_the_same_energies(random_reals(Vartype::Spin, 60, 6, 1));
    assert_only_the_same_schedule_has_the_same_energies(random_integers(Vartype::Spin, 60, 6, 1 << 29, 2));
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn dense_problems_have_the_energies_of_the_reference() {
    assert_only_the_same_schedule_has_the_same_energies(random_reals(Vartype::Spin, 80, 160, 1));
}

/// Most flips of a model with couplings ±1 on few neighbours are free at some time. There the fast path, which turns down one in
/// sixteen of them and lets a variable wait that has just had a neighbour's turn, has another distribution: a lower one.
#[test]
#[cfg_attr(miri, ignore = "long")]
fn where_most_flips_are_free_the_fast_path_ends_lower() {
    let anneal = Anneal::new(random_integers(Vartype::Spin, 60, 3, 1, 1), 10);
    let (reference, fast) = (anneal.reference(), anneal.fast(10, 1.0));
    assert!(statistic(&reference, &fast) > CRITICAL && mean(&fast) < mean(&reference));
}

fn mean(energies: &[f64]) -> f64 {
    energies.iter().sum::<f64>() / energies.len() as f64
}

/// On a ring they are: the reference carries walls between domains along with the sweep, and the fast path lets them meet.
#[test]
#[cfg_attr(miri, ignore = "long")]
fn free_flips_turned_down_lower_the_energies_on_a_ring() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 60);
    for first in 0..60 {
        builder.add_quadratic(first, (first + 1) % 60, -1.0);
    }
    let anneal = Anneal::new(builder.build().unwrap(), 300);
    let (reference, fast) = (anneal.reference(), anneal.fast(300, 1.0));
    assert!(statistic(&reference, &fast) > CRITICAL && mean(&fast) < mean(&reference));
}

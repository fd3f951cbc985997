//! Where every pair interacts the dense layout gives the samples of the sparse one, on every instruction set.

use super::*;
use crate::model::{BqmBuilder, Vartype};
use crate::rng::stream;
use crate::sampler::annealing::block::Block;
use crate::sampler::annealing::problem::Width;
use crate::sampler::annealing::tests::assert_same_on_every_path;
use crate::sampler::{ProposalAcceptanceCriteria, RunControl, Sampler, SimulatedAnnealing};
use crate::testing::{random_integers, random_reals};
use rand_core::Rng;

/// Samples of all lanes, and the lane of least energy, after two calls of 20 sweeps.
fn anneal<L: Layout>(
    spin: &Bqm,
    scaling: Scaling,
    isa: Isa,
    criteria: ProposalAcceptanceCriteria,
    betas: (f64, f64),
) -> (Vec<Vec<i8>>, usize) {
    let problem = L::problem(spin, scaling, VariableOrder::Index, false);
    let mut block = L::new(&problem, 3, 1);
    let schedule = |sweep: i32| {
        let beta = (betas.0 + (betas.1 - betas.0) * f64::from(sweep) / 39.0) * scaling.unit;
        Acceptance { criteria, beta }
    };
    for half in [0..20, 20..40] {
        block.sweep(&problem, isa, half.map(schedule), &|| false);
    }
    let samples = (0..LANES).map(|lane| block.sample(lane, [-1, 1])).collect();
    (samples, block.lanes_by_energy(&problem, LANES)[0])
}

/// `Reference` is the type of the sparse layout's numbers.
fn assert_same<Dense: DenseNumber, Reference: Number>(spin: &Bqm, scaling: Scaling, betas: (f64, f64)) {
    for criteria in [ProposalAcceptanceCriteria::Metropolis, ProposalAcceptanceCriteria::Gibbs] {
        let (sparse, best) = anneal::<Block<Reference>>(spin, scaling, Isa::detect(), criteria, betas);
        for isa in Isa::ALL {
            let (dense, best_dense) = anneal::<DenseBlock<Dense>>(spin, scaling, isa, criteria, betas);
            assert_eq!((dense, best_dense), (sparse.clone(), best), "{} variables, {isa:?}", spin.num_variables());
        }
    }
}

/// Every pair interacts: then the sparse layout has one order, that of the index. Biases are whole multiples of `unit`, from -9 to 9.
fn complete_random(num_variables: usize, unit: f64, seed: u64) -> Bqm {
    let mut stream = stream(seed, 0);
    let mut bias = || {
        let size = 1 + (stream.next_u64() >> 32) % 9;
        if stream.next_u64() >> 63 == 0 { unit * size as f64 } else { unit * -(size as f64) }
    };
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    for second in 0..num_variables {
        builder.add_linear(second, bias());
        (0..second).for_each(|first| builder.add_quadratic(first, second, bias()));
    }
    builder.build().unwrap()
}

/// Sizes around those of tiles and pieces.
const SIZES: [usize; 10] = [0, 1, 2, 5, 63, 64, 65, 128, 129, 200];

#[test]
#[cfg_attr(miri, ignore = "long")]
fn real_coefficients_give_the_samples_of_the_sparse_layout_bit_for_bit() {
    for num_variables in SIZES {
        // a tenth rounds
        let spin = complete_random(num_variables, 0.1, num_variables as u64);
        let scaling = Scaling { rounds: true, ..Scaling::new(&spin, 1.0) };
        let betas = (0.01, 2.0);
        assert_same::<f32, f32>(&spin, scaling, betas);
        assert_same::<f64, f64>(&spin, scaling, betas);
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn integers_give_the_samples_of_the_sparse_layout_in_numbers_of_any_kind() {
    for num_variables in SIZES {
        let spin = complete_random(num_variables, 1.0, num_variables as u64);
        let scaling = Scaling::new(&spin, 1.0);
        assert!(!scaling.rounds);
        let betas = (0.001, 0.3);
        // 32-bit floating-point numbers hold these fields without rounding
        assert_same::<f32, f32>(&spin, scaling, betas);
        assert_same::<f64, f32>(&spin, scaling, betas);
        assert_same::<i16, f32>(&spin, scaling, betas);
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn an_infinite_temperature_turns_every_spin_in_every_sweep() {
    let spin = complete_random(130, 0.1, 2);
    assert_same::<f32, f32>(&spin, Scaling::new(&spin, 1.0), (0.0, 0.0));
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn dense_problems_have_the_same_samples_on_every_path_and_number_of_threads() {
    let annealing = SimulatedAnnealing { num_reads: 150, num_sweeps: 20, ..SimulatedAnnealing::default() };
    for (bqm, width) in [
        (random_reals(Vartype::Binary, 150, 150, 1), Width::Single),
        (random_integers(Vartype::Spin, 260, 400, 5, 1), Width::Integer),
        (random_integers(Vartype::Spin, 150, 150, 1 << 29, 1), Width::Double),
    ] {
        let spin = bqm.to_vartype(Vartype::Spin).unwrap();
        assert_eq!(Scaling::new(&spin, 1.0).width, width);
        assert!(suits(&spin, width));
        assert_same_on_every_path(&annealing, &bqm);
    }
}

#[test]
fn a_target_is_noticed_in_the_dense_layout() {
    let bqm = random_reals(Vartype::Spin, 100, 150, 1);
    let short = SimulatedAnnealing { num_sweeps: 50, ..SimulatedAnnealing::default() };
    let target = short.sample(&bqm, &RunControl::default()).unwrap().best().unwrap().energy;
    let long = SimulatedAnnealing { num_sweeps: 1 << 40, beta_range: Some((1.0, 1.0)), ..short };
    let sampling = long.sample(&bqm, &RunControl { target: Some(target), ..RunControl::default() }).unwrap();
    assert!(sampling.best().unwrap().energy <= target);
}

fn complete(num_variables: usize) -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    for second in 0..num_variables {
        for first in 0..second {
            builder.add_quadratic(first, second, 1.0);
        }
    }
    builder.build().unwrap()
}

#[test]
fn dense_problems_suit_the_dense_layout_and_sparse_or_small_ones_do_not() {
    assert!(suits(&complete(200), Width::Integer));
    assert!(!suits(&complete(200), Width::Byte));
    assert!(!suits(&complete(50), Width::Single));
    assert!(!suits(&random_reals(Vartype::Spin, 400, 4, 1), Width::Single));
}

#[test]
fn a_matrix_beyond_the_limit_is_not_taken() {
    assert_eq!(matrix::bytes::<f32>(1000), 1024 * 1024 * 4);
    assert_eq!(matrix::bytes::<f32>(usize::MAX / 2), usize::MAX);
    assert!(matrix::bytes::<f32>(10_000) < matrix::MAX_BYTES && matrix::bytes::<f64>(40_000) > matrix::MAX_BYTES);
}

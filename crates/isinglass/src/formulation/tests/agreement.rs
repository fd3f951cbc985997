//! For small random tasks: the energy left after minimising over everything but the weights is the loss of these weights, and
//! the minimum of the QUBO is the minimum of the loss over all weights, whatever the switches.

use super::super::{
    Formulation, FormulationOptions, GateKind, PenaltyRule, Reductions, Role, WeightTerms, compile, few_bits,
};
use super::elimination::minimum;
use crate::bits::BitMatrix;
use crate::network::{Architecture, Network};
use crate::task::{Merge, Task};
use isinglass_qubo::rng::{Stream, stream};
use rand_core::Rng;

pub(super) fn below(stream: &mut Stream, bound: u64) -> usize {
    ((stream.next_u64() >> 16) % bound) as usize
}

/// All combinations of switches that are allowed.
fn all_reductions() -> Vec<Reductions> {
    let combinations = (0..1u32 << Reductions::NAMES.len()).map(|bits| {
        let mut reductions = Reductions::NONE;
        for (place, name) in Reductions::NAMES.into_iter().enumerate() {
            *reductions.switch(name).unwrap() = bits >> place & 1 == 1;
        }
        reductions
    });
    combinations.filter(|reductions| reductions.merge_equal || !reductions.merge_negated).collect()
}

pub(super) fn random_task(stream: &mut Stream, architecture: &Architecture) -> Task {
    let num_rows = 2 + below(stream, 4);
    let mut inputs = BitMatrix::from_fn(num_rows, architecture.num_inputs(), |_, _| below(stream, 2) == 1);
    // the last row repeats the first or is its opposite, so that merging has something to merge
    let opposite = below(stream, 2) == 1;
    for column in 0..inputs.num_columns() {
        let bit = inputs.get(0, column) != opposite;
        inputs.set(num_rows - 1, column, bit);
    }
    let targets = BitMatrix::from_fn(num_rows, architecture.num_outputs(), |_, _| below(stream, 2) == 1);
    let weights = (0..num_rows).map(|_| 1.0 + below(stream, 2) as f64).collect();
    Task::weighted(inputs, targets, weights).unwrap()
}

pub(super) fn loss(task: &Task, network: &Network) -> f64 {
    let groups = task.group(Merge::Nothing);
    groups.loss(&network.infer(&groups.inputs))
}

/// The free weights of a formulation set to the bits of `assignment`, everything else left to minimise over.
fn fix_weights(formulation: &Formulation, assignment: u64) -> Vec<Option<bool>> {
    let mut next = 0;
    let fixed = |role: &Role| {
        matches!(role, Role::Weight { .. }).then(|| {
            next += 1;
            assignment >> (next - 1) & 1 == 1
        })
    };
    formulation.layout.roles().iter().map(fixed).collect()
}

fn network_of(formulation: &Formulation, fixed: &[Option<bool>]) -> Network {
    let sample: Vec<i8> = fixed.iter().map(|bit| i8::from(bit.unwrap_or(false))).collect();
    formulation.layout.decode(&sample).unwrap()
}

/// The least loss over all weights that agree with the fixed ones.
pub(super) fn least_loss(task: &Task, architecture: &Architecture, fixed: &[(usize, usize, usize, bool)]) -> f64 {
    let num_weights = architecture.num_weights();
    let losses = (0u64..1 << num_weights).map(|assignment| {
        let mut next = 0;
        let mut network = Network::from_fn(architecture.clone(), |_, _, _| {
            next += 1;
            assignment >> (next - 1) & 1 == 1
        });
        for &(layer, neuron, input, bit) in fixed {
            network.set_weight(layer, neuron, input, bit);
        }
        loss(task, &network)
    });
    losses.fold(f64::INFINITY, f64::min)
}

fn check(task: &Task, architecture: &Architecture, terms: &WeightTerms, options: &FormulationOptions, seed: u64) {
    let formulation = compile(task, architecture, options, terms).unwrap();
    let context = || format!("{architecture}, seed {seed}, {options:?}");
    assert!(formulation.statistics.exact, "{}", context());
    let num_free = formulation.layout.roles().iter().filter(|role| matches!(role, Role::Weight { .. })).count();
    let mut stream = stream(seed, 99);
    let everything = num_free <= 4;
    let assignments: Vec<u64> =
        if everything { (0..1 << num_free).collect() } else { (0..3).map(|_| stream.next_u64()).collect() };
    let mut least = f64::INFINITY;
    for assignment in assignments {
        let fixed = fix_weights(&formulation, assignment);
        let energy = minimum(&formulation.qubo, &fixed);
        assert_eq!(energy, loss(task, &network_of(&formulation, &fixed)), "{}", context());
        least = least.min(energy);
    }
    // E(w) = loss(w) on the weights that are left: their least loss must be that of all weights
    if !everything {
        let all = (0u64..1 << num_free).map(|a| loss(task, &network_of(&formulation, &fix_weights(&formulation, a))));
        least = all.fold(f64::INFINITY, f64::min);
    }
    assert_eq!(least, least_loss(task, architecture, &terms.fixed), "{}", context());
}

fn for_all_switches(widths: &[usize], bias: bool, num_fixed: usize, seed: u64) {
    let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
    let mut stream = stream(seed, 0);
    let task = random_task(&mut stream, &architecture);
    let mut fixed: Vec<(usize, usize, usize, bool)> = Vec::new();
    while fixed.len() < num_fixed {
        let layer = below(&mut stream, architecture.num_layers() as u64);
        let neuron = below(&mut stream, architecture.width(layer + 1) as u64);
        let input = below(&mut stream, architecture.fan_in(layer) as u64);
        if !fixed.iter().any(|&(l, n, i, _)| (l, n, i) == (layer, neuron, input)) {
            fixed.push((layer, neuron, input, below(&mut stream, 2) == 1));
        }
    }
    let terms = WeightTerms { fixed, biases: Vec::new() };
    // weights reach 2, up to three rows merge, and up to three outputs depend on a hidden neuron
    let uniform = PenaltyRule::Uniform { lambda: 40.0 };
    for (number, reductions) in all_reductions().into_iter().enumerate() {
        let rules = [PenaltyRule::PerGroup { margin: 1.0 }, PenaltyRule::PerGroup { margin: 1.25 }, uniform];
        let penalties = rules[(number + seed as usize) % 3];
        check(
            &task,
            &architecture,
            &terms,
            &FormulationOptions { reductions, gate: GateKind::HalfStep, penalties },
            seed,
        );
        if reductions.half_step {
            check(
                &task,
                &architecture,
                &terms,
                &FormulationOptions { reductions, gate: GateKind::WideGap, penalties },
                seed,
            );
        }
    }
}

#[test]
fn perceptrons_of_odd_and_even_fan_in_keep_the_loss_for_all_switches() {
    for seed in 0..4 {
        for (widths, bias) in
            [(&[1, 1][..], false), (&[2, 1], false), (&[3, 1], true), (&[5, 1], false), (&[4, 1], true)]
        {
            for_all_switches(widths, bias, 0, seed);
        }
    }
}

#[test]
fn one_hidden_layer_keeps_the_loss_for_all_switches() {
    for seed in 0..2 {
        for (widths, bias) in
            [(&[3, 3, 1][..], false), (&[2, 2, 1], false), (&[2, 2, 1], true), (&[1, 2, 1], false), (&[3, 1, 1], false)]
        {
            for_all_switches(widths, bias, 0, seed);
        }
    }
}

#[test]
fn two_hidden_layers_keep_the_loss_for_all_switches() {
    for seed in 0..2 {
        for (widths, bias) in
            [(&[2, 2, 2, 1][..], false), (&[3, 1, 1, 1], false), (&[1, 1, 2, 1], true), (&[3, 1, 3, 1], false)]
        {
            for_all_switches(widths, bias, 0, seed);
        }
    }
}

#[test]
fn several_outputs_keep_the_loss_for_all_switches() {
    for seed in 0..2 {
        for (widths, bias) in [(&[3, 3][..], false), (&[2, 1, 3], false), (&[2, 2, 3], false), (&[2, 1, 3], true)] {
            for_all_switches(widths, bias, 0, seed);
        }
    }
}

#[test]
fn fixed_weights_keep_the_loss_for_all_switches() {
    for seed in 0..3 {
        for (widths, bias, num_fixed) in
            [(&[3, 3, 1][..], false, 5), (&[2, 2, 1], true, 4), (&[2, 2, 2, 1], false, 6), (&[2, 2, 2], false, 3)]
        {
            for_all_switches(widths, bias, num_fixed, seed);
        }
    }
}

#[test]
fn neurons_that_fixed_weights_make_the_same_literal_may_feed_one_gate() {
    let architecture = Architecture::new(vec![3, 1, 3, 1], false).unwrap();
    let fixed = vec![(1, 0, 0, true), (1, 1, 0, true), (1, 2, 0, false)];
    for seed in 0..4 {
        let task = random_task(&mut stream(seed, 0), &architecture);
        let terms = WeightTerms { fixed: fixed.clone(), biases: Vec::new() };
        for options in [FormulationOptions::compact(), FormulationOptions::reference()] {
            check(&task, &architecture, &terms, &options, seed);
        }
    }
}

#[test]
fn the_minimum_over_all_variables_is_the_least_loss() {
    let shapes = [(&[3, 1][..], true), (&[3, 3, 1], false), (&[2, 2, 1], true), (&[2, 2], false), (&[1, 2, 1], false)];
    for (seed, (widths, bias)) in shapes.into_iter().enumerate() {
        let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
        let task = random_task(&mut stream(seed as u64, 0), &architecture);
        let formulation =
            compile(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default()).unwrap();
        let least = minimum(&formulation.qubo, &vec![None; formulation.qubo.num_variables()]);
        assert_eq!(least, least_loss(&task, &architecture, &[]), "{architecture}");
    }
}

#[test]
fn weight_terms_are_added_to_the_loss() {
    let architecture = Architecture::new(vec![3, 1], false).unwrap();
    let task = random_task(&mut stream(5, 0), &architecture);
    let biases = vec![(0, 0, 0, 0.25), (0, 0, 2, -1.5)];
    let terms = WeightTerms { fixed: vec![(0, 0, 2, true)], biases };
    let formulation = compile(&task, &architecture, &FormulationOptions::compact(), &terms).unwrap();
    assert_eq!(formulation.statistics.guaranteed_gap, 0.0);
    for assignment in 0..4 {
        let fixed = fix_weights(&formulation, assignment);
        let extra = if assignment & 1 == 1 { 0.25 } else { 0.0 } - 1.5;
        let network = network_of(&formulation, &fixed);
        assert_eq!(minimum(&formulation.qubo, &fixed), loss(&task, &network) + extra);
    }
}

#[test]
fn whatever_the_penalty_exact_means_that_the_minimum_is_that_of_the_loss() {
    let architecture = Architecture::new(vec![3, 2, 1], true).unwrap();
    let task = random_task(&mut stream(8, 0), &architecture);
    let exact = |penalties, options: FormulationOptions| {
        let options = FormulationOptions { penalties, ..options };
        let formulation = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap();
        if formulation.statistics.exact {
            check(&task, &architecture, &WeightTerms::default(), &options, 8);
        } else {
            assert_eq!(formulation.statistics.guaranteed_gap, 0.0);
        }
        formulation.statistics.exact
    };
    for options in
        [FormulationOptions::compact(), FormulationOptions { gate: GateKind::WideGap, ..FormulationOptions::compact() }]
    {
        for margin in [1.0625, 1.1, 4.0 / 3.0, 1e3 / 7.0, 1e6] {
            assert!(exact(PenaltyRule::PerGroup { margin }, options), "{margin}");
            assert!(exact(PenaltyRule::Uniform { lambda: 100.0 * margin }, options), "{margin}");
        }
        for huge in [0.7e15, 1e16, 1e17, 1e300] {
            assert!(!exact(PenaltyRule::PerGroup { margin: huge }, options), "{huge}");
            assert!(!exact(PenaltyRule::Uniform { lambda: huge }, options), "{huge}");
        }
    }
    let options =
        FormulationOptions { penalties: PenaltyRule::Uniform { lambda: 1e16 }, ..FormulationOptions::compact() };
    let formulation = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap();
    // the penalty of a product less what it can save, rounded down
    assert!(formulation.statistics.constraint_surplus < few_bits(1e16));
    insta::assert_snapshot!(formulation.statistics.notes[0], @"not exact: sums of the coefficients are rounded in 64-bit floating point, so the minimum may not be that of the loss");
}

#[test]
fn row_weights_whose_sums_are_rounded_are_not_exact() {
    let architecture = Architecture::new(vec![3, 1], false).unwrap();
    let inputs = BitMatrix::from_fn(4, 3, |row, column| row >> column & 1 == 1);
    let targets = BitMatrix::from_fn(4, 1, |row, _| row % 2 == 1);
    for (weights, is_exact) in
        [([1.0, 2.0, 0.25, 8.0], true), ([0.1, 0.2, 0.3, 0.4], false), ([1e16, 1.0, 1.0, 2.0], false)]
    {
        let task = Task::weighted(inputs.clone(), targets.clone(), weights.to_vec()).unwrap();
        let formulation =
            compile(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default()).unwrap();
        assert_eq!((task.sums_are_exact(), formulation.statistics.exact), (is_exact, is_exact), "{weights:?}");
    }
}

#[test]
fn a_margin_of_a_third_leaves_no_rounding_errors_where_terms_cancel() {
    let architecture = Architecture::new(vec![4, 3, 1], true).unwrap();
    let task = random_task(&mut stream(8, 0), &architecture);
    for margin in [1.0 / 3.0, 1.1, 0.1] {
        let mut options = FormulationOptions::compact();
        options.penalties = PenaltyRule::PerGroup { margin };
        let statistics = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap().statistics;
        let ratio = statistics.max_abs_coefficient / statistics.min_abs_coefficient;
        assert!(ratio < 1e6, "margin {margin}: coefficients from {}", statistics.min_abs_coefficient);
    }
}

#[test]
fn a_margin_below_one_is_flagged_and_really_loses_the_minimum() {
    let architecture = Architecture::new(vec![3, 1], false).unwrap();
    // contradicts every perceptron: the parity of three bits
    let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
    let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() % 2 == 1);
    let task = Task::new(inputs, targets).unwrap();
    let mut options = FormulationOptions::compact();
    options.penalties = PenaltyRule::PerGroup { margin: 0.25 };
    let formulation = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap();
    let least = minimum(&formulation.qubo, &vec![None; formulation.qubo.num_variables()]);
    assert!(!formulation.statistics.exact && formulation.statistics.guaranteed_gap == 0.0);
    assert!(least < least_loss(&task, &architecture, &[]), "{least}");
    insta::assert_snapshot!(formulation.statistics.notes.join("\n"), @"not exact: a violated constraint costs as little as 0.250 of what it can save; the minimum may lie below the loss of its weights");
}

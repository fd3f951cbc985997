//! The program's feasible points are the forward passes of networks, and its optimum is the least loss.

use super::super::{
    FormulationError, FormulationOptions, HardConstraints, Reductions, WeightTerms, hard_constraints,
    hard_constraints_within,
};
use super::agreement::{below, least_loss, loss, random_task};
use crate::network::{Architecture, Network};
use crate::task::Task;
use isinglass_qubo::RunControl;
use isinglass_qubo::mip::VariableKind;
use isinglass_qubo::mip_solver::MipSolver;
use isinglass_qubo::rng::stream;
use isinglass_qubo::testing::Enumeration;

/// Even and odd fan-ins, with bias and without, two hidden layers, several outputs.
const SHAPES: [(&[usize], bool); 9] = [
    (&[3, 1], false),
    (&[2, 1], true),
    (&[2, 2, 1], false),
    (&[2, 2, 1], true),
    (&[3, 3, 1], false),
    (&[2, 2, 2], false),
    (&[2, 2, 2, 1], false),
    (&[3, 1, 3, 1], false),
    (&[1, 2, 2, 1], true),
];

/// The paper's, ours, and ours with merging but no broken symmetry.
fn all_options() -> [FormulationOptions; 3] {
    let mut symmetric = FormulationOptions::compact();
    symmetric.reductions = Reductions { gauge: false, ..symmetric.reductions };
    [FormulationOptions::reference(), FormulationOptions::compact(), symmetric]
}

/// All networks of a shape.
fn networks(architecture: &Architecture) -> impl Iterator<Item = Network> + '_ {
    (0u64..1 << architecture.num_weights()).map(|bits| {
        let mut next = 0;
        Network::from_fn(architecture.clone(), |_, _, _| {
            next += 1;
            bits >> (next - 1) & 1 == 1
        })
    })
}

/// Networks that the program has: those with the weights that it knows. Their points must be feasible unless their neurons are out of order.
fn points<'a>(
    hard: &'a HardConstraints,
    task: &'a Task,
    architecture: &'a Architecture,
) -> impl Iterator<Item = (Network, Vec<f64>)> + 'a {
    networks(architecture).filter_map(|network| {
        let point = hard.point(task, &network);
        (hard.network(&point) == network).then_some((network, point))
    })
}

#[test]
fn every_network_is_a_point_whose_objective_is_its_loss() {
    for (seed, (widths, bias)) in SHAPES.into_iter().enumerate() {
        let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
        let task = random_task(&mut stream(seed as u64, 0), &architecture);
        for options in all_options() {
            let hard = hard_constraints(&task, &architecture, &options, &WeightTerms::default()).unwrap();
            let (mut num_networks, mut num_points, mut least) = (0, 0, f64::INFINITY);
            for (network, point) in points(&hard, &task, &architecture) {
                num_networks += 1;
                if hard.mip.check(&point, 0.0).is_ok() {
                    num_points += 1;
                    let objective = hard.mip.objective(&point);
                    assert_eq!(objective, loss(&task, &network), "{architecture}, {options:?}");
                    least = least.min(objective);
                }
            }
            if !options.reductions.gauge {
                assert_eq!((num_networks, num_points), (1 << architecture.num_weights(), num_networks));
            }
            assert_eq!(least, least_loss(&task, &architecture, &[]), "{architecture}, {options:?}");
        }
    }
}

#[test]
fn a_wrong_activation_or_product_misses_a_row() {
    for (seed, (widths, bias)) in SHAPES.into_iter().enumerate() {
        let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
        let mut stream = stream(seed as u64, 1);
        let task = random_task(&mut stream, &architecture);
        let options = FormulationOptions::reference();
        let hard = hard_constraints(&task, &architecture, &options, &WeightTerms::default()).unwrap();
        let every = 1 + (1 << architecture.num_weights()) / 64;
        for (_, mut point) in points(&hard, &task, &architecture).step_by(every) {
            for index in architecture.num_weights()..point.len() {
                let right = point[index];
                let wrong = match hard.mip.variables()[index].kind {
                    // a product is held to its value, not only to whole ones
                    VariableKind::Continuous => (right - 0.25).abs(),
                    _ => 1.0 - right,
                };
                point[index] = wrong;
                assert!(hard.mip.check(&point, 0.0).is_err(), "{}", hard.mip.variables()[index].name);
                point[index] = right;
            }
        }
    }
}

#[test]
fn the_optimum_that_a_solver_finds_is_the_least_loss_and_its_network_has_it() {
    for (seed, (widths, bias)) in SHAPES.into_iter().enumerate() {
        let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
        let task = random_task(&mut stream(seed as u64, 2), &architecture);
        for options in all_options() {
            let hard = hard_constraints(&task, &architecture, &options, &WeightTerms::default()).unwrap();
            let solution = Enumeration.solve(&hard.mip, 0, &RunControl::default()).unwrap();
            let least = least_loss(&task, &architecture, &[]);
            assert_eq!(solution.bound, Some(least), "{architecture}, {options:?}");
            assert_eq!(loss(&task, &hard.network(&solution.values.unwrap())), least);
        }
    }
}

#[test]
fn symmetries_are_broken_and_fewer_points_are_left() {
    let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
    let task = random_task(&mut stream(5, 0), &architecture);
    let hard = hard_constraints(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default()).unwrap();
    let points = points(&hard, &task, &architecture);
    let num_points = points.filter(|(_, point)| hard.mip.check(point, 0.0).is_ok()).count();
    // 8 neurons, and of each three of them one order: C(8 + 2, 3) of 2^12
    assert_eq!(num_points, 120);
}

#[test]
fn known_weights_fold_and_biases_of_weights_count() {
    for (seed, (widths, bias)) in SHAPES.into_iter().enumerate() {
        let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
        let mut stream = stream(seed as u64, 3);
        let task = random_task(&mut stream, &architecture);
        let fixed: Vec<_> = (0..2)
            .map(|_| (0, below(&mut stream, widths[1] as u64), below(&mut stream, widths[0] as u64), true))
            .collect();
        let biases = vec![(0, 0, 0, 0.375), (architecture.num_layers() - 1, 0, 0, -0.25)];
        let terms = WeightTerms { fixed, biases };
        let mut options = FormulationOptions::compact();
        options.reductions.gauge = false;
        let hard = hard_constraints(&task, &architecture, &options, &terms).unwrap();
        for (network, point) in points(&hard, &task, &architecture) {
            hard.mip.check(&point, 0.0).unwrap();
            let energy = loss(&task, &network) + terms.bias_energy(&network);
            assert_eq!(hard.mip.objective(&point), energy, "{architecture}");
        }
    }
}

#[test]
fn what_is_too_large_is_refused_before_memory_is_taken() {
    let architecture = Architecture::new(vec![3, 3_900, 3_900, 1], false).unwrap();
    let task = random_task(&mut stream(1, 0), &Architecture::new(vec![3, 1], false).unwrap());
    let error = hard_constraints(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default());
    assert!(matches!(error, Err(FormulationError::ProgramTooLarge { .. })), "{error:?}");
    // what could be built, but not in the memory there is
    let architecture = Architecture::new(vec![3, 300, 300, 1], false).unwrap();
    let control = RunControl { memory_limit: Some(1_000_000), ..RunControl::default() };
    let options = FormulationOptions::compact();
    let error = hard_constraints_within(&task, &architecture, &options, &WeightTerms::default(), &control);
    assert!(matches!(error, Err(FormulationError::ProgramMemory { limit: 1_000_000, .. })), "{error:?}");
}

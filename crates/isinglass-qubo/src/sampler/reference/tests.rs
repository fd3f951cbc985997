//! The reference against what dwave-samplers 1.8.0 returned.

mod distribution;

use super::*;
use crate::model::BqmBuilder;
use crate::testing::{random_integers, sampler_conformance};

fn run(annealing: &ReferenceAnnealing, bqm: &Bqm) -> Vec<Vec<i8>> {
    let sampling = annealing.sample(bqm, &RunControl::default()).unwrap();
    sampling.samples.rows().map(|row| row.sample.to_vec()).collect()
}

fn signs(sample: &[i8]) -> String {
    sample.iter().map(|&spin| if spin > 0 { '+' } else { '-' }).collect()
}

#[test]
fn six_spins_from_all_up_end_as_published_elsewhere() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 6);
    builder.add_linear(0, 0.5);
    for second in 0..6 {
        for first in 0..second {
            builder.add_quadratic(first, second, if (first + second) % 3 != 0 { 1.0 } else { -1.0 });
        }
    }
    let annealing = ReferenceAnnealing {
        num_reads: 4,
        num_sweeps: 20,
        beta_range: Some((0.1, 3.0)),
        seed: 7,
        initial_states: Some(vec![vec![1; 6]; 4]),
        ..ReferenceAnnealing::default()
    };
    let sampling = annealing.sample(&builder.build().unwrap(), &RunControl::default()).unwrap();
    assert_eq!(sampling.samples.energies(), [-10.5, -11.5, -11.5, -11.5]);
    let found: Vec<String> = sampling.samples.rows().map(|row| signs(row.sample)).collect();
    assert_eq!(found, ["+--+--", "-++-++", "-++-++", "-++-++"]);
}

/// Variables; a number that coefficients, states and seed depend on; what coefficients are divided by; random order; rule;
/// schedule; the final states of four reads.
type Golden = (usize, usize, f64, bool, ProposalAcceptanceCriteria, &'static str, [&'static str; 4]);

// from dwave-samplers 1.8.0 (dimod 0.12, numpy 2.4), for each (n, a, unit, order, rule, schedule) of the table:
//
// h = {i: ((7 * i + a) % 11 - 5) / unit for i in range(n)}
// J = {(i, j): ((3 * i * i + 5 * j + 13 * a) % 9 - 4) / unit for j in range(n) for i in range(j)}
// states = [[1 if (i * i + 3 * read + a + i * read) % 3 else -1 for i in range(n)] for read in range(4)]
// given = ({"beta_schedule": [0.05, 0.3, 0.2, 1.5], "num_sweeps": None} if schedule == "custom"
//          else {"beta_range": [0.02, 0.7], "num_sweeps": 8})
// SimulatedAnnealingSampler().sample(
//     dimod.BQM.from_ising(h, J), num_reads=4, num_sweeps_per_beta=2, beta_schedule_type=schedule, seed=1_234_567 * a + 89,
//     randomize_order=order, proposal_acceptance_criteria=rule, initial_states=(states, list(range(n))), **given)
const GOLDEN: [Golden; 12] = {
    use ProposalAcceptanceCriteria::{Gibbs, Metropolis};
    [
        (6, 0, 4.0, false, Metropolis, "geometric", ["----++", "+---+-", "+-+-++", "+-+--+"]),
        (7, 1, 3.0, false, Metropolis, "linear", ["+-++-+-", "+--+-+-", "+--+-+-", "+--+-+-"]),
        (8, 2, 4.0, false, Metropolis, "custom", ["+--+--+-", "+--+--+-", "+++-++-+", "-++--+-+"]),
        (9, 3, 3.0, false, Gibbs, "geometric", ["-++---+-+", "+--+-+-+-", "+-++-++--", "+--++++--"]),
        (10, 4, 4.0, false, Gibbs, "linear", ["+--+--+-+-", "+--++-+-+-", "++-+--+-+-", "++-++-+-+-"]),
        (11, 5, 3.0, false, Gibbs, "custom", ["-+-+--+--+-", "+-----+--+-", "++++++-++-+", "-+++++-++-+"]),
        (12, 6, 4.0, true, Metropolis, "geometric", ["-++-+----+-+", "-++-++--++-+", "---++--+---+", "+--+--++--+-"]),
        (6, 7, 3.0, true, Metropolis, "linear", ["+---++", "++----", "+---+-", "+---+-"]),
        (8, 8, 4.0, true, Metropolis, "custom", ["-++-+-+-", "-++-+-+-", "-++-+-+-", "-++-+-+-"]),
        (10, 9, 3.0, true, Gibbs, "geometric", ["++++++-+-+", "-++-++-+--", "-+++++++-+", "++++++-+-+"]),
        (12, 10, 4.0, true, Gibbs, "linear", ["-++-+++++-+-", "-++-+++++-+-", "+++-+++++-+-", "-++-+++++-+-"]),
        (9, 11, 3.0, true, Gibbs, "custom", ["+--+--+-+", "+++-++-+-", "+-+----++", "+--+--+-+"]),
    ]
};

#[test]
fn samples_equal_those_of_dwave_samplers_from_given_initial_states() {
    for (n, a, unit, randomize_order, proposal_acceptance_criteria, schedule, expected) in GOLDEN {
        let mut builder = BqmBuilder::new(Vartype::Spin, n);
        for j in 0..n {
            builder.add_linear(j, (((7 * j + a) % 11) as f64 - 5.0) / unit);
            for i in 0..j {
                builder.add_quadratic(i, j, (((3 * i * i + 5 * j + 13 * a) % 9) as f64 - 4.0) / unit);
            }
        }
        let state =
            |read| (0..n).map(|i| if (i * i + 3 * read + a + i * read) % 3 != 0 { 1 } else { -1 }).collect::<Vec<i8>>();
        let annealing = ReferenceAnnealing {
            num_reads: 4,
            num_sweeps: 8,
            num_sweeps_per_beta: 2,
            beta_range: Some((0.02, 0.7)),
            beta_schedule: match schedule {
                "geometric" => ReferenceSchedule::Geometric,
                "linear" => ReferenceSchedule::Linear,
                _ => ReferenceSchedule::Custom(vec![0.05, 0.3, 0.2, 1.5]),
            },
            randomize_order,
            proposal_acceptance_criteria,
            seed: 1_234_567 * a as u64 + 89,
            initial_states: Some((0..4).map(state).collect()),
        };
        let found: Vec<String> = run(&annealing, &builder.build().unwrap()).iter().map(|row| signs(row)).collect();
        assert_eq!(found, expected, "case {a}");
    }
}

#[test]
fn binary_problems_give_the_samples_of_the_same_problem_over_spins() {
    let binary = random_integers(Vartype::Binary, 12, 5, 8, 3);
    let spin = binary.to_vartype(Vartype::Spin).unwrap();
    let states: Vec<Vec<i8>> = (0..3).map(|read| (0..12).map(|i| i8::from((i + read) % 3 == 0)).collect()).collect();
    let spins = states.iter().map(|state| state.iter().map(|value| 2 * value - 1).collect()).collect();
    let annealing = ReferenceAnnealing { num_reads: 3, num_sweeps: 4, ..ReferenceAnnealing::default() };
    let over_bits = run(&ReferenceAnnealing { initial_states: Some(states), ..annealing.clone() }, &binary);
    let over_spins = run(&ReferenceAnnealing { initial_states: Some(spins), ..annealing }, &spin);
    for (bits, spins) in over_bits.iter().zip(&over_spins) {
        assert!(bits.iter().zip(spins).all(|(bit, spin)| 2 * bit - 1 == *spin));
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn the_reference_passes_the_conformance_suite() {
    sampler_conformance(|seed, _| {
        Box::new(ReferenceAnnealing { num_reads: 40, seed, ..ReferenceAnnealing::default() })
    });
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let bqm = random_integers(Vartype::Spin, 3, 2, 3, 1);
    let message = |annealing: ReferenceAnnealing| {
        let error = annealing.sample(&bqm, &RunControl::default()).unwrap_err();
        match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        }
    };
    let default = ReferenceAnnealing::default;
    insta::assert_snapshot!(message(ReferenceAnnealing { num_reads: 0, ..default() }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(ReferenceAnnealing { num_sweeps_per_beta: 0, ..default() }), @"num_sweeps_per_beta is 0, but must be at least 1");
    insta::assert_snapshot!(
        message(ReferenceAnnealing { num_sweeps: 7, num_sweeps_per_beta: 2, ..default() }),
        @"num_sweeps is 7, but must be a multiple of num_sweeps_per_beta, and at least 1"
    );
    insta::assert_snapshot!(
        message(ReferenceAnnealing { num_sweeps: 1 << 40, ..default() }),
        @"num_sweeps is 1099511627776, but must be at most 2^27 times num_sweeps_per_beta"
    );
    insta::assert_snapshot!(
        message(ReferenceAnnealing { beta_range: Some((0.0, 1.0)), ..default() }),
        @"beta_range is 0, but must be above 0 at both ends for a geometric schedule"
    );
    insta::assert_snapshot!(
        message(ReferenceAnnealing { beta_schedule: ReferenceSchedule::Custom(vec![1.0, f64::NAN]), ..default() }),
        @"beta_schedule is NaN, but must be finite numbers of at least 0"
    );
    insta::assert_snapshot!(
        message(ReferenceAnnealing { initial_states: Some(vec![]), ..default() }),
        @"num_reads is 1, but must be the number of initial states"
    );
    insta::assert_snapshot!(
        message(ReferenceAnnealing { initial_states: Some(vec![vec![1, 0, 1]]), ..default() }),
        @"an initial state does not fit the problem: sample 0 has value 0 for variable 1, but SPIN variables take -1 and 1"
    );
}

#[test]
fn a_linear_schedule_may_begin_at_infinite_temperature() {
    let bqm = random_integers(Vartype::Spin, 10, 3, 3, 1);
    let beta_schedule = ReferenceSchedule::Linear;
    let annealing =
        ReferenceAnnealing { beta_range: Some((0.0, 2.0)), num_sweeps: 3, beta_schedule, ..Default::default() };
    assert_eq!(annealing.betas(&bqm).unwrap(), [0.0, 1.0, 2.0]);
    assert_eq!(run(&annealing, &bqm).len(), 1);
}

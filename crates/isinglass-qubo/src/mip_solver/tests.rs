use super::*;
use crate::mip::MipBuilder;
use crate::model::Vartype;
use crate::sampler::{Exhaustive, Sampler};
use crate::testing::{Enumeration, random_integers};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A solver without quadratic objectives.
struct Linear;

impl MipSolver for Linear {
    fn name(&self) -> String {
        "linear".to_owned()
    }

    fn takes_quadratic_objectives(&self) -> bool {
        false
    }

    fn solve(&self, mip: &Mip, seed: u64, control: &RunControl<'_>) -> Result<MipSolution, MipSolveError> {
        assert!(mip.is_linear());
        Enumeration.solve(mip, seed, control)
    }
}

#[test]
fn a_qubo_as_a_program_has_the_minimum_that_exhaustive_search_finds() {
    let solvers: [Arc<dyn MipSolver>; 2] = [Arc::new(Enumeration), Arc::new(Linear)];
    for solver in solvers {
        for (vartype, seed) in [(Vartype::Binary, 1), (Vartype::Spin, 2)] {
            let bqm = random_integers(vartype, 8, 5, 4, seed);
            let least = Exhaustive::default().sample(&bqm, &RunControl::default()).unwrap().lower_bound;
            let sampler = MipSampler { solver: solver.clone(), seed: 0 };
            let (sampling, claim) = sampler.sample_with_claim(&bqm, &RunControl::default()).unwrap();
            assert_eq!(sampling.best().map(|row| row.energy), least);
            assert_eq!((claim.bound, claim.objective, claim.optimal), (least, least, true));
            // the claim is the solver's, and not ours
            assert_eq!((sampling.status, sampling.lower_bound), (SampleStatus::Heuristic, None));
        }
    }
}

#[test]
fn a_solver_that_is_stopped_before_it_has_a_point_gives_no_sample() {
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let bqm = random_integers(Vartype::Spin, 5, 2, 4, 1);
    let sampling = MipSampler { solver: Arc::new(Enumeration), seed: 0 }.sample(&bqm, &control).unwrap();
    assert_eq!((sampling.samples.len(), sampling.status), (0, SampleStatus::Interrupted));
}

#[test]
fn points_are_rounded_and_not_believed() {
    let mut builder = MipBuilder::new();
    let x = builder.add_binary("x");
    let y = builder.add_binary("y");
    builder.add_linear(x, 2.0);
    builder.add_row([(x, 1.0), (y, 1.0)], crate::mip::RowSense::GreaterEqual, 1.0);
    let mip = builder.build().unwrap();
    let checked = |values: &[f64]| {
        MipSolution::checked("some solver", &mip, Some(values.to_vec()), SampleStatus::Optimal, Some(f64::NEG_INFINITY))
    };
    let solution = checked(&[0.999_999_9, -1e-9]).unwrap();
    assert_eq!((solution.values, solution.bound), (Some(vec![1.0, 0.0]), Some(2.0)));
    insta::assert_snapshot!(checked(&[0.0, 0.0]).unwrap_err(), @"the point that some solver returned violates the program: row c0 is missed by 1");
    insta::assert_snapshot!(checked(&[0.5, 0.5]).unwrap_err(), @"the point that some solver returned violates the program: variable x is 0.5, but must be whole and between 0 and 1");
    insta::assert_snapshot!(checked(&[1.0]).unwrap_err(), @"the point that some solver returned violates the program: 1 values for 2 variables");
}

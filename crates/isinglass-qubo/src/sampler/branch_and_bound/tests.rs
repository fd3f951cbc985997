//! Proofs against enumeration, and bounds that hold wherever the search is cut.

use super::*;
use crate::io::{Format, ReadOptions, read};
use crate::sampler::exhaustive;
use crate::testing::{planted, random_integers, random_reals, sampler_conformance};

fn solve(bqm: &Bqm, max_nodes: u64) -> SampleResult {
    let sampler = BranchAndBound { max_nodes, num_sweeps: 20, ..BranchAndBound::default() };
    sampler.sample(bqm, &RunControl::default()).unwrap()
}

#[test]
fn branch_and_bound_passes_the_conformance_suite() {
    sampler_conformance(|seed, threads| {
        Box::new(BranchAndBound { seed, threads: Some(threads), num_sweeps: 20, ..BranchAndBound::default() })
    });
}

#[test]
fn the_sample_is_proven_to_be_the_minimum_of_enumeration() {
    for seed in 0..30 {
        let vartype = if seed % 2 == 0 { Vartype::Spin } else { Vartype::Binary };
        let degree = 3 + (seed as usize % 4) * 4;
        for bqm in [random_integers(vartype, 16, degree, 3, seed), random_reals(vartype, 14, degree, seed)] {
            let sampling = solve(&bqm, u64::MAX);
            let least = exhaustive::minimum(&bqm).unwrap();
            assert_eq!(sampling.status, SampleStatus::Optimal);
            assert_eq!(sampling.best().unwrap().energy, least, "seed {seed}");
        }
    }
}

#[test]
fn a_search_cut_anywhere_has_a_bound_below_the_minimum() {
    let mut num_open = 0;
    for seed in 0..6 {
        let planted = planted(48, 150, seed);
        let mut bounds = Vec::new();
        for max_nodes in [1, 2, 5, 20, 100, 1000] {
            let sampling = solve(&planted.bqm, max_nodes);
            let bound = sampling.lower_bound.unwrap();
            assert!(bound <= planted.energy && planted.energy <= sampling.best().unwrap().energy);
            num_open += usize::from(sampling.status != SampleStatus::Optimal);
            bounds.push(bound);
        }
        assert!(bounds.is_sorted(), "the least bound first: {bounds:?}");
    }
    assert!(num_open >= 6, "only {num_open} searches were cut");
}

#[test]
fn depth_first_search_proves_the_same_minimum() {
    for seed in 0..6 {
        let planted = planted(40, 90, seed);
        let sampler = BranchAndBound { max_memory: 0, num_sweeps: 1, num_reads: 1, ..BranchAndBound::default() };
        let sampling = sampler.sample(&planted.bqm, &RunControl::default()).unwrap();
        assert_eq!((sampling.status, sampling.lower_bound), (SampleStatus::Optimal, Some(planted.energy)));
    }
}

#[test]
fn coefficients_too_far_apart_are_refused() {
    let mut builder = crate::model::BqmBuilder::new(Vartype::Spin, 2);
    builder.add_linear(0, 1e300);
    builder.add_linear(1, 1e-300);
    let error = BranchAndBound::default().sample(&builder.build().unwrap(), &RunControl::default()).unwrap_err();
    assert!(matches!(error, SampleError::Presolve(_)), "{error}");
}

#[test]
fn published_formulations_are_proven_where_their_files_are_found() {
    for name in ["exp0_b00", "exp0_b01", "exp0_b02", "exp1_b00"] {
        let path = format!("{}/../../../shared/instances/{name}.coo", env!("CARGO_MANIFEST_DIR"));
        let Ok(bytes) = std::fs::read(path) else { continue };
        let text = std::str::from_utf8(&bytes).unwrap();
        let optimum = text.lines().find_map(|line| line.strip_prefix("# optimum=")).unwrap().parse().ok();
        let bqm = read(&bytes, Format::Coo, &ReadOptions::default()).unwrap().bqm;
        let sampling = solve(&bqm, u64::MAX);
        assert_eq!((sampling.status, sampling.lower_bound), (SampleStatus::Optimal, optimum), "{name}");
    }
}

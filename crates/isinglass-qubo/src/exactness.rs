//! What samplers call optimal, and their bounds, against energies in whole numbers of 128 bits.

use crate::automatic::Automatic;
use crate::model::{Bqm, BqmBuilder, Vartype};
use crate::presolve::{Presolve, roof_duality};
use crate::race::{PortfolioMember, Racing};
use crate::rng::{Stream, stream};
use crate::sampler::{
    BranchAndBound, Exhaustive, Presolving, RunControl, SampleResult, SampleStatus, Sampler, SteepestDescentComposite,
    TreeDecomposition,
};
use rand_core::Rng;

/// Coefficients are whole multiples of `2^-UNIT`.
const UNIT: i32 = 30;

/// A model, and its coefficients in whole numbers.
struct Whole {
    bqm: Bqm,
    offset: i128,
    linear: Vec<i128>,
    quadratic: Vec<(usize, usize, i128)>,
}

/// Where coefficients come from.
#[derive(Clone, Copy, Debug)]
enum Family {
    /// All 53 bits, of similar size.
    Real,
    /// Tenths as `f64` has them.
    Tenths,
    /// Small integers, some of them times `2^60`.
    FarApart,
    /// Small integers beside an offset of `2^60`.
    LargeOffset,
}

const FAMILIES: [Family; 4] = [Family::Real, Family::Tenths, Family::FarApart, Family::LargeOffset];

impl Family {
    fn draw(self, random: &mut Stream) -> i128 {
        let small = (random.next_u64() % 9) as i128 - 4;
        match self {
            Self::Real => i128::from(random.next_u64() as i64 >> 11 | 1) >> (random.next_u64() % 8),
            // tenths are multiples of 2^-55
            Self::Tenths => (small as f64 * 0.1 * 2f64.powi(60)) as i128,
            Self::FarApart => small << if random.next_u64().is_multiple_of(3) { 60 } else { 0 },
            Self::LargeOffset => small,
        }
    }
}

fn number(units: i128) -> f64 {
    units as f64 * 2f64.powi(-UNIT)
}

impl Whole {
    fn new(vartype: Vartype, num_variables: usize, family: Family, seed: u64) -> Self {
        Self::with_pairs(vartype, num_variables, family, seed, |random, _, _| random.next_u64() % 3 > 0)
    }

    fn with_pairs(
        vartype: Vartype,
        num_variables: usize,
        family: Family,
        seed: u64,
        interact: impl Fn(&mut Stream, usize, usize) -> bool,
    ) -> Self {
        let mut random = stream(seed, 77);
        let offset = if matches!(family, Family::LargeOffset) { 1 << 90 } else { family.draw(&mut random) };
        let linear: Vec<i128> = (0..num_variables).map(|_| family.draw(&mut random)).collect();
        let mut quadratic = Vec::new();
        for (first, second) in (0..num_variables).flat_map(|second| (0..second).map(move |first| (first, second))) {
            if interact(&mut random, first, second) {
                quadratic.push((first, second, family.draw(&mut random)));
            }
        }
        let mut builder = BqmBuilder::new(vartype, num_variables);
        builder.add_offset(number(offset));
        linear.iter().enumerate().for_each(|(variable, &bias)| builder.add_linear(variable, number(bias)));
        quadratic.iter().for_each(|&(first, second, bias)| builder.add_quadratic(first, second, number(bias)));
        Self { bqm: builder.build().unwrap(), offset, linear, quadratic }
    }

    fn energy(&self, sample: &[i8]) -> i128 {
        let linear = self.linear.iter().zip(sample).map(|(bias, &value)| bias * i128::from(value));
        let of_pair = |&(i, j, bias): &(usize, usize, i128)| bias * i128::from(sample[i]) * i128::from(sample[j]);
        self.offset + linear.sum::<i128>() + self.quadratic.iter().map(of_pair).sum::<i128>()
    }

    fn minimum(&self) -> i128 {
        let [low, high] = self.bqm.vartype().values();
        let sample = |bits: usize| {
            (0..self.linear.len()).map(|v| if bits >> v & 1 == 1 { high } else { low }).collect::<Vec<i8>>()
        };
        (0..1 << self.linear.len()).map(|bits| self.energy(&sample(bits))).min().unwrap()
    }

    /// Whether a bound is not above the minimum.
    fn allows(&self, bound: f64) -> bool {
        (bound * 2f64.powi(UNIT)).ceil() as i128 <= self.minimum()
    }

    fn check(&self, sampling: &SampleResult, what: &str) {
        for row in sampling.samples.rows() {
            assert_eq!(row.energy, number(self.energy(row.sample)), "{what}: energies are rounded once");
        }
        if sampling.status == SampleStatus::Optimal {
            let best = self.energy(sampling.best().unwrap().sample);
            assert_eq!(best, self.minimum(), "{what}: what is called optimal is a minimum");
            let bound = sampling.lower_bound.unwrap();
            assert!(bound >= number(best).next_down(), "{what}: {bound} for an optimum of {best} units");
        }
        assert!(sampling.lower_bound.is_none_or(|bound| self.allows(bound)), "{what}: a bound above the minimum");
    }
}

fn samplers() -> Vec<(&'static str, Box<dyn Sampler>)> {
    let bound = BranchAndBound { num_reads: 1, num_sweeps: 1, threads: Some(1), ..BranchAndBound::default() };
    let mut parts_by_tree = Presolving::new(Box::new(|_| Box::new(TreeDecomposition::default())));
    parts_by_tree.presolve = Presolve::none();
    let racing = || {
        let exhaustive =
            || PortfolioMember { name: "exhaustive".to_owned(), make: Box::new(|_| Box::new(Exhaustive::default())) };
        let random = || PortfolioMember {
            name: "random".to_owned(),
            make: Box::new(|round| {
                Box::new(crate::sampler::RandomSampling {
                    seed: round.seed,
                    ..crate::sampler::RandomSampling::default()
                })
            }),
        };
        Racing { seed: 1, contestants: vec![random(), exhaustive()] }
    };
    vec![
        ("exhaustive", Box::new(Exhaustive::default())),
        ("tree", Box::new(TreeDecomposition::default())),
        ("branch and bound", Box::new(bound)),
        ("branch and bound, cut", Box::new(BranchAndBound { max_nodes: 2, ..bound })),
        ("presolved exhaustive", Box::new(Presolving::new(Box::new(|_| Box::new(Exhaustive::default()))))),
        (
            "presolved bound",
            Box::new(Presolving::new(Box::new(move |_| Box::new(BranchAndBound { max_nodes: 1, ..bound })))),
        ),
        ("parts by tree", Box::new(parts_by_tree)),
        ("polished", Box::new(SteepestDescentComposite { inner: Exhaustive::default(), threads: Some(1) })),
        ("auto", Box::new(Automatic::default())),
        ("race", Box::new(racing())),
    ]
}

#[test]
fn nothing_is_called_optimal_that_is_not_and_no_bound_is_above_the_minimum() {
    let mut num_optimal = vec![0; samplers().len()];
    for family in FAMILIES {
        for seed in 0..if cfg!(miri) { 1 } else { 12 } {
            let vartype = if seed % 2 == 0 { Vartype::Spin } else { Vartype::Binary };
            let whole = Whole::new(vartype, 3 + seed as usize % 8, family, seed);
            for ((name, sampler), num_optimal) in samplers().iter().zip(&mut num_optimal) {
                let what = format!("{name} on {family:?}, seed {seed}");
                let sampling = sampler.sample(&whole.bqm, &RunControl::default()).unwrap();
                whole.check(&sampling, &what);
                *num_optimal += usize::from(sampling.status == SampleStatus::Optimal);
            }
            let roof = roof_duality(&whole.bqm, true).unwrap();
            assert!(whole.allows(roof.lower_bound), "roof duality on {family:?}, seed {seed}");
            let presolved = Presolve::default().run(&whole.bqm).unwrap();
            assert!(presolved.statistics().lower_bound.is_none_or(|bound| whole.allows(bound)), "{family:?}, {seed}");
        }
    }
    // exact methods prove real problems, too
    let all = if cfg!(miri) { 4 } else { 48 };
    for place in [0, 1, 2, 4, 6, 7, 8, 9] {
        assert_eq!(num_optimal[place], all, "{}", samplers()[place].0);
    }
}

#[test]
fn a_component_with_rounded_coefficients_is_proven_on_the_exact_ones() {
    let mut num_rounded = 0;
    for seed in 0..40 {
        // eight spins that all interact, and one more at each of four of them, which is minimised out
        let interact = |_: &mut Stream, first: usize, second: usize| second < 8 || second == first + 8;
        let whole = Whole::with_pairs(Vartype::Spin, 12, Family::Real, seed, interact);
        let presolve = Presolve { max_degree: Some(1), ..Presolve::none() };
        let presolved = presolve.run(&whole.bqm).unwrap();
        num_rounded += presolved.components().iter().filter(|component| component.rounding > 0.0).count();
        let mut exhaustive = Presolving::new(Box::new(|_| Box::new(Exhaustive::default())));
        exhaustive.presolve = presolve;
        whole.check(&exhaustive.sample(&whole.bqm, &RunControl::default()).unwrap(), "presolved");
    }
    assert!(num_rounded > 0, "no component had coefficients of more than 53 bits");
}

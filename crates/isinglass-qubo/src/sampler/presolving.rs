//! A sampler in front of which the problem is presolved, component by component.

use super::scaling::check_energies;
use super::{
    Progress, ProgressReport, RunControl, SampleError, SampleResult, SampleStatus, Sampler, TreeDecomposition,
};
use crate::model::Bqm;
use crate::presolve::{Presolve, PresolveError, Presolved, Statistics};
use crate::sample_set::SampleSet;
use std::time::Instant;

/// Presolves, samples every connected component of what is left by itself, and lifts the samples back.
///
/// Read `k` of the whole is made of read `k` of each component; a component that is solved to proof gives its one sample to all
/// reads. There are as many reads as the component with the fewest has. If the best samples of all components together
/// have less energy than any read, they are one sample more, at the end. Energies are computed on the problem given.
///
/// The sampler of a component is made by a closure from the component, so that parameters may follow its size. Time up to the
/// deadline is shared out by number of variables. A target is handed on where there is one component. The status is
/// `Optimal` if all components are, or nothing is left; where the coefficients of a component had to be rounded to `f64`, its optimum is
/// computed again from the exact ones by bucket elimination, and counts as proven only if that is feasible. `lower_bound` is the sum of their bounds, or that of roof duality if it is
/// better. Sweeps and temperatures are those of the largest component, updates those of all. A problem whose coefficients
/// are too far apart to be reduced exactly ([`PresolveError::Range`]) is handed to the sampler as it is.
///
/// # Examples
/// ```
/// use isinglass_qubo::{RunControl, Sampler, sampler::{Presolving, SimulatedAnnealing}, testing::planted};
/// let planted = planted(30, 20, 1);
/// let sampler = Presolving::new(Box::new(|_| Box::new(SimulatedAnnealing::default())));
/// let (sampling, statistics) = sampler.sample_with_statistics(&planted.bqm, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(planted.energy));
/// assert!(statistics.is_some_and(|statistics| statistics.num_variables_left < 30));
/// # Ok::<(), isinglass_qubo::SampleError>(())
/// ```
pub struct Presolving<'a> {
    /// The rules. `[default: Presolve::default()]`
    pub presolve: Presolve,
    make: MakeSampler<'a>,
}

/// Makes the sampler of a component.
type MakeSampler<'a> = Box<dyn Fn(&Bqm) -> Box<dyn Sampler + 'a> + 'a>;

impl<'a> Presolving<'a> {
    /// All rules, and the sampler of a component.
    #[must_use]
    pub fn new(make: MakeSampler<'a>) -> Self {
        Self { presolve: Presolve::default(), make }
    }

    /// Samples, and tells what the presolve bought; nothing where it was passed over.
    ///
    /// # Errors
    /// [`SampleError`] of the presolve or of the sampler of a component.
    pub fn sample_with_statistics(
        &self,
        bqm: &Bqm,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, Option<Statistics>), SampleError> {
        check_energies(bqm)?;
        match self.presolve.run_until(bqm, || control.should_stop(None).is_some()) {
            Err(PresolveError::Range) => Ok(((self.make)(bqm).sample(bqm, control)?, None)),
            Err(error) => Err(error.into()),
            Ok(presolved) => {
                let parts = self.sample_parts(&presolved, control)?;
                Ok((combine(bqm, &presolved, &parts, control), Some(*presolved.statistics())))
            }
        }
    }

    fn sample_parts(&self, presolved: &Presolved, control: &RunControl<'_>) -> Result<Vec<SampleResult>, SampleError> {
        let components = presolved.components();
        let mut sizes_left: usize = components.iter().map(|component| component.variables.len()).sum();
        let mut parts = Vec::with_capacity(components.len());
        for (index, component) in components.iter().enumerate() {
            let size = component.variables.len();
            let deadline = control.deadline.map(|deadline| {
                let left = deadline.saturating_duration_since(Instant::now());
                deadline - left.mul_f64(1.0 - size as f64 / sizes_left as f64)
            });
            sizes_left -= size;
            let target = control.target.map(|target| target - presolved.offset()).filter(|_| components.len() == 1);
            let shared = control.progress.map(|whole| Shared::new(whole, index, components.len(), presolved.offset()));
            let progress = shared.as_ref().map(|shared| shared as &dyn Progress);
            let control = RunControl { deadline, target, progress, ..*control };
            let part = (self.make)(&component.bqm).sample(&component.bqm, &control)?;
            parts.push(confirmed(presolved, index, part, &control)?);
        }
        Ok(parts)
    }
}

impl Sampler for Presolving<'_> {
    /// That of the sampler of components.
    fn name(&self) -> &'static str {
        let empty = crate::model::BqmBuilder::new(crate::model::Vartype::Spin, 0).build();
        (self.make)(&empty.expect("no coefficient")).name()
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        Ok(self.sample_with_statistics(bqm, control)?.0)
    }
}

/// What a sampler found for a component, as it holds for the exact coefficients: where these were rounded, an optimum is proven again on
/// the exact ones, and where that is not feasible, it is no longer called one.
///
/// # Errors
/// [`SampleError`] when threads cannot be started.
pub(crate) fn confirmed(
    presolved: &Presolved,
    index: usize,
    part: SampleResult,
    control: &RunControl<'_>,
) -> Result<SampleResult, SampleError> {
    let component = &presolved.components()[index];
    if component.rounding == 0.0 || part.status != SampleStatus::Optimal {
        return Ok(part);
    }
    let bqm = &component.bqm;
    let exact = TreeDecomposition::default().minimize(&presolved.exact_component(index), control)?;
    let Some(values) = exact else {
        let status = control.should_stop(None).unwrap_or(SampleStatus::Heuristic);
        return Ok(SampleResult { status, ..part });
    };
    let [low, high] = bqm.vartype().values();
    let sample: Vec<i8> = values.into_iter().map(|value| if value == 0 { low } else { high }).collect();
    let samples = SampleSet::from_samples(bqm, [sample]).expect("one value of the vartype for each variable");
    Ok(SampleResult { samples, ..part })
}

/// Samplings of all components as one of the whole.
pub(crate) fn combine(
    bqm: &Bqm,
    presolved: &Presolved,
    parts: &[SampleResult],
    control: &RunControl<'_>,
) -> SampleResult {
    let is_solved = |part: &SampleResult| part.status == SampleStatus::Optimal;
    let solved = parts.iter().all(is_solved);
    let num_reads = parts.iter().filter(|part| !is_solved(part)).map(|part| part.samples.len()).min().unwrap_or(1);
    let best = |part: &SampleResult| part.best().expect("a sampler returns a sample").sample.to_vec();
    let read = |index: usize| {
        let sample =
            |part: &SampleResult| if is_solved(part) { best(part) } else { part.samples.row(index).sample.to_vec() };
        presolved.lift(&parts.iter().map(sample).collect::<Vec<_>>())
    };
    let mut rows: Vec<Vec<i8>> = (0..num_reads).map(read).collect();
    let together = presolved.lift(&parts.iter().map(best).collect::<Vec<_>>());
    let energy = bqm.energy(&together);
    if rows.iter().all(|row| bqm.energy(row) > energy) {
        rows.push(together);
    }
    let samples = SampleSet::from_samples(bqm, rows).expect("lifted samples are samples");
    let least = samples.best().expect("at least one read").energy;
    let status = if solved {
        SampleStatus::Optimal
    } else if control.target.is_some_and(|target| least <= target) {
        SampleStatus::Target
    } else {
        let stopped = [SampleStatus::Interrupted, SampleStatus::TimeLimit];
        let reason = stopped.into_iter().find(|reason| parts.iter().any(|part| part.status == *reason));
        reason.unwrap_or(SampleStatus::Heuristic)
    };
    let bounds: Option<Vec<f64>> = parts.iter().map(|part| part.lower_bound).collect();
    let bounds = [presolved.statistics().lower_bound, bounds.map(|bounds| presolved.whole_bound(&bounds))];
    let bound = bounds.into_iter().flatten().reduce(f64::max);
    let lower_bound = if solved { samples.best().map(|row| bqm.energy_below(row.sample)) } else { bound };
    let largest = parts.iter().max_by_key(|part| part.samples.num_variables());
    SampleResult {
        samples,
        status,
        lower_bound,
        num_sweeps: largest.map_or(0, |part| part.num_sweeps),
        num_updates: parts.iter().map(|part| part.num_updates).sum(),
        beta_range: largest.and_then(|part| part.beta_range),
    }
}

/// Reports one component's progress as progress of the whole: each component is the same share of the work.
struct Shared<'a> {
    whole: &'a dyn Progress,
    index: u64,
    num_components: u64,
    /// What the energies of components lack; known where there is one.
    offset: Option<f64>,
}

/// Units of work of a component.
const SHARE: u64 = 1000;

impl<'a> Shared<'a> {
    fn new(whole: &'a dyn Progress, index: usize, num_components: usize, offset: f64) -> Self {
        let offset = (num_components == 1).then_some(offset);
        Self { whole, index: index as u64, num_components: num_components as u64, offset }
    }
}

impl Progress for Shared<'_> {
    fn report(&self, report: ProgressReport) {
        let share = report.done as f64 / report.total.max(1) as f64;
        self.whole.report(ProgressReport {
            done: self.index * SHARE + (share.min(1.0) * SHARE as f64) as u64,
            total: self.num_components * SHARE,
            best_energy: report.best_energy.zip(self.offset).map(|(energy, offset)| energy + offset),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};
    use crate::sampler::{BranchAndBound, Exhaustive, RandomSampling, SimulatedAnnealing, exhaustive};
    use crate::testing::{random_integers, random_reals, sampler_conformance};
    use std::sync::Mutex;

    fn annealing(num_sweeps: u64, seed: u64, threads: Option<usize>) -> SimulatedAnnealing {
        SimulatedAnnealing { num_sweeps, num_reads: 64, seed, threads, ..SimulatedAnnealing::default() }
    }

    /// Three models side by side.
    fn side_by_side(vartype: Vartype, size: usize) -> Bqm {
        let mut builder = BqmBuilder::new(vartype, 3 * size);
        for part in 0..3 {
            let base = random_integers(vartype, size, 8, 9, part as u64);
            let place = |variable: usize| variable + part * size;
            (0..size).for_each(|variable| builder.add_linear(place(variable), base.linear()[variable]));
            base.interactions().for_each(|(i, j, bias)| builder.add_quadratic(place(i), place(j), bias));
        }
        builder.build().unwrap()
    }

    fn only_components(make: impl Fn(&Bqm) -> Box<dyn Sampler> + 'static) -> Presolving<'static> {
        Presolving { presolve: Presolve::none(), ..Presolving::new(Box::new(make)) }
    }

    #[test]
    fn presolving_samplers_pass_the_conformance_suite() {
        sampler_conformance(|seed, threads| {
            Box::new(Presolving::new(Box::new(move |_| Box::new(annealing(200, seed, Some(threads))))))
        });
        sampler_conformance(|seed, threads| {
            Box::new(only_components(move |_| Box::new(annealing(200, seed, Some(threads)))))
        });
        sampler_conformance(|_, _| Box::new(Presolving::new(Box::new(|_| Box::new(Exhaustive::default())))));
    }

    #[test]
    fn components_solved_to_proof_prove_the_whole() {
        for vartype in [Vartype::Spin, Vartype::Binary] {
            let bqm = side_by_side(vartype, 9);
            let sampling = only_components(|_| Box::new(Exhaustive::default())).sample(&bqm, &RunControl::default());
            let sampling = sampling.unwrap();
            let least = exhaustive::minimum(&bqm).unwrap();
            assert_eq!((sampling.status, sampling.samples.len()), (SampleStatus::Optimal, 1));
            assert_eq!((sampling.lower_bound, sampling.best().unwrap().energy), (Some(least), least));
        }
    }

    #[test]
    fn the_best_of_all_components_together_is_a_sample() {
        let bqm = side_by_side(Vartype::Spin, 6);
        // each component is met by chance in some read, hardly all three in the same one
        let random = RandomSampling { num_reads: 400, ..RandomSampling::default() };
        let make = move |part: &Bqm| -> Box<dyn Sampler> {
            Box::new(RandomSampling { seed: part.linear()[0].abs() as u64, ..random })
        };
        let sampling = only_components(make).sample(&bqm, &RunControl::default()).unwrap();
        assert_eq!(sampling.best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
        assert_eq!((sampling.samples.len(), sampling.status), (401, SampleStatus::Heuristic));
    }

    #[test]
    fn bounds_of_components_add_up_to_one_of_the_whole() {
        for bqm in [side_by_side(Vartype::Spin, 8), random_reals(Vartype::Binary, 24, 12, 3)] {
            let cut = |_: &Bqm| -> Box<dyn Sampler> {
                Box::new(BranchAndBound { max_nodes: 1, num_sweeps: 1, num_reads: 1, ..BranchAndBound::default() })
            };
            let sampling = only_components(cut).sample(&bqm, &RunControl::default()).unwrap();
            assert!(sampling.lower_bound.unwrap() <= exhaustive::minimum(&bqm).unwrap());
        }
    }

    #[test]
    fn a_model_too_wide_to_be_reduced_is_sampled_as_it_is() {
        let mut builder = BqmBuilder::new(Vartype::Spin, 2);
        builder.add_linear(0, 1e200);
        builder.add_linear(1, 1e-200);
        let sampler = Presolving::new(Box::new(|_| Box::new(Exhaustive::default())));
        let (sampling, statistics) =
            sampler.sample_with_statistics(&builder.build().unwrap(), &RunControl::default()).unwrap();
        assert_eq!((sampling.status, statistics), (SampleStatus::Optimal, None));
    }

    #[test]
    fn progress_never_goes_back_from_one_component_to_the_next() {
        struct Log(Mutex<Vec<u64>>);
        impl Progress for Log {
            fn report(&self, report: ProgressReport) {
                assert!(report.done <= report.total);
                self.0.lock().unwrap().push(report.done);
            }
        }
        let log = Log(Mutex::new(Vec::new()));
        for index in 0..3 {
            let shared = Shared::new(&log, index, 3, 0.0);
            for done in [0, 5, 10] {
                shared.report(ProgressReport { done, total: 10, best_energy: None });
            }
        }
        assert_eq!(*log.0.lock().unwrap(), [0, 500, 1000, 1000, 1500, 2000, 2000, 2500, 3000]);
    }
}

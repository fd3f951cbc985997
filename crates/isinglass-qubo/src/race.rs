//! Several samplers on one problem at the same time, each again and again with more effort.

use crate::model::Bqm;
use crate::rng::mix;
use crate::sample_set::SampleSet;
use crate::sampler::{ProgressReport, RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use crate::time_to_solution::meets;
use serde::Serialize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the race looks at the clock, and whether the user wants it to end.
const INTERVAL: Duration = Duration::from_millis(10);

/// One round of a contestant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Counted from 0.
    pub index: u32,
    /// A seed of its own.
    pub seed: u64,
    /// By what the usual number of sweeps is to be multiplied: 1, 1, 2, 2, 4, 4, and so on.
    pub effort: u64,
}

/// Makes the sampler of a round.
pub type MakeSampler<'a> = Box<dyn Fn(Round) -> Box<dyn Sampler> + Sync + 'a>;

/// A sampler in a race.
pub struct PortfolioMember<'a> {
    /// What it is called in the results.
    pub name: String,
    /// Makes its sampler for each round. It should use one thread, since every contestant has one of its own.
    pub make: MakeSampler<'a>,
}

/// A lower energy was reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Improvement {
    /// Seconds since the start of the race, at the end of the round.
    pub seconds: f64,
    /// The energy.
    pub energy: f64,
}

/// How a contestant did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberResult {
    /// Its name.
    pub name: String,
    /// Rounds, the one that was cut short included.
    pub num_rounds: u32,
    /// Reads in all rounds.
    pub num_reads: u64,
    /// Spin updates in all rounds.
    pub num_updates: u64,
    /// Its best energies one after the other, the last one its best.
    pub improvements: Vec<Improvement>,
    /// Whether it proved its best energy to be the least.
    pub is_optimal: bool,
    /// Why it gave up, if it could not run on this problem.
    pub refused: Option<String>,
}

impl MemberResult {
    /// The best energy and when it was reached.
    #[must_use]
    pub fn best(&self) -> Option<Improvement> {
        self.improvements.last().copied()
    }
}

/// How a race ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The best sample of every contestant that has one, in their order; how the race ended; the updates of all.
    pub sampling: SampleResult,
    /// How each contestant did, in their order.
    pub standings: Vec<MemberResult>,
    /// The contestant that reached the least energy first.
    pub winner: usize,
}

/// Lets the contestants run side by side, a thread for each, round after round with new seeds and growing effort, until one proves
/// an optimum, one meets the target of `control`, or its deadline has come; with neither there is one round. Which rounds are complete by a deadline depends on the
/// machine, so a race is not repeatable where the samplers are.
///
/// # Errors
/// [`SampleError`] when no contestant can run on the problem: that of the first.
///
/// # Panics
/// Without contestants.
///
/// # Examples
/// ```
/// use isinglass_qubo::race::{PortfolioMember, race};
/// use isinglass_qubo::sampler::{Exhaustive, SimulatedAnnealing};
/// use isinglass_qubo::{RunControl, SampleStatus, testing::planted};
/// let annealing = PortfolioMember {
///     name: "sa".to_owned(),
///     make: Box::new(|round| Box::new(SimulatedAnnealing { seed: round.seed, ..SimulatedAnnealing::default() })),
/// };
/// let exhaustive = PortfolioMember { name: "exhaustive".to_owned(), make: Box::new(|_| Box::new(Exhaustive::default())) };
/// let planted = planted(16, 20, 1);
/// let outcome = race(&planted.bqm, 0, &[annealing, exhaustive], &RunControl::default())?;
/// assert_eq!(outcome.sampling.status, SampleStatus::Optimal);
/// assert_eq!(outcome.sampling.best().unwrap().energy, planted.energy);
/// # Ok::<(), isinglass_qubo::SampleError>(())
/// ```
pub fn race(
    bqm: &Bqm,
    seed: u64,
    contestants: &[PortfolioMember<'_>],
    control: &RunControl<'_>,
) -> Result<Outcome, SampleError> {
    assert!(!contestants.is_empty(), "a race has contestants");
    run(bqm, seed, contestants, control).outcome(bqm)
}

/// Lets the contestants run.
fn run(bqm: &Bqm, seed: u64, contestants: &[PortfolioMember<'_>], control: &RunControl<'_>) -> Finished {
    let track = Track {
        bqm,
        seed,
        control,
        start: Instant::now(),
        over: AtomicBool::new(false),
        ended: Mutex::new(None),
        best: Mutex::new(None),
    };
    let runners: Vec<Runner> = std::thread::scope(|scope| {
        let track = &track;
        let start = |contestant| scope.spawn(move || track.run(contestant));
        let runners: Vec<_> = contestants.iter().map(start).collect();
        while !runners.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            track.supervise();
            std::thread::sleep(INTERVAL);
        }
        runners.into_iter().map(|runner| runner.join().expect("samplers do not panic")).collect()
    });
    let ended = track.ended.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Finished { runners, status: ended.unwrap_or(SampleStatus::Heuristic) }
}

/// One sampler, again and again until the deadline or the target of the run.
///
/// Every thread makes rounds of its own, with other seeds and growing effort. The samples are those of the round of each thread
/// in which its best one was found. Without deadline and target each thread makes one round.
///
/// # Examples
/// ```
/// use isinglass_qubo::race::Restarts;
/// use isinglass_qubo::sampler::SimulatedAnnealing;
/// use isinglass_qubo::{RunControl, SampleStatus, Sampler, testing::planted};
/// use std::time::{Duration, Instant};
/// let make = |seed, effort: u64| {
///     let num_sweeps = 100 * effort;
///     Box::new(SimulatedAnnealing { num_sweeps, seed, threads: Some(1), ..SimulatedAnnealing::default() }) as Box<dyn Sampler>
/// };
/// let restarts = Restarts { seed: 0, threads: None, make: Box::new(make) };
/// let deadline = Some(Instant::now() + Duration::from_millis(50));
/// let planted = planted(30, 20, 1);
/// let sampling = restarts.sample(&planted.bqm, &RunControl { deadline, ..RunControl::default() })?;
/// assert_eq!((sampling.status, sampling.best().unwrap().energy), (SampleStatus::TimeLimit, planted.energy));
/// # Ok::<(), isinglass_qubo::SampleError>(())
/// ```
pub struct Restarts<'a> {
    /// Seed of all rounds.
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Makes the sampler of a round, for one thread, from a seed and an effort by which the usual number of sweeps is to be multiplied.
    pub make: MakeRestart<'a>,
}

/// Makes the sampler of a round from its seed and its effort.
pub type MakeRestart<'a> = Box<dyn Fn(u64, u64) -> Box<dyn Sampler> + Sync + 'a>;

impl Sampler for Restarts<'_> {
    /// That of the sampler of a round.
    fn name(&self) -> &'static str {
        (self.make)(self.seed, 1).name()
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        let num_threads = self.threads.unwrap_or_else(rayon::current_num_threads);
        if num_threads == 0 {
            return Err(SampleError::Parameter { name: "threads", value: 0.0, allowed: "at least 1" });
        }
        let contestant = |thread: usize| {
            // the first round of the first thread is what one call of the sampler would be
            let seed = move |round: Round| if thread == 0 { round.seed } else { mix(round.seed ^ mix(thread as u64)) };
            let make = move |round: Round| (self.make)(seed(round), round.effort);
            PortfolioMember { name: thread.to_string(), make: Box::new(make) }
        };
        let contestants: Vec<PortfolioMember<'_>> = (0..num_threads).map(contestant).collect();
        let runners = run(bqm, self.seed, &contestants, control);
        runners.restarted(bqm)
    }
}

/// A race as a sampler: one sample for each contestant, the best it found until the deadline or the target of the run.
///
/// Without either it makes one round only. As a race it is not repeatable.
pub struct Racing<'a> {
    /// Seed of all rounds.
    pub seed: u64,
    /// Who takes part; at least one.
    pub contestants: Vec<PortfolioMember<'a>>,
}

impl Sampler for Racing<'_> {
    fn name(&self) -> &'static str {
        "race"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        Ok(race(bqm, self.seed, &self.contestants, control)?.sampling)
    }
}

/// What the contestants share.
struct Track<'a> {
    bqm: &'a Bqm,
    seed: u64,
    control: &'a RunControl<'a>,
    start: Instant,
    over: AtomicBool,
    ended: Mutex<Option<SampleStatus>>,
    best: Mutex<Option<f64>>,
}

/// Sweeps and inverse temperatures of a round.
#[derive(Clone, Copy, Default)]
struct Schedule {
    num_sweeps: u64,
    beta_range: Option<(f64, f64)>,
}

/// A contestant on its way.
struct Runner {
    standing: MemberResult,
    /// The samples of the round with the best one.
    best: Option<SampleSet>,
    /// The sample that it proved to be optimal.
    proven: Option<Vec<i8>>,
    schedule: Schedule,
    lower_bound: Option<f64>,
    error: Option<SampleError>,
}

impl Runner {
    fn new(name: &str) -> Self {
        let standing = MemberResult {
            name: name.to_owned(),
            num_rounds: 0,
            num_reads: 0,
            num_updates: 0,
            improvements: Vec::new(),
            is_optimal: false,
            refused: None,
        };
        Self { standing, best: None, proven: None, schedule: Schedule::default(), lower_bound: None, error: None }
    }

    fn enter(&mut self, sampling: SampleResult, seconds: f64) {
        self.standing.num_rounds += 1;
        self.standing.num_reads += sampling.samples.len() as u64;
        self.standing.num_updates = self.standing.num_updates.saturating_add(sampling.num_updates);
        self.standing.is_optimal |= sampling.status == SampleStatus::Optimal;
        self.lower_bound = self.lower_bound.into_iter().chain(sampling.lower_bound).reduce(f64::max);
        if sampling.status == SampleStatus::Optimal {
            self.proven = sampling.best().map(|row| row.sample.to_vec());
        }
        if let Some(energy) = sampling.best().map(|row| row.energy)
            && self.standing.best().is_none_or(|best| energy < best.energy)
        {
            self.standing.improvements.push(Improvement { seconds, energy });
            self.schedule = Schedule { num_sweeps: sampling.num_sweeps, beta_range: sampling.beta_range };
            self.best = Some(sampling.samples);
        }
    }
}

impl Track<'_> {
    /// Ends the race when it is time, and reports progress in milliseconds.
    fn supervise(&self) {
        if let Some(status) = self.control.should_stop(None) {
            self.end(status);
        }
        if let (Some(progress), Some(deadline)) = (self.control.progress, self.control.deadline) {
            let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            let best_energy = *self.best.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let (done, total) = (milliseconds(self.start.elapsed()), milliseconds(deadline - self.start));
            progress.report(ProgressReport { done: done.min(total), total, best_energy });
        }
    }

    fn enter(&self, energy: f64) {
        let mut best = self.best.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *best = Some(best.map_or(energy, |best| best.min(energy)));
    }

    fn end(&self, status: SampleStatus) {
        let mut ended = self.ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        ended.get_or_insert(status);
        self.over.store(true, Ordering::Relaxed);
    }

    fn run(&self, contestant: &PortfolioMember<'_>) -> Runner {
        let mut runner = Runner::new(&contestant.name);
        // samplers report progress in units of their own, which do not add up
        let control = RunControl { cancel: Some(&self.over), progress: None, ..*self.control };
        for index in 0u32.. {
            let seed = mix(self.seed.wrapping_add(u64::from(index).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            let effort = 1u64.checked_shl(index / 2).unwrap_or(1 << 63);
            let sampling = match (contestant.make)(Round { index, seed, effort }).sample(self.bqm, &control) {
                Ok(sampling) => sampling,
                Err(error) => {
                    runner.standing.refused = Some(error.to_string());
                    runner.error = Some(error);
                    break;
                }
            };
            let status = sampling.status;
            runner.enter(sampling, self.start.elapsed().as_secs_f64());
            runner.standing.best().iter().for_each(|best| self.enter(best.energy));
            // an anneal that was shortened to the deadline may be done before it: then there is time for another round
            let is_early = status == SampleStatus::TimeLimit && self.control.should_stop(None).is_none();
            if status != SampleStatus::Heuristic && !is_early {
                // an interruption may come from the others, who have ended the race by then
                self.end(status);
            } else if let (Some(target), Some(best)) = (self.control.target, runner.standing.best())
                && meets(best.energy, target)
            {
                self.end(SampleStatus::Target);
            }
            let is_endless = self.control.deadline.is_none() && self.control.target.is_none();
            if is_endless || self.over.load(Ordering::Relaxed) {
                break;
            }
        }
        runner
    }
}

/// Everyone at the end of the race.
struct Finished {
    runners: Vec<Runner>,
    status: SampleStatus,
}

impl Finished {
    /// The runner that reached the least energy first.
    fn winner(&self) -> Option<usize> {
        let first = |left: &Improvement, right: &Improvement| {
            left.energy.total_cmp(&right.energy).then(left.seconds.total_cmp(&right.seconds))
        };
        let bests = self.runners.iter().enumerate();
        let bests = bests.filter_map(|(index, runner)| Some((index, runner.standing.best()?)));
        bests.min_by(|(_, left), (_, right)| first(left, right)).map(|(index, _)| index)
    }

    fn proven(&self) -> Option<&[i8]> {
        self.runners.iter().find_map(|runner| runner.proven.as_deref())
    }

    fn error(self) -> SampleError {
        let error = self.runners.into_iter().find_map(|runner| runner.error);
        error.expect("a contestant without a sample could not run")
    }

    fn sampling(&self, samples: SampleSet) -> SampleResult {
        SampleResult {
            samples,
            status: self.status,
            lower_bound: self.runners.iter().filter_map(|runner| runner.lower_bound).reduce(f64::max),
            num_sweeps: 0,
            num_updates: self.runners.iter().fold(0, |sum, runner| sum.saturating_add(runner.standing.num_updates)),
            beta_range: None,
        }
    }

    fn outcome(self, bqm: &Bqm) -> Result<Outcome, SampleError> {
        let Some(winner) = self.winner() else { return Err(self.error()) };
        let proven = self.proven();
        // energies may be equal only because they are rounded
        let is_beaten = |sample: &[i8]| {
            proven.is_some_and(|proven| {
                bqm.energy(sample) == bqm.energy(proven) && bqm.exact_energy(sample) > bqm.exact_energy(proven)
            })
        };
        let best = |runner: &Runner| {
            let sample = runner.best.as_ref()?.best()?.sample;
            Some(proven.filter(|_| is_beaten(sample)).unwrap_or(sample).to_vec())
        };
        let samples = SampleSet::from_samples(bqm, self.runners.iter().filter_map(best));
        let sampling = self.sampling(samples.expect("they were samples before"));
        let standings = self.runners.into_iter().map(|runner| runner.standing).collect();
        Ok(Outcome { sampling, standings, winner })
    }

    /// The best rounds of all runners as one sampling, with the schedule of the winner's.
    fn restarted(mut self, bqm: &Bqm) -> Result<SampleResult, SampleError> {
        let Some(winner) = self.winner() else { return Err(self.error()) };
        let Schedule { num_sweeps, beta_range } = self.runners[winner].schedule;
        if let Some(proven) = self.proven() {
            let samples = SampleSet::from_samples(bqm, [proven]).expect("it was a sample before");
            return Ok(SampleResult { num_sweeps, beta_range, ..self.sampling(samples) });
        }
        let sets = self.runners.iter_mut().filter_map(|runner| runner.best.take());
        let samples = sets.reduce(|mut all, set| {
            all.append(set);
            all
        });
        let sampling = self.sampling(samples.expect("the winner has samples"));
        Ok(SampleResult { num_sweeps, beta_range, ..sampling })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vartype;
    use crate::sampler::{Exhaustive, RandomSampling, SimulatedAnnealing};
    use crate::testing::{planted, random_integers};

    fn annealing() -> PortfolioMember<'static> {
        let make = |round: Round| {
            let num_sweeps = round.effort.saturating_mul(20);
            Box::new(SimulatedAnnealing { num_sweeps, seed: round.seed, ..SimulatedAnnealing::default() }) as _
        };
        PortfolioMember { name: "sa".to_owned(), make: Box::new(make) }
    }

    fn exhaustive() -> PortfolioMember<'static> {
        PortfolioMember { name: "exhaustive".to_owned(), make: Box::new(|_| Box::new(Exhaustive::default())) }
    }

    #[test]
    fn a_round_that_was_shortened_and_ends_early_is_followed_by_others_until_the_deadline() {
        struct Short;
        impl Sampler for Short {
            fn name(&self) -> &'static str {
                "short"
            }
            fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
                let sampling = RandomSampling { num_reads: 1, ..RandomSampling::default() }.sample(bqm, control)?;
                Ok(SampleResult { status: SampleStatus::TimeLimit, ..sampling })
            }
        }
        let restarts = Restarts { seed: 0, threads: Some(1), make: Box::new(|_, _| Box::new(Short)) };
        let end = Instant::now() + Duration::from_millis(100);
        let control = RunControl { deadline: Some(end), ..RunControl::default() };
        let sampling = restarts.sample(&planted(20, 20, 1).bqm, &control).unwrap();
        assert!(Instant::now() >= end);
        assert_eq!(sampling.status, SampleStatus::TimeLimit);
    }

    #[test]
    fn a_proof_ends_the_race() {
        let planted = planted(14, 16, 1);
        let outcome = race(&planted.bqm, 0, &[annealing(), exhaustive()], &RunControl::default()).unwrap();
        assert_eq!(outcome.sampling.status, SampleStatus::Optimal);
        assert_eq!(outcome.sampling.lower_bound, Some(planted.energy));
        assert!(outcome.standings[1].is_optimal && !outcome.standings[0].is_optimal);
    }

    #[test]
    fn a_target_ends_the_race_and_a_contestant_that_cannot_run_is_named() {
        let planted = planted(60, 80, 1);
        let control = RunControl { target: Some(planted.energy), ..RunControl::default() };
        let outcome = race(&planted.bqm, 0, &[exhaustive(), annealing()], &control).unwrap();
        assert_eq!((outcome.sampling.status, outcome.winner), (SampleStatus::Target, 1));
        assert!(outcome.standings[0].refused.as_ref().is_some_and(|reason| reason.contains("60")));
        let refused = race(&planted.bqm, 0, &[exhaustive()], &control).unwrap_err();
        assert!(matches!(refused, SampleError::TooLarge { .. }));
    }

    #[test]
    fn rounds_go_on_until_the_deadline_with_energies_that_only_fall() {
        let bqm = random_integers(Vartype::Spin, 80, 6, 9, 4);
        let random = PortfolioMember {
            name: "random".to_owned(),
            make: Box::new(|round| Box::new(RandomSampling { seed: round.seed, ..RandomSampling::default() })),
        };
        let deadline = Some(Instant::now() + Duration::from_millis(150));
        let outcome = race(&bqm, 3, &[random], &RunControl { deadline, ..RunControl::default() }).unwrap();
        let [standing] = outcome.standings.as_slice() else { panic!("one contestant") };
        assert_eq!(outcome.sampling.status, SampleStatus::TimeLimit);
        assert!(standing.num_rounds > 1 && standing.num_reads >= 64);
        assert!(standing.improvements.windows(2).all(|pair| pair[1].energy < pair[0].energy));
        assert_eq!(outcome.sampling.best().map(|row| row.energy), standing.best().map(|best| best.energy));
    }

    #[test]
    fn restarts_use_the_time_on_all_threads_and_return_whole_rounds() {
        let bqm = random_integers(Vartype::Spin, 80, 6, 9, 4);
        let efforts = Mutex::new(Vec::new());
        let make = |seed, effort| {
            efforts.lock().unwrap().push((seed, effort));
            Box::new(SimulatedAnnealing { num_sweeps: effort, seed, threads: Some(1), ..SimulatedAnnealing::default() })
                as Box<dyn Sampler>
        };
        let restarts = Restarts { seed: 1, threads: Some(2), make: Box::new(make) };
        let start = Instant::now();
        let deadline = Some(start + Duration::from_millis(150));
        let sampling = restarts.sample(&bqm, &RunControl { deadline, ..RunControl::default() }).unwrap();
        assert_eq!(sampling.status, SampleStatus::TimeLimit);
        assert!(start.elapsed() >= Duration::from_millis(100) && sampling.samples.len() <= 128);
        drop(restarts);
        let efforts = efforts.into_inner().unwrap();
        let seeds: std::collections::BTreeSet<u64> = efforts.iter().map(|(seed, _)| *seed).collect();
        assert_eq!(seeds.len(), efforts.len(), "no round is made twice");
        assert!(efforts.iter().any(|&(_, effort)| effort > 1));
        let refused = Restarts { seed: 1, threads: Some(0), make: Box::new(|_, _| Box::new(Exhaustive::default())) };
        assert!(matches!(refused.sample(&bqm, &RunControl::default()), Err(SampleError::Parameter { .. })));
    }

    #[test]
    fn restarts_without_a_limit_make_one_round() {
        let bqm = random_integers(Vartype::Spin, 30, 6, 9, 4);
        let make = |seed, effort| {
            Box::new(SimulatedAnnealing { num_sweeps: 10 * effort, seed, ..SimulatedAnnealing::default() })
                as Box<dyn Sampler>
        };
        let restarts = Restarts { seed: 1, threads: Some(1), make: Box::new(make) };
        let sampling = restarts.sample(&bqm, &RunControl::default()).unwrap();
        assert_eq!((restarts.name(), sampling.samples.len(), sampling.num_sweeps), ("sa", 64, 10));
    }

    #[test]
    fn a_cancelled_race_returns_what_it_has() {
        let cancel = AtomicBool::new(true);
        let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
        let bqm = random_integers(Vartype::Binary, 40, 4, 3, 1);
        let outcome = race(&bqm, 0, &[annealing()], &control).unwrap();
        assert_eq!(outcome.sampling.status, SampleStatus::Interrupted);
        assert_eq!(outcome.sampling.samples.len(), 1);
    }
}

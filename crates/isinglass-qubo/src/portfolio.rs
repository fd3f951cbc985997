//! Annealing by several methods until a deadline: each tried for ever longer times, the best one most.

mod dimension;
mod elite;
mod methods;
mod plan;
#[cfg(test)]
mod tests;

use crate::model::{Bqm, Vartype};
use crate::rng::mix;
use crate::sample_set::SampleSet;
use crate::sampler::{
    ProgressReport, RunControl, SampleError, SampleResult, SampleStatus, SimulatedAnnealing, in_pool,
};
use elite::Elite;
use methods::Methods;
use plan::{Job, Plan};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The longest time between two looks at whether the user wants the run to end.
const INTERVAL: Duration = Duration::from_millis(10);

/// Samples that are returned at most.
const MOST_SAMPLES: usize = 64;

/// Terms of the problem that are gone through to take samples out at the end: some ten milliseconds.
const TERMS_AT_THE_END: usize = 1 << 22;

/// Minimises one model until a deadline.
///
/// The time is cut into stages, each twice as long as the one before. In each stage every thread makes one job: the method that did
/// best so far, or another one to compare with. The methods are anneals of one read (which gets through most sweeps of a large
/// problem), anneals of 64 reads side by side, parallel tempering, and recombinations of good samples. Every anneal is made
/// to end at the end of its stage.
pub(crate) struct Portfolio<'a> {
    /// The problem.
    pub(crate) bqm: &'a Bqm,
    /// Temperatures, rules, seed and threads; reads and sweeps follow from the time.
    pub(crate) annealing: &'a SimulatedAnnealing,
    /// When to stop and whom to tell; there is a deadline.
    pub(crate) control: RunControl<'a>,
    /// The end.
    pub(crate) deadline: Instant,
}

/// What one thread does before it joins in: it is told when to stop, and returns whether the whole run is to end at once.
pub(crate) type Errand<'a> = &'a (dyn Fn(&AtomicBool) -> bool + Sync);

impl Portfolio<'_> {
    /// Runs, with one thread on an `errand` first if there is one.
    ///
    /// # Errors
    /// [`SampleError`] when the problem cannot be annealed.
    pub(crate) fn run(&self, errand: Option<Errand<'_>>) -> Result<SampleResult, SampleError> {
        let annealing = self.annealing;
        if annealing.threads == Some(0) {
            return Err(SampleError::Parameter { name: "threads", value: 0.0, allowed: "at least 1" });
        }
        let spin = self.bqm.as_vartype(Vartype::Spin)?;
        let num_threads = annealing.threads.unwrap_or_else(rayon::current_num_threads).max(1);
        let methods = Methods::new(&spin, annealing, self.deadline.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        let total = self.deadline.saturating_duration_since(start);
        let shared = Shared {
            bqm: self.bqm,
            target: self.control.target,
            memory_limit: self.control.memory_limit,
            over: AtomicBool::new(false),
            num_left: AtomicU64::new(num_threads as u64),
            num_updates: AtomicU64::new(0),
            start,
            state: Mutex::new(State {
                plan: Plan::new(total, num_threads, dimension::is_low(&spin)),
                elite: Elite::new(&spin),
                ended: None,
                error: None,
            }),
        };
        std::thread::scope(|scope| {
            for worker in 0..num_threads {
                let (shared, methods) = (&shared, &methods);
                let errand = errand.filter(|_| worker + 1 == num_threads);
                let main = std::thread::current();
                scope.spawn(move || {
                    let done = in_pool(Some(1), || {
                        if !errand.is_some_and(|errand| errand(&shared.over)) {
                            shared.work(worker, methods, self.deadline);
                        } else {
                            shared.over.store(true, Ordering::Relaxed);
                        }
                        Ok(())
                    });
                    done.unwrap_or_else(|error| shared.fail(error));
                    shared.num_left.fetch_sub(1, Ordering::Relaxed);
                    main.unpark();
                });
            }
            self.supervise(&shared);
        });
        shared.finish(&methods)
    }

    /// Ends the run when it is time, and reports progress in milliseconds.
    fn supervise(&self, shared: &Shared<'_>) {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let total = self.deadline.saturating_duration_since(shared.start);
        while shared.num_left.load(Ordering::Relaxed) > 0 {
            if let Some(status) = self.control.should_stop(None) {
                shared.end(status);
            }
            if let Some(progress) = self.control.progress {
                let best_energy = shared.state().elite.best_energy();
                let (done, total) = (milliseconds(shared.start.elapsed().min(total)), milliseconds(total));
                progress.report(ProgressReport { done, total, best_energy });
            }
            std::thread::park_timeout(INTERVAL.min(total / 8).max(Duration::from_micros(100)));
        }
    }
}

/// What the threads share.
struct Shared<'a> {
    bqm: &'a Bqm,
    target: Option<f64>,
    memory_limit: Option<usize>,
    over: AtomicBool,
    num_left: AtomicU64,
    num_updates: AtomicU64,
    start: Instant,
    state: Mutex<State>,
}

struct State {
    plan: Plan,
    elite: Elite,
    ended: Option<SampleStatus>,
    error: Option<SampleError>,
}

impl Shared<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, status: SampleStatus) {
        self.state().ended.get_or_insert(status);
        self.over.store(true, Ordering::Relaxed);
    }

    fn fail(&self, error: SampleError) {
        self.state().error.get_or_insert(error);
    }

    /// Makes one job after the other until there are none left.
    fn work(&self, worker: usize, methods: &Methods<'_>, deadline: Instant) {
        let mut num_jobs = 0u64;
        while !self.over.load(Ordering::Relaxed) {
            let job = {
                let mut state = self.state();
                let has_parents = state.elite.len() > 1;
                let elapsed = self.start.elapsed();
                let worth = |method, window| {
                    methods.are_worth(method, window) && (method != plan::Method::Recombination || has_parents)
                };
                state.plan.next(worker, elapsed, worth, |window| methods.suits_blocks(window))
            };
            let Some(job) = job else { break };
            num_jobs += 1;
            let seed = mix(methods.seed() ^ mix(worker as u64 | num_jobs << 32));
            self.make(&job, seed, methods, deadline);
        }
    }

    fn make(&self, job: &Job, seed: u64, methods: &Methods<'_>, deadline: Instant) {
        let end = (self.start + job.end).min(deadline);
        let control = RunControl {
            deadline: Some(end),
            target: self.target,
            cancel: Some(&self.over),
            memory_limit: self.memory_limit,
            progress: None,
        };
        let parents = || self.state().elite.members();
        match methods.make(job.method, end, seed, &control, &parents) {
            Ok(found) => {
                self.num_updates.fetch_add(found.num_updates, Ordering::Relaxed);
                let best = found.samples.iter().map(|(energy, _)| *energy).fold(f64::INFINITY, f64::min);
                let mut state = self.state();
                state.plan.enter(job, self.start.elapsed(), best);
                let improved = state.elite.enter(found.samples);
                drop(state);
                if improved {
                    self.look_for_target();
                }
            }
            Err(error) => {
                let mut state = self.state();
                state.plan.refuse(job.method);
                state.error.get_or_insert(error);
            }
        }
    }

    /// Ends the run if the best sample, whose energy is recomputed on the problem given, is at the target.
    fn look_for_target(&self) {
        let Some(target) = self.target else { return };
        let best = self.state().elite.samples(1, self.bqm.vartype());
        if best.first().is_some_and(|best| self.bqm.energy(best) <= target) {
            self.end(SampleStatus::Target);
        }
    }

    fn finish(self, methods: &Methods<'_>) -> Result<SampleResult, SampleError> {
        let State { elite, ended, error, .. } = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let terms = self.bqm.num_variables() + 2 * self.bqm.num_interactions();
        let num_samples = (TERMS_AT_THE_END / terms.max(1)).clamp(1, MOST_SAMPLES);
        let mut samples = elite.samples(num_samples, self.bqm.vartype());
        if samples.is_empty() {
            match error {
                Some(error) => return Err(error),
                None => samples.push(methods.short_read(self.bqm.vartype())),
            }
        }
        Ok(SampleResult {
            samples: SampleSet::from_samples(self.bqm, samples).expect("one value of the vartype for each variable"),
            status: ended.unwrap_or(SampleStatus::TimeLimit),
            lower_bound: None,
            num_sweeps: 0,
            num_updates: self.num_updates.into_inner(),
            beta_range: None,
        })
    }
}

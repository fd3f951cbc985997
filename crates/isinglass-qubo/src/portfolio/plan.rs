//! Which method is tried when, and for how long.

use std::time::Duration;

/// A way to look for good samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Simulated annealing of one read.
    Read,
    /// Simulated annealing of a block of 64 reads.
    Block,
    /// Anneals of what good samples do not agree on.
    Recombination,
    /// Parallel tempering.
    Tempering,
}

impl Method {
    const ALL: [Self; 4] = [Self::Read, Self::Block, Self::Recombination, Self::Tempering];
}

/// One thread's work for one stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Job {
    pub(super) method: Method,
    stage: usize,
    begin: Duration,
    /// When it is to be done, counted from the start.
    pub(super) end: Duration,
}

/// A stretch of time in which methods are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stage {
    begin: Duration,
    end: Duration,
}

/// A job that begins later than this share of its stage goes on through the next one.
const LATE: f64 = 0.7;

/// Results of jobs that were shorter than this share of their stage are not compared with others.
const WHOLE: f64 = 0.7;

/// Lengths of the stages in proportion, by the longest run in milliseconds. The last one, for the winner, is most of the time;
/// long runs have more stages, and so more comparisons.
const STAGES: [(u64, &[u32]); 4] =
    [(100, &[1]), (1000, &[1, 9]), (4000, &[1, 2, 12]), (u64::MAX, &[1, 2, 4, 8, 16, 32, 96])];

/// The same for short runs on a graph of low dimension: blocks of reads, and then recombinations of them.
const STAGES_OF_RECOMBINATION: &[u32] = &[1, 2];

/// The longest run, in milliseconds, that counts as short.
const SHORT: u128 = 1000;

/// Stages, results, and who has a turn.
#[derive(Debug)]
pub(super) struct Plan {
    stages: Vec<Stage>,
    num_workers: usize,
    /// By stage and method, the least energy reached.
    results: Vec<[Option<f64>; Method::ALL.len()]>,
    refused: Vec<Method>,
    /// Whether reads are to be recombined without a comparison.
    recombines: bool,
    /// Jobs given to challengers, by method.
    num_trials: [u32; Method::ALL.len()],
}

impl Plan {
    /// Stages that grow, the last one to the end.
    pub(super) fn new(total: Duration, num_workers: usize, is_low_dimensional: bool) -> Self {
        let recombines = is_low_dimensional && total.as_millis() <= SHORT;
        let is_for = |&&(most, _): &&(u64, _)| total.as_millis() <= u128::from(most);
        let usual = STAGES.iter().find(is_for).map_or(&[1][..], |&(_, lengths)| lengths);
        let lengths = if recombines { STAGES_OF_RECOMBINATION } else { usual };
        let sum: u32 = lengths.iter().sum();
        let mut end_part = 0;
        let stage = |&length: &u32| {
            let begin = total * end_part / sum;
            end_part += length;
            Stage { begin, end: total * end_part / sum }
        };
        let stages: Vec<Stage> = lengths.iter().map(stage).collect();
        let results = vec![[None; Method::ALL.len()]; stages.len()];
        Self { stages, num_workers, results, refused: Vec::new(), recombines, num_trials: [0; 4] }
    }

    /// The next job of a worker, among the methods that are `worth` the time; `None` at the end. Where no method is worth the
    /// rest of a stage, the job is for the next ones as well.
    pub(super) fn next(
        &mut self,
        worker: usize,
        now: Duration,
        worth: impl Fn(Method, Duration) -> bool,
        suits_blocks: impl Fn(Duration) -> bool,
    ) -> Option<Job> {
        let first = self.stages.iter().position(|stage| now < stage.end)?;
        for stage in first..self.stages.len() {
            let Stage { begin, mut end } = self.stages[stage];
            let is_last = stage + 1 == self.stages.len();
            if now.saturating_sub(begin) > (end - begin).mul_f64(LATE) && !is_last {
                continue;
            }
            let mut is_challenge = worker % 2 == 1;
            if self.num_workers == 1 && !is_last {
                // half of the stage for each of two methods
                let middle = begin + (end - begin) / 2;
                is_challenge = now.saturating_sub(begin) > (end - begin) / 4;
                end = if is_challenge { end } else { middle };
            }
            let window = end.saturating_sub(now);
            let is_possible = |method: &Method| !self.refused.contains(method) && worth(*method, window);
            let possible: Vec<Method> = Method::ALL.into_iter().filter(is_possible).collect();
            let Some(champion) = self.champion(&possible) else { continue };
            let method = if let Some(method) = self.to_recombine(is_last, &possible) {
                method
            } else if is_last {
                self.at_last(worker, champion, &possible, suits_blocks(window))
            } else if is_challenge {
                self.challenger(champion, &possible).unwrap_or(champion)
            } else {
                champion
            };
            return Some(Job { method, stage, begin: now, end });
        }
        None
    }

    /// Takes note of what a job that ended at `now` has reached.
    pub(super) fn enter(&mut self, job: &Job, now: Duration, energy: f64) {
        let Stage { begin, end } = self.stages[job.stage];
        let share = if self.num_workers == 1 { WHOLE / 2.0 } else { WHOLE };
        if energy.is_finite() && now.saturating_sub(job.begin) >= (end - begin).mul_f64(share) {
            let result = &mut self.results[job.stage][job.method as usize];
            *result = Some(result.map_or(energy, |known| known.min(energy)));
        }
    }

    /// Never gives a method a turn again.
    pub(super) fn refuse(&mut self, method: Method) {
        self.refused.push(method);
    }

    /// Blocks, and recombinations in the last stage, where these need no comparison and are possible.
    fn to_recombine(&self, is_last: bool, possible: &[Method]) -> Option<Method> {
        let method = if is_last { Method::Recombination } else { Method::Block };
        Some(method).filter(|method| self.recombines && possible.contains(method))
    }

    /// The winner of all comparisons of equal times, the latest last.
    fn champion(&self, possible: &[Method]) -> Option<Method> {
        let mut champion = *possible.first()?;
        for results in &self.results {
            for &rival in possible {
                let both = results[rival as usize].zip(results[champion as usize]);
                if both.is_some_and(|(rival, best)| rival < best) {
                    champion = rival;
                }
            }
        }
        Some(champion)
    }

    /// The method other than the champion that was tried the least.
    fn challenger(&mut self, champion: Method, possible: &[Method]) -> Option<Method> {
        let others = possible.iter().copied().filter(|method| *method != champion);
        let next = others.min_by_key(|method| self.num_trials[*method as usize])?;
        self.num_trials[next as usize] += 1;
        Some(next)
    }

    /// The champion, or blocks where they were not compared and the time suits them; and for every second worker the method that may be
    /// the better one by now. Annealing of a block gains most from more time: it has a turn where one read at a time was best. Else it is
    /// the method that came closest, if the next doubling of time could bring it to the front.
    fn at_last(&self, worker: usize, champion: Method, possible: &[Method], suits_blocks: bool) -> Method {
        let is_untried = self.results.iter().all(|results| results[Method::Block as usize].is_none());
        if worker.is_multiple_of(2) && !(is_untried && suits_blocks) {
            return champion;
        }
        if champion == Method::Read && possible.contains(&Method::Block) {
            return Method::Block;
        }
        let gap = |method: Method| {
            let both =
                self.results.iter().rev().find_map(|results| results[champion as usize].zip(results[method as usize]));
            both.map(|(best, other)| other - best)
        };
        let gain = |method: Method| {
            let results = self.results.iter().enumerate().rev();
            let mut own = results.filter_map(|(stage, results)| Some((stage, results[method as usize]?)));
            let two = own.next().zip(own.next());
            // from one stage to the next, which is about twice as long
            let gain = |(last, before): ((usize, f64), (usize, f64))| (before.1 - last.1) / (last.0 - before.0) as f64;
            two.map_or(0.0, |two| gain(two).max(0.0))
        };
        let close = possible.iter().copied().filter(|method| *method != champion);
        let close =
            close.filter_map(|method| Some((method, gap(method)?))).filter(|&(method, gap)| gap <= gain(method));
        close.min_by(|left, right| left.1.total_cmp(&right.1)).map_or(champion, |(method, _)| method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Runs two workers through all stages; `energy` is what a method reaches in a time.
    fn simulate(energy: impl Fn(Method, f64) -> f64, worth: impl Fn(Method, Duration) -> bool) -> Vec<(usize, Job)> {
        let mut plan = Plan::new(32 * SECOND, 2, false);
        let mut free = [Duration::ZERO; 2];
        let mut jobs = Vec::new();
        loop {
            let worker = usize::from(free[1] < free[0]);
            let Some(job) = plan.next(worker, free[worker], &worth, |_| false) else { break };
            free[worker] = job.end;
            plan.enter(&job, job.end, energy(job.method, (job.end - job.begin).as_secs_f64()));
            jobs.push((worker, job));
        }
        jobs
    }

    #[test]
    fn stages_grow_and_fill_the_time() {
        for total in [Duration::ZERO, Duration::from_millis(50), 10 * SECOND] {
            let plan = Plan::new(total, 2, false);
            assert_eq!((plan.stages[0].begin, plan.stages.last().unwrap().end), (Duration::ZERO, total));
            assert!(plan.stages.windows(2).all(|pair| pair[0].end == pair[1].begin));
        }
    }

    #[test]
    fn the_method_that_reaches_the_least_energy_has_most_of_the_time() {
        for best in Method::ALL {
            let energy = |method, time: f64| -time.log2() - if method == best { 5.0 } else { 0.0 };
            let jobs = simulate(energy, |_, _| true);
            let time = |jobs: &mut dyn Iterator<Item = &(usize, Job)>| -> f64 {
                jobs.map(|(_, job)| (job.end - job.begin).as_secs_f64()).sum()
            };
            let all = time(&mut jobs.iter());
            let own = time(&mut jobs.iter().filter(|(_, job)| job.method == best));
            // annealing of single reads shares the last stage with annealing of blocks
            let least = if best == Method::Read { 0.45 } else { 0.6 };
            assert!(own > least * all, "{best:?}: {own} of {all}");
        }
    }

    #[test]
    fn a_close_rival_that_gains_faster_keeps_a_worker_to_the_end() {
        // the block is behind for the first half, and gains more with each doubling
        let energy = |method, time: f64| match method {
            Method::Read => -10.0 - time.log2(),
            Method::Block => -8.0 - 2.0 * time.log2(),
            _ => 0.0,
        };
        let jobs = simulate(energy, |_, _| true);
        let last: Vec<Method> =
            jobs.iter().filter(|(_, job)| job.end == 32 * SECOND).map(|(_, job)| job.method).collect();
        assert!(last.contains(&Method::Block), "{last:?}");
    }

    #[test]
    fn methods_that_are_not_worth_it_have_no_turn() {
        let jobs = simulate(|_, time| -time, |method, window| method == Method::Read || window > 4 * SECOND);
        assert!(jobs.iter().all(|(_, job)| job.method == Method::Read || job.end - job.begin > 4 * SECOND));
        assert!(simulate(|_, _| 0.0, |_, _| false).is_empty());
    }

    #[test]
    fn a_single_worker_compares_in_halves_of_a_stage() {
        let mut plan = Plan::new(32 * SECOND, 1, false);
        let mut now = Duration::ZERO;
        let mut methods = Vec::new();
        while let Some(job) = plan.next(0, now, |_, _| true, |_| false) {
            now = job.end;
            methods.push(job.method);
            plan.enter(&job, now, 0.0);
        }
        assert!(methods.len() >= 12 && Method::ALL.iter().all(|method| methods.contains(method)), "{methods:?}");
    }

    #[test]
    fn blocks_have_the_end_of_a_short_run_that_suits_them() {
        for (suits, expected) in [(true, Method::Block), (false, Method::Read)] {
            let mut plan = Plan::new(Duration::from_millis(200), 2, false);
            let job = plan.next(0, Duration::ZERO, |_, _| true, |_| suits).unwrap();
            assert_eq!(job.method, Method::Read);
            plan.enter(&job, job.end, -1.0);
            assert_eq!(plan.next(0, job.end, |_, _| true, |_| suits).unwrap().method, expected);
            assert_eq!(plan.next(1, job.end, |_, _| true, |_| suits).unwrap().method, Method::Block);
        }
    }

    #[test]
    fn short_runs_on_graphs_of_low_dimension_recombine_blocks() {
        let mut plan = Plan::new(Duration::from_millis(90), 2, true);
        let first = plan.next(0, Duration::ZERO, |_, _| true, |_| false).unwrap();
        assert_eq!((first.method, first.end), (Method::Block, Duration::from_millis(30)));
        assert_eq!(plan.next(1, first.end, |_, _| true, |_| false).unwrap().method, Method::Recombination);
        let job = plan.next(1, first.end, |method, _| method == Method::Read, |_| false).unwrap();
        assert_eq!(job.method, Method::Read);
    }

    #[test]
    fn what_cannot_run_is_not_tried_again() {
        let mut plan = Plan::new(32 * SECOND, 2, false);
        plan.refuse(Method::Read);
        let job = plan.next(0, Duration::ZERO, |_, _| true, |_| false).unwrap();
        assert_eq!(job.method, Method::Block);
    }
}

//! Success per read, and the time to solution that follows from it.

use crate::model::Bqm;
use crate::sampler::{PartProgress, Progress, RunControl, SampleError, SampleStatus, Sampler};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How many of a number of reads succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Success {
    /// Reads that met the target.
    pub successes: u64,
    /// All reads.
    pub num_reads: u64,
}

/// The quantile of the normal distribution that belongs to an interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

impl Success {
    /// Successes as a share of reads, `p = k / n`; `None` without reads.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.num_reads > 0).then(|| self.successes as f64 / self.num_reads as f64)
    }

    /// The Wilson score interval of `p` at 95 %: `(p + z²/2n ± z sqrt(p (1 - p)/n + z²/4n²)) / (1 + z²/n)`; everything from 0 to 1
    /// without reads.
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::time_to_solution::Success;
    /// let (low, high) = Success { successes: 0, num_reads: 1000 }.interval();
    /// assert!(low == 0.0 && (0.0038..0.0039).contains(&high));
    /// ```
    ///
    /// # References
    /// E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, J. Am. Stat. Assoc. 22 (1927).
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        let Some(p) = self.rate() else { return (0.0, 1.0) };
        let n = self.num_reads as f64;
        let center = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        // the ends are exact where all reads agree, whatever rounding says
        let low = if self.successes == 0 { 0.0 } else { (center - half) / scale };
        let high = if self.successes == self.num_reads { 1.0 } else { (center + half) / scale };
        (low, high)
    }
}

/// The time until at least one read has succeeded with probability 99 %: `TTS99 = t ln(0.01) / ln(1 - p)` for reads of
/// `seconds_per_read` that succeed with probability `success`, never less than one read; infinite where `p = 0`.
///
/// # Examples
/// ```
/// use isinglass_qubo::time_to_solution::tts99;
/// assert!((tts99(0.001, 0.5) - 0.006_643_9).abs() < 1e-6);
/// assert_eq!(tts99(0.001, 1.0), 0.001);
/// ```
///
/// # References
/// T. F. Rønnow et al., *Defining and detecting quantum speedup*, Science 345 (2014).
#[must_use]
pub fn tts99(seconds_per_read: f64, success: f64) -> f64 {
    if success <= 0.0 {
        return f64::INFINITY;
    }
    let reads = if success < 1.0 { 0.01f64.ln() / (-success).ln_1p() } else { 0.0 };
    seconds_per_read * reads.max(1.0)
}

/// What one setting of a sampler achieved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// Sweeps of each read; zero for samplers without sweeps.
    pub num_sweeps: u64,
    /// Reads that met the target, of all.
    #[serde(flatten)]
    pub success: Success,
    /// Wall time of all reads.
    pub seconds: f64,
    /// The least energy seen.
    pub best_energy: f64,
    /// Whether there are only reads that were cut short: the time was over before the first call of the sampler was done.
    pub cut_short: bool,
    /// Whether there were several calls of the sampler, and the first read of each met the target: then the target is too easy to
    /// tell settings apart.
    pub first_reads_met: bool,
}

impl Measurement {
    /// Wall time for each read: reads side by side and on several threads share it.
    #[must_use]
    pub fn seconds_per_read(&self) -> f64 {
        self.seconds / self.success.num_reads as f64
    }

    /// `TTS99` at the rate measured; `None` without a success.
    #[must_use]
    pub fn tts99(&self) -> Option<f64> {
        self.success.rate().filter(|&rate| rate > 0.0).map(|rate| tts99(self.seconds_per_read(), rate))
    }

    /// `TTS99` at both ends of the interval of the rate: without a success only the first, a lower bound, is a number.
    #[must_use]
    pub fn tts99_interval(&self) -> (f64, Option<f64>) {
        let (low, high) = self.success.interval();
        let slowest = (low > 0.0).then(|| tts99(self.seconds_per_read(), low));
        (tts99(self.seconds_per_read(), high), slowest)
    }
}

/// How long a setting is measured: until one of these is reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Enough reads. `[default: 1000] [range: 1..]`
    pub num_reads: u64,
    /// The most seconds. `[default: 10] [range: 0..]`
    pub seconds: f64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { num_reads: 1000, seconds: 10.0 }
    }
}

/// Energies within this share of the target meet it: the sums of equal samples may differ in their last digits.
const TOLERANCE: f64 = 1e-9;

/// Whether an energy meets a target, up to `1e-9` of the target.
#[must_use]
pub fn meets(energy: f64, target: f64) -> bool {
    energy <= target + TOLERANCE * target.abs()
}

/// One call of a sampler that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The seed, from 0 upwards.
    pub seed: u64,
    /// Reads that should be made; samplers that make another number are fine.
    pub num_reads: usize,
}

/// Reads of the first call, and of each call at most: they double while a call takes less than [`SHORT_CALL`] seconds, so that
/// starting threads does not count for much.
const READS_OF_A_CALL: (usize, usize) = (128, 1 << 14);
const SHORT_CALL: f64 = 0.05;

/// Calls `make` with one seed after the other and counts which reads meet `target`, until `effort` is spent or `control` says stop.
/// The clock runs while the samplers do; all of their reads count.
///
/// # Errors
/// [`SampleError`] of the sampler.
///
/// # Examples
/// ```
/// use isinglass_qubo::sampler::SimulatedAnnealing;
/// use isinglass_qubo::time_to_solution::{Call, Effort, measure};
/// use isinglass_qubo::{RunControl, testing::planted};
/// let planted = planted(20, 30, 1);
/// let make = |call: Call| {
///     let Call { seed, num_reads } = call;
///     Box::new(SimulatedAnnealing { num_reads, num_sweeps: 100, seed, ..SimulatedAnnealing::default() }) as _
/// };
/// let measurement = measure(&planted.bqm, planted.energy, make, Effort::default(), &RunControl::default())?;
/// assert!(measurement.success.successes > 0 && measurement.success.num_reads >= 1000);
/// # Ok::<(), isinglass_qubo::SampleError>(())
/// ```
pub fn measure(
    bqm: &Bqm,
    target: f64,
    make: impl Fn(Call) -> Box<dyn Sampler>,
    effort: Effort,
    control: &RunControl<'_>,
) -> Result<Measurement, SampleError> {
    measure_from(READS_OF_A_CALL.0, bqm, target, make, effort, control)
}

/// As [`measure`], with `num_reads` in the first call.
fn measure_from(
    mut num_reads: usize,
    bqm: &Bqm,
    target: f64,
    make: impl Fn(Call) -> Box<dyn Sampler>,
    effort: Effort,
    control: &RunControl<'_>,
) -> Result<Measurement, SampleError> {
    let own = Duration::try_from_secs_f64(effort.seconds).ok().and_then(|time| Instant::now().checked_add(time));
    let deadline = [own, control.deadline].into_iter().flatten().min();
    // a run that stops at its first success would count it too often
    let control = RunControl { target: None, deadline, ..*control };
    let mut measurement = Measurement {
        num_sweeps: 0,
        success: Success::default(),
        seconds: 0.0,
        best_energy: f64::INFINITY,
        cut_short: false,
        first_reads_met: true,
    };
    for seed in 0.. {
        let sampler = make(Call { seed, num_reads });
        let start = Instant::now();
        let sampling = sampler.sample(bqm, &control)?;
        let seconds = start.elapsed().as_secs_f64();
        let stopped = !matches!(sampling.status, SampleStatus::Heuristic | SampleStatus::Optimal);
        // reads that were cut short are not what was to be measured, unless there is nothing else
        if !stopped || seed == 0 {
            let energies = sampling.samples.energies();
            measurement.cut_short = stopped;
            measurement.first_reads_met &= energies.first().is_some_and(|&energy| meets(energy, target));
            measurement.num_sweeps = sampling.num_sweeps;
            measurement.seconds += seconds;
            measurement.success.num_reads += energies.len() as u64;
            measurement.success.successes += energies.iter().filter(|&&energy| meets(energy, target)).count() as u64;
            measurement.best_energy = energies.iter().copied().fold(measurement.best_energy, f64::min);
        }
        // a call that would be cut short is not begun
        let done = measurement.success.num_reads >= effort.num_reads || measurement.seconds + seconds > effort.seconds;
        if seconds < SHORT_CALL {
            num_reads = (2 * num_reads).min(READS_OF_A_CALL.1);
        }
        if done || stopped || control.should_stop(None).is_some() {
            measurement.first_reads_met &= seed > 0;
            break;
        }
    }
    Ok(measurement)
}

/// Reads of the first call of a setting: as many as the one before it makes likely to be done in half of the time.
fn first_reads(last: Option<&Measurement>, num_sweeps: u64, effort: Effort) -> usize {
    let (least, most) = (1, READS_OF_A_CALL.0);
    let Some(last) = last.filter(|last| last.num_sweeps > 0 && last.success.num_reads > 0) else { return most };
    let seconds_per_read = last.seconds_per_read() * num_sweeps as f64 / last.num_sweeps as f64;
    ((effort.seconds / 2.0 / seconds_per_read) as usize).clamp(least, most)
}

/// Measures one number of sweeps after the other until the time to solution has risen twice in a row, the numbers run out, or
/// `control` says stop. `each` is told every measurement as soon as it is there. The one of least `TTS99` is the best.
///
/// # Errors
/// [`SampleError`] of the sampler.
pub fn scan(
    bqm: &Bqm,
    target: f64,
    sweeps: &[u64],
    make: impl Fn(u64, Call) -> Box<dyn Sampler>,
    effort: Effort,
    control: &RunControl<'_>,
    mut each: impl FnMut(&Measurement),
) -> Result<Vec<Measurement>, SampleError> {
    let mut measurements: Vec<Measurement> = Vec::new();
    let mut rises = 0;
    for (part, &num_sweeps) in sweeps.iter().enumerate() {
        let progress = control.progress.map(|whole| PartProgress { whole, part, num_parts: sweeps.len() });
        let progress = progress.as_ref().map(|part| part as &dyn Progress);
        let of_setting = RunControl { progress, ..*control };
        let num_reads = first_reads(measurements.last(), num_sweeps, effort);
        let make = |call| make(num_sweeps, call);
        let measurement = measure_from(num_reads, bqm, target, make, effort, &of_setting)?;
        each(&measurement);
        let best = measurements.iter().filter_map(Measurement::tts99).fold(f64::INFINITY, f64::min);
        rises = if best < f64::INFINITY && measurement.tts99().is_none_or(|tts| tts > best) { rises + 1 } else { 0 };
        let is_cut_short = measurement.cut_short;
        measurements.push(measurement);
        // more sweeps only take longer
        if rises == 2 || is_cut_short || control.should_stop(None).is_some() {
            break;
        }
    }
    Ok(measurements)
}

/// The measurement of least `TTS99`; `None` where nothing succeeded.
#[must_use]
pub fn best(measurements: &[Measurement]) -> Option<&Measurement> {
    let with_tts = measurements.iter().filter_map(|measurement| Some((measurement.tts99()?, measurement)));
    with_tts.min_by(|(left, _), (right, _)| left.total_cmp(right)).map(|(_, measurement)| measurement)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::{RandomSampling, SimulatedAnnealing};
    use crate::testing::planted;

    #[test]
    fn the_interval_holds_the_rate_and_shrinks_with_more_reads() {
        for successes in [0, 1, 37, 99, 100] {
            let few = Success { successes, num_reads: 100 };
            let many = Success { successes: 100 * successes, num_reads: 10_000 };
            let (low, high) = few.interval();
            let (lower, higher) = many.interval();
            let rate = few.rate().unwrap();
            assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0, "{low} {rate} {high}");
            assert!(low <= lower && higher <= high);
        }
        assert_eq!(Success::default().interval(), (0.0, 1.0));
    }

    #[test]
    fn the_interval_is_that_of_the_published_formula() {
        // 15 of 50 at 95 %, worked out by hand: center 0.31427, half width 0.12329
        let (low, high) = Success { successes: 15, num_reads: 50 }.interval();
        assert!((low - 0.1910).abs() < 1e-4 && (high - 0.4375).abs() < 1e-4, "({low}, {high})");
    }

    #[test]
    fn no_success_gives_a_lower_bound_and_no_number() {
        let success = Success { successes: 0, num_reads: 1000 };
        let measurement = Measurement {
            num_sweeps: 1,
            success,
            seconds: 1.0,
            best_energy: 0.0,
            cut_short: false,
            first_reads_met: false,
        };
        assert_eq!(measurement.tts99(), None);
        let (least, most) = measurement.tts99_interval();
        assert!(least > 1.0 && least.is_finite() && most.is_none());
        assert!(best(&[measurement]).is_none());
    }

    #[test]
    fn every_read_of_random_sampling_counts_once() {
        let planted = planted(6, 8, 2);
        let make =
            |call: Call| Box::new(RandomSampling { num_reads: 64, seed: call.seed, threads: None }) as Box<dyn Sampler>;
        let effort = Effort { num_reads: 64_000, seconds: 60.0 };
        let measured = measure(&planted.bqm, planted.energy, make, effort, &RunControl::default()).unwrap();
        let minimizers = crate::sampler::exhaustive::num_minimizers(&planted.bqm).unwrap() as f64 / 64.0;
        let (low, high) = measured.success.interval();
        assert_eq!(measured.success.num_reads, 64_000);
        assert!(low < minimizers && minimizers < high, "{low} {minimizers} {high}");
    }

    /// A sampler that takes a second for each read, unless it is stopped before.
    struct Slow(usize);

    impl Sampler for Slow {
        fn name(&self) -> &'static str {
            "slow"
        }

        fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<crate::SampleResult, SampleError> {
            let until = Instant::now() + Duration::from_secs(self.0 as u64);
            let quick = RandomSampling { num_reads: self.0, seed: 0, threads: None };
            let sampling = quick.sample(bqm, &RunControl::default())?;
            loop {
                let stopped = control.should_stop(None);
                let status = stopped.or((Instant::now() >= until).then_some(SampleStatus::Heuristic));
                if let Some(status) = status {
                    return Ok(crate::SampleResult { status, ..sampling });
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    #[test]
    fn a_call_that_takes_too_long_is_cut_short_and_said_to_be() {
        let planted = planted(6, 8, 2);
        let make = |call: Call| Box::new(Slow(call.num_reads)) as Box<dyn Sampler>;
        let effort = Effort { num_reads: 1000, seconds: 0.1 };
        let start = Instant::now();
        let measured = measure(&planted.bqm, planted.energy, make, effort, &RunControl::default()).unwrap();
        assert!(measured.cut_short && start.elapsed() < Duration::from_secs(60), "128 reads take 128 seconds");
        let make = |_, call| make(call);
        let scanned =
            scan(&planted.bqm, planted.energy, &[1, 2, 3], make, effort, &RunControl::default(), |_| ()).unwrap();
        assert_eq!(scanned.len(), 1, "more sweeps only take longer");
    }

    #[test]
    fn a_target_that_every_first_read_meets_is_too_easy() {
        let planted = planted(12, 16, 3);
        let make = |call: Call| {
            Box::new(SimulatedAnnealing { num_sweeps: 5, seed: call.seed, ..SimulatedAnnealing::default() })
                as Box<dyn Sampler>
        };
        let effort = Effort { num_reads: 640, seconds: 60.0 };
        let of = |target| measure(&planted.bqm, target, make, effort, &RunControl::default()).unwrap();
        assert!(of(f64::MAX).first_reads_met);
        assert!(!of(planted.energy - 1.0).first_reads_met);
        let once = Effort { num_reads: 1, ..effort };
        let one_call = measure(&planted.bqm, f64::MAX, make, once, &RunControl::default()).unwrap();
        assert!(!one_call.first_reads_met, "one success says little");
    }

    #[test]
    fn the_first_call_of_a_setting_has_the_reads_that_fit_into_half_of_the_time() {
        let success = Success { successes: 1, num_reads: 100 };
        let last = Measurement {
            num_sweeps: 10,
            success,
            seconds: 1.0,
            best_energy: 0.0,
            cut_short: false,
            first_reads_met: false,
        };
        let effort = Effort { num_reads: 1000, seconds: 2.0 };
        // 10 ms for a read of 10 sweeps
        let reads = [10, 20, 100, 1000, 1_000_000].map(|sweeps| first_reads(Some(&last), sweeps, effort));
        assert_eq!(reads, [100, 50, 10, 1, 1]);
        assert_eq!(first_reads(None, 1000, effort), 128);
    }

    #[test]
    fn a_scan_stops_when_more_sweeps_only_cost_time() {
        let planted = planted(12, 16, 3);
        let make = |num_sweeps, call: Call| {
            Box::new(SimulatedAnnealing { num_sweeps, seed: call.seed, ..SimulatedAnnealing::default() })
                as Box<dyn Sampler>
        };
        let sweeps: Vec<u64> = (0..14).map(|power| 10 << power).collect();
        let mut told = 0;
        let effort = Effort { num_reads: 64, seconds: 10.0 };
        let control = RunControl::default();
        let scanned = scan(&planted.bqm, planted.energy, &sweeps, make, effort, &control, |_| told += 1).unwrap();
        assert_eq!(told, scanned.len());
        assert!(scanned.len() < sweeps.len(), "ever more sweeps of a solved problem");
        assert!(best(&scanned).is_some_and(|best| best.num_sweeps < scanned.last().unwrap().num_sweeps));
    }
}

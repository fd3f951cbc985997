//! QPU timing: the service's model of access times, from the timing data of each solver.

use serde::{Deserialize, Serialize};

/// Timing data of a solver (`problem_timing_data`, version 1.0). Times are in microseconds.
///
/// # References
/// D-Wave documentation, *Operation and timing*, 2026, and the estimate of access times in its cloud client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimingData {
    /// Version of the timing model; 1.0 and its patch versions are supported.
    pub version: String,
    /// Programming time, without thermalization.
    pub typical_programming_time: f64,
    /// Additional programming time of reverse annealing with reinitialization.
    pub reverse_annealing_with_reinit_prog_time_delta: f64,
    /// Additional programming time of reverse annealing without reinitialization.
    pub reverse_annealing_without_reinit_prog_time_delta: f64,
    /// Default programming thermalization time.
    pub default_programming_thermalization: f64,
    /// Default annealing time.
    pub default_annealing_time: f64,
    /// Readout time model.
    pub readout_time_model: ReadoutModel,
    /// Points of the readout time model. First half: numbers of qubits; second half: times (base-10 logarithms of both for
    /// `pwl_log_log`).
    pub readout_time_model_parameters: Vec<f64>,
    /// Delay between reads.
    pub qpu_delay_time_per_sample: f64,
    /// Additional delay of reverse annealing with reinitialization.
    pub reverse_annealing_with_reinit_delay_time_delta: f64,
    /// Additional delay of reverse annealing without reinitialization.
    pub reverse_annealing_without_reinit_delay_time_delta: f64,
    /// Default readout thermalization time.
    pub default_readout_thermalization: f64,
    /// Annealing time at the upper end of the range of decorrelation times.
    pub decorrelation_max_nominal_anneal_time: f64,
    /// Range of decorrelation times: those for the shortest and for the longest anneal.
    pub decorrelation_time_range: (f64, f64),
}

/// Readout time as a function of the number of qubits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadoutModel {
    /// Piecewise linear.
    #[serde(rename = "pwl_linear")]
    Linear,
    /// Piecewise linear in the logarithms.
    #[serde(rename = "pwl_log_log")]
    LogLog,
}

/// Parameters of a submission that determine its time. Times are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimingRequest {
    /// Number of qubits in use.
    pub num_qubits: usize,
    /// Number of reads. `[default: 1]`
    pub num_reads: u64,
    /// Annealing time, or the last time of the anneal schedule. `[default: the chip's]`
    pub annealing_time: Option<f64>,
    /// Programming thermalization time. `[default: the chip's]`
    pub programming_thermalization: Option<f64>,
    /// Readout thermalization time. `[default: the chip's]`
    pub readout_thermalization: Option<f64>,
    /// Whether to add delays between reads that reduce correlations. `[default: false]`
    pub reduce_intersample_correlation: bool,
    /// Reverse annealing: whether each read reinitializes the state. `[default: None, a forward anneal]`
    pub reverse_annealing: Option<bool>,
}

impl TimingRequest {
    /// Request for one read of a forward anneal with the chip's default times.
    #[must_use]
    pub fn new(num_qubits: usize) -> Self {
        Self {
            num_qubits,
            num_reads: 1,
            annealing_time: None,
            programming_thermalization: None,
            readout_thermalization: None,
            reduce_intersample_correlation: false,
            reverse_annealing: None,
        }
    }
}

/// Timing of one submission in microseconds, with the service's names.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AccessTime {
    /// Programming time with thermalization, once.
    pub qpu_programming_time: f64,
    /// Annealing time of each read.
    pub qpu_anneal_time_per_sample: f64,
    /// Readout time of each read.
    pub qpu_readout_time_per_sample: f64,
    /// Delay after each read, with thermalization and decorrelation.
    pub qpu_delay_time_per_sample: f64,
    /// Sampling time of all reads.
    pub qpu_sampling_time: f64,
    /// Charged access time: programming and sampling.
    pub qpu_access_time: f64,
}

impl TimingData {
    /// Readout time for `num_qubits` qubits; constant outside the range of the points.
    #[must_use]
    pub fn readout_time(&self, num_qubits: usize) -> f64 {
        let (numbers, times) =
            self.readout_time_model_parameters.split_at(self.readout_time_model_parameters.len() / 2);
        let qubits = num_qubits.max(1) as f64;
        match self.readout_time_model {
            ReadoutModel::Linear => interpolated(numbers, times, qubits),
            ReadoutModel::LogLog => 10f64.powf(interpolated(numbers, times, qubits.log10())),
        }
    }

    /// Computes the timing of a submission:
    ///
    /// `access = programming + num_reads (anneal + readout(num_qubits) + delay)`.
    ///
    /// # Examples
    /// ```
    /// use isinglass_chip::qpu::{SolverProperties, TimingRequest};
    /// let chip = SolverProperties::named("advantage6")?;
    /// let request = TimingRequest { num_reads: 1000, annealing_time: Some(20.0), ..TimingRequest::new(100) };
    /// let time = chip.timing.access_time(&request);
    /// let per_read = time.qpu_anneal_time_per_sample + time.qpu_readout_time_per_sample + time.qpu_delay_time_per_sample;
    /// assert_eq!(time.qpu_access_time, time.qpu_programming_time + 1000.0 * per_read);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn access_time(&self, request: &TimingRequest) -> AccessTime {
        let (programming_delta, delay_delta) = match request.reverse_annealing {
            None => (0.0, 0.0),
            Some(true) => (
                self.reverse_annealing_with_reinit_prog_time_delta,
                self.reverse_annealing_with_reinit_delay_time_delta,
            ),
            Some(false) => (
                self.reverse_annealing_without_reinit_prog_time_delta,
                self.reverse_annealing_without_reinit_delay_time_delta,
            ),
        };
        let anneal = request.annealing_time.unwrap_or(self.default_annealing_time);
        let cooling = request.readout_thermalization.unwrap_or(self.default_readout_thermalization);
        let wait = if request.reduce_intersample_correlation { self.decorrelation_time(anneal) } else { 0.0 };
        let programming = self.typical_programming_time
            + request.programming_thermalization.unwrap_or(self.default_programming_thermalization)
            + programming_delta;
        let readout = self.readout_time(request.num_qubits);
        let delay = self.qpu_delay_time_per_sample + delay_delta + cooling.max(wait);
        let sampling = request.num_reads as f64 * (anneal + readout + delay);
        AccessTime {
            qpu_programming_time: programming,
            qpu_anneal_time_per_sample: anneal,
            qpu_readout_time_per_sample: readout,
            qpu_delay_time_per_sample: delay,
            qpu_sampling_time: sampling,
            qpu_access_time: programming + sampling,
        }
    }

    /// Run duration that the service compares with its limit:
    /// `(anneal + readout thermalization + readout) num_reads + programming thermalization`.
    #[must_use]
    pub fn run_duration(&self, request: &TimingRequest) -> f64 {
        let (per_read, once) = self.run_parts(request);
        per_read * request.num_reads as f64 + once
    }

    /// Largest number of reads whose run duration is at most `limit` microseconds.
    #[must_use]
    pub fn max_reads(&self, request: &TimingRequest, limit: f64) -> u64 {
        let (per_read, once) = self.run_parts(request);
        // a cast takes negative numbers to zero
        let most = ((limit - once) / per_read).floor() as u64;
        let fits = |reads: u64| per_read * reads as f64 + once <= limit;
        // the quotient rounds
        if fits(most.saturating_add(1)) {
            most.saturating_add(1)
        } else if fits(most) {
            most
        } else {
            most.saturating_sub(1)
        }
    }

    fn run_parts(&self, request: &TimingRequest) -> (f64, f64) {
        let anneal = request.annealing_time.unwrap_or(self.default_annealing_time);
        let cooling = request.readout_thermalization.unwrap_or(self.default_readout_thermalization);
        let once = request.programming_thermalization.unwrap_or(self.default_programming_thermalization);
        (anneal + cooling + self.readout_time(request.num_qubits), once)
    }

    fn decorrelation_time(&self, anneal: f64) -> f64 {
        let (shortest, longest) = self.decorrelation_time_range;
        anneal / self.decorrelation_max_nominal_anneal_time * (longest - shortest) + shortest
    }
}

/// The value at `x` of the straight lines through the points; outside, that of the nearest end.
fn interpolated(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    let after = xs.partition_point(|&each| each < x);
    match (ys.first(), ys.last()) {
        (Some(&first), _) if after == 0 => first,
        (_, Some(&last)) if after >= xs.len() => last,
        (Some(_), Some(_)) => {
            let share = (x - xs[after - 1]) / (xs[after] - xs[after - 1]);
            ys[after - 1] + share * (ys[after] - ys[after - 1])
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The timing data with which D-Wave's cloud client tests its own estimate.
    fn advantage() -> TimingData {
        serde_json::from_str(
            r#"{"version": "1.0.0", "typical_programming_time": 14072.88,
            "reverse_annealing_with_reinit_prog_time_delta": 0.0, "reverse_annealing_without_reinit_prog_time_delta": 5.55,
            "default_programming_thermalization": 1000, "default_annealing_time": 20, "readout_time_model": "pwl_log_log",
            "readout_time_model_parameters": [0, 0.7699665876947938, 1.7242758696010096, 2.711975459489206, 3.1639057672764026,
            3.750276915153992, 1.539131714800995, 1.8726623164229292, 2.125631787097315, 2.332672340068556,
            2.371606651233025, 2.3716219271760215], "qpu_delay_time_per_sample": 20.54,
            "reverse_annealing_with_reinit_delay_time_delta": -4.5, "reverse_annealing_without_reinit_delay_time_delta": -1.5,
            "default_readout_thermalization": 0.0, "decorrelation_max_nominal_anneal_time": 2000,
            "decorrelation_time_range": [500, 10000]}"#,
        )
        .unwrap()
    }

    fn request(num_qubits: usize, num_reads: u64) -> TimingRequest {
        TimingRequest { num_reads, ..TimingRequest::new(num_qubits) }
    }

    #[test]
    fn access_times_are_those_of_the_cloud_client() {
        let check = |request: TimingRequest, expected: f64| {
            let found = advantage().access_time(&request).qpu_access_time;
            assert!((found - expected).abs() < 5e-4, "{request:?}: {found}, but {expected} expected");
        };
        check(request(1, 1), 15148.024);
        check(request(100, 100), 34382.462);
        check(request(1000, 1000), 283_377.353);
        check(request(5627, 1000), 290_912.88);
        check(TimingRequest { annealing_time: Some(100.0), ..request(5627, 1000) }, 370_912.88);
        check(TimingRequest { reduce_intersample_correlation: true, ..request(100, 100) }, 93882.462);
        check(TimingRequest { annealing_time: Some(1022.0), ..request(50, 10) }, 26813.274);
    }

    #[test]
    fn reverse_annealing_and_longer_cooling_change_their_parts_only() {
        let data = advantage();
        let forward = data.access_time(&request(100, 10));
        for (reinitialize, programming, delay) in [(true, 0.0, -4.5), (false, 5.55, -1.5)] {
            let reverse = TimingRequest { reverse_annealing: Some(reinitialize), ..request(100, 10) };
            let reverse = data.access_time(&reverse);
            assert!((reverse.qpu_programming_time - forward.qpu_programming_time - programming).abs() < 1e-9);
            assert!((reverse.qpu_delay_time_per_sample - forward.qpu_delay_time_per_sample - delay).abs() < 1e-9);
        }
        let cool = |time| TimingRequest { readout_thermalization: Some(time), ..request(100, 10) };
        assert!((data.access_time(&cool(7.0)).qpu_delay_time_per_sample - 27.54).abs() < 1e-9);
        // the longer one of both counts
        let both = TimingRequest { reduce_intersample_correlation: true, ..cool(7.0) };
        assert!((data.access_time(&both).qpu_delay_time_per_sample - 615.54).abs() < 1e-9);
        let hot = TimingRequest { programming_thermalization: Some(0.0), ..request(100, 10) };
        assert!((data.access_time(&hot).qpu_programming_time - 14072.88).abs() < 1e-9);
    }

    #[test]
    fn readout_times_stay_between_the_ends_and_rise() {
        let data = advantage();
        let times: Vec<f64> = (0..6000).map(|qubits| data.readout_time(qubits)).collect();
        assert!(times.is_sorted() && times[0] == times[1] && times[5627] == times[5999]);
        let linear = TimingData {
            readout_time_model: ReadoutModel::Linear,
            readout_time_model_parameters: vec![0.0, 100.0, 10.0, 60.0],
            ..advantage()
        };
        assert_eq!((linear.readout_time(50), linear.readout_time(500)), (35.0, 60.0));
    }

    #[test]
    fn one_read_more_than_the_largest_number_is_too_long() {
        let data = advantage();
        for (num_qubits, annealing_time) in [(1, 0.5), (100, 20.0), (5627, 2000.0), (357, 133.25)] {
            let request =
                |num_reads| TimingRequest { annealing_time: Some(annealing_time), ..request(num_qubits, num_reads) };
            let most = data.max_reads(&request(1), 1e6);
            assert!(data.run_duration(&request(most)) <= 1e6 && data.run_duration(&request(most + 1)) > 1e6);
        }
        // (20 + 0 + 235.3) 1 + 1000 microseconds
        assert!((data.run_duration(&request(5627, 1)) - 1255.3).abs() < 0.1);
        assert_eq!(data.max_reads(&request(5627, 1), 999.0), 0);
    }
}

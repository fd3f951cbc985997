//! Answers of the service in the wire format `qp`. All contents are checked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use isinglass_chip::qpu::{QpuProblem, QpuReads};
use serde::Deserialize;
use std::collections::HashMap;

/// Tolerance of energies, relative to the sum of the absolute coefficients.
const TOLERANCE: f64 = 1e-5;

/// Raw answer.
///
/// # Examples
/// ```
/// use isinglass_chip::qpu::QpuProblem;
/// use isinglass_qubo::{BqmBuilder, Vartype};
/// use isinglass_sapi::Answer;
/// let mut builder = BqmBuilder::new(Vartype::Spin, 1);
/// builder.add_linear(0, 1.0);
/// let spin = builder.build()?;
/// let problem = QpuProblem { spin: &spin, qubits: &[0], num_reads: 1, annealing_time: None };
/// let json = r#"{"format": "qp", "active_variables": "AAAAAA==", "energies": "AAAAAAAA8L8=", "solutions": "AA=="}"#;
/// assert_eq!(Answer::from_json(json.as_bytes())?.reads(&problem)?.spins, [[-1]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    format: String,
    /// Qubits, as base64 of 32-bit integers, lowest byte first.
    active_variables: String,
    /// An energy for each solution, without the problem's offset.
    energies: String,
    /// For each solution a bit for each active qubit, the highest bit of a byte first, from a new byte on.
    solutions: String,
    /// How often each solution was read; once, if absent.
    num_occurrences: Option<String>,
    timing: Option<Timing>,
}

#[derive(Clone, Debug, Deserialize)]
struct Timing {
    /// In microseconds.
    qpu_access_time: Option<f64>,
}

/// Size limit for the answer to a problem with its status, in bytes.
pub(crate) fn max_bytes(problem: &QpuProblem<'_>) -> u64 {
    let num_qubits = problem.qubits.len() as u64;
    let of_read = 8 + 4 + num_qubits.div_ceil(8);
    // base64 makes four bytes of three
    (4 * num_qubits).saturating_add(problem.num_reads.saturating_mul(of_read)).saturating_mul(3) / 2 + (1 << 20)
}

impl Answer {
    /// Parses an answer; [`reads`](Self::reads) checks its contents.
    ///
    /// # Errors
    /// If the text is not a JSON answer.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Decodes the reads, in the order of the problem's variables.
    ///
    /// # Errors
    /// A description of the first fault of the answer.
    pub fn reads(&self, problem: &QpuProblem<'_>) -> Result<QpuReads, String> {
        if self.format != "qp" {
            return Err(format!("its format is `{}` instead of `qp`", self.format));
        }
        let active = integers("active_variables", &self.active_variables)?;
        let places = places(&active, problem.qubits)?;
        let energies = doubles("energies", &self.energies)?;
        let num_solutions = energies.len();
        let occurrences = match &self.num_occurrences {
            None => vec![1; num_solutions],
            Some(text) => integers("num_occurrences", text)?,
        };
        if occurrences.len() != num_solutions {
            return Err(format!("`num_occurrences` has {} numbers for {num_solutions} energies", occurrences.len()));
        }
        let num_reads: u64 = occurrences.iter().map(|&number| u64::from(number)).sum();
        if num_reads != problem.num_reads {
            return Err(format!("it has {num_reads} reads instead of {}", problem.num_reads));
        }
        let bytes = decoded("solutions", &self.solutions)?;
        let width = active.len().div_ceil(8);
        if bytes.len() != num_solutions * width {
            let expected = num_solutions * width;
            return Err(format!("`solutions` has {} bytes instead of {expected}", bytes.len()));
        }
        let tolerance = TOLERANCE * (1.0 + sum_of_coefficients(problem));
        let mut spins = Vec::with_capacity(num_reads as usize);
        for (index, (energy, number)) in energies.into_iter().zip(occurrences).enumerate() {
            let solution = &bytes[index * width..][..width];
            let spin = |&place: &usize| if solution[place / 8] >> (7 - place % 8) & 1 == 1 { 1 } else { -1 };
            let sample: Vec<i8> = places.iter().map(spin).collect();
            let own = problem.spin.energy(&sample) - problem.spin.offset();
            let difference = (own - energy).abs();
            if difference.is_nan() || difference > tolerance {
                return Err(format!("the energy of solution {index} is {own}, but the answer gives {energy}"));
            }
            spins.extend(std::iter::repeat_n(sample, number as usize));
        }
        let qpu_access_time = self.timing.as_ref().and_then(|timing| timing.qpu_access_time);
        if let Some(time) = qpu_access_time.filter(|time| !(time.is_finite() && *time >= 0.0)) {
            return Err(format!("invalid QPU access time: {time} µs"));
        }
        Ok(QpuReads { spins, qpu_access_time })
    }
}

/// For each variable the place of its qubit among those of the answer, which must be the same ones.
fn places(active: &[u32], qubits: &[u32]) -> Result<Vec<usize>, String> {
    if active.len() != qubits.len() {
        return Err(format!("`active_variables` has {} qubits instead of {}", active.len(), qubits.len()));
    }
    let place: HashMap<u32, usize> = active.iter().enumerate().map(|(place, &qubit)| (qubit, place)).collect();
    if place.len() < active.len() {
        return Err("`active_variables` has a qubit twice".to_owned());
    }
    let find = |qubit: &u32| place.get(qubit).copied().ok_or_else(|| format!("qubit {qubit} is not in it"));
    qubits.iter().map(find).collect()
}

fn sum_of_coefficients(problem: &QpuProblem<'_>) -> f64 {
    let linear = problem.spin.linear().iter().map(|bias| bias.abs()).sum::<f64>();
    linear + problem.spin.interactions().map(|(_, _, bias)| bias.abs()).sum::<f64>()
}

fn decoded(name: &str, text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|error| format!("`{name}` is not base64: {error}"))
}

fn groups<const N: usize>(name: &str, text: &str) -> Result<Vec<[u8; N]>, String> {
    let bytes = decoded(name, text)?;
    let (groups, rest) = bytes.as_chunks::<N>();
    match rest.is_empty() {
        true => Ok(groups.to_vec()),
        false => Err(format!("`{name}` has {} bytes, which is not a multiple of {N}", bytes.len())),
    }
}

fn doubles(name: &str, text: &str) -> Result<Vec<f64>, String> {
    Ok(groups(name, text)?.into_iter().map(f64::from_le_bytes).collect())
}

/// Integers that are not below zero.
fn integers(name: &str, text: &str) -> Result<Vec<u32>, String> {
    let integer = |bytes| {
        let value = i32::from_le_bytes(bytes);
        u32::try_from(value).map_err(|_| format!("`{name}` has the number {value}"))
    };
    groups(name, text)?.into_iter().map(integer).collect()
}

//! Wire format, encoded and decoded independently of the client, from the documentation.

use serde_json::{Value, json};

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A decoded problem: biases of qubits and couplings of pairs of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ising {
    /// The qubits in use, rising.
    pub qubits: Vec<u32>,
    /// The bias of each.
    pub biases: Vec<f64>,
    /// Places of two qubits in `qubits`, and their coupling.
    pub couplings: Vec<(usize, usize, f64)>,
    /// Reads that are asked for.
    pub num_reads: usize,
    /// Qubits of the solver, missing ones included.
    num_variables: u64,
}

impl Ising {
    /// Decodes the problem in a job for a solver; `None` if it is malformed.
    pub(super) fn of_job(job: &Value, solver: &Value) -> Option<Self> {
        let (data, params, properties) = (&job["data"], &job["params"], &solver["properties"]);
        let is_known = job["solver"] == solver["identity"]
            && job["type"] == "ising"
            && data["format"] == "qp"
            && params["answer_mode"] == "raw"
            && params["auto_scale"] == true;
        if !is_known {
            return None;
        }
        let all: Vec<u32> = serde_json::from_value(properties["qubits"].clone()).ok()?;
        let couplers: Vec<(u32, u32)> = serde_json::from_value(properties["couplers"].clone()).ok()?;
        let lin = doubles(data["lin"].as_str()?)?;
        if lin.len() != all.len() {
            return None;
        }
        let mut active: Vec<(u32, f64)> = all.into_iter().zip(lin).filter(|(_, bias)| !bias.is_nan()).collect();
        active.sort_by_key(|&(qubit, _)| qubit);
        let place = |qubit: u32| active.iter().position(|&(known, _)| known == qubit);
        let pairs: Vec<(usize, usize)> =
            couplers.iter().filter_map(|&(one, two)| Some((place(one)?, place(two)?))).collect();
        let quad = doubles(data["quad"].as_str()?)?;
        if quad.len() != pairs.len() {
            return None;
        }
        Some(Self {
            couplings: pairs.into_iter().zip(quad).map(|((one, two), bias)| (one, two, bias)).collect(),
            qubits: active.iter().map(|&(qubit, _)| qubit).collect(),
            biases: active.iter().map(|&(_, bias)| bias).collect(),
            num_reads: params["num_reads"].as_u64()? as usize,
            num_variables: properties["num_qubits"].as_u64()?,
        })
    }

    /// The energy of these spins.
    #[must_use]
    pub fn energy(&self, spins: &[i8]) -> f64 {
        let spin = |place: usize| f64::from(spins[place]);
        let linear: f64 = self.biases.iter().enumerate().map(|(place, bias)| bias * spin(place)).sum();
        linear + self.couplings.iter().map(|&(one, two, bias)| bias * spin(one) * spin(two)).sum::<f64>()
    }

    /// All states, those of least energy first.
    #[must_use]
    pub fn states(&self) -> Vec<Vec<i8>> {
        let number = self.qubits.len();
        let state = |bits: usize| (0..number).map(|place| if bits >> place & 1 == 1 { 1 } else { -1 }).collect();
        let mut states: Vec<Vec<i8>> = (0..1 << number).map(state).collect();
        states.sort_by(|one, two| self.energy(one).total_cmp(&self.energy(two)));
        states
    }

    /// These reads as an answer.
    pub(super) fn answer(&self, reads: &[Vec<i8>], access_time: f64) -> Value {
        let energies: Vec<u8> = reads.iter().flat_map(|spins| self.energy(spins).to_le_bytes()).collect();
        let mut solutions = Vec::new();
        for spins in reads {
            for eight in spins.chunks(8) {
                let byte = eight.iter().enumerate().map(|(place, &spin)| u8::from(spin == 1) * (128 >> place)).sum();
                solutions.push(byte);
            }
        }
        let active: Vec<u8> = self.qubits.iter().flat_map(|&qubit| (qubit as i32).to_le_bytes()).collect();
        json!({
            "format": "qp",
            "num_variables": self.num_variables,
            "active_variables": to_base64(&active),
            "energies": to_base64(&energies),
            "solutions": to_base64(&solutions),
            "timing": {"qpu_access_time": access_time, "qpu_sampling_time": 1000.0},
        })
    }
}

fn doubles(text: &str) -> Option<Vec<f64>> {
    let bytes = from_base64(text)?;
    let double = |eight: &[u8]| eight.try_into().ok().map(f64::from_le_bytes);
    bytes.chunks(8).map(double).collect()
}

/// Base64, with padding.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0_u32, |number, place| number << 8 | u32::from(*three.get(place).unwrap_or(&0)));
        for place in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

/// Decodes base64; `None` if invalid.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    for four in text.as_bytes().chunks(4) {
        let letters = four.iter().take_while(|&&letter| letter != b'=').count();
        let mut number = 0_u32;
        for letter in &four[..letters] {
            number = number << 6 | LETTERS.iter().position(|known| known == letter)? as u32;
        }
        let number = number << (6 * (4 - letters));
        bytes.extend((0..letters.checked_sub(1)?).map(|place| (number >> (16 - 8 * place)) as u8));
    }
    Some(bytes)
}

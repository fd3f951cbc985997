//! Problems in the wire format `qp`.

use crate::error::SapiError;
use crate::solver::Solver;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use isinglass_chip::qpu::QpuProblem;
use serde::Serialize;
use std::collections::HashMap;

/// A problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Data {
    format: &'static str,
    /// A number for each qubit of the solver in its order, NaN for those that are not used.
    pub(crate) lin: String,
    /// A number for each coupler of the solver in its order whose qubits are both used.
    pub(crate) quad: String,
    /// Not part of the energies that come back, and so not sent.
    offset: f64,
}

/// Puts a problem into the order of the solver's qubits and couplers.
pub(crate) fn encode(problem: &QpuProblem<'_>, solver: &Solver) -> Result<Data, SapiError> {
    let misplaced = |reason: String| SapiError::Misplaced { solver: solver.name.clone(), reason };
    let (spin, qubits) = (problem.spin, problem.qubits);
    if qubits.len() != spin.num_variables() {
        return Err(misplaced(format!("{} qubits for {} variables", qubits.len(), spin.num_variables())));
    }
    let mut biases: HashMap<u32, f64> = qubits.iter().copied().zip(spin.linear().iter().copied()).collect();
    if biases.len() < qubits.len() {
        return Err(misplaced("two variables have the same qubit".to_owned()));
    }
    let pair = |first: u32, second: u32| (first.min(second), first.max(second));
    let couplings = spin.interactions().map(|(first, second, bias)| (pair(qubits[first], qubits[second]), bias));
    let mut couplings: HashMap<(u32, u32), f64> = couplings.collect();
    let are_used = |&&(first, second): &&(u32, u32)| biases.contains_key(&first) && biases.contains_key(&second);
    let used: Vec<(u32, u32)> = solver.couplers.iter().filter(are_used).copied().collect();
    let lin: Vec<f64> = solver.qubits.iter().map(|qubit| biases.remove(qubit).unwrap_or(f64::NAN)).collect();
    // a coupler that is listed twice has its bias once
    let quad: Vec<f64> =
        used.iter().map(|&(first, second)| couplings.remove(&pair(first, second)).unwrap_or(0.0)).collect();
    if let Some(qubit) = biases.keys().min() {
        return Err(misplaced(format!("it has no qubit {qubit}")));
    }
    if let Some((first, second)) = couplings.keys().min() {
        return Err(misplaced(format!("it has no coupler {first}-{second}")));
    }
    Ok(Data { format: "qp", lin: doubles(&lin), quad: doubles(&quad), offset: 0.0 })
}

/// Numbers as base64 of their bytes, the lowest one first.
fn doubles(values: &[f64]) -> String {
    STANDARD.encode(values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
}

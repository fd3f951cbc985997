//! Proof of a lower bound on the loss, by enumerating the functions that the first layer can compute.

use super::Shares;
use super::committee;
use super::rows::{Rows, Units};
use crate::network::Architecture;
use isinglass_qubo::sampler::{PartProgress, Progress, ProgressReport, RunControl, SampleStatus};
use std::collections::{BTreeMap, BTreeSet};

/// The largest fan-in whose weight vectors are listed.
const MAX_FAN_IN: usize = 24;

/// Groups that functions are evaluated on between two checks of the stop condition: about a millisecond.
const GROUPS_PER_CHECK: usize = 1 << 20;

/// Maximum sum of all costs.
const MAX_TOTAL: i128 = 1 << 40;

/// Maximum number of layers, and of neurons in the hidden layer before a single output: the proof recurses once for
/// each.
pub(super) const MAX_LAYERS: usize = 16;
pub(super) const MAX_HIDDEN: usize = 64;

/// The outcome of a proof.
pub(super) enum Verdict {
    Proven,
    /// The proof found a network with this loss, in units of the weights.
    Refuted(i128),
    /// Costs were rounded down, so the bound is not proven.
    Rounded,
    Stopped(SampleStatus),
    TooLarge,
    TooManyVectors {
        fan_in: usize,
    },
    /// The functions of a neuron take more memory than is allowed.
    Memory {
        bytes: u64,
    },
}

/// Why a proof stopped.
pub(super) enum Failed {
    /// The proof found a network with this cost.
    Refuted(i128),
    Stopped(SampleStatus),
    TooLarge {
        fan_in: usize,
    },
    Memory {
        bytes: u64,
    },
}

/// Copies of the functions of a neuron: in the set, complements, both together, and where each is wrong.
const COPIES: u64 = 6;
/// Bytes for a function beside its bits, in a set or a list.
const BYTES_PER_FUNCTION: u64 = 64;

/// Checks that another function of `bytes` fits into the memory limit.
pub(super) fn check_memory(num_functions: usize, bytes: usize, control: &RunControl<'_>) -> Result<(), Failed> {
    let bytes = COPIES * (num_functions as u64 + 1) * (bytes as u64 + BYTES_PER_FUNCTION);
    match control.memory_limit {
        Some(limit) if bytes > limit as u64 => Err(Failed::Memory { bytes }),
        _ => Ok(()),
    }
}

/// Reports the progress of `part` of `num_parts` equal parts.
pub(super) fn report_part(control: &RunControl<'_>, (part, num_parts): (usize, usize), done: u64, total: u64) {
    if let Some(whole) = control.progress {
        PartProgress { whole, part, num_parts }.report(ProgressReport { done, total, best_energy: None });
    }
}

/// Distinct inputs of some layer, with the required outputs and integer costs of wrong outputs.
pub(super) struct Wanted {
    /// Bit `i` is input `i`; a bias is one more bit, always set.
    inputs: Vec<u64>,
    fan_in: usize,
    /// For each output, the groups that should answer `+1`, and the costs.
    pub(super) outputs: Vec<(Vec<bool>, Vec<u64>)>,
}

impl Wanted {
    /// Of costs by input and output, positive where `+1` is wanted; inputs that want nothing are left out.
    fn new(votes: BTreeMap<u64, Vec<i64>>, num_inputs: usize, num_outputs: usize, bias: bool) -> Self {
        let votes: Vec<(u64, Vec<i64>)> =
            votes.into_iter().filter(|(_, votes)| votes.iter().any(|&vote| vote != 0)).collect();
        let outputs = (0..num_outputs).map(|output| {
            let of_output = votes.iter().map(|(_, votes)| (votes[output] > 0, votes[output].unsigned_abs()));
            of_output.unzip()
        });
        Self {
            inputs: votes.iter().map(|&(input, _)| input | u64::from(bias) << num_inputs).collect(),
            fan_in: num_inputs + usize::from(bias),
            outputs: outputs.collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.inputs.len()
    }

    /// The distinct functions of a neuron: one bit for each input.
    fn functions(&self, control: &RunControl<'_>) -> Result<BTreeSet<Vec<u64>>, Failed> {
        if self.fan_in > MAX_FAN_IN {
            return Err(Failed::TooLarge { fan_in: self.fan_in });
        }
        let mut functions = BTreeSet::new();
        let mut function = vec![0u64; self.len().div_ceil(64)];
        let unused = u64::MAX << self.fan_in;
        let per_check = (GROUPS_PER_CHECK / self.len().max(1)).max(1) as u64;
        for weights in 0..1u64 << self.fan_in {
            if weights.is_multiple_of(per_check) {
                control.should_stop(None).map_or(Ok(()), |status| Err(Failed::Stopped(status)))?;
                if let Some(progress) = control.progress {
                    progress.report(ProgressReport { done: weights, total: 1 << self.fan_in, best_energy: None });
                }
            }
            function.fill(0);
            for (group, input) in self.inputs.iter().enumerate() {
                let opposed = ((weights ^ input) & !unused).count_ones() as usize;
                // sum = fan_in - 2 opposed; a tie gives +1
                if 2 * opposed <= self.fan_in {
                    function[group / 64] |= 1 << (group % 64);
                }
            }
            if !functions.contains(&function) {
                check_memory(functions.len(), size_of_val(function.as_slice()), control)?;
                functions.insert(function.clone());
            }
        }
        Ok(functions)
    }

    /// The complement of a function.
    pub(super) fn complement(&self, function: &[u64]) -> Vec<u64> {
        let mut complement: Vec<u64> = function.iter().map(|word| !word).collect();
        if let Some(last) = complement.last_mut()
            && !self.len().is_multiple_of(64)
        {
            *last &= (1 << (self.len() % 64)) - 1;
        }
        complement
    }

    /// The groups in which a function differs from the required output.
    pub(super) fn missed(&self, function: &[u64], output: usize) -> Vec<u64> {
        let mut missed = function.to_vec();
        for (group, &wanted) in self.outputs[output].0.iter().enumerate() {
            missed[group / 64] ^= u64::from(wanted) << (group % 64);
        }
        missed
    }
}

/// A proof in progress.
pub(super) struct Proof<'a> {
    widths: &'a [usize],
    bias: bool,
    is_odd: bool,
    control: &'a RunControl<'a>,
    pub(super) num_functions: usize,
    pub(super) num_nodes: u64,
}

impl<'a> Proof<'a> {
    pub(super) fn new(architecture: &'a Architecture, control: &'a RunControl<'a>) -> Self {
        let (widths, bias) = (architecture.widths(), architecture.bias());
        // No neuron meets a tie: negated inputs give negated outputs.
        let is_odd = !bias && widths[..widths.len() - 1].iter().all(|width| width % 2 == 1);
        Self { widths, bias, is_odd, control, num_functions: 0, num_nodes: 0 }
    }

    /// Whether the network is small enough to check.
    fn size(&self) -> Option<Verdict> {
        let is_committee = matches!(*self.widths, [_, _] | [_, _, 1]);
        if self.widths.len() > MAX_LAYERS + 1 || is_committee && self.widths[1] > MAX_HIDDEN && self.widths.len() == 3 {
            return Some(Verdict::TooLarge);
        }
        let listed = if is_committee { 1 } else { self.widths.len() - 1 };
        let fan_ins = self.widths[..listed].iter().map(|width| width + usize::from(self.bias));
        fan_ins.max().filter(|&fan_in| fan_in > MAX_FAN_IN).map(|fan_in| Verdict::TooManyVectors { fan_in })
    }

    /// Proves that no network loses less than `limit` units on these rows.
    pub(super) fn no_network_below(&mut self, rows: &Rows, units: &Units, prices: &[Shares], limit: i128) -> Verdict {
        if let Some(verdict) = self.size() {
            return verdict;
        }
        let num_inputs = self.widths[0];
        let mut differences: BTreeMap<u64, Vec<i128>> = BTreeMap::new();
        let all = (1 << num_inputs) - 1;
        let mut keys = Vec::new();
        let mut heavier = 0;
        for (input, weights) in rows.inputs().zip(&units.weights) {
            let input: u64 = input.iter().enumerate().map(|(bit, &set)| u64::from(set) << bit).sum();
            let flipped = self.is_odd && input & 1 == 0;
            let key = if flipped { !input & all } else { input };
            keys.push(key);
            let sums = differences.entry(key).or_insert_with(|| vec![0; weights.len()]);
            for (sum, [minus, plus]) in sums.iter_mut().zip(weights) {
                *sum += if flipped { minus - plus } else { plus - minus };
                heavier += minus + plus;
            }
        }
        // Every input costs its lighter class whatever the network answers: all weight less what the classes differ by, halved.
        let total: i128 = differences.values().flatten().map(|difference| difference.abs()).sum();
        let constant = (heavier - total) / 2;
        let Some(limit) = limit.checked_sub(constant).filter(|&limit| limit > 0) else { return Verdict::Proven };
        // costs are rounded down, and the limit up: what is proven of these holds of the true ones
        let shift = (0..).find(|shift| total >> shift <= MAX_TOTAL).expect("a shift of all bits leaves nothing");
        let limit = -(-limit >> shift);
        if limit > MAX_TOTAL {
            return Verdict::Rounded;
        }
        let votes = differences.iter().map(|(&key, sums)| {
            (key, sums.iter().map(|sum| (sum.abs() >> shift) as i64 * if *sum < 0 { -1 } else { 1 }).collect())
        });
        let num_outputs = units.weights.first().map_or(0, Vec::len);
        let wanted = Wanted::new(votes.collect(), num_inputs, num_outputs, self.bias);
        let shares = |output_bias: bool| -> Vec<u8> {
            let mut shares: BTreeMap<u64, u8> = BTreeMap::new();
            if let Some(prices) = prices.iter().find(|prices| prices.output_bias == output_bias) {
                shares.extend(keys.iter().copied().zip(prices.shares.iter().copied()));
            }
            let of_group = |input: &u64| shares.get(&(input & all)).copied().unwrap_or(u8::MAX);
            wanted.inputs.iter().map(of_group).collect()
        };
        let outcome = self.prove(&wanted, self.widths, limit as u64, &[shares(false), shares(true)]);
        match outcome {
            Ok(()) => Verdict::Proven,
            Err(Failed::Refuted(_)) if shift > 0 => Verdict::Rounded,
            Err(Failed::Refuted(cost)) => Verdict::Refuted(constant + cost),
            Err(Failed::Stopped(status)) => Verdict::Stopped(status),
            Err(Failed::TooLarge { fan_in }) => Verdict::TooManyVectors { fan_in },
            Err(Failed::Memory { bytes }) => Verdict::Memory { bytes },
        }
    }

    /// Proves that layers of these widths cost `limit` or more.
    fn prove(&mut self, wanted: &Wanted, widths: &[usize], limit: u64, shares: &[Vec<u8>]) -> Result<(), Failed> {
        if limit == 0 {
            return Ok(());
        }
        // layers behind others are too many to report
        let whole = self.control.progress.filter(|_| widths.len() == self.widths.len());
        let output_biases = if self.bias { &[false, true][..] } else { &[true] };
        let num_parts = 1 + if matches!(widths, [_, _, 1]) { output_biases.len() } else { 1 };
        let part = |part| whole.map(|whole| PartProgress { whole, part, num_parts });
        let listing = part(0);
        let progress = listing.as_ref().map(|part| part as &dyn Progress);
        let functions = wanted.functions(&RunControl { progress, ..*self.control })?;
        self.num_functions = self.num_functions.max(functions.len());
        match *widths {
            [_, _] => self.prove_lone(wanted, &functions, limit),
            [_, hidden, 1] => {
                // An output weight of -1 contributes the complement.
                let complements = functions.iter().map(|function| wanted.complement(function)).collect();
                let contributions: BTreeSet<Vec<u64>> = functions.union(&complements).cloned().collect();
                let missed: Vec<Vec<u64>> = contributions.iter().map(|function| wanted.missed(function, 0)).collect();
                for (number, &output_bias) in output_biases.iter().enumerate() {
                    let searching = part(1 + number);
                    let progress = searching.as_ref().map(|part| part as &dyn Progress);
                    let control = RunControl { progress, ..*self.control };
                    let shape = committee::Shape { num_hidden: hidden, output_bias: self.bias.then_some(output_bias) };
                    let shares = shares.get(usize::from(output_bias)).map(Vec::as_slice);
                    self.num_nodes += committee::prove(wanted, &missed, &shape, shares, limit, &control)?;
                }
                Ok(())
            }
            _ => {
                // Complements of first layers are undone by the weights behind them.
                let mut kept: Vec<Vec<u64>> = Vec::new();
                let mut seen = BTreeSet::new();
                for function in functions {
                    let complement = wanted.complement(&function);
                    if seen.insert(function.clone().min(complement)) {
                        kept.push(function);
                    }
                }
                self.prove_behind(wanted, &kept, &mut Vec::new(), widths, limit)
            }
        }
    }

    /// Outputs without a hidden layer, each for itself.
    fn prove_lone(&mut self, wanted: &Wanted, functions: &BTreeSet<Vec<u64>>, limit: u64) -> Result<(), Failed> {
        let least: u64 = (0..wanted.outputs.len())
            .map(|output| {
                let cost = |function: &Vec<u64>| -> u64 {
                    let missed = wanted.missed(function, output);
                    let costs = wanted.outputs[output].1.iter().enumerate();
                    costs.filter(|(group, _)| missed[group / 64] >> (group % 64) & 1 == 1).map(|(_, cost)| cost).sum()
                };
                functions.iter().map(cost).min().unwrap_or(0)
            })
            .sum();
        self.num_nodes += 1;
        if least < limit { Err(Failed::Refuted(i128::from(least))) } else { Ok(()) }
    }

    /// Enumerates all first layers that begin with `chosen`, and the layers that may follow.
    fn prove_behind(
        &mut self,
        wanted: &Wanted,
        functions: &[Vec<u64>],
        chosen: &mut Vec<usize>,
        widths: &[usize],
        limit: u64,
    ) -> Result<(), Failed> {
        if chosen.len() < widths[1] {
            for next in chosen.last().copied().unwrap_or(0)..functions.len() {
                if chosen.is_empty() && widths.len() == self.widths.len() {
                    report_part(self.control, (1, 2), next as u64, functions.len() as u64);
                }
                chosen.push(next);
                self.prove_behind(wanted, functions, chosen, widths, limit)?;
                chosen.pop();
            }
            return Ok(());
        }
        if let Some(status) = self.control.should_stop(None) {
            return Err(Failed::Stopped(status));
        }
        let mut votes: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
        let mut total = 0;
        for group in 0..wanted.len() {
            let bit = |function: usize| functions[function][group / 64] >> (group % 64) & 1;
            let code = chosen.iter().enumerate().map(|(place, &function)| bit(function) << place).sum();
            let votes = votes.entry(code).or_insert_with(|| vec![0; wanted.outputs.len()]);
            for (vote, (wants, costs)) in votes.iter_mut().zip(&wanted.outputs) {
                total += costs[group];
                *vote += if wants[group] { costs[group] as i64 } else { -(costs[group] as i64) };
            }
        }
        let left: u64 = votes.values().flatten().map(|vote| vote.unsigned_abs()).sum();
        let lost = (total - left) / 2;
        if lost >= limit {
            self.num_nodes += 1;
            return Ok(());
        }
        let behind = Wanted::new(votes, widths[1], wanted.outputs.len(), self.bias);
        match self.prove(&behind, &widths[1..], limit - lost, &[]) {
            Err(Failed::Refuted(cost)) => Err(Failed::Refuted(i128::from(lost) + cost)),
            other => other,
        }
    }
}

//! Proof of a lower bound on classification errors, by enumerating the functions that the layers can compute.
//!
//! This code is independent of the search of the exact trainer and shares nothing with it.

use super::layers::{Failed, MAX_HIDDEN, MAX_LAYERS, Verdict, check_memory, report_part};
use crate::network::Architecture;
use isinglass_qubo::sampler::RunControl;
use std::collections::{BTreeMap, BTreeSet};

/// The largest fan-in whose weight vectors are listed.
const MAX_FAN_IN: usize = 24;

/// Parts of networks examined between two checks of the stop condition.
const NODES_PER_CHECK: u64 = 1 << 10;

/// An input of some layer (bit `i` is input `i`), and how much weight each class has there.
pub(super) type ClassRow = (u64, Vec<i128>);

/// A proof in progress.
pub(super) struct ErrorProof<'a> {
    widths: &'a [usize],
    bias: bool,
    control: &'a RunControl<'a>,
    pub(super) num_functions: usize,
    pub(super) num_nodes: u64,
}

/// The inputs that a layer must distinguish, and the layers that may follow.
struct Layer<'a> {
    rows: &'a [ClassRow],
    total: i128,
    /// Output bits of a neuron, one for each row; of a function and its complement only one, as the weights behind it undo the other.
    functions: &'a [Vec<bool>],
    widths: &'a [usize],
    limit: i128,
}

impl<'a> ErrorProof<'a> {
    pub(super) fn new(architecture: &'a Architecture, control: &'a RunControl<'a>) -> Self {
        Self { widths: architecture.widths(), bias: architecture.bias(), control, num_functions: 0, num_nodes: 0 }
    }

    /// Proves that every network of the architecture misclassifies a row weight of at least `limit`.
    pub(super) fn no_network_below(&mut self, rows: &[ClassRow], limit: i128) -> Verdict {
        // the proof goes down a level for each layer, neuron of a hidden layer, and class
        if self.widths.len() > MAX_LAYERS + 1 || self.widths[1..].iter().any(|&width| width > MAX_HIDDEN) {
            return Verdict::TooLarge;
        }
        match self.prove(rows, self.widths, limit) {
            Ok(()) => Verdict::Proven,
            Err(Failed::Refuted(cost)) => Verdict::Refuted(cost),
            Err(Failed::Stopped(status)) => Verdict::Stopped(status),
            Err(Failed::TooLarge { fan_in }) => Verdict::TooManyVectors { fan_in },
            Err(Failed::Memory { bytes }) => Verdict::Memory { bytes },
        }
    }

    /// Proves that every network of these widths misclassifies a row weight of at least `limit`.
    fn prove(&mut self, rows: &[ClassRow], widths: &[usize], limit: i128) -> Result<(), Failed> {
        let total: i128 = rows.iter().flat_map(|(_, weights)| weights).sum();
        let most: i128 = rows.iter().map(|(_, weights)| weights.iter().copied().max().unwrap_or(0)).sum();
        if total - most >= limit {
            return Ok(());
        }
        let fan_in = widths[0] + usize::from(self.bias);
        if fan_in > MAX_FAN_IN {
            return Err(Failed::TooLarge { fan_in });
        }
        if widths.len() == 2 {
            let start = vec![(-1, 0); rows.len()];
            return self.outputs(rows, total, fan_in, limit, 0, &start);
        }
        let functions = self.functions(rows, fan_in, widths.len() == self.widths.len())?;
        self.num_functions = self.num_functions.max(functions.len());
        let layer = Layer { rows, total, functions: &functions, widths, limit };
        self.hidden(&layer, 0, widths[1], &vec![0; rows.len()])
    }

    /// An input with the constant of the bias behind it.
    fn with_bias(&self, input: u64, fan_in: usize) -> u64 {
        if self.bias { input | 1 << (fan_in - 1) } else { input }
    }

    fn functions(&mut self, rows: &[ClassRow], fan_in: usize, is_first: bool) -> Result<Vec<Vec<bool>>, Failed> {
        let inputs: Vec<u64> = rows.iter().map(|&(input, _)| self.with_bias(input, fan_in)).collect();
        let mut functions = BTreeSet::new();
        for weights in 0..1u64 << fan_in {
            self.count_node()?;
            if is_first && weights.is_multiple_of(NODES_PER_CHECK) {
                report_part(self.control, (0, 2), weights, 1 << fan_in);
            }
            // fires iff at most half of the inputs are opposed: a tie gives +1
            let function: Vec<bool> =
                inputs.iter().map(|input| 2 * (weights ^ input).count_ones() as usize <= fan_in).collect();
            let complement: Vec<bool> = function.iter().map(|bit| !bit).collect();
            if !functions.contains(&complement) && !functions.contains(&function) {
                check_memory(functions.len(), function.len(), self.control)?;
                functions.insert(function);
            }
        }
        Ok(functions.into_iter().collect())
    }

    fn count_node(&mut self) -> Result<(), Failed> {
        self.num_nodes += 1;
        if self.num_nodes.is_multiple_of(NODES_PER_CHECK)
            && let Some(status) = self.control.should_stop(None)
        {
            return Err(Failed::Stopped(status));
        }
        Ok(())
    }

    /// All choices of `num_left` functions from number `from` on, for rows that lie in `cells` by the functions before.
    fn hidden(&mut self, layer: &Layer<'_>, from: usize, num_left: usize, cells: &[u64]) -> Result<(), Failed> {
        let num_left = num_left - 1;
        for next in from..layer.functions.len() {
            self.count_node()?;
            if num_left + 1 == self.widths[1] && layer.widths.len() == self.widths.len() {
                report_part(self.control, (1, 2), next as u64, layer.functions.len() as u64);
            }
            let function = &layer.functions[next];
            let cells: Vec<u64> = cells.iter().zip(function).map(|(cell, &bit)| cell << 1 | u64::from(bit)).collect();
            let mut merged: BTreeMap<u64, Vec<i128>> = BTreeMap::new();
            for (&cell, (_, weights)) in cells.iter().zip(layer.rows) {
                let sums = merged.entry(cell).or_insert_with(|| vec![0; weights.len()]);
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
            }
            // each function to come splits a cell in two at most, and each part gets one answer
            let num_answers = 1usize.checked_shl(num_left as u32).unwrap_or(usize::MAX);
            let most = |sums: &Vec<i128>| -> i128 {
                let mut sums = sums.clone();
                sums.sort_unstable();
                sums.iter().rev().take(num_answers).sum()
            };
            if layer.total - merged.values().map(most).sum::<i128>() >= layer.limit {
                continue;
            }
            if num_left == 0 {
                let behind: Vec<ClassRow> = merged.into_iter().collect();
                self.prove(&behind, &layer.widths[1..], layer.limit)?;
            } else {
                self.hidden(layer, next, num_left, &cells)?;
            }
        }
        Ok(())
    }

    /// All weights of the outputs from `class` on; `leads` are for each row the agreements of the class with most of them so far, and its
    /// weight.
    fn outputs(
        &mut self,
        rows: &[ClassRow],
        total: i128,
        fan_in: usize,
        limit: i128,
        class: usize,
        leads: &[(i64, i128)],
    ) -> Result<(), Failed> {
        let num_classes = rows.first().map_or(0, |(_, weights)| weights.len());
        for own in 0..1u64 << fan_in {
            self.count_node()?;
            if class == 0 && self.widths.len() == 2 {
                report_part(self.control, (0, 1), own, 1 << fan_in);
            }
            let mut right = 0;
            let mut next = Vec::with_capacity(rows.len());
            for ((input, weights), &lead) in rows.iter().zip(leads) {
                let opposed = (own ^ self.with_bias(*input, fan_in)).count_ones();
                let agreements = fan_in as i64 - i64::from(opposed);
                let lead = if agreements > lead.0 { (agreements, weights[class]) } else { lead };
                // a later class needs more agreements than the leading one has
                let later = match lead.0 < fan_in as i64 {
                    true => weights[class + 1..].iter().copied().max().unwrap_or(0),
                    false => 0,
                };
                right += lead.1.max(later);
                next.push(lead);
            }
            if total - right >= limit {
                continue;
            }
            if class + 1 == num_classes {
                return Err(Failed::Refuted(total - right));
            }
            self.outputs(rows, total, fan_in, limit, class + 1, &next)?;
        }
        Ok(())
    }
}

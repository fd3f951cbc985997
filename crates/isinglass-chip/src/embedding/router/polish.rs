//! The second half of an attempt: no qubit is shared, and variables are placed again as long as that saves qubits.

use super::attempt::{Attempt, MAX_PASSES, below};
use crate::embedding::bound::min_chain;
use isinglass_qubo::sampler::Watch;

/// Variables of a larger degree are not torn out together with others: the search would take longer than it gains.
const MAX_TORN_DEGREE: usize = 40;

/// A pass that saves less than one qubit in this many counts as no progress.
const LEAST_GAIN: usize = 200;

/// Largest number of interactions of problems that are annealed, the number of passes, and the initial temperature in qubits.
const MAX_ANNEALED: usize = 200;
const ANNEAL_PASSES: u32 = 300;
const FIRST_TEMPERATURE: f64 = 1.0;
/// Variables of few neighbours around a hub, whose chains cannot be shorter, are placed again in one of this many passes: there are many
/// of them, and they save qubits mostly through the hub, which is placed again with them.
const PASSES_PER_SETTLED: usize = 4;
const FEW_NEIGHBORS: usize = 2;
/// Penalty on squared chain lengths, in qubits: of chains with the same total, even ones are better.
const UNEVENNESS: f64 = 0.02;

/// Variables that may hang on an end that is taken off.
const MAX_TORN: usize = 6;

impl Attempt<'_> {
    /// Re-places variables on free qubits until `patience` passes in turn saved nearly nothing.
    pub(super) fn shorten(&mut self, patience: u32, watch: &Watch<'_>) {
        self.is_strict = true;
        self.set_prices();
        self.is_wire.fill(false);
        for variable in 0..self.chains.len() {
            self.prune(variable);
        }
        if self.is_shortest() {
            return;
        }
        if self.problem.num_edges() <= MAX_ANNEALED {
            self.anneal(watch);
        }
        let (mut passes, mut waited) = (0, 0);
        while waited < patience && passes < MAX_PASSES {
            passes += 1;
            let before = self.measure(0..self.chains.len());
            for variable in self.shuffled() {
                if watch.is_stopped() {
                    return;
                }
                self.shorten_around(variable);
            }
            watch.advance(1);
            let after = self.measure(0..self.chains.len());
            let is_progress = (before.0 - after.0) * LEAST_GAIN > before.0;
            waited = if is_progress { 0 } else { waited + 1 };
        }
    }

    /// Whether no chain can be shorter.
    fn is_shortest(&self) -> bool {
        (0..self.chains.len()).all(|variable| self.has_least_chain(variable))
    }

    fn has_least_chain(&self, variable: usize) -> bool {
        min_chain(self.problem.degree(variable as u32), self.max_couplers) == Some(self.chains[variable].len())
    }

    /// Whether a variable of few neighbours is beside one with more neighbours than a qubit has couplers, and its own chain cannot be
    /// shorter.
    fn is_settled(&self, variable: usize) -> bool {
        let degree = |variable: usize| self.problem.degree(variable as u32);
        let is_hub = |other: usize| degree(other) > self.max_couplers;
        degree(variable) <= FEW_NEIGHBORS && self.has_least_chain(variable) && self.neighbors(variable).any(is_hub)
    }

    /// Re-places variables at a falling temperature, at which changes that take more qubits are kept now and then, and ends with the
    /// best chains found.
    fn anneal(&mut self, watch: &Watch<'_>) {
        let all = 0..self.chains.len();
        let mut best = (self.measure(all.clone()), self.chains.clone());
        for pass in 0..ANNEAL_PASSES {
            self.temperature = FIRST_TEMPERATURE * f64::from(ANNEAL_PASSES - pass) / f64::from(ANNEAL_PASSES);
            for variable in self.shuffled() {
                if !self.is_settled(variable) || below(&mut self.random, PASSES_PER_SETTLED) == 0 {
                    self.shorten_around(variable);
                }
            }
            let now = self.measure(all.clone());
            if now < best.0 {
                best = (now, self.chains.clone());
            }
            if watch.is_stopped() || self.is_shortest() {
                break;
            }
        }
        self.temperature = 0.0;
        all.clone().for_each(|each| self.tear_out(each));
        all.zip(best.1).for_each(|(each, chain)| self.put(each, chain));
    }

    /// Whether chains that measured `old` and now measure `new` may stay.
    fn is_kept(&mut self, new: (usize, usize), old: (usize, usize)) -> bool {
        if new <= old || self.temperature == 0.0 {
            return new <= old;
        }
        let more = |new: usize, old: usize| new as f64 - old as f64;
        let chance = (below(&mut self.random, 1 << 32) as f64 + 0.5) / (1u64 << 32) as f64;
        more(new.0, old.0) + UNEVENNESS * more(new.1, old.1) <= -self.temperature * chance.ln()
    }

    /// Removes a variable, alone or with a neighbour, or what touches an end of a long chain, and places it again.
    fn shorten_around(&mut self, variable: usize) {
        if self.chains[variable].len() > 2 && below(&mut self.random, 2) == 0 {
            self.retract(variable);
        }
        let mut torn = vec![variable];
        let near: Vec<usize> =
            self.neighbors(variable).filter(|&other| self.problem.degree(other as u32) <= MAX_TORN_DEGREE).collect();
        if !near.is_empty() {
            for _ in 0..below(&mut self.random, 3) {
                let other = near[below(&mut self.random, near.len())];
                if !torn.contains(&other) {
                    torn.push(other);
                }
            }
        }
        self.replace(None, &torn);
    }

    /// Removes an end of a chain, and places the variables again that touched only this end.
    fn retract(&mut self, variable: usize) {
        let chain = self.chains[variable].clone();
        let first = below(&mut self.random, chain.len());
        let mut places = (0..chain.len()).map(|step| (first + step) % chain.len());
        let Some(place) = places.find(|&place| self.is_connected_without(&chain, place)) else { return };
        let rest: Vec<u16> = chain.iter().copied().filter(|&qubit| qubit != chain[place]).collect();
        let apart = |&other: &usize| !self.is_touching(&rest, &self.chains[other]);
        let torn: Vec<usize> = self.neighbors(variable).filter(apart).collect();
        if torn.len() <= MAX_TORN {
            self.replace(Some((variable, rest)), &torn);
        }
    }

    /// Places variables again, one of the others cut back if asked, and keeps the change unless it takes more qubits.
    fn replace(&mut self, cut: Option<(usize, Vec<u16>)>, torn: &[usize]) {
        let mut touched: Vec<usize> = torn.iter().flat_map(|&each| self.neighbors(each)).collect();
        touched.extend(torn);
        touched.extend(cut.as_ref().map(|&(variable, _)| variable));
        touched.sort_unstable();
        touched.dedup();
        let before: Vec<Vec<u16>> = touched.iter().map(|&each| self.chains[each].clone()).collect();
        let old = self.measure(touched.iter().copied());
        torn.iter().for_each(|&each| self.tear_out(each));
        if let Some((variable, rest)) = cut {
            self.tear_out(variable);
            self.put(variable, rest);
        }
        for &each in &touched {
            self.prune(each);
        }
        if torn.iter().all(|&each| self.place(each)) {
            for &each in &touched {
                self.prune(each);
            }
            for &each in torn {
                self.balance(each);
            }
            let new = self.measure(touched.iter().copied());
            if self.is_kept(new, old) {
                return;
            }
        }
        for &each in &touched {
            self.tear_out(each);
        }
        for (&each, chain) in touched.iter().zip(before) {
            self.put(each, chain);
        }
    }

    /// Hands ends of a chain that serve one neighbour only to this neighbour, where its chain is shorter.
    fn balance(&mut self, variable: usize) {
        let mut place = 0;
        while place < self.chains[variable].len() && self.chains[variable].len() > 1 {
            let chain = self.chains[variable].clone();
            let qubit = chain[place];
            place += 1;
            if !self.is_connected_without(&chain, place - 1) {
                continue;
            }
            let rest: Vec<u16> = chain.iter().copied().filter(|&other| other != qubit).collect();
            let mut served = self.neighbors(variable).filter(|&other| !self.is_touching(&rest, &self.chains[other]));
            let (Some(only), None) = (served.next(), served.next()) else { continue };
            drop(served);
            let gain = chain.len().cmp(&(self.chains[only].len() + 1));
            if gain.is_gt() || gain.is_eq() && below(&mut self.random, 2) == 0 {
                // the qubit stays in use, by another chain
                self.chains[variable] = rest;
                self.chains[only].push(qubit);
                place = 0;
                if gain.is_eq() {
                    return;
                }
            }
        }
    }

    /// Qubits of these chains, and the sum of the squares of their lengths.
    fn measure(&self, variables: impl IntoIterator<Item = usize>) -> (usize, usize) {
        variables
            .into_iter()
            .map(|each| self.chains[each].len())
            .fold((0, 0), |(sum, squares), length| (sum + length, squares + length * length))
    }
}

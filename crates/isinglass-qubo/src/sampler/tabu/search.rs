//! One-flip tabu search: costs kept up to date, and the best allowed flip found without looking at every variable.
//!
//! Variables lie in blocks that remember the least cost among their allowed flips and among all. A flip spoils the blocks
//! of its neighbours only; those are looked through again, vector by vector, and then the minima of all blocks. In a sparse model
//! an iteration so costs `degree × block + variables / block` comparisons, in a dense one as many as there are variables.

use super::problem::{Number, Problem};
use crate::rng::Stream;
use crate::sampler::isa::Isa;
use rand_core::Rng;

/// Ends a list of variables.
const NOBODY: u32 = u32::MAX;

/// Why a stretch of iterations ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sampler) enum Ended {
    /// The given number of iterations was done.
    Iterations,
    /// As many iterations in a row as were allowed brought nothing better.
    Stalled,
    /// An energy as low as wanted was found.
    Target,
}

/// For how many iterations a flipped variable must not flip back: `least`, or up to `spread` more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sampler) struct Tenure {
    pub(in crate::sampler) least: u32,
    pub(in crate::sampler) spread: u32,
}

/// The state of a search.
#[derive(Clone, Debug)]
pub(in crate::sampler) struct Search<'p, T: Number> {
    problem: &'p Problem<T>,
    isa: Isa,
    /// `log2` of the variables in a block; the arrays below are filled up to whole blocks.
    shift: u32,
    spins: Vec<T>,
    /// Half of what a flip adds to the energy: `-s_i f_i`.
    costs: Vec<T>,
    /// Zero, or [`Number::BLOCKED`].
    blocks: Vec<T>,
    /// For each block the least cost of an allowed flip, and of any.
    least_allowed: Vec<T::Key>,
    least: Vec<T::Key>,
    /// 1 for blocks in which a cost or a ban has changed since; eight blocks to a word.
    stale: Vec<u8>,
    energy: f64,
    best_energy: f64,
    best: Vec<T>,
    /// Iterations since something better was found.
    stalled: u64,
    tenure: Tenure,
    /// Who is allowed again when: a ring of lists, one for each iteration to come.
    ring: Vec<u32>,
    next: Vec<u32>,
    /// Iterations done since the last lifting of all bans, and for each variable the last one of its ban.
    clock: u64,
    until: Vec<u64>,
}

impl<'p, T: Number> Search<'p, T> {
    /// A search that starts with these spins.
    pub(in crate::sampler) fn new(problem: &'p Problem<T>, isa: Isa, tenure: Tenure, spins: &[T]) -> Self {
        let shift = problem.shift;
        let num_variables = problem.num_variables();
        let filled = num_variables.next_multiple_of(1 << shift);
        let mut blocks = vec![T::ZERO; filled];
        blocks[num_variables..].fill(T::BLOCKED);
        let mut search = Self {
            problem,
            isa,
            shift,
            spins: vec![T::ONE; filled],
            costs: vec![T::BLOCKED; filled],
            blocks,
            least_allowed: vec![T::BLOCKED.key(); filled >> shift],
            least: vec![T::BLOCKED.key(); filled >> shift],
            stale: vec![1; filled >> shift],
            energy: 0.0,
            best_energy: f64::INFINITY,
            best: Vec::new(),
            stalled: 0,
            tenure,
            ring: vec![NOBODY; (tenure.least + tenure.spread) as usize + 1],
            next: vec![NOBODY; num_variables],
            clock: 0,
            until: vec![0; num_variables],
        };
        search.start_at(spins);
        search
    }

    /// Goes to these spins, with no flip forbidden, and takes them for the best so far.
    pub(in crate::sampler) fn start_at(&mut self, spins: &[T]) {
        let num_variables = self.problem.num_variables();
        self.spins[..num_variables].copy_from_slice(&spins[..num_variables]);
        self.compute_costs();
        self.allow_all();
        self.best.clear();
        self.best.extend_from_slice(&self.spins[..num_variables]);
        self.best_energy = self.energy;
        self.stalled = 0;
    }

    /// Costs and energy from the spins alone.
    fn compute_costs(&mut self) {
        let mut twice_energy = 0.0;
        for variable in 0..self.problem.num_variables() {
            let (neighbors, doubled) = self.problem.row(variable);
            let field = neighbors
                .iter()
                .zip(doubled)
                .fold(self.problem.linear[variable] + self.problem.linear[variable], |sum, (&other, &two)| {
                    sum + two * self.spins[other as usize]
                });
            // fields are summed up doubled: halving is exact
            let cost = T::from_f64(-0.5 * (self.spins[variable] * field).to_f64());
            self.costs[variable] = cost;
            twice_energy += (self.problem.linear[variable] * self.spins[variable]).to_f64() - cost.to_f64();
        }
        self.energy = 0.5 * twice_energy;
        self.stale.fill(1);
    }

    /// Lifts every ban.
    fn allow_all(&mut self) {
        let num_variables = self.problem.num_variables();
        self.blocks[..num_variables].fill(T::ZERO);
        self.ring.fill(NOBODY);
        self.clock = 0;
        self.stale.fill(1);
    }

    /// Spins of least energy since the start.
    pub(in crate::sampler) fn best(&self) -> &[T] {
        &self.best
    }

    /// Their energy, in units and without the offset.
    pub(in crate::sampler) fn best_energy(&self) -> f64 {
        self.best_energy
    }

    /// Flips `variable` and makes good the costs.
    #[inline(always)]
    fn flip(&mut self, variable: usize) {
        let spin = self.spins[variable];
        let cost = self.costs[variable];
        self.energy += 2.0 * cost.to_f64();
        if let Some(row) = self.problem.dense_row(variable) {
            for ((cost, &two), &other) in self.costs.iter_mut().zip(row).zip(&self.spins) {
                *cost += two * (spin * other);
            }
            self.stale.fill(1);
        } else {
            let (neighbors, doubled) = self.problem.row(variable);
            for (&other, &two) in neighbors.iter().zip(doubled) {
                let other = other as usize;
                self.costs[other] += two * (spin * self.spins[other]);
                self.stale[other >> self.shift] = 1;
            }
        }
        self.spins[variable] = -spin;
        self.costs[variable] = -cost;
        self.stale[variable >> self.shift] = 1;
    }

    /// The least cost of an allowed flip and of any flip, block by block and in all.
    #[inline(always)]
    fn minima(&mut self) -> (T, T) {
        let mut first = 0;
        for eight in self.stale.chunks_mut(8) {
            let mut word = [0; 8];
            word[..eight.len()].copy_from_slice(eight);
            let mut word = u64::from_le_bytes(word);
            if word != 0 {
                eight.fill(0);
            }
            while word != 0 {
                let block = first + word.trailing_zeros() as usize / 8;
                word &= word - 1;
                let range = block << self.shift..(block + 1) << self.shift;
                let (allowed, any) = minima_of(&self.costs[range.clone()], &self.blocks[range]);
                self.least_allowed[block] = allowed;
                self.least[block] = any;
            }
            first += 8;
        }
        let blocked = T::BLOCKED.key();
        let allowed = self.least_allowed.iter().fold(blocked, |least, &key| least.min(key));
        let any = self.least.iter().fold(blocked, |least, &key| least.min(key));
        (T::from_key(allowed), T::from_key(any))
    }

    /// A variable whose flip costs `value`: the first one at or after a random place, block and variable drawn separately.
    #[inline(always)]
    fn find(&self, value: T, only_allowed: bool, draw: u64) -> usize {
        let key = value.key();
        let minima = if only_allowed { &self.least_allowed } else { &self.least };
        let start = scale(draw as u32, minima.len());
        let found = minima[start..].iter().position(|&least| least == key);
        let block = found.map_or_else(
            || minima.iter().position(|&least| least == key).expect("some block has the least cost"),
            |place| start + place,
        );
        let size = 1usize << self.shift;
        let range = block << self.shift..(block << self.shift) + size;
        let (costs, blocks) = (&self.costs[range.clone()], &self.blocks[range.clone()]);
        let start = (draw >> 16) as usize & (size - 1);
        let fits = |place: usize| {
            let place = (start + place) & (size - 1);
            (if only_allowed { costs[place] + blocks[place] } else { costs[place] }) == value
        };
        let place = (0..size).position(fits).expect("the block has a variable of its least cost");
        range.start + ((start + place) & (size - 1))
    }

    #[inline(always)]
    fn note_best(&mut self) {
        self.best.copy_from_slice(&self.spins[..self.problem.num_variables()]);
        self.best_energy = self.energy;
        self.stalled = 0;
    }

    #[inline(always)]
    fn iterate(&mut self, limits: Limits, stream: &mut Stream) -> (u64, Ended) {
        for done in 0..limits.iterations {
            let draw = stream.next_u64();
            let (allowed, any) = self.minima();
            let better = self.best_energy - self.problem.resolution;
            // aspiration: a forbidden flip that leads below everything seen
            let aspires = any < allowed && self.energy + 2.0 * any.to_f64() < better;
            let cost = if aspires { any } else { allowed };
            // on the way down only the end is worth keeping
            if self.energy < better && cost >= T::ZERO {
                self.note_best();
                if self.best_energy <= limits.target {
                    return (done, Ended::Target);
                }
            }
            if self.stalled >= limits.patience {
                return (done, Ended::Stalled);
            }
            self.stalled += 1;
            if cost < T::BOUND {
                let variable = self.find(cost, !aspires, draw);
                self.flip(variable);
                let tenure = self.tenure.least + scale((draw >> 32) as u32, self.tenure.spread as usize + 1) as u32;
                self.ban(variable, u64::from(tenure));
            }
            self.release();
        }
        if self.energy < self.best_energy - self.problem.resolution {
            self.note_best();
        }
        (limits.iterations, Ended::Iterations)
    }

    /// Forbids flips of `variable` for the next `tenure` iterations.
    #[inline(always)]
    fn ban(&mut self, variable: usize, tenure: u64) {
        self.until[variable] = self.clock + tenure;
        // whoever aspired is still listed, and moves on when that ban would have ended
        if tenure > 0 && self.blocks[variable] < T::BLOCKED {
            self.blocks[variable] = T::BLOCKED;
            self.list(variable);
        }
    }

    /// Puts `variable` on the list of those whose ban ends with the iteration `until`.
    #[inline(always)]
    fn list(&mut self, variable: usize) {
        let slot = self.until[variable] as usize % self.ring.len();
        self.next[variable] = std::mem::replace(&mut self.ring[slot], variable as u32);
    }

    /// Allows the flips whose ban ends with this iteration.
    #[inline(always)]
    fn release(&mut self) {
        let slot = self.clock as usize % self.ring.len();
        let mut listed = std::mem::replace(&mut self.ring[slot], NOBODY);
        while listed != NOBODY {
            let variable = listed as usize;
            listed = self.next[variable];
            if self.until[variable] > self.clock {
                self.list(variable);
            } else {
                self.blocks[variable] = T::ZERO;
                self.stale[variable >> self.shift] = 1;
            }
        }
        self.clock += 1;
    }
}

/// When a stretch of iterations ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::sampler) struct Limits {
    pub(in crate::sampler) iterations: u64,
    /// Iterations in a row without anything better.
    pub(in crate::sampler) patience: u64,
    /// An energy, in units and without the offset.
    pub(in crate::sampler) target: f64,
}

/// Iterations compiled for each instruction set.
pub(in crate::sampler) trait Stretch {
    /// Goes on within `limits`; returns how many iterations were done, and why it ended.
    fn stretch(&mut self, limits: Limits, stream: &mut Stream) -> (u64, Ended);
}

impl Stretch for Search<'_, i32> {
    fn stretch(&mut self, limits: Limits, stream: &mut Stream) -> (u64, Ended) {
        integers(self.isa, self, limits, stream)
    }
}

impl Stretch for Search<'_, f64> {
    fn stretch(&mut self, limits: Limits, stream: &mut Stream) -> (u64, Ended) {
        reals(self.isa, self, limits, stream)
    }
}

crate::sampler::isa::dispatch! {
    fn integers(search: &mut Search<'_, i32>, limits: Limits, stream: &mut Stream) -> (u64, Ended) = Search::iterate
}

crate::sampler::isa::dispatch! {
    fn reals(search: &mut Search<'_, f64>, limits: Limits, stream: &mut Stream) -> (u64, Ended) = Search::iterate
}

/// The least of `costs + blocks` and of `costs`.
#[inline(always)]
fn minima_of<T: Number>(costs: &[T], blocks: &[T]) -> (T::Key, T::Key) {
    let (mut allowed, mut any) = (T::BLOCKED.key(), T::BLOCKED.key());
    for (&cost, &block) in costs.iter().zip(blocks) {
        allowed = allowed.min((cost + block).key());
        any = any.min(cost.key());
    }
    (allowed, any)
}

/// A number below `bound` from 32 random bits.
#[inline(always)]
pub(super) fn scale(bits: u32, bound: usize) -> usize {
    ((u64::from(bits) * bound as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bqm, Vartype};
    use crate::rng::stream;
    use crate::sampler::tabu::problem::integer_unit;
    use crate::testing::{random_integers, random_reals};
    use proptest::prelude::*;

    const ONE_MORE: Limits = Limits { iterations: 1, patience: u64::MAX, target: f64::NEG_INFINITY };

    fn random_start<T: Number>(problem: &Problem<T>, seed: u64) -> Vec<T> {
        let mut stream = stream(seed, 5);
        (0..problem.num_variables()).map(|_| if stream.next_u64() >> 63 == 1 { T::ONE } else { -T::ONE }).collect()
    }

    fn integers(bqm: &Bqm) -> Problem<i32> {
        Problem::in_integers(bqm, integer_unit(bqm).unwrap_or(1.0))
    }

    /// Costs, energy and minima after many iterations, and the same computed from the spins.
    fn check_books<T: Number>(problem: &Problem<T>, seed: u64, tolerance: f64)
    where
        for<'p> Search<'p, T>: Stretch,
    {
        let tenure = Tenure { least: 3, spread: 4 };
        let mut search = Search::new(problem, Isa::detect(), tenure, &random_start(problem, seed));
        search.stretch(Limits { iterations: 5_000, ..ONE_MORE }, &mut stream(seed, 0));
        let mut fresh = search.clone();
        fresh.compute_costs();
        let near = |one: f64, other: f64| (one - other).abs() <= tolerance;
        for (kept, fresh) in search.costs.iter().zip(&fresh.costs).take(problem.num_variables()) {
            assert!(near(kept.to_f64(), fresh.to_f64()), "{kept:?} kept, {fresh:?} computed");
        }
        assert!(near(search.energy, fresh.energy), "{} kept, {} computed", search.energy, fresh.energy);
        let kept = search.minima();
        search.stale.fill(1);
        assert_eq!(kept, search.minima(), "minima of blocks that were not looked through again");
        let mut best = search.clone();
        best.start_at(&search.best.clone());
        assert!(near(best.energy, search.best_energy));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 24 }, ..ProptestConfig::default() })]

        #[test]
        fn costs_are_kept_equal_to_recomputed_ones(num_variables in 0..150usize, degree in 0..90usize, seed: u64) {
            check_books(&integers(&random_integers(Vartype::Spin, num_variables, degree, 9, seed)), seed, 0.0);
            check_books(&Problem::in_floats(&random_integers(Vartype::Spin, num_variables, degree, 1 << 31, seed)), seed, 0.0);
            check_books(&Problem::in_floats(&random_reals(Vartype::Spin, num_variables, degree, seed)), seed, 1e-9);
        }
    }

    #[test]
    fn blocks_of_every_size_lead_to_a_flip_of_least_cost() {
        // isolated variables make large blocks, and many of them
        for num_variables in [40, 3_000, 50_000] {
            let bqm = random_integers(Vartype::Spin, num_variables, 1, 50, 3);
            let problem = integers(&bqm);
            let mut search =
                Search::new(&problem, Isa::detect(), Tenure { least: 0, spread: 0 }, &random_start(&problem, 1));
            let mut stream = stream(1, 0);
            for _ in 0..30 {
                let least = *search.costs[..num_variables].iter().min().unwrap();
                let before = search.energy;
                search.stretch(ONE_MORE, &mut stream);
                assert_eq!(search.energy, before + 2.0 * f64::from(least));
            }
        }
    }

    #[test]
    fn a_flipped_variable_rests_for_its_tenure_unless_it_aspires() {
        let problem = integers(&random_integers(Vartype::Spin, 60, 5, 4, 2));
        for (least, spread) in [(0, 0), (1, 0), (7, 0), (7, 5)] {
            let mut search = Search::new(&problem, Isa::detect(), Tenure { least, spread }, &random_start(&problem, 3));
            let mut stream = stream(4, 0);
            let mut flipped_at = [i64::MIN / 2; 60];
            let (mut shortest, mut lowest) = (i64::MAX, search.energy);
            for iteration in 0..20_000 {
                let before = search.spins.clone();
                search.stretch(ONE_MORE, &mut stream);
                let flipped: Vec<usize> =
                    (0..60).filter(|&variable| before[variable] != search.spins[variable]).collect();
                let [variable] = flipped[..] else { panic!("{flipped:?} flipped at once") };
                let rested = iteration - flipped_at[variable] - 1;
                if search.energy >= lowest {
                    shortest = shortest.min(rested);
                }
                flipped_at[variable] = iteration;
                lowest = lowest.min(search.energy);
            }
            assert_eq!(shortest, i64::from(least));
        }
    }

    #[test]
    fn a_forbidden_flip_below_everything_seen_is_taken() {
        let problem = integers(&random_integers(Vartype::Spin, 40, 4, 4, 6));
        let mut search =
            Search::new(&problem, Isa::detect(), Tenure { least: 30, spread: 0 }, &random_start(&problem, 2));
        for variable in 0..40 {
            search.ban(variable, 30);
        }
        let least = *search.costs[..40].iter().min().unwrap();
        assert!(least < 0);
        let before = search.energy;
        let mut stream = stream(1, 0);
        search.stretch(ONE_MORE, &mut stream);
        assert_eq!(search.energy, before + 2.0 * f64::from(least));
        // with everything forbidden and nothing better than the best, the state stays
        search.best_energy = f64::NEG_INFINITY;
        let before = search.energy;
        search.stretch(Limits { iterations: 10, ..ONE_MORE }, &mut stream);
        assert_eq!(search.energy, before);
        // the first ban ends with iteration 30
        search.stretch(Limits { iterations: 30, ..ONE_MORE }, &mut stream);
        assert_ne!(search.energy, before);
    }

    #[test]
    fn ties_are_broken_at_random() {
        let problem = integers(&random_integers(Vartype::Spin, 100, 0, 0, 0));
        let mut seen = std::collections::HashSet::new();
        for seed in 0..400 {
            let mut search = Search::new(&problem, Isa::detect(), Tenure { least: 0, spread: 0 }, &[1; 100]);
            search.stretch(ONE_MORE, &mut stream(seed, 0));
            seen.insert(search.spins.iter().position(|&spin| spin == -1).unwrap());
        }
        assert!(seen.len() > 60, "{} of 100 variables", seen.len());
    }
}

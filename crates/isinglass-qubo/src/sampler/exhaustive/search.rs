//! The walk through all assignments of a task, 64 at a time.

use crate::dyadic::ExactSum;
use crate::model::Bqm;
use crate::sampler::isa::{Isa, dispatch};

/// Variables whose assignments are looked at side by side.
const LANE_VARIABLES: usize = 6;
const LANES: usize = 1 << LANE_VARIABLES;
/// Variables walked through in Gray-code order by one task; the rest number the tasks.
const WALK_VARIABLES: usize = 14;
/// Room for the fields of the walked variables, a whole vector.
const FIELDS: usize = 16;

/// The least energy of a task, the first assignment that has it, and how many have it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Offset included.
    pub(super) energy: ExactSum,
    /// Bit `v` is set where variable `v` takes its higher value.
    pub(super) assignment: u64,
    pub(super) count: u64,
}

impl Found {
    /// What two tasks found together; the order does not matter.
    pub(super) fn merge(self, other: Self) -> Self {
        let (lower, higher) = if (&other.energy, other.assignment) < (&self.energy, self.assignment) {
            (other, self)
        } else {
            (self, other)
        };
        let also = if higher.energy == lower.energy { higher.count } else { 0 };
        Self { count: lower.count + also, ..lower }
    }

    /// The assignment as a sample.
    pub(super) fn sample(&self, bqm: &Bqm) -> Vec<i8> {
        sample(bqm, self.assignment)
    }
}

fn sample(bqm: &Bqm, assignment: u64) -> Vec<i8> {
    let [low, high] = bqm.vartype().values();
    (0..bqm.num_variables()).map(|v| if assignment >> v & 1 == 1 { high } else { low }).collect()
}

/// How assignments that look least are told apart.
pub(super) struct Candidates<'a> {
    bqm: &'a Bqm,
    /// Sums this far above the least may still belong to the least energy; zero where sums are exact.
    error: f64,
}

impl<'a> Candidates<'a> {
    /// Sums are exact: equal sums are equal energies.
    pub(super) fn exact(bqm: &'a Bqm) -> Self {
        Self { bqm, error: 0.0 }
    }

    /// Sums may be off by `error` against each other.
    pub(super) fn within(bqm: &'a Bqm, error: f64) -> Self {
        Self { bqm, error }
    }
}

/// A type that energies are summed in.
pub(super) trait Energy: Copy + PartialOrd + Send + Sync {
    const ZERO: Self;
    const HIGHEST: Self;
    fn from_f64(value: f64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    /// The least of all assignments that have the bits of `task` in the variables past the walk.
    fn task(isa: Isa, search: &Search<Self>, task: u64, candidates: &Candidates<'_>) -> Found;
}

impl Energy for i32 {
    const ZERO: Self = 0;
    const HIGHEST: Self = Self::MAX;
    fn from_f64(value: f64) -> Self {
        value as i32
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    fn task(isa: Isa, search: &Search<Self>, task: u64, candidates: &Candidates<'_>) -> Found {
        walk_integers(isa, search, task, candidates)
    }
}

impl Energy for f64 {
    const ZERO: Self = 0.0;
    const HIGHEST: Self = Self::INFINITY;
    fn from_f64(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self - other
    }
    fn task(isa: Isa, search: &Search<Self>, task: u64, candidates: &Candidates<'_>) -> Found {
        walk_doubles(isa, search, task, candidates)
    }
}

dispatch! {
    fn walk_integers(search: &Search<i32>, task: u64, candidates: &Candidates<'_>) -> Found = walk
}
dispatch! {
    fn walk_doubles(search: &Search<f64>, task: u64, candidates: &Candidates<'_>) -> Found = walk
}

#[inline(always)]
fn walk<T: Energy>(search: &Search<T>, task: u64, candidates: &Candidates<'_>) -> Found {
    let (mut energies, mut fields, mut values) = search.start(task);
    let mut least = Least::new(search.num_lane_variables, candidates);
    least.enter(&energies, values);
    for step in 1..1u64 << search.num_walked() {
        let place = step.trailing_zeros() as usize;
        values ^= 1 << place;
        let up = values >> place & 1 == 1;
        let outer = &search.outer[place];
        let lowest = step_lanes(&outer.from_lanes, fields[place], up, &mut energies);
        fields = add_fields(&fields, &outer.to_walked, up);
        if lowest <= least.reach {
            least.enter(&energies, values);
        }
    }
    least.found(candidates.bqm)
}

/// Flips a variable up or down in all lanes and returns the least energy.
#[inline(always)]
fn step_lanes<T: Energy>(from_lanes: &[T; LANES], field: T, up: bool, energies: &mut [T; LANES]) -> T {
    let mut least = [T::HIGHEST; FIELDS];
    for (energies, from_lanes) in energies.chunks_exact_mut(FIELDS).zip(from_lanes.chunks_exact(FIELDS)) {
        for lane in 0..FIELDS {
            let change = field.plus(from_lanes[lane]);
            energies[lane] = if up { energies[lane].plus(change) } else { energies[lane].minus(change) };
            least[lane] = if energies[lane] < least[lane] { energies[lane] } else { least[lane] };
        }
    }
    let mut half = FIELDS / 2;
    while half > 0 {
        for lane in 0..half {
            least[lane] = if least[lane + half] < least[lane] { least[lane + half] } else { least[lane] };
        }
        half /= 2;
    }
    least[0]
}

/// A variable outside the lanes.
struct Outer<T> {
    bias: T,
    /// What the variables of each lane add to its field.
    from_lanes: [T; LANES],
    /// Couplings to the walked variables.
    to_walked: [T; FIELDS],
    /// Couplings to the outer variables before it.
    to_earlier: Vec<(usize, T)>,
}

/// A 0/1 model laid out for the walk.
pub(super) struct Search<T> {
    /// Energies of the lanes with all other variables zero; lanes of missing variables are never least.
    lanes: [T; LANES],
    num_lane_variables: usize,
    outer: Vec<Outer<T>>,
}

impl<T: Energy> Search<T> {
    /// Coefficients of `binary` as multiples of `unit`.
    pub(super) fn new(binary: &Bqm, unit: f64) -> Self {
        let num_lane_variables = binary.num_variables().min(LANE_VARIABLES);
        let scaled = |bias: f64| T::from_f64(bias / unit);
        let add = |sum: T, bias: f64| sum.plus(scaled(bias));
        let set = |lane: usize, variable: usize| variable < num_lane_variables && lane >> variable & 1 == 1;
        let lanes = std::array::from_fn(|lane| {
            let linear = binary.linear().iter().enumerate().filter(|&(v, _)| set(lane, v)).map(|(_, &bias)| bias);
            let quadratic = binary.interactions().filter(|&(i, j, _)| set(lane, i) && set(lane, j)).map(|(.., q)| q);
            linear.chain(quadratic).fold(T::ZERO, add)
        });
        let outer = (num_lane_variables..binary.num_variables()).map(|variable| {
            let (neighbors, biases) = binary.neighborhood(variable);
            let terms = || neighbors.iter().map(|&neighbor| neighbor as usize).zip(biases.iter().copied());
            let mut to_walked = [T::ZERO; FIELDS];
            let mut to_earlier = Vec::new();
            for (neighbor, bias) in terms().filter(|&(neighbor, _)| neighbor >= num_lane_variables) {
                let place = neighbor - num_lane_variables;
                if place < WALK_VARIABLES {
                    to_walked[place] = scaled(bias);
                }
                if neighbor < variable {
                    to_earlier.push((place, scaled(bias)));
                }
            }
            let from_lanes = std::array::from_fn(|lane| {
                terms().filter(|&(neighbor, _)| set(lane, neighbor)).map(|(_, bias)| bias).fold(T::ZERO, add)
            });
            Outer { bias: scaled(binary.linear()[variable]), from_lanes, to_walked, to_earlier }
        });
        Self { lanes, num_lane_variables, outer: outer.collect() }
    }

    fn num_walked(&self) -> usize {
        self.outer.len().min(WALK_VARIABLES)
    }

    pub(super) fn num_tasks(&self) -> u64 {
        1 << (self.outer.len() - self.num_walked())
    }

    /// Variables that a task decides: `2^` that many assignments.
    pub(super) fn task_bits(&self) -> usize {
        self.num_lane_variables + self.num_walked()
    }

    /// Energies of the lanes and fields of the walked variables where the walk of a task begins, and the values of the outer
    /// variables there.
    fn start(&self, task: u64) -> ([T; LANES], [T; FIELDS], u64) {
        let num_walked = self.num_walked();
        let mut energies = self.lanes;
        let mut fields = [T::ZERO; FIELDS];
        for (field, outer) in fields.iter_mut().zip(&self.outer[..num_walked]) {
            *field = outer.bias;
        }
        let values = task << num_walked;
        for (place, outer) in self.outer.iter().enumerate().skip(num_walked) {
            if values >> place & 1 == 1 {
                let set = outer.to_earlier.iter().filter(|&&(other, _)| values >> other & 1 == 1);
                let field = set.fold(outer.bias, |sum, &(_, bias)| sum.plus(bias));
                step_lanes(&outer.from_lanes, field, true, &mut energies);
                fields = add_fields(&fields, &outer.to_walked, true);
            }
        }
        (energies, fields, values)
    }
}

#[inline(always)]
fn add_fields<T: Energy>(fields: &[T; FIELDS], row: &[T; FIELDS], up: bool) -> [T; FIELDS] {
    std::array::from_fn(|place| if up { fields[place].plus(row[place]) } else { fields[place].minus(row[place]) })
}

/// The least energy of a walk so far.
struct Least<'a, T> {
    num_lane_variables: usize,
    candidates: &'a Candidates<'a>,
    /// Sums up to here may belong to the least energy.
    reach: T,
    lowest: T,
    /// Exact sums: the energy is computed at the end.
    assignment: u64,
    count: u64,
    evaluated: Option<Found>,
}

impl<'a, T: Energy> Least<'a, T> {
    fn new(num_lane_variables: usize, candidates: &'a Candidates<'a>) -> Self {
        let highest = T::HIGHEST;
        Self {
            num_lane_variables,
            candidates,
            reach: highest,
            lowest: highest,
            assignment: 0,
            count: 0,
            evaluated: None,
        }
    }

    /// Looks at the lanes of one step, of which at least one is within reach.
    #[inline(never)]
    fn enter(&mut self, energies: &[T; LANES], values: u64) {
        for (lane, &energy) in energies.iter().enumerate().take(1 << self.num_lane_variables) {
            if energy > self.reach {
                continue;
            }
            let assignment = values << self.num_lane_variables | lane as u64;
            if self.candidates.error > 0.0 {
                let bqm = self.candidates.bqm;
                let found = Found { energy: bqm.exact_energy(&sample(bqm, assignment)), assignment, count: 1 };
                self.evaluated = Some(match self.evaluated.take() {
                    Some(least) => least.merge(found),
                    None => found,
                });
            } else if energy < self.lowest || self.count == 0 {
                (self.assignment, self.count) = (assignment, 1);
            } else {
                self.assignment = self.assignment.min(assignment);
                self.count += 1;
            }
            if energy < self.lowest {
                self.lowest = energy;
                self.reach = energy.plus(T::from_f64(self.candidates.error));
            }
        }
    }

    fn found(self, bqm: &Bqm) -> Found {
        self.evaluated.unwrap_or_else(|| Found {
            energy: bqm.exact_energy(&sample(bqm, self.assignment)),
            assignment: self.assignment,
            count: self.count,
        })
    }
}

//! The general embedder: chains are torn out and routed anew, one variable at a time, until no qubit is shared, and then again
//! as long as that saves qubits.

mod search;

use super::{Embedding, Fault};
use crate::hardware::{Chip, Graph};
use crate::rng::{Stream, stream};
use crate::sampler::RunControl;
use rand_core::Rng;
use search::Search;

/// Finds embeddings of any graph by negotiated routing.
///
/// Variables are placed one after the other, each where the paths to the chains of its neighbours are cheapest together; a chain may
/// use qubits of others, at a price that rises from pass to pass where qubits stay shared. Once none is shared, every
/// variable is torn out and placed again on free qubits, its neighbours' chains cut back to what they need without it, and
/// the change is kept unless it takes more qubits.
///
/// # References
/// J. Cai, W. G. Macready, A. Roy, *A practical heuristic for finding graph minors* (2014); L. McMurchie, C. Ebeling, *PathFinder: a
/// negotiation-based performance-driven router for FPGAs* (1995), for prices that remember earlier passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Router {
    /// Seed of all random choices. `[default: 0]`
    pub seed: u64,
    /// Starts from scratch until one succeeds. `[default: 10] [range: 1..]`
    pub tries: u32,
    /// Passes over all variables without progress, after which a try is given up, or an embedding is good enough.
    /// `[default: 10] [range: 1..]`
    pub patience: u32,
}

impl Default for Router {
    fn default() -> Self {
        Self { seed: 0, tries: 10, patience: 10 }
    }
}

/// Why no embedding was found, and how near the best try came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// Fewer qubits than variables, or a variable that no chain could give enough neighbours.
    #[error(
        "{num_variables} variables and {num_interactions} interactions cannot fit {num_qubits} qubits and {num_couplers} couplers"
    )]
    TooSmall {
        /// Variables of the problem.
        num_variables: usize,
        /// Its interactions.
        num_interactions: usize,
        /// Working qubits.
        num_qubits: usize,
        /// Working couplers.
        num_couplers: usize,
    },
    /// More qubits than the router counts.
    #[error("the chip has {num_qubits} qubits, but at most {limit} are routed")]
    TooLarge {
        /// Working qubits.
        num_qubits: usize,
        /// The limit.
        limit: usize,
    },
    /// All tries failed, or time was up.
    #[error(
        "no embedding found in {tries} tries: the best one left {num_shared} qubits shared and {num_unplaced} variables without a place"
    )]
    NotFound {
        /// Tries made.
        tries: u32,
        /// Qubits in more than one chain.
        num_shared: usize,
        /// Variables that no path reaches.
        num_unplaced: usize,
    },
}

impl Router {
    /// An embedding of `problem` on `chip`; a run that `control` stops returns the best so far, if there is one.
    ///
    /// # Errors
    /// [`RouteError`] when there is none, or none was found.
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::RunControl;
    /// use isinglass_qubo::embedding::Router;
    /// use isinglass_qubo::hardware::{Chip, Graph, Topology};
    /// let chip = Chip::ideal("chimera:2".parse::<Topology>()?);
    /// let complete = Graph::from_edges(6, (0..6).flat_map(|i| (0..i).map(move |j| (i, j))))?;
    /// let embedding = Router::default().embed(&complete, &chip, &RunControl::default())?;
    /// assert_eq!(embedding.chains().len(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn embed(&self, problem: &Graph, chip: &Chip, control: &RunControl<'_>) -> Result<Embedding, RouteError> {
        let (num_qubits, num_couplers) = (chip.qubits().len(), chip.graph().num_edges());
        let (num_variables, num_interactions) = (problem.num_nodes(), problem.num_edges());
        if num_variables > num_qubits || num_interactions > num_couplers {
            return Err(RouteError::TooSmall { num_variables, num_interactions, num_qubits, num_couplers });
        }
        if num_qubits > search::MAX_QUBITS {
            return Err(RouteError::TooLarge { num_qubits, limit: search::MAX_QUBITS });
        }
        let mut nearest: Option<(usize, usize)> = None;
        let mut tries = 0;
        while tries < self.tries {
            let mut attempt = Attempt::new(problem, chip, stream(self.seed, tries.into()));
            tries += 1;
            if attempt.route(self.patience, control) {
                attempt.shorten(self.patience, control);
                let embedding = attempt.embedding(chip);
                return Ok(embedding.expect("no qubit is shared and every interaction has a coupler"));
            }
            let left = attempt.left_over();
            nearest = Some(nearest.map_or(left, |best| best.min(left)));
            if control.should_stop(None).is_some() {
                break;
            }
        }
        let (num_unplaced, num_shared) = nearest.unwrap_or((num_variables, 0));
        Err(RouteError::NotFound { tries, num_shared, num_unplaced })
    }
}

/// By how much sharing a qubit multiplies its price, at first and from one pass to the next.
const FIRST_PENALTY: f32 = 2.0;
const PENALTY_GROWTH: f32 = 1.2;
const MAX_PENALTY: f32 = 8.0;
/// What a pass adds to the price of a qubit that stayed shared.
const HISTORY: f32 = 1.0;

/// One try. Qubits are numbered by their place among the working ones.
struct Attempt<'a> {
    problem: &'a Graph,
    qubits: &'a [u32],
    chip: Graph,
    chains: Vec<Vec<u16>>,
    /// Chains that use each qubit.
    usage: Vec<u16>,
    history: Vec<f32>,
    penalty: f32,
    /// Whether used qubits are out of bounds.
    is_strict: bool,
    search: Search,
    random: Stream,
    /// Which qubits a pass over a chain has seen, by the number of the pass.
    marks: Vec<u32>,
    mark: u32,
    price: Vec<f32>,
}

impl<'a> Attempt<'a> {
    fn new(problem: &'a Graph, chip: &'a Chip, random: Stream) -> Self {
        let qubits = chip.qubits();
        let mut place = vec![u32::MAX; chip.graph().num_nodes()];
        qubits.iter().enumerate().for_each(|(index, &qubit)| place[qubit as usize] = index as u32);
        let edges = chip.graph().edges().map(|(first, second)| (place[first as usize], place[second as usize]));
        let chip = Graph::from_edges(qubits.len(), edges).expect("couplers join working qubits");
        Self {
            problem,
            qubits,
            chains: vec![Vec::new(); problem.num_nodes()],
            usage: vec![0; qubits.len()],
            history: vec![0.0; qubits.len()],
            penalty: FIRST_PENALTY,
            is_strict: false,
            search: Search::new(qubits.len()),
            random,
            marks: vec![0; qubits.len()],
            mark: 0,
            price: vec![1.0; qubits.len()],
            chip,
        }
    }

    /// Places everything and re-places it until no qubit is shared; says whether that was reached.
    fn route(&mut self, patience: u32, control: &RunControl<'_>) -> bool {
        for variable in self.first_order() {
            self.place(variable);
        }
        let mut best = self.left_over();
        let mut waited = 0;
        while best != (0, 0) {
            if waited >= patience || control.should_stop(None).is_some() {
                return false;
            }
            self.penalty = (self.penalty * PENALTY_GROWTH).min(MAX_PENALTY);
            for (price, &usage) in self.history.iter_mut().zip(&self.usage) {
                *price += HISTORY * f32::from(usage.saturating_sub(1));
            }
            for variable in self.shuffled() {
                self.tear_out(variable);
                for &other in self.problem.neighbors(variable as u32) {
                    self.prune(other as usize);
                }
                self.place(variable);
            }
            let left = self.left_over();
            waited = if left < best { 0 } else { waited + 1 };
            best = best.min(left);
        }
        true
    }

    /// Re-places variables on free qubits as long as that saves some.
    fn shorten(&mut self, patience: u32, control: &RunControl<'_>) {
        self.is_strict = true;
        for variable in 0..self.chains.len() {
            self.prune(variable);
        }
        let mut waited = 0;
        while waited < patience && control.should_stop(None).is_none() {
            let mut improved = false;
            for variable in self.shuffled() {
                improved |= self.shorten_around(variable);
            }
            waited = if improved { 0 } else { waited + 1 };
        }
    }

    /// Whether placing `variable` anew saved qubits.
    fn shorten_around(&mut self, variable: usize) -> bool {
        let mut touched: Vec<usize> =
            self.problem.neighbors(variable as u32).iter().map(|&other| other as usize).collect();
        touched.push(variable);
        let before: Vec<Vec<u16>> = touched.iter().map(|&each| self.chains[each].clone()).collect();
        let measure = |chains: &mut dyn Iterator<Item = usize>| {
            chains.fold((0, 0), |(sum, squares), length| (sum + length, squares + length * length))
        };
        let old = measure(&mut before.iter().map(Vec::len));
        self.tear_out(variable);
        for &other in &touched[..touched.len() - 1] {
            self.prune(other);
        }
        let is_placed = self.place(variable);
        if is_placed {
            for &each in &touched {
                self.prune(each);
            }
            let new = measure(&mut touched.iter().map(|&each| self.chains[each].len()));
            if new <= old {
                return new < old;
            }
        }
        for (&each, chain) in touched.iter().zip(before) {
            self.tear_out(each);
            self.put(each, chain);
        }
        false
    }

    /// Variables without a chain, and qubits in more than one.
    fn left_over(&self) -> (usize, usize) {
        let unplaced = self.chains.iter().filter(|chain| chain.is_empty()).count();
        (unplaced, self.usage.iter().filter(|&&usage| usage > 1).count())
    }

    /// First a variable of largest degree, then always one with most neighbours placed.
    fn first_order(&mut self) -> Vec<usize> {
        let num_variables = self.chains.len();
        let mut order = Vec::with_capacity(num_variables);
        let mut is_placed = vec![false; num_variables];
        let mut num_placed = vec![0usize; num_variables];
        let tie: Vec<u64> = (0..num_variables).map(|_| self.random.next_u64()).collect();
        while order.len() < num_variables {
            let open = (0..num_variables).filter(|&variable| !is_placed[variable]);
            let key = |&variable: &usize| (num_placed[variable], self.problem.degree(variable as u32), tie[variable]);
            let next = open.max_by_key(key).expect("some variable is open");
            is_placed[next] = true;
            self.problem.neighbors(next as u32).iter().for_each(|&other| num_placed[other as usize] += 1);
            order.push(next);
        }
        order
    }

    fn shuffled(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.chains.len()).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, below(&mut self.random, last + 1));
        }
        order
    }

    fn tear_out(&mut self, variable: usize) {
        for qubit in std::mem::take(&mut self.chains[variable]) {
            self.usage[qubit as usize] -= 1;
        }
    }

    fn put(&mut self, variable: usize, chain: Vec<u16>) {
        for &qubit in &chain {
            self.usage[qubit as usize] += 1;
        }
        self.chains[variable] = chain;
    }

    /// Places a variable that was torn out; says whether there is a place for it.
    fn place(&mut self, variable: usize) -> bool {
        for (price, (&usage, &history)) in self.price.iter_mut().zip(self.usage.iter().zip(&self.history)) {
            *price = match (usage, self.is_strict) {
                (0, true) => 1.0,
                (_, true) => f32::INFINITY,
                (_, false) => (1.0 + history) * self.penalty.powi(i32::from(usage)),
            };
        }
        let neighbors: Vec<usize> =
            self.problem.neighbors(variable as u32).iter().map(|&other| other as usize).collect();
        let placed: Vec<&[u16]> =
            neighbors.iter().map(|&other| self.chains[other].as_slice()).filter(|chain| !chain.is_empty()).collect();
        let chain = if placed.is_empty() {
            self.lonely_qubit().into_iter().collect()
        } else {
            self.search.connect(&self.chip, &self.price, &placed, &mut self.random)
        };
        let is_placed = !chain.is_empty();
        self.put(variable, chain);
        is_placed
    }

    /// A random one of the cheapest qubits.
    fn lonely_qubit(&mut self) -> Option<u16> {
        let least = self.price.iter().copied().fold(f32::INFINITY, f32::min);
        let cheapest: Vec<u16> =
            (0..self.price.len()).filter(|&qubit| self.price[qubit] <= least).map(|qubit| qubit as u16).collect();
        (least < f32::INFINITY).then(|| cheapest[below(&mut self.random, cheapest.len())])
    }

    /// Takes qubits away from the ends of a chain as long as it stays in touch with the chains of all neighbours.
    fn prune(&mut self, variable: usize) {
        let mut chain = std::mem::take(&mut self.chains[variable]);
        // contacts of each neighbour: how many qubits of this chain touch it
        let neighbors: Vec<usize> =
            self.problem.neighbors(variable as u32).iter().map(|&other| other as usize).collect();
        let mut touches: Vec<Vec<u16>> = vec![Vec::new(); chain.len()];
        let mut contacts = vec![0usize; neighbors.len()];
        for (index, &other) in neighbors.iter().enumerate() {
            self.mark += 1;
            for &qubit in &self.chains[other] {
                self.chip.neighbors(qubit.into()).iter().for_each(|&near| self.marks[near as usize] = self.mark);
            }
            for (place, &qubit) in chain.iter().enumerate() {
                if self.marks[qubit as usize] == self.mark {
                    touches[place].push(index as u16);
                    contacts[index] += 1;
                }
            }
        }
        let mut changed = true;
        while changed && chain.len() > 1 {
            changed = false;
            let mut place = 0;
            while place < chain.len() && chain.len() > 1 {
                let is_needed = touches[place].iter().any(|&index| contacts[index as usize] == 1);
                if !is_needed && self.is_connected_without(&chain, place) {
                    touches.swap_remove(place).iter().for_each(|&index| contacts[index as usize] -= 1);
                    let qubit = chain.swap_remove(place);
                    self.usage[qubit as usize] -= 1;
                    changed = true;
                } else {
                    place += 1;
                }
            }
        }
        self.chains[variable] = chain;
    }

    fn is_connected_without(&mut self, chain: &[u16], place: usize) -> bool {
        self.mark += 2;
        let (member, seen) = (self.mark - 1, self.mark);
        chain.iter().for_each(|&qubit| self.marks[qubit as usize] = member);
        self.marks[chain[place] as usize] = 0;
        let start = chain[usize::from(place == 0)];
        self.marks[start as usize] = seen;
        let mut open = vec![start];
        let mut reached = 1;
        while let Some(qubit) = open.pop() {
            for &near in self.chip.neighbors(qubit.into()) {
                if self.marks[near as usize] == member {
                    self.marks[near as usize] = seen;
                    reached += 1;
                    open.push(near as u16);
                }
            }
        }
        reached + 1 == chain.len()
    }

    fn embedding(&self, chip: &Chip) -> Result<Embedding, Fault> {
        let labels = |chain: &Vec<u16>| chain.iter().map(|&qubit| self.qubits[qubit as usize]).collect();
        Embedding::new(self.chains.iter().map(labels).collect(), self.problem, chip)
    }
}

/// A number below `bound`.
fn below(random: &mut Stream, bound: usize) -> usize {
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}

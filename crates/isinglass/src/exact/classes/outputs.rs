//! Search over the output layer: a weight vector for each class; the predicted class has the largest pre-activation.

use super::votes::Votes;
use crate::exact::batches::{Found, Limits, Outcome, in_batches};
use crate::exact::demand::Weights;
use isinglass_qubo::sampler::{RunControl, SampleStatus};

/// Weight vectors tried between two checks of the stop condition.
const TRIES_PER_CHECK: u64 = 1 << 12;

/// The search for the weights of all outputs, class after class.
///
/// A group keeps the class of the largest pre-activation so far. It can still get a later one unless that pre-activation is the largest
/// there is, the fan-in; so it wins at most the most of its class and of all later ones.
pub(super) struct OutputLayer<'a> {
    votes: &'a Votes,
    /// Inputs of the groups, the constant of the bias in front.
    codes: Vec<u32>,
    fan_in: usize,
    /// Suffix maxima of the votes: the largest gain over the classes from some class on, `later[class * G + group]`.
    later: Vec<u32>,
    control: &'a RunControl<'a>,
}

/// The classes that groups have so far, and the pre-activations of these.
#[derive(Clone)]
struct MemberResult {
    /// Agreements of the class that is ahead; nothing before the first class.
    ahead: Vec<Option<u32>>,
    /// What that class wins.
    won: Vec<u32>,
}

impl<'a> OutputLayer<'a> {
    pub(super) fn new(votes: &'a Votes, bias: bool, control: &'a RunControl<'a>) -> Self {
        let num_inputs = votes.inputs.num_columns();
        let code = |group: usize| {
            let bits = (0..num_inputs).map(|bit| u32::from(votes.inputs.get(group, bit)) << bit).sum::<u32>();
            bits | u32::from(bias) << num_inputs
        };
        let mut later = vec![0; (votes.num_classes + 1) * votes.len()];
        for class in (0..votes.num_classes).rev() {
            for group in 0..votes.len() {
                later[class * votes.len() + group] =
                    later[(class + 1) * votes.len() + group].max(votes.of_group(group)[class]);
            }
        }
        let codes = (0..votes.len()).map(code).collect();
        Self { votes, codes, fan_in: num_inputs + usize::from(bias), later, control }
    }

    /// The best weights that cost less than the limit, the weight vectors of the first class side by side.
    pub(super) fn search(
        &self,
        limits: Limits,
        watch: &mut dyn FnMut((usize, usize), u32) -> Option<SampleStatus>,
    ) -> Outcome<Weights> {
        let total = 1usize << self.fan_in;
        in_batches(
            total,
            limits,
            |_| 0,
            |done, cost| watch((done, total), cost),
            |first, limits| {
                let mut search = Search::new(self, limits);
                search.choose(first as u32, &self.nothing());
                search.found()
            },
        )
    }

    /// The same in one thread, without progress.
    pub(super) fn search_alone(&self, limits: Limits) -> Outcome<Weights> {
        let mut search = Search::new(self, limits);
        search.choose_all(&self.nothing());
        let limit = search.limits.cost;
        let Found { best, num_nodes, stopped } = search.found();
        let bound = if stopped.is_some() { 0 } else { limit };
        Outcome { better: best, bound, num_nodes, stopped }
    }

    fn nothing(&self) -> MemberResult {
        MemberResult { ahead: vec![None; self.codes.len()], won: vec![0; self.codes.len()] }
    }
}

/// A search in progress.
struct Search<'a> {
    layer: &'a OutputLayer<'a>,
    limits: Limits,
    /// Weight vectors of the first classes.
    chosen: Vec<u32>,
    best: Option<(u32, Vec<u32>)>,
    num_nodes: u64,
    stopped: Option<SampleStatus>,
}

impl<'a> Search<'a> {
    fn new(layer: &'a OutputLayer<'a>, limits: Limits) -> Self {
        Self { layer, limits, chosen: Vec::new(), best: None, num_nodes: 0, stopped: None }
    }

    /// Tries all weight vectors for the next class.
    fn choose_all(&mut self, standing: &MemberResult) {
        for weights in 0..1u32 << self.layer.fan_in {
            if self.stopped.is_some() {
                return;
            }
            self.choose(weights, standing);
        }
    }

    /// Gives the next class a weight vector, and searches what can follow.
    fn choose(&mut self, weights: u32, standing: &MemberResult) {
        self.num_nodes += 1;
        if self.num_nodes >= self.limits.num_nodes {
            self.stopped = Some(SampleStatus::Heuristic);
        } else if self.num_nodes.is_multiple_of(TRIES_PER_CHECK) {
            self.stopped = self.stopped.or_else(|| self.layer.control.should_stop(None));
        }
        let OutputLayer { votes, codes, fan_in, later, .. } = self.layer;
        let class = self.chosen.len();
        let later = &later[(class + 1) * votes.len()..][..votes.len()];
        let mut next = standing.clone();
        let mut cost = 0;
        for (group, &code) in codes.iter().enumerate() {
            let agreements = *fan_in as u32 - (weights ^ code).count_ones();
            // of equal pre-activations the first class has the group
            if next.ahead[group].is_none_or(|ahead| agreements > ahead) {
                next.ahead[group] = Some(agreements);
                next.won[group] = votes.of_group(group)[class];
            }
            let is_final = next.ahead[group] == Some(*fan_in as u32);
            let at_most = if is_final { next.won[group] } else { next.won[group].max(later[group]) };
            // the best class of all wins the most
            cost += self.layer.later[group] - at_most;
            if cost >= self.limits.cost {
                return;
            }
        }
        if cost >= self.limits.cost {
            return;
        }
        self.chosen.push(weights);
        if self.chosen.len() == votes.num_classes {
            self.limits.cost = cost;
            self.best = Some((cost, self.chosen.clone()));
        } else {
            self.choose_all(&next);
        }
        self.chosen.pop();
    }

    fn found(self) -> Found<Weights> {
        let bits = |weights: u32| (0..self.layer.fan_in).map(|input| weights >> input & 1 == 1).collect();
        let best = self.best.map(|(cost, chosen)| (cost, vec![chosen.into_iter().map(bits).collect()]));
        Found { best, num_nodes: self.num_nodes, stopped: self.stopped }
    }
}

//! Candidate contributions of one hidden neuron to the output, without dominated ones.

use super::cost::Costs;
use super::functions::Functions;
use crate::bits::BitMatrix;
use isinglass_qubo::sampler::{RunControl, SampleStatus};

/// Maximum number of candidates compared in pairs: beyond it, the comparison costs more than it saves.
const MAX_COMPARED: usize = 1 << 16;

/// Words written or compared between two checks of the stop condition: about a millisecond.
const WORDS_PER_CHECK: usize = 1 << 19;

/// Origin of a candidate: the weights of its neuron, and whether it contributes the negated output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    pub(super) weights: u32,
    pub(super) negated: bool,
}

/// Contributions to the output, each as the set of groups in which it votes against the target.
///
/// Sorted by cost in ascending order. A candidate is dropped if another one misses a subset of its groups: replacing
/// the first by the second in a committee never hurts.
pub(super) struct Candidates {
    num_words: usize,
    misses: Vec<u64>,
    costs: Vec<u32>,
    origins: Vec<Origin>,
    num_functions: usize,
}

impl Candidates {
    /// The candidates of these functions and, if `negatable`, of their complements; else why that was stopped.
    pub(super) fn new(
        functions: &Functions,
        targets: &BitMatrix,
        costs: &Costs,
        negatable: bool,
        control: &RunControl<'_>,
    ) -> Result<Self, SampleStatus> {
        let num_words = functions.num_words;
        let num_groups = targets.num_rows();
        let heavier = BitMatrix::from_fn(1, num_groups, |_, group| targets.get(group, 0));
        let full = BitMatrix::zeros(1, num_groups).complement_of_row(0);
        let mut entries: Vec<Entry> = Vec::new();
        let mut work = Work { control, words: 0 };
        for index in 0..functions.len() {
            // a count of bits and a sum by table for each word
            work.account(16 * num_words + 64)?;
            let weights = functions.weights[index];
            let missed = functions.output(index).iter().zip(heavier.row(0)).map(|(output, target)| output ^ target);
            let missed: Vec<u64> = missed.collect();
            if negatable {
                let rest: Vec<u64> = missed.iter().zip(&full).map(|(missed, full)| missed ^ full).collect();
                entries.push(Entry::new(rest, Origin { weights, negated: true }, costs));
            }
            entries.push(Entry::new(missed, Origin { weights, negated: false }, costs));
        }
        let mut entries = sorted(entries, &mut work)?;
        entries.dedup_by(|later, earlier| later.missed == earlier.missed);
        let num_functions = entries.len();
        let mut candidates =
            Self { num_words, misses: Vec::new(), costs: Vec::new(), origins: Vec::new(), num_functions };
        let compare = num_functions <= MAX_COMPARED;
        for entry in entries {
            if compare {
                work.account(2 * candidates.len() + num_words)?;
            }
            if compare && candidates.dominate(&entry.missed) {
                continue;
            }
            candidates.misses.extend_from_slice(&entry.missed);
            candidates.costs.push(entry.cost);
            candidates.origins.push(entry.origin);
        }
        Ok(candidates)
    }

    /// Whether a candidate kept so far misses a subset of `missed`.
    fn dominate(&self, missed: &[u64]) -> bool {
        if self.num_words == 0 {
            return !self.origins.is_empty();
        }
        self.misses.chunks_exact(self.num_words).any(|own| own.iter().zip(missed).all(|(own, other)| own & !other == 0))
    }

    /// Number of candidates.
    pub(super) fn len(&self) -> usize {
        self.origins.len()
    }

    /// Number of distinct contributions before the dominated ones were left out.
    pub(super) fn num_functions(&self) -> usize {
        self.num_functions
    }

    /// The groups that a candidate misses.
    #[inline]
    pub(super) fn misses(&self, index: u32) -> &[u64] {
        &self.misses[index as usize * self.num_words..(index as usize + 1) * self.num_words]
    }

    /// Cost of all groups that a candidate misses.
    #[inline]
    pub(super) fn cost(&self, index: u32) -> u32 {
        self.costs[index as usize]
    }

    /// Origin of a candidate.
    pub(super) fn origin(&self, index: u32) -> Origin {
        self.origins[index as usize]
    }
}

/// Work between two checks of the stop condition.
struct Work<'a> {
    control: &'a RunControl<'a>,
    words: usize,
}

impl Work<'_> {
    /// Counts words, and periodically asks whether to stop.
    fn account(&mut self, words: usize) -> Result<(), SampleStatus> {
        self.words += words;
        if self.words < WORDS_PER_CHECK {
            return Ok(());
        }
        self.words = 0;
        self.control.should_stop(None).map_or(Ok(()), Err)
    }
}

/// The entries in order: first apart by cost, so that no part takes long to sort.
fn sorted(entries: Vec<Entry>, work: &mut Work<'_>) -> Result<Vec<Entry>, SampleStatus> {
    const PARTS: u64 = 1 << 10;
    let (Some(least), Some(most)) =
        (entries.iter().map(|entry| entry.cost).min(), entries.iter().map(|entry| entry.cost).max())
    else {
        return Ok(entries);
    };
    let mut parts: Vec<Vec<Entry>> = Vec::new();
    parts.resize_with(PARTS as usize, Vec::new);
    let total = entries.len();
    for entry in entries {
        work.account(16)?;
        let part = u64::from(entry.cost - least) * PARTS / (u64::from(most - least) + 1);
        parts[part as usize].push(entry);
    }
    let mut all = Vec::with_capacity(total);
    for mut part in parts {
        work.account(32 * part.len())?;
        part.sort_unstable();
        all.append(&mut part);
    }
    Ok(all)
}

/// A candidate before sorting; the order of the fields is the order of the candidates.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    cost: u32,
    // A strict subset has fewer groups even where costs were rounded to zero.
    num_missed: u32,
    missed: Vec<u64>,
    origin: Origin,
}

impl Entry {
    fn new(missed: Vec<u64>, origin: Origin, costs: &Costs) -> Self {
        let num_missed = missed.iter().map(|word| word.count_ones()).sum();
        Self { cost: costs.weigh(&missed), num_missed, missed, origin }
    }
}

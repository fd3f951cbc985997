//! The loop over the entries of one table, a block at a time.

use super::plan::BLOCK;
use crate::sampler::isa::{Isa, dispatch};

/// Bits of the index of an entry within its block.
pub(super) const BLOCK_BITS: usize = BLOCK.ilog2() as usize;

/// An integer type that energies are summed in.
pub(super) trait Entry: Copy + Default + Ord + Send + Sync {
    /// The number, which fits.
    fn from_integer(integer: i128) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    /// Computes the blocks of `table` from number `first` on: see [`blocks`].
    fn blocks(
        isa: Isa,
        walk: &Walk<'_, Self>,
        first: usize,
        table: &mut [Self],
        upper: Option<&[Self]>,
        decisions: &mut [u64],
    );
}

macro_rules! entry {
    ($type:ty, $dispatched:ident) => {
        impl Entry for $type {
            fn from_integer(integer: i128) -> Self {
                integer as Self
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            fn blocks(
                isa: Isa,
                walk: &Walk<'_, Self>,
                first: usize,
                table: &mut [Self],
                upper: Option<&[Self]>,
                decisions: &mut [u64],
            ) {
                $dispatched(isa, walk, first, table, upper, decisions);
            }
        }
        dispatch! {
            fn $dispatched(walk: &Walk<'_, $type>, first: usize, table: &mut [$type],
                upper: Option<&[$type]>, decisions: &mut [u64]) = blocks
        }
    };
}
entry!(i32, blocks_of_32_bits);
entry!(i64, blocks_of_64_bits);
entry!(i128, blocks_of_128_bits);

/// What the table of one variable is made of.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a, T> {
    pub(super) field: &'a Field<T>,
    pub(super) children: &'a [Child],
    /// Where the children's tables lie; it begins at entry `origin` of the stack's part that their places count from.
    pub(super) entries: &'a [T],
    pub(super) origin: usize,
}

/// What setting the variable to 1 adds, as a function of the scope: split into the bits within a block and those of its number.
#[derive(Clone, Debug)]
pub(super) struct Field<T> {
    within: [T; BLOCK],
    of_block: Vec<T>,
}

impl<T: Entry> Default for Field<T> {
    fn default() -> Self {
        Self { within: [T::default(); BLOCK], of_block: Vec::new() }
    }
}

impl<T: Entry> Field<T> {
    /// A bias, and a coupling to each variable of the scope.
    pub(super) fn set(&mut self, bias: T, mut couplings: impl Iterator<Item = T>) {
        self.within[0] = bias;
        for bit in 0..BLOCK_BITS {
            let coupling = couplings.next().unwrap_or_default();
            let (low, high) = self.within.split_at_mut(1 << bit);
            for (high, low) in high.iter_mut().zip(low) {
                *high = low.plus(coupling);
            }
        }
        self.of_block.clear();
        self.of_block.extend(couplings);
    }
}

/// Where the entries of a child's table are: entry `i` of the block, with the variable 0, is at
/// `start + pext(i, mask)`, and with the variable 1 `half` further.
#[derive(Clone, Debug)]
pub(super) struct Child {
    start: usize,
    half: usize,
    /// The bits within a block that the child's scope has.
    lanes: usize,
    /// By bit of the number of a block, where the child's index goes when it is set; zero where its scope lacks the bit.
    of_block: Vec<usize>,
}

impl Child {
    /// A child whose table begins at `start`, whose scope has the bits of `mask` among the `size` of the scope, and the variable on
    /// top of them.
    pub(super) fn new(start: usize, size: usize, mask: u64) -> Self {
        let has = |bit: usize| mask >> bit & 1 == 1;
        let place = |bit: usize| 1 << (mask & ((1 << bit) - 1)).count_ones();
        let of_block = (BLOCK_BITS..size).map(|bit| if has(bit) { place(bit) } else { 0 }).collect();
        Self { start, half: 1 << mask.count_ones(), lanes: mask as usize & (BLOCK - 1), of_block }
    }
}

/// For every set of bits within a block, the index within the child for each lane.
const COMPRESSED: [[u8; BLOCK]; BLOCK] = {
    let mut table = [[0; BLOCK]; BLOCK];
    let mut mask = 0;
    while mask < BLOCK {
        let mut lane = 0;
        while lane < BLOCK {
            let (mut bit, mut place, mut index) = (0, 0, 0);
            while bit < BLOCK_BITS {
                if mask >> bit & 1 == 1 {
                    index |= (lane >> bit & 1) << place;
                    place += 1;
                }
                bit += 1;
            }
            table[mask][lane] = index as u8;
            lane += 1;
        }
        mask += 1;
    }
    table
};

/// Computes the blocks of a table from number `first` on, and a word of decisions for each: bit `i` is set where entry `i` is lower
/// with the variable 1. With `upper`, table and `upper` hold the entries of one more child for the variables 0 and 1.
#[inline(always)]
fn blocks<T: Entry>(walk: &Walk<'_, T>, first: usize, table: &mut [T], upper: Option<&[T]>, decisions: &mut [u64]) {
    let mut field_of_block = sum_of_set(&walk.field.of_block, first, T::plus);
    // a single block needs no offsets
    let mut offsets: Vec<usize> = Vec::new();
    if decisions.len() > 1 {
        offsets.extend(walk.children.iter().map(|child| sum_of_set(&child.of_block, first, |a, b| a + b)));
    }
    let num_blocks = decisions.len();
    for (block, (table, decisions)) in table.chunks_exact_mut(BLOCK).zip(decisions).enumerate() {
        let table: &mut [T; BLOCK] = table.try_into().expect("a whole block");
        let (mut zero, mut one) = match upper {
            Some(upper) => (*table, *at(upper, block * BLOCK)),
            None => ([T::default(); BLOCK], [T::default(); BLOCK]),
        };
        for (one, &field) in one.iter_mut().zip(&walk.field.within) {
            *one = one.plus(field.plus(field_of_block));
        }
        for (place, child) in walk.children.iter().enumerate() {
            let start = child.start - walk.origin + offsets.get(place).copied().unwrap_or(0);
            child.add(walk.entries, start, &mut zero);
            child.add(walk.entries, start + child.half, &mut one);
        }
        *decisions = lower(&one, &zero);
        for ((entry, &zero), &one) in table.iter_mut().zip(&zero).zip(&one) {
            *entry = if one < zero { one } else { zero };
        }
        if block + 1 < num_blocks {
            // counting on sets one bit and clears those below
            let bit = (first + block + 1).trailing_zeros() as usize;
            let values = &walk.field.of_block;
            field_of_block =
                values[..bit].iter().fold(field_of_block.plus(values[bit]), |sum, &lower| sum.minus(lower));
            for (offset, child) in offsets.iter_mut().zip(walk.children) {
                *offset += child.of_block[bit];
                for &lower in &child.of_block[..bit] {
                    *offset -= lower;
                }
            }
        }
    }
}

/// The sum of the values whose bits are set in `number`.
#[inline(always)]
fn sum_of_set<V: Copy + Default>(values: &[V], number: usize, plus: impl Fn(V, V) -> V) -> V {
    let set = values.iter().enumerate().filter(|&(bit, _)| number >> bit & 1 == 1);
    set.fold(V::default(), |sum, (_, &value)| plus(sum, value))
}

#[inline(always)]
fn at<T>(entries: &[T], start: usize) -> &[T; BLOCK] {
    entries[start..start + BLOCK].try_into().expect("a whole block")
}

impl Child {
    /// Adds the entries of this child's table to a block.
    #[inline(always)]
    fn add<T: Entry>(&self, entries: &[T], start: usize, block: &mut [T; BLOCK]) {
        if self.lanes == BLOCK - 1 {
            for (sum, &entry) in block.iter_mut().zip(at(entries, start)) {
                *sum = sum.plus(entry);
            }
        } else if self.lanes == 0 {
            let entry = entries[start];
            for sum in block.iter_mut() {
                *sum = sum.plus(entry);
            }
        } else {
            let entries = &entries[start..start + (1 << self.lanes.count_ones())];
            let places = &COMPRESSED[self.lanes];
            match self.lanes % GROUP {
                0 => add_groups::<T, 0>(entries, places, block),
                1 => add_groups::<T, 1>(entries, places, block),
                2 => add_groups::<T, 2>(entries, places, block),
                3 => add_groups::<T, 3>(entries, places, block),
                4 => add_groups::<T, 4>(entries, places, block),
                5 => add_groups::<T, 5>(entries, places, block),
                6 => add_groups::<T, 6>(entries, places, block),
                _ => add_groups::<T, 7>(entries, places, block),
            }
        }
    }
}

/// Lanes that a vector holds.
const GROUP: usize = 8;

/// Adds entries to a block where the lowest three bits of the lanes' mask are `LOW`: each group of lanes takes few neighbouring
/// entries, in a pattern known to the compiler.
#[inline(always)]
fn add_groups<T: Entry, const LOW: usize>(entries: &[T], places: &[u8; BLOCK], block: &mut [T; BLOCK]) {
    let len = 1 << LOW.count_ones();
    for (sums, places) in block.chunks_exact_mut(GROUP).zip(places.chunks_exact(GROUP)) {
        let entries = &entries[places[0] as usize..][..len];
        for lane in 0..GROUP {
            sums[lane] = sums[lane].plus(entries[COMPRESSED[LOW][lane] as usize]);
        }
    }
}

/// A bit for each place where `one` is lower than `zero`.
#[inline(always)]
fn lower<T: Entry>(one: &[T; BLOCK], zero: &[T; BLOCK]) -> u64 {
    let mut bytes = [0u8; BLOCK];
    for ((byte, one), zero) in bytes.iter_mut().zip(one).zip(zero) {
        *byte = u8::from(one < zero);
    }
    let mut word = 0;
    for (place, bytes) in bytes.chunks_exact(8).enumerate() {
        let bytes = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        // byte i comes to bit 56 + i
        word |= (bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place);
    }
    word
}

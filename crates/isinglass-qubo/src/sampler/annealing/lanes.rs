//! Reads side by side: the arrays that every kernel works on.

/// Reads in a block. It is the same on every instruction set, because samples depend on which reads share a block.
pub(super) const LANES: usize = 64;

/// One number for each read of a block, aligned to a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes<T>(pub(super) [T; LANES]);

/// Couplings as compressed rows, neighbours apart from strengths: a row of bytes would otherwise be half padding.
pub(super) struct Couplings<T> {
    row_starts: Vec<usize>,
    neighbors: Vec<u32>,
    twice: Vec<T>,
}

impl<T: Copy> Couplings<T> {
    /// Room for `num_variables` rows with `num_entries` couplings in all, each counted at both ends.
    pub(super) fn with_capacity(num_variables: usize, num_entries: usize) -> Self {
        let mut row_starts = Vec::with_capacity(num_variables + 1);
        row_starts.push(0);
        Self { row_starts, neighbors: Vec::with_capacity(num_entries), twice: Vec::with_capacity(num_entries) }
    }

    /// Adds a coupling of the next variable: its neighbour, and twice its strength, which is what a flip changes.
    pub(super) fn push(&mut self, neighbor: u32, twice: T) {
        self.neighbors.push(neighbor);
        self.twice.push(twice);
    }

    /// Ends the row of the next variable.
    pub(super) fn end_row(&mut self) {
        self.row_starts.push(self.neighbors.len());
    }

    /// The couplings of `variable`: neighbours with twice the strength.
    #[inline(always)]
    pub(super) fn row(&self, variable: usize) -> impl Iterator<Item = (usize, T)> {
        let row = self.row_starts[variable]..self.row_starts[variable + 1];
        self.neighbors[row.clone()].iter().zip(&self.twice[row]).map(|(&neighbor, &twice)| (neighbor as usize, twice))
    }
}

/// Spins and local fields `f_i = h_i + sum_j J_ij s_j` of a block, structure of arrays: one entry for each variable.
pub(super) struct State<T> {
    /// Bit `lane` is set where the spin is +1.
    pub(super) spins: Vec<u64>,
    pub(super) fields: Vec<Lanes<T>>,
}

/// -1 in every lane whose bit is set, 0 elsewhere; eight lanes at a time, since no vector instruction does it before AVX-512.
#[inline(always)]
pub(super) fn spread(bits: u64) -> [i8; LANES] {
    let mut words: [u64; LANES / 8] = std::array::from_fn(|word| bits >> (8 * word) & 0xff);
    for word in &mut words {
        *word |= *word << 8;
        *word |= *word << 16;
        *word |= *word << 32;
        // bit k of byte k, moved to the top of its byte, and from there into all of it
        *word &= 0x8040_2010_0804_0201;
        *word = ((*word + 0x7f7f_7f7f_7f7f_7f7f) >> 7) & 0x0101_0101_0101_0101;
        *word = (*word << 8).wrapping_sub(*word);
    }
    let mut lanes = [0; LANES];
    for (lanes, word) in lanes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *lanes = word.to_le_bytes().map(|byte| byte as i8);
    }
    lanes
}

/// The bits of the lanes that are 1; the others are 0.
#[inline(always)]
pub(super) fn gather(flags: &[i8; LANES]) -> u64 {
    let mut bits = 0;
    for (place, lanes) in flags.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(lanes.map(|lane| lane as u8));
        // the product brings bit 8 k to bit 56 + k
        bits |= (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_spread_over_lanes_and_gathered_again() {
        for bits in (0..64).map(|lane| 1u64 << lane).chain([0, u64::MAX, 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210])
        {
            let lanes = spread(bits);
            assert!((0..LANES).all(|lane| lanes[lane] == -((bits >> lane & 1) as i8)));
            assert_eq!(gather(&lanes.map(i8::wrapping_neg)), bits);
        }
    }
}

//! The random numbers of a block: 64 xoshiro256++ generators side by side.

use super::lanes::{LANES, Lanes};
use crate::rng::{mix, stream_state};

/// Bytes that one step of all generators gives.
const BYTES: usize = 8 * LANES;

/// 64 generators that step together, and their last output as bytes.
///
/// Generator `g` of block `b` is stream `64 b + g` of the seed. A draw takes the next 64 or 256 bytes of the output, one or
/// four for each lane. Every lane draws whenever one does, and all lanes of a block are always simulated: so what a
/// lane draws depends on the seed and its block alone.
///
/// # References
/// D. Blackman, S. Vigna, *Scrambled linear pseudorandom number generators*, ACM Trans. Math. Softw. 47 (2021).
pub(super) struct Random {
    state: [Lanes<u64>; 4],
    output: Output,
    used: usize,
}

#[repr(align(64))]
struct Output([u8; BYTES]);

impl Random {
    /// The generators of block `block`.
    pub(super) fn new(seed: u64, block: usize) -> Self {
        let mut state = [Lanes([0; LANES]); 4];
        for generator in 0..LANES {
            let words = stream_state(seed, (block * LANES + generator) as u64);
            for (lanes, word) in state.iter_mut().zip(words) {
                lanes.0[generator] = word;
            }
        }
        Self { state, output: Output([0; BYTES]), used: BYTES }
    }

    /// The next `COUNT` bytes (a divisor of 512 that does not change during a sweep).
    #[inline(always)]
    pub(super) fn bytes<const COUNT: usize>(&mut self) -> &[u8; COUNT] {
        if self.used + COUNT > BYTES {
            self.step();
            self.used = 0;
        }
        let start = self.used;
        self.used += COUNT;
        self.output.0[start..start + COUNT].try_into().expect("a slice of this length")
    }

    /// Draws afresh next time, so that draws of another size begin at a full output.
    pub(super) fn discard_rest(&mut self) {
        self.used = BYTES;
    }

    /// A number that belongs to `lane` and to the bytes last drawn, without drawing again: few lanes need it, and those that
    /// do must not shift the others.
    #[inline(never)]
    pub(super) fn extra(&self, lane: usize) -> u64 {
        mix(self.state[1].0[lane].wrapping_add((self.used as u64) << 55))
    }

    #[inline(always)]
    fn step(&mut self) {
        let [s0, s1, s2, s3] = &mut self.state;
        let output = self.output.0.as_chunks_mut::<8>().0;
        for (lane, output) in output.iter_mut().enumerate() {
            let (a, b, c, d) = (s0.0[lane], s1.0[lane], s2.0[lane], s3.0[lane]);
            *output = a.wrapping_add(d).rotate_left(23).wrapping_add(a).to_le_bytes();
            let c = c ^ a;
            let d = d ^ b;
            s1.0[lane] = b ^ c;
            s0.0[lane] = a ^ d;
            s2.0[lane] = c ^ (b << 17);
            s3.0[lane] = d.rotate_left(45);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use rand_core::Rng;

    #[test]
    fn every_generator_is_the_stream_of_its_index() {
        let mut random = Random::new(5, 2);
        let mut streams: Vec<_> = (0..LANES).map(|generator| stream(5, (2 * LANES + generator) as u64)).collect();
        for _ in 0..3 {
            for (&word, stream) in random.bytes::<BYTES>().as_chunks::<8>().0.iter().zip(&mut streams) {
                assert_eq!(u64::from_le_bytes(word), stream.next_u64());
            }
        }
    }

    #[test]
    fn small_draws_walk_through_the_output_of_a_large_one() {
        let (mut small, mut large) = (Random::new(1, 0), Random::new(1, 0));
        let large = *large.bytes::<BYTES>();
        for chunk in large.as_chunks::<64>().0 {
            assert_eq!(small.bytes::<64>(), chunk);
        }
    }
}

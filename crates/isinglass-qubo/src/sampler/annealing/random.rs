//! The random numbers of a block: eight xoshiro256++ generators side by side, eight lanes to each.

#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) mod avx512;

use super::lanes::LANES;
use crate::rng::{mix, stream_state};

/// Generators of a block: one step of all of them gives a byte for each lane.
pub(super) const GENERATORS: usize = LANES / 8;

/// One word of every generator.
pub(super) type Words = [u64; GENERATORS];

/// Generators that step together.
///
/// Generator `g` of block `b` is stream `8 b + g` of the seed; byte `i` of its output belongs to lane `8 g + i` alone, so every
/// read has random numbers of its own. Every lane draws whenever one does, and all lanes of a block are always simulated: so
/// what a lane draws depends on the seed and its block alone.
///
/// # References
/// D. Blackman, S. Vigna, *Scrambled linear pseudorandom number generators*, ACM Trans. Math. Softw. 47 (2021).
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct Random {
    pub(super) state: [Words; 4],
}

/// What one step gives.
pub(super) struct Step {
    /// The outputs of xoshiro256++.
    pub(super) first: Words,
    /// The same scrambler on the two words of the state that the output leaves out: for what is asked once in 256 times.
    pub(super) second: Words,
}

impl Random {
    /// The generators of block `block`.
    pub(super) fn new(seed: u64, block: usize) -> Self {
        let mut state = [[0; GENERATORS]; 4];
        for generator in 0..GENERATORS {
            let words = stream_state(seed, (block * GENERATORS + generator) as u64);
            for (generators, word) in state.iter_mut().zip(words) {
                generators[generator] = word;
            }
        }
        Self { state }
    }

    /// The next step of all generators.
    #[inline(always)]
    pub(super) fn step(&mut self) -> Step {
        let [s0, s1, s2, s3] = &mut self.state;
        let mut step = Step { first: [0; GENERATORS], second: [0; GENERATORS] };
        for generator in 0..GENERATORS {
            let (a, b, c, d) = (s0[generator], s1[generator], s2[generator], s3[generator]);
            step.first[generator] = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
            step.second[generator] = b.wrapping_add(c).rotate_left(23).wrapping_add(b);
            s0[generator] = a ^ d ^ b;
            s1[generator] = b ^ c ^ a;
            s2[generator] = c ^ a ^ (b << 17);
            s3[generator] = (d ^ b).rotate_left(45);
        }
        step
    }

    /// 32 bits that belong to `lane` and to the step last taken, without another step: few lanes need them, and those that
    /// do must not shift the others.
    pub(super) fn extra(&self, lane: usize) -> u32 {
        (mix(self.state[1][lane / 8].wrapping_add(lane as u64)) >> 32) as u32
    }
}

/// Random spins of all lanes, a bit for each.
pub(super) fn random_spins(random: &mut Random, num_variables: usize) -> Vec<u64> {
    let mut spins = Vec::with_capacity(num_variables);
    while spins.len() < num_variables {
        let words = random.step().first;
        spins.extend_from_slice(&words[..words.len().min(num_variables - spins.len())]);
    }
    spins
}

/// The byte of every lane.
#[inline(always)]
pub(super) fn bytes(words: &Words) -> [u8; LANES] {
    let mut bytes = [0; LANES];
    for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use rand_core::Rng;

    #[test]
    fn every_generator_is_the_stream_of_its_index() {
        let mut random = Random::new(5, 2);
        let mut streams: Vec<_> =
            (0..GENERATORS).map(|generator| stream(5, (2 * GENERATORS + generator) as u64)).collect();
        for _ in 0..3 {
            for (word, stream) in random.step().first.into_iter().zip(&mut streams) {
                assert_eq!(word, stream.next_u64());
            }
        }
    }

    /// Each byte of both outputs is evenly distributed, and so is the exclusive or of any two that one step, or two steps in a
    /// row, give a lane.
    #[test]
    #[cfg_attr(miri, ignore = "long")]
    fn the_bytes_of_a_lane_are_even_and_do_not_depend_on_each_other() {
        const STEPS: usize = 1 << 14;
        let mut random = Random::new(3, 0);
        let mut counts = vec![[0u32; 256]; 6];
        let mut before = random.step();
        for _ in 0..STEPS {
            let now = random.step();
            let [old_first, old_second] = [bytes(&before.first), bytes(&before.second)];
            let [first, second] = [bytes(&now.first), bytes(&now.second)];
            for lane in 0..LANES {
                let (p, q, r, s) = (old_first[lane], old_second[lane], first[lane], second[lane]);
                for (counts, byte) in counts.iter_mut().zip([r, s, r ^ s, p ^ r, q ^ r, q ^ s]) {
                    counts[usize::from(byte)] += 1;
                }
            }
            before = now;
        }
        let expected = (STEPS * LANES) as f64 / 256.0;
        for counts in counts {
            let statistic: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
            // five standard deviations of chi-square with 255 degrees of freedom
            assert!((statistic - 255.0).abs() < 5.0 * 510f64.sqrt(), "chi-square {statistic}");
        }
    }
}

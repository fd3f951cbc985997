//! Random streams: one seed, and for each read or lane an independent stream of its own.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// The generator every stochastic part of isinglass draws from: xoshiro256++ (Blackman and Vigna, 2019).
pub type Stream = Xoshiro256PlusPlus;

/// The four state words of stream `index` of `seed`.
///
/// Both numbers pass through the SplitMix64 finaliser before they meet, so that neighbouring seeds and neighbouring
/// indices start far apart; the four words are never all zero.
#[must_use]
pub fn stream_state(seed: u64, index: u64) -> [u64; 4] {
    let mut counter = mix(seed).wrapping_add(mix(index ^ 0x9e37_79b9_7f4a_7c15).rotate_left(32));
    let mut next = || {
        counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(counter)
    };
    let state = [next(), next(), next(), next()];
    // SplitMix64 is a bijection of its counter, so four consecutive outputs cannot all be zero.
    debug_assert!(state.iter().any(|&word| word != 0));
    state
}

/// Stream `index` of `seed`: read `k` of a sampler uses `stream(seed, k)`, so that the number of threads changes nothing.
///
/// # Examples
/// ```
/// use isinglass_qubo::rng::stream;
/// use rand_core::Rng;
/// assert_eq!(stream(7, 3).next_u64(), stream(7, 3).next_u64());
/// assert_ne!(stream(7, 3).next_u64(), stream(7, 4).next_u64());
/// ```
#[must_use]
pub fn stream(seed: u64, index: u64) -> Stream {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.chunks_exact_mut(8).zip(stream_state(seed, index)) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    Stream::from_seed(bytes)
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): a bijection of 64-bit words that derives one seed from another.
///
/// # Examples
/// ```
/// use isinglass_qubo::rng::mix;
/// assert_eq!(mix(1), mix(1));
/// assert_ne!(mix(1), mix(2));
/// ```
#[must_use]
pub fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn neighbouring_seeds_and_indices_share_no_state_word() {
        let mut seen = HashSet::new();
        for seed in 0..40 {
            for index in 0..40 {
                for word in stream_state(seed, index) {
                    assert!(seen.insert(word), "word {word:x} twice at seed {seed}, index {index}");
                }
            }
        }
    }
}

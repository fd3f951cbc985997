//! The generators of a block in four 512-bit registers.
// Vector loads and stores take pointers.
#![allow(unsafe_code)]

use super::Random;
use std::arch::x86_64::*;

/// The state of all generators: one register for each word of it.
pub(in crate::sampler::annealing) struct Generators([__m512i; 4]);

impl Generators {
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in crate::sampler::annealing) fn load(random: &Random) -> Self {
        // SAFETY: each array has 64 bytes to read; the load needs no alignment.
        Self(random.state.each_ref().map(|words| unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }))
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in crate::sampler::annealing) fn store(&self, random: &mut Random) {
        for (words, &vector) in random.state.iter_mut().zip(&self.0) {
            // SAFETY: the array has 64 bytes to write; the store needs no alignment.
            unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), vector) };
        }
    }

    /// [`Random::step`]: first and second outputs.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in crate::sampler::annealing) fn step(&mut self) -> (__m512i, __m512i) {
        // exclusive or of three
        const XOR: i32 = 0x96;
        let [a, b, c, d] = self.0;
        let first = _mm512_add_epi64(_mm512_rol_epi64::<23>(_mm512_add_epi64(a, d)), a);
        let second = _mm512_add_epi64(_mm512_rol_epi64::<23>(_mm512_add_epi64(b, c)), b);
        self.0 = [
            _mm512_ternarylogic_epi64::<XOR>(a, d, b),
            _mm512_ternarylogic_epi64::<XOR>(b, c, a),
            _mm512_ternarylogic_epi64::<XOR>(c, a, _mm512_slli_epi64::<17>(b)),
            _mm512_rol_epi64::<45>(_mm512_xor_si512(d, b)),
        ];
        (first, second)
    }
}

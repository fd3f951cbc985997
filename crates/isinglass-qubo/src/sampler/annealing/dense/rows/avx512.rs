//! Adding rows in 512-bit vectors: the fields of a piece stay in registers until all rows are added.
// Vector loads and stores take pointers, and a function compiled for more features than the program is unsafe to call.
#![allow(unsafe_code)]
// arrays of vectors stay in registers only where loops count
#![allow(clippy::needless_range_loop)]

use super::{Piece, Turned};
use crate::sampler::annealing::dense::matrix::{TILE, WIDTH};
use crate::sampler::isa::Isa;
use std::arch::x86_64::*;

macro_rules! add_rows {
    ($name:ident, $type:ty, $load:expr, $store:expr, $set1:ident, $add_product:expr) => {
        /// Adds the rows if this machine can, and says whether it did.
        pub(super) fn $name(
            rows: &[Piece<$type>],
            next: &[Piece<$type>],
            fields: &mut [Piece<$type>],
            turned: &Turned<$type>,
        ) -> bool {
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")]
            fn add_rows(
                rows: &[Piece<$type>; TILE],
                next: &[Piece<$type>],
                fields: &mut [Piece<$type>],
                turned: &Turned<$type>,
            ) {
                const LENGTH: usize = 64 / size_of::<$type>();
                const VECTORS: usize = WIDTH / LENGTH;
                for (((fields, &who), &up), ahead) in fields.iter_mut().zip(&turned.who).zip(&turned.up).zip(next) {
                    for k in 0..VECTORS {
                        _mm_prefetch::<_MM_HINT_T0>(ahead.0.as_ptr().wrapping_add(k * LENGTH).cast());
                    }
                    if who == 0 {
                        continue;
                    }
                    let fields = fields.0.as_mut_ptr();
                    let mut sums = [$set1(turned.values[0]); VECTORS];
                    for k in 0..VECTORS {
                        // SAFETY: a piece is VECTORS vectors long and aligned to 64 bytes.
                        sums[k] = unsafe { $load(fields.add(k * LENGTH).cast()) };
                    }
                    let mut left = who;
                    while left != 0 {
                        let row = left.trailing_zeros() as usize;
                        left &= left - 1;
                        let value = $set1(turned.values[(up >> row & 1) as usize]);
                        let row = rows[row].0.as_ptr();
                        for k in 0..VECTORS {
                            // SAFETY: as above.
                            let couplings = unsafe { $load(row.add(k * LENGTH).cast()) };
                            sums[k] = $add_product(sums[k], couplings, value);
                        }
                    }
                    for k in 0..VECTORS {
                        // SAFETY: as above, and the piece is borrowed for writing.
                        unsafe { $store(fields.add(k * LENGTH).cast(), sums[k]) };
                    }
                }
            }
            let available = Isa::Avx512.is_available();
            if available {
                let rows = rows.try_into().expect("one row for each variable of a tile");
                // SAFETY: the machine has the features that the function is compiled for, as was just asked.
                unsafe { add_rows(rows, next, fields, turned) };
            }
            available
        }
    };
}

// products are exact, so that fusing them with the sum rounds no differently
add_rows!(add_singles, f32, _mm512_load_ps, _mm512_store_ps, _mm512_set1_ps, |sum, row, value| {
    _mm512_fmadd_ps(row, value, sum)
});
add_rows!(add_doubles, f64, _mm512_load_pd, _mm512_store_pd, _mm512_set1_pd, |sum, row, value| {
    _mm512_fmadd_pd(row, value, sum)
});
add_rows!(add_integers, i16, _mm512_load_si512, _mm512_store_si512, _mm512_set1_epi16, |sum, row, value| {
    _mm512_add_epi16(sum, _mm512_mullo_epi16(row, value))
});

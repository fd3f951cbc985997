//! Which vector instructions the kernels use, chosen at run time.
//!
//! Kernels are plain Rust over arrays of lanes, compiled once for each instruction set. Neither integer nor floating-point
//! operations are reordered or fused by the compiler, so all of them give the same bits.

use serde::Serialize;

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Isa {
    /// Whatever the program was compiled for: runs everywhere.
    Portable,
    /// 256-bit vectors (x86-64 with AVX2 and POPCNT).
    Avx2,
    /// 512-bit vectors (x86-64 with AVX-512 F, BW, DQ, VL, VBMI and VPOPCNTDQ).
    Avx512,
}

impl Isa {
    /// All of them, narrowest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Whether this machine has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt"),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vbmi")
                    && is_x86_feature_detected!("avx512vpopcntdq")
                    && is_x86_feature_detected!("popcnt")
            }
            #[cfg(any(not(target_arch = "x86_64"), miri))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The widest that this machine has.
    #[must_use]
    pub fn detect() -> Self {
        Self::ALL.into_iter().rev().find(|isa| isa.is_available()).unwrap_or(Self::Portable)
    }

    /// This one if the machine has it, else the widest that it has.
    #[must_use]
    pub fn or_detect(choice: Option<Self>) -> Self {
        choice.filter(|isa| isa.is_available()).unwrap_or_else(Self::detect)
    }
}

/// Defines `fn $name(isa, args)` that runs `$body(args)` compiled for `isa`; `$body` must be `#[inline(always)]`.
#[doc(hidden)]
#[macro_export]
macro_rules! dispatch {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:path) => {
        $(#[$attribute])*
        $visibility fn $name(isa: $crate::sampler::Isa, $($argument: $type),*) $(-> $result)? {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            {
                #[target_feature(enable = "avx2,popcnt")]
                fn avx2($($argument: $type),*) $(-> $result)? {
                    $body($($argument),*)
                }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vpopcntdq,popcnt")]
                fn avx512($($argument: $type),*) $(-> $result)? {
                    $body($($argument),*)
                }
                #[allow(unsafe_code)]
                match isa {
                    // SAFETY: the machine has the features that the function is compiled for, as was just asked.
                    $crate::sampler::Isa::Avx512 if isa.is_available() => return unsafe { avx512($($argument),*) },
                    // SAFETY: as above.
                    $crate::sampler::Isa::Avx2 if isa.is_available() => return unsafe { avx2($($argument),*) },
                    _ => {}
                }
            }
            let _ = isa;
            $body($($argument),*)
        }
    };
}
pub(super) use dispatch;

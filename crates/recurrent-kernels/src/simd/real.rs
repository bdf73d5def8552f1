//! The element types.

use super::{Vector, portable};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};
use std::ops::{Add, Div, Mul, Neg, Sub};

mod sealed {
    /// Unsafe code relies on what the vectors of this crate do.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// Element type of a kernel: `f32` in production, `f64` to check gradients.
pub trait Real:
    sealed::Sealed
    + Copy
    + Default
    + PartialOrd
    + Send
    + Sync
    + std::fmt::Debug
    + std::iter::Sum
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Largest `x` for which `exp(x)` is finite, rounded up.
    const EXP_MAX: Self;
    /// An `x` for which `exp(x)` is zero.
    const EXP_MIN: Self;
    /// Twice the `x` above which `tanh(x)` rounds to one.
    const TANH_SATURATED: Self;
    /// `ln 2` split in a part with trailing zero bits and the rest (Cody and Waite 1980).
    const LN2: [Self; 2];
    /// `1 / k!` from the highest power down to `k = 2`, enough terms for
    /// full precision on `|x| <= ln 2 / 2`.
    const EXP_TERMS: &'static [Self];
    /// `2 / (2 k + 1)` from the highest `k` down to zero, enough terms of `ln((1 + z) / (1 - z)) = Σ 2 z^(2 k + 1) / (2 k + 1)` for
    /// full precision on `|z| <= 0.2`.
    const LN_TERMS: &'static [Self];
    /// A gradient below this is taken for zero on its way back through time: what it is multiplied with before the next
    /// such look could make it subnormal, and arithmetic with such numbers takes a hundred times as long.
    const VANISHED: Self;
    /// Vector of AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Elem = Self>;
    /// Vector of AVX2.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Elem = Self>;
    /// Vector of plain Rust.
    type Portable: Vector<Elem = Self>;
    /// Nearest value to a double.
    fn from_f64(x: f64) -> Self;
    /// As a double.
    fn to_f64(self) -> f64;
    /// Numbers in single precision, where these are.
    #[doc(hidden)]
    fn single(values: &[Self]) -> Option<&[f32]>;
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const EXP_MAX: Self = 88.722_84;
    const EXP_MIN: Self = -104.5;
    const VANISHED: Self = 1.0 / (1u128 << 80) as f32;
    const TANH_SATURATED: Self = 20.0;
    const LN2: [Self; 2] = [355.0 / 512.0, -2.121_944_4e-4];
    const EXP_TERMS: &'static [Self] = &[
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    const LN_TERMS: &'static [Self] = &[2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0, 2.0];

    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F32x16;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F32x8;
    type Portable = portable::Lanes<f32, 8>;
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn single(values: &[Self]) -> Option<&[f32]> {
        Some(values)
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const EXP_MAX: Self = 709.782_712_893_384;
    const EXP_MIN: Self = -746.0;
    const VANISHED: Self = f64::MIN_POSITIVE * (1u64 << 46) as f64;
    const TANH_SATURATED: Self = 40.0;
    const LN2: [Self; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
    const EXP_TERMS: &'static [Self] = &[
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    const LN_TERMS: &'static [Self] = &[
        2.0 / 25.0,
        2.0 / 23.0,
        2.0 / 21.0,
        2.0 / 19.0,
        2.0 / 17.0,
        2.0 / 15.0,
        2.0 / 13.0,
        2.0 / 11.0,
        2.0 / 9.0,
        2.0 / 7.0,
        2.0 / 5.0,
        2.0 / 3.0,
        2.0,
    ];

    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F64x8;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F64x4;
    type Portable = portable::Lanes<f64, 4>;
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn single(_: &[Self]) -> Option<&[f32]> {
        None
    }
}

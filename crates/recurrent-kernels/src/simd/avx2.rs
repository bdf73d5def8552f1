//! AVX2 with FMA: 8 floats or 4 doubles.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one reason holds for all: a value exists only where the instructions do"
)]

use super::{MAX_LANES, Vector};
use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

/// Lanes `0..count` of this table from `8 - count` on are set.
static FIRST_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
static FIRST_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

/// Two to the integral `n`, `-126 <= n <= 127`.
#[inline(always)]
unsafe fn power_f32(n: __m256) -> __m256 {
    unsafe {
        let biased = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
        _mm256_castsi256_ps(_mm256_slli_epi32::<23>(biased))
    }
}

/// Two to the integral `n`, `-1022 <= n <= 1023`.
#[inline(always)]
unsafe fn power_f64(n: __m256d) -> __m256d {
    unsafe {
        // Adding 2^52 + 1023 leaves the biased exponent in the low mantissa bits.
        let biased = _mm256_add_pd(n, _mm256_set1_pd(4_503_599_627_370_496.0 + 1023.0));
        _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(biased)))
    }
}

/// Pairs of lanes, then of pairs, then of halves.
#[inline(always)]
unsafe fn transpose_f32(lines: &mut [F32x8; MAX_LANES]) {
    unsafe {
        let mut pairs = [_mm256_setzero_ps(); 8];
        for i in 0..4 {
            let (a, b) = (lines[2 * i].0, lines[2 * i + 1].0);
            pairs[2 * i] = _mm256_unpacklo_ps(a, b);
            pairs[2 * i + 1] = _mm256_unpackhi_ps(a, b);
        }
        // Register `4 i + j` holds column `j` of each half of the lanes, rows `4 i..4 i + 4`.
        let mut fours = [_mm256_setzero_ps(); 8];
        for i in 0..2 {
            for j in 0..2 {
                let (a, b) = (pairs[4 * i + j], pairs[4 * i + 2 + j]);
                fours[4 * i + 2 * j] = _mm256_shuffle_ps::<0b01_00_01_00>(a, b);
                fours[4 * i + 2 * j + 1] = _mm256_shuffle_ps::<0b11_10_11_10>(a, b);
            }
        }
        for j in 0..4 {
            lines[j].0 = _mm256_permute2f128_ps::<0x20>(fours[j], fours[4 + j]);
            lines[4 + j].0 = _mm256_permute2f128_ps::<0x31>(fours[j], fours[4 + j]);
        }
    }
}

/// As [`transpose_f32`], with half as many lanes.
#[inline(always)]
unsafe fn transpose_f64(lines: &mut [F64x4; MAX_LANES]) {
    unsafe {
        let [a, b, c, d] = [lines[0].0, lines[1].0, lines[2].0, lines[3].0];
        let (ab_low, ab_high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        lines[0].0 = _mm256_permute2f128_pd::<0x20>(ab_low, cd_low);
        lines[1].0 = _mm256_permute2f128_pd::<0x20>(ab_high, cd_high);
        lines[2].0 = _mm256_permute2f128_pd::<0x31>(ab_low, cd_low);
        lines[3].0 = _mm256_permute2f128_pd::<0x31>(ab_high, cd_high);
    }
}

#[inline(always)]
unsafe fn bf16_pairs_f32(from: *const u32) -> [F32x8; 2] {
    unsafe {
        let pairs = _mm256_loadu_si256(from.cast());
        let upper = _mm256_and_si256(pairs, _mm256_set1_epi32(0xFFFF_0000_u32 as i32));
        let lower = _mm256_slli_epi32::<16>(pairs);
        [
            F32x8(_mm256_castsi256_ps(lower)),
            F32x8(_mm256_castsi256_ps(upper)),
        ]
    }
}

#[inline(always)]
unsafe fn bf16_pairs_f64(from: *const u32) -> [F64x4; 2] {
    unsafe {
        let pairs = _mm_loadu_si128(from.cast());
        let upper = _mm_and_si128(pairs, _mm_set1_epi32(0xFFFF_0000_u32 as i32));
        let lower = _mm_slli_epi32::<16>(pairs);
        [
            F64x4(_mm256_cvtps_pd(_mm_castsi128_ps(lower))),
            F64x4(_mm256_cvtps_pd(_mm_castsi128_ps(upper))),
        ]
    }
}

macro_rules! vector {
    ($name:ident, $register:ty, $elem:ty, $lanes:literal, $masks:ident,
     $splat:ident, $load:ident, $store:ident, $load_masked:ident, $store_masked:ident,
     $add:ident, $sub:ident, $mul:ident, $div:ident, $fma:ident, $max:ident, $min:ident,
     $sqrt:ident, $round:ident, $and:ident, $andnot:ident, $or:ident, $cmp:ident, $blend:ident,
     $power:ident, $transpose:ident, $bf16_pairs:ident) => {
        #[doc = concat!("A register of ", stringify!($lanes), " elements.")]
        #[derive(Clone, Copy)]
        pub struct $name($register);

        impl $name {
            #[inline(always)]
            unsafe fn first(count: usize) -> __m256i {
                unsafe { _mm256_loadu_si256($masks.as_ptr().add($lanes - count).cast()) }
            }
            #[inline(always)]
            fn lanes(self) -> [$elem; $lanes] {
                let mut lanes = [0.0; $lanes];
                // SAFETY: a value exists only where the instructions do.
                unsafe { $store(lanes.as_mut_ptr(), self.0) };
                lanes
            }
        }

        vector!(@operator $name, Add, add, $add);
        vector!(@operator $name, Sub, sub, $sub);
        vector!(@operator $name, Mul, mul, $mul);
        vector!(@operator $name, Div, div, $div);

        impl Neg for $name {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                // SAFETY: a value exists only where the instructions do.
                unsafe { $name($sub($splat(-0.0), self.0)) }
            }
        }

        // SAFETY throughout: a value exists only where the instructions do; the
        // pointers are the caller's promise.
        impl Vector for $name {
            type Elem = $elem;
            const LANES: usize = $lanes;
            const TILE_ROWS: usize = 6;
            const TILE_STRIPS: usize = 2;

            #[inline(always)]
            unsafe fn splat(x: $elem) -> Self {
                unsafe { Self($splat(x)) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $elem) -> Self {
                unsafe { Self($load(from)) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $elem) {
                unsafe { $store(to, self.0) }
            }
            #[inline(always)]
            unsafe fn load_first(from: *const $elem, count: usize) -> Self {
                unsafe { Self($load_masked(from, Self::first(count))) }
            }
            #[inline(always)]
            unsafe fn store_first(self, to: *mut $elem, count: usize) {
                unsafe { $store_masked(to, Self::first(count), self.0) }
            }
            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                unsafe { Self($fma(self.0, factor.0, term.0)) }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                unsafe { Self($max(self.0, other.0)) }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                unsafe { Self($min(self.0, other.0)) }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                unsafe { Self($andnot($splat(-0.0), self.0)) }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                unsafe { Self($sqrt(self.0)) }
            }
            #[inline(always)]
            fn round(self) -> Self {
                unsafe { Self($round::<NEAREST>(self.0)) }
            }
            #[inline(always)]
            fn scale(self, exponent: Self) -> Self {
                // In two halves, so that neither leaves the range of normal numbers.
                unsafe {
                    let half = $round::<NEAREST>($mul(exponent.0, $splat(0.5)));
                    let rest = $sub(exponent.0, half);
                    Self($mul($mul(self.0, $power(half)), $power(rest)))
                }
            }
            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                unsafe {
                    let mask = $splat(-0.0);
                    Self($or($andnot(mask, self.0), $and(mask, sign.0)))
                }
            }
            #[inline(always)]
            fn where_less(self, bound: Self, then: Self, otherwise: Self) -> Self {
                unsafe { Self($blend(otherwise.0, then.0, $cmp::<_CMP_LT_OQ>(self.0, bound.0))) }
            }
            #[inline(always)]
            fn sum(self) -> $elem {
                let mut lanes = self.lanes();
                let mut width = $lanes / 2;
                while width > 0 {
                    for i in 0..width {
                        lanes[i] += lanes[i + width];
                    }
                    width /= 2;
                }
                lanes[0]
            }
            #[inline(always)]
            fn largest(self) -> $elem {
                self.lanes().into_iter().fold(<$elem>::NEG_INFINITY, <$elem>::max)
            }
            #[inline(always)]
            fn reciprocal(self) -> Self {
                unsafe { Self($div($splat(1.0), self.0)) }
            }
            #[inline(always)]
            fn transpose(lines: &mut [Self; MAX_LANES]) {
                unsafe { $transpose(lines) }
            }
            #[inline(always)]
            unsafe fn load_bf16_pairs(from: *const u32) -> [Self; 2] {
                unsafe { $bf16_pairs(from) }
            }
            #[inline(always)]
            fn prefetch(from: *const $elem) {
                // No access is made, so any address will do.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(from.cast()) }
            }
        }
    };
    (@operator $name:ident, $trait:ident, $method:ident, $op:ident) => {
        impl $trait for $name {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: a value exists only where the instructions do.
                unsafe { Self($op(self.0, other.0)) }
            }
        }
    };
}

vector!(
    F32x8,
    __m256,
    f32,
    8,
    FIRST_32,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_maskload_ps,
    _mm256_maskstore_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_fmadd_ps,
    _mm256_max_ps,
    _mm256_min_ps,
    _mm256_sqrt_ps,
    _mm256_round_ps,
    _mm256_and_ps,
    _mm256_andnot_ps,
    _mm256_or_ps,
    _mm256_cmp_ps,
    _mm256_blendv_ps,
    power_f32,
    transpose_f32,
    bf16_pairs_f32
);

vector!(
    F64x4,
    __m256d,
    f64,
    4,
    FIRST_64,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_maskload_pd,
    _mm256_maskstore_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_div_pd,
    _mm256_fmadd_pd,
    _mm256_max_pd,
    _mm256_min_pd,
    _mm256_sqrt_pd,
    _mm256_round_pd,
    _mm256_and_pd,
    _mm256_andnot_pd,
    _mm256_or_pd,
    _mm256_cmp_pd,
    _mm256_blendv_pd,
    power_f64,
    transpose_f64,
    bf16_pairs_f64
);

//! AVX-512: 16 floats or 8 doubles.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one reason holds for all: a value exists only where the instructions do"
)]

use super::{MAX_LANES, Vector};
use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// All integral rounding goes to nearest, without exceptions.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

/// An estimate of 14 bits and one step of Newton's method.
#[inline(always)]
unsafe fn reciprocal_f32(x: __m512) -> __m512 {
    unsafe {
        let estimate = _mm512_rcp14_ps(x);
        let error = _mm512_fnmadd_ps(x, estimate, _mm512_set1_ps(1.0));
        _mm512_fmadd_ps(estimate, error, estimate)
    }
}

#[inline(always)]
unsafe fn reciprocal_f64(x: __m512d) -> __m512d {
    unsafe { _mm512_div_pd(_mm512_set1_pd(1.0), x) }
}

#[inline(always)]
unsafe fn transpose_f32(lines: &mut [F32x16; MAX_LANES]) {
    unsafe {
        let mut registers = lines.map(|line| line.0);
        transpose_16(&mut registers);
        *lines = registers.map(F32x16);
    }
}

/// Lane `i` of register `j` becomes lane `j` of register `i`: pairs of lanes, then of pairs, then of quarters, then of
/// halves.
///
/// # Safety
/// The machine must have AVX-512 F.
#[inline(always)]
pub(crate) unsafe fn transpose_16(lines: &mut [__m512; 16]) {
    unsafe {
        let mut pairs = [_mm512_setzero_ps(); 16];
        for i in 0..8 {
            let (a, b) = (lines[2 * i], lines[2 * i + 1]);
            pairs[2 * i] = _mm512_unpacklo_ps(a, b);
            pairs[2 * i + 1] = _mm512_unpackhi_ps(a, b);
        }
        // Register `4 i + j` holds column `j` of each quarter of the lanes, rows `4 i..4 i + 4`.
        let mut fours = [_mm512_setzero_ps(); 16];
        for i in 0..4 {
            for j in 0..2 {
                let a = _mm512_castps_pd(pairs[4 * i + j]);
                let b = _mm512_castps_pd(pairs[4 * i + 2 + j]);
                fours[4 * i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
                fours[4 * i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
            }
        }
        for j in 0..4 {
            let [a, b, c, d] = [fours[j], fours[4 + j], fours[8 + j], fours[12 + j]];
            let ab_even = _mm512_shuffle_f32x4::<0b10_00_10_00>(a, b);
            let ab_odd = _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b);
            let cd_even = _mm512_shuffle_f32x4::<0b10_00_10_00>(c, d);
            let cd_odd = _mm512_shuffle_f32x4::<0b11_01_11_01>(c, d);
            lines[j] = _mm512_shuffle_f32x4::<0b10_00_10_00>(ab_even, cd_even);
            lines[4 + j] = _mm512_shuffle_f32x4::<0b10_00_10_00>(ab_odd, cd_odd);
            lines[8 + j] = _mm512_shuffle_f32x4::<0b11_01_11_01>(ab_even, cd_even);
            lines[12 + j] = _mm512_shuffle_f32x4::<0b11_01_11_01>(ab_odd, cd_odd);
        }
    }
}

/// As [`transpose_f32`], with half as many lanes.
#[inline(always)]
unsafe fn transpose_f64(lines: &mut [F64x8; MAX_LANES]) {
    unsafe {
        let mut pairs = [_mm512_setzero_pd(); 8];
        for i in 0..4 {
            let (a, b) = (lines[2 * i].0, lines[2 * i + 1].0);
            pairs[2 * i] = _mm512_unpacklo_pd(a, b);
            pairs[2 * i + 1] = _mm512_unpackhi_pd(a, b);
        }
        for j in 0..2 {
            let [a, b, c, d] = [pairs[j], pairs[2 + j], pairs[4 + j], pairs[6 + j]];
            let ab_even = _mm512_shuffle_f64x2::<0b10_00_10_00>(a, b);
            let ab_odd = _mm512_shuffle_f64x2::<0b11_01_11_01>(a, b);
            let cd_even = _mm512_shuffle_f64x2::<0b10_00_10_00>(c, d);
            let cd_odd = _mm512_shuffle_f64x2::<0b11_01_11_01>(c, d);
            lines[j].0 = _mm512_shuffle_f64x2::<0b10_00_10_00>(ab_even, cd_even);
            lines[2 + j].0 = _mm512_shuffle_f64x2::<0b10_00_10_00>(ab_odd, cd_odd);
            lines[4 + j].0 = _mm512_shuffle_f64x2::<0b11_01_11_01>(ab_even, cd_even);
            lines[6 + j].0 = _mm512_shuffle_f64x2::<0b11_01_11_01>(ab_odd, cd_odd);
        }
    }
}

#[inline(always)]
unsafe fn bf16_pairs_f32(from: *const u32) -> [F32x16; 2] {
    unsafe {
        let pairs = _mm512_loadu_si512(from.cast());
        let upper = _mm512_and_si512(pairs, _mm512_set1_epi32(0xFFFF_0000_u32 as i32));
        let lower = _mm512_slli_epi32::<16>(pairs);
        [
            F32x16(_mm512_castsi512_ps(lower)),
            F32x16(_mm512_castsi512_ps(upper)),
        ]
    }
}

#[inline(always)]
unsafe fn bf16_pairs_f64(from: *const u32) -> [F64x8; 2] {
    unsafe {
        let pairs = _mm256_loadu_si256(from.cast());
        let upper = _mm256_and_si256(pairs, _mm256_set1_epi32(0xFFFF_0000_u32 as i32));
        let lower = _mm256_slli_epi32::<16>(pairs);
        [
            F64x8(_mm512_cvtps_pd(_mm256_castsi256_ps(lower))),
            F64x8(_mm512_cvtps_pd(_mm256_castsi256_ps(upper))),
        ]
    }
}

macro_rules! vector {
    ($name:ident, $register:ty, $elem:ty, $mask:ty, $lanes:literal, $sign:expr,
     $splat:ident, $load:ident, $store:ident, $load_masked:ident, $store_masked:ident,
     $add:ident, $sub:ident, $mul:ident, $div:ident, $fma:ident, $max:ident, $min:ident,
     $abs:ident, $sqrt:ident, $round:ident, $scale:ident, $sum:ident, $largest:ident,
     $less:ident, $blend:ident, $sign_op:ident, $from_int:ident, $to_int:ident, $splat_int:ident,
     $reciprocal:ident, $transpose:ident, $bf16_pairs:ident) => {
        #[doc = concat!("A register of ", stringify!($lanes), " elements.")]
        #[derive(Clone, Copy)]
        pub struct $name($register);

        impl $name {
            #[inline(always)]
            fn first(count: usize) -> $mask {
                ((1u32 << count) - 1) as $mask
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
            const TILE_STRIPS: usize = 4;

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
                unsafe { Self($load_masked(Self::first(count), from)) }
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
                unsafe { Self($abs(self.0)) }
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
                unsafe { Self($scale(self.0, exponent.0)) }
            }
            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                // Ternary logic 0xD8: the bit of `sign` where the mask is set, else of `self`.
                unsafe {
                    Self($from_int($sign_op::<0xD8>(
                        $to_int(self.0),
                        $to_int(sign.0),
                        $splat_int($sign),
                    )))
                }
            }
            #[inline(always)]
            fn where_less(self, bound: Self, then: Self, otherwise: Self) -> Self {
                unsafe { Self($blend($less::<_CMP_LT_OQ>(self.0, bound.0), otherwise.0, then.0)) }
            }
            #[inline(always)]
            fn sum(self) -> $elem {
                unsafe { $sum(self.0) }
            }
            #[inline(always)]
            fn largest(self) -> $elem {
                unsafe { $largest(self.0) }
            }
            #[inline(always)]
            fn reciprocal(self) -> Self {
                unsafe { Self($reciprocal(self.0)) }
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
    F32x16,
    __m512,
    f32,
    __mmask16,
    16,
    i32::MIN,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_maskz_loadu_ps,
    _mm512_mask_storeu_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_div_ps,
    _mm512_fmadd_ps,
    _mm512_max_ps,
    _mm512_min_ps,
    _mm512_abs_ps,
    _mm512_sqrt_ps,
    _mm512_roundscale_ps,
    _mm512_scalef_ps,
    _mm512_reduce_add_ps,
    _mm512_reduce_max_ps,
    _mm512_cmp_ps_mask,
    _mm512_mask_blend_ps,
    _mm512_ternarylogic_epi32,
    _mm512_castsi512_ps,
    _mm512_castps_si512,
    _mm512_set1_epi32,
    reciprocal_f32,
    transpose_f32,
    bf16_pairs_f32
);

vector!(
    F64x8,
    __m512d,
    f64,
    __mmask8,
    8,
    i64::MIN,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_maskz_loadu_pd,
    _mm512_mask_storeu_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_div_pd,
    _mm512_fmadd_pd,
    _mm512_max_pd,
    _mm512_min_pd,
    _mm512_abs_pd,
    _mm512_sqrt_pd,
    _mm512_roundscale_pd,
    _mm512_scalef_pd,
    _mm512_reduce_add_pd,
    _mm512_reduce_max_pd,
    _mm512_cmp_pd_mask,
    _mm512_mask_blend_pd,
    _mm512_ternarylogic_epi64,
    _mm512_castsi512_pd,
    _mm512_castpd_si512,
    _mm512_set1_epi64,
    reciprocal_f64,
    transpose_f64,
    bf16_pairs_f64
);

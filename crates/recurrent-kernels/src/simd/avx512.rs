//! AVX-512: 16 floats or 8 doubles.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one reason holds for all: a value exists only where the instructions do"
)]

use super::Vector;
use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// All integral rounding goes to nearest, without exceptions.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

macro_rules! vector {
    ($name:ident, $register:ty, $elem:ty, $mask:ty, $lanes:literal, $sign:expr,
     $splat:ident, $load:ident, $store:ident, $load_masked:ident, $store_masked:ident,
     $add:ident, $sub:ident, $mul:ident, $div:ident, $fma:ident, $max:ident, $min:ident,
     $abs:ident, $sqrt:ident, $round:ident, $scale:ident, $sum:ident, $largest:ident,
     $less:ident, $blend:ident, $sign_op:ident, $from_int:ident, $to_int:ident, $splat_int:ident) => {
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
    _mm512_set1_epi32
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
    _mm512_set1_epi64
);

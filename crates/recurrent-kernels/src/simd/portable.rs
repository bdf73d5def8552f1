//! Plain Rust: arrays of a fixed length, which the compiler vectorises for its
//! target (NEON on AArch64, SSE2 on x86-64).

use super::{Real, Vector};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `N` elements.
#[derive(Clone, Copy)]
pub struct Lanes<R, const N: usize>([R; N]);

impl<R: Real, const N: usize> Lanes<R, N> {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(R, R) -> R) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $op:tt) => {
        impl<R: Real, const N: usize> $trait for Lanes<R, N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a $op b)
            }
        }
    };
}

operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
operator!(Div, div, /);

impl<R: Real, const N: usize> Neg for Lanes<R, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(self.0.map(|x| -x))
    }
}

macro_rules! vector {
    ($elem:ty, $bits:ty, $bias:literal, $mantissa:literal) => {
        impl<const N: usize> Vector for Lanes<$elem, N> {
            type Elem = $elem;
            const LANES: usize = N;
            const TILE_ROWS: usize = 4;
            const TILE_STRIPS: usize = 1;

            #[inline(always)]
            unsafe fn splat(x: $elem) -> Self {
                Self([x; N])
            }
            #[inline(always)]
            unsafe fn load(from: *const $elem) -> Self {
                // SAFETY: the caller's promise.
                unsafe { Self(from.cast::<[$elem; N]>().read_unaligned()) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $elem) {
                // SAFETY: the caller's promise.
                unsafe { to.cast::<[$elem; N]>().write_unaligned(self.0) }
            }
            #[inline(always)]
            unsafe fn load_first(from: *const $elem, count: usize) -> Self {
                let mut lanes = [0.0; N];
                // SAFETY: the caller's promise.
                unsafe { from.copy_to_nonoverlapping(lanes.as_mut_ptr(), count) };
                Self(lanes)
            }
            #[inline(always)]
            unsafe fn store_first(self, to: *mut $elem, count: usize) {
                // SAFETY: the caller's promise.
                unsafe { to.copy_from_nonoverlapping(self.0.as_ptr(), count) }
            }
            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                // Without a fused instruction `mul_add` would be a library call a lane.
                if cfg!(target_feature = "fma") || cfg!(target_arch = "aarch64") {
                    Self(std::array::from_fn(|i| {
                        self.0[i].mul_add(factor.0[i], term.0[i])
                    }))
                } else {
                    self * factor + term
                }
            }
            #[inline(always)]
            fn reciprocal(self) -> Self {
                Self(self.0.map(|x| 1.0 / x))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                self.zip(other, |a, b| if a > b { a } else { b })
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                self.zip(other, |a, b| if a < b { a } else { b })
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self(self.0.map(<$elem>::abs))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(self.0.map(<$elem>::sqrt))
            }
            #[inline(always)]
            fn round(self) -> Self {
                // Adding and taking away 1.5 * 2^mantissa rounds to nearest, ties to even.
                let shift = 1.5 * (1u64 << $mantissa) as $elem;
                Self(self.0.map(|x| (x + shift) - shift))
            }
            #[inline(always)]
            fn scale(self, exponent: Self) -> Self {
                let power =
                    |n: $elem| <$elem>::from_bits(((n as i32 + $bias) as $bits) << $mantissa);
                // In two halves, so that neither leaves the range of normal numbers.
                self.zip(exponent, |x, n| {
                    let half = ((n as i32) / 2) as $elem;
                    x * power(half) * power(n - half)
                })
            }
            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                self.zip(sign, <$elem>::copysign)
            }
            #[inline(always)]
            fn where_less(self, bound: Self, then: Self, otherwise: Self) -> Self {
                Self(std::array::from_fn(|i| {
                    if self.0[i] < bound.0[i] {
                        then.0[i]
                    } else {
                        otherwise.0[i]
                    }
                }))
            }
            #[inline(always)]
            fn sum(self) -> $elem {
                self.0.into_iter().sum()
            }
            #[inline(always)]
            fn largest(self) -> $elem {
                self.0.into_iter().fold(<$elem>::NEG_INFINITY, <$elem>::max)
            }
        }
    };
}

vector!(f32, u32, 127, 23);
vector!(f64, u64, 1023, 52);

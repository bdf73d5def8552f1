//! Exponential, logistic function, hyperbolic tangent and a logarithm, a register at a time.
//!
//! `exp(x) = 2^n (1 + p(r))` with `n` the integer next to `x / ln 2` and `p`
//! the Taylor polynomial of `exp(r) - 1` on `|r| <= ln 2 / 2`. The others are
//! written so that nothing cancels: `tanh(x) = m / (m + 2)` with
//! `m = exp(2|x|) - 1 = 2^n p(r) + (2^n - 1)`, and
//! `sigmoid(x) = exp(min(x, 0)) / (1 + exp(-|x|))`.
//!
//! In `f32` the relative error is below 1e-6 wherever the result is a normal
//! number; infinities and NaN go in and come out as the functions have them.

use crate::Cpu;
use crate::simd::{Kernel, Real, Vector};

/// `n` and `p(r)` of the module's formula; `x` must be finite.
#[inline(always)]
fn reduce<V: Vector>(x: V) -> (V, V) {
    // SAFETY: `x` exists, so the machine has the instructions.
    let splat = |c: f64| unsafe { V::splat(V::Elem::from_f64(c)) };
    let n = (x * splat(std::f64::consts::LOG2_E)).round();
    // SAFETY: as above.
    let [high, low] = V::Elem::LN2.map(|part| unsafe { V::splat(part) });
    let r = n.mul_add(-low, n.mul_add(-high, x));
    let terms = V::Elem::EXP_TERMS;
    // SAFETY: as above.
    let mut p = unsafe { V::splat(terms[0]) };
    for &term in &terms[1..] {
        // SAFETY: as above.
        p = p.mul_add(r, unsafe { V::splat(term) });
    }
    (n, (p * r).mul_add(r, r))
}

/// `e^x`.
#[inline(always)]
pub fn exp<V: Vector>(x: V) -> V {
    // SAFETY: `x` exists, so the machine has the instructions.
    let splat = |c: V::Elem| unsafe { V::splat(c) };
    // `min` and `max` return their argument where `self` is NaN.
    let clamped = splat(V::Elem::EXP_MIN).max(splat(V::Elem::EXP_MAX).min(x));
    let (n, p) = reduce(clamped);
    let result = (p + splat(V::Elem::ONE)).scale(n);
    let infinite = splat(V::Elem::ONE) / splat(V::Elem::ZERO);
    let result = x.where_less(splat(V::Elem::EXP_MIN), splat(V::Elem::ZERO), result);
    splat(V::Elem::EXP_MAX).where_less(x, infinite, result)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn sigmoid<V: Vector>(x: V) -> V {
    // SAFETY: `x` exists, so the machine has the instructions.
    let splat = |c: V::Elem| unsafe { V::splat(c) };
    let (zero, one) = (splat(V::Elem::ZERO), splat(V::Elem::ONE));
    // `max` returns its argument where `self` is NaN.
    let (n, p) = reduce(splat(V::Elem::EXP_MIN).max(-x.abs()));
    let small = (p + one).scale(n);
    x.where_less(zero, small, one) * (one + small).reciprocal()
}

/// `(e^2x - 1) / (e^2x + 1)`.
#[inline(always)]
pub fn tanh<V: Vector>(x: V) -> V {
    // SAFETY: `x` exists, so the machine has the instructions.
    let splat = |c: f64| unsafe { V::splat(V::Elem::from_f64(c)) };
    // SAFETY: as above.
    let saturated = unsafe { V::splat(V::Elem::TANH_SATURATED) };
    let (n, p) = reduce(saturated.min(x.abs() + x.abs()));
    let power = splat(1.0).scale(n);
    let m = p.mul_add(power, power - splat(1.0));
    (m * (m + splat(2.0)).reciprocal()).with_sign_of(x)
}

/// `ln x` of `1 <= x <= 3`, such as a sum of up to three exponentials of which the largest is one.
///
/// With `z = (x - 1) / (x + 1)` it is `2 (z + z^3 / 3 + z^5 / 5 + ..)`; an `x` above the square root of two is halved before.
/// The absolute error is below two roundings of one.
#[inline(always)]
pub fn ln_to_three<V: Vector>(x: V) -> V {
    // SAFETY: `x` exists, so the machine has the instructions.
    let splat = |c: f64| unsafe { V::splat(V::Elem::from_f64(c)) };
    let (one, bound) = (splat(1.0), splat(std::f64::consts::SQRT_2));
    let y = x.where_less(bound, x, x * splat(0.5));
    let offset = x.where_less(bound, splat(0.0), splat(std::f64::consts::LN_2));
    let z = (y - one) * (y + one).reciprocal();
    let square = z * z;
    let terms = V::Elem::LN_TERMS;
    // SAFETY: as above.
    let mut series = unsafe { V::splat(terms[0]) };
    for &term in &terms[1..] {
        // SAFETY: as above.
        series = series.mul_add(square, unsafe { V::splat(term) });
    }
    series.mul_add(z, offset)
}

/// An elementwise function of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `e^x`.
    Exp,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// Natural logarithm of numbers from one to three.
    LnToThree,
}

impl Function {
    /// Replaces every element of `values` by the function of it.
    pub fn apply<R: Real>(self, cpu: Cpu, values: &mut [R]) {
        cpu.isa.run(Map {
            function: self,
            values,
        });
    }
}

struct Map<'a, R> {
    function: Function,
    values: &'a mut [R],
}

impl<R: Real> Kernel<R> for Map<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        for chunk in self.values.chunks_mut(V::LANES) {
            // SAFETY: loads and stores stay within the chunk.
            unsafe {
                let x = V::load_first(chunk.as_ptr(), chunk.len());
                let y = match self.function {
                    Function::Exp => exp(x),
                    Function::Sigmoid => sigmoid(x),
                    Function::Tanh => tanh(x),
                    Function::LnToThree => ln_to_three(x),
                };
                y.store_first(chunk.as_mut_ptr(), chunk.len());
            }
        }
    }
}

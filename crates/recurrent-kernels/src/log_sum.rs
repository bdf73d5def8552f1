//! Sums over paths in logarithms, and the shares that their terms have in them: what the backward pass needs.

use crate::math;
use crate::simd::{Real, Vector};

/// The logarithm of a share that is none, `e^-31 > 2^-46`: beside one it is nothing in single precision, and any larger one is
/// still a normal number when it is multiplied with a probability that has not [vanished](Real::VANISHED).
const VANISHED_SHARE: f64 = -31.0;

/// A probability, or zero where it has vanished.
#[inline(always)]
pub(crate) fn not_vanished<V: Vector>(probability: V) -> V {
    // SAFETY: vectors exist, so the machine has the instructions.
    let (zero, least) = unsafe { (V::splat(V::Elem::ZERO), V::splat(V::Elem::VANISHED)) };
    probability.where_less(least, zero, probability)
}

/// `ln Σ exp(x)` and the share of each term in the sum; minus infinity and no shares where no term is above it.
#[inline(always)]
pub(crate) fn log_sum<V: Vector, const N: usize>(terms: [V; N]) -> (V, [V; N]) {
    // SAFETY: vectors exist, so the machine has the instructions.
    let splat = |x: f64| unsafe { V::splat(V::Elem::from_f64(x)) };
    let (zero, one) = (splat(0.0), splat(1.0));
    // Every number is above this one, which is the least that is not infinite in both precisions.
    let least = splat(f64::from(f32::MIN));
    let mut most = terms[0];
    for &term in &terms[1..] {
        most = most.max(term);
    }
    let from = most.max(least);
    // A term without weight is left out, and none comes near the subnormal numbers.
    let vanished = splat(VANISHED_SHARE);
    let mut exponentials = terms;
    for term in &mut exponentials {
        let x = *term - from;
        *term = x.where_less(vanished, zero, math::exp(vanished.max(x)));
    }
    let mut sum = exponentials[0];
    for &term in &exponentials[1..] {
        sum = sum + term;
    }
    // The largest term is one, unless there is none.
    let sum = sum.max(one);
    let whole = sum.reciprocal();
    for share in &mut exponentials {
        *share = *share * whole;
    }
    let result = from + math::ln_to_three(sum);
    let impossible = -(one / zero);
    (most.where_less(least, impossible, result), exponentials)
}

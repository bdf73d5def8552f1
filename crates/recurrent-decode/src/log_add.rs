//! `ln(e^a + e^b)`.
//!
//! ```text
//! ln(e^a + e^b) = m + ln(1 + e^d)        m = max(a, b),  d = min(a, b) - m
//! ```
//!
//! `e^d = 2^k e^r` with `|r| <= ln 2 / 2` and a polynomial in `r`; `ln(1 + x) = 2 atanh(x / (2 + x))` with one in the
//! square of the quotient. No branches and no calls, so that a loop over it is done on many values at once.

/// Below it `e^d` is less than what rounding of the sum takes.
const LOWEST: f32 = -24.0;
/// What rounds a number of small magnitude to an integer, which is then in its low bits.
const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23

/// `ln(e^a + e^b)`, off by no more than `1.5e-7` and the rounding of the result. Either may be `-inf`, none NaN or `+inf`.
#[inline(always)]
pub(crate) fn log_add(a: f32, b: f32) -> f32 {
    let (most, least) = if a > b { (a, b) } else { (b, a) };
    // Where both are -inf the difference is NaN and the comparison false.
    let difference = least - most;
    let d = if difference > LOWEST {
        difference
    } else {
        LOWEST
    };
    let rounded = d * std::f32::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    // ln 2 in two parts, the first with few enough digits that its product with k is exact.
    let r = (d - k * 0.693_359_4) + k * 2.121_944_4e-4;
    let tail = 1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0)));
    let power = 1.0 + r * (1.0 + r * (0.5 + r * tail));
    let exponent = (rounded.to_bits() << 23).wrapping_add(power.to_bits());
    let x = f32::from_bits(exponent);
    let s = x / (2.0 + x);
    let q = s * s;
    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q / 15.0)));
    most + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)))
}

/// [`log_add`] in double precision.
pub(crate) fn log_add_exact(a: f64, b: f64) -> f64 {
    let (most, least) = if a > b { (a, b) } else { (b, a) };
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + (least - most).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_double_precision() {
        let mut furthest = 0f64;
        for step in 0..=400_000 {
            let d = step as f32 * -1e-4;
            for most in [0.0, -0.3, -7.0] {
                let exact = log_add_exact(f64::from(most), f64::from(most + d));
                let rounding = exact.abs() * f64::from(f32::EPSILON) / 2.0;
                furthest =
                    furthest.max((f64::from(log_add(most + d, most)) - exact).abs() - rounding);
                assert_eq!(log_add(most + d, most), log_add(most, most + d));
            }
        }
        assert!(furthest < 1.5e-7, "{furthest}");
    }

    #[test]
    fn nothing_adds_nothing() {
        let none = f32::NEG_INFINITY;
        assert_eq!(log_add(none, none), none);
        assert_eq!(log_add(-3.5, none), -3.5);
        assert_eq!(log_add(none, 1e6), 1e6);
        assert_eq!(log_add(-1e30, 2.0), 2.0);
    }
}

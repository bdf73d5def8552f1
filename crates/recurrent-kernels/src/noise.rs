//! Random numbers as a function of a seed and a position, so that threads,
//! devices and resumed runs draw the same ones without any generator state.

/// A well-mixed 64-bit value of `seed` and `position`: the output of SplitMix64
/// (Steele, Lea and Flood 2014) seeded by `seed` after `position + 1` steps.
#[inline]
pub fn mix(seed: u64, position: u64) -> u64 {
    let step = position.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut z = seed.wrapping_add(step);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Uniform on `[0, 1)`.
#[inline]
pub fn uniform(seed: u64, position: u64) -> f64 {
    (mix(seed, position) >> 11) as f64 / (1u64 << 53) as f64
}

/// Standard normal (Box and Muller 1958).
pub fn normal(seed: u64, position: u64) -> f64 {
    let radius = (-2.0 * (1.0 - uniform(seed, 2 * position)).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(seed, 2 * position + 1)).cos()
}

/// Dropout factors: zero with `probability`, else `1 / (1 - probability)`
/// (Srivastava et al. 2014, scaled while training).
///
/// # Panics
/// Where `probability` is not in `[0, 1)`.
pub fn dropout_mask(seed: u64, probability: f64, count: usize) -> Vec<f32> {
    assert!(
        (0.0..1.0).contains(&probability),
        "dropout {probability} is not in [0, 1)"
    );
    let threshold = (probability * (1u64 << 32) as f64) as u64;
    let keep = (1.0 / (1.0 - probability)) as f32;
    (0..count as u64)
        .map(|i| {
            if mix(seed, i) >> 32 < threshold {
                0.0
            } else {
                keep
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let n = 100_000;
        let mean = |f: &dyn Fn(u64) -> f64| (0..n).map(f).sum::<f64>() / n as f64;
        // Five standard errors of each mean.
        assert!((mean(&|i| uniform(1, i)) - 0.5).abs() < 5.0 * 0.289 / 316.0);
        assert!(mean(&|i| normal(2, i)).abs() < 5.0 / 316.0);
        assert!((mean(&|i| normal(2, i).powi(2)) - 1.0).abs() < 5.0 * 1.414 / 316.0);
        let mask = dropout_mask(3, 0.3, n as usize);
        let dropped = mask.iter().filter(|&&m| m == 0.0).count() as f64 / n as f64;
        assert!((dropped - 0.3).abs() < 5.0 * 0.458 / 316.0);
        assert!(
            mask.iter()
                .all(|&m| m == 0.0 || (m - 1.0 / 0.7).abs() < 1e-6)
        );
        assert_ne!(mask, dropout_mask(4, 0.3, n as usize));
    }
}

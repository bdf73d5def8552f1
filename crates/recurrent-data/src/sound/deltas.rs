//! Differences over time that follow the features of a step, as regression gives them.
//!
//! ```text
//! d_t = sum_(n=1..N) n (c_(t+n) - c_(t-n)) / (2 sum_(n=1..N) n^2)
//! ```
//!
//! Steps before the first and after the last are like these. Those of the second order are the differences of the
//! differences. Furui 1986, *Speaker-Independent Isolated Word Recognition Using Dynamic Features of Speech Spectrum*;
//! as in HTK, Kaldi and `torchaudio.functional.compute_deltas`.

/// The features `[T, C]` with the differences of `orders` orders behind each step, `[T, C (1 + orders)]`.
pub(super) fn append(values: &[f32], channels: usize, orders: usize, window: usize) -> Vec<f32> {
    let mut all = vec![values.to_vec()];
    for order in 0..orders {
        all.push(differences(&all[order], channels, window));
    }
    let mut appended = Vec::with_capacity(values.len() * (1 + orders));
    for start in (0..values.len()).step_by(channels.max(1)) {
        for values in &all {
            appended.extend_from_slice(&values[start..start + channels]);
        }
    }
    appended
}

/// `[T, C]`
fn differences(values: &[f32], channels: usize, window: usize) -> Vec<f32> {
    let mut differences = vec![0.0; values.len()];
    let Some(last) = (values.len() / channels.max(1)).checked_sub(1) else {
        return differences;
    };
    let squares: usize = (1..=window).map(|n| n * n).sum();
    let scale = 1.0 / (2 * squares) as f32;
    let step = |t: usize| &values[t * channels..(t + 1) * channels];
    for (t, difference) in differences.chunks_exact_mut(channels).enumerate() {
        for n in 1..=window {
            let [after, before] = [step((t + n).min(last)), step(t.saturating_sub(n))];
            for (sum, (after, before)) in difference.iter_mut().zip(after.iter().zip(before)) {
                *sum += n as f32 * (after - before);
            }
        }
        difference.iter_mut().for_each(|sum| *sum *= scale);
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_its_slope() {
        let line: Vec<f32> = (0..9).flat_map(|t| [3.0 * t as f32, 1.0]).collect();
        let slopes = differences(&line, 2, 2);
        assert_eq!(slopes[8..10], [3.0, 0.0]);
        // At the ends, where the first and the last step are repeated, it is less.
        assert_eq!(slopes[0..2], [1.5, 0.0]);
        let appended = append(&line, 2, 2, 2);
        assert_eq!(appended.len(), 54);
        assert_eq!(appended[24..30], [12.0, 1.0, 3.0, 0.0, 0.0, 0.0]);
        assert!(append(&[], 3, 2, 2).is_empty());
        assert_eq!(append(&[4.0], 1, 1, 5), [4.0, 0.0]);
    }
}

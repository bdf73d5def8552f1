//! The sequence of tags with the highest score (Viterbi 1967).
//!
//! ```text
//! score(y) = A[start, y_0] + Σ_t e_t[y_t] + Σ_t A[y_t-1, y_t] + A[y_T-1, end]
//! ```

use super::transitions::Transitions;

/// The best sequence of tags `[T]` for scores `[T, K]` of each. Of equal ones, it is the one with the lower last tag, then
/// with the lower tag before that, and so on. Where no sequence of the length is legal, it is the best of all, with a
/// weight of 0 for transitions that are not legal.
pub(super) fn best(scores: &[f64], transitions: &Transitions) -> Vec<usize> {
    legal(scores, transitions).unwrap_or_else(|| {
        let free = transitions.without_bounds();
        legal(scores, &free).unwrap_or_default()
    })
}

/// The best legal sequence, where there is one. Sums of f32 weights in f64 are always finite.
fn legal(scores: &[f64], transitions: &Transitions) -> Option<Vec<usize>> {
    let tags = transitions.tags();
    let mut steps = scores.chunks_exact(tags);
    let Some(first) = steps.next() else {
        return Some(Vec::new());
    };
    // The score of the best sequence that ends in each tag, [T, K].
    let mut all = Vec::with_capacity(scores.len());
    let starts = transitions.after(None).iter().zip(first);
    all.extend(starts.map(|(&start, e)| f64::from(start) + e));
    for scores in steps {
        let begin = all.len();
        all.resize(begin + tags, f64::NEG_INFINITY);
        let (before, next) = all.split_at_mut(begin);
        for (from, &before) in before[begin - tags..].iter().enumerate() {
            let weights = transitions.after(Some(from));
            for (next, &weight) in next.iter_mut().zip(weights) {
                let score = before + f64::from(weight);
                *next = if score > *next { score } else { *next };
            }
        }
        next.iter_mut().zip(scores).for_each(|(next, e)| *next += e);
    }
    let mut path = vec![0; scores.len() / tags];
    let mut to = None;
    let both = path.iter_mut().zip(all.chunks_exact(tags));
    for (tag, best) in both.rev() {
        let score = |from: usize| {
            let weights = transitions.after(Some(from));
            best[from] + f64::from(weights[to.unwrap_or(tags)])
        };
        let greater = |one: usize, other: usize| {
            if score(other) > score(one) {
                other
            } else {
                one
            }
        };
        *tag = (1..tags).fold(0, greater);
        if to.is_none() && score(*tag) == f64::NEG_INFINITY {
            return None;
        }
        to = Some(*tag);
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// All sequences of `length` tags, the last tag changing slowest.
    fn sequences(tags: usize, length: usize) -> impl Iterator<Item = Vec<usize>> {
        (0..tags.pow(length as u32))
            .map(move |n| (0..length).map(|t| n / tags.pow(t as u32) % tags).collect())
    }

    fn score(path: &[usize], scores: &[f64], transitions: &Transitions) -> f64 {
        let tags = transitions.tags();
        let own: f64 = path
            .iter()
            .enumerate()
            .map(|(t, tag)| scores[t * tags + tag])
            .sum();
        let cells = transitions.cells(path);
        own + cells
            .map(|cell| f64::from(transitions.weights()[cell]))
            .sum::<f64>()
    }

    /// Small whole numbers, so that many sequences have the same score and all sums are exact.
    fn problem(seed: u64, tags: usize, length: usize, bounds: f64) -> (Vec<f64>, Transitions) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut number = || f64::from(random.random_range(-2..3));
        let scores = (0..tags * length).map(|_| number()).collect();
        let mut weights: Vec<f32> = (0..(tags + 1).pow(2)).map(|_| number() as f32).collect();
        for weight in &mut weights {
            if random.random::<f64>() < bounds {
                *weight = f32::NEG_INFINITY;
            }
        }
        (scores, Transitions::new(weights).unwrap())
    }

    #[test]
    fn no_sequence_is_better() {
        let mut bound = 0;
        for seed in 0..400 {
            let (tags, length) = (1 + seed as usize % 4, seed as usize % 6);
            let (scores, transitions) = problem(seed, tags, length, 0.3);
            let found = best(&scores, &transitions);
            assert_eq!(found.len(), length);
            let legal = sequences(tags, length).any(|path| transitions.are_legal(&path));
            bound += usize::from(!legal);
            let transitions = match legal {
                true => transitions,
                false => transitions.without_bounds(),
            };
            let mut expected: Option<Vec<usize>> = None;
            for path in sequences(tags, length) {
                let value = score(&path, &scores, &transitions);
                let least = expected.as_ref().map(|it| score(it, &scores, &transitions));
                if least.is_none_or(|least| value > least) {
                    expected = Some(path);
                }
            }
            assert_eq!(Some(found), expected, "seed {seed}");
        }
        // Some of the problems have no legal sequence.
        assert!((20..200).contains(&bound), "{bound}");
    }

    #[test]
    fn the_greatest_weights_do_no_harm() {
        let weights = vec![
            f32::MAX,
            f32::MIN,
            f32::MAX,
            f32::NEG_INFINITY,
            f32::MIN,
            0.0,
            0.0,
            0.0,
            0.0,
        ];
        let transitions = Transitions::new(weights).unwrap();
        let scores = [f64::from(f32::MAX) * 1e9, f64::from(f32::MIN) * 1e9].repeat(50);
        assert_eq!(best(&scores, &transitions), [0; 50]);
    }
}

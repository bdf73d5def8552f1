//! Which examples make up which batch, so that little of a batch is padding.
//!
//! Sequences of a batch are padded to the longest of them. For training, examples of like length are brought together
//! within pools of a random order (bucketing, as in Khomenko et al. 2016, *Accelerating recurrent neural network training
//! using sequence bucketing and multi-GPU data parallelization*): the pools are large enough that a batch has hardly any
//! padding, and small enough that the batches of two epochs differ. For evaluation all examples are sorted by length.

use crate::DataError;
use crate::shuffle::shuffle;

/// How many batches a pool has.
const POOL_BATCHES: usize = 50;

/// What makes the order of the batches another one than that of the examples.
const ORDER_OF_BATCHES: u64 = 0x9e37_79b9_7f4a_7c15;

/// Draws batches for an epoch of training: each a list of at most `batch_size` positions in `lengths`, `[N]`. Every
/// example is in one batch. All batches but the last of the last pool are full.
///
/// The examples are shuffled, sorted by length within pools of 50 batches, and cut in batches, which are shuffled. The
/// result depends on the arguments alone.
///
/// ```
/// use recurrent_data::draw_batches;
///
/// let batches = draw_batches(&[7, 29, 8, 28], 2, 1)?;
/// assert_eq!(batches.len(), 2);
/// assert!(batches.contains(&vec![0, 2]));
/// # Ok::<(), recurrent_data::DataError>(())
/// ```
///
/// # Errors
/// If `batch_size` is 0.
pub fn draw_batches(
    lengths: &[usize],
    batch_size: usize,
    seed: u64,
) -> Result<Vec<Vec<usize>>, DataError> {
    check("batch_size", batch_size)?;
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    shuffle(order.len(), seed, |one, other| order.swap(one, other));
    let mut batches = Vec::new();
    for pool in order.chunks_mut(batch_size.saturating_mul(POOL_BATCHES)) {
        pool.sort_by_key(|&example| lengths[example]);
        batches.extend(pool.chunks(batch_size).map(<[usize]>::to_vec));
    }
    shuffle(batches.len(), seed ^ ORDER_OF_BATCHES, |one, other| {
        batches.swap(one, other);
    });
    Ok(batches)
}

/// Batches for evaluation: each a list of at most `batch_size` positions in `lengths`, `[N]`, from the shortest examples
/// to the longest ones. Every example is in one batch, and equal lengths keep their order.
///
/// A batch has at most `most_steps` steps, padding included, so that a few long sequences do not take up all memory. One
/// sequence that is longer is a batch of its own.
///
/// ```
/// use recurrent_data::sorted_batches;
///
/// let batches = sorted_batches(&[500, 3, 2_000, 4, 3], 3, 1_000)?;
/// assert_eq!(batches, [vec![1, 4, 3], vec![0], vec![2]]);
/// # Ok::<(), recurrent_data::DataError>(())
/// ```
///
/// # Errors
/// If `batch_size` or `most_steps` is 0.
pub fn sorted_batches(
    lengths: &[usize],
    batch_size: usize,
    most_steps: usize,
) -> Result<Vec<Vec<usize>>, DataError> {
    check("batch_size", batch_size)?;
    check("most_steps", most_steps)?;
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&example| lengths[example]);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for example in order {
        // As the lengths ascend, the newest example is the longest.
        let fits = |batch: &&mut Vec<usize>| {
            let padded = (batch.len() + 1).saturating_mul(lengths[example]);
            batch.len() < batch_size && padded <= most_steps
        };
        match batches.last_mut().filter(fits) {
            Some(batch) => batch.push(example),
            None => batches.push(vec![example]),
        }
    }
    Ok(batches)
}

fn check(name: &'static str, size: usize) -> Result<(), DataError> {
    match size {
        0 => Err(DataError::ZeroSize { name }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths from 1 to 100 without an order.
    fn lengths(count: usize) -> Vec<usize> {
        (0..count)
            .map(|example| (example * 7_919 + example * example * 31) % 100 + 1)
            .collect()
    }

    fn examples(batches: &[Vec<usize>]) -> Vec<usize> {
        let mut examples = batches.concat();
        examples.sort();
        examples
    }

    #[test]
    fn every_example_is_drawn_once() {
        for (count, batch_size) in [(0, 3), (1, 3), (1_000, 7), (1_000, 1), (10, usize::MAX)] {
            let lengths = lengths(count);
            let batches = draw_batches(&lengths, batch_size, 5).unwrap();
            assert_eq!(examples(&batches), (0..count).collect::<Vec<_>>());
            assert_eq!(batches.len(), count.div_ceil(batch_size));
            let partial = batches.iter().filter(|batch| batch.len() < batch_size);
            assert!(partial.count() <= 1);
            assert_eq!(batches, draw_batches(&lengths, batch_size, 5).unwrap());
        }
        assert_ne!(
            draw_batches(&lengths(100), 5, 0).unwrap(),
            draw_batches(&lengths(100), 5, 1).unwrap()
        );
    }

    #[test]
    fn drawn_batches_have_little_padding_and_no_order() {
        let lengths = lengths(5_000);
        let batches = draw_batches(&lengths, 20, 3).unwrap();
        let longest = |batch: &Vec<usize>| batch.iter().map(|&example| lengths[example]).max();
        let longest: Vec<usize> = batches.iter().filter_map(longest).collect();
        let padded: usize = longest.iter().map(|length| length * 20).sum();
        let valid: usize = lengths.iter().sum();
        // 1,000 examples of a pool are 10 for each length: a batch spans 2 lengths, or 3, of 50 on average.
        assert!(padded < valid * 106 / 100, "{padded} {valid}");
        let rising = longest.windows(2).filter(|pair| pair[0] <= pair[1]).count();
        assert!((90..160).contains(&rising), "{rising}");
    }

    #[test]
    fn sorted_batches_are_bounded_by_both_sizes() {
        let mut lengths = lengths(500);
        lengths.extend([0, 0, 10_000, usize::MAX]);
        for (batch_size, most_steps) in [(16, 400), (1, 1), (64, usize::MAX)] {
            let batches = sorted_batches(&lengths, batch_size, most_steps).unwrap();
            assert_eq!(examples(&batches), (0..lengths.len()).collect::<Vec<_>>());
            for batch in &batches {
                let steps = batch.len().saturating_mul(lengths[*batch.last().unwrap()]);
                assert!(batch.len() <= batch_size && (steps <= most_steps || batch.len() == 1));
            }
            let order = batches.concat();
            assert!(order.is_sorted_by_key(|&example| lengths[example]));
        }
        assert_eq!(
            sorted_batches(&[0, 0, 0], 2, 1).unwrap(),
            [vec![0, 1], vec![2]]
        );
    }

    #[test]
    fn sizes_of_zero_are_refused() {
        let error = draw_batches(&[1], 0, 0).unwrap_err().to_string();
        assert_eq!(error, "`batch_size`: expected at least 1, found 0");
        assert!(sorted_batches(&[1], 0, 1).is_err());
        let error = sorted_batches(&[1], 1, 0).unwrap_err().to_string();
        assert_eq!(error, "`most_steps`: expected at least 1, found 0");
    }
}

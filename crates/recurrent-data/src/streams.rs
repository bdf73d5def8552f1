//! One long sequence cut in parallel streams, read chunk by chunk: the data of truncated backpropagation through time.
//!
//! Row `b` of every chunk continues row `b` of the chunk before, so the state that ends a chunk begins the next one.
//! The target of a step is the token that follows it.
//!
//! ```text
//! tokens     0 1 2 3 4 5 6 7 8 9            streams 2, chunk 2
//! stream 0   0 1 2 3          -> 1 2 3 4    chunk 0: input [0 4, 1 5], chunk 1: input [2 6, 3 7]
//! stream 1   4 5 6 7          -> 5 6 7 8
//! ```

use std::ops::Range;
use std::sync::Arc;

use crate::{DataError, SequenceBatch};

/// The padding of a row that has ended; `lengths` says where it begins.
const PADDING: u32 = 0;

/// A sequence of tokens cut in `B` contiguous streams, read in chunks of at most `T` steps.
#[derive(Clone, Debug)]
pub struct TokenStreams {
    tokens: Arc<[u32]>,
    /// Where each stream begins in `tokens`. `[B]`
    starts: Vec<usize>,
    /// The number of steps of each stream. `[B]`
    lengths: Vec<usize>,
    chunk: usize,
}

/// The input of a chunk, and its targets: the tokens one step later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The tokens that are read. `[T, B]`
    pub input: SequenceBatch<u32>,
    /// The tokens that are to be predicted. `[T, B]`
    pub target: SequenceBatch<u32>,
}

impl TokenStreams {
    /// The reading for training: `streams` rows of equal length, `floor((tokens - 1) / streams)` steps each.
    ///
    /// The few tokens that remain at the end are not read. The last chunk may be shorter than `chunk`.
    ///
    /// # Errors
    /// If there are fewer than `streams * chunk + 1` tokens, or a size is 0.
    pub fn new(tokens: Arc<[u32]>, streams: usize, chunk: usize) -> Result<Self, DataError> {
        check_sizes(streams, chunk)?;
        check_count(tokens.len(), streams, chunk)?;
        let steps = (tokens.len() - 1) / streams;
        Ok(Self {
            starts: (0..streams).map(|b| b * steps).collect(),
            lengths: vec![steps; streams],
            tokens,
            chunk,
        })
    }

    /// The reading for evaluation: every token but the first is a target exactly once.
    ///
    /// The lengths of the rows differ by at most one step, and `lengths` of each chunk shows which rows have ended.
    /// Rows without any step have length 0 from the start.
    ///
    /// # Errors
    /// If there are fewer than 2 tokens, or a size is 0.
    pub fn covering(tokens: Arc<[u32]>, streams: usize, chunk: usize) -> Result<Self, DataError> {
        check_sizes(streams, chunk)?;
        check_count(tokens.len(), 1, 1)?;
        let targets = tokens.len() - 1;
        let lengths: Vec<usize> = (0..streams)
            .map(|b| targets / streams + usize::from(b < targets % streams))
            .collect();
        let starts = lengths
            .iter()
            .scan(0, |next, length| {
                let start = *next;
                *next += length;
                Some(start)
            })
            .collect();
        Ok(Self {
            tokens,
            starts,
            lengths,
            chunk,
        })
    }

    /// The number of streams, `B`.
    pub fn streams(&self) -> usize {
        self.starts.len()
    }

    /// The number of chunks of one reading.
    pub fn chunks(&self) -> usize {
        self.steps().div_ceil(self.chunk)
    }

    /// The number of targets of one reading, over all rows.
    pub fn targets(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// The number of steps of the longest stream.
    pub fn steps(&self) -> usize {
        self.lengths.iter().copied().max().unwrap_or(0)
    }

    /// Chunk `index` of the reading.
    ///
    /// # Panics
    /// If `index` is not below [`chunks`](Self::chunks).
    pub fn chunk(&self, index: usize) -> Chunk {
        assert!(
            index < self.chunks(),
            "chunk {index} of a reading of {}",
            self.chunks()
        );
        self.span(index * self.chunk..(index + 1) * self.chunk)
    }

    /// The part of every stream that lies in `steps`.
    pub fn span(&self, steps: Range<usize>) -> Chunk {
        let rows = |shift: usize| -> Vec<&[u32]> {
            self.starts
                .iter()
                .zip(&self.lengths)
                .map(|(start, &length)| {
                    let valid = steps.start.min(length)..steps.end.min(length);
                    &self.tokens[start + shift + valid.start..start + shift + valid.end]
                })
                .collect()
        };
        Chunk {
            input: SequenceBatch::from_rows(&rows(0), PADDING),
            target: SequenceBatch::from_rows(&rows(1), PADDING),
        }
    }

    /// All chunks in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Chunk> + '_ {
        (0..self.chunks()).map(|index| self.chunk(index))
    }
}

fn check_sizes(streams: usize, chunk: usize) -> Result<(), DataError> {
    for (name, size) in [("streams", streams), ("chunk", chunk)] {
        if size == 0 {
            return Err(DataError::ZeroSize { name });
        }
    }
    Ok(())
}

fn check_count(found: usize, streams: usize, steps: usize) -> Result<(), DataError> {
    let needed = streams.saturating_mul(steps).saturating_add(1);
    if found < needed {
        return Err(DataError::SplitTooShort {
            found,
            needed,
            streams,
            steps,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: u32) -> Arc<[u32]> {
        (0..count).collect()
    }

    #[test]
    fn streams_are_contiguous_and_targets_are_the_next_tokens() {
        let streams = TokenStreams::new(numbers(12), 2, 2).unwrap();
        assert_eq!((streams.chunks(), streams.targets()), (3, 10));
        let first = streams.chunk(0);
        assert_eq!(first.input.values, [0, 5, 1, 6]);
        assert_eq!(first.target.values, [1, 6, 2, 7]);
        let last = streams.chunk(2);
        assert_eq!(
            (last.input.steps, &last.input.lengths[..]),
            (1, &[1, 1][..])
        );
        assert_eq!(last.input.values, [4, 9]);
        assert_eq!(last.target.values, [5, 10]);
    }

    #[test]
    fn a_chunk_continues_the_one_before() {
        let streams = TokenStreams::new(numbers(1000), 7, 10).unwrap();
        let chunks: Vec<Chunk> = streams.iter().collect();
        for pair in chunks.windows(2) {
            for b in 0..streams.streams() {
                assert_eq!(
                    pair[0].target.row(b).last(),
                    pair[1].input.row(b).first(),
                    "row {b}"
                );
            }
        }
    }

    #[test]
    fn covering_predicts_every_target_exactly_once() {
        for (count, rows, chunk) in [
            (2, 3, 4),
            (10, 3, 2),
            (11, 3, 2),
            (12, 4, 100),
            (100, 7, 5),
            (8, 1, 3),
        ] {
            let streams = TokenStreams::covering(numbers(count), rows, chunk).unwrap();
            let mut targets = Vec::new();
            for chunk in streams.iter() {
                assert_eq!(chunk.input.rows(), rows);
                assert_eq!(chunk.input.lengths, chunk.target.lengths);
                for b in 0..rows {
                    for (input, target) in chunk.input.row(b).into_iter().zip(chunk.target.row(b)) {
                        assert_eq!(input + 1, target);
                        targets.push(target);
                    }
                }
            }
            targets.sort_unstable();
            assert_eq!(
                targets,
                (1..count).collect::<Vec<_>>(),
                "{count} {rows} {chunk}"
            );
            assert_eq!(streams.targets(), count as usize - 1);
        }
    }

    #[test]
    fn rows_that_have_ended_have_length_zero() {
        let streams = TokenStreams::covering(numbers(6), 2, 2).unwrap();
        assert_eq!(streams.chunk(0).input.lengths, [2, 2]);
        let last = streams.chunk(1);
        assert_eq!((last.input.steps, last.input.lengths), (1, vec![1, 0]));
    }

    #[test]
    fn a_split_that_is_too_short_says_how_many_symbols_are_needed() {
        let error = TokenStreams::new(numbers(20), 2, 10)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(
                "has 20 symbols, and at least 21 are needed (streams x steps + 1 = 2 x 10 + 1)"
            ),
            "{error}"
        );
        assert!(TokenStreams::new(numbers(21), 2, 10).is_ok());
        let error = TokenStreams::covering(numbers(1), 2, 10)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("has 1 symbols, and at least 2 are needed"),
            "{error}"
        );
        assert!(TokenStreams::new(numbers(0), usize::MAX, usize::MAX).is_err());
        assert!(matches!(
            TokenStreams::new(numbers(9), 0, 1),
            Err(DataError::ZeroSize { name: "streams" })
        ));
    }
}

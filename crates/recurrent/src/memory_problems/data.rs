//! The examples: each a function of seed, split and number, made when it is needed.

use super::config::{MemoryDataConfig, Problem};
use crate::language_model::Split;
use crate::network::Input;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_nn::noise;

/// Symbols to be copied.
pub(super) const ALPHABET: usize = 8;

/// The symbol of steps with nothing to read or to say.
pub(super) const BLANK: u8 = 8;

/// The symbol after which the symbols are asked for.
const MARK: u8 = 9;

/// All symbols that are read.
pub(super) const SYMBOLS: usize = 10;

/// How many symbols are copied.
pub(super) const COPIED: usize = 10;

/// An example of the adding problem.
#[derive(Debug, Clone, PartialEq)]
pub struct SumExample {
    /// Uniform on 0 to 1, `[T]`.
    pub numbers: Vec<f32>,
    /// Two steps, the first in the first half of the sequence, the other in the second.
    pub marks: [usize; 2],
}

/// An example of the copy problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyExample {
    /// Symbols, uniform on 0 to 7.
    pub symbols: [u8; COPIED],
    /// `T`.
    pub steps: usize,
}

/// Some examples on a device.
pub(super) struct Batch {
    /// Numbers and marks `[T, B, 2]`, or symbols, `[T, B]` or as ones among zeros `[T, B, 10]`.
    pub input: Input,
    /// Steps of each row, `[B]`.
    pub lengths: Vec<usize>,
    pub targets: Targets,
}

/// The right answers.
pub(super) enum Targets {
    /// A sum for each row, `[B]`.
    Sums(Vec<f32>),
    /// A symbol for each step, `[T B]`.
    Symbols(Vec<u8>),
}

impl SumExample {
    /// The example of a seed.
    ///
    /// # Panics
    /// Where `steps` is below 2, as each half has a mark.
    pub fn draw(steps: usize, seed: u64) -> Self {
        assert!(steps >= 2, "each half has a step");
        let half = steps / 2;
        let below = |count: usize, place| (noise::mix(seed, place) % count as u64) as usize;
        let numbers = (2..).map(|place| noise::uniform(seed, place) as f32);
        Self {
            numbers: numbers.take(steps).collect(),
            marks: [below(half, 0), half + below(steps - half, 1)],
        }
    }

    /// The sum of the marked numbers.
    pub fn target(&self) -> f32 {
        self.marks.iter().map(|&step| self.numbers[step]).sum()
    }
}

impl CopyExample {
    /// The example of a seed.
    pub fn draw(steps: usize, seed: u64) -> Self {
        let symbol = |place: usize| (noise::mix(seed, place as u64) % ALPHABET as u64) as u8;
        Self {
            symbols: std::array::from_fn(symbol),
            steps,
        }
    }

    /// What is read, `[T + 20]`.
    pub fn input(&self) -> Vec<u8> {
        let mut input = vec![BLANK; self.steps + 2 * COPIED];
        input[..COPIED].copy_from_slice(&self.symbols);
        input[COPIED + self.steps - 1] = MARK;
        input
    }

    /// What is to be said, `[T + 20]`.
    pub fn target(&self) -> Vec<u8> {
        let mut target = vec![BLANK; self.steps + COPIED];
        target.extend_from_slice(&self.symbols);
        target
    }
}

impl MemoryDataConfig {
    /// Seed of an example. The training split goes on from epoch to epoch.
    fn seed_of(&self, split: Split, number: u64) -> u64 {
        let split = match split {
            Split::Valid => 1,
            Split::Test => 2,
            Split::Train | Split::All => 0,
        };
        noise::mix(noise::mix(self.seed, split), number)
    }

    /// An example of the adding problem; [`Split::All`] begins with the training split.
    pub fn sum(&self, split: Split, number: u64) -> SumExample {
        SumExample::draw(self.steps, self.seed_of(split, number))
    }

    /// An example of the copy problem; [`Split::All`] begins with the training split.
    pub fn copy(&self, split: Split, number: u64) -> CopyExample {
        CopyExample::draw(self.steps, self.seed_of(split, number))
    }

    /// Steps of a sequence.
    pub fn length(&self) -> usize {
        match self.problem {
            Problem::Adding => self.steps,
            Problem::Copy => self.steps + 2 * COPIED,
        }
    }

    /// The splits that a split is made of, with their numbers of examples.
    pub(super) fn parts(&self, split: Split) -> Vec<(Split, u64)> {
        let all = [Split::Train, Split::Valid, Split::Test];
        let parts = all.into_iter().zip(self.examples);
        parts
            .filter(|&(part, _)| split == Split::All || split == part)
            .collect()
    }

    /// Tells the examples from others.
    pub(crate) fn digest(&self) -> u64 {
        let problem = match self.problem {
            Problem::Adding => 0,
            Problem::Copy => 1,
        };
        let known = [problem, self.steps as u64, self.seed];
        known.into_iter().chain(self.examples).fold(0, noise::mix)
    }

    /// Tells the examples of a split from others.
    pub(crate) fn digest_of(&self, split: Split) -> u64 {
        let mut own = self.clone();
        let parts = self.parts(split);
        for (part, examples) in self.parts(Split::All).into_iter().zip(&mut own.examples) {
            if !parts.contains(&part) {
                *examples = 0;
            }
        }
        own.digest()
    }

    /// What they are called.
    pub fn source(&self) -> String {
        let problem = match self.problem {
            Problem::Adding => "adding",
            Problem::Copy => "copy",
        };
        format!("the {problem} problem at T = {}", self.steps)
    }

    /// The loss of an answer that remembers nothing: the mean squared error of always answering 1, which is the variance of
    /// the sum of two uniform numbers, or the mean cross entropy in nats of blanks followed by any of the symbols.
    pub fn baseline(&self) -> f64 {
        match self.problem {
            Problem::Adding => 1.0 / 6.0,
            Problem::Copy => {
                let unknown = COPIED as f64 * (ALPHABET as f64).ln();
                unknown / self.length() as f64
            }
        }
    }

    /// The `count` examples from number `first` on; symbols are as they are, where they are `embedded`.
    pub(super) fn batch(
        &self,
        split: Split,
        first: u64,
        count: usize,
        embedded: bool,
        device: &Device,
    ) -> Batch {
        let (time, numbers) = (self.length(), first..first + count as u64);
        let lengths = vec![time; count];
        match self.problem {
            Problem::Adding => {
                let mut input = vec![0.0; time * count * 2];
                let mut sums = Vec::with_capacity(count);
                for (row, number) in numbers.enumerate() {
                    let example = self.sum(split, number);
                    for (step, &x) in example.numbers.iter().enumerate() {
                        input[(step * count + row) * 2] = x;
                    }
                    for step in example.marks {
                        input[(step * count + row) * 2 + 1] = 1.0;
                    }
                    sums.push(example.target());
                }
                Batch {
                    input: vectors(input, [time, count, 2], device),
                    lengths,
                    targets: Targets::Sums(sums),
                }
            }
            Problem::Copy => {
                let (mut input, mut targets) = (vec![0; time * count], vec![0; time * count]);
                for (row, number) in numbers.enumerate() {
                    let example = self.copy(split, number);
                    let symbols = example.input().into_iter().zip(example.target());
                    for (step, (read, said)) in symbols.enumerate() {
                        input[step * count + row] = read;
                        targets[step * count + row] = said;
                    }
                }
                let input = match embedded {
                    true => symbols(&input, [time, count], device),
                    false => vectors(ones(&input), [time, count, SYMBOLS], device),
                };
                Batch {
                    input,
                    lengths,
                    targets: Targets::Symbols(targets),
                }
            }
        }
    }
}

/// Symbols as ones among zeros.
fn ones(symbols: &[u8]) -> Vec<f32> {
    let mut vectors = vec![0.0; symbols.len() * SYMBOLS];
    for (place, &symbol) in symbols.iter().enumerate() {
        vectors[place * SYMBOLS + usize::from(symbol)] = 1.0;
    }
    vectors
}

fn vectors(values: Vec<f32>, shape: [usize; 3], device: &Device) -> Input {
    Input::Vectors(Tensor::from_data(TensorData::new(values, shape), device))
}

fn symbols(values: &[u8], shape: [usize; 2], device: &Device) -> Input {
    let values: Vec<i32> = values.iter().map(|&symbol| symbol.into()).collect();
    let data = TensorData::new(values, shape);
    Input::Symbols(Tensor::<2, Int>::from_data(data, device))
}

#[cfg(test)]
mod tests;

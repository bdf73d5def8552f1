//! The workloads: what runs, on which shapes, and how many operations that is.

use recurrent_nn::{Cell, Precision, StackConfig};
use serde::Deserialize;
use std::sync::LazyLock;

/// One line of the benchmark.
#[derive(Debug, Clone, Deserialize)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// The recurrent layers.
    pub stack: StackShape,
    /// What is done with them.
    #[serde(flatten)]
    pub work: Work,
}

/// Sizes of a recurrent stack whose layers have one width.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackShape {
    /// The cell.
    pub cell: Cell,
    /// `I` of the first layer.
    pub input_size: usize,
    /// `H` of every layer.
    pub hidden_size: usize,
    /// `L`.
    #[serde(default = "one")]
    pub layers: usize,
    /// Whether there is a reverse layer beside each forward one.
    #[serde(default)]
    pub bidirectional: bool,
}

fn one() -> usize {
    1
}

/// What is timed.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub enum Work {
    /// A training step of a language model: embedding as wide as the stack's
    /// input, stack, softmax loss, backward, clip of the global norm, SGD.
    TrainingStep {
        /// `V`.
        vocabulary: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
    },
    /// The stack forward, and the gradients of its weights and its input.
    ForwardBackward {
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
        /// Where given, lengths run evenly from `time` down to this.
        shortest: Option<usize>,
    },
    /// One step of one row.
    Step {
        /// How the weights are kept.
        #[serde(default)]
        precision: Precision,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    workload: Vec<Workload>,
}

/// All workloads.
pub fn workloads() -> &'static [Workload] {
    static ALL: LazyLock<Vec<Workload>> = LazyLock::new(|| {
        let table: Table =
            toml::from_str(include_str!("workloads.toml")).expect("the built-in table is valid");
        table.workload
    });
    &ALL
}

impl StackShape {
    /// The stack, with PyTorch's initial values.
    pub fn config(&self) -> StackConfig {
        StackConfig {
            bidirectional: self.bidirectional,
            ..StackConfig::new(self.cell, self.input_size, self.hidden_size, self.layers)
        }
    }

    fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// Operations of the products of one position, forward.
    fn flops(&self) -> usize {
        let (hidden, directions) = (self.hidden_size, self.directions());
        (0..self.layers)
            .map(|layer| match layer {
                0 => self.input_size,
                _ => hidden * directions,
            })
            .map(|input| 2 * self.cell.gates() * hidden * (input + hidden) * directions)
            .sum()
    }
}

impl Work {
    /// Valid steps of each row.
    pub fn lengths(&self) -> Vec<usize> {
        match *self {
            Self::TrainingStep { batch, time, .. }
            | Self::ForwardBackward {
                batch,
                time,
                shortest: None,
            } => vec![time; batch],
            Self::ForwardBackward {
                batch,
                time,
                shortest: Some(shortest),
            } => {
                let last = (batch - 1).max(1);
                let length = |row| (time * last - (time - shortest) * row) / last;
                (0..batch).map(length).collect()
            }
            Self::Step { .. } => vec![1],
        }
    }
}

impl Workload {
    /// Valid positions: the tokens, or steps, of one run.
    pub fn positions(&self) -> usize {
        self.work.lengths().iter().sum()
    }

    /// Operations of one run.
    pub fn flops(&self) -> usize {
        let a_position = match self.work {
            Work::TrainingStep { vocabulary, .. } => {
                let output = 2 * self.stack.hidden_size * self.stack.directions() * vocabulary;
                3 * (self.stack.flops() + output)
            }
            Work::ForwardBackward { .. } => 3 * self.stack.flops(),
            Work::Step { .. } => self.stack.flops(),
        };
        self.positions() * a_position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(name: &str) -> &'static Workload {
        let found = workloads().iter().find(|workload| workload.name == name);
        found.expect("the workload is in the table")
    }

    #[test]
    fn operations_are_those_of_the_products() {
        // 400 tokens; per token two layers of 4 x 200 x (200 + 200) and 200 x 10000
        // multiplications, two operations each, forward and twice that backward.
        assert_eq!(workload("lm_ptb_small").flops(), 6_336_000_000);
        // 16000 positions of 32 x (32 + 32) multiplications.
        assert_eq!(workload("rnn_imdb").flops(), 196_608_000);
        // 1600 positions, both directions: 4 x 512 x (512 + 512), then
        // 4 x 512 x (1024 + 512) multiplications.
        assert_eq!(workload("bilstm_512").flops(), 100_663_296_000);
        // 3 x 256 x (256 + 256) multiplications.
        assert_eq!(workload("gru_step_256").flops(), 786_432);
    }

    #[test]
    fn padded_positions_do_not_count() {
        let packed = workload("lstm_packed");
        let lengths = packed.work.lengths();
        assert_eq!(lengths.len(), 32);
        assert_eq!(&lengths[..3], [100, 97, 94]);
        assert_eq!(lengths[31], 10);
        assert_eq!(packed.positions(), 1745);
        assert_eq!(packed.flops(), 1745 * 3 * 2 * 1024 * 512);
    }
}

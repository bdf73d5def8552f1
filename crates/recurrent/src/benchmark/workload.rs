//! The workloads: what runs, on which shapes, and how many operations that is.

use recurrent_nn::{Cell, Precision, StackConfig};
use serde::Deserialize;
use std::sync::LazyLock;

/// One line of the benchmark.
#[derive(Debug, Clone, Deserialize)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// What is timed.
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

/// What is timed. Rows have `time` steps; with `shortest`, their lengths run evenly from `time`
/// down to it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Work {
    /// A training step of a language model: embedding as wide as the stack's input, stack,
    /// softmax loss, backward, clip of the global norm, SGD.
    TrainLanguageModel {
        /// The layers between embedding and output.
        stack: StackShape,
        /// `V`.
        vocabulary: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
        /// How a step takes the operands of products.
        #[serde(default)]
        precision: Precision,
    },
    /// The same of a tagger: the output layer gives scores of tags, and the loss is that of a
    /// linear-chain conditional random field.
    TrainTagger {
        /// The layers between embedding and output.
        stack: StackShape,
        /// Words of the vocabulary.
        vocabulary: usize,
        /// `V`, the number of tags.
        tags: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
        /// The shortest length.
        shortest: Option<usize>,
    },
    /// The same of a classifier: the output layer gives scores of classes by the state after a
    /// row's last step, and the loss is that of a softmax.
    TrainClassifier {
        /// The layers between embedding and output.
        stack: StackShape,
        /// Tokens of the vocabulary.
        vocabulary: usize,
        /// `V`, the number of classes.
        classes: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
        /// The shortest length.
        shortest: Option<usize>,
    },
    /// A stack forward, and the gradients of its weights and its input.
    ForwardBackward {
        /// The layers.
        stack: StackShape,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
        /// The shortest length.
        shortest: Option<usize>,
    },
    /// One step of one row.
    Step {
        /// The layers.
        stack: StackShape,
        /// How the weights are kept.
        #[serde(default)]
        precision: Precision,
    },
    /// The loss of a linear-chain conditional random field, and its gradients with respect to
    /// emissions and transitions.
    CrfLoss {
        /// `V`, the number of tags.
        tags: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
        /// The shortest length.
        shortest: Option<usize>,
    },
    /// Its most probable sequences of tags.
    CrfDecode {
        /// `V`, the number of tags.
        tags: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
        /// The shortest length.
        shortest: Option<usize>,
    },
    /// The loss of a transducer from the logits of all nodes, and its gradient.
    TransducerLoss {
        /// `V`, blank among them.
        classes: usize,
        /// Labels of each row.
        labels: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
    },
    /// Prefix beam search of peaky emissions without a language model, on one thread.
    CtcBeam {
        /// `V`, blank among them.
        classes: usize,
        /// Labels of each row, about.
        labels: usize,
        /// The width of the beam.
        beam: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
    },
    /// The loss of connectionist temporal classification from logits, and its gradient.
    CtcLoss {
        /// `V`, blank among them.
        classes: usize,
        /// Labels of each row.
        labels: usize,
        /// `B`.
        batch: usize,
        /// `T`.
        time: usize,
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

    /// Operations of an output layer over one of its states, forward.
    fn output_flops(&self, outputs: usize) -> usize {
        2 * self.hidden_size * self.directions() * outputs
    }
}

/// Operations of a conditional random field at one position, forward: a multiplication and an
/// addition, or an addition and a comparison, for each pair of neighbouring tags.
fn crf_flops(tags: usize) -> usize {
    2 * tags * tags
}

/// Operations of a step of connectionist temporal classification, forward: a subtraction, an exponential and an addition
/// for each class and for each of five ways to the two states of a label, functions counted as one.
fn ctc_flops(classes: usize, labels: usize) -> usize {
    3 * (classes + 5 * labels)
}

impl Work {
    /// How the operands of its products are taken.
    pub fn precision(&self) -> Precision {
        match *self {
            Self::TrainLanguageModel { precision, .. } => precision,
            _ => Precision::Full,
        }
    }

    /// Valid steps of each row, `[B]`.
    pub fn lengths(&self) -> Vec<usize> {
        let (batch, time, shortest) = match *self {
            Self::TrainLanguageModel { batch, time, .. }
            | Self::CtcLoss { batch, time, .. }
            | Self::CtcBeam { batch, time, .. }
            | Self::TransducerLoss { batch, time, .. } => (batch, time, None),
            Self::TrainTagger {
                batch,
                time,
                shortest,
                ..
            }
            | Self::TrainClassifier {
                batch,
                time,
                shortest,
                ..
            }
            | Self::ForwardBackward {
                batch,
                time,
                shortest,
                ..
            }
            | Self::CrfLoss {
                batch,
                time,
                shortest,
                ..
            }
            | Self::CrfDecode {
                batch,
                time,
                shortest,
                ..
            } => (batch, time, shortest),
            Self::Step { .. } => (1, 1, None),
        };
        let last = (batch - 1).max(1);
        let drop = time - shortest.unwrap_or(time);
        (0..batch)
            .map(|row| (time * last - drop * row) / last)
            .collect()
    }
}

impl Workload {
    /// Valid positions: the tokens, or steps, of one run.
    pub fn positions(&self) -> usize {
        self.work.lengths().iter().sum()
    }

    /// Operations of one run.
    pub fn flops(&self) -> usize {
        let positions = self.positions();
        match self.work {
            Work::TrainLanguageModel {
                stack, vocabulary, ..
            } => 3 * positions * (stack.flops() + stack.output_flops(vocabulary)),
            Work::TrainTagger { stack, tags, .. } => {
                3 * positions * (stack.flops() + stack.output_flops(tags) + crf_flops(tags))
            }
            Work::TrainClassifier {
                stack,
                classes,
                batch,
                ..
            } => 3 * (positions * stack.flops() + batch * stack.output_flops(classes)),
            Work::ForwardBackward { stack, .. } => 3 * positions * stack.flops(),
            Work::Step { stack, .. } => stack.flops(),
            Work::CrfLoss { tags, .. } => 3 * positions * crf_flops(tags),
            Work::CrfDecode { tags, .. } => positions * crf_flops(tags),
            Work::CtcLoss {
                classes, labels, ..
            } => 2 * positions * ctc_flops(classes, labels),
            // A node is a step of one label more, with two ways to it.
            Work::TransducerLoss {
                classes, labels, ..
            } => 2 * positions * (labels + 1) * ctc_flops(classes, 0) + 6 * positions * labels,
            // Every beginning may stay or be extended by every label.
            Work::CtcBeam { classes, beam, .. } => positions * beam * classes,
        }
    }
}

#[cfg(test)]
mod tests;

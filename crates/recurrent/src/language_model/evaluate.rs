//! The loss over a part of a corpus.

use super::learner::symbols;
use super::{Corpus, LanguageModel};
use crate::Error;
use crate::training::TrainingConfig;
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_data::TokenStreams;
use recurrent_nn::{Mode, cross_entropy};

/// A part of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// What the model learns from.
    Train,
    /// What the weights are chosen by.
    Valid,
    /// What nothing is chosen by.
    Test,
    /// The three of them, one after the other.
    All,
}

impl Split {
    /// Whether a part belongs to it.
    pub(super) fn has(self, part: Self) -> bool {
        self == Self::All || self == part
    }

    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
            Self::All => "all",
        }
    }
}

impl std::str::FromStr for Split {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "train" => Ok(Self::Train),
            "valid" => Ok(Self::Valid),
            "test" => Ok(Self::Test),
            "all" => Ok(Self::All),
            _ => Err(format!(
                "expected train, valid, test or all, found `{name}`"
            )),
        }
    }
}

/// The loss over a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Mean cross entropy, nats a symbol.
    pub cross_entropy: f64,
    /// Symbols it is the mean of.
    pub symbols: usize,
}

impl Evaluation {
    /// `e` to the cross entropy.
    pub fn perplexity(&self) -> f64 {
        self.cross_entropy.exp()
    }

    /// Cross entropy in bits.
    pub fn bits_per_symbol(&self) -> f64 {
        self.cross_entropy / std::f64::consts::LN_2
    }
}

/// Mean cross entropy over all streams, the state carried from chunk to chunk.
pub(super) fn evaluate(
    model: &LanguageModel,
    streams: &TokenStreams,
    device: &Device,
) -> Evaluation {
    let mut state = None;
    let (mut sum, mut count) = (0.0, 0);
    for chunk in streams.iter() {
        let steps = chunk.target.steps;
        let lengths = &chunk.target.lengths;
        let valid: usize = lengths.iter().sum();
        let full = valid == chunk.target.values.len();
        let ids = symbols(&chunk.input, device);
        let targets = symbols(&chunk.target, device).reshape([chunk.target.values.len()]);
        let unequal = (!full).then_some(lengths.as_slice());
        let read = model.forward(ids, unequal, state.take(), Mode::Inference);
        let mask = (!full).then(|| mask(steps, lengths, device));
        let mean = cross_entropy(read.logits, targets, mask, 0.0).into_scalar::<f64>();
        sum += mean * valid as f64;
        count += valid;
        state = Some(read.state);
    }
    Evaluation {
        cross_entropy: sum / count.max(1) as f64,
        symbols: count,
    }
}

/// One where a row is valid, `[T * B]`.
fn mask(steps: usize, lengths: &[usize], device: &Device) -> Tensor<1> {
    let values: Vec<f32> = (0..steps)
        .flat_map(|step| lengths.iter().map(move |&n| f32::from(u8::from(step < n))))
        .collect();
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), device)
}

/// Symbols that an evaluation reads at once.
const EVALUATION_SYMBOLS: usize = 2048;

/// Logits that an evaluation holds at once.
const EVALUATION_LOGITS: usize = 1 << 28;

/// A split as streams in which every symbol but the first is predicted once.
pub(super) fn evaluation_streams(
    corpus: &Corpus,
    split: Split,
    training: &TrainingConfig,
    vocabulary: usize,
) -> Result<TokenStreams, Error> {
    let tokens = corpus.split(split);
    let streams = training
        .evaluation_streams
        .min(tokens.len().saturating_sub(1))
        .max(1);
    let most = (EVALUATION_LOGITS / (streams * vocabulary.max(1))).max(1);
    let chunk = (EVALUATION_SYMBOLS / streams).max(16).min(most);
    let two = "one to predict after another";
    TokenStreams::covering(tokens, streams, chunk)
        .map_err(|error| corpus.unusable(split, error, two))
}

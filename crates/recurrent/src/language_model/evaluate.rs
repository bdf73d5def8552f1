//! The loss over a part of a corpus.

use super::learner::symbols;
use super::{Corpus, LanguageModel};
use crate::Error;
use burn::tensor::{Device, Tensor};
use recurrent_data::{Chunk, TokenStreams};
use recurrent_nn::Mode;
use recurrent_nn::ops::row_cross_entropies;
use std::borrow::Cow;

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

    /// What is measured where nothing else is asked for: the test split, or the validation split where there is no test split.
    pub fn measured(has_test: bool) -> Self {
        match has_test {
            true => Self::Test,
            false => Self::Valid,
        }
    }

    /// Its part of train, valid and test; of all of them the three, one after the other.
    pub(crate) fn part<T: Clone>(
        self,
        [train, valid, test]: [&T; 3],
        append: impl Fn(&mut T, &T),
    ) -> Cow<'_, T> {
        match self {
            Self::Train => Cow::Borrowed(train),
            Self::Valid => Cow::Borrowed(valid),
            Self::Test => Cow::Borrowed(test),
            Self::All => {
                let mut all = train.clone();
                append(&mut all, valid);
                append(&mut all, test);
                Cow::Owned(all)
            }
        }
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

/// Reads all streams chunk by chunk, the state carried, and gives each chunk, the states of the last
/// hidden layer `[T, B, H]` and `-ln p` of the chunk's targets `[T B]` to `each`; where a row has
/// ended they mean nothing.
pub(super) fn read(
    model: &LanguageModel,
    streams: &TokenStreams,
    device: &Device,
    mut each: impl FnMut(&Chunk, Tensor<3>, &[f64]),
) {
    let mut state = None;
    for chunk in streams.iter() {
        let lengths = &chunk.target.lengths;
        let full = chunk.target.valid_steps() == chunk.target.values.len();
        let unequal = (!full).then_some(lengths.as_slice());
        let ids = symbols(&chunk.input, device);
        let read = model.forward(ids, unequal, state.take(), Mode::Inference);
        state = Some(read.state);
        let targets: Vec<usize> = chunk.target.values.iter().map(|&id| id as usize).collect();
        let losses = row_cross_entropies(read.logits, &targets);
        each(&chunk, read.hidden, &losses);
    }
}

/// Mean cross entropy over all streams, the state carried from chunk to chunk.
pub(super) fn evaluate(
    model: &LanguageModel,
    streams: &TokenStreams,
    device: &Device,
) -> Evaluation {
    let (mut sum, mut count) = (0.0, 0);
    read(model, streams, device, |chunk, _, losses| {
        let lengths = &chunk.target.lengths;
        for (step, losses) in losses.chunks(lengths.len()).enumerate() {
            let valid = losses.iter().zip(lengths).filter(|&(_, &n)| step < n);
            sum += valid.map(|(loss, _)| loss).sum::<f64>();
        }
        count += chunk.target.valid_steps();
    });
    Evaluation {
        cross_entropy: sum / count.max(1) as f64,
        symbols: count,
    }
}

/// Symbols that an evaluation reads at once.
const EVALUATION_SYMBOLS: usize = 2048;

/// Logits that an evaluation holds at once.
pub(super) const EVALUATION_LOGITS: usize = 1 << 28;

/// A split as `streams` rows, fewer where it is short, in which every symbol but the first is predicted once.
pub(super) fn evaluation_streams(
    corpus: &Corpus,
    split: Split,
    streams: usize,
    vocabulary: usize,
) -> Result<TokenStreams, Error> {
    let tokens = corpus.split(split);
    let streams = streams.min(tokens.len().saturating_sub(1)).max(1);
    let most = (EVALUATION_LOGITS / (streams * vocabulary.max(1))).max(1);
    let chunk = (EVALUATION_SYMBOLS / streams).max(16).min(most);
    let two = "one to predict after another";
    TokenStreams::covering(tokens, streams, chunk)
        .map_err(|error| corpus.unusable(split, error, two))
}

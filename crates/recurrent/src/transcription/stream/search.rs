//! What makes labels of what a network gives, step by step.

use crate::Error;
use crate::transcription::config::DecodeMethod;
use crate::transcription::decoder::Guides;
use crate::transcription::network::TransducerStepper;
use crate::transcription::predict::Transcriber;
use crate::transcription::reading::BLANK;
use recurrent_decode::ctc::{BeamSearch, BestPath};
use recurrent_decode::language_model::log_sum_exp;
use recurrent_decode::transducer::{GreedySearch, TransducerSearch};

/// A search of one of the methods.
pub(super) enum Search<'a> {
    /// The best path, and how many of its labels were taken.
    BestPath(BestPath, usize),
    Beam(Box<BeamSearch<Option<Guides<'a>>>>),
    /// The greedy way of a transducer, and how many of its labels were taken.
    Greedy(Box<GreedySearch<'a, TransducerStepper>>, usize),
    Transducer(Box<TransducerSearch<'a, TransducerStepper>>),
}

impl<'a> Search<'a> {
    /// The search of a transcriber's method; none where that needs whole sequences.
    pub fn new(transcriber: &'a Transcriber) -> Result<Option<Self>, Error> {
        let decoder = &transcriber.decoder;
        let search = match (transcriber.method(), &transcriber.network.transducer) {
            (DecodeMethod::PrefixSearch, _) => return Ok(None),
            (DecodeMethod::BestPath, None) => Self::BestPath(BestPath::new(BLANK), 0),
            (DecodeMethod::Beam, None) => Self::Beam(Box::new(decoder.beam()?)),
            (DecodeMethod::BestPath, Some(model)) => {
                let most = decoder.transducer_options(1).most_labels;
                Self::Greedy(Box::new(GreedySearch::new(model, most)), 0)
            }
            (DecodeMethod::Beam, Some(model)) => {
                let options = decoder.transducer_options(1);
                Self::Transducer(Box::new(TransducerSearch::new(model, options)?))
            }
        };
        Ok(Some(search))
    }

    /// Goes on by what the network gives at a step: scores `[V]`, or what a transducer hears `[J]`.
    pub fn advance(&mut self, mut scores: Vec<f32>) -> Result<(), Error> {
        let symbols = scores.len();
        if matches!(self, Self::BestPath(..) | Self::Beam(_)) {
            let normaliser = log_sum_exp(scores.iter().copied());
            scores.iter_mut().for_each(|score| *score -= normaliser);
        }
        match self {
            Self::BestPath(search, _) => search.advance(&scores, symbols)?,
            Self::Beam(search) => search.advance(&scores)?,
            Self::Greedy(search, _) => search.advance(&scores)?,
            Self::Transducer(search) => search.advance(&scores)?,
        }
        Ok(())
    }

    /// Takes out the labels that nothing can change any more.
    pub fn take_stable(&mut self) -> Vec<u32> {
        match self {
            Self::BestPath(search, taken) => after(search.labels(), taken),
            Self::Greedy(search, taken) => after(search.labels(), taken),
            Self::Beam(search) => search.take_stable().labels,
            Self::Transducer(search) => search.take_stable(),
        }
    }

    /// The labels after those that were taken out if nothing else comes.
    pub fn tentative(&self) -> Vec<u32> {
        match self {
            Self::BestPath(search, taken) => search.labels()[*taken..].to_vec(),
            Self::Greedy(search, taken) => search.labels()[*taken..].to_vec(),
            Self::Beam(search) => {
                let mut labels = search.stable().labels;
                labels.extend(search.tentative().labels);
                labels
            }
            Self::Transducer(search) => search.best(),
        }
    }

    /// The labels after those that were taken out, at the end. Where the guides let nothing end they are those of the best
    /// beginning.
    pub fn finish(self) -> Vec<u32> {
        let tentative = self.tentative();
        match self {
            Self::Beam(search) => {
                let best = search.finish().into_iter().next();
                best.map_or(tentative, |best| best.labels)
            }
            _ => tentative,
        }
    }
}

/// The labels after the first `taken`, which are then all.
fn after(labels: &[u32], taken: &mut usize) -> Vec<u32> {
    let new = labels[*taken..].to_vec();
    *taken = labels.len();
    new
}

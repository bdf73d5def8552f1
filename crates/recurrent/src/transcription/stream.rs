//! Transcription of sound as it arrives: features, network and decoder go on from where they are.
//!
//! ```text
//! samples -> features -> normalised, stacked -> stack of layers, one step -> log probabilities -> decoder
//! ```
//!
//! A network whose layers read in one direction and that has no convolutions can do so; so can features that are normalised
//! by the training part.

use super::config::DecodeMethod;
use super::decoder::Guides;
use super::network::TransducerStepper;
use super::predict::Transcriber;
use super::reading::BLANK;
use super::sources::stacked;
use crate::Error;
use recurrent_data::Signal;
use recurrent_data::sound::{FeatureStream, Normaliser, RateStream};
use recurrent_decode::ctc::BeamSearch;
use recurrent_decode::transducer::TransducerSearch;
use recurrent_nn::{LinearStepper, Precision, StackStepper, StackStepperState};

/// A sound that is being transcribed.
pub struct TranscriptStream<'a> {
    transcriber: &'a Transcriber,
    rate: RateStream,
    features: FeatureStream,
    /// Normalised steps that do not fill a stacked one yet. `[.., C]`
    waiting: Vec<f32>,
    rnn: StackStepper,
    state: StackStepperState,
    output: LinearStepper<f32>,
    /// Of what it gives.
    width: usize,
    search: Search<'a>,
    /// Steps of the network so far.
    steps: usize,
}

/// What makes labels of log probabilities.
enum Search<'a> {
    /// The labels of the best path so far, and the class of its last step.
    BestPath {
        labels: Vec<u32>,
        last: u32,
    },
    Beam(Box<BeamSearch<Option<Guides<'a>>>>),
    Transducer(Box<TransducerSearch<'a, TransducerStepper>>),
}

impl Transcriber {
    /// A stream before its first sample, of which there will be `rate` a second.
    ///
    /// # Errors
    /// Where the transcriber has to know the whole sound; the message names the setting.
    pub fn stream(&self, rate: u32) -> Result<TranscriptStream<'_>, Error> {
        let refuse = |key: &str, expected: &str, found: &str| {
            Err(Error::Setting {
                key: key.to_string(),
                expected: format!("{expected}, as a stream does not know what comes"),
                found: found.to_string(),
            })
        };
        let Some(sound) = self.config().data.sound() else {
            return refuse("data.kind", "sound", "images");
        };
        let rate = RateStream::new(rate, sound.features.rate)?;
        if !self.config().model.front.is_empty() {
            return refuse("model.front", "no convolutions", "some");
        }
        if !matches!(
            self.reading.channels.normaliser,
            Normaliser::Global(_) | Normaliser::None
        ) {
            let key = "data.sound.normalisation";
            return refuse(key, "global or none", "means of whole sounds");
        }
        let network = &self.network.network;
        let width = match &self.network.transducer {
            Some(transducer) => transducer.width(),
            None => self.symbols().len() + 1,
        };
        let parts = network
            .stepper(Precision::Full)
            .zip(network.output_stepper());
        let Some((rnn, output)) = parts else {
            return refuse(
                "model.encoder",
                "a recurrent one of one direction",
                "another",
            );
        };
        let search = match (self.method(), &self.network.transducer) {
            (method, Some(transducer)) => {
                let mut options = self.decoder.transducer_options(1);
                if method == DecodeMethod::BestPath {
                    options.beam_width = 1;
                }
                Search::Transducer(Box::new(TransducerSearch::new(transducer, options)?))
            }
            (DecodeMethod::BestPath, None) => Search::BestPath {
                labels: Vec::new(),
                last: BLANK as u32,
            },
            (DecodeMethod::Beam, None) => Search::Beam(Box::new(self.decoder.beam()?)),
            (DecodeMethod::PrefixSearch, None) => {
                return refuse("decode.method", "best-path or beam", "prefix-search");
            }
        };
        Ok(TranscriptStream {
            transcriber: self,
            rate,
            features: sound.features.stream()?,
            waiting: Vec::new(),
            state: rnn.zero_state(),
            rnn,
            output,
            width,
            search,
            steps: 0,
        })
    }
}

impl TranscriptStream<'_> {
    /// Goes on by some samples.
    ///
    /// # Errors
    /// Where a sample is not finite.
    pub fn push(&mut self, samples: &[f32]) -> Result<(), Error> {
        let samples = self.rate.push(samples)?;
        self.hear(&samples)
    }

    /// Goes on by samples at the rate of the features.
    fn hear(&mut self, samples: &[f32]) -> Result<(), Error> {
        let mut features = vec![self.features.push(samples)?];
        let transcriber = self.transcriber;
        let (reading, channels) = (&transcriber.reading, transcriber.channels());
        reading
            .channels
            .normaliser
            .apply(&mut features, channels, None)?;
        for signal in features {
            self.waiting.extend_from_slice(&signal.values);
        }
        let sound = transcriber.config().data.sound();
        let width = channels * sound.map_or(1, |sound| sound.stack);
        let whole = self.waiting.len() / width * width;
        let steps: Vec<f32> = self.waiting.drain(..whole).collect();
        steps
            .chunks_exact(width)
            .try_for_each(|step| self.step(step))
    }

    /// One step of the network.
    fn step(&mut self, step: &[f32]) -> Result<(), Error> {
        let hidden = self.rnn.step(step, &mut self.state);
        let mut scores = vec![0.0; self.width];
        self.output.step(hidden, &mut scores);
        self.steps += 1;
        if let Search::Transducer(search) = &mut self.search {
            return Ok(search.advance(&scores)?);
        }
        let normaliser = recurrent_decode::language_model::log_sum_exp(scores.iter().copied());
        scores.iter_mut().for_each(|score| *score -= normaliser);
        match &mut self.search {
            Search::BestPath { labels, last } => {
                let best = (0..).zip(&scores).max_by(|a, b| a.1.total_cmp(b.1));
                let best = best.map_or(BLANK as u32, |(class, _)| class);
                if best != *last && best != BLANK as u32 {
                    labels.push(best);
                }
                *last = best;
            }
            Search::Beam(search) => search.advance(&scores)?,
            Search::Transducer(_) => {}
        }
        Ok(())
    }

    /// What no further sample can change.
    pub fn stable(&self) -> String {
        let reading = &self.transcriber.reading;
        match &self.search {
            Search::BestPath { labels, .. } => reading.text(labels),
            Search::Beam(search) => reading.text(&search.stable().labels),
            Search::Transducer(search) => reading.text(&search.stable()),
        }
    }

    /// What comes after it if nothing else is heard.
    pub fn tentative(&self) -> String {
        match &self.search {
            Search::BestPath { .. } => String::new(),
            Search::Beam(search) => self.transcriber.reading.text(&search.tentative().labels),
            Search::Transducer(search) => {
                let sure = search.stable().len();
                self.transcriber.reading.text(&search.best()[sure..])
            }
        }
    }

    /// Seconds of sound that the network has heard.
    pub fn seconds(&self) -> f64 {
        self.steps as f64 * self.transcriber.step()
    }

    /// The text of all that was heard.
    ///
    /// # Errors
    /// Where the last steps cannot be taken.
    pub fn finish(mut self) -> Result<String, Error> {
        let transcriber = self.transcriber;
        let end = std::mem::replace(&mut self.rate, RateStream::new(8_000, 8_000)?).finish()?;
        self.hear(&end)?;
        let channels = transcriber.channels();
        if !self.waiting.is_empty() {
            let sound = transcriber.config().data.sound();
            let stack = sound.map_or(1, |sound| sound.stack);
            let values = std::mem::take(&mut self.waiting);
            let steps = values.len() / channels;
            let last = stacked(Signal { values, steps }, channels, stack);
            self.step(&last.values)?;
        }
        Ok(match self.search {
            Search::BestPath { labels, .. } => transcriber.reading.text(&labels),
            Search::Transducer(search) => transcriber.reading.text(&search.best()),
            Search::Beam(search) => {
                let best = search.finish().into_iter().next();
                best.map_or(String::new(), |best| transcriber.reading.text(&best.labels))
            }
        })
    }
}

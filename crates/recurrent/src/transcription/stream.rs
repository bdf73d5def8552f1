//! Transcription of sound as it arrives: features, network and decoder go on from where they are.
//!
//! ```text
//! samples -> features -> normalised, stacked -> stack of layers, one step -> log probabilities -> decoder
//! ```
//!
//! A network whose layers read in one direction and that has no convolutions can do so; so can features that are normalised
//! by the training part.

mod search;

use super::predict::Transcriber;
use super::sources::stacked;
use crate::Error;
use recurrent_data::Signal;
use recurrent_data::sound::{FeatureStream, Normaliser, RateStream};
use recurrent_nn::{LinearStepper, Precision, StackStepper, StackStepperState};
use search::Search;

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
    /// What no further sample can change.
    stable: String,
    /// Steps of the network so far.
    steps: usize,
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
        let Some(search) = Search::new(self)? else {
            return refuse("decode.method", "best-path or beam", "prefix-search");
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
            stable: String::new(),
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
            .try_for_each(|step| self.step(step))?;
        let sure = self.search.take_stable();
        self.stable += &transcriber.reading.text(&sure);
        Ok(())
    }

    /// One step of the network.
    fn step(&mut self, step: &[f32]) -> Result<(), Error> {
        let hidden = self.rnn.step(step, &mut self.state);
        let mut scores = vec![0.0; self.width];
        self.output.step(hidden, &mut scores);
        self.steps += 1;
        self.search.advance(scores)
    }

    /// What no further sample can change.
    pub fn stable(&self) -> &str {
        &self.stable
    }

    /// What comes after it if nothing else is heard.
    pub fn tentative(&self) -> String {
        self.transcriber.reading.text(&self.search.tentative())
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
            let last = stacked(
                Signal {
                    values,
                    steps,
                    name: None,
                },
                channels,
                stack,
            );
            self.step(&last.values)?;
        }
        let rest = transcriber.reading.text(&self.search.finish());
        Ok(self.stable + &rest)
    }
}

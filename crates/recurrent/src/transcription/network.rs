//! The network: convolutions in front, an encoder, scores of the symbols and blank at every step.
//!
//! ```text
//! vectors [T, B, C] -> front [T', B, ..] -> encoder [T', B, H] -> dropout -> linear [T', B, V]
//! ```

mod learner;
mod trained;
mod transducer;

pub(crate) use learner::TranscriberTask;
pub(super) use trained::TrainedNetwork;
pub use transducer::PredictorConfig;
pub(super) use transducer::TransducerStepper;
use transducer::{TransducerHead, map};

use crate::Error;
use crate::network::check::check_dropouts;
use crate::network::{
    Encoder, EncoderConfig, EncoderParts, Front, FrontBlockConfig, FrontParts, Input, LayerOf, rows,
};
use crate::report::LayerRow;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use recurrent_nn::ops::shortest_ctc;
use recurrent_nn::{
    Linear, LinearConfig, LinearStepper, Mode, Precision, StackStepper, UnalignedReduction,
    UnalignedTargets, ctc_loss, dropout, noise, parameters,
};
use serde::{Deserialize, Serialize};

/// Most parameters of a network: 4 GB.
pub(super) const MOST_PARAMETERS: usize = 1_000_000_000;

/// `[model]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranscriberConfig {
    /// `[[model.front]]`: convolutions over steps and features before the encoder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub front: Vec<FrontBlockConfig>,
    /// Dropout after each of them.
    #[serde(default)]
    pub front_dropout: f64,
    /// Dropout of what the encoder reads.
    #[serde(default)]
    pub input_dropout: f64,
    /// Dropout of its states.
    #[serde(default)]
    pub output_dropout: f64,
    /// `[model.encoder]`: what reads the sequence.
    pub encoder: EncoderConfig,
    /// `[model.predictor]`: what knows what was told, of a transducer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictor: Option<PredictorConfig>,
}

/// What a network is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Channels of a step, and features of each.
    pub inputs: [usize; 2],
    /// `V`: the symbols and blank.
    pub classes: usize,
}

/// Front, encoder and scores.
#[derive(Module, Debug)]
pub struct TranscriberNetwork {
    front: Front,
    encoder: Encoder,
    output: Option<Linear>,
    /// In the place of the output, of a transducer.
    transducer: Option<TransducerHead>,
    #[module(skip)]
    output_dropout: f64,
}

impl TranscriberConfig {
    pub(super) fn check(&self) -> Result<(), Error> {
        FrontBlockConfig::check_all(&self.front)?;
        self.encoder_parts([1, 1]).check()?;
        if let Some(predictor) = &self.predictor {
            predictor.check()?;
        }
        check_dropouts(&[
            ("model.front_dropout", self.front_dropout),
            ("model.output_dropout", self.output_dropout),
        ])?;
        crate::training::check(
            !self.front.is_empty() || self.front_dropout == 0.0,
            "model.front_dropout".to_string(),
            "0, as there is no model.front",
            self.front_dropout,
        )
    }

    /// The convolutions in front, for steps of so many channels and features of each.
    pub(super) fn front_parts(&self, inputs: [usize; 2]) -> FrontParts<'_> {
        FrontParts {
            blocks: &self.front,
            dropout: self.front_dropout,
            inputs,
        }
    }

    fn encoder_parts(&self, inputs: [usize; 2]) -> EncoderParts<'_> {
        EncoderParts {
            embedding: None,
            inputs: self.front_parts(inputs).output_size(),
            beside: 0,
            input_dropout: self.input_dropout,
            body: Some(&self.encoder),
            section: "model",
        }
    }

    /// How many steps come out of `steps`.
    pub(super) fn steps(&self, inputs: [usize; 2], steps: usize) -> usize {
        let encoder = self.encoder_parts(inputs);
        encoder.steps(self.front_parts(inputs).steps(steps))
    }

    /// Fails where the layers cannot read steps of so many channels and features of each.
    pub(super) fn check_inputs(&self, inputs: [usize; 2]) -> Result<(), Error> {
        self.encoder_parts(inputs).check_inputs()
    }

    /// How many steps become one, as far as numbers go.
    pub(super) fn stride(&self) -> usize {
        let blocks = self.front.iter();
        let front = blocks.map(|block| block.stride[0].saturating_mul(block.window[0]));
        let encoder = self.encoder.stride();
        front.fold(encoder, usize::saturating_mul)
    }

    /// The least number of steps that labels can be told in.
    pub(super) fn shortest(&self, labels: &[usize]) -> usize {
        match self.predictor {
            // A transducer tells any number of labels at a step.
            Some(_) => usize::from(!labels.is_empty()),
            None => shortest_ctc(labels),
        }
    }

    /// Parameters of a network.
    pub(super) fn parameters(&self, shape: Shape) -> usize {
        let encoder = self.encoder_parts(shape.inputs);
        let width = encoder.output_size();
        let scores = match &self.predictor {
            Some(predictor) => predictor.parameters(width, shape.classes),
            None => (width + 1) * shape.classes,
        };
        self.front_parts(shape.inputs).parameters() + encoder.parameters() + scores
    }

    /// A network with weights drawn from `seed`; those of the encoder are zero where `blank`.
    pub(crate) fn init(
        &self,
        shape: Shape,
        seed: u64,
        blank: bool,
        device: &Device,
    ) -> TranscriberNetwork {
        let encoder = self.encoder_parts(shape.inputs);
        let width = encoder.output_size();
        let output = LinearConfig::new(width, shape.classes);
        let is_transducer = self.predictor.is_some();
        let front = self.front_parts(shape.inputs);
        TranscriberNetwork {
            front: front.init(noise::mix(seed, 0), device),
            encoder: encoder.init(noise::mix(seed, 1), blank, device),
            output: (!is_transducer).then(|| output.init(noise::mix(seed, 2), device)),
            transducer: self.predictor.as_ref().map(|predictor| {
                predictor.init(width, shape.classes, noise::mix(seed, 3), blank, device)
            }),
            output_dropout: self.output_dropout,
        }
    }

    /// The layers of a network from input to output.
    pub(super) fn layers(&self, shape: Shape, network: &TranscriberNetwork) -> Vec<LayerRow> {
        let mut layers = self.front_parts(shape.inputs).layers();
        layers.extend(self.encoder_parts(shape.inputs).layers("encoder"));
        match &self.predictor {
            Some(predictor) => layers.extend(predictor.layers(shape.classes)),
            None => layers.push(LayerOf::new("output", "linear", shape.classes)),
        }
        rows(layers, &parameters(network))
    }
}

impl TranscriberNetwork {
    /// Scores `[T', B, V]` of the symbols and blank, or of a transducer what its joint network hears `[T', B, J]`, and the
    /// lengths of the rows.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(
        &self,
        vectors: Tensor<3>,
        lengths: &[usize],
        mode: Mode,
    ) -> (Tensor<3>, Vec<usize>) {
        let (vectors, lengths) = self.front.forward(vectors, lengths, mode.part(0));
        let vectors = self.encoder.embed(Input::Vectors(vectors), mode.part(1));
        let (states, lengths) = self.encoder.read(vectors, &lengths, mode.part(2));
        let states = dropout(states, self.output_dropout, mode.part(3));
        let scores = match (&self.output, &self.transducer) {
            (Some(output), _) => map(output, states),
            (None, Some(head)) => head.hear(states),
            (None, None) => states,
        };
        (scores, lengths)
    }

    /// The mean loss by symbol, `[1]`, of rows by what [`Self::forward`] gave.
    ///
    /// # Panics
    /// Where a part of the targets does not fit it.
    pub fn loss(&self, scores: Tensor<3>, targets: &UnalignedTargets, mode: Mode) -> Tensor<1> {
        match &self.transducer {
            Some(head) => head.loss(scores, targets, mode.part(4)),
            None => ctc_loss(scores, targets, UnalignedReduction::Labels),
        }
    }

    /// The encoder packed for steps of one row; none where it needs whole sequences.
    pub(super) fn stepper(&self, precision: Precision) -> Option<StackStepper> {
        self.encoder.stepper(precision)
    }

    /// What becomes of the states packed for one row at a time.
    pub(super) fn output_stepper(&self) -> Option<LinearStepper<f32>> {
        match (&self.output, &self.transducer) {
            (Some(output), _) => Some(output.stepper(Precision::Full)),
            (None, head) => head.as_ref().map(TransducerHead::heard_stepper),
        }
    }

    /// Predictor and joint network packed for one row at a time, of a transducer.
    pub(super) fn transducer(&self) -> Option<TransducerStepper> {
        self.transducer.as_ref().map(TransducerHead::stepper)
    }
}

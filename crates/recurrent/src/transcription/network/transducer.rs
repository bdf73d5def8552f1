//! `[model.predictor]`: the part of a transducer that knows what was told, and the joint network (Graves 2012; Graves, Mohamed and
//! Hinton 2013).
//!
//! ```text
//! labels so far [U + 1, B] -> embedding -> recurrent stack -> linear: g [U + 1, B, J]
//! states of the encoder [T', B, H]                         -> linear: f [T', B, J]
//! scores of symbols and blank: W tanh(f_t + g_u) + b
//! ```

use crate::Error;
use crate::network::check::{check_dropouts, check_size};
use crate::network::{
    EmbeddingSettings, Encoder, EncoderConfig, EncoderParts, Input, LayerOf, RecurrentEncoderConfig,
};
use crate::training::check;
use crate::transcription::reading::BLANK;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_decode::language_model::log_sum_exp;
use recurrent_decode::transducer::TransducerModel;
use recurrent_nn::{
    Cell, Initializer, Linear, LinearConfig, LinearStepper, Mode, Precision, StackStepper,
    StackStepperState, UnalignedReduction, UnalignedTargets, joint_loss, noise,
};
use serde::{Deserialize, Serialize};

/// `[model.predictor]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictorConfig {
    /// Width of the vectors of symbols.
    pub embedding_size: usize,
    /// The recurrent cell.
    pub cell: Cell,
    /// `H` of each layer.
    pub hidden_sizes: Vec<usize>,
    /// `J`, the width of the joint network.
    pub joint_size: usize,
    /// Dropout of the vectors of symbols.
    #[serde(default)]
    pub dropout: f64,
}

impl PredictorConfig {
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.predictor.{name}");
        check_size(&key("embedding_size"), self.embedding_size)?;
        check_size(&key("joint_size"), self.joint_size)?;
        check_dropouts(&[(&key("dropout"), self.dropout)])?;
        let layers = self.hidden_sizes.len();
        let few = (1..=64).contains(&layers);
        check(few, key("hidden_sizes"), "1 to 64 layers", layers)?;
        let sizes = self.hidden_sizes.iter();
        sizes
            .copied()
            .try_for_each(|size| check_size(&key("hidden_sizes"), size))
    }

    fn body(&self) -> EncoderConfig {
        EncoderConfig::Recurrent(RecurrentEncoderConfig::plain(self.cell, &self.hidden_sizes))
    }

    fn embedding(&self) -> EmbeddingSettings {
        EmbeddingSettings {
            size: self.embedding_size,
            dropout: 0.0,
            initializer: Initializer::Uniform(0.1),
            file: None,
        }
    }

    /// Calls `with` with the parts of the predictor over `classes`.
    fn with_parts<T>(&self, classes: usize, with: impl FnOnce(EncoderParts) -> T) -> T {
        let (body, embedding) = (self.body(), self.embedding());
        with(EncoderParts {
            embedding: Some(&embedding),
            inputs: classes,
            beside: 0,
            input_dropout: self.dropout,
            body: Some(&body),
            section: "model.predictor",
        })
    }

    /// Parameters beside an encoder of a width.
    pub(super) fn parameters(&self, encoder: usize, classes: usize) -> usize {
        let (told, predictor) =
            self.with_parts(classes, |parts| (parts.output_size(), parts.parameters()));
        let joint = self.joint_size;
        predictor + (encoder + 1) * joint + (told + 1) * joint + (joint + 1) * classes
    }

    /// The layers.
    pub(super) fn layers(&self, classes: usize) -> Vec<LayerOf> {
        let mut layers = self.with_parts(classes, |parts| parts.layers("transducer.predictor"));
        for (name, width) in [
            ("heard", self.joint_size),
            ("told", self.joint_size),
            ("joint", classes),
        ] {
            layers.push(LayerOf::new(&format!("transducer.{name}"), "linear", width));
        }
        layers
    }

    /// The head over an encoder of a width, with weights drawn from `seed`.
    pub(super) fn init(
        &self,
        encoder: usize,
        classes: usize,
        seed: u64,
        blank: bool,
        device: &Device,
    ) -> TransducerHead {
        let linear = |inputs, outputs, part| {
            LinearConfig::new(inputs, outputs).init(noise::mix(seed, part), device)
        };
        let (predictor, told) = self.with_parts(classes, |parts| {
            (
                parts.init(noise::mix(seed, 0), blank, device),
                parts.output_size(),
            )
        });
        TransducerHead {
            predictor,
            heard: linear(encoder, self.joint_size, 1),
            told: linear(told, self.joint_size, 2),
            joint: linear(self.joint_size, classes, 3),
        }
    }
}

/// Predictor and joint network.
#[derive(Module, Debug)]
pub struct TransducerHead {
    predictor: Encoder,
    heard: Linear,
    told: Linear,
    joint: Linear,
}

/// A linear map of the last axis.
pub(super) fn map(linear: &Linear, x: Tensor<3>) -> Tensor<3> {
    let [time, rows, width] = x.dims();
    let y = linear.forward(x.reshape([time * rows, width]));
    let width = y.dims()[1];
    y.reshape([time, rows, width])
}

impl TransducerHead {
    /// `f [T', B, J]` of an encoder's states.
    pub(super) fn hear(&self, states: Tensor<3>) -> Tensor<3> {
        map(&self.heard, states)
    }

    /// The loss of rows by their `f [T', B, J]`.
    pub(super) fn loss(
        &self,
        heard: Tensor<3>,
        targets: &UnalignedTargets,
        mode: Mode,
    ) -> Tensor<1> {
        let [_, rows, _] = heard.dims();
        let places = targets
            .label_lengths
            .iter()
            .max()
            .map_or(1, |most| most + 1);
        // Nothing, then the labels; what lies past them is not read.
        let mut ids = vec![BLANK as i32; places * rows];
        let mut at = 0;
        for (row, &count) in targets.label_lengths.iter().enumerate() {
            for place in 0..count {
                ids[(place + 1) * rows + row] = targets.labels[at + place] as i32;
            }
            at += count;
        }
        let ids = TensorData::new(ids, [places, rows]);
        let ids: Tensor<2, Int> = Tensor::from_data(ids, &heard.device());
        let told: Vec<usize> = targets
            .label_lengths
            .iter()
            .map(|count| count + 1)
            .collect();
        let vectors = self.predictor.embed(Input::Symbols(ids), mode.part(0));
        let (states, _) = self.predictor.read(vectors, &told, mode.part(1));
        joint_loss(
            heard,
            map(&self.told, states),
            self.joint.weight.val(),
            self.joint.bias.val(),
            targets,
            UnalignedReduction::Labels,
        )
    }

    /// The head packed for one row at a time.
    pub(in crate::transcription) fn stepper(&self) -> TransducerStepper {
        let precision = Precision::Full;
        let [classes, width] = self.joint.weight.dims();
        // The predictor is a stack of one direction.
        let rnn = self
            .predictor
            .stepper(precision)
            .unwrap_or_else(|| unreachable!("it has steps"));
        TransducerStepper {
            embedding: self.predictor.vectors(),
            rnn,
            told: self.told.stepper(precision),
            joint: self.joint.stepper(precision),
            classes,
            width,
        }
    }

    /// The map of the encoder's states packed for one row at a time.
    pub(in crate::transcription) fn heard_stepper(&self) -> LinearStepper<f32> {
        self.heard.stepper(Precision::Full)
    }
}

/// Predictor and joint network as decoders take them; a frame is `f [J]`.
#[derive(Debug)]
pub(in crate::transcription) struct TransducerStepper {
    /// `[V][E]`
    embedding: Vec<Vec<f32>>,
    rnn: StackStepper,
    told: LinearStepper<f32>,
    joint: LinearStepper<f32>,
    classes: usize,
    /// `J`.
    width: usize,
}

/// What was told: the predictor's state, and `g [J]`.
#[derive(Debug, Clone)]
pub(in crate::transcription) struct ToldState {
    state: StackStepperState,
    told: Vec<f32>,
}

impl TransducerStepper {
    /// `J`.
    pub fn width(&self) -> usize {
        self.width
    }

    fn told(&self, mut state: StackStepperState, symbol: usize) -> ToldState {
        let hidden = self.rnn.step(&self.embedding[symbol], &mut state);
        let mut told = vec![0.0; self.width];
        self.told.step(hidden, &mut told);
        ToldState { state, told }
    }
}

impl TransducerModel for TransducerStepper {
    type State = ToldState;
    type Frame = [f32];

    fn symbols(&self) -> usize {
        self.classes
    }

    fn blank(&self) -> usize {
        BLANK
    }

    fn start(&self) -> ToldState {
        self.told(self.rnn.zero_state(), BLANK)
    }

    fn advance(&self, state: &mut ToldState, label: u32) {
        *state = self.told(state.state.clone(), label as usize);
    }

    fn log_probabilities(&self, frame: &[f32], state: &ToldState, out: &mut [f32]) {
        let hidden = frame.iter().zip(&state.told).map(|(f, g)| (f + g).tanh());
        self.joint.step(&hidden.collect::<Vec<f32>>(), out);
        let normaliser = log_sum_exp(out.iter().copied());
        out.iter_mut().for_each(|score| *score -= normaliser);
    }
}

//! Layer normalisation (Ba, Kiros and Hinton 2016): the features of a step are brought to mean 0 and variance 1, and then to
//! a learned scale and shift.
//!
//! ```text
//! y = weight (x - mean) / sqrt(variance + 1e-5) + bias
//! ```
//!
//! A step is normalised by itself, so a row depends neither on its batch nor on its future. It is PyTorch's `LayerNorm(F)`,
//! with its parameters.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

/// What keeps a step of equal features finite.
const EPSILON: f64 = 1e-5;

/// Scale and shift of normalised features.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// `[F]`.
    pub weight: Param<Tensor<1>>,
    /// `[F]`.
    pub bias: Param<Tensor<1>>,
}

impl LayerNorm {
    /// A layer over `F` features that neither scales nor shifts.
    ///
    /// # Panics
    /// Where there is no feature.
    pub fn new(features: usize, device: &Device) -> Self {
        assert!(features > 0, "a normalised step has features");
        Self {
            weight: Param::from_tensor(Tensor::ones([features], device)),
            bias: Param::from_tensor(Tensor::zeros([features], device)),
        }
    }

    /// Normalises every step of `x [T, B, F]`.
    ///
    /// # Panics
    /// Where it has other features.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let centred = x.clone() - x.mean_dim(2);
        let variance = centred.clone().powi_scalar(2).mean_dim(2);
        let normalised = centred / variance.add_scalar(EPSILON).sqrt();
        normalised * self.weight.val().unsqueeze() + self.bias.val().unsqueeze()
    }

    /// The layer for one step at a time.
    pub fn stepper(&self) -> LayerNormStepper {
        let values = |tensor: Tensor<1>| tensor.into_data().iter::<f32>().collect();
        LayerNormStepper {
            weight: values(self.weight.val()),
            bias: values(self.bias.val()),
        }
    }
}

/// A [`LayerNorm`] on plain slices.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNormStepper {
    weight: Vec<f32>, // [F]
    bias: Vec<f32>,   // [F]
}

impl LayerNormStepper {
    /// Normalises one step `x [F]`.
    ///
    /// # Panics
    /// Where it has other features.
    pub fn step(&self, x: &[f32]) -> Vec<f32> {
        assert_eq!(x.len(), self.weight.len(), "features of a step");
        let count = x.len() as f64;
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let variance = x.iter().map(|&x| (f64::from(x) - mean).powi(2));
        let deviation = (variance.sum::<f64>() / count + EPSILON).sqrt();
        let scaled = x
            .iter()
            .map(|&x| ((f64::from(x) - mean) / deviation) as f32);
        let weighed = scaled.zip(&self.weight).zip(&self.bias);
        weighed
            .map(|((x, weight), bias)| x * weight + bias)
            .collect()
    }
}

//! What a network looked at: the weights of its attention, or, without attention, the gradient of the answer's score times
//! the input (Shrikumar, Greenside and Kundaje 2017), summed over the vector of each step. Positive numbers speak for the
//! answer, negative ones against it.

use super::TrainedNetwork;
use crate::classification::data::Inputs;
use crate::network::EncoderConfig;
use burn::module::Module;
use burn::tensor::Tensor;
use recurrent_nn::{Mode, Pooling};

impl TrainedNetwork {
    /// A number from -1 to 1 for each step of an input, the largest of them 1 or -1; `class` is the answer. `[T]`
    pub(in crate::classification) fn relevance(
        &self,
        inputs: &Inputs,
        example: usize,
        class: usize,
    ) -> Vec<f64> {
        let device = self.device.clone().autodiff();
        let network = self.network.clone().train();
        let (input, lengths) = inputs.batch(&[example], &device);
        let vectors = network.encoder.embed(input, Mode::Inference);
        let vectors: Tensor<3> = vectors.detach().require_grad();
        let (scores, attention) = network.read(vectors.clone(), &lengths, Mode::Inference);
        let values: Vec<f64> = match attention.filter(|_| self.has_attention()) {
            Some(weights) => weights.into_data().iter().collect(),
            None => {
                let mut gradients = scores.slice([0..1, class..class + 1]).sum().backward();
                let Some(gradient) = vectors.grad_remove(&mut gradients) else {
                    return Vec::new();
                };
                let products = (vectors.inner() * gradient).sum_dim(2);
                products.into_data().iter().collect()
            }
        };
        let most = values
            .iter()
            .fold(f64::MIN_POSITIVE, |most, x| most.max(x.abs()));
        values.iter().map(|x| x / most).collect()
    }

    /// Whether [`Self::relevance`] is of attention, which it is where attention weighs the steps themselves.
    pub(in crate::classification) fn has_attention(&self) -> bool {
        let pooled = match &self.config.encoder {
            Some(EncoderConfig::Convolutional(config)) => config.window > 1,
            _ => false,
        };
        self.config.pooling == Pooling::Attention && !pooled
    }
}

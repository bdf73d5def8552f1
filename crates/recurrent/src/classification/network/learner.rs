//! Examples of classes as the training loop sees them.

use super::{ClassifierNetwork, NetworkConfig, Shape, pretrained};
use crate::classification::data::Examples;
use crate::language_model::Split;
use crate::training::ExampleTask;
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_linear::dual::ClassWeights;
use recurrent_nn::{Mode, cross_entropy};

/// Texts or signals with their classes.
pub(crate) struct ClassifierTask<'a> {
    train: &'a Examples,
    valid: &'a Examples,
    lengths: [Vec<usize>; 2],
    /// What an error of each class costs, `[K]`; none where all cost the same.
    costs: Option<Vec<f32>>,
    config: &'a NetworkConfig,
    digest: u64,
}

impl<'a> ClassifierTask<'a> {
    /// The task of two splits, in sequences of a shape.
    pub(crate) fn new(
        config: &'a NetworkConfig,
        [train, valid]: [&'a Examples; 2],
        shape: Shape,
    ) -> Self {
        let balanced = config.model.class_weights == ClassWeights::Balanced;
        Self {
            lengths: [train.inputs.lengths(), valid.inputs.lengths()],
            costs: balanced.then(|| costs(train, shape.classes)),
            digest: train.digest() ^ valid.digest().rotate_left(1),
            train,
            valid,
            config,
        }
    }

    fn examples(&self, split: Split) -> &Examples {
        match split {
            Split::Train => self.train,
            _ => self.valid,
        }
    }
}

/// What an error of each class costs where all classes count the same: `N / (K N_k)`.
fn costs(examples: &Examples, classes: usize) -> Vec<f32> {
    let mut counts = vec![0usize; classes];
    examples.labels.iter().for_each(|&label| counts[label] += 1);
    let mean = examples.labels.len() as f32 / classes as f32;
    counts
        .iter()
        .map(|&count| mean / count.max(1) as f32)
        .collect()
}

impl ExampleTask for ClassifierTask<'_> {
    type Model = ClassifierNetwork;

    fn lengths(&self, split: Split) -> &[usize] {
        match split {
            Split::Train => &self.lengths[0],
            _ => &self.lengths[1],
        }
    }

    fn digest(&self) -> u64 {
        self.digest
    }

    fn loss(
        &self,
        model: &ClassifierNetwork,
        split: Split,
        batch: &[usize],
        mode: Mode,
        device: &Device,
    ) -> (Tensor<1>, f64) {
        let examples = self.examples(split);
        let (input, lengths) = examples.inputs.batch(batch, device);
        let labels = batch.iter().map(|&example| examples.labels[example]);
        let labels: Vec<i32> = labels.map(|label| label as i32).collect();
        let (logits, _) = model.forward(input, &lengths, mode);
        let weight = match &self.costs {
            None => batch.len() as f64,
            Some(costs) => labels
                .iter()
                .map(|&label| f64::from(costs[label as usize]))
                .sum(),
        };
        let mask = self.costs.as_ref().map(|costs| {
            let costs: Vec<f32> = labels.iter().map(|&label| costs[label as usize]).collect();
            Tensor::from_data(
                TensorData::new(costs, [batch.len()]),
                &device.clone().inner(),
            )
        });
        let targets = Tensor::from_data(TensorData::new(labels, [batch.len()]), device);
        let smoothing = match mode {
            Mode::Training { .. } => self.config.training.label_smoothing,
            Mode::Inference => 0.0,
        };
        (cross_entropy(logits, targets, mask, smoothing), weight)
    }

    fn rate(&self, epoch: usize, parameter: &str) -> f64 {
        match &self.config.model.pretrained {
            Some(config) => pretrained::rate(config, &self.config.model, epoch, parameter),
            None => 1.0,
        }
    }
}

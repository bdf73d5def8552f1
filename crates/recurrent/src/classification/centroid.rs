//! The nearest centroid of channel statistics, the baseline of sequences of numbers: a sequence is the means and the standard
//! deviations of its channels, each scaled by its spread over the training sequences, and belongs to the class whose mean
//! is nearest.

use super::data::{Examples, channels_of};
use crate::report::LayerRow;
use burn::tensor::TensorData;
use recurrent_data::Signal;
use serde::{Deserialize, Serialize};

/// `[model]` of kind `nearest-centroid`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentroidConfig {
    /// `nearest-centroid`.
    pub kind: CentroidKind,
    /// What distances are divided by to make probabilities of them; training fits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

/// The one kind of this model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CentroidKind {
    /// The nearest mean of a class.
    NearestCentroid,
}

/// Means of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Centroids {
    /// What a statistic is divided by, `[S]`.
    scales: Vec<f64>,
    /// The scaled mean of each class, `[K, S]`.
    means: Vec<f64>,
}

impl Centroids {
    /// The means of `classes` classes, each of which has an example.
    pub(super) fn of(examples: &Examples, classes: usize) -> Self {
        let all: Vec<Vec<f64>> = examples.signals().iter().map(statistics).collect();
        let width = all.first().map_or(0, Vec::len);
        let count = all.len().max(1) as f64;
        let spread = |place: usize| {
            let values = || all.iter().map(|row| row[place]);
            let mean = values().sum::<f64>() / count;
            let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            if variance > 0.0 { variance.sqrt() } else { 1.0 }
        };
        let scales: Vec<f64> = (0..width).map(spread).collect();
        let mut means = vec![0.0; classes * width];
        let mut counts = vec![0.0f64; classes];
        for (row, &label) in all.iter().zip(&examples.labels) {
            counts[label] += 1.0;
            for (place, value) in row.iter().enumerate() {
                means[label * width + place] += value / scales[place];
            }
        }
        for (class, count) in counts.iter().enumerate() {
            let mean = &mut means[class * width..][..width];
            mean.iter_mut().for_each(|sum| *sum /= count.max(1.0));
        }
        Self { scales, means }
    }

    /// Scores of the classes, `[K]`: squared distances, negated.
    pub(super) fn scores(&self, signal: &Signal) -> Vec<f64> {
        let row = statistics(signal);
        let scaled = row
            .iter()
            .zip(&self.scales)
            .map(|(value, scale)| value / scale);
        let scaled: Vec<f64> = scaled.collect();
        let distance = |mean: &[f64]| -> f64 {
            let pairs = mean.iter().zip(&scaled);
            pairs.map(|(mean, value)| (mean - value).powi(2)).sum()
        };
        let means = self.means.chunks(self.scales.len().max(1));
        means.map(|mean| -distance(mean)).collect()
    }

    /// The table of its layer.
    pub(super) fn layers(&self) -> Vec<LayerRow> {
        vec![LayerRow {
            name: "centroids".to_string(),
            kind: "nearest centroid of channel statistics".to_string(),
            output_shape: format!("[{}]", self.means.len() / self.scales.len().max(1)),
            parameters: (self.means.len() + self.scales.len()) as u64,
        }]
    }

    /// Its tensors, `[S]` and `[K, S]`.
    pub(super) fn tensors(&self) -> [(String, TensorData); 2] {
        let width = self.scales.len();
        let single = |values: &[f64]| values.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let means = TensorData::new(
            single(&self.means),
            [self.means.len() / width.max(1), width],
        );
        [
            (
                "scales".to_string(),
                TensorData::new(single(&self.scales), [width]),
            ),
            ("means".to_string(), means),
        ]
    }

    /// The centroids of tensors of `classes` classes and sequences of `channels`; none where they do not fit.
    pub(super) fn from_tensors(
        scales: &TensorData,
        means: &TensorData,
        [classes, channels]: [usize; 2],
    ) -> Option<Self> {
        let fits = scales.shape().to_vec() == [2 * channels]
            && means.shape().to_vec() == [classes, 2 * channels];
        let (scales, means): (Vec<f64>, Vec<f64>) =
            (scales.iter().collect(), means.iter().collect());
        let usable = scales.iter().all(|&x| x > 0.0 && x.is_finite());
        let finite = means.iter().all(|x: &f64| x.is_finite());
        (fits && usable && finite).then_some(Self { scales, means })
    }
}

/// Mean and standard deviation of each channel, `[2 C]`.
fn statistics(signal: &Signal) -> Vec<f64> {
    let channels = channels_of(signal);
    let steps = signal.steps.max(1) as f64;
    let mut sums = vec![[0.0f64; 2]; channels];
    for step in signal.values.chunks(channels.max(1)) {
        for (sum, &value) in sums.iter_mut().zip(step) {
            let value = f64::from(value);
            sum[0] += value;
            sum[1] += value * value;
        }
    }
    let pair = |[sum, squares]: [f64; 2]| {
        let mean = sum / steps;
        [mean, (squares / steps - mean * mean).max(0.0).sqrt()]
    };
    sums.into_iter().flat_map(pair).collect()
}

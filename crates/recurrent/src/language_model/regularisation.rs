//! Penalties on what a stack gives out (Merity, McCann and Socher 2017): on large activations,
//! `a mean(d^2)` with `d` the output after dropout, and on their change from step to step,
//! `b mean((h_t - h_(t-1))^2)` with `h` the output before it.

use burn::tensor::Tensor;

/// The weights of the penalties.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Regularisation {
    /// `a`, of activations.
    pub activation: f64,
    /// `b`, of their change.
    pub temporal: f64,
}

impl Regularisation {
    /// No penalty.
    pub(super) const NONE: Self = Self {
        activation: 0.0,
        temporal: 0.0,
    };

    /// The penalty of a chunk's output `[T, B, H]`, before and after dropout; `None` where there
    /// is none.
    pub(super) fn penalty(self, hidden: Tensor<3>, dropped: Tensor<3>) -> Option<Tensor<1>> {
        let [time, _, _] = hidden.dims();
        let activation =
            (self.activation > 0.0).then(|| mean_square(dropped).mul_scalar(self.activation));
        let temporal = (self.temporal > 0.0 && time > 1).then(|| {
            let change = hidden.clone().slice(1..time) - hidden.slice(0..time - 1);
            mean_square(change).mul_scalar(self.temporal)
        });
        match (activation, temporal) {
            (Some(activation), Some(temporal)) => Some(activation + temporal),
            (one, other) => one.or(other),
        }
    }
}

fn mean_square(x: Tensor<3>) -> Tensor<1> {
    (x.clone() * x).mean()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn penalties_are_the_means_of_their_formulas() {
        let device = Device::flex();
        let hidden = Tensor::<3>::from_data([[[1.0, 2.0]], [[4.0, 0.0]]], &device);
        let dropped = Tensor::<3>::from_data([[[2.0, 0.0]], [[0.0, 0.0]]], &device);
        let penalty = |activation, temporal| {
            let all = Regularisation {
                activation,
                temporal,
            };
            let found = all.penalty(hidden.clone(), dropped.clone());
            found.map(|penalty| penalty.into_scalar::<f32>())
        };
        assert_eq!(penalty(0.0, 0.0), None);
        // 4 elements, of which one is 2; two changes, 3 and -2.
        assert_eq!(penalty(3.0, 0.0), Some(3.0));
        assert_eq!(penalty(0.0, 2.0), Some(13.0));
        assert_eq!(penalty(3.0, 2.0), Some(16.0));
    }
}

//! What the rows of a batch spell, unaligned with their steps: the targets of [`ctc`](crate::ctc) and
//! [`transducer`](crate::transducer).

/// The labels of the rows of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Targets<'a> {
    /// The class that is no label.
    pub blank: usize,
    /// Steps of each row, `0..=T`, `[B]`.
    pub lengths: &'a [usize],
    /// The labels of all rows, one row after the other.
    pub labels: &'a [usize],
    /// Labels of each row, `[B]`.
    pub label_lengths: &'a [usize],
}

impl<'a> Targets<'a> {
    /// The labels of each row.
    pub fn rows(&self) -> impl Iterator<Item = &'a [usize]> + use<'a> {
        let (labels, mut at) = (self.labels, 0);
        self.label_lengths.iter().map(move |length| {
            at += length;
            &labels[at - length..at]
        })
    }

    /// Fails where they do not fit each other, or a batch of `time` steps and `classes`.
    ///
    /// # Panics
    /// Where sizes disagree, a length is above `T`, blank or a label is not below `V`, or a label is blank.
    pub(crate) fn check(&self, time: usize, classes: usize) {
        let Self {
            blank,
            lengths,
            labels,
            label_lengths,
        } = *self;
        assert!(blank < classes, "blank {blank} is not below {classes}");
        assert_eq!(label_lengths.len(), lengths.len(), "label lengths are [B]");
        let all: usize = label_lengths.iter().sum();
        assert_eq!(labels.len(), all, "labels of all rows");
        assert!(
            lengths.iter().all(|&length| length <= time),
            "a length is above the {time} steps of the batch"
        );
        assert!(
            labels
                .iter()
                .all(|&label| label < classes && label != blank),
            "a label is blank or not below {classes}"
        );
    }
}

/// What the losses of the rows are brought together to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reduction {
    /// The sum over the rows.
    Sum,
    /// The mean over the rows.
    Rows,
    /// The mean over the rows of the loss by label, a row of none counting as one: `mean` of PyTorch's `ctc_loss`.
    #[default]
    Labels,
}

impl Reduction {
    /// The factor of a row's loss.
    pub fn weight(self, rows: usize, labels: usize) -> f64 {
        match self {
            Self::Sum => 1.0,
            Self::Rows => 1.0 / rows as f64,
            Self::Labels => 1.0 / (rows * labels.max(1)) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reductions_weigh_rows() {
        let weigh = |reduction: Reduction| reduction.weight(4, 10);
        assert_eq!(weigh(Reduction::Sum), 1.0);
        assert_eq!(weigh(Reduction::Rows), 0.25);
        assert_eq!(weigh(Reduction::Labels), 0.025);
        assert_eq!(Reduction::Labels.weight(4, 0), 0.25);
    }
}

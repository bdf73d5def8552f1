//! How good a classifier is: counts of right and wrong answers, and what follows from them.
//!
//! ```text
//! precision = right / given        of the examples that were given the class
//! recall    = right / there        of the examples that are of the class
//! F1        = 2 right / (given + there)
//! macro F1  = the mean over classes that are there or were given;  micro F1, with one answer a text, is the accuracy
//! log loss  = mean -ln p(right class)
//! calibration error = Σ_bins share · |mean confidence - accuracy|        (Naeini, Cooper and Hauskrecht 2015)
//! ```
//!
//! What is divided by 0 is 0.

use crate::report::grouped;
use recurrent_linear::argmax;

/// Rows for more classes are not read by anyone.
const MOST_ROWS: usize = 50;

/// Bins of confidence.
const BINS: usize = 10;

/// The answers of a classifier of `K` classes on a split.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// How often class `row` was given class `column`, `[K, K]`.
    pub confusion: Vec<Vec<u64>>,
    /// Mean `-ln p` of the right class.
    pub log_loss: f64,
    /// Bins by the probability of the answer, from 0 to 1.
    pub bins: Vec<Bin>,
}

/// Answers of about one confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// How many.
    pub count: u64,
    /// How many of them are right.
    pub right: u64,
    /// The sum of their probabilities.
    pub confidence: f64,
}

/// One class among the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassMeasures {
    /// Right answers among those that were given the class.
    pub precision: f64,
    /// Right answers among those that are of the class.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// Texts of the class.
    pub support: u64,
    /// Texts that were given the class.
    pub given: u64,
}

impl Measures {
    /// The measures of `answers`: the right class and the probability of each, `[K]`.
    pub fn of<'a>(classes: usize, answers: impl IntoIterator<Item = (usize, &'a [f64])>) -> Self {
        let mut measures = Self {
            confusion: vec![vec![0; classes]; classes],
            log_loss: 0.0,
            bins: vec![Bin::default(); BINS],
        };
        for (label, probabilities) in answers {
            let given = argmax(probabilities);
            let confidence = probabilities[given];
            measures.confusion[label][given] += 1;
            measures.log_loss -= probabilities[label].max(f64::MIN_POSITIVE).ln();
            let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
            let bin = &mut measures.bins[bin];
            bin.count += 1;
            bin.right += u64::from(label == given);
            bin.confidence += confidence;
        }
        measures.log_loss /= measures.count().max(1) as f64;
        measures
    }

    /// The measures that follow from counts alone, `[K, K]`.
    pub fn of_confusion(confusion: Vec<Vec<u64>>) -> Self {
        Self {
            confusion,
            log_loss: 0.0,
            bins: Vec::new(),
        }
    }

    /// How many examples there are.
    pub fn count(&self) -> u64 {
        self.confusion.iter().flatten().sum()
    }

    /// The share of right answers.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.confusion.len())
            .map(|k| self.confusion[k][k])
            .sum();
        share(right, self.count())
    }

    /// The measures of each class, `[K]`.
    pub fn classes(&self) -> Vec<ClassMeasures> {
        (0..self.confusion.len())
            .map(|class| {
                let right = self.confusion[class][class];
                let support: u64 = self.confusion[class].iter().sum();
                let given: u64 = self.confusion.iter().map(|row| row[class]).sum();
                ClassMeasures {
                    precision: share(right, given),
                    recall: share(right, support),
                    f1: share(2 * right, given + support),
                    support,
                    given,
                }
            })
            .collect()
    }

    /// The mean F1 of the classes that there are or that were given.
    pub fn macro_f1(&self) -> f64 {
        let classes = self.classes().into_iter();
        let known: Vec<f64> = classes
            .filter(|class| class.support + class.given > 0)
            .map(|class| class.f1)
            .collect();
        known.iter().sum::<f64>() / known.len().max(1) as f64
    }

    /// Names and values, the most important first.
    pub fn rows(&self, classes: &[String]) -> Vec<(String, String)> {
        let row = |name: &str, value: String| (name.to_string(), value);
        let mut rows = vec![
            row("accuracy", percent(self.accuracy())),
            row("macro F1", percent(self.macro_f1())),
            row("log loss, nats", format!("{:.4}", self.log_loss)),
            row("calibration error", percent(self.calibration_error())),
            row("examples", grouped(self.count())),
        ];
        let shown = match classes.len() {
            few if few <= MOST_ROWS => classes,
            _ => &[],
        };
        for (class, found) in shown.iter().zip(self.classes()) {
            let name = format!("class {class}: precision, recall, F1, examples");
            let [precision, recall, f1] = [found.precision, found.recall, found.f1].map(percent);
            let support = grouped(found.support);
            rows.push((name, format!("{precision}, {recall}, {f1}, {support}")));
        }
        rows
    }

    /// How far confidence and accuracy are apart on average.
    pub fn calibration_error(&self) -> f64 {
        let apart = |bin: &Bin| (bin.confidence - bin.right as f64).abs();
        self.bins.iter().map(apart).sum::<f64>() / self.count().max(1) as f64
    }
}

/// A part of a whole as people read it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_those_of_their_definitions() {
        // Two texts of class 0, both right; two of class 1, one taken for class 0; none of class 2.
        let answers: [(usize, [f64; 3]); 4] = [
            (0, [0.7, 0.2, 0.1]),
            (0, [0.55, 0.4, 0.05]),
            (1, [0.5, 0.3, 0.2]),
            (1, [0.0, 1.0, 0.0]),
        ];
        let found = Measures::of(3, answers.iter().map(|(label, p)| (*label, &p[..])));
        assert_eq!(found.confusion, [[2, 0, 0], [1, 1, 0], [0, 0, 0]]);
        assert_eq!((found.count(), found.accuracy()), (4, 0.75));
        let classes = found.classes();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        near(classes[0].precision, 2.0 / 3.0);
        near(classes[0].recall, 1.0);
        near(classes[0].f1, 0.8);
        near(classes[1].precision, 1.0);
        near(classes[1].recall, 0.5);
        near(classes[1].f1, 2.0 / 3.0);
        near(classes[2].f1, 0.0);
        assert_eq!(classes[1].support, 2);
        // Of class 2 there is no text, and none was given it.
        near(found.macro_f1(), (0.8 + 2.0 / 3.0) / 2.0);
        let loss = -(0.7f64.ln() + 0.55f64.ln() + 0.3f64.ln()) / 4.0;
        near(found.log_loss, loss);
        // One bin of 0.5 and 0.55, one right; the others are off by what is missing to 1.
        near(found.calibration_error(), (0.05 + 0.3 + 0.0) / 4.0);
    }

    #[test]
    fn no_text_and_no_probability_do_no_harm() {
        let none = Measures::of(2, []);
        assert_eq!(
            (none.accuracy(), none.macro_f1(), none.log_loss),
            (0.0, 0.0, 0.0)
        );
        let impossible = Measures::of(2, [(0, &[0.0, 1.0][..])]);
        assert!(impossible.log_loss.is_finite() && impossible.log_loss > 700.0);
    }
}

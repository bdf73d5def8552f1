//! What a classifier has come to, and its report.

use super::Measures;
use super::data::{Examples, Inputs, LabelledCorpus, channels_of};
use super::measures::percent;
use super::predict::{Classifier, Prediction, Trained};
use crate::Error;
use crate::language_model::Split;
use crate::report::{
    Bars, Confusion, Drawing, Loss, Report, Sample, Shade, ShadedText, grouped, number_of,
};
use crate::run::RunDirectory;
use recurrent_linear::argmax;

/// Mistakes that a report shows.
const MISTAKES: usize = 10;
/// Characters of a text that a report shows.
const SHOWN: usize = 400;
/// Features of each class that a report shows.
const FEATURES: usize = 15;
/// Texts that a report shows as the network read them.
const READ: usize = 6;
/// Tokens of the longest of them.
const LONGEST_READ: usize = 120;
/// Classes whose features a report shows.
const MOST_CLASSES: usize = 20;

/// How good a classifier is on a split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitResults {
    /// The split's name.
    pub split: &'static str,
    /// How good.
    pub measures: Measures,
    /// Examples a second.
    pub speed: f64,
    /// The answers that were given with most confidence and are wrong, the worst first.
    pub mistakes: Vec<Mistake>,
}

/// A wrong answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The number of the example in its split, from 0.
    pub example: usize,
    /// The example as people read it.
    pub shown: String,
    /// Its class.
    pub label: String,
    /// The class that it was taken for.
    pub answer: String,
}

/// What a run has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// On the validation split.
    pub valid: SplitResults,
    /// On the test split, where there is one.
    pub test: Option<SplitResults>,
    /// The share of the most frequent class of the training split on the test split, or the validation split where there is
    /// no test split: what an answer without a look at the text comes to.
    pub majority: f64,
    /// Passes over the examples, of those that are learned in passes.
    pub rounds: Option<usize>,
}

impl SplitResults {
    pub(super) fn of(
        classifier: &Classifier,
        examples: &Examples,
        split: &'static str,
    ) -> Result<Self, Error> {
        let before = std::time::Instant::now();
        let predictions = classifier.predict(&examples.inputs)?;
        let seconds = before.elapsed().as_secs_f64();
        Ok(Self {
            split,
            measures: classifier.measure(examples, &predictions),
            speed: predictions.len() as f64 / seconds.max(1e-9),
            mistakes: mistakes(classifier, examples, &predictions),
        })
    }
}

impl SplitResults {
    /// Seconds that the answers took.
    pub(super) fn seconds(&self) -> f64 {
        self.measures.count() as f64 / self.speed.max(f64::MIN_POSITIVE)
    }
}

impl Results {
    pub(super) fn of(
        classifier: &Classifier,
        corpus: &LabelledCorpus,
        rounds: Option<usize>,
    ) -> Result<Self, Error> {
        let valid = SplitResults::of(classifier, &corpus.valid, "validation")?;
        let (split, measured) = corpus.measured();
        let has_test = split == Split::Test;
        let test = has_test.then(|| SplitResults::of(classifier, measured, "test"));
        let test = test.transpose()?;
        let mut counts = vec![0.0; classifier.classes().len()];
        corpus
            .train
            .labels
            .iter()
            .for_each(|&label| counts[label] += 1.0);
        let frequent = argmax(&counts);
        let right = measured
            .labels
            .iter()
            .filter(|&&label| label == frequent)
            .count();
        Ok(Self {
            valid,
            test,
            majority: right as f64 / measured.labels.len().max(1) as f64,
            rounds,
        })
    }

    /// Log loss on the validation split, nats; not a number where it has no examples.
    pub(super) fn valid_loss(&self) -> f64 {
        match self.valid.measures.count() {
            0 => f64::NAN,
            _ => self.valid.measures.log_loss,
        }
    }

    /// What was measured last: the test split where there is one.
    pub fn measured(&self) -> &SplitResults {
        self.test.as_ref().unwrap_or(&self.valid)
    }

    /// Names and values, the most important first.
    pub fn rows(&self, classes: &[String]) -> Vec<(String, String)> {
        let found = self.measured();
        let name = |what: &str| format!("{} {what}", found.split);
        let measures = found.measures.rows(classes).into_iter();
        let mut rows: Vec<_> = measures.map(|(what, value)| (name(&what), value)).collect();
        let majority = name("accuracy of the most frequent class");
        rows.push((majority, percent(self.majority)));
        if self.test.is_some() && self.valid.measures.count() > 0 {
            let valid = percent(self.valid.measures.accuracy());
            rows.push(("validation accuracy".to_string(), valid));
        }
        if let Some(rounds) = self.rounds {
            rows.push(("passes over the examples".to_string(), rounds.to_string()));
        }
        rows.push((name("examples a second"), grouped(found.speed as u64)));
        rows
    }
}

/// The wrong answers of most confidence.
fn mistakes(
    classifier: &Classifier,
    examples: &Examples,
    predictions: &[Prediction],
) -> Vec<Mistake> {
    let mut wrong: Vec<usize> = (0..predictions.len())
        .filter(|&n| predictions[n].class != examples.labels[n])
        .collect();
    let confidence = |n: usize| predictions[n].probabilities[predictions[n].class];
    wrong.sort_by(|&a, &b| confidence(b).total_cmp(&confidence(a)));
    let name = |class: usize| classifier.classes()[class].clone();
    let one = |&n: &usize| Mistake {
        example: n,
        shown: examples.inputs.shown(n, SHOWN),
        label: name(examples.labels[n]),
        answer: name(predictions[n].class),
    };
    wrong.iter().take(MISTAKES).map(one).collect()
}

/// A signal as a picture, as the model reads it; none of a text.
fn drawing(classifier: &Classifier, inputs: &Inputs, example: usize) -> Option<Drawing> {
    let Inputs::Signals(signals) = inputs else {
        return None;
    };
    let signal = &signals[example];
    Some(match classifier.image_of(signal) {
        Some((size, levels)) => Drawing::Grey { size, levels },
        None => Drawing::Series {
            channels: channels_of(signal),
            values: signal.values.clone(),
        },
    })
}

/// The report of a finished run.
pub(super) fn report(
    title: String,
    run: &RunDirectory,
    classifier: &Classifier,
    results: &Results,
    corpus: &LabelledCorpus,
) -> Result<Report, Error> {
    let config = classifier.config();
    let classes = classifier.classes();
    let layers = classifier.layers();
    let mut rows = results.rows(classes);
    let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
    rows.push(("parameters".to_string(), grouped(parameters)));
    if let Some(vocabulary) = classifier.vocabulary() {
        rows.push(("vocabulary".to_string(), grouped(vocabulary.len() as u64)));
    }
    let found = results.measured();
    let (_, measured) = corpus.measured();
    let mistake = |mistake: &Mistake| Sample {
        title: format!("{}, but is {}", mistake.answer, mistake.label),
        text: mistake.shown.clone(),
        drawing: drawing(classifier, &measured.inputs, mistake.example),
    };
    Ok(Report {
        title,
        command: config.task.command.clone().unwrap_or_default(),
        config_toml: config.to_toml(),
        results: rows,
        metrics: run.metrics()?,
        loss: Loss::OfExamples,
        counted: config.data.counted(),
        layers,
        confusion: Some(Confusion {
            classes: classes.to_vec(),
            counts: found.measures.confusion.clone(),
        }),
        bars: vec![
            ("Calibration".to_string(), calibration(&found.measures)),
            ("Features".to_string(), speaking(classifier)),
        ],
        read: relevance(classifier, corpus)?,
        samples: vec![(
            "Worst mistakes".to_string(),
            found.mistakes.iter().map(mistake).collect(),
        )],
        ..Report::default()
    })
}

/// How often answers of a confidence are right.
fn calibration(measures: &Measures) -> Vec<Bars> {
    let width = 100 / measures.bins.len().max(1);
    let rows = (0..).zip(&measures.bins).filter(|(_, bin)| bin.count > 0);
    let rows = rows.map(|(n, bin)| {
        let right = 100.0 * bin.right as f64 / bin.count as f64;
        let sure = 100.0 * bin.confidence / bin.count as f64;
        let name = format!("{} to {} %", n * width, (n + 1) * width);
        let text = format!(
            "{right:.1} % right at {sure:.1} %, {}",
            number_of(bin.count, "example")
        );
        (name, right, text)
    });
    vec![Bars {
        title: "Right answers by their probability".to_string(),
        rows: rows.collect(),
    }]
}

/// The n-grams that speak most for each class: those whose weight is furthest above the mean of the classes.
fn speaking(classifier: &Classifier) -> Vec<Bars> {
    let (Trained::Linear(model), Some(vocabulary)) = (&classifier.model, classifier.vocabulary())
    else {
        return Vec::new();
    };
    let (classes, features) = (model.linear.classes(), model.features.len());
    let weight = |class: usize, feature: usize| model.linear.weights[class * features + feature];
    let sums = (0..features).map(|f| (0..classes).map(|class| weight(class, f)).sum::<f64>());
    let means: Vec<f64> = sums.map(|sum| sum / classes as f64).collect();
    let names = classifier.classes().iter().take(MOST_CLASSES);
    (0..)
        .zip(names)
        .map(|(class, name)| {
            let mut all: Vec<(f64, usize)> = (0..features)
                .map(|feature| (weight(class, feature) - means[feature], feature))
                .collect();
            let falling = |a: &(f64, usize), b: &(f64, usize)| b.0.total_cmp(&a.0);
            if all.len() > FEATURES {
                all.select_nth_unstable_by(FEATURES, falling);
                all.truncate(FEATURES);
            }
            all.sort_by(falling);
            let row = |&(weight, feature): &(f64, usize)| {
                let tokens = model.features.ngram(feature).iter();
                let tokens = tokens.map(|&id| vocabulary.symbol(id));
                (
                    tokens.collect::<Vec<_>>().join(" "),
                    weight,
                    format!("{weight:.3}"),
                )
            };
            Bars {
                title: format!("What speaks for {name}"),
                rows: all.iter().map(row).collect(),
            }
        })
        .collect()
}

/// What a network looked at in some texts.
fn relevance(classifier: &Classifier, corpus: &LabelledCorpus) -> Result<Vec<ShadedText>, Error> {
    let (Trained::Network(network), Some(vocabulary)) =
        (&classifier.model, classifier.vocabulary())
    else {
        return Ok(Vec::new());
    };
    let (_, examples) = corpus.measured();
    let short =
        (0..examples.len()).filter(|&n| (1..=LONGEST_READ).contains(&examples.ids()[n].len()));
    let read = |n: usize| {
        let inputs = examples.inputs.only(n);
        let found = classifier.predict(&inputs)?;
        let class = found.first().map_or(0, |found| found.class);
        let what = match network.has_attention() {
            true => "attention",
            false => "what speaks for it and against it",
        };
        let (answer, label) = (&classifier.classes()[class], examples.labels[n]);
        let symbols = examples.ids()[n].iter();
        Ok(ShadedText {
            title: format!("{answer}, is {}: {what}", classifier.classes()[label]),
            shade: Shade::Activation,
            symbols: symbols
                .map(|&id| format!("{} ", vocabulary.symbol(id)))
                .collect(),
            values: network.relevance(&inputs, 0, class),
        })
    };
    short.take(READ).map(read).collect()
}

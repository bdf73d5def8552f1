//! What a run has come to, and its report.

use super::ngram::{counted, figures};
use super::{Corpus, Estimator, Evaluation, OrderCost, Predictor, Split};
use crate::Error;
use crate::report::{Counted, Floor, Loss, Report, Sample, grouped};
use crate::run::RunDirectory;
use recurrent_decode::AdditiveNgram;
use recurrent_decode::ngram::CountConfig;
use std::f64::consts::LN_2;

/// What a finished run has come to.
#[derive(Debug, Clone)]
pub struct Results {
    /// Validation results of the weights that the run ends with.
    pub valid: Evaluation,
    /// Test results of the same weights, where there is a test split.
    pub test: Option<Evaluation>,
    /// Entropy rate of the source, where it is known.
    pub floor: Option<Floor>,
    /// Count models of the same symbols: order and validation cross entropy in nats.
    pub baselines: Vec<(usize, f64)>,
    /// Of a count model, what the n-grams of each order cost: on the test split, or the validation
    /// split where there is none.
    pub ngrams: Vec<OrderCost>,
    /// A generated text, after the prompt.
    pub sample: String,
}

/// Unigram and bigram counts with additive smoothing, its weight the best on
/// the validation split, which is where they are measured.
pub(super) fn baselines(
    run: &RunDirectory,
    estimator: &Estimator,
    corpus: &Corpus,
    vocabulary: usize,
) -> Result<Vec<(usize, f64)>, Error> {
    (1..=2)
        .map(|order| {
            let mut counting = CountConfig::new(order, vocabulary, None);
            if let Estimator::Ngram { model } = estimator {
                counting.memory = model.memory();
            }
            let counts = counted(run, counting, &corpus.train)?;
            let model = AdditiveNgram::from_counts(counts, 1.0)?.with_best_delta(&corpus.valid)?;
            Ok((order, model.cross_entropy(&corpus.valid)?))
        })
        .collect()
}

/// The split that n-grams are looked up in.
pub(super) fn measured(corpus: &Corpus) -> Split {
    // One symbol has none before it.
    Split::measured(corpus.test.len() > 1)
}

/// The report of a finished run.
pub(super) fn report(
    title: &str,
    run: &RunDirectory,
    predictor: &Predictor,
    found: &Results,
    corpus: &Corpus,
) -> Result<Report, Error> {
    let config = predictor.config();
    let layers = predictor.layers();
    let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
    let mut results = found.rows();
    results.push(("parameters".to_string(), grouped(parameters)));
    results.push((
        "vocabulary".to_string(),
        grouped(predictor.vocabulary().len() as u64),
    ));
    if let Estimator::Network(network) = &config.estimator
        && network.training.label_smoothing > 0.0
    {
        let smoothing = network.training.label_smoothing;
        let name = "label smoothing, in training losses only";
        results.push((name.to_string(), smoothing.to_string()));
    }
    let samples = if found.sample.is_empty() {
        Vec::new()
    } else {
        let sample = Sample {
            title: format!("temperature {}", config.decode.temperature),
            text: found.sample.clone(),
            drawing: None,
        };
        vec![("Samples".to_string(), vec![sample])]
    };
    Ok(Report {
        title: title.to_string(),
        command: config.task.command.clone().unwrap_or_default(),
        config_toml: config.to_toml(),
        results,
        metrics: run.metrics()?,
        loss: Loss::CrossEntropy,
        counted: Counted::Symbols,
        floor: found.floor.clone(),
        layers,
        samples,
        bars: match found.ngrams.is_empty() {
            true => Vec::new(),
            false => {
                let figures = figures(&found.ngrams, measured(corpus).as_str());
                vec![("N-grams".to_string(), figures)]
            }
        },
        read: predictor.view(corpus),
        ..Report::default()
    })
}

impl Results {
    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        let mut add = |name: String, value: f64| rows.push((name, format!("{value:.4}")));
        add("validation perplexity".to_string(), self.valid.perplexity());
        if let Some(test) = &self.test {
            add("test perplexity".to_string(), test.perplexity());
        }
        let entropy = self.floor.as_ref().map(|floor| floor.cross_entropy / LN_2);
        if let Some(entropy) = entropy {
            let above = self.valid.bits_per_symbol() - entropy;
            add("validation bits above the entropy".to_string(), above);
            add("entropy of the source, bits a symbol".to_string(), entropy);
            add("perplexity of the source".to_string(), 2f64.powf(entropy));
        }
        for (order, cross_entropy) in &self.baselines {
            let name = if *order == 1 { "unigram" } else { "bigram" };
            let name = format!("validation perplexity, {name} counts");
            add(name, cross_entropy.exp());
        }
        for (split, found) in [("validation", Some(self.valid)), ("test", self.test)] {
            let Some(found) = found else { continue };
            add(format!("{split} bits a symbol"), found.bits_per_symbol());
            add(format!("{split} nats a symbol"), found.cross_entropy);
        }
        let split = if self.test.is_some() {
            "test"
        } else {
            "validation"
        };
        rows.extend(self.ngrams.iter().map(|cost| cost.row(split)));
        rows
    }
}

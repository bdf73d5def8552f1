//! A text as a model reads it: how surprising each symbol is, and what single units hold while a
//! network of characters reads (Karpathy, Johnson and Fei-Fei 2015).

use super::network::StepperState;
use super::predict::Trained;
use super::{Corpus, ModelConfig, Predictor, Split};
use crate::report::{Shade, ShadedText};
use recurrent_data::Unit;
use recurrent_decode::LanguageModel;
use recurrent_nn::{Cell, Precision, StepState};

/// Symbols of the validation text that a report shows.
const SYMBOLS: usize = 500;
/// The same where symbols are words.
const WORDS: usize = 150;
/// Units that a report shows.
const UNITS: usize = 8;
/// Least variance of a unit worth showing.
const LEAST_VARIANCE: f64 = 0.05;
/// Keeps a unit that never moves from being the smoothest.
const LEAST_CHANGE: f64 = 0.02;

/// A unit of a network, symbol by symbol.
struct UnitTrace {
    layer: usize,
    unit: usize,
    /// What the values are.
    held: &'static str,
    /// The tanh of an LSTM's cell state, the hidden state of other cells. `[T]`
    values: Vec<f64>,
}

impl Predictor {
    /// The symbols of a text as a page shows them: words with the space between them, line ends
    /// visible.
    pub fn shown(&self, ids: &[u32]) -> Vec<String> {
        let vocabulary = &self.vocabulary;
        let line_end = self.line_end();
        ids.iter()
            .map(|&id| match (vocabulary.symbol(id), vocabulary.unit()) {
                _ if Some(id) == line_end => "\u{21b5}\n".to_string(),
                (symbol, Unit::Word) => format!("{symbol} "),
                (symbol, _) => symbol.to_string(),
            })
            .collect()
    }

    /// The start of the validation text with the surprisal of every symbol and, of a recurrent
    /// network that reads characters or bytes, the units that follow its structure best: those
    /// that vary most from end to end and least from symbol to symbol.
    pub(super) fn view(&self, corpus: &Corpus) -> Vec<ShadedText> {
        let most = match self.vocabulary.unit() {
            Unit::Word => WORDS,
            _ => SYMBOLS,
        };
        let ids: Vec<u32> = corpus
            .split(Split::Valid)
            .iter()
            .copied()
            .take(most)
            .collect();
        let model = self.scorer(Precision::Full);
        let mut state = model.start();
        let surprisals = ids.iter().map(|&id| -f64::from(model.step(&mut state, id)));
        let mut texts = vec![ShadedText {
            title: "Surprisal".to_string(),
            shade: Shade::Surprisal,
            values: surprisals.collect(),
            symbols: self.shown(&ids),
        }];
        for trace in self.traces(&ids) {
            texts.push(ShadedText {
                title: format!(
                    "Unit {} of layer {}, {}",
                    trace.unit, trace.layer, trace.held
                ),
                shade: Shade::Activation,
                symbols: self.shown(&ids),
                values: trace.values,
            });
        }
        texts
    }

    /// The units worth showing; none of other models than recurrent networks of small symbols.
    fn traces(&self, ids: &[u32]) -> Vec<UnitTrace> {
        let Trained::Network(network) = &self.model else {
            return Vec::new();
        };
        let ModelConfig::Recurrent(config) = &network.config.model else {
            return Vec::new();
        };
        if self.vocabulary.unit() == Unit::Word {
            return Vec::new();
        }
        let scorer = self.network_scorer(network, Precision::Full);
        let held = |layer: &StepState<f32>| -> Vec<f64> {
            match config.cell {
                Cell::Lstm => layer.memory.iter().map(|&c| f64::from(c).tanh()).collect(),
                _ => layer.hidden.iter().map(|&h| f64::from(h)).collect(),
            }
        };
        let mut traces: Vec<UnitTrace> = (config.hidden_sizes.iter().enumerate())
            .flat_map(|(layer, &size)| (0..size).map(move |unit| (layer, unit)))
            .map(|(layer, unit)| UnitTrace {
                layer,
                unit,
                held: match config.cell {
                    Cell::Lstm => "tanh of its cell state",
                    _ => "its hidden state",
                },
                values: Vec::with_capacity(ids.len()),
            })
            .collect();
        let mut state = scorer.start();
        for &id in ids {
            scorer.advance(&mut state, id);
            let StepperState::Recurrent(layers) = state.stepper() else {
                return Vec::new();
            };
            let all = layers.layers().iter().flat_map(held);
            for (trace, value) in traces.iter_mut().zip(all) {
                trace.values.push(value);
            }
        }
        traces.retain(|trace| trace.variance() > LEAST_VARIANCE);
        traces.sort_by(|a, b| b.smoothness().total_cmp(&a.smoothness()));
        traces.truncate(UNITS);
        traces
    }
}

impl UnitTrace {
    fn variance(&self) -> f64 {
        let count = self.values.len() as f64;
        let mean = self.values.iter().sum::<f64>() / count;
        self.values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count
    }

    /// Its variance over the mean square of its change from symbol to symbol.
    fn smoothness(&self) -> f64 {
        let changes = self
            .values
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).powi(2));
        let change = changes.sum::<f64>() / self.values.len() as f64;
        self.variance() / (change + LEAST_CHANGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(values: &[f64]) -> UnitTrace {
        UnitTrace {
            layer: 0,
            unit: 0,
            held: "",
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_unit_that_follows_the_text_is_smoother_than_one_that_flickers() {
        let slow = trace(&[-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]);
        let fast = trace(&[-1.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
        let still = trace(&[0.5; 6]);
        assert_eq!((slow.variance(), still.variance()), (1.0, 0.0));
        assert!(slow.smoothness() > fast.smoothness());
        assert!(fast.smoothness() > still.smoothness());
    }
}

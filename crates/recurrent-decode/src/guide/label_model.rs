//! A language model whose symbols are labels, such as a model of characters (shallow fusion; Hannun et al. 2014).
//!
//! ```text
//! score(l) = Σ_u (α ln p(l_u | l_1 .. l_{u-1}) + β)        and α ln p(end | l)
//! ```

use super::Guide;
use crate::{DecodeError, LanguageModel};

/// A language model over labels.
#[derive(Debug, Clone)]
pub struct LabelModel<L> {
    model: L,
    symbols: Vec<Option<u32>>,
    end: Option<u32>,
    weight: f32,
    bonus: f32,
}

impl<L: LanguageModel> LabelModel<L> {
    /// The model with its weight `α` and the bonus `β` of a label. `symbols` `[V]` has the model's symbol of each of the
    /// network's, `None` for the blank; `end` is the symbol that is scored where a labelling ends, if any.
    ///
    /// # Errors
    /// Where the weight is negative, a number is not finite, or a symbol is not one of the model's.
    pub fn new(
        model: L,
        symbols: Vec<Option<u32>>,
        end: Option<u32>,
        weight: f32,
        bonus: f32,
    ) -> Result<Self, DecodeError> {
        check_weight("weight", weight)?;
        check_finite("bonus", bonus)?;
        let vocabulary = model.vocabulary();
        for (label, symbol) in symbols.iter().enumerate() {
            if let Some(symbol) = symbol.filter(|&symbol| symbol as usize >= vocabulary) {
                return Err(DecodeError::NotCovered {
                    label,
                    vocabulary,
                    found: symbol.to_string(),
                });
            }
        }
        check_symbol("end", end, vocabulary)?;
        Ok(Self {
            model,
            symbols,
            end,
            weight,
            bonus,
        })
    }
}

impl<L: LanguageModel> Guide for LabelModel<L> {
    type State = L::State;

    fn start(&self) -> L::State {
        self.model.start()
    }

    fn extend(&self, state: &L::State, label: u32) -> Option<(L::State, f32)> {
        let symbol = (*self.symbols.get(label as usize)?)?;
        let mut state = state.clone();
        let gain = weighted(self.weight, self.model.step(&mut state, symbol));
        Some((state, gain + self.bonus))
    }

    fn finish(&self, state: &L::State) -> Option<f32> {
        let score = |end| weighted(self.weight, self.model.log_probability(state, end));
        Some(self.end.map_or(0.0, score))
    }

    fn most(&self) -> f32 {
        // No logarithm of a probability is above 0.
        self.bonus
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        for label in (0..symbols).filter(|&label| label != blank) {
            if self.symbols.get(label).copied().flatten().is_none() {
                return Err(DecodeError::NotCovered {
                    label,
                    vocabulary: self.model.vocabulary(),
                    found: "none".to_string(),
                });
            }
        }
        Ok(())
    }
}

/// A weight of 0 has no part in anything, even where the probability is 0.
pub(super) fn weighted(weight: f32, log_probability: f32) -> f32 {
    match weight == 0.0 {
        true => 0.0,
        false => weight * log_probability,
    }
}

pub(super) fn check_weight(field: &'static str, found: f32) -> Result<(), DecodeError> {
    match found.is_finite() && found >= 0.0 {
        true => Ok(()),
        false => Err(DecodeError::setting(
            field,
            "a finite number of at least 0",
            found,
        )),
    }
}

pub(super) fn check_finite(field: &'static str, found: f32) -> Result<(), DecodeError> {
    match found.is_finite() {
        true => Ok(()),
        false => Err(DecodeError::setting(field, "a finite number", found)),
    }
}

/// Refuses a symbol that a model does not have.
pub(super) fn check_symbol(
    field: &'static str,
    symbol: Option<u32>,
    vocabulary: usize,
) -> Result<(), DecodeError> {
    match symbol {
        Some(symbol) if symbol as usize >= vocabulary => {
            let expected = "a symbol of the language model";
            let found = format!("{symbol} of {vocabulary}");
            Err(DecodeError::setting(field, expected, found))
        }
        _ => Ok(()),
    }
}

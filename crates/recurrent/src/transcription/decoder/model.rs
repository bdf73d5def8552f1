//! A language model of the toolkit as a guide: over the symbols of the texts, or over their words.

use super::Alphabet;
use crate::language_model::{Predictor, Scorer, ScorerState};
use crate::run::RunDirectory;
use crate::transcription::config::DecodeConfig;
use crate::{DeviceName, Error};
use recurrent_data::{Unit, Vocabulary};
use recurrent_decode::DecodeError;
use recurrent_decode::guide::{Guide, LabelModel, WordModel, WordModelOptions, WordModelState};
use recurrent_nn::Precision;
use std::path::Path;

/// Symbols that a message names.
const NAMED: usize = 20;

/// A language model with how it spells.
#[derive(Debug)]
pub(super) struct FusedModel {
    predictor: Predictor,
    spelling: Spelling,
    weight: f32,
    bonus: f32,
}

#[derive(Debug)]
enum Spelling {
    /// The model's symbol of each class, none of blank. `[V]`
    Symbols(Vec<Option<u32>>),
    /// The model's words as classes, and what stands between them.
    Words {
        words: Vec<(u32, Vec<u32>)>,
        separator: u32,
        unknown: Option<u32>,
    },
}

/// It as a guide.
pub(in crate::transcription) enum ModelGuide<'a> {
    Symbols(Box<LabelModel<Scorer<'a>>>),
    Words(Box<WordModel<Scorer<'a>>>),
}

/// What a [`ModelGuide`] knows of the labels before.
#[derive(Debug, Clone)]
pub(in crate::transcription) enum ModelState {
    Symbols(ScorerState),
    Words(WordModelState<ScorerState>),
}

impl FusedModel {
    /// The language model of a run directory.
    ///
    /// # Errors
    /// Where it cannot be read, or its vocabulary does not have the symbols or no words that they spell.
    pub fn load(run: &Path, config: &DecodeConfig, alphabet: &Alphabet) -> Result<Self, Error> {
        let predictor = Predictor::load(&RunDirectory::new(run), DeviceName::Cpu)?;
        let vocabulary = predictor.vocabulary();
        let wrong = |expected: &str, found: String| Error::Setting {
            key: format!("decode.language_model, {}", run.display()),
            expected: expected.to_string(),
            found,
        };
        let spelling = match predictor.config().data.unit {
            Unit::Character => {
                let id = |symbol: &String| id(vocabulary, symbol);
                let ids: Vec<Option<u32>> = alphabet.symbols.iter().map(id).collect();
                let lacking = alphabet.symbols.iter().zip(&ids);
                let lacking = lacking
                    .filter(|(_, id)| id.is_none())
                    .map(|(symbol, _)| &symbol[..]);
                let lacking: Vec<&str> = lacking.take(NAMED).collect();
                if !lacking.is_empty() {
                    return Err(wrong(
                        "a vocabulary with all symbols of the texts",
                        format!("one without `{}`", lacking.concat()),
                    ));
                }
                Spelling::Symbols([None].into_iter().chain(ids).collect())
            }
            Unit::Word => {
                let Some(separator) = alphabet.separator() else {
                    return Err(wrong(
                        "a model of characters, as the texts have no spaces",
                        "one of words".to_string(),
                    ));
                };
                let words = words(vocabulary, alphabet);
                if words.is_empty() {
                    return Err(wrong(
                        "words in the symbols of the texts",
                        "none that they spell".to_string(),
                    ));
                }
                Spelling::Words {
                    words,
                    separator,
                    unknown: vocabulary.unknown_id(),
                }
            }
            Unit::Byte => {
                return Err(wrong(
                    "a model of characters or words",
                    "one of bytes".to_string(),
                ));
            }
        };
        Ok(Self {
            predictor,
            spelling,
            weight: config.language_model_weight,
            bonus: config.insertion_bonus,
        })
    }

    /// The model as a guide.
    ///
    /// # Errors
    /// Where a setting is out of its range.
    pub fn guide(&self) -> Result<ModelGuide<'_>, Error> {
        let scorer = self.predictor.scorer(Precision::Full);
        let (weight, bonus) = (self.weight, self.bonus);
        Ok(match &self.spelling {
            Spelling::Symbols(symbols) => {
                let model = LabelModel::new(scorer, symbols.clone(), None, weight, bonus)?;
                ModelGuide::Symbols(Box::new(model))
            }
            Spelling::Words {
                words,
                separator,
                unknown,
            } => {
                let options = WordModelOptions {
                    weight,
                    bonus,
                    unknown: *unknown,
                    ..WordModelOptions::default()
                };
                let model = WordModel::new(scorer, words.clone(), *separator, options)?;
                ModelGuide::Words(Box::new(model))
            }
        })
    }
}

/// The number of a symbol in a vocabulary, where that has it.
fn id(vocabulary: &Vocabulary, symbol: &str) -> Option<u32> {
    match vocabulary.encode(symbol).ok()?[..] {
        [id] if vocabulary.symbol(id) == symbol => Some(id),
        _ => None,
    }
}

/// The words of a vocabulary that the symbols spell.
fn words(vocabulary: &Vocabulary, alphabet: &Alphabet) -> Vec<(u32, Vec<u32>)> {
    let ids = 0..vocabulary.len() as u32;
    let spelt = ids.filter_map(|id| {
        let labels = alphabet.spell(vocabulary.symbol(id)).ok()?;
        (!labels.is_empty()).then_some((id, labels))
    });
    spelt.collect()
}

impl Guide for ModelGuide<'_> {
    type State = ModelState;

    fn start(&self) -> ModelState {
        match self {
            Self::Symbols(model) => ModelState::Symbols(model.start()),
            Self::Words(model) => ModelState::Words(model.start()),
        }
    }

    fn extend(&self, state: &ModelState, label: u32) -> Option<(ModelState, f32)> {
        match (self, state) {
            (Self::Symbols(model), ModelState::Symbols(state)) => {
                let (state, gain) = model.extend(state, label)?;
                Some((ModelState::Symbols(state), gain))
            }
            (Self::Words(model), ModelState::Words(state)) => {
                let (state, gain) = model.extend(state, label)?;
                Some((ModelState::Words(state), gain))
            }
            // A state is of the guide that gave it.
            _ => None,
        }
    }

    fn finish(&self, state: &ModelState) -> Option<f32> {
        match (self, state) {
            (Self::Symbols(model), ModelState::Symbols(state)) => model.finish(state),
            (Self::Words(model), ModelState::Words(state)) => model.finish(state),
            _ => None,
        }
    }

    fn most(&self) -> f32 {
        match self {
            Self::Symbols(model) => model.most(),
            Self::Words(model) => model.most(),
        }
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        match self {
            Self::Symbols(model) => model.check(symbols, blank),
            Self::Words(model) => model.check(symbols, blank),
        }
    }
}

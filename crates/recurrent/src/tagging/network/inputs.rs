//! Sentences as a tagger reads them: words, their characters and how they are capitalised.

use super::NetworkModelConfig;
use crate::Error;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_data::{SequenceBatch, Vocabulary};
use recurrent_nn::{Mode, noise};
use std::collections::HashMap;

/// How many ways of capitalising are told apart.
pub(super) const CAPITALS: usize = 6;

/// Most characters of a word that are read: the first.
const LONGEST_WORD: usize = 64;

/// Sentences as numbers. A word that occurs several times has its characters once.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    /// The word of each token, in the vocabulary. `[N][T]`
    words: Vec<Vec<u32>>,
    /// The form of each token, among the different ones. `[N][T]`
    forms: Vec<Vec<u32>>,
    /// The characters of each form. `[F][L]`
    characters: Vec<Vec<u32>>,
    /// How each form is capitalised. `[F]`
    capitals: Vec<u32>,
    unknown: Option<u32>,
}

/// Sentences of a batch on a device.
pub(super) struct Batch {
    /// `[T, B]`
    pub words: Tensor<2, Int>,
    pub lengths: Vec<usize>,
    /// The characters of the batch's forms, `[L, F]`, and how many each has.
    pub characters: Tensor<2, Int>,
    pub character_lengths: Vec<usize>,
    /// The form of each token among them; past a row's end the first, which has no characters. `[T B]`
    pub forms: Tensor<1, Int>,
    /// `[T, B]`
    pub capitals: Tensor<2, Int>,
}

/// The characters of a word, as many as are read.
pub(super) fn characters_of(word: &str) -> impl Iterator<Item = &str> {
    let starts = word.char_indices().take(LONGEST_WORD);
    starts.map(move |(start, character)| &word[start..start + character.len_utf8()])
}

/// How a word is capitalised.
fn capitals_of(word: &str) -> u32 {
    let letters = || word.chars().filter(|character| character.is_alphabetic());
    let upper = letters().filter(|letter| letter.is_uppercase()).count();
    let first = word.chars().next().is_some_and(char::is_uppercase);
    match (letters().count(), upper) {
        (0, _) if word.chars().any(char::is_numeric) => 0,
        (0, _) => 1,
        (_, 0) => 2,
        (letters, upper) if letters == upper && letters > 1 => 3,
        (_, 1) if first => 4,
        _ => 5,
    }
}

impl Encoded {
    /// Sentences of words by the vocabularies of words and of characters.
    ///
    /// # Errors
    /// Where the vocabulary has no `<unk>` for a word that it lacks.
    pub(crate) fn of(
        config: &NetworkModelConfig,
        sentences: &[Vec<String>],
        words: &Vocabulary,
        characters: Option<&Vocabulary>,
    ) -> Result<Self, Error> {
        let mut forms: HashMap<&str, (u32, u32)> = HashMap::new();
        let mut encoded = Self {
            unknown: words.unknown_id(),
            ..Self::default()
        };
        for sentence in sentences {
            let (mut word_ids, mut form_ids) = (Vec::new(), Vec::new());
            for word in sentence {
                let (form, id) = match forms.get(&word[..]) {
                    Some(&known) => known,
                    None => {
                        let looked_up = config.looked_up(word);
                        let id = words.encode_tokens([&looked_up[..]])?[0];
                        let form = encoded.characters.len() as u32;
                        encoded.characters.push(match characters {
                            Some(vocabulary) => vocabulary.encode_tokens(characters_of(word))?,
                            None => Vec::new(),
                        });
                        encoded.capitals.push(capitals_of(word));
                        forms.insert(word, (form, id));
                        (form, id)
                    }
                };
                word_ids.push(id);
                form_ids.push(form);
            }
            encoded.words.push(word_ids);
            encoded.forms.push(form_ids);
        }
        Ok(encoded)
    }

    /// Some sentences; in training, a word is read as `<unk>` with the probability `unknown_words`.
    pub(super) fn batch(
        &self,
        rows: &[usize],
        unknown_words: f64,
        mode: Mode,
        device: &Device,
    ) -> Batch {
        let of = |all: &[Vec<u32>], padding| {
            let rows: Vec<&[u32]> = rows.iter().map(|&row| &all[row][..]).collect();
            SequenceBatch::from_rows(&rows, padding)
        };
        let mut words = of(&self.words, 0);
        if let (Mode::Training { seed }, Some(unknown), true) =
            (mode, self.unknown, unknown_words > 0.0)
        {
            for (place, word) in (0..).zip(&mut words.values) {
                if noise::uniform(seed, place) < unknown_words {
                    *word = unknown;
                }
            }
        }
        let forms = of(&self.forms, u32::MAX);
        let mut own: HashMap<u32, i32> = HashMap::new();
        let mut characters: Vec<&[u32]> = vec![&[]];
        let of_form = |&form: &u32| match form {
            u32::MAX => 0,
            form => *own.entry(form).or_insert_with(|| {
                characters.push(&self.characters[form as usize]);
                characters.len() as i32 - 1
            }),
        };
        let form_ids: Vec<i32> = forms.values.iter().map(of_form).collect();
        let capitals = forms.values.iter().map(|&form| match form {
            u32::MAX => 0,
            form => self.capitals[form as usize] as i32,
        });
        let characters = SequenceBatch::from_rows(&characters, 0);
        let matrix = |values: Vec<i32>, shape: [usize; 2]| {
            Tensor::<2, Int>::from_data(TensorData::new(values, shape), device)
        };
        let signed = |values: &[u32]| values.iter().map(|&id| id as i32).collect::<Vec<i32>>();
        let shape = [words.steps, rows.len()];
        Batch {
            capitals: matrix(capitals.collect(), shape),
            words: matrix(signed(&words.values), shape),
            lengths: words.lengths,
            characters: matrix(
                signed(&characters.values),
                [characters.steps, characters.lengths.len()],
            ),
            character_lengths: characters.lengths,
            forms: Tensor::from_data(TensorData::new(form_ids, [shape[0] * shape[1]]), device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_told_apart() {
        let words = ["1990", "--", "lower", "NATO", "Paris", "iPhone"];
        let found: Vec<u32> = words.map(capitals_of).to_vec();
        assert_eq!(found, (0..CAPITALS as u32).collect::<Vec<_>>());
        assert_eq!([capitals_of("A"), capitals_of("")], [4, 1]);
    }
}

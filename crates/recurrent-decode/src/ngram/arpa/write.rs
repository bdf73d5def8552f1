//! Writing ARPA files. Numbers have the digits that give the same number back.

use std::io::{self, Write};
use std::path::Path;

use super::{END, START, WordNgram};
use crate::DecodeError;
use crate::ngram::model::{Ngram, ZERO};
use recurrent_data::files;

impl WordNgram {
    /// Writes the model as an ARPA file, whole or not at all.
    ///
    /// # Errors
    /// Where the words are not as many as the symbols, one of them cannot stand in such a file (it is empty, has white
    /// space in it, or is `<s>` or `</s>`), or the file cannot be written.
    pub fn write_arpa(&self, path: &Path) -> Result<(), DecodeError> {
        let (model, words) = (&self.model, self.words.as_slice());
        check_words(words, model)?;
        files::write(path, |writer| write(writer, model, words))
            .map_err(|error| DecodeError::write(path, &error))
    }
}

fn check_words(words: &[String], model: &Ngram) -> Result<(), DecodeError> {
    let vocabulary = model.trie.vocabulary;
    if words.len() != vocabulary {
        let found = format!("{} for {vocabulary} symbols", words.len());
        return Err(DecodeError::setting("words", "one for each symbol", found));
    }
    let unfit = |word: &str| {
        word.is_empty() || matches!(word, START | END) || word.contains([' ', '\t', '\n', '\r'])
    };
    // The boundary is written as <s> and </s>, whatever it is called.
    let mut others = (0..)
        .zip(words)
        .filter(|(id, _)| Some(*id) != model.boundary());
    match others.find(|(_, word)| unfit(word)) {
        Some((_, word)) => {
            let expected = "words without white space, other than <s> and </s>";
            Err(DecodeError::setting("words", expected, format!("{word:?}")))
        }
        None => Ok(()),
    }
}

fn write(writer: &mut dyn Write, model: &Ngram, words: &[String]) -> io::Result<()> {
    let order = model.order();
    writeln!(writer, "\\data\\")?;
    for n in 1..=order {
        // The boundary is two words there.
        let two = usize::from(n == 1 && model.boundary().is_some());
        writeln!(writer, "ngram {n}={}", model.ngram_count(n) + two)?;
    }
    for n in 1..=order {
        writeln!(writer, "\n\\{n}-grams:")?;
        model.trie.visit(n, |ngram, symbols| {
            let backoff = if n < order {
                model.backoff_of(ngram, n)
            } else {
                0.0
            };
            let only_boundary = n == 1 && Some(symbols[0]) == model.boundary();
            if only_boundary {
                write_entry(writer, ZERO, START, backoff)?;
                return write_entry(writer, model.log10[ngram], END, 0.0);
            }
            let spelled: Vec<&str> = (symbols.iter().enumerate())
                .map(|(position, &symbol)| match model.boundary() {
                    Some(boundary) if boundary != symbol => words[symbol as usize].as_str(),
                    None => words[symbol as usize].as_str(),
                    _ if position == 0 => START,
                    _ => END,
                })
                .collect();
            write_entry(writer, model.log10[ngram], &spelled.join(" "), backoff)
        })?;
    }
    writeln!(writer, "\n\\end\\")
}

fn write_entry(writer: &mut dyn Write, log10: f32, words: &str, backoff: f32) -> io::Result<()> {
    // Most n-grams are no contexts.
    if backoff == 0.0 {
        writeln!(writer, "{log10}\t{words}")
    } else {
        writeln!(writer, "{log10}\t{words}\t{backoff}")
    }
}

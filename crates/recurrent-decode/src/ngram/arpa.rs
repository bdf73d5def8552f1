//! ARPA files: backoff models as text, as all toolkits for n-gram models read and write them.
//!
//! ```text
//! \data\
//! ngram 1=4
//! ngram 2=3
//!
//! \1-grams:
//! -99     <s>     -0.3            log10 p, word, log10 bow (left out: 0)
//! -0.6    </s>
//! ...
//! \2-grams:
//! -0.2    <s> a                   no bow in the highest order
//! ...
//! \end\
//! ```
//!
//! `</s>` and `<s>` are one symbol here, the boundary, which as a word is `<eos>`: the first is what is predicted, the
//! second the context after it. The probability of `<s>` and the backoff weight of `</s>` are never asked for and not
//! kept. As in KenLM, `<UNK>` is `<unk>`, and a file without either gives `<unk>` a `log10 p` of -100.
//!
//! Columns are parted by tabs or spaces. A file that begins as gzip does is decompressed.

mod lines;
mod read;
mod write;

use super::{Ngram, Words};

/// A model and the words of its symbols.
#[derive(Debug, Clone)]
pub struct WordNgram {
    /// The model of the ids.
    pub model: Ngram,
    /// The words, `V` of them.
    pub words: Words,
}

const START: &str = "<s>";
const END: &str = "</s>";

#[cfg(test)]
mod tests;

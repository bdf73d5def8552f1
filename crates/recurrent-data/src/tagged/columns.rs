//! Sentences in columns.

use std::path::Path;

use super::options::Columns;
use super::{TaggedSentence, TaggedSentences};
use crate::DataError;

/// The first field of a line that begins a document.
const DOCUMENT: &str = "-DOCSTART-";

/// Reads the sentences of a file whose content is `content`.
pub(super) fn read(
    path: &Path,
    content: &str,
    columns: Columns,
) -> Result<TaggedSentences, DataError> {
    let mut sentences = TaggedSentences {
        path: path.to_owned(),
        ..TaggedSentences::default()
    };
    let mut sentence = TaggedSentence::default();
    let mut width = 0;
    for (line, number) in content.split('\n').zip(1..) {
        let mut fields = fields(line).peekable();
        if matches!(fields.peek(), None | Some(&DOCUMENT)) {
            sentences.finish(&mut sentence);
            continue;
        }
        let wrong = |problem| DataError::TaggedSentence {
            path: path.to_owned(),
            line: number,
            problem,
        };
        let (mut word, mut tag, mut count) = (None, None, 0);
        for (position, field) in fields.enumerate() {
            if position == columns.word {
                word = Some(field);
            } else if columns.tag.is_none_or(|tag| tag == position) {
                tag = Some(field);
            }
            count = position + 1;
        }
        // Without a column of its own the tag stands last, and after the word.
        let last_is_word = columns.tag.is_none() && count.checked_sub(1) == Some(columns.word);
        let (Some(word), Some(tag), false) = (word, tag, last_is_word) else {
            let after_word = columns.word.saturating_add(1);
            let last = columns.word.max(columns.tag.unwrap_or(after_word));
            let needed = last.saturating_add(1);
            return Err(wrong(format!(
                "expected at least {needed} columns, parted by spaces or tabs, found {count}"
            )));
        };
        if sentence.is_empty() {
            width = count;
        }
        if count != width {
            return Err(wrong(format!(
                "expected {width} columns, as in the first line of the sentence, found {count}"
            )));
        }
        sentence.push(word, tag, number);
    }
    sentences.finish(&mut sentence);
    Ok(sentences)
}

fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '\t']).filter(|field| !field.is_empty())
}

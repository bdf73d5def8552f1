//! Sentences in CoNLL-U.

use std::path::Path;

use super::options::Columns;
use super::{TaggedSentence, TaggedSentences};
use crate::DataError;

/// The fields of a word.
pub(super) const FIELDS: [&str; 10] = [
    "id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc",
];
/// The positions of some of them.
const ID: usize = 0;
pub(super) const FORM: usize = 1;
pub(super) const UPOS: usize = 3;

/// What stands in a field that says nothing.
const UNSPECIFIED: &str = "_";

/// The position of a field, whose name may be in capitals.
pub(super) fn position(name: &str) -> Option<usize> {
    FIELDS
        .iter()
        .position(|field| field.eq_ignore_ascii_case(name))
}

/// Reads the sentences of a file whose content is `content`.
pub(super) fn read(
    path: &Path,
    content: &str,
    columns: Columns,
) -> Result<TaggedSentences, DataError> {
    let tag_column = columns.tag.unwrap_or(UPOS);
    let mut sentences = TaggedSentences {
        path: path.to_owned(),
        ..TaggedSentences::default()
    };
    let mut sentence = TaggedSentence::default();
    for (line, number) in content.split('\n').zip(1..) {
        if line.trim().is_empty() {
            sentences.finish(&mut sentence);
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let wrong = |problem| DataError::TaggedSentence {
            path: path.to_owned(),
            line: number,
            problem,
        };
        let Some(fields) = fields(line) else {
            let (count, expected) = (line.split('\t').count(), FIELDS.len());
            return Err(wrong(format!(
                "expected {expected} fields, parted by tabs, found {count}"
            )));
        };
        let id = fields[ID];
        if !is_word(id) {
            continue;
        }
        let next = sentence.len() + 1;
        if id.parse() != Ok(next) {
            return Err(wrong(format!(
                "expected the word with the id {next}, or a blank line before a sentence, found the id `{id}`"
            )));
        }
        for position in [columns.word, tag_column] {
            if fields[position].is_empty() {
                let name = FIELDS[position];
                return Err(wrong(format!(
                    "expected the field `{name}`, found it empty"
                )));
            }
        }
        sentence.push(fields[columns.word], fields[tag_column], number);
    }
    sentences.finish(&mut sentence);
    refuse_unspecified(path, &sentences, FIELDS[tag_column])?;
    Ok(sentences)
}

/// Whether this is not the id of a token of several words, such as `1-2`, nor of an empty node, such as `1.1`.
fn is_word(id: &str) -> bool {
    let is_number = |part: &str| part.parse::<usize>().is_ok();
    let parts = id.split_once(['-', '.']);
    !parts.is_some_and(|(first, second)| is_number(first) && is_number(second))
}

/// The fields of a line that has as many as it should.
fn fields(line: &str) -> Option<[&str; FIELDS.len()]> {
    let mut fields = [""; FIELDS.len()];
    let mut found = line.split('\t');
    for field in &mut fields {
        *field = found.next()?;
    }
    found.next().is_none().then_some(fields)
}

/// An error where no word has a tag: not every treebank has every field.
fn refuse_unspecified(
    path: &Path,
    sentences: &TaggedSentences,
    field: &str,
) -> Result<(), DataError> {
    let mut tags = sentences
        .sentences
        .iter()
        .flat_map(|sentence| &sentence.tags);
    if sentences.is_empty() || tags.any(|tag| tag != UNSPECIFIED) {
        return Ok(());
    }
    Err(DataError::TaggedSentences {
        path: path.to_owned(),
        problem: format!(
            "expected tags in the field `{field}`, found `{UNSPECIFIED}` in all words"
        ),
    })
}

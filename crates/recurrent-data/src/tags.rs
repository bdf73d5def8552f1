//! Tags that mark spans of words, such as the names in a sentence: schemes, their legal sequences, and the spans that
//! they mark.
//!
//! A tag is a prefix, a hyphen and the kind of the span, which may have hyphens itself, or `O` outside all spans. Where
//! there is one kind only, a tag may be a prefix alone, as in Chinese word segmentation; the kind is then empty.
//!
//! | scheme | `New` | `York` | `Paris` | `is` | first word | inner words | last word | only word |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | [`TagScheme::Iob1`] | `I-LOC` | `I-LOC` | `B-LOC` | `O` | `I`; `B` right after a span of the same kind | `I` | `I` | as the first |
//! | [`TagScheme::Iob2`] | `B-LOC` | `I-LOC` | `B-LOC` | `O` | `B` | `I` | `I` | `B` |
//! | [`TagScheme::Iobes`] | `B-LOC` | `E-LOC` | `S-LOC` | `O` | `B` | `I` | `E` | `S` |
//!
//! IOB1 is the scheme of Ramshaw and Marcus (1995), *Text Chunking using Transformation-Based Learning*, and IOB2 that
//! of Ratnaparkhi (1998); Tjong Kim Sang and Veenstra (1999), *Representing Text Chunks*, compare them. IOBES is also
//! written with `M` for `I` (BMES).
//!
//! Spans are read as conlleval reads them, the program of Tjong Kim Sang that measures the shared task of CoNLL-2000 and
//! later ones: every sequence has spans, whether it is legal or not. A tag other than `O` begins a span where its prefix
//! is `B` or `S`, where the tag before is `O`, of another kind, or has the prefix `E` or `S`, and at the start; else it
//! belongs to the span of the tag before. What conlleval does not say about `E` and `S` is as seqeval (Nakayama 2018) has
//! it. The scheme makes no difference to this reading, and a tag of no scheme is outside all spans.

mod error;
mod legality;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::error::TagError;

/// How tags mark spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagScheme {
    /// `I` in a span, `B` only for the first word of a span right after another one of the same kind, `O` outside.
    Iob1,
    /// `B` for the first word of a span, `I` for the others, `O` outside; also called BIO.
    #[serde(alias = "bio")]
    Iob2,
    /// `B` for the first word of a span, `I` or `M` for those within, `E` for the last, `S` for the only one, `O` outside;
    /// also called BIOES and BMES.
    #[serde(alias = "bioes", alias = "bmes")]
    Iobes,
    /// Tags that say nothing about each other, such as parts of speech. Every word is a span whose kind is its tag, `O`
    /// too.
    Plain,
}

impl fmt::Display for TagScheme {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            TagScheme::Iob1 => "IOB1",
            TagScheme::Iob2 => "IOB2",
            TagScheme::Iobes => "IOBES",
            TagScheme::Plain => "plain",
        })
    }
}

/// Words that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// What they are, such as `LOC`; empty where the tags are prefixes alone.
    pub kind: String,
    /// The position of the first word, counted from 0.
    pub begin: usize,
    /// The position after the last word.
    pub end: usize,
}

/// What a tag says of its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    Begin,
    Inside,
    End,
    Single,
}

/// A tag other than `O`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marked<'a> {
    prefix: Prefix,
    kind: &'a str,
}

impl<'a> Marked<'a> {
    /// The kind of the span that a word after this one may belong to.
    fn open(self) -> Option<&'a str> {
        matches!(self.prefix, Prefix::Begin | Prefix::Inside).then_some(self.kind)
    }
}

/// A span whose kind is part of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk<'a> {
    pub kind: &'a str,
    pub begin: usize,
    pub end: usize,
}

/// The tag outside all spans.
const OUTSIDE: &str = "O";

/// What `tag` says in any of the schemes that mark spans; none where it is `O` or no tag.
fn marked(tag: &str) -> Option<Marked<'_>> {
    let (prefix, kind) = tag.split_once('-').unwrap_or((tag, ""));
    let prefix = match prefix {
        "B" => Prefix::Begin,
        "I" | "M" => Prefix::Inside,
        "E" => Prefix::End,
        "S" => Prefix::Single,
        _ => return None,
    };
    Some(Marked { prefix, kind })
}

impl TagScheme {
    /// The spans that `tags` mark, in their order, as the module says. They never overlap.
    ///
    /// ```
    /// use recurrent_data::{Span, TagScheme};
    ///
    /// let spans = TagScheme::Iob2.spans(&["B-PER", "I-PER", "O", "I-LOC"]);
    /// let span = |kind: &str, begin, end| Span { kind: kind.to_owned(), begin, end };
    /// assert_eq!(spans, [span("PER", 0, 2), span("LOC", 3, 4)]);
    /// ```
    pub fn spans<T: AsRef<str>>(self, tags: &[T]) -> Vec<Span> {
        owned(self.chunks(tags))
    }

    /// Those of [`spans`](Self::spans) whose words have the tags that the scheme would give them.
    ///
    /// This is seqeval's strict mode for IOB2 and IOBES: what has no `B` in IOB2 is no span, nor is what has no `E` or `S`
    /// in IOBES.
    pub fn strict_spans<T: AsRef<str>>(self, tags: &[T]) -> Vec<Span> {
        owned(self.strict_chunks(tags))
    }

    /// The same spans in another scheme, `I` for what may be `M`.
    ///
    /// ```
    /// use recurrent_data::TagScheme;
    ///
    /// let tags = TagScheme::Iob1.convert(&["I-PER", "I-PER", "B-PER", "O"], TagScheme::Iobes)?;
    /// assert_eq!(tags, ["B-PER", "E-PER", "S-PER", "O"]);
    /// # Ok::<(), recurrent_data::TagError>(())
    /// ```
    ///
    /// # Errors
    /// If `tags` are not a legal sequence, or one of the schemes marks spans and the other does not.
    pub fn convert<T: AsRef<str>>(self, tags: &[T], to: Self) -> Result<Vec<String>, TagError> {
        if (self == TagScheme::Plain) != (to == TagScheme::Plain) {
            return Err(TagError::Schemes { from: self, to });
        }
        self.check(tags)?;
        Ok(to.write(self.chunks(tags), tags.len()))
    }

    /// Legal tags with the same spans, `I` for what may be `M`.
    ///
    /// Data sets have sentences that were cut in two within a span: their tags are not legal, and a model that excludes
    /// illegal sequences could not be trained on them.
    ///
    /// ```
    /// use recurrent_data::TagScheme;
    ///
    /// let tags = TagScheme::Iobes.repair(&["O", "M-ORG", "E-ORG", "B-PER"]);
    /// assert_eq!(tags, ["O", "B-ORG", "E-ORG", "S-PER"]);
    /// ```
    pub fn repair<T: AsRef<str>>(self, tags: &[T]) -> Vec<String> {
        self.write(self.chunks(tags), tags.len())
    }

    /// The tags of a sentence of `length` words with these spans.
    fn write(self, chunks: Vec<Chunk>, length: usize) -> Vec<String> {
        let mut tags = vec![OUTSIDE.to_owned(); length];
        let mut before = None;
        for chunk in &chunks {
            for (position, tag) in (chunk.begin..).zip(&mut tags[chunk.begin..chunk.end]) {
                *tag = self.tag(chunk, position, before);
            }
            before = Some(chunk);
        }
        tags
    }

    /// The position of the first of `tags` that is a tag of no scheme, which [`repair`](Self::repair) takes for `O`. Plain
    /// tags may be anything.
    pub fn unreadable<T: AsRef<str>>(self, tags: &[T]) -> Option<usize> {
        let mut tags = tags.iter().map(AsRef::as_ref);
        match self {
            TagScheme::Plain => None,
            _ => tags.position(|tag| tag != OUTSIDE && marked(tag).is_none()),
        }
    }

    /// The spans that `tags` mark.
    pub(crate) fn chunks<T: AsRef<str>>(self, tags: &[T]) -> Vec<Chunk<'_>> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut before = None;
        for (position, tag) in tags.iter().enumerate() {
            let end = position + 1;
            if self == TagScheme::Plain {
                let kind = tag.as_ref();
                chunks.push(Chunk {
                    kind,
                    begin: position,
                    end,
                });
                continue;
            }
            let here = marked(tag.as_ref());
            match (here, chunks.last_mut()) {
                (None, _) => {}
                (Some(tag), Some(chunk)) if follows(before, tag) => chunk.end = end,
                (Some(Marked { kind, .. }), _) => chunks.push(Chunk {
                    kind,
                    begin: position,
                    end,
                }),
            }
            before = here;
        }
        chunks
    }

    /// The spans whose words have the tags of the scheme.
    pub(crate) fn strict_chunks<T: AsRef<str>>(self, tags: &[T]) -> Vec<Chunk<'_>> {
        let chunks = self.chunks(tags);
        if self == TagScheme::Plain {
            return chunks;
        }
        let is_whole = |index: usize| {
            let chunk = &chunks[index];
            let before = index.checked_sub(1).map(|before| &chunks[before]);
            (chunk.begin..chunk.end).all(|position| {
                let found = self.parse(tags[position].as_ref()).map(|tag| tag.prefix);
                found == Some(self.prefix(chunk, position, before))
            })
        };
        let whole = (0..chunks.len()).filter(|index| is_whole(*index));
        whole.map(|index| chunks[index]).collect()
    }

    /// What `tag`, which is not `O`, says in this scheme; none where it is no tag of it.
    fn parse(self, tag: &str) -> Option<Marked<'_>> {
        let foreign = self != TagScheme::Iobes && tag.starts_with(['M', 'E', 'S']);
        marked(tag).filter(|_| !foreign)
    }

    /// The prefix of the word at `position` of `chunk`, where `before` is the span before.
    fn prefix(self, chunk: &Chunk, position: usize, before: Option<&Chunk>) -> Prefix {
        let first = position == chunk.begin;
        let last = position + 1 == chunk.end;
        let touches = || before.is_some_and(|it| it.end == chunk.begin && it.kind == chunk.kind);
        match self {
            TagScheme::Iob1 if first && touches() => Prefix::Begin,
            TagScheme::Iob2 if first => Prefix::Begin,
            TagScheme::Iobes if first && last => Prefix::Single,
            TagScheme::Iobes if first => Prefix::Begin,
            TagScheme::Iobes if last => Prefix::End,
            _ => Prefix::Inside,
        }
    }

    /// The tag of the word at `position` of `chunk`, where `before` is the span before.
    fn tag(self, chunk: &Chunk, position: usize, before: Option<&Chunk>) -> String {
        if self == TagScheme::Plain {
            return chunk.kind.to_owned();
        }
        let prefix = match self.prefix(chunk, position, before) {
            Prefix::Begin => "B",
            Prefix::Inside => "I",
            Prefix::End => "E",
            Prefix::Single => "S",
        };
        with_kind(prefix, chunk.kind)
    }
}

/// Whether `tag` belongs to the span of the tag before.
fn follows(before: Option<Marked>, tag: Marked) -> bool {
    let begins = matches!(tag.prefix, Prefix::Begin | Prefix::Single);
    !begins && before.and_then(Marked::open) == Some(tag.kind)
}

/// A tag of this prefix; the prefix alone where the kind is empty.
fn with_kind(prefix: &str, kind: &str) -> String {
    match kind {
        "" => prefix.to_owned(),
        _ => format!("{prefix}-{kind}"),
    }
}

fn owned(chunks: Vec<Chunk>) -> Vec<Span> {
    let span = |Chunk { kind, begin, end }| Span {
        kind: str::to_owned(kind),
        begin,
        end,
    };
    chunks.into_iter().map(span).collect()
}

#[cfg(test)]
mod tests;

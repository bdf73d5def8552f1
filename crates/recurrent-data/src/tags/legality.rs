//! Which tag may follow which.

use super::{Marked, OUTSIDE, Prefix, TagError, TagScheme, with_kind};

/// What is wrong with two tags, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault<'a> {
    /// One of them is no tag of the scheme.
    Foreign,
    /// The second continues what is no span of its kind.
    NotBegun(&'a str),
    /// The first leaves a span of this kind open, which the second does not continue.
    NotEnded(&'a str),
}

impl TagScheme {
    /// Whether the tag `to` may follow the tag `from`; none is the start of a sentence, or its end.
    ///
    /// These are the transitions that a decoder keeps. A tag that is none of the scheme may follow nothing and be followed
    /// by nothing.
    ///
    /// ```
    /// use recurrent_data::TagScheme;
    ///
    /// assert!(TagScheme::Iob2.is_legal(Some("B-PER"), Some("I-PER")));
    /// assert!(!TagScheme::Iob2.is_legal(None, Some("I-PER")));
    /// assert!(!TagScheme::Iobes.is_legal(Some("B-PER"), None));
    /// ```
    pub fn is_legal(self, from: Option<&str>, to: Option<&str>) -> bool {
        self.fault(from, to).is_none()
    }

    /// An error where `tags` are not a legal sequence of the scheme.
    ///
    /// # Errors
    /// If a tag is none of the scheme or may not follow the one before, or the last one may not be the last.
    pub fn check<T: AsRef<str>>(self, tags: &[T]) -> Result<(), TagError> {
        let mut from = None;
        for position in 0..=tags.len() {
            let to = tags.get(position).map(AsRef::as_ref);
            if let Some(fault) = self.fault(from, to) {
                return Err(TagError::Illegal {
                    scheme: self,
                    // Where a sentence ends too early it is for the last tag.
                    position: position.min(tags.len() - 1),
                    problem: self.problem(fault, from, to),
                });
            }
            from = to;
        }
        Ok(())
    }

    fn fault<'a>(self, from: Option<&'a str>, to: Option<&'a str>) -> Option<Fault<'a>> {
        if self == TagScheme::Plain {
            return None;
        }
        let parsed = |tag: Option<&'a str>| match tag {
            None | Some(OUTSIDE) => Some(None),
            Some(tag) => self.parse(tag).map(Some),
        };
        let (Some(from), Some(to)) = (parsed(from), parsed(to)) else {
            return Some(Fault::Foreign);
        };
        let open = from.and_then(Marked::open);
        match to {
            Some(Marked { prefix, kind }) if self.continues(prefix) => {
                (open != Some(kind)).then_some(Fault::NotBegun(kind))
            }
            _ if self == TagScheme::Iobes => open.map(Fault::NotEnded),
            _ => None,
        }
    }

    /// Whether a tag with this prefix needs a word before it in the same span, or with `B` of IOB1 in one of the same kind.
    fn continues(self, prefix: Prefix) -> bool {
        match self {
            TagScheme::Iob1 => prefix == Prefix::Begin,
            _ => matches!(prefix, Prefix::Inside | Prefix::End),
        }
    }

    fn problem(self, fault: Fault, from: Option<&str>, to: Option<&str>) -> String {
        let named = |tag: Option<&str>, place: &str| match tag {
            Some(tag) => format!("`{tag}`"),
            None => format!("the {place} of the sentence"),
        };
        let (from, to) = (named(from, "start"), named(to, "end"));
        match fault {
            Fault::Foreign => {
                let prefixes = match self {
                    TagScheme::Iobes => "`B`, `I`, `M`, `E` or `S`",
                    _ => "`B` or `I`",
                };
                format!("expected `O`, or {prefixes} with a hyphen and a kind, found {to}")
            }
            Fault::NotBegun(kind) => {
                let [begin, inside] = ["B", "I"].map(|prefix| with_kind(prefix, kind));
                format!("expected `{begin}` or `{inside}` before {to}, found {from}")
            }
            Fault::NotEnded(kind) => {
                let [inside, end] = ["I", "E"].map(|prefix| with_kind(prefix, kind));
                format!("expected `{inside}` or `{end}` after {from}, found {to}")
            }
        }
    }
}

//! The type of the elements of an array, as NumPy writes it.

use crate::signals::shown;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Float,
    Signed,
    Unsigned,
    Bool,
    Text,
}

/// The type of the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub kind: Kind,
    /// The bytes of an element.
    pub size: usize,
    pub big_endian: bool,
}

impl Type {
    /// The type of a value of `descr`, such as `'<f4'`.
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        let wrong = |found: &str| {
            format!(
                "expected elements of the type f4, f8, i1 to i8, u1 to u8, bool or U, found {found}"
            )
        };
        let quote = value
            .chars()
            .next()
            .filter(|quote| ['\'', '"'].contains(quote));
        let name = quote.and_then(|quote| value[1..].split(quote).next());
        let Some(name) = name else {
            return Err(wrong("a structure"));
        };
        let found = || wrong(&format!("`{}`", shown(name)));
        let mut characters = name.chars();
        let big_endian = match characters.next() {
            Some('<' | '|') => false,
            Some('>') => true,
            Some('=') => cfg!(target_endian = "big"),
            _ => return Err(found()),
        };
        let kind = characters.next();
        let size = characters.as_str().parse::<usize>();
        let (kind, size) = match (kind, size) {
            (Some('f'), Ok(size @ (4 | 8))) => (Kind::Float, size),
            (Some('i'), Ok(size @ (1 | 2 | 4 | 8))) => (Kind::Signed, size),
            (Some('u'), Ok(size @ (1 | 2 | 4 | 8))) => (Kind::Unsigned, size),
            (Some('b'), Ok(1)) => (Kind::Bool, 1),
            (Some('U'), Ok(length @ 1..)) => (Kind::Text, length.checked_mul(4).ok_or_else(found)?),
            _ => return Err(found()),
        };
        Ok(Self {
            kind,
            size,
            big_endian,
        })
    }
}

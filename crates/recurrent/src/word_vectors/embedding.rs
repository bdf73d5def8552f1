//! Vectors that an embedding begins with.

use super::open;
use crate::Error;
use crate::training::{Observer, check};
use recurrent_data::{Vocabulary, WordVectors};
use std::path::Path;

/// The names of a line end in files of vectors.
const LINE_ENDS: [&str; 2] = ["<eos>", "</s>"];

/// The vectors of a vocabulary's symbols.
pub(crate) struct Found {
    vectors: WordVectors,
    /// Symbols that the file has, each with its row there.
    ids: Vec<(usize, usize)>,
}

/// The vectors in a file or run directory of the symbols of a vocabulary, for an embedding of width
/// `size`; `keys` are the settings of the width and of the file. The observer hears how many there are.
///
/// # Errors
/// Where there are none, the file is malformed, or its vectors have another width.
pub(crate) fn rows(
    path: &str,
    vocabulary: &Vocabulary,
    size: usize,
    keys: [&str; 2],
    observer: &mut dyn Observer,
) -> Result<Found, Error> {
    let vectors = open(Path::new(path), None)?;
    let width = vectors.width();
    check(
        width == size,
        keys[0].to_string(),
        &format!("{width}, the width of the vectors in {path}"),
        size,
    )?;
    let mut ids = Vec::new();
    for id in 0..vocabulary.len() {
        let symbol = vocabulary.symbol(id as u32);
        let own = vectors.id(symbol);
        let row = own.or_else(|| match LINE_ENDS.contains(&symbol) {
            true => LINE_ENDS.iter().find_map(|name| vectors.id(name)),
            false => None,
        });
        ids.extend(row.map(|row| (id, row)));
    }
    check(
        !ids.is_empty(),
        keys[1].to_string(),
        "vectors of some symbols of the vocabulary",
        format!("none of its {} in {path}", vocabulary.len()),
    )?;
    observer.note(&format!(
        "{} of {} symbols begin with a vector of {path}",
        ids.len(),
        vocabulary.len()
    ));
    Ok(Found { vectors, ids })
}

impl Found {
    /// Symbols with their vectors `[E]`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let (values, width) = (self.vectors.values(), self.vectors.width());
        (self.ids.iter()).map(move |&(id, row)| (id, &values[row * width..(row + 1) * width]))
    }
}

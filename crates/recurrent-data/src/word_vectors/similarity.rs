//! Neighbours by the cosine of the angle, and analogies.

use std::cmp::Ordering;

use super::WordVectors;
use crate::DataError;

/// Sums that a product of two vectors is kept in, so that the compiler can use whole registers.
const SUMS: usize = 16;

/// A word and how similar it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour<'a> {
    /// The word.
    pub word: &'a str,
    /// The cosine of the angle between the vectors, from -1 to 1; 0 where one is all zeros.
    pub similarity: f32,
}

impl WordVectors {
    /// The `count` words that are most similar to `word`, itself left out, the most similar first; equally similar ones
    /// are in the order of the table. There are fewer where the table ends.
    ///
    /// # Errors
    /// If the word is not there.
    pub fn nearest(&self, word: &str, count: usize) -> Result<Vec<Neighbour<'_>>, DataError> {
        let [id] = self.find([word])?;
        Ok(self.nearest_without(&self.unit(id), count, &[id]))
    }

    /// The `count` words whose vectors are most similar to `vector [E]`, as [`nearest`](Self::nearest) orders them.
    ///
    /// # Errors
    /// If the vector is not as wide as those of the table, or an element is not finite.
    pub fn nearest_to(
        &self,
        vector: &[f32],
        count: usize,
    ) -> Result<Vec<Neighbour<'_>>, DataError> {
        let wrong = |problem| DataError::WordVectors { problem };
        if vector.len() != self.width {
            let [expected, found] = [self.width, vector.len()];
            return Err(wrong(format!(
                "expected a vector of {expected} numbers, found {found}"
            )));
        }
        if let Some(value) = vector.iter().find(|value| !value.is_finite()) {
            return Err(wrong(format!("expected finite numbers, found {value}")));
        }
        let vector: Vec<f64> = vector.iter().map(|&value| f64::from(value)).collect();
        Ok(self.nearest_without(&vector, count, &[]))
    }

    /// The `count` best answers to "a is to b as c is to what", for `[a, b, c]`: the words most similar to `b - a + c`,
    /// each of length 1, the three themselves left out.
    ///
    /// This is 3CosAdd: Mikolov, Yih and Zweig (2013), *Linguistic Regularities in Continuous Space Word
    /// Representations*; the name is that of Levy and Goldberg (2014).
    ///
    /// # Errors
    /// If one of the words is not there; the message names all that are not.
    pub fn analogy(&self, words: [&str; 3], count: usize) -> Result<Vec<Neighbour<'_>>, DataError> {
        let ids = self.find(words)?;
        let [a, b, c] = ids.map(|id| self.unit(id));
        let terms = b.iter().zip(&a).zip(&c);
        let query: Vec<f64> = terms.map(|((b, a), c)| b - a + c).collect();
        Ok(self.nearest_without(&query, count, &ids))
    }

    /// The rows of the words.
    fn find<const N: usize>(&self, words: [&str; N]) -> Result<[usize; N], DataError> {
        let found = words.map(|word| self.id(word));
        let mut symbols: Vec<String> = Vec::new();
        for (word, id) in words.iter().zip(found) {
            if id.is_none() && !symbols.iter().any(|symbol| symbol == word) {
                symbols.push((*word).to_owned());
            }
        }
        if !symbols.is_empty() {
            return Err(DataError::UnknownSymbols {
                count: symbols.len(),
                symbols,
                size: self.len(),
            });
        }
        Ok(found.map(Option::unwrap_or_default))
    }

    /// A word's vector with length 1.
    fn unit(&self, id: usize) -> Vec<f64> {
        let scale = self.inverse_norms[id];
        let row = self.row(id).iter();
        row.map(|&value| f64::from(value) * scale).collect()
    }

    fn nearest_without(
        &self,
        query: &[f64],
        count: usize,
        left_out: &[usize],
    ) -> Vec<Neighbour<'_>> {
        let norm = query.iter().map(|value| value * value).sum::<f64>().sqrt();
        let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        let query: Vec<f32> = query.iter().map(|value| (value * scale) as f32).collect();
        let rows = self.values.chunks_exact(self.width);
        let products = rows
            .map(|row| product(&query, row))
            .zip(&self.inverse_norms);
        let similarity = products.map(|(product, inverse_norm)| (product * inverse_norm) as f32);
        let mut found: Vec<(usize, f32)> = similarity
            .enumerate()
            .filter(|(id, _)| !left_out.contains(id))
            .collect();
        let order = |a: &(usize, f32), b: &(usize, f32)| -> Ordering {
            b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
        };
        if count < found.len() {
            found.select_nth_unstable_by(count, order);
            found.truncate(count);
        }
        found.sort_unstable_by(order);
        let neighbour = |(id, similarity): (usize, f32)| Neighbour {
            word: &self.words[id],
            similarity: similarity.clamp(-1.0, 1.0),
        };
        found.into_iter().map(neighbour).collect()
    }
}

/// The sum of the products of elements; in double precision where it is too large for single.
fn product(a: &[f32], b: &[f32]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<SUMS>();
    let (b_chunks, b_rest) = b.as_chunks::<SUMS>();
    let mut sums = [0.0f32; SUMS];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        *sum += a * b;
    }
    let sum = sums.iter().sum::<f32>();
    if sum.is_finite() {
        return f64::from(sum);
    }
    let terms = a.iter().zip(b);
    terms.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

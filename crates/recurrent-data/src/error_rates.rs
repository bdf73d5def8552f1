//! How far recognised sequences are from the true ones: error rates by the edit distance of Levenshtein (1966).
//!
//! ```text
//! rate = (substitutions + deletions + insertions) / length of the reference
//! ```
//!
//! The fewest edits that make the hypothesis of the reference are counted. Several ways can have as few; the one counted is
//! jiwer's: equal beginnings and ends are taken off, and from the end on a deletion is preferred, then an insertion where it
//! is part of a way with fewer edits than there are before the two symbols. With `d(i, j)` the distance of the first `i`
//! symbols of the reference from the first `j` of the hypothesis,
//!
//! ```text
//! deletion   where d(i, j) = d(i-1, j) + 1
//! insertion  else where d(i-1, j-1) = d(i, j-1) + 1
//! both       else: a substitution, or correct
//! ```

use std::ops::AddAssign;

/// How many symbols are right and how many edits there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditCounts {
    /// The symbols of the reference that the hypothesis has.
    pub correct: usize,
    /// Those for which it has another.
    pub substitutions: usize,
    /// Those for which it has none.
    pub deletions: usize,
    /// The symbols of the hypothesis for which the reference has none.
    pub insertions: usize,
}

impl EditCounts {
    /// The counts of one sequence, of labels, characters or words. Takes memory of the hypothesis's length, and time of the
    /// product of both.
    ///
    /// ```
    /// use recurrent_data::EditCounts;
    ///
    /// let counts = EditCounts::of(&["a", "b", "c", "d"], &["a", "x", "d"]);
    /// assert_eq!((counts.substitutions, counts.deletions, counts.insertions), (1, 1, 0));
    /// assert_eq!(counts.rate(), 0.5);
    /// ```
    pub fn of<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> Self {
        let same = |(a, b): &(&T, &T)| a == b;
        let begin = reference.iter().zip(hypothesis).take_while(same).count();
        let (reference, hypothesis) = (&reference[begin..], &hypothesis[begin..]);
        let ends = reference.iter().rev().zip(hypothesis.iter().rev());
        let end = ends.take_while(same).count();
        let reference = &reference[..reference.len() - end];
        let hypothesis = &hypothesis[..hypothesis.len() - end];

        let cell = last_cell(reference, hypothesis);
        // Deletions less insertions are what the reference is longer by, so that none of this is below 0.
        let others = cell.edits - cell.substitutions;
        let deletions = (others + reference.len() - hypothesis.len()) / 2;
        Self {
            correct: begin + end + reference.len() - cell.substitutions - deletions,
            substitutions: cell.substitutions,
            deletions,
            insertions: others - deletions,
        }
    }

    /// The number of edits.
    pub fn edits(&self) -> usize {
        self.substitutions + self.deletions + self.insertions
    }

    /// The length of the reference.
    pub fn reference(&self) -> usize {
        self.correct + self.substitutions + self.deletions
    }

    /// Edits over the length of the reference, which may be above 1. Where the reference is empty it is the number of
    /// insertions, as jiwer has it.
    pub fn rate(&self) -> f64 {
        self.edits() as f64 / self.reference().max(1) as f64
    }
}

impl AddAssign for EditCounts {
    fn add_assign(&mut self, other: Self) {
        self.correct += other.correct;
        self.substitutions += other.substitutions;
        self.deletions += other.deletions;
        self.insertions += other.insertions;
    }
}

/// Of the way to a pair of beginnings.
#[derive(Clone, Copy, Default)]
struct Cell {
    edits: usize,
    substitutions: usize,
}

/// The whole sequences' cell, with one row of cells at a time.
fn last_cell<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> Cell {
    let inserted = |edits| Cell {
        edits,
        substitutions: 0,
    };
    let mut row: Vec<Cell> = (0..=hypothesis.len()).map(inserted).collect();
    for symbol in reference {
        let mut before = row[0];
        row[0].edits += 1;
        for (j, other) in hypothesis.iter().enumerate() {
            let (left, above) = (row[j], row[j + 1]);
            let differs = usize::from(symbol != other);
            let edits = (before.edits + differs).min(left.edits.min(above.edits) + 1);
            let substitutions = if edits == above.edits + 1 {
                above.substitutions
            } else if before.edits == left.edits + 1 {
                left.substitutions
            } else {
                before.substitutions + differs
            };
            row[j + 1] = Cell {
                edits,
                substitutions,
            };
            before = above;
        }
    }
    row[hypothesis.len()]
}

/// The error rates of texts, over all that were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErrorRates {
    /// The edits of characters, white space at both ends left out.
    pub characters: EditCounts,
    /// The edits of words, which is what stands between white space.
    pub words: EditCounts,
    /// The number of texts.
    pub sentences: usize,
    /// The number of texts whose words are all right, without another.
    pub correct_sentences: usize,
}

impl ErrorRates {
    /// Adds a text.
    ///
    /// ```
    /// use recurrent_data::ErrorRates;
    ///
    /// let mut rates = ErrorRates::default();
    /// rates.add("the cat sat", "the cat sat");
    /// rates.add("on a mat", "on the mat");
    /// assert_eq!(rates.words.rate(), 1.0 / 6.0);
    /// assert_eq!(rates.characters.rate(), 3.0 / 19.0);
    /// assert_eq!(rates.sentence_accuracy(), 0.5);
    /// ```
    pub fn add(&mut self, reference: &str, hypothesis: &str) {
        let characters = |text: &str| text.trim().chars().collect::<Vec<_>>();
        self.characters += EditCounts::of(&characters(reference), &characters(hypothesis));
        let of_words = {
            let words = |text| str::split_whitespace(text).collect::<Vec<_>>();
            EditCounts::of(&words(reference), &words(hypothesis))
        };
        self.words += of_words;
        self.sentences += 1;
        self.correct_sentences += usize::from(of_words.edits() == 0);
    }

    /// The part of the texts whose words are all right; 0 where there is no text.
    pub fn sentence_accuracy(&self) -> f64 {
        self.correct_sentences as f64 / self.sentences.max(1) as f64
    }
}

//! Expected values over all sentences of a grammar, as the solution of linear equations.
//!
//! A quantity that adds up over a derivation, with the expectation `own(A)` from the choice at `A` itself, satisfies
//! `x(A) = own(A) + sum over C of count(A, C) x(C)`, where `count(A, C)` is how many `C` one choice at `A` is expected
//! to bring: `(I - count) x = own`.

use super::{Nonterminal, SENTENCE_END, START, Symbol};
use crate::DataError;

/// The expected values of a sentence.
#[derive(Clone, Debug)]
pub(super) struct Expectations {
    /// Bits.
    pub(super) entropy: f64,
    /// Characters.
    pub(super) length: f64,
}

impl Expectations {
    pub(super) fn new(nonterminals: &[Nonterminal], words: &[String]) -> Result<Self, DataError> {
        let infinite = || DataError::Grammar {
            line: nonterminals[START].line,
            problem: "expected sentences of finite length, found recursion that does not end"
                .to_owned(),
        };
        let solve_for = |own: &dyn Fn(&Nonterminal) -> f64| {
            let right: Vec<f64> = nonterminals.iter().map(own).collect();
            solve(equations(nonterminals), right).ok_or_else(infinite)
        };
        // The expected number of choices below each nonterminal: at least the one at itself. A solution that is not
        // positive belongs to a recursion that grows on the average.
        let choices = solve_for(&|_| 1.0)?;
        if choices.iter().any(|&count| !(1.0..1e12).contains(&count)) {
            return Err(infinite());
        }
        let entropy = solve_for(&|nonterminal| {
            let alternatives = nonterminal.alternatives.iter();
            alternatives
                .map(|alternative| -alternative.probability * alternative.probability.log2())
                .sum()
        })?;
        // Every word is followed by one character, a space, but the last, which is followed by the sentence end.
        let length = solve_for(&|nonterminal| {
            let alternatives = nonterminal.alternatives.iter();
            alternatives
                .map(|alternative| {
                    let characters = alternative.symbols.iter().map(|symbol| match symbol {
                        Symbol::Word(word) => words[*word].len() + 1,
                        Symbol::Nonterminal(_) => 0,
                    });
                    alternative.probability * characters.sum::<usize>() as f64
                })
                .sum()
        })?;
        Ok(Self {
            entropy: entropy[START],
            length: length[START] + (SENTENCE_END.len() - 1) as f64,
        })
    }
}

/// The matrix `I - count`.
fn equations(nonterminals: &[Nonterminal]) -> Vec<Vec<f64>> {
    let mut matrix = vec![vec![0.0; nonterminals.len()]; nonterminals.len()];
    for (row, nonterminal) in nonterminals.iter().enumerate() {
        matrix[row][row] = 1.0;
        for alternative in &nonterminal.alternatives {
            for symbol in &alternative.symbols {
                if let Symbol::Nonterminal(child) = *symbol {
                    matrix[row][child] -= alternative.probability;
                }
            }
        }
    }
    matrix
}

/// Gaussian elimination with row pivoting; none if the matrix is singular.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for column in 0..size {
        let pivot = (column..size)
            .max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        if matrix[column][column] == 0.0 {
            return None;
        }
        let pivot_row = matrix[column].clone();
        for row in column + 1..size {
            let factor = matrix[row][column] / pivot_row[column];
            if factor != 0.0 {
                for (value, pivot) in matrix[row][column..].iter_mut().zip(&pivot_row[column..]) {
                    *value -= factor * pivot;
                }
                right[row] -= factor * right[column];
            }
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size)
            .map(|column| matrix[row][column] * right[column])
            .sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn equations_that_need_a_pivot_are_solved() {
        let solution = solve(vec![vec![0.0, 2.0], vec![4.0, 1.0]], vec![6.0, 7.0]).unwrap();
        assert_eq!(solution, [1.0, 3.0]);
        assert!(solve(vec![vec![1.0, 2.0], vec![2.0, 4.0]], vec![1.0, 1.0]).is_none());
    }
}

//! The log probabilities that are decoded, checked once.

use crate::DecodeError;

/// What a network gives for a sequence: `ln y` `[T, V]`, of which one symbol is the blank. `T` may be 0.
#[derive(Debug, Clone, Copy)]
pub struct Emissions<'a> {
    log_probabilities: &'a [f32],
    symbols: usize,
    blank: usize,
}

impl<'a> Emissions<'a> {
    /// Natural log probabilities `[T, V]` with `symbols` = `V`, the blank among them.
    ///
    /// # Errors
    /// Where the blank is not below `V`, the values are not whole frames, or one of them is NaN or above all numbers.
    pub fn new(
        log_probabilities: &'a [f32],
        symbols: usize,
        blank: usize,
    ) -> Result<Self, DecodeError> {
        check_blank(symbols, blank)?;
        check_frames(log_probabilities, symbols, 0)?;
        Ok(Self {
            log_probabilities,
            symbols,
            blank,
        })
    }

    /// The values. `[T, V]`
    pub fn log_probabilities(&self) -> &'a [f32] {
        self.log_probabilities
    }

    /// `V`, the number of symbols with the blank.
    pub fn symbols(&self) -> usize {
        self.symbols
    }

    /// The symbol that is no label.
    pub fn blank(&self) -> usize {
        self.blank
    }

    /// `T`, the number of frames.
    pub fn frames(&self) -> usize {
        self.log_probabilities.len() / self.symbols
    }

    /// Frame by frame. `[V]` each
    pub(super) fn rows(&self) -> impl Iterator<Item = &'a [f32]> + use<'a> {
        self.log_probabilities.chunks_exact(self.symbols)
    }

    /// Frames `begin..end`.
    pub(super) fn part(&self, begin: usize, end: usize) -> Self {
        Self {
            log_probabilities: &self.log_probabilities[begin * self.symbols..end * self.symbols],
            ..*self
        }
    }

    /// Refuses labels that are not below `V` or the blank.
    pub(super) fn check_labels(&self, labels: &[u32]) -> Result<(), DecodeError> {
        crate::language_model::check_symbols(self.symbols, labels, 0)?;
        match labels.iter().any(|&label| label as usize == self.blank) {
            true => Err(DecodeError::setting(
                "labels",
                "labels without the blank",
                self.blank,
            )),
            false => Ok(()),
        }
    }
}

pub(super) fn check_blank(symbols: usize, blank: usize) -> Result<(), DecodeError> {
    if blank < symbols && symbols < u32::MAX as usize {
        return Ok(());
    }
    let expected = "a symbol, below their number, which is below 2^32 - 1";
    Err(DecodeError::setting(
        "blank",
        expected,
        format!("{blank} of {symbols}"),
    ))
}

/// Refuses values that are no whole frames or no log probabilities; `before` frames came before these.
pub(super) fn check_frames(
    log_probabilities: &[f32],
    symbols: usize,
    before: usize,
) -> Result<(), DecodeError> {
    if !log_probabilities.len().is_multiple_of(symbols) {
        return Err(DecodeError::setting(
            "log_probabilities",
            "whole frames, as many values each as there are symbols",
            format!("{} values of {symbols} symbols", log_probabilities.len()),
        ));
    }
    // NaN is not below it either.
    let fits = |value: &f32| *value < f32::INFINITY;
    // Without a branch in the loop, so that it is done on many values at once.
    if (log_probabilities.iter()).fold(true, |all, value| all & fits(value)) {
        return Ok(());
    }
    match log_probabilities.iter().position(|value| !fits(value)) {
        Some(place) => Err(DecodeError::Emission {
            frame: before + place / symbols,
            symbol: place % symbols,
            found: log_probabilities[place],
        }),
        None => Ok(()),
    }
}

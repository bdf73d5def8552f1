//! A matrix whose rows start on cache lines, so that threads that own columns share none.

use crate::elements;
use crate::matmul::Shared;
use crate::simd::{MAX_LANES, Real};

/// Elements of a line: one cache line of `f32`.
pub(super) const LINE: usize = MAX_LANES;
/// Most lines of a strip.
pub(super) const MOST_LINES: usize = 4;

#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line<R>([R; LINE]);

/// Neighbouring columns, the unit that threads share out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Strip {
    /// First column.
    pub column: usize,
    /// Width in lines, `1..=MOST_LINES`.
    pub lines: usize,
}

/// `[rows, width]`, rows padded with zeros to whole lines.
#[derive(Debug, Clone)]
pub(super) struct Matrix<R> {
    lines: Vec<Line<R>>,
    rows: usize,
    width: usize,
}

impl<R: Real> Matrix<R> {
    /// The matrix of element `value(row * width + column)`.
    pub fn new(rows: usize, width: usize, value: impl Fn(usize) -> R) -> Self {
        let count = elements([rows, width.div_ceil(LINE)]);
        let mut lines = vec![Line([R::ZERO; LINE]); count];
        for (row, lines) in lines
            .chunks_exact_mut(width.div_ceil(LINE).max(1))
            .enumerate()
        {
            let padded = lines.iter_mut().flat_map(|line| &mut line.0);
            for (column, element) in padded.take(width).enumerate() {
                *element = value(row * width + column);
            }
        }
        Self { lines, rows, width }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The elements without padding. `[rows, width]`
    pub fn values(&self) -> Vec<R> {
        let mut values = Vec::with_capacity(self.rows * self.width);
        for lines in self.lines.chunks_exact(self.width.div_ceil(LINE).max(1)) {
            let padded = lines.iter().flat_map(|line| line.0);
            values.extend(padded.take(self.width));
        }
        values
    }

    /// The columns in strips that depend on the width alone: as few as their greatest
    /// width allows, an even number of them where there are two lines or more.
    pub fn strips(&self) -> Vec<Strip> {
        let lines = self.width.div_ceil(LINE);
        let count = match lines {
            1 => 1,
            _ => lines.div_ceil(MOST_LINES).next_multiple_of(2),
        };
        let bound = |strip: usize| strip * lines / count;
        (0..count)
            .map(|strip| Strip {
                column: bound(strip) * LINE,
                lines: bound(strip + 1) - bound(strip),
            })
            .collect()
    }

    /// The matrix for several threads, each to use columns of its own.
    pub fn shared(&mut self) -> SharedMatrix<R> {
        SharedMatrix {
            elements: Shared(self.lines.as_mut_ptr().cast()),
            stride: self.width.div_ceil(LINE) * LINE,
        }
    }
}

/// The elements of a [`Matrix`].
#[derive(Clone, Copy)]
pub(super) struct SharedMatrix<R> {
    elements: Shared<R>,
    stride: usize,
}

impl<R> SharedMatrix<R> {
    /// Element `(row, column)`.
    ///
    /// # Safety
    /// The matrix must have it.
    #[inline(always)]
    pub unsafe fn at(self, row: u32, column: usize) -> *mut R {
        // SAFETY: the caller's promise.
        unsafe {
            let elements = self.elements.pointer();
            elements.add(row as usize * self.stride + column)
        }
    }
}

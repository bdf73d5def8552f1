//! The register tile: a few rows times a few packed strips.

use super::Columns;
use crate::simd::{Real, Vector};
use std::ops::Range;

/// The left operand of [`multiply`].
#[derive(Clone, Copy)]
pub(crate) struct Tile<R> {
    pub data: *const R,
    pub row_stride: usize,
    pub depth_stride: usize,
    pub depth: usize,
}

/// What a tile starts from.
#[derive(Clone, Copy)]
pub(crate) enum Origin<R> {
    Zero,
    Output,
    Bias(*const R),
}

/// Where a tile goes: strip `s` to its columns of the rows at `data`.
#[derive(Clone, Copy)]
pub(crate) struct Output<R> {
    pub data: *mut R,
    pub stride: usize,
    pub columns: Columns,
}

impl<R> Output<R> {
    /// The same, from row `row` on.
    ///
    /// # Safety
    /// The row must be one of the output.
    #[inline(always)]
    pub(crate) unsafe fn below(self, row: usize) -> Self {
        Self {
            // SAFETY: the caller's promise.
            data: unsafe { self.data.add(row * self.stride) },
            ..self
        }
    }
}

/// Rows `rows` times the packed strips `strips` (packed from the first of them on).
///
/// # Safety
/// All pointers must cover the rows, depth and strips.
#[inline(always)]
pub(crate) unsafe fn multiply<V: Vector>(
    left: Tile<V::Elem>,
    rows: Range<usize>,
    packed: *const V::Elem,
    strips: Range<usize>,
    start: Origin<V::Elem>,
    output: Output<V::Elem>,
) {
    // Tiles of almost equal size, so that the last one is not a sliver.
    let tiles = rows.len().div_ceil(V::TILE_ROWS);
    let strip_size = left.depth * V::LANES;
    // SAFETY: the caller's promise.
    unsafe {
        for tile in 0..tiles {
            let top = rows.start + tile * rows.len() / tiles;
            let height = rows.start + (tile + 1) * rows.len() / tiles - top;
            let groups = strips.len().div_ceil(V::TILE_STRIPS);
            for group in 0..groups {
                let strip = strips.start + group * strips.len() / groups;
                let width = strips.start + (group + 1) * strips.len() / groups - strip;
                let place = Place {
                    left: Tile {
                        data: left.data.add(top * left.row_stride),
                        ..left
                    },
                    packed: packed.add((strip - strips.start) * strip_size),
                    strip,
                    start,
                    output: Output {
                        data: output.data.add(top * output.stride),
                        ..output
                    },
                };
                match width {
                    4 => place.with_height::<V, 4>(height),
                    3 => place.with_height::<V, 3>(height),
                    2 => place.with_height::<V, 2>(height),
                    _ => place.with_height::<V, 1>(height),
                }
            }
        }
    }
}

/// One tile of [`multiply`].
struct Place<R> {
    left: Tile<R>,
    packed: *const R,
    strip: usize,
    start: Origin<R>,
    output: Output<R>,
}

impl<R: Real> Place<R> {
    #[inline(always)]
    unsafe fn with_height<V: Vector<Elem = R>, const W: usize>(self, height: usize) {
        if W > V::TILE_STRIPS {
            return;
        }
        // SAFETY: the caller's promise.
        unsafe {
            match height {
                1 => self.run::<V, 1, W>(),
                2 => self.run::<V, 2, W>(),
                3 => self.run::<V, 3, W>(),
                4 => self.run::<V, 4, W>(),
                5 if V::TILE_ROWS >= 5 => self.run::<V, 5, W>(),
                6 if V::TILE_ROWS >= 6 => self.run::<V, 6, W>(),
                7 if V::TILE_ROWS >= 7 => self.run::<V, 7, W>(),
                _ => unreachable!("tiles are at most TILE_ROWS high"),
            }
        }
    }

    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>, const M: usize, const W: usize>(self) {
        let strip = |w: usize| self.output.columns.strip(self.strip + w, V::LANES);
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [[V::splat(R::ZERO); W]; M];
            match self.start {
                Origin::Zero => {}
                Origin::Bias(bias) => {
                    for w in 0..W {
                        let (column, count) = strip(w);
                        let bias = V::load_first(bias.add(column), count);
                        for row in &mut sums {
                            row[w] = bias;
                        }
                    }
                }
                Origin::Output => {
                    for w in 0..W {
                        let (column, count) = strip(w);
                        for (m, row) in sums.iter_mut().enumerate() {
                            let at = self.output.data.add(m * self.output.stride + column);
                            row[w] = V::load_first(at, count);
                        }
                    }
                }
            }
            let Tile {
                data: mut left,
                row_stride,
                depth_stride,
                depth,
            } = self.left;
            let strip_size = depth * V::LANES;
            let mut packed = self.packed;
            for _ in 0..depth {
                let mut line = [V::splat(R::ZERO); W];
                for (w, register) in line.iter_mut().enumerate() {
                    *register = V::load(packed.add(w * strip_size));
                }
                for (m, row) in sums.iter_mut().enumerate() {
                    let factor = V::splat(*left.add(m * row_stride));
                    for (sum, &register) in row.iter_mut().zip(&line) {
                        *sum = factor.mul_add(register, *sum);
                    }
                }
                packed = packed.add(V::LANES);
                left = left.add(depth_stride);
            }
            for w in 0..W {
                let (column, count) = strip(w);
                for (m, row) in sums.iter().enumerate() {
                    let at = self.output.data.add(m * self.output.stride + column);
                    row[w].store_first(at, count);
                }
            }
        }
    }
}

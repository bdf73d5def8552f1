//! The register tile: a few rows times a few packed strips.

use super::pack::groups;
use crate::simd::{Real, Vector};

/// The left operand of [`multiply`].
#[derive(Clone, Copy)]
pub(crate) enum LeftRows<R> {
    /// Rows `stride` apart, each `[depth]`.
    Plain { data: *const R, stride: usize },
    /// Tiles of `TILE_ROWS` rows, each `[depth, TILE_ROWS]` (see `pack_left`).
    Tiles { data: *const R },
}

/// What a tile starts from.
#[derive(Clone, Copy)]
pub(crate) enum Origin<R> {
    /// Zero.
    Zero,
    /// What stands in the output.
    Output,
    /// The same row of biases everywhere, from the first column on.
    Bias(*const R),
}

/// Where a product goes: `columns` wide, rows `stride` apart.
#[derive(Clone, Copy)]
pub(crate) struct Output<R> {
    pub data: *mut R,
    pub stride: usize,
    pub columns: usize,
}

/// `rows` rows times as many packed strips as the output is wide.
///
/// # Safety
/// All pointers must cover the rows, depth and columns.
#[inline(always)]
pub(crate) unsafe fn multiply<V: Vector>(
    left: LeftRows<V::Elem>,
    [rows, depth]: [usize; 2],
    packed: *const V::Elem,
    start: Origin<V::Elem>,
    output: Output<V::Elem>,
) {
    let tiles = rows.div_ceil(V::TILE_ROWS);
    // SAFETY: the caller's promise.
    unsafe {
        for tile in 0..tiles {
            let (top, height, left) = match left {
                // Tiles of almost equal size, so that the last one is not a sliver.
                LeftRows::Plain { data, stride } => {
                    let top = tile * rows / tiles;
                    let height = (tile + 1) * rows / tiles - top;
                    let left = Left {
                        data: data.add(top * stride),
                        row_stride: stride,
                        depth_stride: 1,
                    };
                    (top, height, left)
                }
                LeftRows::Tiles { data } => {
                    let top = tile * V::TILE_ROWS;
                    let left = Left {
                        data: data.add(top * depth),
                        row_stride: 1,
                        depth_stride: V::TILE_ROWS,
                    };
                    (top, V::TILE_ROWS.min(rows - top), left)
                }
            };
            for group in groups(0..output.columns.div_ceil(V::LANES), V::TILE_STRIPS) {
                let first = group.start * V::LANES;
                let place = Tile {
                    left,
                    depth,
                    packed: packed.add(first * depth),
                    start: match start {
                        Origin::Bias(bias) => Origin::Bias(bias.add(first)),
                        other => other,
                    },
                    output: output.data.add(top * output.stride + first),
                    stride: output.stride,
                    last: V::LANES.min(output.columns - (group.end - 1) * V::LANES),
                };
                match group.len() {
                    4 => place.with_height::<V, 4>(height),
                    3 => place.with_height::<V, 3>(height),
                    2 => place.with_height::<V, 2>(height),
                    _ => place.with_height::<V, 1>(height),
                }
            }
        }
    }
}

/// Rows of the left operand from the first of a tile on.
#[derive(Clone, Copy)]
struct Left<R> {
    data: *const R,
    row_stride: usize,
    depth_stride: usize,
}

/// One tile of [`multiply`].
struct Tile<R> {
    left: Left<R>,
    depth: usize,
    packed: *const R, // [depth, W, LANES]
    start: Origin<R>,
    output: *mut R,
    stride: usize,
    /// Columns of the last strip.
    last: usize,
}

impl<R: Real> Tile<R> {
    #[inline(always)]
    unsafe fn with_height<V: Vector<Elem = R>, const W: usize>(self, height: usize) {
        if W > V::TILE_STRIPS {
            unreachable!("groups are at most TILE_STRIPS wide");
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
                _ => unreachable!("tiles are at most TILE_ROWS high"),
            }
        }
    }

    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>, const M: usize, const W: usize>(self) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [[V::splat(R::ZERO); W]; M];
            match self.start {
                Origin::Zero => {}
                Origin::Bias(bias) => {
                    for w in 0..W {
                        let bias = self.load::<V, W>(bias, w);
                        for row in &mut sums {
                            row[w] = bias;
                        }
                    }
                }
                Origin::Output => {
                    for (m, row) in sums.iter_mut().enumerate() {
                        let line = self.output.add(m * self.stride);
                        for (w, sum) in row.iter_mut().enumerate() {
                            *sum = self.load::<V, W>(line, w);
                        }
                    }
                }
            }
            let Left {
                data: mut left,
                row_stride,
                depth_stride,
            } = self.left;
            let mut packed = self.packed;
            for _ in 0..self.depth {
                let mut line = [V::splat(R::ZERO); W];
                for (w, register) in line.iter_mut().enumerate() {
                    *register = V::load(packed.add(w * V::LANES));
                }
                for (m, row) in sums.iter_mut().enumerate() {
                    let factor = V::splat(*left.add(m * row_stride));
                    for (sum, &register) in row.iter_mut().zip(&line) {
                        *sum = factor.mul_add(register, *sum);
                    }
                }
                packed = packed.add(W * V::LANES);
                left = left.add(depth_stride);
            }
            for (m, row) in sums.iter().enumerate() {
                let line = self.output.add(m * self.stride);
                for (w, sum) in row.iter().enumerate() {
                    let at = line.add(w * V::LANES);
                    if w + 1 == W {
                        sum.store_first(at, self.last);
                    } else {
                        sum.store(at);
                    }
                }
            }
        }
    }

    /// Register `w` of a line of the output.
    #[inline(always)]
    unsafe fn load<V: Vector<Elem = R>, const W: usize>(&self, line: *const R, w: usize) -> V {
        // SAFETY: the caller's promise.
        unsafe {
            let at = line.add(w * V::LANES);
            if w + 1 == W {
                V::load_first(at, self.last)
            } else {
                V::load(at)
            }
        }
    }
}

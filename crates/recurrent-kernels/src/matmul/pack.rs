//! Packing of the right operand of a product into strips.

use super::{Right, Tile};
use crate::simd::{Real, Vector};
use std::ops::Range;

/// Memory on a cache line's boundary, not initialised.
pub(crate) struct Buffer<R> {
    memory: Vec<R>,
    offset: usize,
}

impl<R> Buffer<R> {
    pub(crate) fn new(length: usize) -> Self {
        let memory = Vec::<R>::with_capacity(length + 64 / size_of::<R>());
        let offset = memory.as_ptr().align_offset(64);
        Self { memory, offset }
    }

    pub(crate) fn pointer(&mut self) -> *mut R {
        // SAFETY: the capacity has room for the offset.
        unsafe { self.memory.as_mut_ptr().add(self.offset) }
    }
}

/// How strips map to columns: the columns are `gates` blocks of `width` from
/// block `first` on, and strip `s` holds units of gate `s % gates`, so that the
/// gates of the same units stand side by side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    pub first: usize,
    pub gates: usize,
    pub width: usize,
}

impl Columns {
    pub(crate) fn plain(width: usize) -> Self {
        Self {
            first: 0,
            gates: 1,
            width,
        }
    }

    #[inline(always)]
    pub(crate) fn strips(self, lanes: usize) -> usize {
        self.gates * self.width.div_ceil(lanes)
    }

    /// First column of a strip and how many it holds.
    #[inline(always)]
    pub(crate) fn strip(self, strip: usize, lanes: usize) -> (usize, usize) {
        let unit = strip / self.gates * lanes;
        (
            (self.first + strip % self.gates) * self.width + unit,
            lanes.min(self.width - unit),
        )
    }
}

/// Packs rows `depth` of the strips of `right` to `to`, strip after strip.
///
/// # Safety
/// The operand must cover the rows and strips, `to` their number times `LANES`.
#[inline(always)]
pub(crate) unsafe fn pack<V: Vector>(
    right: Right<V::Elem>,
    depth: Range<usize>,
    columns: Columns,
    strips: Range<usize>,
    to: *mut V::Elem,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut to = to;
        for strip in strips {
            let (column, count) = columns.strip(strip, V::LANES);
            match right {
                Right::Rows { data, stride } => {
                    for k in depth.clone() {
                        V::load_first(data.as_ptr().add(k * stride + column), count).store(to);
                        to = to.add(V::LANES);
                    }
                }
                Right::Gathered {
                    data,
                    stride,
                    index,
                } => {
                    for &k in &index[depth.clone()] {
                        V::load_first(data.as_ptr().add(k * stride + column), count).store(to);
                        to = to.add(V::LANES);
                    }
                }
                Right::Transposed { data, stride } => {
                    let from = data.as_ptr().add(column * stride + depth.start);
                    for k in 0..depth.len() {
                        for lane in 0..count {
                            *to.add(lane) = *from.add(lane * stride + k);
                        }
                        for lane in count..V::LANES {
                            *to.add(lane) = V::Elem::ZERO;
                        }
                        to = to.add(V::LANES);
                    }
                }
            }
        }
    }
}

/// Packs `rows` of a transposed left operand, tile after tile of `TILE_ROWS`
/// rows, each `[depth, TILE_ROWS]`.
///
/// # Safety
/// The operand must cover the rows, `to` their number, rounded up to whole
/// tiles, times the depth.
#[inline(always)]
pub(crate) unsafe fn pack_left<V: Vector>(
    left: Tile<V::Elem>,
    rows: Range<usize>,
    to: *mut V::Elem,
) {
    for k in 0..left.depth {
        for (tile, top) in rows.clone().step_by(V::TILE_ROWS).enumerate() {
            let height = V::TILE_ROWS.min(rows.end - top);
            // SAFETY: the caller's promise.
            unsafe {
                let mut from = left.data.add(k * left.depth_stride + top);
                let mut to = to.add((tile * left.depth + k) * V::TILE_ROWS);
                let mut count = height;
                while count > V::LANES {
                    V::load(from).store(to);
                    (from, to, count) = (from.add(V::LANES), to.add(V::LANES), count - V::LANES);
                }
                V::load_first(from, count).store_first(to, count);
            }
        }
    }
}

//! Packing of the operands of a product.

use super::{Left, Right, Shared};
use crate::simd::{MAX_LANES, Real, Vector};
use std::ops::Range;

/// Memory on a cache line's boundary, not initialised.
#[derive(Debug)]
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

    /// The memory, to be read by several threads.
    pub(crate) fn shared(&self) -> Shared<R> {
        // SAFETY: as above.
        Shared(unsafe { self.memory.as_ptr().add(self.offset).cast_mut() })
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

    /// First column of a strip and how many it holds.
    #[inline(always)]
    fn strip(self, strip: usize, lanes: usize) -> (usize, usize) {
        let unit = strip / self.gates * lanes;
        (
            (self.first + strip % self.gates) * self.width + unit,
            lanes.min(self.width - unit),
        )
    }
}

/// The strips in groups of at most `size`, almost equal, so that the last one
/// is not a sliver. A group is what one tile is wide.
#[inline(always)]
pub(crate) fn groups(strips: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let count = strips.len().div_ceil(size);
    let bound = move |group: usize| strips.start + group * strips.len() / count;
    (0..count).map(move |group| bound(group)..bound(group + 1))
}

/// Packs rows `depth` of the strips of `right` to `to`: the strips of a group
/// side by side, `[depth, strips of the group, LANES]`, group after group.
///
/// # Safety
/// The operand must cover the rows and strips, `to` their number times `LANES`.
#[inline(always)]
pub(crate) unsafe fn pack<V: Vector>(
    right: Right<V::Elem>,
    depth: Range<usize>,
    columns: Columns,
    strips: Range<usize>,
    mut to: *mut V::Elem,
) {
    for group in groups(strips, V::TILE_STRIPS) {
        // SAFETY: the caller's promise.
        unsafe {
            pack_group::<V>(right, depth.clone(), columns, group.clone(), to);
            to = to.add(depth.len() * group.len() * V::LANES);
        }
    }
}

/// Packs the strips of one group side by side, `[depth, strips, LANES]`.
///
/// # Safety
/// As [`pack`].
#[inline(always)]
pub(crate) unsafe fn pack_group<V: Vector>(
    right: Right<V::Elem>,
    depth: Range<usize>,
    columns: Columns,
    strips: Range<usize>,
    to: *mut V::Elem,
) {
    let step = strips.len() * V::LANES;
    for (place, strip) in strips.enumerate() {
        let (column, count) = columns.strip(strip, V::LANES);
        // SAFETY: the caller's promise.
        unsafe {
            let mut to = to.add(place * V::LANES);
            match right {
                Right::Rows { data, stride } => {
                    for k in depth.clone() {
                        V::load_first(data.as_ptr().add(k * stride + column), count).store(to);
                        to = to.add(step);
                    }
                }
                Right::Gathered {
                    data,
                    stride,
                    index,
                } => {
                    for &k in &index[depth.clone()] {
                        V::load_first(data.as_ptr().add(k * stride + column), count).store(to);
                        to = to.add(step);
                    }
                }
                Right::Transposed { data, stride } => {
                    let from = data.as_ptr().add(column * stride + depth.start);
                    transpose::<V>(from, stride, [count, depth.len()], to, step);
                }
            }
        }
    }
}

/// Packs one strip: `count <= LANES` rows of `depth` elements, `stride` apart,
/// become the lanes of `depth` registers `step` apart.
///
/// # Safety
/// Both pointers must cover that.
#[inline(always)]
unsafe fn transpose<V: Vector>(
    from: *const V::Elem,
    stride: usize,
    [count, depth]: [usize; 2],
    to: *mut V::Elem,
    step: usize,
) {
    for k in (0..depth).step_by(V::LANES) {
        let deep = V::LANES.min(depth - k);
        // SAFETY: the caller's promise.
        unsafe {
            let mut lines = [V::splat(V::Elem::ZERO); MAX_LANES];
            if count == V::LANES && deep == V::LANES {
                for (lane, line) in lines[..V::LANES].iter_mut().enumerate() {
                    *line = V::load(from.add(lane * stride + k));
                }
            } else {
                for (lane, line) in lines[..count].iter_mut().enumerate() {
                    *line = V::load_first(from.add(lane * stride + k), deep);
                }
            }
            V::transpose(&mut lines);
            for (j, line) in lines[..deep].iter().enumerate() {
                line.store(to.add((k + j) * step));
            }
        }
    }
}

/// Packs rows `rows` and steps `depth` of a transposed left operand, tile after
/// tile of `TILE_ROWS` rows, each `[depth, TILE_ROWS]`.
///
/// # Safety
/// The operand must cover the rows, `to` their number, rounded up to whole
/// tiles, times the depth.
#[inline(always)]
pub(crate) unsafe fn pack_left<V: Vector>(
    left: Left<V::Elem>,
    rows: Range<usize>,
    depth: Range<usize>,
    to: *mut V::Elem,
) {
    for (k, at) in depth.clone().enumerate() {
        for (tile, top) in rows.clone().step_by(V::TILE_ROWS).enumerate() {
            let height = V::TILE_ROWS.min(rows.end - top);
            // SAFETY: the caller's promise.
            unsafe {
                let mut from = left.data.as_ptr().add(at * left.depth_stride + top);
                let mut to = to.add((tile * depth.len() + k) * V::TILE_ROWS);
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

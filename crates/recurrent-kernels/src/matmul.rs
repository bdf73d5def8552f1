//! Matrix products `C = A B` made for the shapes of recurrent networks: few
//! rows times a weight matrix that is packed once and read many times.
//!
//! The right operand is packed in *strips*: one register's width of columns,
//! stored row after row. A tile of `TILE_ROWS x TILE_STRIPS` registers of `C`
//! is accumulated over the depth with one broadcast of `A` and one row of
//! strips at a time (Goto and van de Geijn 2008); `A` is packed only where it
//! is transposed.
//!
//! Every element of `C` is summed over the depth in ascending order by one
//! thread, so results depend neither on the number of threads nor on how many
//! rows are multiplied at once.

use crate::Cpu;
use crate::simd::{Kernel, Real, Vector};
use crate::threads;
use std::ops::Range;

mod pack;
mod tile;

use pack::pack_left;
pub(crate) use pack::{Buffer, Columns, pack};
pub(crate) use tile::{Origin, Output, Tile, multiply};

/// Depth of a packed block; with `BLOCK_BYTES` it keeps a block in a core's cache.
const BLOCK_DEPTH: usize = 512;
/// Bytes of a packed block.
const BLOCK_BYTES: usize = 512 * 1024;

/// Tiles of a transposed left operand that are packed at once.
const TILES: usize = 8;

/// Left operand `[M, K]`: element `(m, k)` is at `m * row_stride + k * depth_stride`.
#[derive(Clone, Copy)]
pub struct Left<'a, R> {
    data: &'a [R],
    row_stride: usize,
    depth_stride: usize,
}

impl<'a, R> Left<'a, R> {
    /// A row-major matrix `[M, K]` whose rows are `stride` apart.
    pub fn rows(data: &'a [R], stride: usize) -> Self {
        Self {
            data,
            row_stride: stride,
            depth_stride: 1,
        }
    }

    /// The transpose of a row-major matrix `[K, M]` whose rows are `stride` apart.
    pub fn transposed(data: &'a [R], stride: usize) -> Self {
        Self {
            data,
            row_stride: 1,
            depth_stride: stride,
        }
    }

    fn covers(&self, rows: usize, depth: usize) -> bool {
        let (row, step) = (self.row_stride, self.depth_stride);
        covers(self.data.len(), [(rows, row), (depth, step)])
    }
}

/// Whether `length` elements hold an array with these counts and strides.
fn covers(length: usize, axes: [(usize, usize); 2]) -> bool {
    if axes.iter().any(|&(count, _)| count == 0) {
        return true;
    }
    let last = axes.iter().try_fold(0usize, |at, &(count, stride)| {
        at.checked_add((count - 1).checked_mul(stride)?)
    });
    last.is_some_and(|last| last < length)
}

/// Right operand `[K, N]`.
#[derive(Clone, Copy)]
pub enum Right<'a, R> {
    /// A row-major matrix `[K, N]` whose rows are `stride` apart.
    Rows {
        /// The elements.
        data: &'a [R],
        /// Distance of two rows.
        stride: usize,
    },
    /// Row `k` of the operand is row `index[k]` of a matrix.
    Gathered {
        /// The elements.
        data: &'a [R],
        /// Distance of two rows.
        stride: usize,
        /// `[K]`.
        index: &'a [usize],
    },
    /// The transpose of a row-major matrix `[N, K]` whose rows are `stride` apart.
    Transposed {
        /// The elements.
        data: &'a [R],
        /// Distance of two rows.
        stride: usize,
    },
}

impl<R> Right<'_, R> {
    fn covers(&self, depth: usize, columns: usize) -> bool {
        match *self {
            Self::Rows { data, stride } => covers(data.len(), [(depth, stride), (columns, 1)]),
            Self::Gathered {
                data,
                stride,
                index,
            } => {
                let rows = index.iter().take(depth).max().map_or(0, |&last| last + 1);
                index.len() >= depth && covers(data.len(), [(rows, stride), (columns, 1)])
            }
            Self::Transposed { data, stride } => {
                covers(data.len(), [(columns, stride), (depth, 1)])
            }
        }
    }
}

/// What a product starts from.
#[derive(Clone, Copy)]
pub enum Start<'a, R> {
    /// `C = A B`.
    Zero,
    /// `C = C + A B`.
    Accumulate,
    /// `C = 1 bias + A B`; the bias is `[N]`.
    Bias(&'a [R]),
}

/// `C = A B` (see [`Start`]); `C` is `[M, N]`, its rows `stride` apart.
///
/// # Panics
/// Where an operand is smaller than the sizes `[M, N, K]` ask for.
pub fn product<R: Real>(
    cpu: Cpu,
    [rows, columns, depth]: [usize; 3],
    left: Left<R>,
    right: Right<R>,
    start: Start<R>,
    output: &mut [R],
    stride: usize,
) {
    check([rows, columns, depth], left, right, start);
    assert!(
        covers(output.len(), [(rows, stride), (columns, 1)]),
        "output too small"
    );
    assert!(rows <= 1 || stride >= columns, "rows of the output overlap");
    if rows == 0 || columns == 0 {
        return;
    }
    // SAFETY: the output has the size that was checked above.
    unsafe {
        run(
            cpu,
            [rows, columns, depth],
            left,
            right,
            start,
            output.as_mut_ptr(),
            stride,
        )
    }
}

/// [`product`] into a new matrix `[M, N]`, which is not cleared first.
///
/// # Panics
/// As [`product`]; and for [`Start::Accumulate`], as there is nothing to add to.
pub fn new_product<R: Real>(
    cpu: Cpu,
    sizes: [usize; 3],
    left: Left<R>,
    right: Right<R>,
    start: Start<R>,
) -> Vec<R> {
    let [rows, columns, depth] = sizes;
    assert!(
        !matches!(start, Start::Accumulate),
        "a new matrix has nothing to add to"
    );
    check(sizes, left, right, start);
    let mut output = Vec::with_capacity(rows * columns);
    // SAFETY: the product writes every element of the output and reads none.
    unsafe {
        if rows > 0 && columns > 0 {
            run(
                cpu,
                [rows, columns, depth],
                left,
                right,
                start,
                output.as_mut_ptr(),
                columns,
            );
        }
        output.set_len(rows * columns);
    }
    output
}

fn check<R>([rows, columns, depth]: [usize; 3], left: Left<R>, right: Right<R>, start: Start<R>) {
    assert!(left.covers(rows, depth), "left operand too small");
    assert!(right.covers(depth, columns), "right operand too small");
    if let Start::Bias(bias) = start {
        assert!(bias.len() >= columns, "bias too small");
    }
}

/// The checked product.
///
/// # Safety
/// The operands must cover the sizes, and `output` the rows and columns.
unsafe fn run<R: Real>(
    cpu: Cpu,
    [rows, columns, depth]: [usize; 3],
    left: Left<R>,
    right: Right<R>,
    start: Start<R>,
    output: *mut R,
    stride: usize,
) {
    let output = Shared(output);
    // Below this many multiplications a second thread costs more than it gives.
    let threads = if rows * columns * depth < 1 << 16 {
        1
    } else {
        cpu.threads
    };
    threads::run(threads, |member| {
        cpu.isa.run(Product {
            sizes: [rows, columns, depth],
            left,
            right,
            start,
            output: output.pointer(),
            stride,
            member: (member.index, member.count),
        });
    });
}

/// A pointer that several threads write through, each its own elements.
#[derive(Clone, Copy)]
pub(crate) struct Shared<R>(pub(crate) *mut R);

// SAFETY: who uses it promises that threads write disjoint elements.
unsafe impl<R> Sync for Shared<R> {}
// SAFETY: as above.
unsafe impl<R> Send for Shared<R> {}

impl<R> Shared<R> {
    #[inline(always)]
    pub(crate) fn pointer(self) -> *mut R {
        self.0
    }
}

struct Product<'a, R> {
    sizes: [usize; 3],
    left: Left<'a, R>,
    right: Right<'a, R>,
    start: Start<'a, R>,
    output: *mut R,
    stride: usize,
    member: (usize, usize),
}

impl<R: Real> Kernel<R> for Product<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let [rows, columns, depth] = self.sizes;
        let layout = Columns::plain(columns);
        let strips = layout.strips(V::LANES);
        let (index, count) = self.member;
        let share = |length: usize| index * length / count..(index + 1) * length / count;
        let (rows, strips) = if strips >= count * V::TILE_STRIPS {
            (0..rows, share(strips))
        } else {
            (share(rows), 0..strips)
        };
        if rows.is_empty() || strips.is_empty() {
            return;
        }
        let block_depth = depth.clamp(1, BLOCK_DEPTH);
        let block_strips = (BLOCK_BYTES / (block_depth * V::LANES * size_of::<R>()))
            .next_multiple_of(V::TILE_STRIPS)
            .min(strips.len());
        let mut packed = Buffer::new(block_depth * block_strips * V::LANES);
        // Rows that stand next to each other in memory, depth far apart: a tile
        // would touch a cache line, and often a page, for each step of depth.
        let transposed = self.left.row_stride == 1 && depth > 1;
        let group = TILES * V::TILE_ROWS;
        let mut columns_of_left = Buffer::new(if transposed { block_depth * group } else { 0 });
        let output = Output {
            data: self.output,
            stride: self.stride,
            columns: layout,
        };
        // SAFETY: `product` has checked the sizes; threads write disjoint blocks of C.
        unsafe {
            for first in strips.clone().step_by(block_strips) {
                let strips = first..(first + block_strips).min(strips.end);
                let mut at = 0;
                loop {
                    let block = block_depth.min(depth - at);
                    pack::<V>(
                        self.right,
                        at..at + block,
                        layout,
                        strips.clone(),
                        packed.pointer(),
                    );
                    let start = match self.start {
                        _ if at > 0 => Origin::Output,
                        Start::Zero => Origin::Zero,
                        Start::Accumulate => Origin::Output,
                        Start::Bias(bias) => Origin::Bias(bias.as_ptr()),
                    };
                    let left = Tile {
                        data: self.left.data.as_ptr().add(at * self.left.depth_stride),
                        row_stride: self.left.row_stride,
                        depth_stride: self.left.depth_stride,
                        depth: block,
                    };
                    let right = packed.pointer().cast_const();
                    if transposed {
                        for top in rows.clone().step_by(group) {
                            let rows = top..(top + group).min(rows.end);
                            pack_left::<V>(left, rows.clone(), columns_of_left.pointer());
                            for (tile, top) in rows.clone().step_by(V::TILE_ROWS).enumerate() {
                                let at = tile * V::TILE_ROWS * block;
                                let left = Tile {
                                    data: columns_of_left.pointer().add(at),
                                    row_stride: 1,
                                    depth_stride: V::TILE_ROWS,
                                    depth: block,
                                };
                                let height = V::TILE_ROWS.min(rows.end - top);
                                let output = output.below(top);
                                multiply::<V>(
                                    left,
                                    0..height,
                                    right,
                                    strips.clone(),
                                    start,
                                    output,
                                );
                            }
                        }
                    } else {
                        multiply::<V>(left, rows.clone(), right, strips.clone(), start, output);
                    }
                    at += block;
                    if at >= depth {
                        break;
                    }
                }
            }
        }
    }
}

/// Sums of the columns of `[N, M]` (rows `stride` apart), written to `[M]`.
///
/// # Panics
/// Where the matrix is smaller than that.
pub fn column_sums<R: Real>(
    cpu: Cpu,
    [rows, columns]: [usize; 2],
    matrix: &[R],
    stride: usize,
    output: &mut [R],
) {
    assert!(covers(matrix.len(), [(rows, stride), (columns, 1)]));
    assert!(columns <= output.len());
    let output = Shared(output.as_mut_ptr());
    let threads = if rows * columns < 1 << 16 {
        1
    } else {
        cpu.threads
    };
    threads::run(threads, |member| {
        cpu.isa.run(ColumnSums {
            rows,
            columns: member.share(columns),
            matrix,
            stride,
            output: output.pointer(),
        });
    });
}

struct ColumnSums<'a, R> {
    rows: usize,
    columns: Range<usize>,
    matrix: &'a [R],
    stride: usize,
    output: *mut R,
}

impl<R: Real> Kernel<R> for ColumnSums<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        for column in self.columns.clone().step_by(V::LANES) {
            let count = V::LANES.min(self.columns.end - column);
            // SAFETY: rows and columns are within the matrix; threads have disjoint columns.
            unsafe {
                let mut sum = V::splat(R::ZERO);
                for row in 0..self.rows {
                    let at = self.matrix.as_ptr().add(row * self.stride + column);
                    sum = sum + V::load_first(at, count);
                }
                sum.store_first(self.output.add(column), count);
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Matrix products `C = A B` made for the shapes of recurrent networks: few
//! rows times a weight matrix that is packed once and read many times.
//!
//! The right operand is packed in *strips*, each one register of columns wide,
//! the strips of a group side by side. A tile of `TILE_ROWS x TILE_STRIPS`
//! registers of `C` is accumulated over the depth with one broadcast of `A` and
//! one row of a group at a time (Goto and van de Geijn 2008); `A` is packed only
//! where it is transposed.
//!
//! With [`Precision::Bf16`] the operands are rounded to bfloat16 (see `bf16`).
//!
//! Every element of `C` is summed over the depth in ascending order by one
//! thread, so results depend neither on the number of threads nor on how many
//! rows are multiplied at once.

use crate::simd::Real;
use crate::{Cpu, Precision, elements, threads};

mod bf16;
mod column_sums;
mod pack;
mod product;
mod tile;

pub use column_sums::column_sums;
pub(crate) use pack::{Buffer, Columns, groups, pack, pack_group};
pub(crate) use tile::{LeftRows, Origin, Output, multiply};

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

    /// Whether neighbours in memory are neighbours in a column.
    fn is_transposed(&self) -> bool {
        self.row_stride == 1
    }

    /// Element `(row, step)`.
    fn at(&self, row: usize, step: usize) -> *const R {
        let offset = row * self.row_stride + step * self.depth_stride;
        self.data.as_ptr().wrapping_add(offset)
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
                let rows = index
                    .iter()
                    .take(depth)
                    .max()
                    .map_or(0, |&last| last.saturating_add(1));
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
    let length = elements([rows, columns]);
    let mut output = Vec::with_capacity(length);
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
        output.set_len(length);
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
    if cpu.precision == Precision::Bf16
        && let Some((left, right, start)) = single(left, right, start)
    {
        // SAFETY: the caller's promise; the elements are floats.
        return unsafe {
            let sizes = [rows, columns, depth];
            bf16::run(cpu, sizes, left, right, start, output.cast(), stride)
        };
    }
    let output = Shared(output);
    // Below this many multiplications a second thread costs more than it gives.
    let threads = if rows * columns * depth < 1 << 16 {
        1
    } else {
        cpu.threads
    };
    threads::run(threads, |member| {
        cpu.isa.run(product::Product {
            sizes: [rows, columns, depth],
            left,
            right,
            start,
            output: output.pointer(),
            stride,
            member: &member,
        });
    });
}

/// The operands of a product in single precision.
fn single<'a, R: Real>(
    left: Left<'a, R>,
    right: Right<'a, R>,
    start: Start<'a, R>,
) -> Option<(Left<'a, f32>, Right<'a, f32>, Start<'a, f32>)> {
    let left = Left {
        data: R::single(left.data)?,
        row_stride: left.row_stride,
        depth_stride: left.depth_stride,
    };
    let right = match right {
        Right::Rows { data, stride } => Right::Rows {
            data: R::single(data)?,
            stride,
        },
        Right::Gathered {
            data,
            stride,
            index,
        } => Right::Gathered {
            data: R::single(data)?,
            stride,
            index,
        },
        Right::Transposed { data, stride } => Right::Transposed {
            data: R::single(data)?,
            stride,
        },
    };
    let start = match start {
        Start::Zero => Start::Zero,
        Start::Accumulate => Start::Accumulate,
        Start::Bias(bias) => Start::Bias(R::single(bias)?),
    };
    Some((left, right, start))
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

#[cfg(test)]
mod tests;

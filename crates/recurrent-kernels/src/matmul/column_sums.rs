//! Sums of the columns of a matrix.

use super::{Shared, covers};
use crate::simd::{Kernel, Real, Vector};
use crate::{Cpu, threads};
use std::ops::Range;

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
    assert!(
        covers(matrix.len(), [(rows, stride), (columns, 1)]),
        "matrix too small"
    );
    assert!(columns <= output.len(), "output too small");
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

/// Registers side by side, so that a row is read a few cache lines at a time.
const WIDTH: usize = 8;

impl<R: Real> Kernel<R> for ColumnSums<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let mut column = self.columns.start;
        // SAFETY: rows and columns are within the matrix; threads have disjoint columns.
        unsafe {
            while column + WIDTH * V::LANES <= self.columns.end {
                let mut sums = [V::splat(R::ZERO); WIDTH];
                for row in 0..self.rows {
                    let at = self.matrix.as_ptr().add(row * self.stride + column);
                    for (w, sum) in sums.iter_mut().enumerate() {
                        *sum = *sum + V::load(at.add(w * V::LANES));
                    }
                }
                for (w, sum) in sums.into_iter().enumerate() {
                    sum.store(self.output.add(column + w * V::LANES));
                }
                column += WIDTH * V::LANES;
            }
            for column in (column..self.columns.end).step_by(V::LANES) {
                let count = V::LANES.min(self.columns.end - column);
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

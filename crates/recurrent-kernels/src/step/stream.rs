//! Packed weights as a step reads them.
//!
//! A packed matrix is `[depth, G, LANES]`: `G` registers of columns side by side,
//! with a row of zeros after an odd depth. In bfloat16 two rows stand in one, the
//! even one in the lower halves.

use crate::Precision;
use crate::matmul::{Buffer, Columns, Right, Shared, pack_group};
use crate::simd::{Real, Vector};
use std::ops::Range;

/// Packed matrices, one after the other.
#[derive(Debug)]
pub(super) enum Packed<R> {
    Full { memory: Buffer<R>, used: usize },
    Bf16(Vec<u32>),
}

impl<R: Real> Packed<R> {
    /// Room for matrices of `length` elements in all.
    pub(super) fn new(precision: Precision, length: usize) -> Self {
        match precision {
            Precision::Full => Self::Full {
                memory: Buffer::new(length),
                used: 0,
            },
            Precision::Bf16 => Self::Bf16(Vec::with_capacity(length / 2)),
        }
    }

    /// Appends the matrix of some strips of an operand `depth` deep.
    ///
    /// # Safety
    /// The operand must cover the strips, there must be room for them, and the
    /// machine must have the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn push<V: Vector<Elem = R>>(
        &mut self,
        right: Right<R>,
        depth: usize,
        columns: Columns,
        strips: Range<usize>,
    ) {
        let row = strips.len() * V::LANES;
        let length = even(depth) * row;
        let mut matrix = Buffer::new(length);
        let start: *mut R = matrix.pointer();
        // SAFETY: the matrix has the length of the strips and a row of zeros;
        // room is the caller's promise.
        unsafe {
            pack_group::<V>(right, 0..depth, columns, strips, start);
            start.add(depth * row).write_bytes(0, length - depth * row);
            match self {
                Self::Full { memory, used } => {
                    let to = memory.pointer().add(*used);
                    to.copy_from_nonoverlapping(start, length);
                    *used += length;
                }
                Self::Bf16(pairs) => {
                    let values = std::slice::from_raw_parts(start, length);
                    let half = |x: R| u32::from(to_bf16(x.to_f64() as f32));
                    for rows in values.chunks_exact(2 * row) {
                        let (even, odd) = rows.split_at(row);
                        let both = even.iter().zip(odd);
                        pairs.extend(both.map(|(&even, &odd)| half(even) | half(odd) << 16));
                    }
                }
            }
        }
    }
}

/// Rows that a packed matrix of `depth` rows has.
#[inline(always)]
pub(super) fn even(depth: usize) -> usize {
    depth.next_multiple_of(2)
}

/// Nearest bfloat16, ties to even.
pub(crate) fn to_bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    if x.is_nan() {
        return (bits >> 16) as u16 | 0x40;
    }
    let up = 0x7FFF + ((bits >> 16) & 1);
    (bits.wrapping_add(up) >> 16) as u16
}

/// Packed weights from some place on.
pub(super) trait Stream<R: Real>: Copy + Sync {
    /// The same weights from `count` on, which is whole pairs of rows further.
    ///
    /// # Safety
    /// They must go on for so many.
    unsafe fn skip(self, count: usize) -> Self;
    /// Register `column` of rows `2 pair` and `2 pair + 1`, each `width` registers.
    ///
    /// # Safety
    /// The weights must have them, and the machine the instructions of `V`.
    unsafe fn pair<V: Vector<Elem = R>>(self, pair: usize, column: usize, width: usize) -> [V; 2];
}

/// Weights as they are.
impl<R: Real> Stream<R> for Shared<R> {
    #[inline(always)]
    unsafe fn skip(self, count: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self(self.pointer().add(count)) }
    }
    #[inline(always)]
    unsafe fn pair<V: Vector<Elem = R>>(self, pair: usize, column: usize, width: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        unsafe {
            let from = self.pointer().add((2 * pair * width + column) * V::LANES);
            [V::load(from), V::load(from.add(width * V::LANES))]
        }
    }
}

/// Weights in bfloat16, two rows in one.
#[derive(Clone, Copy)]
pub(super) struct Halves(pub(super) Shared<u32>);

impl<R: Real> Stream<R> for Halves {
    #[inline(always)]
    unsafe fn skip(self, count: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self(Shared(self.0.pointer().add(count / 2))) }
    }
    #[inline(always)]
    unsafe fn pair<V: Vector<Elem = R>>(self, pair: usize, column: usize, width: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        unsafe { V::load_bf16_pairs(self.0.pointer().add((pair * width + column) * V::LANES)) }
    }
}

/// `operand [depth]` times weights `[depth, G, LANES]`, even and odd steps of
/// depth summed apart, so that one addition need not wait for the one before.
///
/// # Safety
/// Both must cover the depth.
#[inline(always)]
pub(super) unsafe fn dot<V: Vector, W: Stream<V::Elem>, const G: usize>(
    operand: *const V::Elem,
    depth: usize,
    weights: W,
) -> [V; G] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[V::splat(V::Elem::ZERO); 2]; G];
        for pair in 0..depth / 2 {
            let first = V::splat(*operand.add(2 * pair));
            let second = V::splat(*operand.add(2 * pair + 1));
            for (gate, [even, odd]) in sums.iter_mut().enumerate() {
                let weights = weights.pair::<V>(pair, gate, G);
                *even = first.mul_add(weights[0], *even);
                *odd = second.mul_add(weights[1], *odd);
            }
        }
        if depth % 2 == 1 {
            let last = V::splat(*operand.add(depth - 1));
            for (gate, [even, _]) in sums.iter_mut().enumerate() {
                *even = last.mul_add(weights.pair::<V>(depth / 2, gate, G)[0], *even);
            }
        }
        let mut total = [V::splat(V::Elem::ZERO); G];
        for (total, [even, odd]) in total.iter_mut().zip(sums) {
            *total = even + odd;
        }
        total
    }
}

//! Packing of the operands for the tiles of AMX: panels of 32 rows or columns, `[steps, 2, 16, 16]` words of two numbers
//! in bfloat16 that stand next to each other in depth. What lies beyond the operand is zero.

use super::super::{Left, Right};
use super::amx::{PANEL, STEP, TILE};
use crate::simd::transpose_16;
use std::arch::x86_64::*;
use std::ops::Range;

/// Lanes of a register, and rows of a tile.
const LANES: usize = 16;

/// A block of depth of panels.
pub(super) struct Panels {
    pub depth: Range<usize>,
    /// Words from one panel to the next.
    pub stride: usize,
}

/// Sixteen registers of sixteen words.
type Words = [__m512; LANES];

/// Packs panels `panels` of the rows of a left operand of `rows` rows; the first goes to the start of `to`.
///
/// # Safety
/// The machine must have the instructions; `to` must have the panels.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub(super) unsafe fn pack_left(
    left: Left<f32>,
    rows: usize,
    block: &Panels,
    panels: Range<usize>,
    to: *mut u32,
) {
    let first = panels.start;
    for (step, depth) in steps(block) {
        for panel in panels.clone() {
            for (half, tile) in tiles(rows, panel) {
                let depth = depth.clone();
                // SAFETY: the operand covers the rows and the depth.
                unsafe {
                    let words = match left.is_transposed() && left.depth_stride != 1 {
                        true => {
                            let row = |k: usize| left.at(tile.start, k);
                            let mut words = across(row, depth, tile.len());
                            transpose_16(&mut words);
                            words
                        }
                        false => {
                            let row = |m: usize| left.at(tile.start + m, depth.start);
                            along(row, tile.len(), depth.len())
                        }
                    };
                    let place = (panel - first) * block.stride + (2 * step + half) * TILE;
                    store(&words, to.add(place));
                }
            }
        }
    }
}

/// Packs panels `panels` of the columns of a right operand of `columns` columns, each to its own place.
///
/// # Safety
/// As [`pack_left`].
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub(super) unsafe fn pack_right(
    right: Right<f32>,
    columns: usize,
    block: &Panels,
    panels: Range<usize>,
    to: *mut u32,
) {
    for (step, depth) in steps(block) {
        for panel in panels.clone() {
            for (half, tile) in tiles(columns, panel) {
                let depth = depth.clone();
                // SAFETY: the operand covers the columns and the depth.
                unsafe {
                    let words = match right {
                        Right::Rows { data, stride } => {
                            let row =
                                |k: usize| data.as_ptr().wrapping_add(k * stride + tile.start);
                            across(row, depth, tile.len())
                        }
                        Right::Gathered {
                            data,
                            stride,
                            index,
                        } => {
                            let row = |k: usize| {
                                data.as_ptr().wrapping_add(index[k] * stride + tile.start)
                            };
                            across(row, depth, tile.len())
                        }
                        Right::Transposed { data, stride } => {
                            let row = |n: usize| {
                                let start = (tile.start + n) * stride + depth.start;
                                data.as_ptr().wrapping_add(start)
                            };
                            let mut words = along(row, tile.len(), depth.len());
                            transpose_16(&mut words);
                            words
                        }
                    };
                    let place = panel * block.stride + (2 * step + half) * TILE;
                    store(&words, to.add(place));
                }
            }
        }
    }
}

/// The two halves of a panel with what they hold of `count` rows or columns.
fn tiles(count: usize, panel: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    (0..2).map(move |half| {
        let first = (panel * PANEL + half * LANES).min(count);
        (half, first..(first + LANES).min(count))
    })
}

/// The steps of a block with their depths.
fn steps(block: &Panels) -> impl Iterator<Item = (usize, Range<usize>)> {
    let depth = block.depth.clone();
    let starts = depth.clone().step_by(STEP);
    (0..).zip(starts.map(move |first| first..(first + STEP).min(depth.end)))
}

/// The first `count` of the lanes.
fn mask(count: usize) -> __mmask16 {
    ((1u32 << count.min(LANES)) - 1) as __mmask16
}

/// `count` rows whose neighbours in memory are neighbours in depth: register `r` holds the pairs of row `r`.
///
/// # Safety
/// The machine must have the instructions; each row must have `depth` numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn along(row: impl Fn(usize) -> *const f32, count: usize, depth: usize) -> Words {
    let mut words = [_mm512_setzero_ps(); LANES];
    for (r, register) in words[..count].iter_mut().enumerate() {
        // SAFETY: the caller's promise; masked lanes are not read.
        unsafe {
            let from = row(r);
            let lower = _mm512_maskz_loadu_ps(mask(depth), from);
            let upper = mask(depth.saturating_sub(LANES));
            let upper = _mm512_maskz_loadu_ps(upper, from.wrapping_add(LANES));
            let pairs = _mm512_cvtne2ps_pbh(upper, lower);
            *register = std::mem::transmute::<__m512bh, __m512>(pairs);
        }
    }
    words
}

/// Rows `depth` whose neighbours in memory are not neighbours in depth: register `p` holds the pairs of rows `2 p` and
/// `2 p + 1`, `count` of them.
///
/// # Safety
/// The machine must have the instructions; each row must have `count` numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn across(row: impl Fn(usize) -> *const f32, depth: Range<usize>, count: usize) -> Words {
    let mut words = [_mm512_setzero_ps(); LANES];
    let lanes = mask(count);
    for (pair, register) in (depth.clone().step_by(2)).zip(&mut words) {
        // SAFETY: the caller's promise; masked lanes are not read.
        unsafe {
            let half = |k: usize| {
                let values = match k < depth.end {
                    true => _mm512_maskz_loadu_ps(lanes, row(k)),
                    false => _mm512_setzero_ps(),
                };
                let rounded = _mm512_cvtneps_pbh(values);
                _mm512_cvtepu16_epi32(std::mem::transmute::<__m256bh, __m256i>(rounded))
            };
            let upper = _mm512_slli_epi32::<16>(half(pair + 1));
            *register = _mm512_castsi512_ps(_mm512_or_si512(upper, half(pair)));
        }
    }
    words
}

/// # Safety
/// `to` must have room for a tile, on a cache line's boundary.
#[target_feature(enable = "avx512f")]
unsafe fn store(words: &Words, to: *mut u32) {
    for (row, &register) in words.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe { _mm512_store_ps(to.add(row * LANES).cast(), register) }
    }
}

//! The blocked product of one member of a team.

use super::pack::{Buffer, Columns, pack, pack_left};
use super::tile::{LeftRows, Origin, Output, multiply};
use super::{Left, Right, Start};
use crate::simd::{Kernel, Real, Vector};
use crate::threads::Member;
use std::ops::Range;

/// Depth of a packed block; with `BLOCK_BYTES` it keeps a block in a core's cache.
const BLOCK_DEPTH: usize = 512;
/// Bytes of a packed block of the right operand.
const BLOCK_BYTES: usize = 512 * 1024;
/// Tiles of a transposed left operand that are packed at once.
const TILES: usize = 8;

/// A member's share of a checked product.
pub(super) struct Product<'a, R> {
    pub sizes: [usize; 3],
    pub left: Left<'a, R>,
    pub right: Right<'a, R>,
    pub start: Start<'a, R>,
    pub output: *mut R,
    pub stride: usize,
    pub member: &'a Member<'a>,
}

impl<R: Real> Product<'_, R> {
    /// Rows and strips of this member. Members read the whole of the operand that
    /// they do not share, so they share the longer side.
    #[inline(always)]
    fn share<V: Vector<Elem = R>>(&self) -> (Range<usize>, Range<usize>) {
        let [rows, columns, _] = self.sizes;
        let strips = columns.div_ceil(V::LANES);
        let few = strips < self.member.count * V::TILE_STRIPS;
        if few || rows > columns {
            (self.member.share(rows), 0..strips)
        } else {
            (0..rows, self.member.share(strips))
        }
    }
}

impl<R: Real> Kernel<R> for Product<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let [_, columns, depth] = self.sizes;
        let (rows, strips) = self.share::<V>();
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
        let transposed = self.left.is_transposed() && depth > 1;
        let block_rows = if transposed {
            TILES * V::TILE_ROWS
        } else {
            rows.len()
        };
        let mut tiles = Buffer::new(if transposed {
            block_depth * block_rows
        } else {
            0
        });
        for first in strips.clone().step_by(block_strips) {
            let strips = first..(first + block_strips).min(strips.end);
            let column = first * V::LANES;
            let width = columns.min(strips.end * V::LANES) - column;
            // A product without depth still writes what it starts from.
            for at in (0..depth.max(1)).step_by(block_depth) {
                let deep = at..depth.min(at + block_depth);
                // SAFETY: `product` has checked the sizes; members write disjoint blocks of C.
                unsafe {
                    pack::<V>(
                        self.right,
                        deep.clone(),
                        Columns::plain(columns),
                        strips.clone(),
                        packed.pointer(),
                    );
                    let start = match self.start {
                        Start::Zero if at == 0 => Origin::Zero,
                        Start::Bias(bias) if at == 0 => Origin::Bias(bias.as_ptr().add(column)),
                        _ => Origin::Output,
                    };
                    for top in rows.clone().step_by(block_rows) {
                        let rows = top..(top + block_rows).min(rows.end);
                        let left = if transposed {
                            pack_left::<V>(self.left, rows.clone(), deep.clone(), tiles.pointer());
                            LeftRows::Tiles {
                                data: tiles.pointer(),
                            }
                        } else {
                            LeftRows::Plain {
                                data: self.left.at(top, at),
                                stride: self.left.row_stride,
                            }
                        };
                        multiply::<V>(
                            left,
                            [rows.len(), deep.len()],
                            packed.pointer(),
                            start,
                            Output {
                                data: self.output.add(top * self.stride + column),
                                stride: self.stride,
                                columns: width,
                            },
                        );
                    }
                }
            }
        }
    }
}

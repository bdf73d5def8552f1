//! The product on the tiles of AMX.
//!
//! A tile register holds 16 rows of 64 bytes. `TDPBF16PS` adds to a tile of `C`, 16 x 16 floats, the product of a tile
//! of `A`, 16 rows of 32 numbers in bfloat16, and one of `B`, 32 rows of 16 numbers, of which each row of the register
//! holds two, pair by pair (Intel 64 and IA-32 Architectures Optimization Reference Manual, chapter on AMX). Four
//! tiles of `C` are held while 32 rows of `A` and 32 columns of `B`, a *panel* each, go by.
//!
//! The panels of `B` of a block of depth are packed once, by all members of the team; each member packs its own rows of
//! `A`, a block at a time that stays in its cache.

use super::super::{Buffer, Left, Right, Shared, Start};
use super::pack::{Panels, pack_left, pack_right};
use crate::{Cpu, threads};
use std::arch::asm;
use std::ops::Range;
use std::sync::OnceLock;

/// Rows of a panel of `A`, and columns of one of `B`: two tiles.
pub(super) const PANEL: usize = 32;
/// Depth of a tile.
pub(super) const STEP: usize = 32;
/// Words of 32 bits, two numbers each, of a tile.
pub(super) const TILE: usize = 256;
/// Depth of a block: a panel of it fills most of the first cache.
const BLOCK_DEPTH: usize = 512;
/// Panels of `A` of a block, which fill part of the second cache.
const BLOCK_PANELS: usize = 8;

/// Whether this machine has tiles of bfloat16 and the system lets this process use them.
pub(super) fn is_available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| has_instructions() && is_permitted())
}

fn has_instructions() -> bool {
    /// Bits of `EDX` of leaf 7.
    const AMX_BF16: u32 = 1 << 22;
    const AMX_TILE: u32 = 1 << 24;
    let all = AMX_BF16 | AMX_TILE;
    let leaf = std::arch::x86_64::__cpuid_count(7, 0);
    leaf.edx & all == all
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512bf16")
}

/// Asks the system for the state of the tiles, which a process has to before it uses them
/// (<https://docs.kernel.org/arch/x86/xstate.html>).
fn is_permitted() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: i64 = 0x1023;
    const XFEATURE_XTILEDATA: i64 = 18;
    let result: i64;
    // SAFETY: the call changes nothing but what the process may use.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") ARCH_PRCTL => result,
            in("rdi") ARCH_REQ_XCOMP_PERM,
            in("rsi") XFEATURE_XTILEDATA,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
    }
    result == 0
}

/// The tiles of a thread: eight of 16 rows of 64 bytes.
struct Tiles;

impl Tiles {
    /// # Safety
    /// [`is_available`] must be true.
    unsafe fn configure() -> Self {
        #[repr(C, align(64))]
        struct Configuration([u8; 64]);
        let mut configuration = Configuration([0; 64]);
        configuration.0[0] = 1;
        for tile in 0..8 {
            configuration.0[16 + 2 * tile] = 64;
            configuration.0[48 + tile] = 16;
        }
        // SAFETY: the caller's promise; the configuration is one of palette 1.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &configuration, options(nostack, readonly));
        }
        Self
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: the thread has configured them. Without tiles in use its state is small again.
        unsafe { asm!("tilerelease", options(nostack, nomem)) }
    }
}

/// What a block of `C` starts from.
#[derive(Clone, Copy)]
enum Begin {
    Zero,
    Output,
    /// The same 32 numbers in every row.
    Bias(*const f32),
}

/// One block of instructions, so that nothing stays in a tile after it: how the four tiles of `C` begin, the loop over
/// the depth, and their way to memory.
macro_rules! product_of_panels {
    ([$($begin:literal),*], $operands:expr, $steps:expr, $output:expr, $stride:expr, $bias:expr) => {{
        let ([left, right], [upper, lower]) = ($operands, $output);
        asm!(
            "/* {bias} {none} */",
            $($begin,)*
            "2:",
            "tileloadd tmm4, [{left} + {row}]",
            "tileloadd tmm6, [{right} + {row}]",
            "tileloadd tmm5, [{left} + {row} + 1024]",
            "tileloadd tmm7, [{right} + {row} + 1024]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {left}, 2048",
            "add {right}, 2048",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{upper} + {stride}], tmm0",
            "tilestored [{upper} + {stride} + 64], tmm1",
            "tilestored [{lower} + {stride}], tmm2",
            "tilestored [{lower} + {stride} + 64], tmm3",
            left = inout(reg) left => _,
            right = inout(reg) right => _,
            steps = inout(reg) $steps => _,
            row = in(reg) 64usize,
            upper = in(reg) upper,
            lower = in(reg) lower,
            stride = in(reg) $stride,
            bias = in(reg) $bias,
            none = out(reg) _,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        )
    }};
}

/// `C = A B` of a panel of each and what it begins with; `C` is 32 x 32, its rows `stride` bytes apart.
///
/// # Safety
/// The thread must have [`Tiles`]; the pointers must cover `steps`, at least one, and `C`.
#[inline(always)]
unsafe fn multiply(
    left: *const u32,  // [steps, 2, TILE]
    right: *const u32, // [steps, 2, TILE]
    steps: usize,
    begin: Begin,
    output: *mut f32,
    stride: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let lower = output.byte_add(16 * stride);
        let operands = [left, right];
        match begin {
            Begin::Zero => product_of_panels!(
                [
                    "tilezero tmm0",
                    "tilezero tmm1",
                    "tilezero tmm2",
                    "tilezero tmm3"
                ],
                operands,
                steps,
                [output, lower],
                stride,
                output
            ),
            Begin::Output => product_of_panels!(
                [
                    "tileloadd tmm0, [{upper} + {stride}]",
                    "tileloadd tmm1, [{upper} + {stride} + 64]",
                    "tileloadd tmm2, [{lower} + {stride}]",
                    "tileloadd tmm3, [{lower} + {stride} + 64]"
                ],
                operands,
                steps,
                [output, lower],
                stride,
                output
            ),
            // Rows no bytes apart are one and the same.
            Begin::Bias(bias) => product_of_panels!(
                [
                    "xor {none:e}, {none:e}",
                    "tileloadd tmm0, [{bias} + {none}]",
                    "tileloadd tmm1, [{bias} + {none} + 64]",
                    "tileloadd tmm2, [{bias} + {none}]",
                    "tileloadd tmm3, [{bias} + {none} + 64]"
                ],
                operands,
                steps,
                [output, lower],
                stride,
                bias
            ),
        }
    }
}

/// A checked product.
///
/// # Safety
/// [`is_available`] must be true; the operands must cover the sizes, and `output` the rows and columns.
pub(super) unsafe fn run(
    cpu: Cpu,
    [rows, columns, depth]: [usize; 3],
    left: Left<f32>,
    right: Right<f32>,
    start: Start<f32>,
    output: *mut f32,
    stride: usize,
) {
    let output = Shared(output);
    let (row_panels, column_panels) = (rows.div_ceil(PANEL), columns.div_ceil(PANEL));
    let block_depth = depth.clamp(1, BLOCK_DEPTH).next_multiple_of(STEP);
    let panel = block_depth / STEP * 2 * TILE;
    let packed = Buffer::<u32>::new(column_panels * panel);
    let packed = packed.shared();
    // Below this many multiplications a second thread costs more than it gives.
    let count = match rows * columns * depth < 1 << 19 {
        true => 1,
        false => cpu.threads,
    };
    threads::run(count, |member| {
        let by_rows = row_panels >= column_panels;
        let own_rows = match by_rows {
            true => member.share(row_panels),
            false => 0..row_panels,
        };
        let own_columns = match by_rows {
            true => 0..column_panels,
            false => member.share(column_panels),
        };
        let mut block = Buffer::<u32>::new(BLOCK_PANELS.min(own_rows.len()) * panel);
        let mut edge = Edge([0.0; PANEL * PANEL]);
        // SAFETY: the buffers have the size of the panels; members write disjoint panels of `packed` and of the output, and
        // read what others have packed after they have met.
        unsafe {
            let _tiles = Tiles::configure();
            for at in (0..depth.max(1)).step_by(block_depth) {
                let deep = at..depth.min(at + block_depth);
                let steps = deep.len().div_ceil(STEP);
                let panels = Panels {
                    depth: deep.clone(),
                    stride: panel,
                };
                if at > 0 {
                    member.wait();
                }
                let packing = member.share(column_panels);
                pack_right(right, columns, &panels, packing, packed.pointer());
                member.wait();
                for first in own_rows.clone().step_by(BLOCK_PANELS) {
                    let block_rows = first..(first + BLOCK_PANELS).min(own_rows.end);
                    let to = block.pointer();
                    pack_left(left, rows, &panels, block_rows.clone(), to);
                    for column in own_columns.clone() {
                        let part = |row: usize| Part {
                            rows: row * PANEL..rows.min((row + 1) * PANEL),
                            columns: column * PANEL..columns.min((column + 1) * PANEL),
                            steps,
                            start: if at == 0 { start } else { Start::Accumulate },
                            output: output.pointer(),
                            stride,
                        };
                        let right = packed.pointer().add(column * panel);
                        for row in block_rows.clone() {
                            let left = to.add((row - first) * panel);
                            part(row).run(left, right, &mut edge);
                        }
                    }
                }
            }
        }
    });
}

/// A panel of the output that is not whole.
#[repr(align(64))]
struct Edge([f32; PANEL * PANEL]);

/// A panel of rows and columns of the output.
struct Part<'a> {
    rows: Range<usize>,
    columns: Range<usize>,
    /// Steps of depth; none leaves what it starts from.
    steps: usize,
    start: Start<'a, f32>,
    output: *mut f32,
    stride: usize,
}

impl Part<'_> {
    /// # Safety
    /// As [`multiply`]; the output must have the rows and columns.
    #[inline(always)]
    unsafe fn run(&self, left: *const u32, right: *const u32, edge: &mut Edge) {
        let (height, width) = (self.rows.len(), self.columns.len());
        let bytes = size_of::<f32>();
        // SAFETY: the caller's promise.
        unsafe {
            let place = self
                .output
                .add(self.rows.start * self.stride + self.columns.start);
            if height == PANEL && width == PANEL && self.steps > 0 {
                let begin = match self.start {
                    Start::Zero => Begin::Zero,
                    Start::Accumulate => Begin::Output,
                    Start::Bias(bias) => Begin::Bias(bias.as_ptr().add(self.columns.start)),
                };
                let stride = self.stride * bytes;
                return multiply(left, right, self.steps, begin, place, stride);
            }
            for row in 0..height {
                let to = edge.0[row * PANEL..].as_mut_ptr();
                match self.start {
                    Start::Zero => to.write_bytes(0, width),
                    Start::Accumulate => {
                        to.copy_from_nonoverlapping(place.add(row * self.stride), width);
                    }
                    Start::Bias(bias) => {
                        let bias = bias.as_ptr().add(self.columns.start);
                        to.copy_from_nonoverlapping(bias, width);
                    }
                }
            }
            if self.steps > 0 {
                let to = edge.0.as_mut_ptr();
                multiply(left, right, self.steps, Begin::Output, to, PANEL * bytes);
            }
            for row in 0..height {
                let from = edge.0[row * PANEL..].as_ptr();
                let to = place.add(row * self.stride);
                to.copy_from_nonoverlapping(from, width);
            }
        }
    }
}

//! Products whose operands are rounded to bfloat16: 8 significant bits, the range of a float, sums in single precision.
//!
//! On machines with AMX (Intel's tile registers, from Sapphire Rapids on) the products are those of its tiles, some five
//! times as fast as in single precision; everywhere else rounded copies of the operands are multiplied, which takes
//! longer and gives the same up to the order of the sums, and save that AMX takes numbers below `2^-126` for zero.

use super::{Left, Right, Shared, Start};
use crate::step::to_bf16;
use crate::{Cpu, Precision, threads};

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod amx;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod pack;

/// The checked product of operands that are rounded.
///
/// # Safety
/// The operands must cover the sizes, and `output` the rows and columns.
pub(super) unsafe fn run(
    cpu: Cpu,
    sizes: [usize; 3],
    left: Left<f32>,
    right: Right<f32>,
    start: Start<f32>,
    output: *mut f32,
    stride: usize,
) {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    if has_tiles(cpu) {
        // SAFETY: the machine has the tiles; the rest is the caller's promise.
        return unsafe { amx::run(cpu, sizes, left, right, start, output, stride) };
    }
    // SAFETY: as above.
    unsafe { rounded(cpu, sizes, left, right, start, output, stride) }
}

/// Whether the products are those of the tiles of AMX.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn has_tiles(cpu: Cpu) -> bool {
    cpu.isa == crate::Isa::Avx512 && amx::is_available()
}

/// The product of rounded copies.
///
/// # Safety
/// As [`run`].
unsafe fn rounded(
    cpu: Cpu,
    sizes: [usize; 3],
    left: Left<f32>,
    right: Right<f32>,
    start: Start<f32>,
    output: *mut f32,
    stride: usize,
) {
    let own = copy(cpu, left.data);
    let left = Left { data: &own, ..left };
    let (Right::Rows { data, .. } | Right::Gathered { data, .. } | Right::Transposed { data, .. }) =
        right;
    let own = copy(cpu, data);
    let data = &own[..];
    let right = match right {
        Right::Rows { stride, .. } => Right::Rows { data, stride },
        Right::Gathered { stride, index, .. } => Right::Gathered {
            data,
            stride,
            index,
        },
        Right::Transposed { stride, .. } => Right::Transposed { data, stride },
    };
    let cpu = cpu.with_precision(Precision::Full);
    // SAFETY: the caller's promise.
    unsafe { super::run(cpu, sizes, left, right, start, output, stride) }
}

/// A copy of rounded numbers, each thread's share by itself.
fn copy(cpu: Cpu, data: &[f32]) -> Vec<f32> {
    // Below this many numbers a second thread costs more than it gives.
    let threads = if data.len() < 1 << 16 { 1 } else { cpu.threads };
    let mut copy = Vec::<f32>::with_capacity(data.len());
    let to = Shared(copy.as_mut_ptr());
    threads::run(threads, |member| {
        for place in member.share(data.len()) {
            // SAFETY: the copy has room for all, and shares are disjoint.
            unsafe { to.pointer().add(place).write(round(data[place])) };
        }
    });
    // SAFETY: the shares are all of it.
    unsafe { copy.set_len(data.len()) };
    copy
}

/// The nearest number in bfloat16.
fn round(x: f32) -> f32 {
    f32::from_bits(u32::from(to_bf16(x)) << 16)
}

#[cfg(test)]
mod tests;

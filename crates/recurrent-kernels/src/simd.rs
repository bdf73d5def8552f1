//! Vectors of one register and the choice of the instruction set at run time.
//!
//! A kernel is written once, generic over [`Vector`], as an implementation of
//! `Kernel`; `Isa::run` instantiates it inside a function compiled for the
//! chosen instruction set. Everything a kernel calls in its inner loops is
//! `#[inline(always)]`, so that it is compiled with those instructions too.

use std::ops::{Add, Div, Mul, Neg, Sub};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
mod real;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) use avx512::transpose_16;
pub use real::Real;

/// Most lanes that a vector has.
pub const MAX_LANES: usize = 16;

/// An instruction set that the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// 512-bit registers: AVX-512 F, BW, DQ, VL.
    Avx512,
    /// 256-bit registers: AVX2 and FMA.
    Avx2,
    /// Plain Rust that the compiler vectorises for its target.
    Portable,
}

impl Isa {
    /// The widest instruction set that this machine has.
    pub fn detect() -> Self {
        *Self::available().first().unwrap_or(&Self::Portable)
    }

    /// All instruction sets that this machine has, the widest first.
    pub fn available() -> Vec<Self> {
        let all = [Self::Avx512, Self::Avx2, Self::Portable];
        all.into_iter().filter(|isa| isa.is_supported()).collect()
    }

    /// Whether this machine has it.
    #[inline]
    pub fn is_supported(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Portable => true,
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            self == Self::Portable
        }
    }

    /// Lower-case name: `avx512`, `avx2` or `portable`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        }
    }

    /// Elements in a register.
    pub(crate) fn lanes<R: Real>(self) -> usize {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Avx512 if self.is_supported() => return R::Avx512::LANES,
            Self::Avx2 if self.is_supported() => return R::Avx2::LANES,
            _ => {}
        }
        R::Portable::LANES
    }

    /// Runs a kernel compiled for this instruction set; where the machine
    /// lacks it, for the portable one.
    #[inline]
    pub(crate) fn run<R: Real, K: Kernel<R>>(self, kernel: K) {
        // SAFETY: a feature is enabled only after it was detected.
        unsafe {
            #[cfg(target_arch = "x86_64")]
            match self {
                Self::Avx512 if self.is_supported() => return run_avx512(kernel),
                Self::Avx2 if self.is_supported() => return run_avx2(kernel),
                _ => {}
            }
            kernel.run::<R::Portable>();
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn run_avx512<R: Real, K: Kernel<R>>(kernel: K) {
    // SAFETY: the caller has detected the features.
    unsafe { kernel.run::<R::Avx512>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<R: Real, K: Kernel<R>>(kernel: K) {
    // SAFETY: the caller has detected the features.
    unsafe { kernel.run::<R::Avx2>() }
}

/// A computation that is generic over the vector it is made of.
pub(crate) trait Kernel<R: Real> {
    /// Runs it with vectors of type `V`. Implementations are `#[inline(always)]`.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`.
    unsafe fn run<V: Vector<Elem = R>>(self);
}

/// One register of `LANES` elements.
///
/// Values can only be made by the unsafe constructors, which require the
/// machine to have the instructions; arithmetic on them is therefore safe.
pub trait Vector:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Element type.
    type Elem: Real;
    /// Elements in a register.
    const LANES: usize;
    /// Rows of a product tile that is `TILE_STRIPS` registers wide, so that
    /// accumulators, one row of the right operand and a broadcast fill the
    /// register file.
    const TILE_ROWS: usize;
    /// Registers side by side in a product tile.
    const TILE_STRIPS: usize;

    /// All lanes equal to `x`.
    ///
    /// # Safety
    /// The machine must have the instructions of this vector.
    unsafe fn splat(x: Self::Elem) -> Self;
    /// Loads `LANES` elements.
    ///
    /// # Safety
    /// As `splat`; `from` must be readable for `LANES` elements.
    unsafe fn load(from: *const Self::Elem) -> Self;
    /// Stores `LANES` elements.
    ///
    /// # Safety
    /// `to` must be writable for `LANES` elements.
    unsafe fn store(self, to: *mut Self::Elem);
    /// Loads the first `count <= LANES` elements; the other lanes are zero.
    ///
    /// # Safety
    /// As `splat`; `from` must be readable for `count` elements.
    unsafe fn load_first(from: *const Self::Elem, count: usize) -> Self;
    /// Stores the first `count <= LANES` lanes.
    ///
    /// # Safety
    /// `to` must be writable for `count` elements.
    unsafe fn store_first(self, to: *mut Self::Elem, count: usize);

    /// `self * factor + term`, fused where the machine fuses.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// `1 / self` to full precision, for lanes that are finite, not zero, and
    /// have a normal reciprocal.
    fn reciprocal(self) -> Self;
    /// Larger of both, lane by lane; `other` where either is NaN.
    fn max(self, other: Self) -> Self;
    /// Smaller of both, lane by lane; `other` where either is NaN.
    fn min(self, other: Self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Nearest integer, ties to even.
    fn round(self) -> Self;
    /// `self` times two to the integral `exponent`.
    fn scale(self, exponent: Self) -> Self;
    /// `self` with the sign of `sign`.
    fn with_sign_of(self, sign: Self) -> Self;
    /// `then` where `self < bound`, else `otherwise`.
    fn where_less(self, bound: Self, then: Self, otherwise: Self) -> Self;
    /// Sum of the lanes, in a fixed order.
    fn sum(self) -> Self::Elem;
    /// Largest lane.
    fn largest(self) -> Self::Elem;
    /// Lane `i` of register `j` becomes lane `j` of register `i`, for the first
    /// `LANES` registers.
    #[inline(always)]
    fn transpose(lines: &mut [Self; MAX_LANES]) {
        let mut values = [[Self::Elem::ZERO; MAX_LANES]; MAX_LANES];
        // SAFETY: a line has room for a register; vectors exist, so the machine
        // has the instructions.
        unsafe {
            for (line, values) in lines[..Self::LANES].iter().zip(&mut values) {
                line.store(values.as_mut_ptr());
            }
            for (lane, line) in lines[..Self::LANES].iter_mut().enumerate() {
                let mut column = [Self::Elem::ZERO; MAX_LANES];
                for (value, row) in column[..Self::LANES].iter_mut().zip(&values) {
                    *value = row[lane];
                }
                *line = Self::load(column.as_ptr());
            }
        }
    }
    /// Loads `LANES` pairs of numbers in bfloat16, which is the upper half of an
    /// `f32`: the lower halves of the pairs, then the upper ones.
    ///
    /// # Safety
    /// As `splat`; `from` must be readable for `LANES` pairs.
    #[inline(always)]
    unsafe fn load_bf16_pairs(from: *const u32) -> [Self; 2] {
        let [mut lower, mut upper] = [[Self::Elem::ZERO; MAX_LANES]; 2];
        let real = |bits| Self::Elem::from_f64(f64::from(f32::from_bits(bits)));
        // SAFETY: the caller's promise.
        unsafe {
            let halves = lower.iter_mut().zip(&mut upper).take(Self::LANES);
            for (lane, (lower, upper)) in halves.enumerate() {
                let pair = *from.add(lane);
                *lower = real(pair << 16);
                *upper = real(pair & 0xFFFF_0000);
            }
            [Self::load(lower.as_ptr()), Self::load(upper.as_ptr())]
        }
    }
    /// Asks for the cache line at `_from`; no access is made.
    #[inline(always)]
    fn prefetch(_from: *const Self::Elem) {}
}

#[cfg(test)]
mod tests;

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

mod sealed {
    /// Unsafe code relies on what the vectors of this crate do.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// Element type of a kernel: `f32` in production, `f64` to check gradients.
pub trait Real:
    sealed::Sealed
    + Copy
    + Default
    + PartialOrd
    + Send
    + Sync
    + std::fmt::Debug
    + std::iter::Sum
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Largest `x` for which `exp(x)` is finite, rounded up.
    const EXP_MAX: Self;
    /// Smallest `x` for which `exp(x)` is not zero, rounded down.
    const EXP_MIN: Self;
    /// Twice the `x` above which `tanh(x)` rounds to one.
    const TANH_SATURATED: Self;
    /// `ln 2` split in a part with trailing zero bits and the rest (Cody and Waite 1980).
    const LN2: [Self; 2];
    /// `1 / k!` from the highest power down to `k = 2`, enough terms for
    /// full precision on `|x| <= ln 2 / 2`.
    const EXP_TERMS: &'static [Self];
    /// Vector of AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Elem = Self>;
    /// Vector of AVX2.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Elem = Self>;
    /// Vector of plain Rust.
    type Portable: Vector<Elem = Self>;
    /// Nearest value to a double.
    fn from_f64(x: f64) -> Self;
    /// As a double.
    fn to_f64(self) -> f64;
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const EXP_MAX: Self = 88.722_84;
    const EXP_MIN: Self = -103.972_08;
    const TANH_SATURATED: Self = 20.0;
    const LN2: [Self; 2] = [355.0 / 512.0, -2.121_944_4e-4];
    const EXP_TERMS: &'static [Self] = &[
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F32x16;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F32x8;
    type Portable = portable::Lanes<f32, 8>;
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const EXP_MAX: Self = 709.782_712_893_384;
    const EXP_MIN: Self = -745.133_219_101_941_2;
    const TANH_SATURATED: Self = 40.0;
    const LN2: [Self; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
    const EXP_TERMS: &'static [Self] = &[
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F64x8;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F64x4;
    type Portable = portable::Lanes<f64, 4>;
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
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
}

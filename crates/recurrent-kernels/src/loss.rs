//! Softmax cross entropy with its gradient in one pass over the rows.
//!
//! With `p = softmax(x)` and the target distribution
//! `q = (1 - e) onehot(target) + e / V` (label smoothing, Szegedy et al. 2016),
//! a row's loss is `-sum q log p` and its gradient `p - q`. The loss of a batch
//! is the mean over rows, weighted by the mask.

use crate::math;
use crate::matmul::Shared;
use crate::simd::{Kernel, Real, Vector};
use crate::{Cpu, elements, threads};

/// Targets of a batch of rows.
#[derive(Debug, Clone, Copy)]
pub struct Targets<'a, R> {
    /// Class of each row, `[N]`.
    pub classes: &'a [usize],
    /// Weight of each row, `[N]`; all one where `None`.
    pub mask: Option<&'a [R]>,
    /// Label smoothing `e`, `0 <= e < 1`.
    pub smoothing: f64,
}

impl<R: Real> Targets<'_, R> {
    fn weight(&self, row: usize) -> R {
        self.mask.map_or(R::ONE, |mask| mask[row])
    }

    fn total_weight(&self) -> f64 {
        match self.mask {
            None => self.classes.len() as f64,
            Some(mask) => mask.iter().map(|w| w.to_f64()).sum(),
        }
    }
}

/// The loss of `logits [N, V]`; zero where the mask leaves no row.
///
/// # Panics
/// Where sizes disagree or a class is not below `V`.
pub fn cross_entropy<R: Real>(cpu: Cpu, classes: usize, logits: &[R], targets: Targets<R>) -> f64 {
    run(
        cpu,
        classes,
        Shared(logits.as_ptr().cast_mut()),
        logits.len(),
        targets,
        false,
    )
}

/// The loss `-ln p` of each row of `logits [N, V]`, `[N]`.
///
/// # Panics
/// Where sizes disagree or a class is not below `V`.
pub fn row_cross_entropies<R: Real>(
    cpu: Cpu,
    classes: usize,
    logits: &[R],
    targets: &[usize],
) -> Vec<f64> {
    let targets = Targets {
        classes: targets,
        mask: None,
        smoothing: 0.0,
    };
    let shared = Shared(logits.as_ptr().cast_mut());
    rows(cpu, classes, shared, logits.len(), targets, None)
}

/// The loss of `logits [N, V]`, which are replaced by their gradient.
///
/// # Panics
/// Where sizes disagree or a class is not below `V`.
pub fn cross_entropy_gradient<R: Real>(
    cpu: Cpu,
    classes: usize,
    logits: &mut [R],
    targets: Targets<R>,
) -> f64 {
    let length = logits.len();
    run(
        cpu,
        classes,
        Shared(logits.as_mut_ptr()),
        length,
        targets,
        true,
    )
}

/// Multiplies `values` by `factor`, as the gradient above a loss asks for.
pub fn scale<R: Real>(cpu: Cpu, values: &mut [R], factor: R) {
    let (length, shared) = (values.len(), Shared(values.as_mut_ptr()));
    let threads = if length < 1 << 15 { 1 } else { cpu.threads };
    threads::run(threads, |member| {
        cpu.isa.run(Scale {
            range: member.share(length),
            values: shared.pointer(),
            factor,
        });
    });
}

struct Scale<R> {
    range: std::ops::Range<usize>,
    values: *mut R,
    factor: R,
}

impl<R: Real> Kernel<R> for Scale<R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        for at in self.range.clone().step_by(V::LANES) {
            let count = V::LANES.min(self.range.end - at);
            // SAFETY: the range is this thread's own.
            unsafe {
                let place = self.values.add(at);
                (V::load_first(place, count) * V::splat(self.factor)).store_first(place, count);
            }
        }
    }
}

fn run<R: Real>(
    cpu: Cpu,
    classes: usize,
    logits: Shared<R>,
    length: usize,
    targets: Targets<R>,
    gradient: bool,
) -> f64 {
    let total = targets.total_weight();
    let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
    let losses = rows(
        cpu,
        classes,
        logits,
        length,
        targets,
        gradient.then_some(scale),
    );
    losses.iter().sum::<f64>() * scale
}

/// The loss of each row times its weight, `[N]`; with the scale of a gradient the logits are
/// replaced by it.
fn rows<R: Real>(
    cpu: Cpu,
    classes: usize,
    logits: Shared<R>,
    length: usize,
    targets: Targets<R>,
    gradient: Option<f64>,
) -> Vec<f64> {
    let rows = targets.classes.len();
    assert_eq!(length, elements([rows, classes]), "logits are [N, V]");
    assert!(
        targets.classes.iter().all(|&class| class < classes),
        "class not below V"
    );
    assert!(
        targets.mask.is_none_or(|mask| mask.len() == rows),
        "mask is [N]"
    );
    let mut losses = vec![0.0; rows];
    let shared = Shared(losses.as_mut_ptr());
    let threads = if length < 1 << 13 { 1 } else { cpu.threads };
    threads::run(threads, |member| {
        cpu.isa.run(Share {
            rows: member.share(rows),
            classes,
            logits: logits.pointer(),
            losses: shared.pointer(),
            targets,
            gradient,
        });
    });
    losses
}

/// One thread's rows.
struct Share<'a, R> {
    rows: std::ops::Range<usize>,
    classes: usize,
    logits: *mut R,   // [N, V], written only for the gradient
    losses: *mut f64, // [N]
    targets: Targets<'a, R>,
    /// Factor of the gradient, where it is wanted.
    gradient: Option<f64>,
}

impl<R: Real> Kernel<R> for Share<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let smoothing = self.targets.smoothing;
        let even = smoothing / self.classes as f64;
        for row in self.rows.clone() {
            let weight = self.targets.weight(row);
            let class = self.targets.classes[row];
            // SAFETY: the row is this thread's own.
            unsafe {
                let x = self.logits.add(row * self.classes);
                if weight == R::ZERO {
                    // A masked row has no loss whatever it holds.
                    if self.gradient.is_some() {
                        std::slice::from_raw_parts_mut(x, self.classes).fill(R::ZERO);
                    }
                    continue;
                }
                let target = (*x.add(class)).to_f64();
                let sums = sums::<V>(x, self.classes, smoothing > 0.0, self.gradient.is_some());
                let Sums { exp, plain, .. } = sums;
                let mut loss = sums.log_sum() - (1.0 - smoothing) * target;
                if smoothing > 0.0 {
                    loss -= even * plain;
                }
                *self.losses.add(row) = loss * weight.to_f64();
                if let Some(scale) = self.gradient {
                    // `x` now holds exp(x - largest).
                    let scale = weight.to_f64() * scale;
                    let factor = V::splat(R::from_f64(scale / exp.to_f64()));
                    let shift = V::splat(R::from_f64(-even * scale));
                    for at in (0..self.classes).step_by(V::LANES) {
                        let count = V::LANES.min(self.classes - at);
                        V::load_first(x.add(at), count)
                            .mul_add(factor, shift)
                            .store_first(x.add(at), count);
                    }
                    let at = x.add(class);
                    *at = *at - R::from_f64((1.0 - smoothing) * scale);
                }
            }
        }
    }
}

pub(crate) struct Sums<R> {
    largest: R,
    /// Sum of `exp(x - largest)`.
    pub(crate) exp: R,
    /// Sum of `x`, where it was asked for.
    plain: f64,
}

impl<R: Real> Sums<R> {
    /// `ln Σ exp(x)`.
    #[inline(always)]
    pub(crate) fn log_sum(&self) -> f64 {
        self.largest.to_f64() + self.exp.to_f64().ln()
    }
}

/// Largest element and sums of a row; `keep` replaces `x` by `exp(x - largest)`.
///
/// # Safety
/// The machine must have the instructions of `V`; `x` must be readable for `classes` elements, at least one, and writable
/// where they are replaced.
#[inline(always)]
pub(crate) unsafe fn sums<V: Vector>(
    x: *mut V::Elem,
    classes: usize,
    wants_plain: bool,
    keep: bool,
) -> Sums<V::Elem> {
    const { assert!(V::LANES <= 64, "the tail holds a register") };
    let whole = classes / V::LANES * V::LANES;
    // SAFETY: all positions are within the row.
    unsafe {
        let mut largest = *x;
        let mut plain = 0.0;
        if whole > 0 {
            let mut most = V::load(x);
            for at in (V::LANES..whole).step_by(V::LANES) {
                most = V::load(x.add(at)).max(most);
            }
            largest = most.largest();
        }
        for at in whole..classes {
            if *x.add(at) > largest {
                largest = *x.add(at);
            }
        }
        if wants_plain {
            for at in 0..classes {
                plain += (*x.add(at)).to_f64();
            }
        }
        let shift = V::splat(largest);
        let mut total = V::splat(V::Elem::ZERO);
        for at in (0..whole).step_by(V::LANES) {
            let e = math::exp(V::load(x.add(at)) - shift);
            total = total + e;
            if keep {
                e.store(x.add(at));
            }
        }
        let mut exp = total.sum();
        if whole < classes {
            let count = classes - whole;
            let e = math::exp(V::load_first(x.add(whole), count) - shift);
            let mut tail = [V::Elem::ZERO; 64];
            e.store(tail.as_mut_ptr());
            for &value in &tail[..count] {
                exp = exp + value;
            }
            if keep {
                e.store_first(x.add(whole), count);
            }
        }
        Sums {
            largest,
            exp,
            plain,
        }
    }
}

//! Optimizer updates in one pass over parameters, gradients and state, and the
//! norm that gradient clipping needs.
//!
//! The formulas are those of PyTorch's optimizers of the same names.

use crate::matmul::Shared;
use crate::simd::{Kernel, Real, Vector};
use crate::{Cpu, threads};
use std::ops::Range;

/// Elements summed by one thread at a time; fixed, so that a sum does not
/// depend on the number of threads.
const CHUNK: usize = 1 << 15;

/// An update rule with its constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Stochastic gradient descent: `v = momentum v + g`, `p = p - lr v`.
    Sgd {
        /// Momentum, 0 for none.
        momentum: f64,
    },
    /// RMSprop (Tieleman and Hinton 2012):
    /// `s = decay s + (1 - decay) g^2`, `p = p - lr g / (sqrt(s) + epsilon)`.
    RmsProp {
        /// Decay of the mean square.
        decay: f64,
        /// Keeps the division finite.
        epsilon: f64,
    },
    /// Adam (Kingma and Ba 2015); AdamW (Loshchilov and Hutter 2019) where `decoupled`.
    Adam {
        /// Decay of the mean.
        beta_1: f64,
        /// Decay of the mean square.
        beta_2: f64,
        /// Keeps the division finite.
        epsilon: f64,
        /// Weight decay acts on the parameter, not on the gradient.
        decoupled: bool,
    },
}

impl Rule {
    /// How many values a parameter keeps between steps: 0, 1 or 2.
    pub fn state_size(self) -> usize {
        match self {
            Self::Sgd { momentum } => usize::from(momentum != 0.0),
            Self::RmsProp { .. } => 1,
            Self::Adam { .. } => 2,
        }
    }
}

/// One step of an optimizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The rule.
    pub rule: Rule,
    /// Number of this step, from 1.
    pub number: u64,
    /// Learning rate.
    pub learning_rate: f64,
    /// L2 penalty: `weight_decay p` is added to the gradient (to the update where decoupled).
    pub weight_decay: f64,
    /// Factor on the gradient, as clipping by the global norm gives it.
    pub gradient_scale: f64,
}

/// Updates `parameters` in place; `state` holds [`Rule::state_size`] slices of the same length.
///
/// # Panics
/// Where the lengths or the number of states disagree.
pub fn update<R: Real>(
    cpu: Cpu,
    step: Step,
    parameters: &mut [R],
    gradients: &[R],
    state: &mut [&mut [R]],
) {
    let length = parameters.len();
    assert_eq!(gradients.len(), length, "one gradient a parameter");
    assert_eq!(state.len(), step.rule.state_size(), "states of the rule");
    assert!(
        state.iter().all(|slot| slot.len() == length),
        "one state a parameter"
    );
    let parameters = Shared(parameters.as_mut_ptr());
    // A rule without state never touches these.
    let slot = |i: usize, state: &mut [&mut [R]]| {
        Shared(
            state
                .get_mut(i)
                .map_or(std::ptr::null_mut(), |slot| slot.as_mut_ptr()),
        )
    };
    let state = [slot(0, state), slot(1, state)];
    let threads = if length < CHUNK { 1 } else { cpu.threads };
    threads::run(threads, |member| {
        cpu.isa.run(Update {
            step,
            range: member.share(length),
            parameters: parameters.pointer(),
            gradients,
            state: [state[0].pointer(), state[1].pointer()],
        });
    });
}

struct Update<'a, R> {
    step: Step,
    range: Range<usize>,
    parameters: *mut R,
    gradients: &'a [R],
    state: [*mut R; 2],
}

impl<R: Real> Kernel<R> for Update<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let Step {
            rule,
            number,
            learning_rate,
            weight_decay,
            gradient_scale,
        } = self.step;
        let [first, second] = self.state;
        let correction = |beta: f64| 1.0 - beta.powf(number as f64);
        // Adam's rate and root with both means corrected for their start at zero.
        let (rate, root) = match rule {
            Rule::Adam { beta_1, beta_2, .. } => (
                learning_rate / correction(beta_1),
                1.0 / correction(beta_2).sqrt(),
            ),
            _ => (learning_rate, 1.0),
        };
        for at in self.range.clone().step_by(V::LANES) {
            let count = V::LANES.min(self.range.end - at);
            // SAFETY: the range is this thread's own; `update` has checked the lengths.
            unsafe {
                let splat = |x: f64| V::splat(R::from_f64(x));
                let load = |from: *mut R| V::load_first(from.add(at), count);
                let mut p = load(self.parameters);
                let g = V::load_first(self.gradients.as_ptr().add(at), count);
                let mut g = g * splat(gradient_scale);
                let decoupled = matches!(
                    rule,
                    Rule::Adam {
                        decoupled: true,
                        ..
                    }
                );
                if decoupled {
                    p = p * splat(1.0 - learning_rate * weight_decay);
                } else if weight_decay != 0.0 {
                    g = p.mul_add(splat(weight_decay), g);
                }
                let p = match rule {
                    Rule::Sgd { momentum } => {
                        if momentum != 0.0 {
                            g = load(first).mul_add(splat(momentum), g);
                            g.store_first(first.add(at), count);
                        }
                        g.mul_add(splat(-learning_rate), p)
                    }
                    Rule::RmsProp { decay, epsilon } => {
                        let s = load(first) * splat(decay) + g * g * splat(1.0 - decay);
                        s.store_first(first.add(at), count);
                        p - g * splat(learning_rate) / (s.sqrt() + splat(epsilon))
                    }
                    Rule::Adam {
                        beta_1,
                        beta_2,
                        epsilon,
                        ..
                    } => {
                        let m = load(first) * splat(beta_1) + g * splat(1.0 - beta_1);
                        let v = load(second) * splat(beta_2) + g * g * splat(1.0 - beta_2);
                        m.store_first(first.add(at), count);
                        v.store_first(second.add(at), count);
                        p - m * splat(rate) / v.sqrt().mul_add(splat(root), splat(epsilon))
                    }
                };
                p.store_first(self.parameters.add(at), count);
            }
        }
    }
}

/// Sum of the squares of `values`.
pub fn sum_of_squares<R: Real>(cpu: Cpu, values: &[R]) -> f64 {
    let chunks = values.len().div_ceil(CHUNK);
    let mut sums = vec![0.0; chunks];
    let shared = Shared(sums.as_mut_ptr());
    threads::run(cpu.threads.min(chunks.max(1)), |member| {
        cpu.isa.run(Squares {
            values,
            chunks: member.share(chunks),
            sums: shared.pointer(),
        });
    });
    sums.iter().sum()
}

struct Squares<'a, R> {
    values: &'a [R],
    chunks: Range<usize>,
    sums: *mut f64,
}

impl<R: Real> Kernel<R> for Squares<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        for chunk in self.chunks.clone() {
            let end = self.values.len().min((chunk + 1) * CHUNK);
            let values = &self.values[chunk * CHUNK..end];
            // Four sums a lane keep the terms of a chunk's sum few.
            // SAFETY: loads stay within the piece; each chunk's sum is one thread's own.
            unsafe {
                let mut sums = [V::splat(R::ZERO); 4];
                for piece in values.chunks(4 * V::LANES) {
                    for (part, sum) in piece.chunks(V::LANES).zip(&mut sums) {
                        let x = V::load_first(part.as_ptr(), part.len());
                        *sum = x.mul_add(x, *sum);
                    }
                }
                let total = sums.iter().map(|sum| sum.sum().to_f64()).sum();
                *self.sums.add(chunk) = total;
            }
        }
    }
}

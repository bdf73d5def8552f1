//! Simple recurrent network (Elman 1990):
//!
//! ```text
//! h_t = f(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
//! ```
//!
//! with `f` the hyperbolic tangent, the rectifier or the logistic function.

use super::{BackwardUnit, Cell, ForwardUnit, Operand, Phase, one, zero};
use crate::math;
use crate::simd::Vector;

/// The function `f` of an Elman cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Activation {
    /// Hyperbolic tangent.
    #[default]
    Tanh,
    /// Rectifier, `max(x, 0)`.
    Relu,
    /// Logistic function, `1 / (1 + e^-x)`.
    Logistic,
}

/// The Elman cell.
#[derive(Debug, Clone, Copy)]
pub struct Elman {
    /// Its function `f`.
    pub activation: Activation,
}

impl Cell for Elman {
    const GATES: usize = 1;
    const PHASES: &'static [Phase] = &[Phase {
        gates: 0..1,
        operand: Operand::Hidden,
    }];
    const MEMORY: bool = false;
    const EXTRA: bool = false;
    const SPLIT: Option<usize> = None;

    #[inline(always)]
    fn forward<V: Vector>(self, _phase: usize, unit: &mut ForwardUnit<V>) {
        let sum = unit.gates[0] + unit.recurrent[0];
        unit.hidden = match self.activation {
            Activation::Tanh => math::tanh(sum),
            // In this order NaN stays NaN.
            Activation::Relu => zero(sum).max(sum),
            Activation::Logistic => math::sigmoid(sum),
        };
        unit.gates[0] = unit.hidden;
    }

    #[inline(always)]
    fn backward<V: Vector>(self, _phase: usize, unit: &mut BackwardUnit<V>) {
        let h = unit.gates[0];
        let slope = match self.activation {
            Activation::Tanh => one(h) - h * h,
            Activation::Relu => zero(h).where_less(h, one(h), zero(h)),
            Activation::Logistic => h * (one(h) - h),
        };
        unit.gates[0] = unit.d_hidden * slope;
    }
}

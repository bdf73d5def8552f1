//! Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate
//! (Gers, Schmidhuber and Cummins 2000), gates in the order `i, f, g, o`:
//!
//! ```text
//! i, f, o = sigmoid(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
//! g       = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
//! c_t     = f c_{t-1} + i g
//! h_t     = o tanh(c_t)
//! ```

use super::{BackwardUnit, Cell, ForwardUnit, Operand, Phase, one};
use crate::math;
use crate::simd::Vector;

/// The LSTM cell; its memory is `c`.
#[derive(Debug, Clone, Copy)]
pub struct Lstm;

impl Cell for Lstm {
    const GATES: usize = 4;
    const PHASES: &'static [Phase] = &[Phase {
        gates: 0..4,
        operand: Operand::Hidden,
    }];
    const MEMORY: bool = true;
    const EXTRA: bool = true;
    const SPLIT: Option<usize> = None;

    #[inline(always)]
    fn forward<V: Vector>(self, _phase: usize, unit: &mut ForwardUnit<V>) {
        let [xi, xf, xg, xo] = unit.gates;
        let [hi, hf, hg, ho] = unit.recurrent;
        let i = math::sigmoid(xi + hi);
        let f = math::sigmoid(xf + hf);
        let g = math::tanh(xg + hg);
        let o = math::sigmoid(xo + ho);
        let c = f.mul_add(unit.extra_previous, i * g);
        unit.gates = [i, f, g, o];
        unit.extra = c;
        unit.hidden = o * math::tanh(c);
    }

    #[inline(always)]
    fn backward<V: Vector>(self, _phase: usize, unit: &mut BackwardUnit<V>) {
        let [i, f, g, o] = unit.gates;
        let one = one(i);
        let tanh_c = math::tanh(unit.extra);
        let d_tanh = unit.d_hidden * o;
        let d_c = d_tanh.mul_add(one - tanh_c * tanh_c, unit.d_memory);
        unit.gates = [
            d_c * g * i * (one - i),
            d_c * unit.extra_previous * f * (one - f),
            d_c * i * (one - g * g),
            unit.d_hidden * tanh_c * o * (one - o),
        ];
        unit.d_memory = d_c * f;
    }
}

//! Gated recurrent units (Cho et al. 2014), gates in the order `r, z, n`:
//!
//! ```text
//! r, z = sigmoid(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
//! h_t  = (1 - z) n + z h_{t-1}
//! ```
//!
//! The published cell applies the reset gate before the recurrent product,
//! `n = tanh(W_in x_t + b_in + W_hn (r h_{t-1}) + b_hn)`; PyTorch and cuDNN
//! after it, `n = tanh(W_in x_t + b_in + r (W_hn h_{t-1} + b_hn))`, which needs
//! only one product a step.

use super::{BackwardUnit, Cell, ForwardUnit, Operand, Phase, one};
use crate::math;
use crate::simd::Vector;

/// GRU with the reset gate after the recurrent product; `extra` keeps
/// `W_hn h_{t-1} + b_hn`.
#[derive(Debug, Clone, Copy)]
pub struct Gru;

impl Cell for Gru {
    const GATES: usize = 3;
    const PHASES: &'static [Phase] = &[Phase {
        gates: 0..3,
        operand: Operand::Hidden,
    }];
    const MEMORY: bool = false;
    const EXTRA: bool = true;
    const SPLIT: Option<usize> = Some(2);

    #[inline(always)]
    fn forward<V: Vector>(self, _phase: usize, unit: &mut ForwardUnit<V>) {
        let [xr, xz, xn, _] = unit.gates;
        let [hr, hz, hn, _] = unit.recurrent;
        let r = math::sigmoid(xr + hr);
        let z = math::sigmoid(xz + hz);
        let n = math::tanh(r.mul_add(hn, xn));
        unit.gates[..3].copy_from_slice(&[r, z, n]);
        unit.extra = hn;
        unit.hidden = z.mul_add(unit.hidden - n, n);
    }

    #[inline(always)]
    fn backward<V: Vector>(self, _phase: usize, unit: &mut BackwardUnit<V>) {
        let [r, z, n, _] = unit.gates;
        let one = one(r);
        let d_n = unit.d_hidden * (one - z) * (one - n * n);
        let d_r = d_n * unit.extra * r * (one - r);
        let d_z = unit.d_hidden * (unit.hidden_previous - n) * z * (one - z);
        unit.gates[..3].copy_from_slice(&[d_r, d_z, d_n]);
        unit.extra = d_n * r;
        unit.d_hidden_previous = unit.d_hidden * z;
    }
}

/// GRU with the reset gate before the recurrent product; `extra` keeps
/// `r h_{t-1}`, the operand of the second product.
#[derive(Debug, Clone, Copy)]
pub struct GruResetBefore;

impl Cell for GruResetBefore {
    const GATES: usize = 3;
    const PHASES: &'static [Phase] = &[
        Phase {
            gates: 0..2,
            operand: Operand::Hidden,
        },
        Phase {
            gates: 2..3,
            operand: Operand::Extra,
        },
    ];
    const MEMORY: bool = false;
    const EXTRA: bool = true;
    const SPLIT: Option<usize> = None;

    #[inline(always)]
    fn forward<V: Vector>(self, phase: usize, unit: &mut ForwardUnit<V>) {
        if phase == 0 {
            unit.gates[0] = math::sigmoid(unit.gates[0] + unit.recurrent[0]);
            unit.gates[1] = math::sigmoid(unit.gates[1] + unit.recurrent[1]);
            unit.extra = unit.gates[0] * unit.hidden;
        } else {
            let z = unit.gates[1];
            let n = math::tanh(unit.gates[2] + unit.recurrent[2]);
            unit.gates[2] = n;
            unit.hidden = z.mul_add(unit.hidden - n, n);
        }
    }

    #[inline(always)]
    fn backward<V: Vector>(self, phase: usize, unit: &mut BackwardUnit<V>) {
        let [r, z, n, _] = unit.gates;
        let one = one(r);
        if phase == 1 {
            unit.gates[1] = unit.d_hidden * (unit.hidden_previous - n) * z * (one - z);
            unit.gates[2] = unit.d_hidden * (one - z) * (one - n * n);
            unit.d_hidden_previous = unit.d_hidden * z;
        } else {
            unit.gates[0] = unit.d_operand * unit.hidden_previous * r * (one - r);
            unit.d_hidden_previous = unit.d_operand.mul_add(r, unit.d_hidden_previous);
        }
    }
}

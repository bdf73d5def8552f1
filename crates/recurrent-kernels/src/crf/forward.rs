//! The forward pass over one row: `ln a_t` of every step and `ln Z`.

use super::chain::{Chain, finite, product};
use super::{Emissions, accumulate};
use crate::simd::{Kernel, Real, Vector};
use crate::{Cpu, math};

/// A sum `s_t` of at least this is as good as exact when it is made by a product: terms
/// that underflow are below `1e-307`, nothing beside it. Nor does a quotient by it overflow.
pub(super) const SMALLEST_SUM: f64 = 1e-150;

/// What the forward pass over a row leaves.
pub(super) struct Messages {
    /// `ln a_t`, the largest of each step taken off. `[L, V]`
    pub logs: Vec<f64>,
    /// `exp(logs)`. `[L, V]`
    pub weights: Vec<f64>,
    /// `s_t` of these weights and the factors of the chain; zero at the first step. `[L, V]`
    pub sums: Vec<f64>,
    /// `ln Z`, minus infinity where no sequence is possible; zero for a row of no steps.
    pub log_partition: f64,
}

/// The forward pass over a row of the batch.
pub(super) fn run<R: Real>(
    cpu: Cpu,
    chain: &Chain,
    emissions: Emissions<R>,
    row: usize,
) -> Messages {
    let length = emissions.lengths[row] * chain.classes();
    let mut messages = Messages {
        logs: vec![0.0; length],
        weights: vec![0.0; length],
        sums: vec![0.0; length],
        log_partition: 0.0,
    };
    cpu.isa.run(Forward {
        chain,
        emissions,
        row,
        messages: &mut messages,
    });
    messages
}

struct Forward<'a, R> {
    chain: &'a Chain,
    emissions: Emissions<'a, R>,
    row: usize,
    messages: &'a mut Messages,
}

impl<R: Real> Kernel<f64> for Forward<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = f64>>(self) {
        let Self {
            chain,
            emissions,
            row,
            messages,
        } = self;
        let classes = chain.classes();
        // What was taken off the logarithms so far.
        let mut taken_off = 0.0;
        for step in 0..emissions.lengths[row] {
            let at = step * classes;
            let (earlier, logs) = messages.logs.split_at_mut(at);
            let (earlier_weights, weights) = messages.weights.split_at_mut(at);
            let (logs, weights) = (&mut logs[..classes], &mut weights[..classes]);
            if step == 0 {
                logs.copy_from_slice(&chain.start);
            } else {
                let before = &earlier[at - classes..];
                let sums = &mut messages.sums[at..at + classes];
                // SAFETY: the caller's promise.
                unsafe { product::<V>(&earlier_weights[at - classes..], &chain.to, sums) };
                for (to, log) in logs.iter_mut().enumerate() {
                    *log = if sums[to] >= SMALLEST_SUM {
                        sums[to].ln() + chain.shifts[to]
                    } else {
                        chain.log_sum_to(before, to)
                    };
                }
            }
            accumulate(logs, emissions.at(classes, step, row));
            // SAFETY: the caller's promise.
            taken_off += unsafe { exponentials::<V>(logs, weights) };
        }
        let last = messages.logs.len().saturating_sub(classes);
        let mut ends = messages.logs[last..].to_vec();
        accumulate(&mut ends, &chain.end);
        if !ends.is_empty() {
            let mut weights = ends.clone();
            // SAFETY: the caller's promise.
            taken_off += unsafe { exponentials::<V>(&mut ends, &mut weights) };
            messages.log_partition = taken_off + weights.iter().sum::<f64>().ln();
        }
    }
}

/// Takes the largest off `logs [V]`, unless it is minus infinity, and makes `weights [V]`
/// the exponentials of the rest; gives what was taken off.
///
/// # Safety
/// The machine must have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn exponentials<V: Vector<Elem = f64>>(
    logs: &mut [f64],
    weights: &mut [f64],
) -> f64 {
    // SAFETY: loads and stores stay within their chunks.
    unsafe {
        let mut largest = V::splat(f64::NEG_INFINITY);
        let whole = logs.chunks_exact(V::LANES);
        let rest = whole.remainder().iter();
        for log in whole {
            largest = V::load(log.as_ptr()).max(largest);
        }
        let largest = finite(rest.fold(largest.largest(), |most, &log| most.max(log)));
        let chunks = logs.chunks_mut(V::LANES);
        for (logs, weights) in chunks.zip(weights.chunks_mut(V::LANES)) {
            let log = V::load_first(logs.as_ptr(), logs.len()) - V::splat(largest);
            log.store_first(logs.as_mut_ptr(), logs.len());
            math::exp(log).store_first(weights.as_mut_ptr(), weights.len());
        }
        largest
    }
}

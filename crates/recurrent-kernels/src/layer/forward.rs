//! The forward pass: the product with the input, the scan, the last states.

use super::*;
use crate::matmul;

mod scan;

use scan::{Part, Scan};

pub(super) fn forward<R: Real, C: Cell>(
    cpu: Cpu,
    cell: C,
    size: Size,
    rows: &Rows,
    operands: Operands<R>,
) -> Output<R> {
    let Operands {
        input,
        weights,
        initial,
        recurrent_mask,
    } = operands;
    let Size {
        input: width,
        hidden,
    } = size;
    let (batch, packed) = (rows.batch(), rows.packed());
    let columns = C::GATES * hidden;

    let packed_input = (!rows.is_identity()).then(|| rows.gather(input, width));
    let mut gates = matmul::new_product(
        cpu,
        [packed, columns, width],
        Left::rows(packed_input.as_deref().unwrap_or(input), width),
        Right::Transposed {
            data: weights.input,
            stride: width,
        },
        Start::Bias(weights.input_bias),
    );

    // The scan writes every element of these.
    let kept = packed * hidden;
    let mut extra = Vec::with_capacity(if C::EXTRA { kept } else { 0 });
    let padded = rows.time() * batch * hidden;
    let mut sequence = Vec::with_capacity(padded + initial.hidden.len() + initial.memory.len());
    let mut packed_hidden = (!rows.is_identity()).then(|| Vec::with_capacity(kept));
    let states = packed_hidden.as_mut().unwrap_or(&mut sequence).as_mut_ptr();
    let mut first_hidden = rows.sort(initial.hidden, hidden);
    let mut first_memory = if C::MEMORY {
        rows.sort(initial.memory, hidden)
    } else {
        Vec::new()
    };

    let mask = recurrent_mask.map(|mask| rows.sort(mask, hidden));
    let first_masked = mask.as_deref().map(|mask| times(&first_hidden, mask));
    let mut masked = mask.as_ref().map(|_| Vec::with_capacity(kept));

    let (split, count) = Split::choose(cpu, C::GATES, hidden, batch);
    let scan = Scan {
        cell,
        hidden,
        rows,
        weights,
        split,
        gates: Shared(gates.as_mut_ptr()),
        extra: Shared(extra.as_mut_ptr()),
        states: Shared(states),
        first_hidden: &first_hidden,
        first_memory: &first_memory,
        mask: mask.as_deref(),
        first_masked: first_masked.as_deref(),
        masked: Shared(
            masked
                .as_mut()
                .map_or(std::ptr::null_mut(), |m| m.as_mut_ptr()),
        ),
    };
    threads::run(count, |member| {
        cpu.isa.run(Part {
            scan: &scan,
            member: &member,
        });
    });

    // SAFETY: the scan has written one row of units for every packed row, and
    // without packed states these are the rows of the sequence.
    unsafe {
        extra.set_len(if C::EXTRA { kept } else { 0 });
        packed_hidden
            .as_mut()
            .unwrap_or(&mut sequence)
            .set_len(kept);
        if let Some(masked) = &mut masked {
            masked.set_len(kept);
        }
    }
    let states = packed_hidden.as_deref().unwrap_or(&sequence);

    for (ended, last) in rows.ends() {
        let (to, from) = (scale(ended, hidden), scale(last, hidden));
        first_hidden[to.clone()].copy_from_slice(&states[from.clone()]);
        if C::MEMORY {
            first_memory[to].copy_from_slice(&extra[from]);
        }
    }
    sequence.resize(padded, R::ZERO);
    if let Some(states) = &packed_hidden {
        rows.scatter(states, hidden, &mut sequence);
    }
    sequence.resize(
        padded + initial.hidden.len() + initial.memory.len(),
        R::ZERO,
    );
    let (last_hidden, last_memory) = sequence[padded..].split_at_mut(initial.hidden.len());
    rows.unsort(&first_hidden, hidden, last_hidden);
    rows.unsort(&first_memory, hidden, last_memory);
    Output {
        packed: sequence,
        saved: Saved {
            gates,
            extra,
            hidden: packed_hidden,
            masked,
            input: packed_input,
        },
    }
}

/// The elements of a range of rows.
fn scale(rows: Range<usize>, width: usize) -> Range<usize> {
    rows.start * width..rows.end * width
}

/// Element-wise product.
pub(super) fn times<R: Real>(a: &[R], b: &[R]) -> Vec<R> {
    a.iter().zip(b).map(|(&a, &b)| a * b).collect()
}

//! The backward pass: the scan and the products after it.

use super::forward::times;
use super::*;
use crate::matmul::{self, column_sums};

mod scan;

use scan::{Part, Scan};

#[expect(clippy::too_many_arguments, reason = "the operands of one operation")]
pub(super) fn backward<R: Real, C: Cell>(
    cpu: Cpu,
    cell: C,
    size: Size,
    rows: &Rows,
    operands: Operands<R>,
    sequence: &[R],
    saved: Saved<R>,
    gradients: OutputGradients<R>,
    wants_input: bool,
) -> Gradients<R> {
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
    let Saved {
        mut gates,
        mut extra,
        hidden: packed_hidden,
        masked,
        input: packed_input,
    } = saved;
    let states = packed_hidden.as_deref().unwrap_or(sequence);
    let input = packed_input.as_deref().unwrap_or(input);
    let first_hidden = rows.sort(initial.hidden, hidden);
    let first_memory = if C::MEMORY {
        rows.sort(initial.memory, hidden)
    } else {
        Vec::new()
    };

    let gathered = (!rows.is_identity()).then(|| rows.gather(gradients.sequence, hidden));
    let mut d_hidden = rows.sort(gradients.hidden, hidden);
    let mut d_memory = if C::MEMORY {
        rows.sort(gradients.memory, hidden)
    } else {
        Vec::new()
    };
    let two_phases = C::PHASES.len() > 1;
    let mut d_operand = vec![R::ZERO; if two_phases { batch * hidden } else { 0 }];

    let mask = recurrent_mask.map(|mask| rows.sort(mask, hidden));
    let mut d_masked = vec![R::ZERO; mask.as_ref().map_or(0, Vec::len)];

    let (split, count) = Split::choose(cpu, C::GATES, hidden, batch);
    let scan = Scan {
        cell,
        hidden,
        rows,
        recurrent: weights.recurrent,
        split,
        gates: Shared(gates.as_mut_ptr()),
        extra: Shared(extra.as_mut_ptr()),
        states,
        first_hidden: &first_hidden,
        first_memory: &first_memory,
        d_sequence: gathered.as_deref().unwrap_or(gradients.sequence),
        d_hidden: Shared(d_hidden.as_mut_ptr()),
        d_memory: Shared(d_memory.as_mut_ptr()),
        d_operand: Shared(d_operand.as_mut_ptr()),
        mask: mask.as_deref(),
        d_masked: Shared(d_masked.as_mut_ptr()),
    };
    threads::run(count, |member| {
        cpu.isa.run(Part {
            scan: &scan,
            member: &member,
        });
    });

    // What the recurrent weights were multiplied with.
    let mut first_operand = first_hidden;
    if let Some(mask) = &mask {
        for (sum, masked) in d_hidden.iter_mut().zip(times(&d_masked, mask)) {
            *sum = *sum + masked;
        }
        first_operand = times(&first_operand, mask);
    }
    let states = masked.as_deref().unwrap_or(states);

    let mut result = Gradients {
        input: Vec::new(),
        input_weights: vec![R::ZERO; columns * width],
        recurrent_weights: vec![R::ZERO; columns * hidden],
        input_bias: vec![R::ZERO; columns],
        recurrent_bias: vec![R::ZERO; columns],
        hidden: vec![R::ZERO; batch * hidden],
        memory: vec![R::ZERO; initial.memory.len()],
    };
    rows.unsort(&d_hidden, hidden, &mut result.hidden);
    if C::MEMORY {
        rows.unsort(&d_memory, hidden, &mut result.memory);
    }
    if wants_input {
        result.input = input_gradient(cpu, size, rows, columns, weights.input, &gates);
    }
    matmul::product(
        cpu,
        [columns, width, packed],
        Left::transposed(&gates, columns),
        Right::Rows {
            data: input,
            stride: width,
        },
        Start::Zero,
        &mut result.input_weights,
        width,
    );
    column_sums(
        cpu,
        [packed, columns],
        &gates,
        columns,
        &mut result.input_bias,
    );
    let previous = rows.previous();
    for phase in C::PHASES {
        for segment in segments::<C>(&phase.gates) {
            let (source, stride) = if segment.from_extra {
                (&extra[..], hidden)
            } else {
                (
                    &gates[(segment.gates.start * hidden).min(gates.len())..],
                    columns,
                )
            };
            let height = segment.gates.len() * hidden;
            let first = segment.gates.start * hidden;
            let output = &mut result.recurrent_weights[first * hidden..(first + height) * hidden];
            let sums = &mut result.recurrent_bias[first..first + height];
            if segment.from_extra {
                column_sums(cpu, [packed, height], source, stride, sums);
            } else {
                sums.copy_from_slice(&result.input_bias[first..first + height]);
            }
            if phase.operand == Operand::Extra {
                let right = Right::Rows {
                    data: &extra,
                    stride: hidden,
                };
                let left = Left::transposed(source, stride);
                let sizes = [height, hidden, packed];
                matmul::product(cpu, sizes, left, right, Start::Zero, output, hidden);
                continue;
            }
            // The first step comes from the initial state, the others from the step before.
            let first = if rows.steps() == 0 {
                0
            } else {
                rows.step(0).len()
            };
            let initial = Right::Rows {
                data: &first_operand,
                stride: hidden,
            };
            let left = Left::transposed(source, stride);
            let sizes = [height, hidden, first];
            matmul::product(cpu, sizes, left, initial, Start::Zero, output, hidden);
            if packed > first {
                let later = match &previous {
                    None => Right::Rows {
                        data: states,
                        stride: hidden,
                    },
                    Some(index) => Right::Gathered {
                        data: states,
                        stride: hidden,
                        index,
                    },
                };
                let left = Left::transposed(&source[first * stride..], stride);
                let sizes = [height, hidden, packed - first];
                matmul::product(cpu, sizes, left, later, Start::Accumulate, output, hidden);
            }
        }
    }
    result
}

/// `dX = dG W_ih`, back in its padded places.
fn input_gradient<R: Real>(
    cpu: Cpu,
    size: Size,
    rows: &Rows,
    columns: usize,
    weights: &[R],
    d_gates: &[R],
) -> Vec<R> {
    let width = size.input;
    let packed = matmul::new_product(
        cpu,
        [rows.packed(), width, columns],
        Left::rows(d_gates, columns),
        Right::Rows {
            data: weights,
            stride: width,
        },
        Start::Zero,
    );
    if rows.is_identity() {
        return packed;
    }
    let mut padded = vec![R::ZERO; rows.time() * rows.batch() * width];
    rows.scatter(&packed, width, &mut padded);
    padded
}

/// Gates of a phase whose recurrent gradients stand in one matrix.
struct Segment {
    gates: Range<usize>,
    /// In `extra [N, H]`; else in `gates [N, G H]`.
    from_extra: bool,
}

fn segments<C: Cell>(gates: &Range<usize>) -> Vec<Segment> {
    let plain = |gates: Range<usize>| Segment {
        gates,
        from_extra: false,
    };
    match C::SPLIT {
        Some(split) if gates.contains(&split) => vec![
            plain(gates.start..split),
            Segment {
                gates: split..split + 1,
                from_extra: true,
            },
            plain(split + 1..gates.end),
        ]
        .into_iter()
        .filter(|segment| !segment.gates.is_empty())
        .collect(),
        _ => vec![plain(gates.clone())],
    }
}

//! Packed steps against the layer.

use super::stream::to_bf16;
use super::*;
use crate::Precision;
use crate::cells::CellKind;
use crate::layer::{Operands, Size, State, Weights, forward};
use crate::{Cpu, Direction, Isa, Rows, testing};

fn values(count: usize, seed: u64) -> Vec<f32> {
    let values = testing::values(count, seed).into_iter();
    values.map(|x| 0.5 * x as f32).collect()
}

/// Hidden states of a sequence and the last state, by the layer and by packed steps.
fn both(cpu: Cpu, kind: CellKind, size: Size, time: usize, precision: Precision) -> [Vec<f32>; 2] {
    let gates = kind.gates() * size.hidden;
    // As large as PyTorch's, so that the recurrence does not magnify differences.
    let scale = 2.0 / (size.hidden as f32).sqrt();
    let lengths = [gates * size.input, gates * size.hidden, gates, gates];
    let data: Vec<Vec<f32>> = (1..)
        .zip(lengths)
        .map(|(seed, length)| values(length, seed).iter().map(|x| x * scale).collect())
        .collect();
    let weights = Weights {
        input: &data[0],
        recurrent: &data[1],
        input_bias: &data[2],
        recurrent_bias: &data[3],
    };
    let input = values(time * size.input, 5);
    let hidden = values(size.hidden, 6);
    let memory = if kind.has_memory() {
        values(size.hidden, 7)
    } else {
        Vec::new()
    };
    let rows = Rows::new(time, 1, None, Direction::Forward);
    let initial = State {
        hidden: &hidden,
        memory: &memory,
    };
    let operands = Operands {
        input: &input,
        weights,
        initial,
        recurrent_mask: None,
    };
    let sequence = forward(cpu, kind, size, &rows, operands).packed;
    let stepper = Stepper::new(cpu, kind, size, weights, precision);
    let mut state = stepper.zero_state();
    state.hidden.copy_from_slice(&hidden);
    state.memory[..memory.len()].copy_from_slice(&memory);
    let mut steps = Vec::new();
    for now in input.chunks_exact(size.input) {
        stepper.step(now, &mut state);
        steps.extend_from_slice(&state.hidden);
    }
    steps.extend_from_slice(&state.hidden);
    steps.extend_from_slice(&state.memory[..memory.len()]);
    [sequence, steps]
}

fn largest_difference([a, b]: [Vec<f32>; 2]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(&b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn packed_steps_equal_the_layer() {
    for (input, hidden) in [(3, 5), (40, 33), (1, 128), (130, 96)] {
        let size = Size { input, hidden };
        for kind in CellKind::ALL {
            for isa in Isa::available() {
                for threads in [1, 2] {
                    let cpu = Cpu {
                        isa,
                        threads,
                        ..Cpu::detect()
                    };
                    let difference = largest_difference(both(cpu, kind, size, 6, Precision::Full));
                    // Sums of at most 226 products in another order, six steps deep.
                    assert!(difference < 2e-6, "{kind:?} {size:?} {cpu:?}: {difference}");
                }
            }
        }
    }
}

#[test]
fn bfloat16_weights_stay_close() {
    let size = Size {
        input: 64,
        hidden: 64,
    };
    for kind in CellKind::ALL {
        let difference = largest_difference(both(Cpu::detect(), kind, size, 20, Precision::Bf16));
        assert!(difference > 0.0, "{kind:?} was not rounded");
        assert!(difference < 2e-2, "{kind:?}: {difference}");
    }
}

#[test]
fn rounding_to_bfloat16_is_to_nearest_even() {
    let cases = [
        (1.0, 0x3F80),
        (1.0 + 1.0 / 256.0, 0x3F80),
        (1.0 + 3.0 / 256.0, 0x3F82),
        (1.0 + 1.1 / 256.0, 0x3F81),
        (f32::MAX, 0x7F80),
        (f32::NEG_INFINITY, 0xFF80),
        (-0.0, 0x8000),
    ];
    for (x, bits) in cases {
        assert_eq!(to_bf16(x), bits, "{x}");
    }
    assert!(f32::from_bits(u32::from(to_bf16(f32::NAN)) << 16).is_nan());
}

#[test]
fn packed_linear_maps_equal_their_definition() {
    for (inputs, outputs) in [(1, 1), (7, 200), (64, 65), (33, 1100)] {
        let (weight, bias, x) = (
            values(inputs * outputs, 1),
            values(outputs, 2),
            values(inputs, 3),
        );
        let expected: Vec<f32> = weight
            .chunks_exact(inputs)
            .zip(&bias)
            .map(|(row, bias)| row.iter().zip(&x).map(|(w, x)| w * x).sum::<f32>() + bias)
            .collect();
        for isa in Isa::available() {
            // Sums of at most 64 products below 1/4; weights rounded by up to 2^-8.
            for (precision, bound) in [(Precision::Full, 2e-6), (Precision::Bf16, 2e-2)] {
                for threads in [1, 2] {
                    let cpu = Cpu {
                        isa,
                        threads,
                        ..Cpu::detect()
                    };
                    let map = LinearStepper::new(cpu, inputs, &weight, &bias, precision);
                    let mut y = vec![f32::NAN; outputs];
                    map.step(&x, &mut y);
                    let difference = largest_difference([expected.clone(), y]);
                    assert!(difference < bound, "{cpu:?} {precision:?}: {difference}");
                }
            }
        }
    }
}

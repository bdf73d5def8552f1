//! Gradients against finite differences, instruction sets and splits against
//! each other, padding against nothing.

use super::*;
use crate::testing::values;
use crate::{Direction, Isa};

/// A layer with all its operands and a random linear loss.
#[derive(Clone)]
struct Problem {
    kind: CellKind,
    size: Size,
    rows: Rows,
    /// `x, W_ih, W_hh, b_ih, b_hh, h0, c0`.
    operands: [Vec<f64>; 7],
    mask: Option<Vec<f64>>,
    /// Weights of the loss on sequence, final hidden state, final memory.
    loss: [Vec<f64>; 3],
}

impl Problem {
    fn new(
        kind: CellKind,
        size: Size,
        time: usize,
        lengths: &[usize],
        direction: Direction,
    ) -> Self {
        let batch = lengths.len();
        let gates = kind.gates() * size.hidden;
        let state = batch * size.hidden;
        let memory = if kind.has_memory() { state } else { 0 };
        Self {
            kind,
            size,
            rows: Rows::new(time, batch, Some(lengths), direction),
            operands: [
                values(time * batch * size.input, 1),
                values(gates * size.input, 2),
                values(gates * size.hidden, 3),
                values(gates, 4),
                values(gates, 5),
                values(state, 6),
                values(memory, 7),
            ],
            mask: None,
            loss: [
                values(time * state, 8),
                values(state, 9),
                values(memory, 10),
            ],
        }
    }

    fn forward(&self, cpu: Cpu) -> ([Vec<f64>; 3], Saved<f64>) {
        let operands = operands(&self.operands, self.mask.as_deref());
        let Output { packed, saved } = forward(cpu, self.kind, self.size, &self.rows, operands);
        let (sequence, rest) = packed.split_at(self.loss[0].len());
        let (hidden, memory) = rest.split_at(self.loss[1].len());
        ([sequence, hidden, memory].map(<[f64]>::to_vec), saved)
    }

    fn loss(&self, cpu: Cpu) -> f64 {
        let (outputs, _) = self.forward(cpu);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        outputs.iter().zip(&self.loss).map(|(o, w)| dot(o, w)).sum()
    }

    fn gradients(&self, cpu: Cpu) -> [Vec<f64>; 7] {
        let ([sequence, ..], saved) = self.forward(cpu);
        let g = backward(
            cpu,
            self.kind,
            self.size,
            &self.rows,
            operands(&self.operands, self.mask.as_deref()),
            &sequence,
            saved,
            OutputGradients {
                sequence: &self.loss[0],
                hidden: &self.loss[1],
                memory: &self.loss[2],
            },
            true,
        );
        [
            g.input,
            g.input_weights,
            g.recurrent_weights,
            g.input_bias,
            g.recurrent_bias,
            g.hidden,
            g.memory,
        ]
    }
}

fn operands<'a>(all: &'a [Vec<f64>; 7], mask: Option<&'a [f64]>) -> Operands<'a, f64> {
    let [input, w, u, b, c, hidden, memory] = all;
    Operands {
        input,
        weights: Weights {
            input: w,
            recurrent: u,
            input_bias: b,
            recurrent_bias: c,
        },
        initial: State { hidden, memory },
        recurrent_mask: mask,
    }
}

#[test]
fn gradients_equal_finite_differences() {
    let size = Size {
        input: 3,
        hidden: 5,
    };
    for kind in CellKind::ALL {
        for direction in [Direction::Forward, Direction::Reverse] {
            for (lengths, masked) in [
                (&[4, 4][..], false),
                (&[2, 0, 4], false),
                (&[2, 0, 4], true),
            ] {
                let mut problem = Problem::new(kind, size, 4, lengths, direction);
                problem.mask = masked.then(|| values(lengths.len() * size.hidden, 11));
                let cpu = Cpu::detect();
                let gradients = problem.gradients(cpu);
                for (number, gradient) in gradients.iter().enumerate() {
                    for (at, &found) in gradient.iter().enumerate() {
                        let epsilon = 1e-5;
                        let mut moved = problem.clone();
                        moved.operands[number][at] += epsilon;
                        let up = moved.loss(cpu);
                        moved.operands[number][at] -= 2.0 * epsilon;
                        let expected = (up - moved.loss(cpu)) / (2.0 * epsilon);
                        // Central differences: truncation 1e-10, rounding 1e-11 of values near ten.
                        assert!(
                            (found - expected).abs() < 1e-8 * (1.0 + expected.abs()),
                            "{kind:?} {direction:?} {lengths:?} mask {masked} operand {number} element {at}: {found} for {expected}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn instruction_sets_and_splits_agree() {
    // Wide enough for both splits, and for blocks of units that are not full.
    for (hidden, lengths) in [
        (37, vec![3, 5, 0, 2, 5, 1, 4, 3]),
        (150, vec![2; 16]),
        (260, vec![3, 2]),
    ] {
        let size = Size { input: 7, hidden };
        let time = *lengths.iter().max().unwrap_or(&0);
        for kind in CellKind::ALL {
            let problem = Problem::new(kind, size, time, &lengths, Direction::Forward);
            let reference = Cpu {
                isa: Isa::Portable,
                threads: 1,
                ..Cpu::detect()
            };
            let expected = problem.gradients(reference);
            let outputs = problem.forward(reference).0;
            for isa in Isa::available() {
                for threads in [1, 2, 3] {
                    let cpu = Cpu {
                        isa,
                        threads,
                        ..Cpu::detect()
                    };
                    // Elements reach thousands where the ReLU grows; other sums, other order.
                    let close = |found: &[f64], expected: &[f64]| {
                        let scale = expected.iter().fold(1.0f64, |m, x| m.max(x.abs()));
                        found
                            .iter()
                            .zip(expected)
                            .all(|(f, e)| (f - e).abs() < 1e-11 * scale)
                    };
                    for (found, expected) in problem.forward(cpu).0.iter().zip(&outputs) {
                        assert!(close(found, expected), "{kind:?} {isa:?} {threads}");
                    }
                    for (found, expected) in problem.gradients(cpu).iter().zip(&expected) {
                        assert!(close(found, expected), "{kind:?} {isa:?} {threads}");
                    }
                }
            }
        }
    }
}

#[test]
fn padding_changes_no_bit() {
    let size = Size {
        input: 6,
        hidden: 20,
    };
    let lengths = [6, 1, 0, 4, 3];
    for kind in CellKind::ALL {
        for direction in [Direction::Forward, Direction::Reverse] {
            let problem = Problem::new(kind, size, 6, &lengths, direction);
            let cpu = Cpu::detect();
            let mut filled = problem.clone();
            for step in 0..6 {
                for (row, &length) in lengths.iter().enumerate() {
                    if step >= length {
                        let at = (step * 5 + row) * size.input;
                        filled.operands[0][at..at + size.input].fill(f64::NAN);
                        let at = (step * 5 + row) * size.hidden;
                        filled.loss[0][at..at + size.hidden].fill(f64::NAN);
                    }
                }
            }
            assert_eq!(problem.forward(cpu).0, filled.forward(cpu).0);
            assert_eq!(problem.gradients(cpu), filled.gradients(cpu));
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let size = Size {
        input: 70,
        hidden: 96,
    };
    // Few rows, so that members share units; then many, so that they share rows.
    for lengths in [vec![4, 2, 3], (0..16).map(|row| row % 5).collect()] {
        for kind in CellKind::ALL {
            let mut problem = Problem::new(kind, size, 4, &lengths, Direction::Reverse);
            // As in training: weights small enough for the states to stay in range.
            for weights in &mut problem.operands[1..3] {
                weights.iter_mut().for_each(|weight| *weight *= 0.1);
            }
            problem.mask = Some(values(lengths.len() * size.hidden, 11));
            let one = Cpu::detect().with_threads(1);
            let split =
                |threads| Split::choose(one.with_threads(threads), kind.gates(), 96, lengths.len());
            let expected = if lengths.len() == 3 {
                Split::Units
            } else {
                Split::Rows
            };
            for threads in [2, 3] {
                assert_eq!(split(threads), (expected, threads));
                let cpu = one.with_threads(threads);
                assert_eq!(problem.forward(one).0, problem.forward(cpu).0, "{kind:?}");
                assert_eq!(problem.gradients(one), problem.gradients(cpu), "{kind:?}");
            }
        }
    }
}

#[test]
fn steps_equal_the_sequence() {
    let size = Size {
        input: 6,
        hidden: 40,
    };
    for kind in CellKind::ALL {
        let problem = Problem::new(kind, size, 5, &[5; 3], Direction::Forward);
        let ([sequence, hidden, memory], _) = problem.forward(Cpu::detect());
        let mut step = Problem::new(kind, size, 1, &[1; 3], Direction::Forward);
        step.operands[5] = problem.operands[5].clone();
        step.operands[6] = problem.operands[6].clone();
        for t in 0..5 {
            let inputs = 3 * size.input;
            step.operands[0] = problem.operands[0][t * inputs..(t + 1) * inputs].to_vec();
            let ([now, h, m], _) = step.forward(Cpu::detect());
            let states = 3 * size.hidden;
            assert_eq!(now, sequence[t * states..(t + 1) * states]);
            step.operands[5] = h;
            step.operands[6] = m;
        }
        assert_eq!(step.operands[5], hidden);
        assert_eq!(step.operands[6], memory);
    }
}

#[test]
fn empty_batches_and_sequences_work() {
    let size = Size {
        input: 2,
        hidden: 3,
    };
    for kind in CellKind::ALL {
        for (time, lengths) in [(0, vec![0, 0]), (2, vec![0, 0]), (2, vec![])] {
            let problem = Problem::new(kind, size, time, &lengths, Direction::Forward);
            let ([sequence, hidden, _], _) = problem.forward(Cpu::detect());
            assert!(sequence.iter().all(|&x| x == 0.0));
            assert_eq!(hidden, problem.operands[5]);
            assert_eq!(problem.gradients(Cpu::detect())[5], problem.loss[1]);
        }
    }
}

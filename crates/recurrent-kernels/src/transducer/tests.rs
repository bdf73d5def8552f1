//! Everything against all ways one by one; gradients also against finite differences, and the joint network against logits
//! that are made before.

use super::*;
use crate::testing::values;
use crate::{Isa, noise};

/// A batch to test with.
#[derive(Clone)]
struct Problem {
    time: usize,
    labels: usize,
    classes: usize,
    blank: usize,
    lengths: Vec<usize>,
    targets: Vec<usize>,
    target_lengths: Vec<usize>,
    logits: Vec<f64>, // [B, T, U + 1, V]
}

impl Problem {
    /// Logits in `-scale..scale`; blank in turn another class.
    fn new(classes: usize, rows: &[(usize, usize)], scale: f64) -> Self {
        let (lengths, target_lengths): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
        let time = lengths.iter().copied().max().unwrap_or(0);
        let labels = target_lengths.iter().copied().max().unwrap_or(0);
        let blank = (time + rows.len()) % classes;
        let label = |at: usize| {
            let drawn = noise::mix(9, at as u64) as usize % (classes - 1).max(1);
            drawn + usize::from(drawn >= blank)
        };
        let logits = values(rows.len() * time * (labels + 1) * classes, 7);
        Self {
            time,
            labels,
            classes,
            blank,
            targets: (0..target_lengths.iter().sum()).map(label).collect(),
            lengths,
            target_lengths,
            logits: logits.into_iter().map(|x| x * scale).collect(),
        }
    }

    fn batch(&self) -> Batch<'_> {
        Batch {
            time: self.time,
            labels: self.labels,
            classes: self.classes,
            targets: Targets {
                blank: self.blank,
                lengths: &self.lengths,
                labels: &self.targets,
                label_lengths: &self.target_lengths,
            },
        }
    }

    fn weights(&self) -> Vec<f64> {
        (1..=self.lengths.len()).map(|n| n as f64).collect()
    }

    /// The losses and the gradient of their sum, row `r` times `r + 1`.
    fn gradients(&self, cpu: Cpu) -> (Vec<f64>, Vec<f64>) {
        let mut logits = self.logits.clone();
        let losses = gradients(cpu, &mut logits, self.batch(), &self.weights());
        (losses, logits)
    }

    fn loss(&self, cpu: Cpu) -> f64 {
        let losses = row_losses(cpu, &self.logits, self.batch());
        losses
            .iter()
            .zip(self.weights())
            .map(|(loss, weight)| loss * weight)
            .sum()
    }
}

/// `p` of the labels of a row from node `(step, place)` on: the sum over both ways out of it.
fn by_ways(problem: &Problem, row: usize, step: usize, place: usize) -> f64 {
    let Problem {
        time,
        labels,
        classes,
        ..
    } = *problem;
    let own = problem.batch().targets.rows().nth(row).unwrap_or_default();
    if step == problem.lengths[row] {
        return if place == own.len() { 1.0 } else { 0.0 };
    }
    let node = (row * time + step) * (labels + 1) + place;
    let x = &problem.logits[node * classes..][..classes];
    let sum: f64 = x.iter().map(|x| x.exp()).sum();
    let through_blank = x[problem.blank].exp() / sum * by_ways(problem, row, step + 1, place);
    let through_label = own.get(place).map_or(0.0, |&label| {
        x[label].exp() / sum * by_ways(problem, row, step, place + 1)
    });
    through_blank + through_label
}

fn cpus() -> impl Iterator<Item = Cpu> {
    let threads = |isa| {
        [1, 3].map(|threads| Cpu {
            isa,
            threads,
            ..Cpu::detect()
        })
    };
    Isa::available().into_iter().flat_map(threads)
}

/// Rows of steps and labels: one of each, none, more labels than steps and than a register has lanes.
const ROWS: [&[(usize, usize)]; 5] = [
    &[(1, 1)],
    &[(4, 2), (3, 3), (1, 0), (2, 5)],
    &[(0, 0), (3, 0), (0, 2)],
    &[(2, 18), (3, 9)],
    &[(6, 1)],
];

#[test]
fn all_ways_give_the_same() {
    for rows in ROWS {
        for (classes, scale) in [(2, 1.0), (5, 8.0), (19, 2.0)] {
            let problem = Problem::new(classes, rows, scale);
            for cpu in cpus() {
                let losses = row_losses(cpu, &problem.logits, problem.batch());
                assert_eq!(losses, problem.gradients(cpu).0);
                for (row, &loss) in losses.iter().enumerate() {
                    let p = by_ways(&problem, row, 0, 0);
                    if p == 0.0 {
                        assert_eq!(loss, f64::INFINITY, "{cpu:?} row {row} of {rows:?}");
                    } else {
                        let close = (loss + p.ln()).abs() < 1e-12 * (1.0 + loss);
                        assert!(
                            close,
                            "{cpu:?} row {row} of {rows:?}: {loss} for {}",
                            -p.ln()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn gradients_equal_finite_differences() {
    let problem = Problem::new(4, &[(5, 3), (2, 4), (3, 0)], 2.0);
    for cpu in cpus() {
        let (_, gradients) = problem.gradients(cpu);
        for (at, found) in gradients.iter().enumerate() {
            let mut moved = problem.clone();
            moved.logits[at] += 1e-5;
            let up = moved.loss(cpu);
            moved.logits[at] -= 2e-5;
            let expected = (up - moved.loss(cpu)) / 2e-5;
            assert!(
                (found - expected).abs() < 1e-8,
                "element {at}: {found} for {expected}"
            );
        }
    }
}

#[test]
fn single_precision_keeps_its_digits() {
    let problem = Problem::new(12, &[(120, 40), (90, 55)], 5.0);
    let single: Vec<f32> = problem.logits.iter().map(|&x| x as f32).collect();
    let mut double = problem.clone();
    double.logits = single.iter().map(|&x| f64::from(x)).collect();
    let (exact, expected) = double.gradients(Cpu::detect());
    for cpu in cpus() {
        let mut logits = single.clone();
        let losses = gradients(cpu, &mut logits, problem.batch(), &problem.weights());
        for (loss, exact) in losses.iter().zip(&exact) {
            assert!((loss - exact).abs() < 1e-6 * exact, "{loss} for {exact}");
        }
        for (found, expected) in logits.iter().zip(&expected) {
            assert!(
                (f64::from(*found) - expected).abs() < 1e-4,
                "{found} for {expected}"
            );
        }
    }
}

/// Operands of a joint network, `encoder, predictor, weight, bias`.
fn operands(problem: &Problem, width: usize) -> [Vec<f64>; 4] {
    let rows = problem.lengths.len();
    let sizes = [
        problem.time * rows * width,
        (problem.labels + 1) * rows * width,
        problem.classes * width,
        problem.classes,
    ];
    let mut seed = 20;
    sizes.map(|size| {
        seed += 1;
        values(size, seed)
    })
}

fn joint<'a>(operands: &'a [Vec<f64>; 4], width: usize) -> Joint<'a, f64> {
    let [encoder, predictor, weight, bias] = operands;
    Joint {
        width,
        encoder,
        predictor,
        weight,
        bias,
    }
}

#[test]
fn the_joint_network_is_that_of_its_logits() {
    const WIDTH: usize = 3;
    // The last has more nodes than a block.
    for rows in [
        &[(4, 2), (3, 3), (0, 0), (0, 1), (2, 0)][..],
        &[(1, 1)],
        &[(40, 17), (3, 2)],
    ] {
        let mut problem = Problem::new(4, rows, 1.0);
        let operands = operands(&problem, WIDTH);
        let [encoder, predictor, weight, bias] = &operands;
        let batch = problem.lengths.len();
        for (at, logit) in problem.logits.iter_mut().enumerate() {
            let class = at % 4;
            let node = at / 4;
            let (place, step) = (node % (problem.labels + 1), node / (problem.labels + 1));
            let (row, step) = (step / problem.time, step % problem.time);
            let z = (0..WIDTH).map(|unit| {
                let heard = encoder[(step * batch + row) * WIDTH + unit];
                let told = predictor[(place * batch + row) * WIDTH + unit];
                (heard + told).tanh() * weight[class * WIDTH + unit]
            });
            *logit = bias[class] + z.sum::<f64>();
        }
        for cpu in cpus() {
            let joint = joint(&operands, WIDTH);
            let expected = row_losses(cpu, &problem.logits, problem.batch());
            let losses = joint.row_losses(cpu, problem.batch());
            for (found, expected) in losses.iter().zip(&expected) {
                let same = found == expected || (found - expected).abs() < 1e-12 * (1.0 + expected);
                assert!(same, "{found} for {expected}");
            }
        }
    }
}

#[test]
fn gradients_of_the_joint_network_equal_finite_differences() {
    const WIDTH: usize = 3;
    let problem = Problem::new(4, &[(4, 2), (2, 3), (0, 1), (3, 0)], 1.0);
    let operands = operands(&problem, WIDTH);
    let weights = problem.weights();
    for cpu in cpus() {
        let found = joint(&operands, WIDTH).gradients(cpu, problem.batch(), &weights);
        let loss = |operands: &[Vec<f64>; 4]| -> f64 {
            let losses = joint(operands, WIDTH).row_losses(cpu, problem.batch());
            let finite = losses
                .iter()
                .zip(&weights)
                .filter(|(loss, _)| loss.is_finite());
            finite.map(|(loss, weight)| loss * weight).sum()
        };
        assert_eq!(found.losses[2], f64::INFINITY);
        let parts = [&found.encoder, &found.predictor, &found.weight, &found.bias];
        for (part, gradient) in parts.into_iter().enumerate() {
            for (at, found) in gradient.iter().enumerate() {
                let mut moved = operands.clone();
                moved[part][at] += 1e-5;
                let up = loss(&moved);
                moved[part][at] -= 2e-5;
                let expected = (up - loss(&moved)) / 2e-5;
                let close = (found - expected).abs() < 1e-8;
                assert!(close, "operand {part} element {at}: {found} for {expected}");
            }
        }
    }
}

#[test]
fn a_node_without_a_softmax_is_not_a_number_in_its_row_only() {
    let mut problem = Problem::new(3, &[(2, 1), (2, 1)], 1.0);
    problem.logits[0] = f64::NAN;
    let (losses, gradients) = problem.gradients(Cpu::detect());
    assert!(losses[0].is_nan() && losses[1].is_finite());
    assert!(gradients[1].is_nan() && gradients[3 * 2 * 2].is_finite());
}

//! Everything against all paths one by one; gradients also against finite differences.

use super::*;
use crate::testing::values;
use crate::{Isa, noise};

/// A batch to test with.
#[derive(Clone)]
struct Problem<R> {
    time: usize,
    classes: usize,
    blank: usize,
    lengths: Vec<usize>,
    targets: Vec<usize>,
    target_lengths: Vec<usize>,
    logits: Vec<R>,
}

impl Problem<f64> {
    /// Logits in `-scale..scale`, labels drawn with many repeats, blank in turn the first, a middle or the last class.
    fn new(time: usize, classes: usize, rows: &[(usize, usize)], scale: f64) -> Self {
        let (lengths, target_lengths): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
        let blank = (time + rows.len()) % classes;
        let label = |at: usize| {
            let drawn = noise::mix(9, at as u64) as usize % (classes - 1).max(1);
            drawn + usize::from(drawn >= blank)
        };
        let logits = values(time * rows.len() * classes, 7);
        Self {
            time,
            classes,
            blank,
            targets: (0..target_lengths.iter().sum()).map(label).collect(),
            lengths,
            target_lengths,
            logits: logits.into_iter().map(|x| x * scale).collect(),
        }
    }

    fn rounded(&self) -> (Problem<f32>, Self) {
        let logits: Vec<f32> = self.logits.iter().map(|&x| x as f32).collect();
        let mut double = self.clone();
        double.logits = logits.iter().map(|&x| f64::from(x)).collect();
        let single = Problem {
            time: self.time,
            classes: self.classes,
            blank: self.blank,
            lengths: self.lengths.clone(),
            targets: self.targets.clone(),
            target_lengths: self.target_lengths.clone(),
            logits,
        };
        (single, double)
    }
}

impl<R: Real> Problem<R> {
    fn batch(&self) -> Batch<'_> {
        Batch {
            time: self.time,
            classes: self.classes,
            targets: Targets {
                blank: self.blank,
                lengths: &self.lengths,
                labels: &self.targets,
                label_lengths: &self.target_lengths,
            },
        }
    }

    fn losses(&self, cpu: Cpu) -> Vec<f64> {
        row_losses(cpu, &self.logits, self.batch())
    }

    /// The losses and the gradient of their sum, row `r` times `r + 1`.
    fn gradients(&self, cpu: Cpu) -> (Vec<f64>, Vec<R>) {
        let mut logits = self.logits.clone();
        let weights: Vec<f64> = (1..=self.lengths.len()).map(|n| n as f64).collect();
        let losses = gradients(cpu, &mut logits, self.batch(), &weights);
        (losses, logits)
    }
}

fn collapse(path: &[usize], blank: usize) -> Vec<usize> {
    let mut labels = path.to_vec();
    labels.dedup();
    labels.retain(|&label| label != blank);
    labels
}

/// `p` of the labels of a row, and `p` with a class at a step, `[L, V]`: sums over all paths.
fn by_paths(problem: &Problem<f64>, row: usize) -> (f64, Vec<f64>) {
    let Problem {
        classes, lengths, ..
    } = problem;
    let (classes, length, rows) = (*classes, lengths[row], lengths.len());
    let labels = problem.batch().targets.rows().nth(row).unwrap_or_default();
    let softmax: Vec<f64> = (0..length)
        .flat_map(|step| {
            let x = &problem.logits[(step * rows + row) * classes..][..classes];
            let most = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = x.iter().map(|x| (x - most).exp()).sum();
            x.iter().map(move |x| (x - most).exp() / sum)
        })
        .collect();
    let (mut total, mut passed) = (0.0, vec![0.0; length * classes]);
    for number in 0..classes.pow(length as u32) {
        let path: Vec<usize> = (0..length)
            .map(|step| number / classes.pow(step as u32) % classes)
            .collect();
        if collapse(&path, problem.blank) == labels {
            let place = |(step, &class): (usize, &usize)| step * classes + class;
            let p: f64 = path
                .iter()
                .enumerate()
                .map(|at| softmax[place(at)])
                .product();
            total += p;
            path.iter()
                .enumerate()
                .for_each(|at| passed[place(at)] += p);
        }
    }
    if total > 0.0 {
        for (passed, softmax) in passed.iter_mut().zip(&softmax) {
            *passed = softmax - *passed / total;
        }
    } else {
        passed.fill(0.0);
    }
    (total, passed)
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

/// `bound` is for numbers of about one, summed up to a hundred times.
fn check_against_paths(problem: &Problem<f64>, bound: f64) {
    let (rows, classes) = (problem.lengths.len(), problem.classes);
    for cpu in cpus() {
        let losses = problem.losses(cpu);
        let (same, gradients) = problem.gradients(cpu);
        assert_eq!(losses, same);
        for (row, &loss) in losses.iter().enumerate() {
            let (p, expected) = by_paths(problem, row);
            let what = format!("{cpu:?} row {row} of {:?}", problem.lengths);
            if p == 0.0 {
                assert_eq!(loss, f64::INFINITY, "{what}");
            } else {
                assert!(
                    (loss + p.ln()).abs() < bound * (1.0 + loss),
                    "{what}: {loss} for {}",
                    -p.ln()
                );
            }
            for step in 0..problem.time {
                for class in 0..classes {
                    let found = gradients[(step * rows + row) * classes + class] / (row + 1) as f64;
                    let inside = step < problem.lengths[row];
                    let expected = if inside {
                        expected[step * classes + class]
                    } else {
                        0.0
                    };
                    assert!(
                        (found - expected).abs() < bound,
                        "{what} step {step} class {class}: {found} for {expected}"
                    );
                }
            }
        }
    }
}

/// Rows of steps and labels: none of either, one, as many as fit, more than fit.
const ROWS: [&[(usize, usize)]; 5] = [
    &[(5, 2)],
    &[(1, 1)],
    &[(0, 0), (0, 1), (3, 0)],
    &[(5, 1), (2, 4), (4, 2), (1, 0), (5, 5), (3, 3)],
    &[(6, 3), (6, 3)],
];

#[test]
fn all_paths_give_the_same() {
    for scale in [1.0, 8.0, 40.0] {
        for rows in ROWS {
            let time = rows.iter().map(|row| row.0).max().unwrap_or(0);
            for classes in [2, 3, 4] {
                check_against_paths(&Problem::new(time, classes, rows, scale), 1e-12);
            }
        }
    }
    // Only blank.
    check_against_paths(&Problem::new(3, 1, &[(3, 0), (0, 0)], 1.0), 1e-13);
    // More classes than a register has lanes.
    check_against_paths(&Problem::new(4, 19, &[(4, 2), (3, 1)], 3.0), 1e-12);
}

#[test]
fn gradients_equal_finite_differences() {
    // More pairs of states than a register has lanes, and rows that only just fit.
    let problem = Problem::new(40, 5, &[(40, 18), (33, 20), (40, 3), (20, 9)], 2.0);
    let cpu = Cpu::detect();
    let (_, gradients) = problem.gradients(cpu);
    let loss = |problem: &Problem<f64>| -> f64 {
        let losses = problem.losses(cpu).into_iter().enumerate();
        losses.map(|(row, loss)| loss * (row + 1) as f64).sum()
    };
    assert!(loss(&problem).is_finite());
    for (at, found) in gradients.iter().enumerate().step_by(7) {
        let epsilon = 1e-5;
        let mut moved = problem.clone();
        moved.logits[at] += epsilon;
        let up = loss(&moved);
        moved.logits[at] -= 2.0 * epsilon;
        let expected = (up - loss(&moved)) / (2.0 * epsilon);
        // Rounding is about 1e-16 of a loss of a few hundred over epsilon.
        assert!(
            (found - expected).abs() < 1e-7,
            "element {at}: {found} for {expected}"
        );
    }
}

#[test]
fn single_precision_keeps_its_digits_over_a_long_signal() {
    let (single, double) = Problem::new(700, 30, &[(700, 90), (650, 200)], 6.0).rounded();
    for cpu in cpus() {
        let (losses, gradients) = single.gradients(cpu);
        let (exact, expected) = double.gradients(cpu);
        for (loss, exact) in losses.iter().zip(&exact) {
            assert!((loss - exact).abs() < 1e-6 * exact, "{loss} for {exact}");
        }
        for (found, expected) in gradients.iter().zip(&expected) {
            assert!(
                (f64::from(*found) - expected).abs() < 1e-4,
                "{found} for {expected}"
            );
        }
    }
}

#[test]
fn impossible_labels_have_an_infinite_loss_and_no_gradient() {
    let mut problem = Problem::new(5, 4, &[(5, 1), (5, 2)], 1.0);
    let label = problem.targets[0];
    for step in 0..5 {
        problem.logits[step * 2 * 4 + label] = f64::NEG_INFINITY;
    }
    check_against_paths(&problem, 1e-12);
    assert_eq!(problem.losses(Cpu::detect())[0], f64::INFINITY);
    // Possible at one step only.
    problem.logits[2 * 2 * 4 + label] = -1000.0;
    let (losses, gradients) = problem.gradients(Cpu::detect());
    assert!(losses[0] > 900.0 && losses[0].is_finite());
    assert!((gradients[2 * 2 * 4 + label] + 1.0).abs() < 1e-12);
}

#[test]
fn a_step_without_a_softmax_is_not_a_number_in_its_row_only() {
    for bad in [f64::NAN, f64::INFINITY] {
        let mut problem = Problem::new(4, 3, &[(4, 2), (4, 1)], 1.0);
        problem.logits[2 * 2 * 3 + 1] = bad;
        let (losses, gradients) = problem.gradients(Cpu::detect());
        assert!(losses[0].is_nan() && losses[1].is_finite());
        assert!(gradients[0].is_nan() && gradients[3].is_finite());
    }
}

#[test]
fn a_blank_between_equal_labels_is_counted() {
    assert_eq!(shortest(&[]), 0);
    assert_eq!(shortest(&[3]), 1);
    assert_eq!(shortest(&[3, 3, 1, 1, 1, 3]), 9);
}

#[test]
#[should_panic(expected = "a label is blank or not below 3")]
fn a_label_may_not_be_blank() {
    let mut problem = Problem::new(4, 3, &[(4, 2)], 1.0);
    problem.targets[1] = problem.blank;
    problem.losses(Cpu::detect());
}

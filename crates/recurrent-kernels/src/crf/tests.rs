//! Everything against all sequences of labels one by one; gradients also against
//! finite differences.

use super::*;
use crate::{Isa, noise};
use problem::{Definition, Problem, narrow};

mod problem;

/// Compares losses, marginals, the gradient of the transitions and paths with the definition. Scores are sums of up to
/// eleven numbers of the size `scale`, each rounded to about `1e-16` of it.
fn check_against_definition(problem: &Problem<f64>, scale: f64) {
    let bound = 1e-13 * (1.0 + scale);
    let (classes, batch) = (problem.classes, problem.lengths.len());
    for isa in Isa::available() {
        let cpu = Cpu {
            isa,
            threads: 1,
            ..Cpu::detect()
        };
        let (losses, marginals) = (problem.row_losses(cpu), problem.marginals(cpu));
        let paths = problem.paths(cpu);
        let mut pairs = vec![0.0; classes * classes];
        for (row, &found) in losses.iter().enumerate() {
            let expected = Definition::new(problem, row);
            let what = format!("{isa:?} scale {scale} row {row} of {:?}", problem.lengths);
            let loss = expected.log_partition - expected.target_score;
            assert!(
                found == loss || (found - loss).abs() < bound,
                "{what}: {found} for {loss}"
            );
            if loss.is_finite() {
                accumulate(&mut pairs, &expected.pairs);
            }
            let found = paths.scores[row];
            let score = expected.best_score;
            assert!((found - score).abs() < bound, "{what}: {found} for {score}");
            for step in 0..problem.time {
                let place = step * batch + row;
                let found = &marginals[place * classes..][..classes];
                if step >= problem.lengths[row] {
                    assert!(found.iter().all(|&p| p == 0.0), "{what}");
                    assert_eq!(paths.labels[place], 0, "{what}");
                    continue;
                }
                assert_eq!(paths.labels[place], expected.best[step], "{what}");
                let wanted = &expected.marginals[step * classes..][..classes];
                for (found, expected) in found.iter().zip(wanted) {
                    assert!(
                        (found - expected).abs() < bound,
                        "{what} step {step}: {found} for {expected}"
                    );
                }
            }
        }
        let counted = losses.iter().zip(&problem.lengths).filter(|p| *p.1 > 0);
        let rows = counted.clone().count().max(1) as f64;
        let mean = counted.map(|p| p.0).sum::<f64>() / rows;
        let found = problem.loss(cpu);
        assert!(found == mean || (found - mean).abs() < bound);
        let (loss, gradients) = problem.gradients(cpu, rows);
        assert_eq!(loss, found);
        for (found, expected) in gradients[1].iter().zip(&pairs) {
            let what = format!("{isa:?} scale {scale}: {found} for {expected}");
            assert!((found - expected).abs() < bound, "{what}");
        }
    }
}

/// Compares all gradients with central differences, whose rounding is about `1e-11` of
/// the loss and whose truncation `1e-10`.
fn check_differences(problem: &Problem<f64>, bound: f64) {
    let cpu = Cpu::detect();
    let (_, gradients) = problem.gradients(cpu, 0.7);
    for (number, gradient) in gradients.iter().enumerate() {
        assert_eq!(gradient.len(), problem.operands[number].len());
        for (at, &found) in gradient.iter().enumerate() {
            let epsilon = 1e-5;
            let mut moved = problem.clone();
            moved.operands[number][at] += epsilon;
            let up = moved.loss(cpu);
            moved.operands[number][at] -= 2.0 * epsilon;
            let expected = 0.7 * (up - moved.loss(cpu)) / (2.0 * epsilon);
            assert!(
                (found - expected).abs() < bound,
                "{:?} operand {number} element {at}: {found} for {expected}",
                problem.lengths
            );
        }
    }
}

const LENGTHS: [&[usize]; 5] = [&[5], &[1], &[0], &[3, 0, 5, 1, 4], &[2, 2]];

#[test]
fn all_sequences_give_the_same() {
    for scale in [1.0, 30.0, 300.0, 1e4] {
        for lengths in LENGTHS {
            check_against_definition(&Problem::new(3, 5, lengths, scale), scale);
        }
        // More labels than a register has lanes, and one alone.
        check_against_definition(&Problem::new(9, 4, &[4, 2], scale), scale);
        check_against_definition(&Problem::new(1, 3, &[3, 2], scale), scale);
    }
}

#[test]
fn gradients_equal_finite_differences() {
    for lengths in LENGTHS {
        check_differences(&Problem::new(3, 5, lengths, 1.0), 1e-9);
        check_differences(&Problem::new(3, 5, lengths, 30.0), 1e-8);
    }
    check_differences(&Problem::new(18, 3, &[3, 2], 2.0), 1e-9);
}

#[test]
fn sums_too_small_for_a_product_are_exact() {
    // Label 1 is entered from 2 by far the most easily, but label 0 is certain before it.
    let mut problem = Problem::new(3, 4, &[4, 2, 3], 1.0);
    problem.operands[1][1] -= 1000.0;
    for row in 0..3 {
        problem.operands[0][row * 3] += 2000.0;
        problem.operands[0][(3 + row) * 3 + 1] += 4000.0;
    }
    let cpu = Cpu::detect();
    let messages = forward::run(
        cpu,
        &Chain::new(cpu, problem.weights()),
        problem.emissions(),
        0,
    );
    assert!(messages.sums[4] < forward::SMALLEST_SUM);
    check_against_definition(&problem, 4000.0);
    check_differences(&problem, 1e-6);
    // The pair is certain in every row, as it is in these targets.
    problem.targets = [[0; 3], [1; 3], [2; 3], [2; 3]].concat();
    assert!(problem.gradients(cpu, 1.0).1[1][1].abs() < 1e-9);
}

#[test]
fn illegal_transitions_have_no_probability_and_no_gradient() {
    // Never 0 to 2 nor 2 to 2, never 2 at the start nor 1 at the end.
    let illegal = |problem: &mut Problem<f64>| {
        problem.operands[1][2] = f64::NEG_INFINITY;
        problem.operands[1][8] = f64::NEG_INFINITY;
        problem.operands[2][2] = f64::NEG_INFINITY;
        problem.operands[3][1] = f64::NEG_INFINITY;
    };
    let lengths = [3, 0, 5, 1, 4];
    for scale in [1.0, 1e4] {
        let mut problem = Problem::new(3, 5, &lengths, scale);
        illegal(&mut problem);
        problem.targets.fill(0);
        check_against_definition(&problem, scale);
        let gradients = |problem: &Problem<f64>| problem.gradients(Cpu::detect(), -2.0).1;
        let all = gradients(&problem);
        assert!(all.iter().flatten().all(|x| x.is_finite()));
        assert_eq!([all[1][2], all[1][8], all[2][2], all[3][1]], [0.0; 4]);

        // The targets of the last row are illegal: the others' gradients stay as without it.
        problem.targets[5 + 4] = 1;
        problem.targets[2 * 5 + 4] = 2;
        problem.targets[3 * 5 + 4] = 2;
        let losses = problem.row_losses(Cpu::detect());
        assert_eq!(losses[4], f64::INFINITY);
        assert!(losses[..4].iter().all(|loss| loss.is_finite()));
        assert_eq!(problem.loss(Cpu::detect()), f64::INFINITY);
        let found = gradients(&problem);
        let mut without = problem.clone();
        without.lengths[4] = 0;
        let (_, expected) = without.gradients(Cpu::detect(), -2.0 * 3.0 / 4.0);
        for (found, expected) in found.iter().zip(&expected) {
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12);
            }
        }
        for step in 0..5 {
            let at = (step * 5 + 4) * 3;
            assert_eq!(found[0][at..at + 3], [0.0; 3]);
        }
    }
}

#[test]
fn differences_hold_beside_illegal_transitions() {
    let mut problem = Problem::new(3, 5, &[3, 0, 5, 1, 4], 1.0);
    problem.operands[1][2] = f64::NEG_INFINITY;
    problem.operands[1][8] = f64::NEG_INFINITY;
    problem.targets.fill(1);
    check_differences(&problem, 1e-9);
}

#[test]
fn a_row_without_a_legal_sequence_is_nothing() {
    let mut problem = Problem::new(3, 3, &[3, 1], 1.0);
    problem.operands[1].fill(f64::NEG_INFINITY);
    let cpu = Cpu::detect();
    let paths = problem.paths(cpu);
    assert_eq!(paths.scores[0], f64::NEG_INFINITY);
    assert_eq!([0, 2, 4].map(|place| paths.labels[place]), [0; 3]);
    assert!(paths.scores[1].is_finite());
    let marginals = problem.marginals(cpu);
    let [dead, alive] = [&marginals[..3], &marginals[3..6]].map(|p| p.iter().sum::<f64>());
    assert!(dead == 0.0 && (alive - 1.0).abs() < 1e-15);
    assert_eq!(problem.row_losses(cpu)[0], f64::INFINITY);
    let (_, gradients) = problem.gradients(cpu, 1.0);
    assert!(gradients.iter().flatten().all(|x| x.is_finite()));
    assert!(gradients[1].iter().all(|&x| x == 0.0));
}

#[test]
fn ties_go_to_the_lower_label() {
    let mut problem = Problem::new(3, 5, &[5, 4, 3, 2, 1, 0], 1.0);
    for seed in 0..20 {
        // Whole numbers: sums are exact, and many are equal.
        for (number, operand) in (0..).zip(&mut problem.operands) {
            for (at, value) in (0..).zip(operand) {
                *value = (noise::mix(seed * 4 + number, at) % 3) as f64;
            }
        }
        let paths = problem.paths(Cpu::detect());
        for row in 0..6 {
            let expected = Definition::new(&problem, row);
            assert_eq!(paths.scores[row], expected.best_score);
            for (step, &label) in expected.best.iter().enumerate() {
                assert_eq!(paths.labels[step * 6 + row], label);
            }
        }
    }
}

#[test]
fn single_precision_is_the_double_one_rounded() {
    for scale in [1.0, 1e4] {
        let (single, double) = Problem::new(5, 30, &[30, 0, 7, 1], scale).rounded();
        let cpu = Cpu::detect();
        assert_eq!(single.row_losses(cpu), double.row_losses(cpu));
        assert_eq!(single.paths(cpu), double.paths(cpu));
        assert_eq!(single.marginals(cpu), narrow(&double.marginals(cpu)));
        let (found, expected) = (single.gradients(cpu, 2.0), double.gradients(cpu, 2.0));
        assert_eq!(found.0, expected.0);
        assert_eq!(found.1, expected.1.map(|x| narrow(&x)));
    }
}

#[test]
fn long_rows_of_large_scores_stay_finite() {
    for scale in [1.0, 1e4] {
        let (problem, _) = Problem::new(7, 300, &[300, 299, 150], scale).rounded();
        let cpu = Cpu::detect();
        let (loss, gradients) = problem.gradients(cpu, 1.0);
        assert!(loss.is_finite() && gradients.iter().flatten().all(|x| x.is_finite()));
        for (place, labels) in problem.marginals(cpu).chunks_exact(7).enumerate() {
            let (step, row) = (place / 3, place % 3);
            let expected = if step < problem.lengths[row] {
                1.0
            } else {
                0.0
            };
            assert!((labels.iter().sum::<f32>() - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn threads_change_no_bit() {
    for scale in [1.0, 1e4] {
        let lengths: Vec<usize> = (0..9).map(|row| row * 7 % 41).collect();
        let problem = Problem::new(23, 41, &lengths, scale);
        let one = Cpu::detect().with_threads(1);
        let three = one.with_threads(3);
        assert_eq!(problem.row_losses(one), problem.row_losses(three));
        assert_eq!(problem.marginals(one), problem.marginals(three));
        assert_eq!(problem.paths(one), problem.paths(three));
        assert_eq!(problem.gradients(one, 1.0), problem.gradients(three, 1.0));
    }
}

#[test]
fn padding_changes_no_bit() {
    let problem = Problem::new(4, 6, &[6, 1, 0, 4, 3], 1.0);
    let mut filled = problem.clone();
    for step in 0..6 {
        for (row, &length) in problem.lengths.iter().enumerate() {
            if step >= length {
                let place = step * 5 + row;
                filled.operands[0][place * 4..][..4].fill(f64::NAN);
                filled.targets[place] = usize::MAX;
            }
        }
    }
    let cpu = Cpu::detect();
    assert_eq!(problem.row_losses(cpu), filled.row_losses(cpu));
    assert_eq!(problem.marginals(cpu), filled.marginals(cpu));
    assert_eq!(problem.paths(cpu), filled.paths(cpu));
    assert_eq!(problem.gradients(cpu, 1.0), filled.gradients(cpu, 1.0));
}

#[test]
fn empty_batches_and_sequences_work() {
    for (time, lengths) in [(0, &[0, 0][..]), (2, &[0, 0]), (2, &[])] {
        let problem = Problem::new(3, time, lengths, 1.0);
        let cpu = Cpu::detect();
        assert_eq!(problem.row_losses(cpu), vec![0.0; lengths.len()]);
        let (loss, gradients) = problem.gradients(cpu, 1.0);
        assert!(loss == 0.0 && gradients.iter().flatten().all(|&x| x == 0.0));
        assert!(problem.marginals(cpu).iter().all(|&p| p == 0.0));
        assert_eq!(problem.paths(cpu).scores, vec![0.0; lengths.len()]);
    }
}

#[test]
fn nan_is_not_hidden() {
    let mut problem = Problem::new(3, 4, &[4, 4], 1.0);
    problem.operands[0][3 * 2 + 1] = f64::NAN;
    let losses = problem.row_losses(Cpu::detect());
    assert!(losses[0].is_nan() && losses[1].is_finite());
    let (loss, gradients) = problem.gradients(Cpu::detect(), 1.0);
    assert!(loss.is_nan() && gradients[0][0].is_nan() && gradients[1][0].is_nan());
    assert!(gradients[0][3..6].iter().all(|x| x.is_finite()));
}

#[test]
fn wrong_sizes_are_refused() {
    let spoilers: [fn(&mut Problem<f64>); 8] = [
        |p| p.operands[0].truncate(2),
        |p| p.operands[1].truncate(2),
        |p| p.operands[2].truncate(2),
        |p| p.operands[3].truncate(2),
        |p| p.targets.truncate(5),
        |p| p.lengths.truncate(1),
        |p| p.lengths[0] = 4,
        |p| p.targets[2] = 3,
    ];
    for (number, spoil) in spoilers.iter().enumerate() {
        let mut problem = Problem::new(3, 3, &[3, 2], 1.0);
        spoil(&mut problem);
        let refused = std::panic::catch_unwind(|| problem.gradients(Cpu::detect(), 1.0));
        assert!(refused.is_err(), "{number}");
    }
    let mut problem = Problem::new(1, 0, &[], 1.0);
    problem.operands = Default::default();
    let refused = std::panic::catch_unwind(|| problem.paths(Cpu::detect()));
    assert!(refused.is_err(), "no label");
}

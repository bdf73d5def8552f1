//! The descent against the gap of duality, which is 0 at the minimum alone, and against the minimum's own conditions.

use super::*;
use crate::testing::{examples, rows};

const LOSSES: [Loss; 3] = [Loss::Hinge, Loss::SquaredHinge, Loss::Logistic];

fn config(loss: Loss, cost: f64) -> DualConfig {
    DualConfig {
        loss,
        cost,
        tolerance: 1e-6,
        most_rounds: 100_000,
        ..DualConfig::default()
    }
}

/// `x ln x`
fn entropy(x: f64) -> f64 {
    if x > 0.0 { x * x.ln() } else { 0.0 }
}

/// The primal objective at `w` and the dual one at `α`.
fn objectives(problem: &Problem, solution: &Solution, config: &DualConfig) -> (f64, f64) {
    let w = &solution.weights;
    let norm = 0.5 * w.iter().map(|w| w * w).sum::<f64>();
    let loss = |z: f64| match config.loss {
        Loss::Hinge => (1.0 - z).max(0.0),
        Loss::SquaredHinge => (1.0 - z).max(0.0).powi(2),
        Loss::Logistic => (-z).exp().ln_1p(),
    };
    let losses: f64 = (0..problem.signs.len())
        .map(|i| problem.costs[i] * loss(problem.margin(w, i)))
        .sum();
    let own = |alpha: f64, cost: f64| match config.loss {
        Loss::Hinge => alpha,
        Loss::SquaredHinge => alpha - alpha * alpha / (4.0 * cost),
        Loss::Logistic => entropy(cost) - entropy(alpha) - entropy(cost - alpha),
    };
    let alphas = solution.alpha.iter().zip(problem.costs);
    let dual: f64 = alphas.map(|(&alpha, &cost)| own(alpha, cost)).sum();
    (norm + losses, dual - norm)
}

#[test]
fn the_gap_of_duality_closes() {
    let (rows, labels) = examples(1, 300, 40, 2);
    let signs: Vec<f64> = labels
        .iter()
        .map(|&label| label as f64 * 2.0 - 1.0)
        .collect();
    for loss in LOSSES {
        for cost in [0.01, 1.0, 10.0] {
            let config = config(loss, cost);
            // The examples of one class cost more.
            let costs: Vec<f64> = signs.iter().map(|y| cost * (1.5 + 0.5 * y)).collect();
            let solution = config.solve(&rows, &signs, &costs);
            assert!(solution.converged, "{loss:?} with {cost}");
            let problem = Problem {
                rows: &rows,
                signs: &signs,
                costs: &costs,
                bias: config.bias,
            };
            let (primal, dual) = objectives(&problem, &solution, &config);
            let gap = (primal - dual) / primal;
            assert!(
                (0.0..1e-4).contains(&(gap + 1e-9)),
                "{loss:?} with {cost}: {gap}"
            );
        }
    }
}

#[test]
fn the_weights_are_the_sum_of_the_examples() {
    let (rows, labels) = examples(2, 100, 20, 2);
    let signs: Vec<f64> = labels
        .iter()
        .map(|&label| label as f64 * 2.0 - 1.0)
        .collect();
    for loss in LOSSES {
        let config = config(loss, 1.0);
        let costs = vec![1.0; 100];
        let solution = config.solve(&rows, &signs, &costs);
        let problem = Problem {
            rows: &rows,
            signs: &signs,
            costs: &costs,
            bias: config.bias,
        };
        let mut sum = vec![0.0; 21];
        for (i, alpha) in solution.alpha.iter().enumerate() {
            problem.add(&mut sum, i, *alpha);
        }
        for (found, expected) in solution.weights.iter().zip(sum) {
            assert!(
                (found - expected).abs() < 1e-9,
                "{loss:?}: {found} for {expected}"
            );
        }
    }
}

#[test]
fn logistic_regression_tells_probabilities() {
    // One feature that is there in 3 of 4 positive and 1 of 4 negative rows; hardly any cost of weights.
    let dense = [[1.0], [1.0], [1.0], [0.0], [1.0], [0.0], [0.0], [0.0]].map(|row: [f32; 1]| row);
    let labels = [1, 1, 1, 1, 0, 0, 0, 0];
    let found = train(&rows(&dense), &labels, 2, config(Loss::Logistic, 1e3)).unwrap();
    let p = |value: f32| found.model.softmax(rows(&[[value]]).row(0))[1];
    // The likeliest probabilities are the shares.
    assert!((p(1.0) - 0.75).abs() < 1e-3, "{}", p(1.0));
    assert!((p(0.0) - 0.25).abs() < 1e-3, "{}", p(0.0));
}

#[test]
fn rare_classes_count_as_much_as_others_where_weights_are_balanced() {
    let (rows, labels) = examples(8, 400, 20, 2);
    // One in ten of class 1 is left.
    let mut kept = Rows::new(20);
    let mut kept_labels = Vec::new();
    for (n, (row, &label)) in rows.iter().zip(&labels).enumerate() {
        if label == 0 || n % 20 == 1 {
            let entries = row.indices.iter().copied().zip(row.values.iter().copied());
            kept.push(entries.collect());
            kept_labels.push(label);
        }
    }
    let (test, expected) = examples(9, 400, 20, 2);
    let recall = |class_weights| {
        let config = DualConfig {
            class_weights,
            ..config(Loss::Logistic, 0.1)
        };
        let model = train(&kept, &kept_labels, 2, config).unwrap().model;
        let rare = test.iter().zip(&expected).filter(|(_, label)| **label == 1);
        rare.filter(|(row, _)| model.predict(*row) == 1).count()
    };
    let (equal, balanced) = (recall(ClassWeights::Equal), recall(ClassWeights::Balanced));
    assert!(balanced > equal + 40, "{balanced} and {equal} of 200");
}

#[test]
fn classes_are_told_apart() {
    // Of 4 classes each is told from the others by 12 noisy features.
    for (classes, least) in [(2, 360), (4, 280)] {
        let (train_rows, labels) = examples(3, 600, 60, classes);
        let (test_rows, expected) = examples(4, 400, 60, classes);
        for loss in LOSSES {
            let found = train(&train_rows, &labels, classes, config(loss, 0.1)).unwrap();
            assert_eq!(found.model.classes(), classes);
            let right = (test_rows.iter().zip(&expected))
                .filter(|(row, label)| found.model.predict(*row) == **label)
                .count();
            assert!(right > least, "{classes} classes, {loss:?}: {right} of 400");
            // The same again, whatever the threads do.
            assert_eq!(
                train(&train_rows, &labels, classes, config(loss, 0.1)).unwrap(),
                found
            );
        }
    }
}

#[test]
fn rows_without_features_and_rounds_that_end_do_no_harm() {
    let dense = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    for loss in LOSSES {
        let without_bias = DualConfig {
            bias: 0.0,
            ..config(loss, 1.0)
        };
        let found = train(&rows(&dense), &[0, 0, 1], 2, without_bias).unwrap();
        assert_eq!(found.model.predict(rows(&[[0.0, 1.0]]).row(0)), 1);
        assert_eq!(found.model.bias, [0.0, 0.0]);
        assert!(found.model.weights.iter().all(|w| w.is_finite()));
        let short = DualConfig {
            most_rounds: 1,
            ..config(loss, 1.0)
        };
        let found = train(&rows(&dense), &[0, 0, 1], 2, short).unwrap();
        assert_eq!((found.rounds, found.converged), (1, false));
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let rows = rows(&[[1.0], [0.0]]);
    let error = |config: DualConfig| {
        let found = train(&rows, &[0, 1], 2, config);
        found.unwrap_err().to_string()
    };
    let fine = DualConfig::default();
    assert!(
        error(DualConfig { cost: 0.0, ..fine })
            .contains("cost: expected a number from 1e-10 to 1e10")
    );
    assert!(
        error(DualConfig {
            tolerance: f64::NAN,
            ..fine
        })
        .contains("tolerance")
    );
    assert!(error(DualConfig { bias: -1.0, ..fine }).contains("bias"));
}

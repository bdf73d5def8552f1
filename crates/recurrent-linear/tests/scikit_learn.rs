//! Classifiers against those of scikit-learn, whose support vector machines and logistic regression are LIBLINEAR's.
//!
//! Like is compared with like. LIBLINEAR's intercept is the weight of a feature that all rows have, and counts in `w·w` as
//! all other weights do, which is what `DualConfig::bias` is; so both minimise the same strictly convex function and the
//! weights are equal, not only the decisions. A classifier of two classes has opposite scores, whose difference is
//! LIBLINEAR's decision. Balanced weights of more classes are those of examples, as `fixtures/make_fixtures.py` says.
//!
//! | quantity | tolerance | reason |
//! | --- | --- | --- |
//! | objective | 1e-8, relative | it is flat around the minimum |
//! | weights, intercepts, decisions | 1e-5, absolute | both end a little before the minimum: decisions, which reach ±11, differ by 1e-6 |
//! | log-likelihoods of naive Bayes | 1e-12, absolute | the same sums of logarithms in 64 bits |

use recurrent_linear::dual::{ClassWeights, DualConfig, Loss, train};
use recurrent_linear::{Linear, Rows, bayes};
use serde::Deserialize;

#[derive(Deserialize)]
struct Problem {
    name: String,
    classes: usize,
    features: usize,
    train: Vec<Vec<(u32, f32)>>,
    labels: Vec<usize>,
    test: Vec<Vec<(u32, f32)>>,
    linear: Vec<Machine>,
    bayes: Vec<Bayes>,
}

#[derive(Deserialize)]
struct Machine {
    loss: Loss,
    cost: f64,
    bias: f64,
    balanced: bool,
    weights: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
    objectives: Vec<f64>,
    decisions: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Bayes {
    kind: String,
    alpha: f64,
    scores: Vec<Vec<f64>>,
}

fn problems() -> Vec<Problem> {
    serde_json::from_str(include_str!("fixtures/classifiers.json")).unwrap()
}

fn rows(features: usize, entries: &[Vec<(u32, f32)>]) -> Rows {
    let mut rows = Rows::new(features);
    entries.iter().for_each(|row| rows.push(row.clone()));
    rows
}

/// The weights and intercepts of each class against the others; of class 1 against 0 where there are two.
fn machines(model: &Linear) -> Vec<(Vec<f64>, f64)> {
    let weights = model.weights.chunks_exact(model.features());
    let all: Vec<(Vec<f64>, f64)> = (weights.zip(&model.bias))
        .map(|(weights, &bias)| (weights.to_vec(), bias))
        .collect();
    match &all[..] {
        [(zero, zero_bias), (one, one_bias)] => {
            let weights = one.iter().zip(zero).map(|(one, zero)| one - zero);
            vec![(weights.collect(), one_bias - zero_bias)]
        }
        _ => all,
    }
}

/// `½ w·w + Σ C_i loss_i` of class `positive` against the others, with the weight of the bias in `w`.
fn objective(
    problem: &Problem,
    machine: &Machine,
    positive: usize,
    (weights, intercept): &(Vec<f64>, f64),
) -> f64 {
    let of_bias = match machine.bias {
        0.0 => 0.0,
        bias => intercept / bias,
    };
    let square: f64 = weights.iter().map(|w| w * w).sum::<f64>() + of_bias * of_bias;
    let own = |class: usize| problem.labels.iter().filter(|&&it| it == class).count();
    let rows = rows(problem.features, &problem.train);
    let losses = rows.iter().zip(&problem.labels).map(|(row, &label)| {
        let sign = if label == positive { 1.0 } else { -1.0 };
        let margin = sign * (row.dot(weights) + intercept);
        let weight = match machine.balanced {
            true => rows.len() as f64 / (problem.classes * own(label)) as f64,
            false => 1.0,
        };
        weight
            * match machine.loss {
                Loss::Hinge => (1.0 - margin).max(0.0),
                Loss::SquaredHinge => (1.0 - margin).max(0.0).powi(2),
                Loss::Logistic => (-margin).exp().ln_1p(),
            }
    });
    0.5 * square + machine.cost * losses.sum::<f64>()
}

#[test]
fn machines_are_those_of_liblinear() {
    let close = |found: f64, expected: f64| (found - expected).abs() < 1e-5;
    for problem in problems() {
        let train_rows = rows(problem.features, &problem.train);
        let test_rows = rows(problem.features, &problem.test);
        for machine in &problem.linear {
            let config = DualConfig {
                loss: machine.loss,
                cost: machine.cost,
                class_weights: match machine.balanced {
                    true => ClassWeights::Balanced,
                    false => ClassWeights::Equal,
                },
                bias: machine.bias,
                tolerance: 1e-8,
                most_rounds: 1_000_000,
                seed: 1,
            };
            let name = format!("{}, {config:?}", problem.name);
            let fitted = train(&train_rows, &problem.labels, problem.classes, config).unwrap();
            assert!(fitted.converged, "{name}");
            let found = machines(&fitted.model);
            assert_eq!(found.len(), machine.weights.len(), "{name}");
            for (at, found) in found.iter().enumerate() {
                let positive = if problem.classes == 2 { 1 } else { at };
                let expected = (machine.weights[at].clone(), machine.intercepts[at]);
                let theirs = objective(&problem, machine, positive, &expected);
                let stated = machine.objectives[at];
                assert!((theirs / stated - 1.0).abs() < 1e-12, "{name}");
                let ours = objective(&problem, machine, positive, found);
                assert!(
                    (ours / stated - 1.0).abs() < 1e-8,
                    "{name}: {ours} for {stated}"
                );
                for (found, expected) in found.0.iter().zip(&expected.0) {
                    assert!(close(*found, *expected), "{name}: {found} for {expected}");
                }
                let (found, expected) = (found.1, expected.1);
                assert!(
                    close(found, expected),
                    "{name}: intercept {found} for {expected}"
                );
            }
            for (row, expected) in test_rows.iter().zip(&machine.decisions) {
                let scores = fitted.model.scores(row);
                let found = match scores[..] {
                    [zero, one] => vec![one - zero],
                    _ => scores,
                };
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(expected) {
                    assert!(close(*found, *expected), "{name}: {found} for {expected}");
                }
            }
        }
    }
}

#[test]
fn naive_bayes_is_that_of_scikit_learn() {
    for problem in problems() {
        let train_rows = rows(problem.features, &problem.train);
        let test_rows = rows(problem.features, &problem.test);
        let (labels, classes) = (&problem.labels, problem.classes);
        for Bayes {
            kind,
            alpha,
            scores,
        } in &problem.bayes
        {
            let binary = kind == "bernoulli";
            let (model, test_rows) = match binary {
                true => {
                    let model =
                        bayes::bernoulli(&train_rows.clone().binary(), labels, classes, *alpha);
                    (model, test_rows.clone().binary())
                }
                false => {
                    let model = bayes::multinomial(&train_rows, labels, classes, *alpha);
                    (model, test_rows.clone())
                }
            };
            let model = model.unwrap();
            for (row, expected) in test_rows.iter().zip(scores) {
                for (found, expected) in model.scores(row).iter().zip(expected) {
                    let name = &problem.name;
                    assert!(
                        (found - expected).abs() < 1e-12,
                        "{name}, {kind}: {found} for {expected}"
                    );
                }
            }
        }
    }
}

//! Logistic regression: `0 < α_i < C_i`, which is `C` here.
//!
//! ```text
//! min_α  ½ w·w + Σ_i α_i ln α_i + (C - α_i) ln(C - α_i)
//! ```
//!
//! A step minimises `g(z) = ½ a (z - α_i)² + b (z - α_i) + z ln z + (C - z) ln(C - z)` over `z`, with `a = x_i·x_i` and
//! `b = y_i w·x_i`, by Newton's method. It is done for the smaller of `z` and `C - z`, whose logarithm is the steeper one.

use super::{DualConfig, Order, Problem, Solution};

/// Where `α` begins, relative to `C`.
const START: f64 = 1e-3;
/// Where `α` begins at most, whatever `C` is.
const MOST_START: f64 = 1e-8;
/// Newton steps for one example, at most.
const NEWTON_STEPS: usize = 100;
/// What is left of `z` where a Newton step would leave its range.
const SHRINK: f64 = 0.1;

pub(super) fn solve(problem: &Problem, config: &DualConfig) -> Solution {
    let count = problem.signs.len();
    let mut weights = vec![0.0; problem.rows.features() + 1];
    // C - α stands beside α, as it may be too small to be told from their difference.
    let starts = problem.costs.iter().map(|cost| {
        let start = (START * cost).min(MOST_START);
        [start, cost - start]
    });
    let mut alpha: Vec<[f64; 2]> = starts.collect();
    for (i, [start, _]) in alpha.iter().enumerate() {
        problem.add(&mut weights, i, *start);
    }
    let squares: Vec<f64> = (0..count).map(|i| problem.square(i)).collect();
    let mut order = Order::new(count, config.seed);
    let least_inner = config.tolerance.min(1e-8);
    let mut inner = 1e-2;
    let (mut rounds, mut converged) = (0, false);
    while rounds < config.most_rounds {
        rounds += 1;
        order.shuffle(count);
        let (mut steepest, mut steps) = (0f64, 0);
        for &i in &order.indices {
            let (margin, cost) = (problem.margin(&weights, i), problem.costs[i]);
            let a = squares[i];
            let [own, rest] = alpha[i];
            // The minimum is on the side of the smaller one.
            let side = usize::from(0.5 * a * (rest - own) + margin < 0.0);
            let sign = if side == 0 { 1.0 } else { -1.0 };
            let before = alpha[i][side];
            let slope = |z: f64| a * (z - before) + sign * margin + (z / (cost - z)).ln();
            let mut z = before;
            if cost - z < 0.5 * cost {
                z *= SHRINK;
            }
            let mut found = slope(z);
            steepest = steepest.max(found.abs());
            let mut taken = 0;
            while found.abs() >= inner && taken < NEWTON_STEPS {
                let curvature = a + cost / ((cost - z) * z);
                let next = z - found / curvature;
                z = if next > 0.0 && next < cost {
                    next
                } else {
                    z * SHRINK
                };
                found = slope(z);
                taken += 1;
            }
            steps += taken;
            if taken > 0 {
                alpha[i][side] = z;
                alpha[i][1 - side] = cost - z;
                problem.add(&mut weights, i, sign * (z - before));
            }
        }
        if steepest < config.tolerance {
            converged = true;
            break;
        }
        if steps <= count / 10 {
            inner = (SHRINK * inner).max(least_inner);
        }
    }
    Solution {
        weights,
        alpha: alpha.into_iter().map(|[own, _]| own).collect(),
        rounds,
        converged,
    }
}

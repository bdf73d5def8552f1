//! The hinge losses: `0 <= α_i <= U_i` and `D_i` on the diagonal.
//!
//! ```text
//! min_α  ½ w·w + ½ Σ D_i α_i² - Σ α_i        hinge: U = C, D = 0        squared: U = ∞, D = 1 / 2C
//! ```

use super::{DualConfig, Loss, Order, Problem, Solution};

/// A slope of less is none.
const FLAT: f64 = 1e-12;

pub(super) fn solve(problem: &Problem, config: &DualConfig) -> Solution {
    let bounds = |i: usize| match config.loss {
        Loss::Hinge => (problem.costs[i], 0.0),
        _ => (f64::INFINITY, 0.5 / problem.costs[i]),
    };
    let count = problem.signs.len();
    let mut weights = vec![0.0; problem.rows.features() + 1];
    let mut alpha = vec![0.0; count];
    let squares: Vec<f64> = (0..count)
        .map(|i| problem.square(i) + bounds(i).1)
        .collect();
    let mut order = Order::new(count, config.seed);
    // Of the last round, between which slopes an example at its bound stays there.
    let mut last = [f64::NEG_INFINITY, f64::INFINITY];
    let (mut active, mut rounds, mut converged) = (count, 0, false);
    while rounds < config.most_rounds {
        rounds += 1;
        order.shuffle(active);
        let [mut least, mut greatest] = [f64::INFINITY, f64::NEG_INFINITY];
        let mut at = 0;
        while at < active {
            let i = order.indices[at];
            let (most, diagonal) = bounds(i);
            let slope = problem.margin(&weights, i) - 1.0 + diagonal * alpha[i];
            let (at_least, at_most) = (alpha[i] == 0.0, alpha[i] == most);
            // The slope along which a step is possible.
            let projected = match (at_least, at_most) {
                (true, _) => slope.min(0.0),
                (_, true) => slope.max(0.0),
                _ => slope,
            };
            if (at_least && slope > last[1]) || (at_most && slope < last[0]) {
                active -= 1;
                order.indices.swap(at, active);
                continue;
            }
            at += 1;
            least = least.min(projected);
            greatest = greatest.max(projected);
            // An example without features has no say.
            if projected.abs() > FLAT && squares[i] > 0.0 {
                let next = (alpha[i] - slope / squares[i]).clamp(0.0, most);
                problem.add(&mut weights, i, next - alpha[i]);
                alpha[i] = next;
            }
        }
        if greatest - least <= config.tolerance || active == 0 {
            if active == count {
                converged = true;
                break;
            }
            // Those that were put aside are looked at again.
            active = count;
            last = [f64::NEG_INFINITY, f64::INFINITY];
            continue;
        }
        let below = if least < 0.0 {
            least
        } else {
            f64::NEG_INFINITY
        };
        let above = if greatest > 0.0 {
            greatest
        } else {
            f64::INFINITY
        };
        last = [below, above];
    }
    Solution {
        weights,
        alpha,
        rounds,
        converged,
    }
}

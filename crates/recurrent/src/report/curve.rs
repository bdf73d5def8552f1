//! From metric lines to the points of a plot.
//!
//! A curve is a list of `(step, value)` with rising steps; values that are not finite, or beyond what can be laid out,
//! are left out. Where a step was recorded more than once,
//! as after a resume from an earlier checkpoint, the later line counts.

use std::collections::BTreeMap;

use crate::metrics::MetricLine;

/// The most points of a curve that are drawn.
pub(super) const MOST_POINTS: usize = 1000;

/// The largest size of a value that is drawn: far above any `f32`, with room for sums and differences in `f64`.
const LARGEST: f64 = 1e100;

/// `(step, value)` with rising steps, all finite.
pub(super) type Points = Vec<(f64, f64)>;

/// The drawable values that `value` finds, by step.
pub(super) fn curve(metrics: &[MetricLine], value: impl Fn(&MetricLine) -> Option<f64>) -> Points {
    let by_step: BTreeMap<u64, f64> = metrics
        .iter()
        .filter_map(|line| Some((line.step(), value(line)?)))
        .collect();
    let points = by_step.into_iter().map(|(step, y)| (step as f64, y));
    points.filter(|(_, y)| is_drawable(*y)).collect()
}

/// Whether a value is finite and small enough to be laid out.
pub(super) fn is_drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// The mean over a window of about a twenty-fifth of the curve, centred, so that it does not lag. At the start, where
/// curves are steep, the window narrows to stay centred; at the end it only loses its later half. Long curves are
/// averaged in [`MOST_POINTS`] runs first.
pub(super) fn smoothed(points: &[(f64, f64)]) -> Points {
    let runs = points.len().min(MOST_POINTS);
    let run = |index: usize| {
        mean(&points[index * points.len() / runs..(index + 1) * points.len() / runs])
    };
    let points: Points = (0..runs).map(run).collect();
    let widest = points.len() / 50;
    let window = |index: usize| {
        let half = widest.min(index);
        let end = points.len().min(index + half + 1);
        (points[index].0, mean(&points[index - half..end]).1)
    };
    (0..points.len()).map(window).collect()
}

/// The mean step and the mean value.
fn mean(points: &[(f64, f64)]) -> (f64, f64) {
    let count = points.len() as f64;
    let sum = (points.iter()).fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
    (sum.0 / count, sum.1 / count)
}

/// At most `most` of the points, 4 or more: the first, the last, and the lowest and highest of each of equal runs
/// between them, so that no peak is lost.
pub(super) fn decimated(points: &[(f64, f64)], most: usize) -> Points {
    if points.len() <= most {
        return points.to_vec();
    }
    let inner = &points[1..points.len() - 1];
    let runs = most / 2 - 1;
    let mut kept = vec![points[0]];
    for run in 0..runs {
        let start = run * inner.len() / runs;
        let end = (run + 1) * inner.len() / runs;
        let by_value = |&a: &usize, &b: &usize| inner[a].1.total_cmp(&inner[b].1);
        let lowest = (start..end).min_by(by_value).unwrap_or(start);
        let highest = (start..end).max_by(by_value).unwrap_or(start);
        kept.push(inner[lowest.min(highest)]);
        if lowest != highest {
            kept.push(inner[lowest.max(highest)]);
        }
    }
    kept.push(points[points.len() - 1]);
    kept
}

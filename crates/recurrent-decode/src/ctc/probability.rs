//! The probability of a labelling: the forward variables of Graves et al. 2006, section 4.1, in double precision.
//!
//! Over the labelling with blanks around every label, `l'` `[2U + 1]`,
//!
//! ```text
//! α_t(s) = y_t(l'_s) (α_{t-1}(s) + α_{t-1}(s-1) + α_{t-1}(s-2))        the last only between different labels
//! ```

use super::Emissions;
use crate::DecodeError;
use crate::log_add::log_add_exact;

/// `ln p(l)` of the labelling `labels` `[U]`: the sum over all of its paths. `-inf` where no path has it; 0 for no labels
/// in no frames.
///
/// # Errors
/// Where a label is not below `V` or is the blank.
pub fn log_probability(emissions: Emissions, labels: &[u32]) -> Result<f64, DecodeError> {
    emissions.check_labels(labels)?;
    let extended = extended(labels, emissions.blank());
    let none = f64::NEG_INFINITY;
    let mut alpha = vec![none; extended.len()]; // [2U + 1]
    // As if a blank came before the first frame.
    alpha[0] = 0.0;
    for row in emissions.rows() {
        for s in (0..extended.len()).rev() {
            let mut sum = alpha[s];
            if s > 0 {
                sum = log_add_exact(sum, alpha[s - 1]);
            }
            if skips(&extended, s) {
                sum = log_add_exact(sum, alpha[s - 2]);
            }
            alpha[s] = sum + f64::from(row[extended[s] as usize]);
        }
    }
    let last = alpha.len() - 1;
    match last {
        0 => Ok(alpha[0]),
        _ => Ok(log_add_exact(alpha[last], alpha[last - 1])),
    }
}

/// The labels with a blank before, between and after them. `[2U + 1]`
pub(super) fn extended(labels: &[u32], blank: usize) -> Vec<u32> {
    let mut extended = vec![blank as u32; 2 * labels.len() + 1];
    for (place, &label) in extended.iter_mut().skip(1).step_by(2).zip(labels) {
        *place = label;
    }
    extended
}

/// Whether a path may come to `s` from `s - 2`, without the blank between.
pub(super) fn skips(extended: &[u32], s: usize) -> bool {
    s > 2 && s % 2 == 1 && extended[s] != extended[s - 2]
}

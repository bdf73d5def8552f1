//! What n-grams cost: bytes against the order, and the share of a new text's that were never seen.

use crate::report::{Bars, grouped};

/// The n-grams of one order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderCost {
    /// Their length.
    pub order: usize,
    /// How many the model has.
    pub ngrams: u64,
    /// Bytes of those of this order and all below.
    pub bytes: u64,
    /// The share of a text's n-grams that the model has never seen.
    pub unseen_share: f64,
}

impl OrderCost {
    /// As a row of results.
    pub(in crate::language_model) fn row(&self, split: &str) -> (String, String) {
        let name = format!(
            "order {}: {split} n-grams unseen, bytes to here",
            self.order
        );
        let (share, bytes) = (100.0 * self.unseen_share, grouped(self.bytes));
        (name, format!("{share:.1} %, {bytes}"))
    }
}

/// Figures of the costs.
pub(in crate::language_model) fn figures(costs: &[OrderCost], split: &str) -> Vec<Bars> {
    let name = |cost: &OrderCost| format!("order {}", cost.order);
    let unseen = costs.iter().map(|cost| {
        let percent = 100.0 * cost.unseen_share;
        (name(cost), percent, format!("{percent:.1} %"))
    });
    let bytes = costs.iter().map(|cost| {
        let megabytes = cost.bytes as f64 / 1e6;
        (name(cost), megabytes, format!("{megabytes:.1}"))
    });
    vec![
        Bars {
            title: format!("N-grams of the {split} split never seen"),
            rows: unseen.collect(),
        },
        Bars {
            title: "Megabytes of the orders up to this one".to_string(),
            rows: bytes.collect(),
        },
    ]
}

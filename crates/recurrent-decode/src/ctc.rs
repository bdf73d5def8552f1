//! Connectionist temporal classification (Graves, Fernández, Gomez and Schmidhuber, 2006): from the probabilities of each
//! frame to labels.
//!
//! A network gives `ln y_t(k)` `[T, V]`, natural logarithms, for each frame `t` and symbol `k`. One symbol, the blank, is
//! no label. A path `π` `[T]` is a symbol a frame, and stands for the labelling `B(π)`: repeats are one, and blanks none.
//!
//! ```text
//! p(π) = Π_t y_t(π_t)        p(l) = Σ p(π)  over all paths with B(π) = l
//! ```
//!
//! | item | what it gives |
//! | --- | --- |
//! | [`collapse`] | `B(π)` |
//! | [`log_probability`] | `ln p(l)` |
//! | [`best_path`] | `B(π)` of the most probable path |
//! | [`prefix_search`] | the most probable labelling, exactly |
//! | [`beam_search`], [`BeamSearch`] | probable labellings, of whole sequences or of streams, led by a [`Guide`](crate::Guide) |
//! | [`align`] | the most probable path of a labelling |
//!
//! The probabilities of a frame need not sum to one.

mod align;
mod beam;
mod best_path;
mod emissions;
mod prefix_search;
mod probability;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use align::{AlignedLabel, Alignment, align};
pub use beam::{BeamOptions, BeamSearch, beam_search};
pub use best_path::{BestPath, best_path};
pub use emissions::Emissions;
pub use prefix_search::{PrefixSearchOptions, PrefixSearchResult, prefix_search};
pub use probability::log_probability;

/// The labelling `B(π)` of a path `[T]`: equal neighbours become one, then blanks are removed.
///
/// ```
/// use recurrent_decode::ctc::collapse;
///
/// assert_eq!(collapse(&[0, 3, 3, 0, 3, 5, 0, 0], 0), [3, 3, 5]);
/// ```
pub fn collapse(path: &[u32], blank: u32) -> Vec<u32> {
    let mut before = blank;
    let mut labels = Vec::new();
    for &symbol in path {
        if symbol != before && symbol != blank {
            labels.push(symbol);
        }
        before = symbol;
    }
    labels
}

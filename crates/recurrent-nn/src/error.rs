//! What can go wrong with values that come from outside.

/// An error of this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value that no parameter of the model takes.
    #[error("parameter `{name}` is not one of the model")]
    UnknownParameter {
        /// Its name.
        name: String,
    },
    /// A parameter of the model without a value.
    #[error("parameter `{name}` is missing")]
    MissingParameter {
        /// Its name.
        name: String,
    },
    /// A value of another shape than its parameter.
    #[error("parameter `{name}` has shape {found:?}, expected {expected:?}")]
    ParameterShape {
        /// The parameter's name.
        name: String,
        /// Shape of the parameter.
        expected: Vec<usize>,
        /// Shape of the value.
        found: Vec<usize>,
    },
    /// An optimizer that has made steps, without what it remembers of them.
    #[error("the state of the optimizer is missing")]
    MissingState,
    /// What an optimizer remembers, of another shape than it needs.
    #[error("optimizer state of `{name}` has shape {found:?}, expected {expected:?}")]
    StateShape {
        /// The parameter's name.
        name: String,
        /// `[K, N]`.
        expected: Vec<usize>,
        /// Shape of the state.
        found: Vec<usize>,
    },
    /// A gradient that is infinite or not a number.
    #[error("the norm of the gradient is {norm}")]
    NotFinite {
        /// The norm of all gradients.
        norm: f64,
    },
}

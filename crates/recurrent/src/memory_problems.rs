//! Problems of long memory that are generated: what a network must keep over many steps, and nothing else.
//!
//! ```text
//! adding  (x_0, m_0) .. (x_T-1, m_T-1)                 -> the sum of the two numbers x that are marked by m
//! copy    10 symbols, T - 1 blanks, a mark, 10 blanks  -> T + 10 blanks, the 10 symbols
//! ```
//!
//! Both go back to Hochreiter and Schmidhuber (1997, *Long short-term memory*). The adding problem is in the form of Le,
//! Jaitly and Hinton (2015), the copy problem in that of Arjovsky, Shah and Bengio (2016).
//!
//! | module | what it holds |
//! | --- | --- |
//! | `config` | the recipe |
//! | `data` | the examples, each a function of seed, split and number |
//! | `model` | a recurrent stack with a linear output |
//! | `learner`, `train` | from recipe to run directory |
//! | `predict`, `results` | from run directory to how good the answers are |

mod config;
mod data;
mod learner;
mod model;
mod predict;
mod results;
mod train;

pub use config::{MemoryConfig, MemoryDataConfig, MemoryModelConfig, Problem};
pub use data::{CopyExample, SumExample};
pub use model::MemoryNetwork;
pub use predict::MemoryModel;
pub use results::Measures;
pub use train::{Results, train};

//! Parts that the networks of several tasks have in common.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `encoder` | what reads a whole sequence: embedding, and a recurrent or convolutional body |
//! | `front` | convolutions over steps and features before it |
//! | `head` | what makes one vector of the states of a sequence, and scores of that vector |
//! | `layers` | layers as they are listed |
//! | `check` | ranges of settings |

pub(crate) mod check;
mod encoder;
mod front;
mod head;
mod layers;

pub(crate) use encoder::EncoderParts;
pub use encoder::{
    ConvolutionalConfig, EmbeddingSettings, Encoder, EncoderConfig, Input, RecurrentEncoderConfig,
};
pub(crate) use front::FrontParts;
pub use front::{Front, FrontBlockConfig};
pub(crate) use head::HeadShape;
pub use head::{Activation, Head, HeadConfig};
pub(crate) use layers::{LayerOf, rows};

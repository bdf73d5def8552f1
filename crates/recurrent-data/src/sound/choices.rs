//! The choices of which the features of sound are made.

use serde::{Deserialize, Serialize};

/// What the features of a step are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureKind {
    /// The logarithms of the powers of the mel filters.
    #[default]
    LogMel,
    /// The first coefficients of their cosine transform: mel frequency cepstral coefficients.
    Mfcc,
}

/// Which frequencies are equally far apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MelScale {
    /// `mel = 2595 log10(1 + f / 700)` (O'Shaughnessy 1987, *Speech Communication*), as in HTK and Kaldi, and in torchaudio
    /// unless told otherwise.
    #[default]
    Htk,
    /// Linear below 1 kHz and logarithmic above (Slaney 1998, *Auditory Toolbox*), as in librosa unless told otherwise.
    Slaney,
}

/// How the mel filters are weighted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MelNorm {
    /// Each has the height 1, as in torchaudio unless told otherwise.
    #[default]
    Height,
    /// Each has the area 1, as in Slaney's toolbox, and in librosa unless told otherwise.
    Area,
}

/// What is beyond the ends of the sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// Nothing: a step is a window that lies within the sound, so that sound of `T` samples has
    /// `1 + floor((T - n_fft) / hop)` steps, and none if it is shorter than a window.
    #[default]
    None,
    /// Silence: step `t` has its middle at sample `t hop`, so that there are `1 + floor(T / hop)` steps, as in librosa
    /// unless told otherwise.
    Zeros,
    /// The sound backwards, without its last sample, as in torchaudio unless told otherwise. Steps are as in
    /// [`Padding::Zeros`], and sound needs more than `n_fft / 2` samples.
    Reflect,
}

/// What becomes of the powers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Logarithm {
    /// `ln max(power, floor)`
    #[default]
    Natural,
    /// `10 log10 max(power, floor)`
    Decibel,
}

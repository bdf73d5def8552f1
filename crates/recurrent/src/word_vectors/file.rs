//! Word vectors in a run directory or a file.

use crate::Error;
use crate::run::RunDirectory;
use crate::task::Config;
use crate::training::check;
use recurrent_data::{WordVectorFormat, WordVectors};
use std::path::Path;

/// The file of a run's vectors, in the binary form of word2vec.
pub const VECTORS: &str = "vectors.bin";

/// The vectors of a run directory, or of a file in a form of word2vec or GloVe, told from its content
/// where `format` does not say.
///
/// # Errors
/// Where there are none, or the file is malformed: with its line.
pub fn open(path: &Path, format: Option<WordVectorFormat>) -> Result<WordVectors, Error> {
    if !path.is_dir() {
        return Ok(WordVectors::read(path, format)?);
    }
    check(
        format.is_none(),
        "--format".to_string(),
        "nothing beside a run directory, which says its form",
        "one",
    )?;
    let run = RunDirectory::new(path);
    let config = run.config()?;
    let Config::WordVectors(_) = config else {
        return Err(Error::Run {
            path: path.to_path_buf(),
            message: format!(
                "expected word vectors, found a model of the task {}",
                config.task().name.as_str()
            ),
        });
    };
    let file = run.file(VECTORS);
    if !file.exists() {
        return Err(Error::Run {
            path: path.to_path_buf(),
            message: format!(
                "no {VECTORS} yet: the run has not come to its end; go on with `recurrent train \
                 --resume --out {}`",
                path.display()
            ),
        });
    }
    Ok(WordVectors::read(
        &file,
        Some(WordVectorFormat::Word2VecBinary),
    )?)
}

//! Word vectors on the command line: where they are, and how words near each other are shown.

use super::options::whole;
use super::{Failure, print};
use recurrent::data::{DataError, Neighbour, WordVectorFormat, WordVectors};
use recurrent::{Error, word_vectors};
use serde_json::json;
use std::path::PathBuf;

/// Where the vectors are, and how much is asked for.
#[derive(Debug, clap::Args)]
pub struct Source {
    /// Run directory of word vectors, or a file in a form of word2vec or GloVe
    vectors: PathBuf,
    /// Form of a file, where its content does not tell
    #[arg(long, value_name = "word2vec|word2vec-binary|glove", value_parser = format)]
    format: Option<WordVectorFormat>,
    /// Words to show
    #[arg(long, value_name = "N", value_parser = whole(1..=1_000_000), allow_negative_numbers = true, default_value = "10")]
    count: u64,
    /// Print a JSON object a line
    #[arg(long)]
    pub json: bool,
}

impl Source {
    pub fn open(&self) -> Result<WordVectors, Error> {
        word_vectors::open(&self.vectors, self.format)
    }

    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// What was found, or which words of the query are not there.
    pub fn found<T>(&self, found: Result<T, DataError>) -> Result<T, Error> {
        found.map_err(|error| Error::Text {
            place: self.vectors.display().to_string(),
            error,
        })
    }
}

/// The form of a file by its name.
pub fn format(text: &str) -> Result<WordVectorFormat, String> {
    match text {
        "word2vec" => Ok(WordVectorFormat::Word2VecText),
        "word2vec-binary" => Ok(WordVectorFormat::Word2VecBinary),
        "glove" => Ok(WordVectorFormat::GloVeText),
        _ => Err("expected word2vec, word2vec-binary or glove".to_string()),
    }
}

/// Prints words and their similarity, the most similar first.
pub fn show(query: &str, near: &[Neighbour], is_json: bool) -> Result<(), Failure> {
    if is_json {
        let near = near
            .iter()
            .map(|near| json!({"word": near.word, "similarity": near.similarity}));
        let object = json!({"query": query, "neighbours": near.collect::<Vec<_>>()});
        return print(&format!("{object}\n"));
    }
    let lines = near
        .iter()
        .map(|near| format!("  {:.4}  {}\n", near.similarity, near.word));
    print(&format!("{query}\n{}", lines.collect::<String>()))
}

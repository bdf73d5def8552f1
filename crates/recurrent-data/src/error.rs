//! What can be wrong with data: one variant a mistake, each naming the place, what was expected and what was found.

mod place;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use self::place::Place;
use crate::{TagError, io_problem};

/// An error of reading, encoding or cutting up data.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// The path names nothing.
    #[error("{}: does not exist", .path.display())]
    NotFound {
        /// The path that was given.
        path: PathBuf,
    },

    /// The operating system would not read a file or folder.
    #[error("{}: cannot be read: {}", .path.display(), io_problem(.error))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },

    /// The path names something that is not read, such as a device.
    #[error("{}: expected a file, a folder or a pipe, found a device or a socket", .path.display())]
    NoFile {
        /// The path that was given.
        path: PathBuf,
    },

    /// A file holds more than is read.
    #[error(
        "{}: expected at most {limit} bytes, found {}",
        .path.display(),
        .found.map_or("more after decompression".to_owned(), |found| found.to_string())
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes it may hold, after decompression.
        limit: u64,
        /// How many it holds, where that is known.
        found: Option<u64>,
    },

    /// A file starts as gzip and cannot be decompressed to its end.
    #[error("{}: expected whole gzip data and nothing else, found a fault after {offset} decompressed bytes: {}", .path.display(), io_problem(.error))]
    Gzip {
        /// The compressed file.
        path: PathBuf,
        /// How many bytes could be decompressed.
        offset: usize,
        /// What the decompressor said.
        error: io::Error,
    },

    /// A file is not text but of another known format.
    #[error("{}: expected plain text or gzip, found {found}", .path.display())]
    ForeignFormat {
        /// The file.
        path: PathBuf,
        /// The format, and what to do about it.
        found: &'static str,
    },

    /// A file holds nothing.
    #[error("{}: expected text, found an empty file", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },

    /// A file of records holds none.
    #[error("{}: expected records, found blank lines", .path.display())]
    NoRecords {
        /// The file.
        path: PathBuf,
    },

    /// A file is not UTF-8.
    #[error(
        "{}: expected UTF-8 text, found an invalid sequence at byte {offset}{}; convert it, or {advice}",
        .path.display(),
        if *.compressed { " of the decompressed data" } else { "" }
    )]
    InvalidUtf8 {
        /// The file.
        path: PathBuf,
        /// The offset of the first byte that is not UTF-8, counted from 0 after decompression.
        offset: usize,
        /// Whether the file was compressed.
        compressed: bool,
        /// What else may help.
        advice: &'static str,
    },

    /// A file of records needs to be told which column is which.
    #[error("{}: expected the name of the column that holds {holds} ({option}), found none; columns: {}", .path.display(), .columns.join(", "))]
    ColumnNeeded {
        /// The file.
        path: PathBuf,
        /// What the column holds.
        holds: &'static str,
        /// The option that names it.
        option: &'static str,
        /// The columns of its first record.
        columns: Vec<String>,
    },

    /// A record does not have the column.
    #[error("{}, line {line}: no column `{column}`; columns: {}", .path.display(), .columns.join(", "))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The line of the record, counted from 1.
        line: u64,
        /// The column that was asked for.
        column: String,
        /// The columns that are there.
        columns: Vec<String>,
    },

    /// A column was asked for in a file that has none.
    #[error("{}: plain text has no column `{column}`; records are read from .csv, .tsv, .jsonl and .ndjson files", .path.display())]
    UnexpectedColumn {
        /// The file.
        path: PathBuf,
        /// The column that was asked for.
        column: String,
    },

    /// A row of a table is malformed.
    #[error("{}, line {line}: {problem}", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The line of the row, counted from 1.
        line: u64,
        /// What was expected and what was found.
        problem: String,
    },

    /// A line of a JSON lines file is malformed.
    #[error("{}, line {line}: expected {expected}, found {found}", .path.display())]
    JsonLine {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },

    /// A folder does not hold the files of a data set.
    #[error("{}: {problem}; files there: {}", .path.display(), listed(.files))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
        /// The names of the files that are there, and of the folders, which end in `/`.
        files: Vec<String>,
    },

    /// A labelled text is malformed.
    #[error("{}, line {line}: {problem}", .path.display())]
    LabelledText {
        /// The file.
        path: PathBuf,
        /// The line of the text, counted from 1.
        line: u64,
        /// What was expected and what was found.
        problem: String,
    },

    /// Labelled texts are no data set.
    #[error("{}: {problem}", .path.display())]
    LabelledTexts {
        /// The file or folder.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },

    /// A line of a file of tagged sentences is malformed.
    #[error("{}, line {line}: {problem}", .path.display())]
    TaggedSentence {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What was expected and what was found.
        problem: String,
    },

    /// Tagged sentences are no data set.
    #[error("{}: {problem}", .path.display())]
    TaggedSentences {
        /// The file or folder.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },

    /// A value, a label or a header of a file of signals is malformed.
    #[error("{}, {place}: {problem}", .path.display())]
    Signal {
        /// The file.
        path: PathBuf,
        /// Where in the file, such as ``line 3, column `ax` `` or ``array `x`, [0, 3, 2]``.
        place: String,
        /// What was expected and what was found.
        problem: String,
    },

    /// Signals are no data set.
    #[error("{}: {problem}", .path.display())]
    Signals {
        /// The file or folder.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },

    /// A file of sound is not read.
    #[error("{}: {problem}", .path.display())]
    SoundFile {
        /// The file.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },

    /// Sound is not what it should be.
    #[error("sound: {problem}")]
    Sound {
        /// What was expected and what was found.
        problem: String,
    },

    /// A line of a manifest is malformed, or the file of sound that it names is not there.
    #[error("{}, line {line}: {problem}", .path.display())]
    Utterance {
        /// The manifest.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What was expected and what was found.
        problem: String,
    },

    /// Manifests are no data set.
    #[error("{}: {problem}", .path.display())]
    Manifest {
        /// The file or folder.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },

    /// Values have another number of channels than those they are to be treated like.
    #[error("expected {expected} channels, found {found}")]
    Channels {
        /// The number of channels there should be.
        expected: usize,
        /// The number of channels there are.
        found: usize,
    },

    /// Tags are not what they should be.
    #[error(transparent)]
    Tags(#[from] TagError),

    /// An option is out of its range.
    #[error("`{name}`: expected {expected}, found {found}")]
    Setting {
        /// The name of the option.
        name: &'static str,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },

    /// The fractions of the splits are not fractions of a whole.
    #[error(
        "`fractions`: expected three numbers from 0 to 1 whose sum is 1 (train, valid, test), found {found:?}"
    )]
    Fractions {
        /// The fractions that were given.
        found: [f64; 3],
    },

    /// A text has symbols that are not in the vocabulary and that nothing may stand for.
    #[error(
        "{count} distinct {} not in the vocabulary of {size}: {symbols:?}{}",
        if *.count == 1 { "symbol is" } else { "symbols are" },
        if .symbols.len() < *.count { " and others" } else { "" }
    )]
    UnknownSymbols {
        /// The first of them, at most ten.
        symbols: Vec<String>,
        /// How many distinct ones there are.
        count: usize,
        /// The number of symbols of the vocabulary.
        size: usize,
    },

    /// Words are no vocabulary.
    #[error("words: {problem}")]
    Words {
        /// What was expected and what was found.
        problem: String,
    },

    /// A vocabulary file is malformed.
    #[error("{}: {problem}", .path.display())]
    VocabularyFile {
        /// The file.
        path: PathBuf,
        /// The key, what was expected and what was found.
        problem: String,
    },

    /// A file of subwords is malformed.
    #[error("{}: {problem}", .path.display())]
    SubwordFile {
        /// The file.
        path: PathBuf,
        /// The key, what was expected and what was found.
        problem: String,
    },

    /// A line of a file of stop words is malformed.
    #[error("{}, line {line}: {problem}", .path.display())]
    StopWord {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What was expected and what was found.
        problem: String,
    },

    /// Stop words are no list of words.
    #[error("{}: {problem}", .path.display())]
    StopWords {
        /// The file.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },

    /// A file of word vectors is malformed.
    #[error("{}, {place}: {problem}", .path.display())]
    WordVectorFile {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        place: Place,
        /// What was expected and what was found.
        problem: String,
    },

    /// Words and values do not make a table of word vectors.
    #[error("word vectors: {problem}")]
    WordVectors {
        /// What was expected and what was found.
        problem: String,
    },

    /// A file cannot be written.
    #[error("{}: cannot be written: {}", .path.display(), io_problem(.error))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },

    /// A split has too few symbols to be cut in streams.
    #[error(
        "the split has {found} symbols, and at least {needed} are needed \
         (streams x steps + 1 = {streams} x {steps} + 1)"
    )]
    SplitTooShort {
        /// The number of symbols of the split.
        found: usize,
        /// The least number that would do.
        needed: usize,
        /// The number of streams, `B`; 1 where fewer would do.
        streams: usize,
        /// The number of steps of a chunk, `T`; 1 where a shorter chunk would do.
        steps: usize,
    },

    /// A size is 0 that cannot be.
    #[error("`{name}`: expected at least 1, found 0")]
    ZeroSize {
        /// The name of the size.
        name: &'static str,
    },

    /// The notation of a grammar is malformed, or the grammar is not one whose entropy can be computed.
    #[error("grammar, line {line}: {problem}")]
    Grammar {
        /// The line of the notation, counted from 1.
        line: usize,
        /// What was expected and what was found.
        problem: String,
    },
}

/// How many files of a folder an error lists.
const LISTED_FILES: usize = 20;

fn listed(files: &[String]) -> String {
    match files.get(..LISTED_FILES) {
        _ if files.is_empty() => "none".to_owned(),
        Some(first) if files.len() > LISTED_FILES => {
            let others = files.len() - LISTED_FILES;
            format!("{} and {others} others", first.join(", "))
        }
        _ => files.join(", "),
    }
}

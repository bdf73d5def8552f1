//! The lines of a file, which may be compressed with gzip, or of standard input, as they come.

use recurrent::Error;
use recurrent::data::{io_problem, open_stream};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Lines that are answered at once.
const BATCH: usize = 1024;
/// Longer lines are refused before they fill the memory.
const LONGEST_LINE: u64 = 1 << 26;

/// The lines of a file or of standard input.
pub struct Lines {
    place: String,
    source: BufReader<Box<dyn Read>>,
    number: usize,
    /// The number of the first line of the last batch.
    first: usize,
    /// What ended a batch, to be told when its texts are answered.
    failed: Option<Error>,
}

impl Lines {
    pub fn open(input: Option<&Path>) -> Result<Self, Error> {
        let (place, source): (_, Box<dyn Read>) = match input.filter(|path| *path != "-") {
            None => ("standard input".to_string(), Box::new(io::stdin().lock())),
            Some(path) => (path.display().to_string(), open_stream(path)?),
        };
        Ok(Self {
            place,
            source: BufReader::with_capacity(1 << 16, source),
            number: 0,
            first: 1,
            failed: None,
        })
    }

    /// What messages call a line of the last batch by its number there, from 1.
    pub fn place(&self, line: usize) -> String {
        format!("{}:{}", self.place, self.first + line - 1)
    }

    /// The next texts: those that have been read, at most a batch, and at least one before the end.
    pub fn batch(&mut self) -> Result<Vec<String>, Error> {
        let mut texts = Vec::new();
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.first = self.number + 1;
        while texts.len() < BATCH {
            match self.next() {
                Ok(Some(text)) => texts.push(text),
                Ok(None) => break,
                Err(error) if texts.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
            // Who types a line waits for its answer.
            if !self.source.buffer().contains(&b'\n') {
                break;
            }
        }
        Ok(texts)
    }

    /// The next line, if there is one.
    fn next(&mut self) -> Result<Option<String>, Error> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.source).take(LONGEST_LINE);
        let read = limited.read_until(b'\n', &mut bytes);
        read.map_err(|error| unreadable(&self.place, &error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if bytes.len() as u64 == LONGEST_LINE && bytes.last() != Some(&b'\n') {
            return Err(self.bad("a line of at most 64 MiB", "a longer one"));
        }
        let text =
            String::from_utf8(bytes).map_err(|_| self.bad("text in UTF-8", "other bytes"))?;
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_string()))
    }

    fn bad(&self, expected: &str, found: &str) -> Error {
        Error::Setting {
            key: format!("{}:{}", self.place, self.number),
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }
}

fn unreadable(place: &str, error: &io::Error) -> Error {
    Error::Setting {
        key: place.to_string(),
        expected: "a readable file".to_string(),
        found: io_problem(error),
    }
}

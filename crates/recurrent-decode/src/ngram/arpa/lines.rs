//! The lines of an ARPA file and what stands in them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::DecodeError;
use crate::ngram::trie::MAX_ORDER;

/// Longer lines are refused before they fill the memory.
const LONGEST_LINE: u64 = 1 << 20;

/// The lines of a file, one at a time.
pub(super) struct Lines {
    path: PathBuf,
    source: Box<dyn BufRead>,
    pub line: String,
    bytes: Vec<u8>,
    /// Of the line, from 1.
    pub number: u64,
}

impl Lines {
    /// The lines of a file, plain or compressed by gzip.
    pub(super) fn open(path: &Path) -> Result<Self, DecodeError> {
        let file = File::open(path).map_err(|error| DecodeError::read(path, &error))?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let begin = file.fill_buf();
        let begin = begin.map_err(|error| DecodeError::read(path, &error))?;
        let source: Box<dyn BufRead> = if begin.starts_with(&[0x1F, 0x8B]) {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        Ok(Self {
            path: path.to_path_buf(),
            source,
            line: String::new(),
            bytes: Vec::new(),
            number: 0,
        })
    }

    /// Goes on to the next line, without its end; false after the last.
    pub(super) fn next(&mut self) -> Result<bool, DecodeError> {
        self.number += 1;
        self.bytes.clear();
        let mut limited = (&mut self.source).take(LONGEST_LINE);
        let read = limited.read_until(b'\n', &mut self.bytes);
        read.map_err(|error| DecodeError::read(&self.path, &error))?;
        if self.bytes.is_empty() {
            self.line.clear();
            return Ok(false);
        }
        if self.bytes.len() as u64 == LONGEST_LINE && self.bytes.last() != Some(&b'\n') {
            return Err(self.error("a line of at most 2^20 bytes", "a longer one"));
        }
        while matches!(self.bytes.last(), Some(b'\n' | b'\r')) {
            self.bytes.pop();
        }
        match std::str::from_utf8(&self.bytes) {
            Ok(line) => {
                self.line.clear();
                self.line.push_str(line);
                Ok(true)
            }
            Err(_) => Err(self.error("UTF-8", "other bytes")),
        }
    }

    /// Goes on to the next line that has something in it; `expected` is what it should be.
    pub(super) fn next_filled(&mut self, expected: &str) -> Result<(), DecodeError> {
        loop {
            if !self.next()? {
                return Err(self.error(expected, "the end of the file"));
            }
            if !self.line.trim().is_empty() {
                return Ok(());
            }
        }
    }

    /// Goes on to the next n-gram of a section of `count`, of which `found` were read; false at the section's end.
    pub(super) fn next_entry(
        &mut self,
        order: usize,
        count: u64,
        found: &mut u64,
    ) -> Result<bool, DecodeError> {
        let more = self.next()?;
        let ended = !more || self.line.starts_with('\\') || self.line.trim().is_empty();
        if ended != (*found == count) {
            let expected = format!("{count} {order}-grams, as the header says");
            let found = if ended {
                format!("{found}")
            } else {
                "more".to_string()
            };
            return Err(self.error(expected, found));
        }
        *found += 1;
        Ok(!ended)
    }

    pub(super) fn error(
        &self,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> DecodeError {
        self.error_at(self.number, expected, found)
    }

    pub(super) fn error_at(
        &self,
        line: u64,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> DecodeError {
        DecodeError::Line {
            path: self.path.clone(),
            line,
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The line, shortened for a message.
    pub(super) fn shown(&self) -> String {
        let short: String = self.line.chars().take(60).collect();
        format!("{short:?}")
    }
}

/// One line of a section.
pub(super) struct Entry<'a> {
    pub words: [&'a str; MAX_ORDER],
    /// `log10 p` and `log10 bow`.
    pub values: (f32, f32),
}

impl<'a> Entry<'a> {
    /// The entry of the line, an n-gram of `order`; of the `highest` it has no backoff weight.
    pub(super) fn parse(
        lines: &'a Lines,
        order: usize,
        highest: bool,
    ) -> Result<Self, DecodeError> {
        let mut fields = lines
            .line
            .split([' ', '\t'])
            .filter(|field| !field.is_empty());
        let wrong = || {
            let weight = if highest {
                ""
            } else {
                ", and a backoff weight or none"
            };
            let expected = format!("a log probability and {order} words{weight}");
            lines.error(expected, lines.shown())
        };
        let log10 = number(lines, fields.next().ok_or_else(wrong)?)?;
        if log10 > 0.0 {
            return Err(lines.error("a log probability of at most 0", log10.to_string()));
        }
        let mut words = [""; MAX_ORDER];
        for word in &mut words[..order] {
            *word = fields.next().ok_or_else(wrong)?;
        }
        let backoff = match fields.next() {
            Some(field) if !highest => number(lines, field)?,
            Some(_) => return Err(wrong()),
            None => 0.0,
        };
        if fields.next().is_some() {
            return Err(wrong());
        }
        let values = (log10, backoff);
        Ok(Self { words, values })
    }
}

fn number(lines: &Lines, field: &str) -> Result<f32, DecodeError> {
    let found = field.parse().ok().filter(|number: &f32| number.is_finite());
    found.ok_or_else(|| lines.error("a number", format!("{field:?}")))
}

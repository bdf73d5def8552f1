//! Opening a file of word vectors and telling its format.
//!
//! The file is read as a stream; what is kept grows with the rows that are there, not with what a header claims.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use super::{MOST_WIDTH, Table, WordVectorFormat, WordVectors, binary, shown, text};
use crate::readers::{OpenFile, open, read_error, refuse_foreign};
use crate::{DataError, Place};

/// The most bytes that a file may hold, after decompression: 16 GiB.
const MOST_BYTES: u64 = 16 << 30;
/// How much of the file its format is told from.
const HEAD_BYTES: u64 = 1 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl WordVectors {
    /// Reads a file, decompressed if it is gzip; where no format is given, it is told from the content.
    ///
    /// A first line of two whole numbers is a header. So a GloVe file whose first row is that, a number as word with a
    /// whole number as its one value, must be given its format. In the text formats a word may have spaces if none of
    /// its parts after the first is a number, as in GloVe's largest file.
    ///
    /// # Errors
    /// If the file cannot be read, is malformed, has a word twice, a number that is not finite, or not the words its
    /// header says. The message names the line or, in binary, the byte.
    pub fn read(path: &Path, format: Option<WordVectorFormat>) -> Result<Self, DataError> {
        let mut source = Source::open(path)?;
        refuse_foreign(path, &source.head)?;
        let format = match format.or_else(|| detect(&source.head)) {
            Some(format) => format,
            None => {
                return Err(source.wrong(
                    Place::Line(1),
                    format!(
                        "expected a header `words width`, or a word and numbers, found `{}`",
                        shown(first_line(&source.head).0)
                    ),
                ));
            }
        };
        match format {
            WordVectorFormat::Word2VecText => text::read(&mut source, true),
            WordVectorFormat::GloVeText => text::read(&mut source, false),
            WordVectorFormat::Word2VecBinary => binary::read(&mut source),
        }
    }
}

/// A file that is being read.
pub(super) struct Source<'a> {
    path: &'a Path,
    compressed: bool,
    /// Length of the file where it is not compressed, else 0.
    plain_length: u64,
    /// Its first bytes, which `reader` gives too.
    head: Vec<u8>,
    reader: Box<dyn BufRead>,
    /// Bytes read from `reader`.
    pub offset: u64,
}

impl<'a> Source<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let OpenFile {
            mut reader,
            compressed,
            length,
        } = open(path)?;
        if !compressed && length > MOST_BYTES {
            return Err(DataError::TooLarge {
                path: path.to_owned(),
                limit: MOST_BYTES,
                found: Some(length),
            });
        }
        let mut head = Vec::new();
        if let Err(error) = reader.by_ref().take(HEAD_BYTES).read_to_end(&mut head) {
            return Err(read_error(path, compressed, head.len(), error));
        }
        if head.is_empty() {
            return Err(DataError::Empty {
                path: path.to_owned(),
            });
        }
        let rest = reader.take(MOST_BYTES + 1 - head.len() as u64);
        let whole = Cursor::new(head.clone()).chain(rest);
        Ok(Self {
            path,
            compressed,
            plain_length: if compressed { 0 } else { length },
            head,
            reader: Box::new(BufReader::with_capacity(1 << 16, whole)),
            offset: 0,
        })
    }

    pub fn wrong(&self, place: Place, problem: String) -> DataError {
        DataError::WordVectorFile {
            path: self.path.to_owned(),
            place,
            problem,
        }
    }

    /// Reads on until `end` or until there are `most` bytes or no more. `into` then ends with `end`, has `most` bytes, or
    /// holds the last of the file.
    pub fn read_until(
        &mut self,
        end: u8,
        most: usize,
        into: &mut Vec<u8>,
    ) -> Result<(), DataError> {
        into.clear();
        let read = self.reader.by_ref().take(most as u64).read_until(end, into);
        self.advance(read, into.len())
    }

    /// Reads on until there are `count` bytes or no more.
    pub fn read_bytes(&mut self, count: usize, into: &mut Vec<u8>) -> Result<(), DataError> {
        into.clear();
        let read = self.reader.by_ref().take(count as u64).read_to_end(into);
        self.advance(read, into.len())
    }

    fn advance(&mut self, read: std::io::Result<usize>, count: usize) -> Result<(), DataError> {
        self.offset += count as u64;
        if let Err(error) = read {
            let offset = self.offset as usize;
            return Err(read_error(self.path, self.compressed, offset, error));
        }
        if self.offset > MOST_BYTES {
            return Err(DataError::TooLarge {
                path: self.path.to_owned(),
                limit: MOST_BYTES,
                found: None,
            });
        }
        Ok(())
    }

    /// The words and the width that the first line says.
    pub fn header(&mut self) -> Result<(u64, Table), DataError> {
        let mut line = Vec::new();
        self.read_until(b'\n', HEAD_BYTES as usize, &mut line)?;
        let line = without_mark(&line);
        let wrong = |problem| self.wrong(Place::Line(1), problem);
        let [words, width] = header_numbers(line).ok_or_else(|| {
            wrong(format!(
                "expected a header `words width`, found `{}`",
                shown(first_line(line).0)
            ))
        })?;
        if words == 0 {
            return Err(wrong("expected at least one word, found 0".to_owned()));
        }
        let width = usize::try_from(width).unwrap_or(usize::MAX);
        let mut table = Table::new(width).map_err(wrong)?;
        // A row has at least a letter, a separator before each number and a line end, or is longer in binary. So no more is
        // reserved than a few times the file.
        let most_rows = self.plain_length / (2 * width as u64 + 2);
        table.values.reserve(words.min(most_rows) as usize * width);
        Ok((words, table))
    }

    /// The rows of a file without a header are as wide as its first.
    pub fn first_row_width(&self) -> usize {
        let (line, _) = first_line(without_mark(&self.head));
        fields(line).count().saturating_sub(1).min(MOST_WIDTH + 1)
    }
}

/// The fields of a row.
pub(super) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| b" \t\r\n".contains(byte))
        .filter(|field| !field.is_empty())
}

/// A line without a byte order mark, which only the first has.
pub(super) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

/// The number of a field, finite or not.
pub(super) fn number(field: &[u8]) -> Option<f32> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The first line without its end, and what stands after it.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

/// The two whole numbers of a header; one that is too large for 64 bits is the largest.
fn header_numbers(line: &[u8]) -> Option<[u64; 2]> {
    let mut fields = fields(line);
    let mut next = || {
        let field = fields.next()?;
        let digits = field.iter().all(u8::is_ascii_digit);
        digits.then(|| {
            std::str::from_utf8(field).map_or(0, |field| field.parse().unwrap_or(u64::MAX))
        })
    };
    let numbers = [next()?, next()?];
    fields.next().is_none().then_some(numbers)
}

/// The format of a file that begins with `head`.
fn detect(head: &[u8]) -> Option<WordVectorFormat> {
    let (line, rest) = first_line(without_mark(head));
    if header_numbers(line).is_some() {
        return Some(match is_binary_row(rest) {
            true => WordVectorFormat::Word2VecBinary,
            false => WordVectorFormat::Word2VecText,
        });
    }
    let numbers = fields(line).skip(1).filter_map(number).count();
    (numbers > 0).then_some(WordVectorFormat::GloVeText)
}

/// Whether a row goes on in bytes that no line of text has after its word: control characters or what is not UTF-8.
fn is_binary_row(bytes: &[u8]) -> bool {
    let word = bytes.iter().position(|&byte| byte == b' ');
    let Some(word) = word else {
        return false;
    };
    let (line, rest) = first_line(&bytes[word + 1..]);
    let control = |byte: &u8| byte.is_ascii_control() && !b"\t\r".contains(byte);
    let foreign = match std::str::from_utf8(line) {
        Ok(_) => false,
        // The head may end within a character.
        Err(error) => error.error_len().is_some() || !rest.is_empty(),
    };
    let no_number = fields(line).next().is_none() && !rest.is_empty();
    foreign || no_number || line.iter().any(control)
}

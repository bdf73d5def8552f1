//! Writing the formats.

use std::io::{self, Write};
use std::path::Path;

use super::{WordVectorFormat, WordVectors};
use crate::{DataError, files};

impl WordVectors {
    /// Writes a file, whole or not at all.
    ///
    /// Numbers in text are the shortest that read back as they were. In binary no line end follows a row.
    ///
    /// # Errors
    /// If the file cannot be written, or a word has spaces or control characters of ASCII, which not every
    /// format can hold.
    pub fn write(&self, path: &Path, format: WordVectorFormat) -> Result<(), DataError> {
        let separates = |c: char| c == ' ' || c.is_ascii_control();
        if let Some(word) = self.words.iter().find(|word| word.contains(separates)) {
            return Err(DataError::WordVectors {
                problem: format!(
                    "expected words without spaces and control characters to write to a file, found `{}`",
                    word.escape_debug()
                ),
            });
        }
        files::write(path, |file| self.write_to(file, format)).map_err(|error| DataError::Write {
            path: path.to_owned(),
            error,
        })
    }

    fn write_to(&self, file: &mut dyn Write, format: WordVectorFormat) -> io::Result<()> {
        if format != WordVectorFormat::GloVeText {
            writeln!(file, "{} {}", self.len(), self.width)?;
        }
        for (word, row) in self.words.iter().zip(self.values.chunks_exact(self.width)) {
            file.write_all(word.as_bytes())?;
            if format == WordVectorFormat::Word2VecBinary {
                file.write_all(b" ")?;
                for value in row {
                    file.write_all(&value.to_le_bytes())?;
                }
            } else {
                for value in row {
                    write!(file, " {value:?}")?;
                }
                file.write_all(b"\n")?;
            }
        }
        Ok(())
    }
}

//! The NPY format of NumPy (`numpy.lib.format`): a magic number, a header that is a Python dictionary with the type, the
//! order and the shape, and the bytes of all elements.

mod element;

use std::path::PathBuf;

use self::element::{Kind, Type};
use crate::DataError;

const MAGIC: [u8; 6] = *b"\x93NUMPY";

/// An array of any number of dimensions.
#[derive(Debug)]
pub(super) struct Array {
    path: PathBuf,
    /// The name of the array in an archive.
    name: Option<String>,
    pub shape: Vec<usize>,
    of: Type,
    fortran: bool,
    /// The bytes of all elements.
    elements: Vec<u8>,
}

impl Array {
    /// The array that `bytes` are, in the file `path`, and in an archive under `name`.
    pub(super) fn parse(
        path: PathBuf,
        name: Option<String>,
        mut bytes: Vec<u8>,
    ) -> Result<Self, DataError> {
        let mut array = Self {
            path,
            name,
            shape: Vec::new(),
            of: Type {
                kind: Kind::Float,
                size: 4,
                big_endian: false,
            },
            fortran: false,
            elements: Vec::new(),
        };
        let start = array
            .read_header(&bytes)
            .map_err(|problem| array.wrong(problem))?;
        let found = bytes.len() - start;
        let sizes = array.shape.iter().chain([&array.of.size]);
        let expected = sizes
            .map(|&size| size as u128)
            .try_fold(1, u128::checked_mul);
        if expected != Some(found as u128) {
            return Err(array.wrong(format!(
                "expected {:?} elements of {} bytes, found {found} bytes",
                array.shape, array.of.size
            )));
        }
        bytes.drain(..start);
        array.elements = bytes;
        Ok(array)
    }

    /// Reads the header and says where it ends.
    fn read_header(&mut self, bytes: &[u8]) -> Result<usize, String> {
        if !bytes.starts_with(&MAGIC) {
            return Err(
                "expected an array in the NPY format of NumPy, found other data".to_owned(),
            );
        }
        let short = || {
            format!(
                "expected a whole header, found the end after {} bytes",
                bytes.len()
            )
        };
        let (length, start) = match bytes.get(6..12).ok_or_else(short)? {
            &[1, _, low, high, ..] => (usize::from(u16::from_le_bytes([low, high])), 10),
            &[2 | 3, _, a, b, c, d] => (u32::from_le_bytes([a, b, c, d]) as usize, 12),
            version => {
                return Err(format!(
                    "expected version 1, 2 or 3 of the format, found {}",
                    version[0]
                ));
            }
        };
        let end = start + length;
        let header = String::from_utf8_lossy(bytes.get(start..end).ok_or_else(short)?);
        let value = |key: &str| {
            let found = [format!("'{key}':"), format!("\"{key}\":")]
                .iter()
                .find_map(|mark| header.split_once(&mark[..]))
                .map(|(_, value)| value.trim_start());
            found.ok_or_else(|| format!("expected `{key}` in the header, found {header:?}"))
        };
        self.of = Type::parse(value("descr")?)?;
        self.fortran = match value("fortran_order")? {
            order if order.starts_with("True") => true,
            order if order.starts_with("False") => false,
            other => {
                return Err(format!(
                    "expected `fortran_order` True or False, found {other:?}"
                ));
            }
        };
        let shape = value("shape")?;
        let sizes = shape
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'));
        let sizes = sizes.map(|(sizes, _)| sizes.split(',').map(str::trim));
        let sizes = sizes.map(|sizes| sizes.filter(|size| !size.is_empty()).map(str::parse));
        match sizes.map(Iterator::collect) {
            Some(Ok(sizes)) => self.shape = sizes,
            _ => {
                return Err(format!(
                    "expected a tuple of numbers as `shape`, found {shape:?}"
                ));
            }
        }
        Ok(end)
    }

    /// The number of elements.
    pub(super) fn len(&self) -> usize {
        self.elements.len() / self.of.size
    }

    /// The element at a position of row-major order.
    fn element(&self, position: usize) -> &[u8] {
        let position = match self.fortran {
            false => position,
            true => self.fortran_position(position),
        };
        &self.elements[position * self.of.size..][..self.of.size]
    }

    /// The position in column-major order.
    fn fortran_position(&self, mut position: usize) -> usize {
        let mut stride = self.len();
        let mut found = 0;
        for &size in self.shape.iter().rev() {
            stride /= size;
            found += position % size * stride;
            position /= size;
        }
        found
    }

    /// The element at a position of row-major order as a finite number.
    pub(super) fn value(&self, position: usize) -> Result<f32, DataError> {
        let value = match self.of.kind {
            Kind::Float => {
                let bits = self.bits(position);
                let value = match self.of.size {
                    4 => f64::from(f32::from_bits(bits as u32)),
                    _ => f64::from_bits(bits),
                };
                if !(value as f32).is_finite() {
                    return Err(
                        self.wrong_at(position, format!("expected a finite number, found {value}"))
                    );
                }
                value as f32
            }
            Kind::Signed => self.signed(position) as f32,
            Kind::Unsigned => self.bits(position) as f32,
            Kind::Bool => f32::from(u8::from(self.bits(position) != 0)),
            Kind::Text => return Err(self.wrong("expected numbers, found text".to_owned())),
        };
        Ok(value)
    }

    /// The elements as text, none of it empty: labels, say, as `what` names them.
    pub(super) fn texts(&self, what: &str) -> Result<Vec<String>, DataError> {
        let text = |position| {
            let text = match self.of.kind {
                Kind::Signed => self.signed(position).to_string(),
                Kind::Unsigned | Kind::Bool => self.bits(position).to_string(),
                Kind::Text => self.text(position)?,
                Kind::Float => {
                    return Err(self.wrong(format!(
                        "expected integers or text as {what}, found floating-point numbers"
                    )));
                }
            };
            match text.is_empty() {
                true => Err(self.wrong_at(
                    position,
                    format!("expected {what} that are not empty, found an empty one"),
                )),
                false => Ok(text),
            }
        };
        (0..self.len()).map(text).collect()
    }

    /// The elements as numbers of steps, at most `most`.
    pub(super) fn lengths(&self, most: usize) -> Result<Vec<usize>, DataError> {
        let length = |position| {
            let length = match self.of.kind {
                Kind::Signed => i128::from(self.signed(position)),
                Kind::Unsigned => i128::from(self.bits(position)),
                _ => {
                    return Err(self.wrong("expected integers as lengths, found others".to_owned()));
                }
            };
            let found = usize::try_from(length)
                .ok()
                .filter(|&length| length <= most);
            found.ok_or_else(|| {
                self.wrong_at(
                    position,
                    format!("expected a length from 0 to {most}, found {length}"),
                )
            })
        };
        (0..self.len()).map(length).collect()
    }

    /// The bits of an element of at most 8 bytes.
    fn bits(&self, position: usize) -> u64 {
        let append = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let element = self.element(position).iter();
        match self.of.big_endian {
            true => element.fold(0, append),
            false => element.rev().fold(0, append),
        }
    }

    fn signed(&self, position: usize) -> i64 {
        let unused = 64 - 8 * self.of.size;
        (self.bits(position) as i64) << unused >> unused
    }

    fn text(&self, position: usize) -> Result<String, DataError> {
        let characters = self.element(position).chunks_exact(4).map(|character| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(character);
            match self.of.big_endian {
                true => u32::from_be_bytes(bytes),
                false => u32::from_le_bytes(bytes),
            }
        });
        let text: Option<String> = characters.map(char::from_u32).collect();
        let text = text.ok_or_else(|| {
            self.wrong_at(
                position,
                "expected Unicode characters, found others".to_owned(),
            )
        })?;
        Ok(text.trim_end_matches('\0').trim().to_owned())
    }

    /// The error of an array.
    pub(super) fn wrong(&self, problem: String) -> DataError {
        match &self.name {
            Some(name) => self.error(format!("array `{name}`"), problem),
            None => super::super::wrong(&self.path, problem),
        }
    }

    /// The error of an element.
    fn wrong_at(&self, mut position: usize, problem: String) -> DataError {
        let mut indices = Vec::new();
        for &size in self.shape.iter().rev() {
            indices.insert(0, position % size);
            position /= size;
        }
        let name = self.name.as_ref();
        let name = name.map_or("element ".to_owned(), |name| format!("array `{name}`, "));
        self.error(format!("{name}{indices:?}"), problem)
    }

    fn error(&self, place: String, problem: String) -> DataError {
        DataError::Signal {
            path: self.path.clone(),
            place,
            problem,
        }
    }
}

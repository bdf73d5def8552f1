//! Named tensors in safetensors files, with a record of what they are.
//!
//! The header of a file of the project's own has one metadata key, `recurrent`, with the version
//! of the format, a checksum of all that follows, and the record. The same tensors and record give
//! the same file, byte for byte.

use crate::{Error, files};
use burn::module::Module;
use burn::tensor::{DType, TensorData};
use recurrent_data::{io_problem, json_problem};
use recurrent_nn::load_parameters;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Version of the files written now; others are refused.
const VERSION: u64 = 1;

/// The metadata key of the project's own files.
const KEY: &str = "recurrent";

/// Named tensors.
pub(crate) type Tensors = BTreeMap<String, TensorData>;

/// What stands under [`KEY`].
#[derive(Serialize, Deserialize)]
struct Header {
    version: u64,
    /// Of the record's text and of each tensor's name, shape and bytes.
    crc32: u32,
    record: Value,
}

fn bad(path: &Path, message: impl ToString) -> Error {
    Error::Weights {
        path: path.to_path_buf(),
        message: message.to_string(),
    }
}

/// Writes tensors and a record, atomically.
pub(crate) fn write(path: &Path, tensors: &Tensors, record: &impl Serialize) -> Result<(), Error> {
    let bad = |message: String| bad(path, message);
    let record = serde_json::to_value(record).map_err(|error| bad(error.to_string()))?;
    let header = Header {
        version: VERSION,
        crc32: checksum(tensors, &record),
        record,
    };
    let header = serde_json::to_string(&header).map_err(|error| bad(error.to_string()))?;
    let metadata = HashMap::from([(KEY.to_string(), header)]);
    let mut views = Vec::with_capacity(tensors.len());
    for (name, data) in tensors {
        let dtype = match data.dtype() {
            DType::F32 => Dtype::F32,
            DType::U8 => Dtype::U8,
            DType::U32 => Dtype::U32,
            DType::U64 => Dtype::U64,
            other => {
                return Err(bad(format!(
                    "`{name}`: expected f32, u8, u32 or u64, found {other:?}"
                )));
            }
        };
        let view = TensorView::new(dtype, data.shape().to_vec(), data.as_bytes());
        views.push((name, view.map_err(|error| bad(error.to_string()))?));
    }
    let bytes = safetensors::serialize(views, Some(metadata)).map_err(|e| bad(e.to_string()))?;
    files::write_atomically(path, &bytes)
}

/// The checksum of a file's content.
fn checksum(tensors: &Tensors, record: &Value) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(record.to_string().as_bytes());
    for (name, data) in tensors {
        hasher.update(format!("{name}{:?}", data.shape().to_vec()).as_bytes());
        hasher.update(data.as_bytes());
    }
    hasher.finalize()
}

/// A safetensors file in memory.
#[derive(Debug)]
pub(crate) struct File {
    /// The tensors.
    pub tensors: Tensors,
    /// The record beside them; `None` where the file is not the project's own.
    record: Option<Value>,
}

/// Reads a safetensors file, and where it is the project's own compares it with its checksum.
pub(crate) fn read(path: &Path) -> Result<File, Error> {
    let bad = |message: String| bad(path, message);
    let bytes = std::fs::read(path)
        .map_err(|error| bad(format!("cannot read it: {}", io_problem(&error))))?;
    let broken = |_| {
        let found = "other or damaged data";
        bad(format!("expected a whole safetensors file, found {found}"))
    };
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(broken)?;
    let parsed = SafeTensors::deserialize(&bytes).map_err(broken)?;
    let mut tensors = Tensors::new();
    for (name, view) in parsed.tensors() {
        let shape = view.shape().to_vec();
        let words = (view.data().chunks_exact(4))
            .map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let data = match view.dtype() {
            Dtype::F32 => TensorData::new(words.map(f32::from_bits).collect::<Vec<_>>(), shape),
            Dtype::U32 => TensorData::new(words.collect::<Vec<u32>>(), shape),
            Dtype::U8 => TensorData::new(view.data().to_vec(), shape),
            Dtype::U64 => TensorData::new(long(view.data()), shape),
            other => {
                return Err(bad(format!(
                    "`{name}`: expected f32, u8, u32 or u64, found {other:?}"
                )));
            }
        };
        tensors.insert(name, data);
    }
    let own = header.metadata().as_ref().and_then(|keys| keys.get(KEY));
    let record = match own {
        None => None,
        Some(text) => Some(checked_record(text, &tensors, path)?),
    };
    Ok(File { tensors, record })
}

/// Whole numbers of eight bytes.
fn long(bytes: &[u8]) -> Vec<u64> {
    let number = |bytes: &[u8]| (bytes.iter().rev()).fold(0, |n, &byte| n << 8 | u64::from(byte));
    bytes.chunks_exact(8).map(number).collect()
}

/// The record of a file of the project's own.
fn checked_record(header: &str, tensors: &Tensors, path: &Path) -> Result<Value, Error> {
    let broken = |error: serde_json::Error| {
        let problem = json_problem(&error);
        bad(path, format!("header of its record: {problem}"))
    };
    let header: Value = serde_json::from_str(header).map_err(broken)?;
    let version = &header["version"];
    if *version != VERSION {
        return Err(Error::WeightsVersion {
            path: path.to_path_buf(),
            expected: VERSION,
            found: version.to_string(),
        });
    }
    let header: Header = serde_json::from_value(header).map_err(broken)?;
    let found = checksum(tensors, &header.record);
    if found != header.crc32 {
        let expected = header.crc32;
        let message = format!(
            "the file is damaged: expected a content of CRC-32 {expected:08x}, found {found:08x}"
        );
        return Err(bad(path, message));
    }
    Ok(header.record)
}

impl File {
    /// The record beside the tensors; `None` where the file is not the project's own.
    pub(crate) fn record<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, Error> {
        let Some(record) = &self.record else {
            return Ok(None);
        };
        let record = T::deserialize(record)
            .map_err(|error| bad(path, format!("record: {}", json_problem(&error))));
        record.map(Some)
    }
}

/// The module with the weights of a file.
///
/// Fails where a parameter is missing, unknown, of another shape or not finite.
pub(crate) fn load<M: Module>(module: M, weights: Tensors, path: &Path) -> Result<M, Error> {
    for (name, data) in &weights {
        let strange = data.iter::<f32>().enumerate().find(|(_, x)| !x.is_finite());
        if let Some((element, found)) = strange {
            let message = format!("parameter `{name}`: element {element} is {found}");
            return Err(bad(path, format!("{message}, expected finite numbers")));
        }
    }
    load_parameters(module, weights).map_err(|error| bad(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors(values: [f32; 3]) -> Tensors {
        let data = |values: &[f32]| TensorData::new(values.to_vec(), [values.len()]);
        Tensors::from([
            ("a".to_string(), data(&values[..1])),
            ("b".to_string(), data(&values[1..])),
        ])
    }

    #[test]
    fn the_same_content_gives_the_same_bytes_and_every_flipped_byte_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.safetensors");
        let written = || {
            write(&path, &tensors([1.0, 2.0, 3.0]), &("record", 7.25)).expect("writes");
            std::fs::read(&path).expect("reads")
        };
        let whole = written();
        assert_eq!(whole, written());
        let file = read(&path).expect("a whole file");
        assert_eq!(file.tensors, tensors([1.0, 2.0, 3.0]));
        let record = file.record::<(String, f64)>(&path).expect("a record");
        assert_eq!(record, Some(("record".to_string(), 7.25)));
        for place in 0..whole.len() {
            let mut spoiled = whole.clone();
            spoiled[place] ^= 1;
            std::fs::write(&path, &spoiled).expect("writes");
            // Under another metadata key it is a file of someone else's, without a record.
            let whole = read(&path).is_ok_and(|file| file.record.is_some());
            assert!(!whole, "byte {place} of {}", spoiled.len());
        }
    }
}

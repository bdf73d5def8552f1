//! Named tensors in safetensors files, with a record of what they are.

use crate::{Error, files};
use burn::tensor::{DType, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Version of the files written now; others are refused.
pub(crate) const VERSION: &str = "1";

/// Named tensors.
pub(crate) type Tensors = BTreeMap<String, TensorData>;

/// Writes tensors and a record, atomically.
pub(crate) fn write(path: &Path, tensors: &Tensors, record: &impl Serialize) -> Result<(), Error> {
    let bad = |message: String| Error::Weights {
        path: path.to_path_buf(),
        message,
    };
    let record = serde_json::to_string(record).map_err(|error| bad(error.to_string()))?;
    let metadata = HashMap::from([
        ("format".to_string(), "pt".to_string()),
        ("recurrent_version".to_string(), VERSION.to_string()),
        ("recurrent_record".to_string(), record),
    ]);
    let mut views = Vec::with_capacity(tensors.len());
    for (name, data) in tensors {
        if data.dtype() != DType::F32 {
            return Err(bad(format!(
                "`{name}`: expected f32, found {:?}",
                data.dtype()
            )));
        }
        let view = TensorView::new(Dtype::F32, data.shape().to_vec(), data.as_bytes());
        views.push((name, view.map_err(|error| bad(error.to_string()))?));
    }
    let bytes = safetensors::serialize(views, Some(metadata)).map_err(|e| bad(e.to_string()))?;
    files::write_atomically(path, &bytes)
}

/// A safetensors file in memory.
pub(crate) struct File {
    /// The tensors.
    pub tensors: Tensors,
    /// Its metadata.
    metadata: HashMap<String, String>,
}

/// Reads a safetensors file.
pub(crate) fn read(path: &Path) -> Result<File, Error> {
    let bad = |message: String| Error::Weights {
        path: path.to_path_buf(),
        message,
    };
    let bytes = std::fs::read(path).map_err(|error| bad(format!("cannot read it: {error}")))?;
    let broken = |error| bad(format!("expected a whole safetensors file, found: {error}"));
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(broken)?;
    let parsed = SafeTensors::deserialize(&bytes).map_err(broken)?;
    let mut tensors = Tensors::new();
    for (name, view) in parsed.tensors() {
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => view
                .data()
                .chunks_exact(4)
                .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
                .collect(),
            other => return Err(bad(format!("`{name}`: expected f32, found {other:?}"))),
        };
        tensors.insert(name, TensorData::new(values, view.shape().to_vec()));
    }
    Ok(File {
        tensors,
        metadata: header.metadata().clone().unwrap_or_default(),
    })
}

impl File {
    /// The record beside the tensors; `None` where the file is not the project's own.
    pub(crate) fn record<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, Error> {
        let bad = |message: String| Error::Weights {
            path: path.to_path_buf(),
            message,
        };
        let Some(version) = self.metadata.get("recurrent_version") else {
            return Ok(None);
        };
        if version != VERSION {
            return Err(bad(format!(
                "expected version {VERSION}, found version {version}"
            )));
        }
        let record = self
            .metadata
            .get("recurrent_record")
            .map_or("null", String::as_str);
        serde_json::from_str(record).map_err(|error| bad(format!("its record: {error}")))
    }
}

//! The run directory:
//!
//! ```text
//! config.toml         the recipe with every default and override
//! vocabulary.json     the symbols
//! classes.json        the names of the classes of a classifier, or of the tags of a tagger
//! channels.json       the names of the channels of signals, and how they are scaled
//! characters.json     the characters that a tagger reads words by
//! subwords.json       the subwords that a classifier cuts words in
//! stop-words.json     the words that it leaves out
//! metrics.jsonl       one line a log step and a validation
//! checkpoints/        step-N.safetensors: weights, optimizer, carried state, position
//! model.safetensors   the weights that the run ends with, PyTorch's names
//! model.ngram         in their place, the estimates of an n-gram model
//! model.counts        or its counts
//! vectors.bin         word vectors, in the binary form of word2vec
//! report.html         the report
//! example.wav         of a transcriber of dialled numbers: a sound to try it with
//! lock                locked while a process trains in the directory
//! ```

mod contents;
mod lines;

use crate::codec::Codec;
use crate::recipe::{self, Recipe};
use crate::task::Config;
use crate::training::check;
use crate::{Error, files, training};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// A run directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDirectory {
    path: PathBuf,
}

/// What to do where a run is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Refuse.
    #[default]
    Refuse,
    /// Remove the run's files and start anew.
    Replace,
    /// Go on from its last checkpoint.
    Resume,
}

/// Keeps a run directory for one process.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the lock goes with the file")] File);

/// The files beside those of the [`Codec`].
const FILES: [&str; 8] = [
    "config.toml",
    "metrics.jsonl",
    "model.safetensors",
    "model.ngram",
    "model.counts",
    "vectors.bin",
    "report.html",
    "example.wav",
];

fn all_files() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().chain(Codec::FILES)
}

impl RunDirectory {
    /// The directory at a path, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The directory's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Path of one of its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Directory of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// Whether a path is that of a file of a run, which nothing else may replace.
    pub fn has_file(path: &Path) -> bool {
        let of_run = all_files().any(|name| path.file_name() == Some(name.as_ref()));
        of_run && path.with_file_name("config.toml").exists()
    }

    /// Whether there is anything of a run. A vocabulary beside a lock, without more, is
    /// what is left where a run could not be started.
    pub fn exists(&self) -> bool {
        let left = |name: &str| Codec::FILES.contains(&name) && self.file("lock").exists();
        all_files().any(|name| self.file(name).exists() && !left(name)) || self.has_checkpoints()
    }

    /// Whether there is a checkpoint, or something that is none in their place.
    fn has_checkpoints(&self) -> bool {
        training::list(self).map_or(true, |all| !all.is_empty())
    }

    /// Whether a run has begun: its recipe is written last.
    pub fn has_begun(&self) -> bool {
        self.file("config.toml").exists()
    }

    /// Fails where the directory is not in the state that `existing` needs: without
    /// a run, with one to go on with, or any.
    ///
    /// # Errors
    /// Where it is not, or the path is a file.
    pub fn check(&self, existing: Existing) -> Result<(), Error> {
        let bad = |message: &str| {
            Err(Error::Run {
                path: self.path.clone(),
                message: message.to_string(),
            })
        };
        match existing {
            _ if self.path.is_file() => bad("expected a directory, found a file"),
            Existing::Refuse if self.has_begun() => Err(Error::RunExists {
                path: self.path.clone(),
            }),
            Existing::Refuse if self.exists() => bad(
                "holds files of a run without its config.toml: replace them with --force, \
                 or choose another --out",
            ),
            Existing::Resume if !self.has_begun() => {
                bad("expected a run to go on with, found none; start one without --resume")
            }
            _ => Ok(()),
        }
    }

    /// Creates the directory and keeps other processes from training in it for as
    /// long as the lock lives, which is until the process ends at the latest.
    ///
    /// # Errors
    /// Where another process has it, or the lock file cannot be written.
    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        files::create_directory(&self.path)?;
        let path = self.file("lock");
        let file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(TryLockError::Error);
        let locked = file.and_then(|file| file.try_lock().map(|()| Lock(file)));
        locked.map_err(|error| match error {
            TryLockError::WouldBlock => Error::RunInUse {
                path: self.path.clone(),
            },
            TryLockError::Error(error) => Error::Write { path, error },
        })
    }

    /// Whether a process trains in the directory.
    pub(crate) fn is_locked(&self) -> bool {
        File::open(self.file("lock"))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Locks the directory and starts a run in it.
    ///
    /// # Errors
    /// As [`RunDirectory::check`], [`RunDirectory::lock`] and [`RunDirectory::start`].
    pub(crate) fn begin(
        &self,
        existing: Existing,
        config: &str,
        codec: &Codec,
    ) -> Result<Lock, Error> {
        let lock = self.lock()?;
        // Another process may have had the directory meanwhile.
        self.check(existing)?;
        self.start(config, codec)?;
        Ok(lock)
    }

    /// Fails where a run would be written among the data at `path`.
    ///
    /// # Errors
    /// Where the directory is what is there.
    pub(crate) fn check_no_data(&self, path: Option<&str>) -> Result<(), Error> {
        let Some(path) = path else {
            return Ok(());
        };
        let same = match (fs::canonicalize(&self.path), fs::canonicalize(path)) {
            (Ok(own), Ok(data)) => own == data,
            // What is not there yet is not the data.
            _ => false,
        };
        check(
            !same,
            "--out".to_string(),
            "another path than that of the data",
            path,
        )
    }

    /// Starts a run: removes what an older one left, writes the configuration and what turns its data into numbers.
    ///
    /// # Errors
    /// Where files cannot be removed or written.
    fn start(&self, config: &str, codec: &Codec) -> Result<(), Error> {
        let removed = |path: PathBuf, result: std::io::Result<()>| match result {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::Write { path, error })
            }
            _ => Ok(()),
        };
        for name in all_files() {
            removed(self.file(name), fs::remove_file(self.file(name)))?;
        }
        for path in training::list(self)? {
            let result = fs::remove_file(&path);
            removed(path, result)?;
        }
        files::create_directory(&self.checkpoints())?;
        for (name, text) in codec.files() {
            files::write_atomically(&self.file(name), text.as_bytes())?;
        }
        files::write_atomically(&self.file("config.toml"), config.as_bytes())
    }

    /// The recipe of the run by the name that it was started by.
    ///
    /// # Errors
    /// Where the directory holds no run, or its recipe is not valid.
    pub fn recipe(&self) -> Result<Recipe, Error> {
        let config = self.config()?;
        Ok(Recipe {
            name: config.task().recipe.clone().unwrap_or_default(),
            config,
            overrides: Vec::new(),
        })
    }

    /// The settings of the run.
    ///
    /// # Errors
    /// Where the directory holds no run, or its recipe is not valid.
    pub fn config(&self) -> Result<Config, Error> {
        let path = self.file("config.toml");
        if !path.exists() {
            let found = match self.path.is_dir() {
                true => "a folder without config.toml",
                false if self.path.exists() => "a file",
                false => "nothing",
            };
            return Err(Error::Run {
                path: self.path.clone(),
                message: format!("expected a run directory, found {found}"),
            });
        }
        let text = files::read_text(&path)?;
        let parsed = recipe::parse("", &text, &path.display().to_string());
        Ok(parsed.map_err(|error| error.within(&path))?.config)
    }
}

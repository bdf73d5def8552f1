//! The run directory:
//!
//! ```text
//! config.toml         the recipe with every default and override
//! vocabulary.json     the symbols
//! classes.json        the names of the classes of a classifier, or of the tags of a tagger
//! channels.json       how the channels of signals are scaled
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
//! lock                locked while a process trains in the directory
//! ```

use crate::codec::Codec;
use crate::metrics::{self, MetricLine};
use crate::recipe::{self, Recipe};
use crate::task::Config;
use crate::{Error, files, training};
use recurrent_data::Vocabulary;
use std::fs::{self, File, TryLockError};
use std::io::Write;
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

const FILES: [&str; 13] = [
    "config.toml",
    "vocabulary.json",
    "classes.json",
    "channels.json",
    "characters.json",
    "subwords.json",
    "stop-words.json",
    "metrics.jsonl",
    "model.safetensors",
    "model.ngram",
    "model.counts",
    "vectors.bin",
    "report.html",
];

/// Tells a vocabulary from others, also from those with its symbols in another order.
pub(crate) fn digest(vocabulary: &Vocabulary) -> u32 {
    crc32fast::hash(vocabulary.to_json().as_bytes())
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
        let of_run = FILES
            .iter()
            .any(|name| path.file_name() == Some(name.as_ref()));
        of_run && path.with_file_name("config.toml").exists()
    }

    /// Whether there is anything of a run. A vocabulary beside a lock, without more, is
    /// what is left where a run could not be started.
    pub fn exists(&self) -> bool {
        let left = |name: &str| Codec::FILES.contains(&name) && self.file("lock").exists();
        let mut known = FILES.iter();
        known.any(|name| self.file(name).exists() && !left(name)) || self.has_checkpoints()
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

    /// Why a run has no weights, and what to do.
    pub(crate) fn why_no_weights(&self) -> String {
        if self.is_locked() {
            return "no model.safetensors yet: the run is still training and has no weights so far"
                .to_string();
        }
        match training::Checkpoint::newest(self) {
            Ok(Some(checkpoint)) if checkpoint.record.finished => {
                "model.safetensors is missing from a finished run; train it anew with --force"
                    .to_string()
            }
            _ => format!(
                "no model.safetensors yet: the run ended before it had weights, interrupted or by a loss \
                 that is not finite; go on with `recurrent train --resume --out {}`",
                self.path().display()
            ),
        }
    }

    /// Fails where a finished run has no checkpoint that it could go on from.
    pub(crate) fn check_has_no_weights(&self) -> Result<(), Error> {
        // An interruption may come between the first weights and the first checkpoint.
        let weights = self.file("model.safetensors");
        if !self.file("report.html").exists() || !weights.exists() {
            return Ok(());
        }
        Err(Error::Run {
            path: weights,
            message: "these weights are of a finished run that has no checkpoint to go on from; \
                      start anew with --force"
                .to_string(),
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
        for name in FILES {
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

    /// The vocabulary of the run.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn vocabulary(&self) -> Result<Vocabulary, Error> {
        self.vocabulary_of(Codec::VOCABULARY)
    }

    /// The vocabulary in a file of the run.
    pub(crate) fn vocabulary_of(&self, name: &str) -> Result<Vocabulary, Error> {
        let path = self.file(name);
        Ok(Vocabulary::from_json(&files::read_text(&path)?, &path)?)
    }

    /// Fails where the vocabulary is not the one of a file's record: its symbols
    /// would stand for others.
    pub(crate) fn check_vocabulary(
        &self,
        vocabulary: &Vocabulary,
        recorded: Option<u32>,
        file: &Path,
    ) -> Result<(), Error> {
        self.check_codec(&vocabulary.into(), recorded, file)
    }

    /// Fails where vocabulary or classes are not those of a file's record: numbers would stand for others.
    pub(crate) fn check_codec(
        &self,
        codec: &Codec,
        recorded: Option<u32>,
        file: &Path,
    ) -> Result<(), Error> {
        let found = codec.digest();
        let names: Vec<&str> = codec.files().map(|(name, _)| name).collect();
        match recorded {
            Some(expected) if expected != found => Err(Error::Run {
                path: self.file(&names.join(", ")),
                message: format!(
                    "expected what {} was trained with, of digest {expected:08x}, found other \
                     symbols or names, of digest {found:08x}",
                    file.display()
                ),
            }),
            _ => Ok(()),
        }
    }

    /// The metric lines so far.
    ///
    /// # Errors
    /// Where a line is not one.
    pub fn metrics(&self) -> Result<Vec<MetricLine>, Error> {
        let path = self.file("metrics.jsonl");
        if !path.exists() {
            return Ok(Vec::new());
        }
        metrics::read(path)
    }

    /// Forgets the metric lines after a step, as a resumed run writes them again.
    pub(crate) fn rewind_metrics(&self, step: u64) -> Result<(), Error> {
        let mut text = String::new();
        for line in self.metrics()?.iter().filter(|line| line.step() <= step) {
            text.push_str(&line.to_json());
            text.push('\n');
        }
        files::write_atomically(&self.file("metrics.jsonl"), text.as_bytes())
    }

    /// Makes the metric lines so far last, whatever happens to the machine.
    pub(crate) fn sync_metrics(&self) -> Result<(), Error> {
        let path = self.file("metrics.jsonl");
        let synced = fs::OpenOptions::new().append(true).open(&path);
        synced
            .and_then(|file| file.sync_all())
            .map_err(|error| Error::Write { path, error })
    }

    /// Adds a metric line.
    pub(crate) fn record(&self, line: &MetricLine) -> Result<(), Error> {
        let path = self.file("metrics.jsonl");
        let file = fs::OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(format!("{}\n", line.to_json()).as_bytes()))
            .map_err(|error| Error::Write { path, error })
    }
}

//! Where a run stands: at its beginning, or at its last checkpoint.

use super::checkpoint::Restored;
use super::{Checkpoint, Learner, Record, Stream, TrainingConfig, check};
use crate::Error;
use recurrent_nn::{Average, Optimizer};

/// A run before its next step, and after its last.
pub(crate) struct Position<M> {
    /// The weights.
    pub model: M,
    pub(super) optimizer: Optimizer,
    /// Of the weights since averaging began.
    pub(super) average: Average,
    /// Steps made and what came of them; finished unless it was asked to stop.
    pub record: Record,
}

/// Brings a new model and its learner to where a checkpoint stands, if there is one;
/// `fresh` is the record of a run with the present recipe and data before its first
/// step. Writes nothing.
pub(crate) fn prepare<L: Learner>(
    checkpoint: Option<Checkpoint>,
    fresh: Record,
    config: &TrainingConfig,
    learner: &mut L,
    model: L::Model,
) -> Result<Position<L::Model>, Error> {
    let Some(checkpoint) = checkpoint else {
        return Ok(Position {
            model,
            optimizer: config.optimizer_config().init(),
            average: Average::default(),
            record: fresh,
        });
    };
    let mut record = checkpoint.record.clone();
    check_stream(&record, &fresh.stream)?;
    let Restored {
        model,
        optimizer,
        average,
        carried,
    } = checkpoint.restore(model, config.optimizer_config())?;
    record.config = fresh.config;
    record.stream = fresh.stream;
    learner.begin_epoch(record.epoch);
    learner.restore(carried);
    // More epochs or patience than before make a finished run go on.
    let patience = config.early_stopping.unwrap_or(usize::MAX);
    record.finished = record.epoch >= config.epochs || record.since_best >= patience;
    Ok(Position {
        model,
        optimizer,
        average,
        record,
    })
}

/// Fails where the data are not those of the record, or the present epoch began
/// with batches of another shape.
fn check_stream(record: &Record, found: &Stream) -> Result<(), Error> {
    let expected = &record.stream;
    let data = |stream: &Stream| {
        let [train, valid, test] = stream.symbols;
        let digest = stream.digest;
        format!("{train} + {valid} + {test} symbols of digest {digest:016x}")
    };
    check(
        (expected.symbols, expected.digest) == (found.symbols, found.digest),
        "data.path".to_string(),
        &format!("the text that the run was started with, {}", data(expected)),
        data(found),
    )?;
    if record.index == 0 {
        return Ok(());
    }
    for (name, expected, found) in [
        (
            "batch_size",
            expected.batch_size as f64,
            found.batch_size as f64,
        ),
        (
            "chunk_length",
            expected.chunk_length as f64,
            found.chunk_length as f64,
        ),
        (
            "chunk_deviation",
            expected.chunk_deviation,
            found.chunk_deviation,
        ),
        ("seed", expected.seed as f64, found.seed as f64),
    ] {
        let expected_words = format!("{expected} until the epoch ends that began with it");
        check(
            expected == found,
            format!("training.{name}"),
            &expected_words,
            found,
        )?;
    }
    Ok(())
}

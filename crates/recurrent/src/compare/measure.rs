//! The model of a run, measured.

use super::{Compared, Quality};
use crate::classification::Classifier;
use crate::codec::Codec;
use crate::language_model::{Corpus, Predictor, Split};
use crate::memory_problems::MemoryModel;
use crate::metrics::MetricLine;
use crate::run::RunDirectory;
use crate::tagging::Tagger;
use crate::task::Config;
use crate::training::check;
use crate::transcription::Transcriber;
use crate::{DeviceName, Error};
use recurrent_data::Vocabulary;
use recurrent_nn::noise;
use std::path::Path;
use std::time::{Duration, Instant};

/// A model is measured again until it has taken so long; the fastest time counts.
const MEASURED: Duration = Duration::from_millis(300);

/// Measures the model of a run on a split of its own text, or of the text at `data`.
///
/// # Errors
/// Where the model or the text cannot be read, or the split is too short.
pub fn measure(
    run: &Path,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    measured(&RunDirectory::new(run), data, split, device).map_err(|error| error.within(run))
}

fn measured(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    match directory.config()? {
        Config::Classification(_) => classifier(directory, data, split, device),
        Config::Tagging(_) => tagger(directory, data, split, device),
        Config::Transcription(_) => transcriber(directory, data, split, device),
        Config::Memory(_) => memory(directory, data, split, device),
        _ => language_model(directory, data, split, device),
    }
}

fn language_model(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let predictor = Predictor::load(directory, device)?;
    let corpus: Corpus = predictor.corpus(data, None, split)?;
    let (found, seconds) = fastest(|| predictor.evaluate(&corpus, split))?;
    let layers = predictor.layers();
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: (predictor.config().task.recipe.clone()).unwrap_or_default(),
        text_digest: (corpus.split(split).iter().copied().map(u64::from)).fold(0, noise::mix),
        source: corpus.source,
        quality: Quality::LanguageModel(found),
        vocabulary: predictor.vocabulary().len(),
        vocabulary_digest: Codec::from(predictor.vocabulary()).digest(),
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: predictor.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: found.symbols as f64 / seconds,
    })
}

fn classifier(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let classifier = Classifier::load(directory, device)?;
    let corpus = classifier.corpus(data, [None, None], split)?;
    let examples = corpus.split(split)?;
    let (found, seconds) = fastest(|| classifier.predict(&examples.inputs))?;
    let measures = classifier.measure(&examples, &found);
    let layers = classifier.layers();
    // In whatever order they were read.
    let of_example = |(example, &label): (usize, &usize)| {
        let class = crc32fast::hash(classifier.classes()[label].as_bytes());
        noise::mix(examples.inputs.digest(example), class.into())
    };
    let labels = examples.labels.iter().enumerate();
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: (classifier.config().task.recipe.clone()).unwrap_or_default(),
        text_digest: labels.map(of_example).fold(0, u64::wrapping_add),
        source: corpus.source.clone(),
        quality: Quality::Classification {
            accuracy: measures.accuracy(),
            macro_f1: measures.macro_f1(),
            log_loss: measures.log_loss,
            examples: measures.count(),
        },
        vocabulary: classifier.vocabulary().map_or(0, Vocabulary::len),
        // Classifiers of other tokens answer the same question.
        vocabulary_digest: 0,
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: classifier.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: examples.labels.len() as f64 / seconds,
    })
}

fn transcriber(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let transcriber = Transcriber::load(directory, device)?;
    let corpus = transcriber.corpus(data)?;
    let utterances = corpus.split(split)?;
    let (found, seconds) = fastest(|| {
        let frames = transcriber.frames(&utterances)?;
        transcriber.decode(transcriber.method(), &frames, 1)
    })?;
    let measures = transcriber.measure(&utterances, &found);
    let layers = transcriber.layers();
    let digest = utterances.texts.iter().fold(0, |digest, text| {
        noise::mix(digest, crc32fast::hash(text.as_bytes()).into())
    });
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: (transcriber.config().task.recipe.clone()).unwrap_or_default(),
        text_digest: digest,
        source: corpus.source.clone(),
        quality: Quality::Transcription {
            label_error_rate: measures.label_error_rate(),
            exact: measures.exact_share(),
            texts: measures.texts() as u64,
        },
        vocabulary: transcriber.symbols().len(),
        // Transcribers of other symbols answer the same question.
        vocabulary_digest: 0,
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: transcriber.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: measures.texts() as f64 / seconds,
    })
}

fn tagger(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let tagger = Tagger::load(directory, device)?;
    let corpus = tagger.corpus(data, false, split)?;
    let sentences = corpus.split(split)?;
    let (found, seconds) =
        fastest(|| tagger.tag_ids(&sentences.words, &|n| corpus.place(split, n)))?;
    let measures = tagger.measure(&sentences, &found)?;
    let layers = tagger.layers();
    // Words and tags of the files, sentence by sentence.
    let mut digest = 0;
    for (words, tags) in sentences.words.iter().zip(&sentences.tags) {
        let tags = tagger.in_files(tags, &sentences.others)?;
        for text in words.iter().chain(&tags) {
            digest = noise::mix(digest, crc32fast::hash(text.as_bytes()).into());
        }
        digest = noise::mix(digest, words.len() as u64);
    }
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: (tagger.config().task.recipe.clone()).unwrap_or_default(),
        text_digest: digest,
        source: corpus.source.clone(),
        quality: Quality::Tagging {
            f1: measures.spans.as_ref().map(|spans| spans.micro().f1()),
            accuracy: measures.accuracy(),
            words: measures.words,
        },
        vocabulary: tagger.vocabulary().map_or(0, Vocabulary::len),
        // Taggers of other vocabularies answer the same question.
        vocabulary_digest: 0,
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: tagger.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: measures.words as f64 / seconds,
    })
}

fn memory(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    check(
        data.is_none(),
        "--data".to_string(),
        "nothing, as the sequences are generated",
        data.unwrap_or_default(),
    )?;
    let model = MemoryModel::load(directory, device)?;
    let (found, seconds) = fastest(|| Ok(model.measure(split)))?;
    let config = model.config();
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: config.task.recipe.clone().unwrap_or_default(),
        text_digest: config.data.digest_of(split),
        source: config.data.source(),
        quality: Quality::Memory(found),
        vocabulary: 0,
        vocabulary_digest: 0,
        parameters: model.layers().iter().map(|layer| layer.parameters).sum(),
        bytes: model.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: found.examples as f64 / seconds,
    })
}

/// What `work` gives, and the seconds of the fastest of several times.
fn fastest<T>(mut work: impl FnMut() -> Result<T, Error>) -> Result<(T, f64), Error> {
    let (mut least, start) = (f64::INFINITY, Instant::now());
    loop {
        let before = Instant::now();
        let found = work()?;
        least = least.min(before.elapsed().as_secs_f64());
        // Memory is cold and caches are empty the first time.
        if start.elapsed() >= MEASURED {
            return Ok((found, least.max(1e-9)));
        }
    }
}

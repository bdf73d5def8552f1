//! Training of a language model, from recipe to report.

use super::{Corpus, LanguageModel, LanguageModelConfig, Predictor, Split};
use crate::metrics::MetricLine;
use crate::recipe::Recipe;
use crate::report::{Floor, Report, Sample};
use crate::run::{Existing, RunDirectory};
use crate::training::{self, Learner, LossScale, Observer, StepLoss, TrainOptions};
use crate::{Error, files};
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_data::{SequenceBatch, TokenStreams, Vocabulary};
use recurrent_nn::{Mode, StackState, cross_entropy, noise};
use std::collections::BTreeMap;

/// What a run has come to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Validation results of the weights that the run ends with.
    pub valid: super::Evaluation,
    /// Entropy rate of the source, where it is known.
    pub floor: Option<Floor>,
    /// A generated text.
    pub sample: String,
    /// Seconds of training, all parts of a resumed run together.
    pub seconds: f64,
    /// Steps made.
    pub steps: u64,
    /// Whether it was asked to stop before its end.
    pub interrupted: bool,
}

/// Trains a language model and leaves its run directory.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, a loss is not
/// finite, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let device = options.device.device()?.autodiff();
    let run = RunDirectory::new(&options.out);
    run.check(options.existing)?;
    let resumes = options.existing == Existing::Resume && run.exists();
    let (config, vocabulary, corpus) = if resumes {
        let mut resumed = Recipe {
            name: recipe.name.clone(),
            config: run.config()?,
            overrides: Vec::new(),
        };
        for change in &recipe.overrides {
            resumed.set(change)?;
        }
        let vocabulary = run.vocabulary()?;
        let corpus = Corpus::with_vocabulary(&resumed.config.data, &vocabulary)?;
        (resumed.config, vocabulary, corpus)
    } else {
        let mut config = recipe.config.clone();
        if let Some(path) = &mut config.data.path
            && let Ok(absolute) = std::path::absolute(&path)
        {
            *path = absolute.to_string_lossy().into_owned();
        }
        let (corpus, vocabulary) = Corpus::build(&config.data)?;
        (config, vocabulary, corpus)
    };
    let training = &config.training;
    let mut learner = StreamLearner::new(&config, &corpus, device.clone())?;
    if let Some(prompt) = &config.decode.prompt {
        vocabulary.encode(prompt)?;
    }
    if resumes {
        files::write_atomically(&run.file("config.toml"), config.to_toml().as_bytes())?;
    } else {
        run.start(&config, &vocabulary)?;
    }
    let seed = noise::mix(training.seed, 0);
    let model = LanguageModel::new(&config.model, vocabulary.len(), seed, &device);
    let task = config.task.name.as_str();
    let fitted = training::fit(
        &run,
        training,
        &mut learner,
        model,
        task,
        &options.stop,
        observer,
    )?;
    let interrupted = !fitted.record.finished;
    if interrupted && !run.file("model.safetensors").exists() {
        // Stopped before the first validation: the weights so far are what there is.
        training::write_weights(&run, &fitted.model, &fitted.record)?;
    }
    drop(fitted.model);

    let predictor = Predictor::load(&run, options.device)?;
    let valid = predictor.evaluate(&corpus, Split::Valid)?;
    let mut sample = String::new();
    if !interrupted {
        for piece in predictor.generate(&config.decode)? {
            sample.push_str(&piece?);
        }
    }
    let outcome = Outcome {
        valid,
        floor: corpus.floor,
        sample,
        seconds: fitted.record.elapsed_seconds,
        steps: fitted.record.step,
        interrupted,
    };
    let report = report(
        recipe,
        &config,
        options,
        &run,
        &predictor,
        &outcome,
        &vocabulary,
    )?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    Ok(outcome)
}

fn report(
    recipe: &Recipe,
    config: &LanguageModelConfig,
    options: &TrainOptions,
    run: &RunDirectory,
    predictor: &Predictor,
    outcome: &Outcome,
    vocabulary: &Vocabulary,
) -> Result<Report, Error> {
    let metrics = run.metrics()?;
    let layers = predictor.layers();
    let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
    let mut results = outcome.results();
    let speeds: Vec<f64> = metrics
        .iter()
        .filter_map(|line| match line {
            MetricLine::Train {
                symbols_per_second, ..
            } => Some(*symbols_per_second),
            MetricLine::Valid { .. } => None,
        })
        .collect();
    if !speeds.is_empty() {
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        results.push(("symbols a second".to_string(), format!("{mean:.0}")));
    }
    results.push((
        "training time".to_string(),
        format!("{:.0} s", outcome.seconds),
    ));
    results.push(("parameters".to_string(), parameters.to_string()));
    results.push(("vocabulary".to_string(), vocabulary.len().to_string()));
    let samples = if outcome.sample.is_empty() {
        Vec::new()
    } else {
        vec![Sample {
            title: format!("temperature {}", config.decode.temperature),
            text: outcome.sample.clone(),
        }]
    };
    Ok(Report {
        title: recipe.name.clone(),
        command: options.command.clone(),
        config_toml: config.to_toml(),
        results,
        metrics,
        floor: outcome.floor.clone(),
        layers,
        samples,
    })
}

impl Outcome {
    /// Names and values, the most important first.
    pub fn results(&self) -> Vec<(String, String)> {
        let mut results = vec![
            (
                "validation perplexity".to_string(),
                format!("{:.4}", self.valid.perplexity()),
            ),
            (
                "validation bits a symbol".to_string(),
                format!("{:.4}", self.valid.bits_per_symbol()),
            ),
            (
                "validation nats a symbol".to_string(),
                format!("{:.4}", self.valid.cross_entropy),
            ),
        ];
        if let Some(floor) = &self.floor {
            let bits = floor.cross_entropy / std::f64::consts::LN_2;
            let above = self.valid.bits_per_symbol() - bits;
            results.insert(
                1,
                ("bits above the entropy".to_string(), format!("{above:.4}")),
            );
            results.push((
                "perplexity of the source".to_string(),
                format!("{:.4}", floor.cross_entropy.exp()),
            ));
            results.push((
                "entropy of the source, bits".to_string(),
                format!("{bits:.4}"),
            ));
        }
        results
    }
}

/// Truncated backpropagation through time over parallel streams.
struct StreamLearner {
    streams: TokenStreams,
    valid: TokenStreams,
    device: Device,
    state: Option<StackState>,
    loss: LossScale,
    smoothing: f64,
}

impl StreamLearner {
    fn new(config: &LanguageModelConfig, corpus: &Corpus, device: Device) -> Result<Self, Error> {
        let training = &config.training;
        let chunk = training.chunk_length;
        Ok(Self {
            streams: TokenStreams::new(corpus.train.clone(), training.batch_size, chunk)?,
            valid: evaluation_streams(&corpus.valid, training.evaluation_streams)?,
            device,
            state: None,
            loss: training.loss,
            smoothing: training.label_smoothing,
        })
    }
}

/// Steps that an evaluation reads at once.
const EVALUATION_CHUNK: usize = 64;

/// A split as streams in which every symbol but the first is predicted once.
pub(super) fn evaluation_streams(
    tokens: &std::sync::Arc<[u32]>,
    streams: usize,
) -> Result<TokenStreams, Error> {
    let streams = streams.min(tokens.len().saturating_sub(1)).max(1);
    Ok(TokenStreams::covering(
        tokens.clone(),
        streams,
        EVALUATION_CHUNK,
    )?)
}

/// Symbols `[T, B]` on a device.
pub(super) fn symbols(batch: &SequenceBatch<u32>, device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = batch.values.iter().map(|&id| id as i32).collect();
    let shape = [batch.steps, batch.lengths.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

impl Learner for StreamLearner {
    type Model = LanguageModel;

    fn steps_per_epoch(&self) -> usize {
        self.streams.chunks()
    }

    fn start_epoch(&mut self) {
        self.state = None;
    }

    fn loss(&mut self, model: &LanguageModel, index: usize, mode: Mode) -> StepLoss {
        let chunk = self.streams.chunk(index);
        let ids = symbols(&chunk.input, &self.device);
        let targets = symbols(&chunk.target, &self.device);
        let count = chunk.target.values.len();
        let state = self.state.take();
        let (logits, state) = model.forward(ids, None, state, mode);
        self.state = Some(state.detach());
        StepLoss {
            mean: cross_entropy(logits, targets.reshape([count]), None, self.smoothing),
            scale: match self.loss {
                LossScale::Mean => 1.0,
                LossScale::SumOverTime => chunk.target.steps as f64,
            },
            symbols: count,
        }
    }

    fn validate(&self, model: &LanguageModel) -> Result<f64, Error> {
        let device = self.device.clone().inner();
        let evaluation = super::predict::evaluate(&model.clone().valid(), &self.valid, &device);
        Ok(evaluation.cross_entropy)
    }

    fn carried(&self) -> BTreeMap<String, TensorData> {
        let states = self.state.iter().flat_map(|state| &state.layers);
        states
            .enumerate()
            .map(|(number, state)| (number.to_string(), state.to_data()))
            .collect()
    }

    fn restore(&mut self, mut carried: BTreeMap<String, TensorData>) {
        let mut layers = Vec::new();
        while let Some(data) = carried.remove(&layers.len().to_string()) {
            layers.push(Tensor::from_data(data, &self.device));
        }
        self.state = (!layers.is_empty()).then_some(StackState { layers });
    }
}

//! Training of a language model, from recipe to report.

use super::predict::check_prompt;
use super::{Corpus, Evaluation, LanguageModel, LanguageModelConfig, Predictor, Split};
use crate::metrics::MetricLine;
use crate::recipe::Recipe;
use crate::report::{Floor, Report, Sample};
use crate::run::{Existing, RunDirectory};
use crate::training::{
    self, Learner, LossScale, Observer, StepLoss, TrainOptions, TrainingConfig, check,
};
use crate::{Error, files};
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_data::{SequenceBatch, TokenStreams};
use recurrent_decode::AdditiveNgram;
use recurrent_nn::{Mode, StackState, cross_entropy, noise};
use std::collections::BTreeMap;
use std::f64::consts::LN_2;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Steps made.
    pub steps: u64,
    /// Seconds of training, all parts of a resumed run together.
    pub seconds: f64,
    /// What it came to; `None` where it was asked to stop before its end.
    pub results: Option<Results>,
}

/// What a finished run has come to.
#[derive(Debug, Clone)]
pub struct Results {
    /// Validation results of the weights that the run ends with.
    pub valid: Evaluation,
    /// Test results of the same weights, where there is a test split.
    pub test: Option<Evaluation>,
    /// Entropy rate of the source, where it is known.
    pub floor: Option<Floor>,
    /// Count models of the same symbols: order and validation cross entropy in nats.
    pub baselines: Vec<(usize, f64)>,
    /// A generated text, after the prompt.
    pub sample: String,
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
    let resumes = options.existing == Existing::Resume && run.has_begun();
    let mut config = recipe.config.clone();
    if resumes {
        let mut resumed = Recipe {
            name: recipe.name.clone(),
            config: run.config()?,
            overrides: Vec::new(),
        };
        let started = resumed
            .config
            .task
            .recipe
            .as_deref()
            .unwrap_or(&recipe.name);
        check(
            started == recipe.name,
            "RECIPE".into(),
            &format!("`{started}`, which the run was started from"),
            &recipe.name,
        )?;
        resumed.set(&recipe.overrides)?;
        config = resumed.config;
    }
    config.task.recipe = Some(recipe.name.clone());
    if let Some(path) = &mut config.data.path
        && let Ok(absolute) = std::path::absolute(&path)
    {
        // The run directory is read from other places too.
        *path = absolute.to_string_lossy().into_owned();
    }
    let (corpus, vocabulary) = if resumes {
        let vocabulary = run.vocabulary()?;
        let all = [Split::Train, Split::Valid, Split::Test];
        (
            Corpus::with_vocabulary(&config.data, &vocabulary, &all)?,
            vocabulary,
        )
    } else {
        Corpus::build(&config.data)?
    };
    config.check_size(vocabulary.len())?;
    let mut learner = StreamLearner::new(&config, &corpus, vocabulary.len(), device.clone())?;
    if let Some(prompt) = &config.decode.prompt
        && let Err(error) = check_prompt(&vocabulary, prompt)
    {
        let own = recipe
            .overrides
            .iter()
            .any(|change| change.starts_with("decode.prompt"));
        if own {
            return Err(error.into());
        }
        observer.note("the recipe's prompt is not in this text's symbols; sampling without one");
        config.decode.prompt = None;
    }
    let training = &config.training;
    let seed = noise::mix(training.seed, 0);
    let model = LanguageModel::new(&config.model, vocabulary.len(), seed, &device);
    let task = config.task.name.as_str();
    let standing = if resumes {
        let standing = training::prepare(&run, training, &mut learner, model, task)?;
        files::write_atomically(&run.file("config.toml"), config.to_toml().as_bytes())?;
        observer.note(&format!("going on after step {}", standing.record.step));
        standing
    } else {
        run.start(&config, &vocabulary)?;
        training::prepare(&run, training, &mut learner, model, task)?
    };
    let fitted = training::fit(
        &run,
        training,
        &mut learner,
        standing,
        &options.stop,
        observer,
    )?;
    let mut outcome = Outcome {
        steps: fitted.record.step,
        seconds: fitted.record.elapsed_seconds,
        results: None,
    };
    if !fitted.record.finished {
        return Ok(outcome);
    }
    drop(fitted.model);

    let predictor = Predictor::load(&run, options.device)?;
    let mut sample = config.decode.prompt.clone().unwrap_or_default();
    for piece in predictor.generate(&config.decode)? {
        sample.push_str(&piece?);
    }
    let results = Results {
        valid: predictor.evaluate(&corpus, Split::Valid)?,
        test: match corpus.test.len() {
            0 | 1 => None,
            _ => Some(predictor.evaluate(&corpus, Split::Test)?),
        },
        baselines: baselines(&corpus, predictor.vocabulary().len())?,
        floor: corpus.floor,
        sample,
    };
    let report = report(
        recipe, &config, options, &run, &predictor, &outcome, &results,
    )?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    outcome.results = Some(results);
    Ok(outcome)
}

/// Unigram and bigram counts with additive smoothing, its weight the best on
/// the validation split, which is where they are measured.
fn baselines(corpus: &Corpus, vocabulary: usize) -> Result<Vec<(usize, f64)>, Error> {
    (1..=2)
        .map(|order| {
            let model = AdditiveNgram::fit(order, vocabulary, &corpus.train, &corpus.valid)?;
            Ok((order, model.cross_entropy(&corpus.valid)?))
        })
        .collect()
}

fn report(
    recipe: &Recipe,
    config: &LanguageModelConfig,
    options: &TrainOptions,
    run: &RunDirectory,
    predictor: &Predictor,
    outcome: &Outcome,
    found: &Results,
) -> Result<Report, Error> {
    let metrics = run.metrics()?;
    let layers = predictor.layers();
    let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
    let mut results = found.rows();
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
    results.push((
        "vocabulary".to_string(),
        predictor.vocabulary().len().to_string(),
    ));
    let samples = if found.sample.is_empty() {
        Vec::new()
    } else {
        vec![Sample {
            title: format!("temperature {}", config.decode.temperature),
            text: found.sample.clone(),
        }]
    };
    Ok(Report {
        title: recipe.name.clone(),
        command: options.command.clone(),
        config_toml: config.to_toml(),
        results,
        metrics,
        floor: found.floor.clone(),
        layers,
        samples,
    })
}

impl Results {
    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        let mut add = |name: String, value: f64| rows.push((name, format!("{value:.4}")));
        add("validation perplexity".to_string(), self.valid.perplexity());
        if let Some(test) = &self.test {
            add("test perplexity".to_string(), test.perplexity());
        }
        let entropy = self.floor.as_ref().map(|floor| floor.cross_entropy / LN_2);
        if let Some(entropy) = entropy {
            let above = self.valid.bits_per_symbol() - entropy;
            add("validation bits above the entropy".to_string(), above);
            add("entropy of the source, bits a symbol".to_string(), entropy);
            add("perplexity of the source".to_string(), 2f64.powf(entropy));
        }
        for (order, cross_entropy) in &self.baselines {
            let name = if *order == 1 { "unigram" } else { "bigram" };
            let name = format!("validation perplexity, {name} counts");
            add(name, cross_entropy.exp());
        }
        for (split, found) in [("validation", Some(self.valid)), ("test", self.test)] {
            let Some(found) = found else { continue };
            add(format!("{split} bits a symbol"), found.bits_per_symbol());
            add(format!("{split} nats a symbol"), found.cross_entropy);
        }
        rows
    }
}

/// Truncated backpropagation through time over parallel streams.
pub(crate) struct StreamLearner {
    stream: Vec<u64>,
    streams: TokenStreams,
    valid: TokenStreams,
    device: Device,
    state: Option<StackState>,
    loss: LossScale,
    smoothing: f64,
}

impl StreamLearner {
    /// A learner that reads the training split on `device`.
    pub(crate) fn new(
        config: &LanguageModelConfig,
        corpus: &Corpus,
        vocabulary: usize,
        device: Device,
    ) -> Result<Self, Error> {
        let training = &config.training;
        let (rows, chunk) = (training.batch_size, training.chunk_length);
        let streams = TokenStreams::new(corpus.train.clone(), rows, chunk);
        let tokens = &corpus.train;
        let digest = tokens
            .iter()
            .fold(0, |digest, &id| noise::mix(digest, u64::from(id)));
        Ok(Self {
            stream: vec![rows as u64, chunk as u64, tokens.len() as u64, digest],
            streams: streams.map_err(|error| Error::Split {
                split: Split::Train.as_str(),
                error,
            })?,
            valid: evaluation_streams(corpus, Split::Valid, training, vocabulary)?,
            device,
            state: None,
            loss: training.loss,
            smoothing: training.label_smoothing,
        })
    }
}

/// Symbols that an evaluation reads at once.
const EVALUATION_SYMBOLS: usize = 2048;

/// Logits that an evaluation holds at once.
const EVALUATION_LOGITS: usize = 1 << 28;

/// A split as streams in which every symbol but the first is predicted once.
pub(super) fn evaluation_streams(
    corpus: &Corpus,
    split: Split,
    training: &TrainingConfig,
    vocabulary: usize,
) -> Result<TokenStreams, Error> {
    let tokens = corpus.split(split);
    let streams = training
        .evaluation_streams
        .min(tokens.len().saturating_sub(1))
        .max(1);
    let most = (EVALUATION_LOGITS / (streams * vocabulary.max(1))).max(1);
    let chunk = (EVALUATION_SYMBOLS / streams).max(16).min(most);
    TokenStreams::covering(tokens.clone(), streams, chunk).map_err(|error| Error::Split {
        split: split.as_str(),
        error,
    })
}

/// Symbols `[T, B]` on a device.
pub(super) fn symbols(batch: &SequenceBatch<u32>, device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = batch.values.iter().map(|&id| id as i32).collect();
    let shape = [batch.steps, batch.lengths.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

impl Learner for StreamLearner {
    type Model = LanguageModel;

    fn stream(&self) -> Vec<u64> {
        self.stream.clone()
    }

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

//! Dynamic evaluation: the weights follow the text that is measured. Each chunk is predicted first
//! and learned from afterwards (Mikolov et al. 2010; Krause, Kahembwe, Murray and Renals 2018),
//! so that no symbol is predicted by weights that have seen it.

use super::evaluate::EVALUATION_LOGITS;
use super::learner::symbols;
use super::predict::usable;
use super::{Corpus, Evaluation, ModelState, Predictor, Split};
use crate::Error;
use crate::training::check;
use burn::module::Module;
use recurrent_data::TokenStreams;
use recurrent_nn::{Clip, Mode, OptimizerConfig, Rule, cross_entropy};

/// How weights follow a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicConfig {
    /// Learning rate of stochastic gradient descent on a chunk's mean loss, above 0.
    pub rate: f64,
    /// Symbols that are predicted before they are learned from, 1 to 65536.
    pub chunk: usize,
}

/// Limit on the norm of the gradients of a chunk.
const CLIP_NORM: f64 = 1.0;

impl Predictor {
    /// The loss over a split, read in one piece, by weights that learn from what they have read. The
    /// model itself stays as it is. `read` is told how many of how many symbols are done.
    ///
    /// # Errors
    /// Where the model is no network, a setting is out of range, the split is too short, or a
    /// loss is not finite.
    pub fn evaluate_dynamically(
        &self,
        corpus: &Corpus,
        split: Split,
        config: DynamicConfig,
        mut read: impl FnMut(usize, usize),
    ) -> Result<Evaluation, Error> {
        config.check()?;
        let network = self.network("dynamic evaluation")?;
        let vocabulary = self.vocabulary().len();
        check(
            config.chunk.saturating_mul(vocabulary) <= EVALUATION_LOGITS,
            "dynamic.chunk".to_string(),
            &format!("chunk x {vocabulary} symbols of at most {EVALUATION_LOGITS}"),
            config.chunk,
        )?;
        let device = network.device.clone().autodiff();
        let mut model = network.model.clone().train();
        let streams = TokenStreams::covering(corpus.split(split), 1, config.chunk)
            .map_err(|_| corpus.too_short(split))?;
        let mut optimizer = OptimizerConfig {
            rule: Rule::Sgd { momentum: 0.0 },
            weight_decay: 0.0,
            clip: Some(Clip::Norm(CLIP_NORM)),
        }
        .init();
        let mut state: Option<ModelState> = None;
        let (mut sum, mut count) = (0.0, 0);
        for chunk in streams.iter() {
            let targets = symbols(&chunk.target, &device).reshape([chunk.target.steps]);
            let ids = symbols(&chunk.input, &device);
            let forward = model.forward(ids, None, state.take(), Mode::Inference);
            state = Some(forward.state.detach());
            let loss = cross_entropy(forward.logits, targets, None, 0.0);
            sum += loss.clone().into_scalar::<f64>() * chunk.target.steps as f64;
            count += chunk.target.steps;
            model = match optimizer.step(model, loss.backward(), config.rate) {
                Ok((model, _)) => model,
                Err(_) => {
                    return Err(Error::Evaluation {
                        split: split.as_str(),
                        loss: f64::NAN,
                    });
                }
            };
            read(count, streams.targets());
        }
        let found = Evaluation {
            cross_entropy: sum / count.max(1) as f64,
            symbols: count,
        };
        usable(split, found)
    }
}

impl DynamicConfig {
    fn check(&self) -> Result<(), Error> {
        let rate = self.rate;
        check(
            rate > 0.0 && rate.is_finite(),
            "dynamic.rate".to_string(),
            "a learning rate above 0",
            rate,
        )?;
        check(
            (1..=65_536).contains(&self.chunk),
            "dynamic.chunk".to_string(),
            "a number from 1 to 65536",
            self.chunk,
        )
    }
}

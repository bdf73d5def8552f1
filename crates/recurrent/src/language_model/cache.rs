//! Evaluation with a continuous cache (Grave, Joulin and Usunier 2017), whose constants are fitted
//! on the validation split where they are not given.

use super::evaluate::{evaluation_streams, read};
use super::{Corpus, Evaluation, Predictor, Split};
use crate::Error;
use crate::training::check;
use recurrent_decode::ContinuousCache;
use recurrent_decode::interpolation::{fit_weights, mixture_cross_entropy};

/// A cache beside a network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CacheConfig {
    /// Last states that are remembered, 1 to 100000.
    pub size: usize,
    /// `θ`, how much the likeness of a state to the present one counts; 0 takes all alike.
    pub theta: f64,
    /// `λ`, the cache's part of the mixture.
    pub weight: f64,
}

/// The values of `θ` that a fit tries.
const THETAS: [f64; 12] = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0];

/// Most states of a cache.
const MOST_STATES: usize = 100_000;

/// What model and cache, for each `θ`, give to each symbol of a text.
struct Looked {
    model: Vec<f64>,      // [T]
    cache: Vec<Vec<f64>>, // [θ, T]
}

impl Looked {
    /// Cross entropy in nats of the mixture with part `weight` of the cache, at `θ` number `at`.
    fn cross_entropy(&self, at: usize, weight: f64) -> Result<f64, Error> {
        let weights = [1.0 - weight, weight];
        Ok(mixture_cross_entropy(
            &[&self.model, &self.cache[at]],
            &weights,
        )?)
    }
}

impl Predictor {
    /// The cache of `size` states that is best on a split: `θ` the best of a list, the weight `λ` by
    /// expectation maximisation, where `[θ, λ]` does not give them. `progress` is told how many of how
    /// many symbols are read.
    ///
    /// # Errors
    /// Where the model is no network, a constant is out of range, or the split is too short.
    pub fn fit_cache(
        &self,
        corpus: &Corpus,
        split: Split,
        size: usize,
        [theta, weight]: [Option<f64>; 2],
        progress: impl FnMut(usize, usize),
    ) -> Result<CacheConfig, Error> {
        let given = |theta, weight| CacheConfig {
            size,
            theta,
            weight,
        };
        given(theta.unwrap_or(0.0), weight.unwrap_or(0.0)).check()?;
        if let (Some(theta), Some(weight)) = (theta, weight) {
            return Ok(given(theta, weight));
        }
        let thetas = theta.map_or(THETAS.to_vec(), |theta| vec![theta]);
        let looked = self.look_up(corpus, split, size, &thetas, progress)?;
        let mut best: Option<(f64, CacheConfig)> = None;
        for (at, &theta) in thetas.iter().enumerate() {
            let weight = match weight {
                Some(weight) => weight,
                None => fit_weights(&[&looked.model, &looked.cache[at]])?[1],
            };
            let found = looked.cross_entropy(at, weight)?;
            if best.is_none_or(|(least, _)| found < least) {
                best = Some((found, given(theta, weight)));
            }
        }
        // There is at least one θ.
        Ok(best.map_or(given(0.0, 0.0), |(_, config)| config))
    }

    /// The loss over a split, read in one piece, with a cache that is empty at its start.
    ///
    /// # Errors
    /// As [`Predictor::fit_cache`].
    pub fn evaluate_with_cache(
        &self,
        corpus: &Corpus,
        split: Split,
        config: CacheConfig,
        progress: impl FnMut(usize, usize),
    ) -> Result<Evaluation, Error> {
        config.check()?;
        let looked = self.look_up(corpus, split, config.size, &[config.theta], progress)?;
        Ok(Evaluation {
            cross_entropy: looked.cross_entropy(0, config.weight)?,
            symbols: looked.model.len(),
        })
    }

    fn look_up(
        &self,
        corpus: &Corpus,
        split: Split,
        size: usize,
        thetas: &[f64],
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Looked, Error> {
        let network = self.network("a cache")?;
        let streams = evaluation_streams(corpus, split, 1, self.vocabulary().len())?;
        let mut cache: Option<ContinuousCache> = None;
        let mut looked = Looked {
            model: Vec::with_capacity(streams.targets()),
            cache: vec![Vec::with_capacity(streams.targets()); thetas.len()],
        };
        read(
            &network.model,
            &streams,
            &network.device,
            |chunk, hidden, losses| {
                let [_, _, width] = hidden.dims();
                let cache = cache.get_or_insert_with(|| ContinuousCache::new(size, width));
                let states: Vec<f32> = hidden.into_data().iter::<f32>().collect();
                let steps = states.chunks_exact(width).zip(&chunk.target.values);
                for ((state, &symbol), loss) in steps.zip(losses) {
                    let of_model = (-loss).exp();
                    looked.model.push(of_model);
                    cache.look_up(state);
                    for (all, &theta) in looked.cache.iter_mut().zip(thetas) {
                        // The model speaks alone where there is nothing to look up.
                        all.push(cache.probability(symbol, theta).unwrap_or(of_model));
                    }
                    cache.push(state, symbol);
                }
                progress(looked.model.len(), streams.targets());
            },
        );
        Ok(looked)
    }
}

impl CacheConfig {
    fn check(&self) -> Result<(), Error> {
        check(
            (1..=MOST_STATES).contains(&self.size),
            "cache.size".to_string(),
            "a number of states from 1 to 100000",
            self.size,
        )?;
        let theta = self.theta;
        check(
            theta >= 0.0 && theta.is_finite(),
            "cache.theta".to_string(),
            "a finite number of at least 0",
            theta,
        )?;
        check(
            (0.0..=1.0).contains(&self.weight),
            "cache.weight".to_string(),
            "a number from 0 to 1",
            self.weight,
        )
    }
}

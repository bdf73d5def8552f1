//! The continuous cache: a memory of the last hidden states of a model and the symbols that followed them (Grave,
//! Joulin and Usunier, *Improving Neural Language Models with a Continuous Cache*, 2017, eq. 3 to 5).
//!
//! ```text
//! p_cache(w | h_t) = Σ_{i: w follows h_i} exp(θ h_t·h_i)  /  Σ_i exp(θ h_t·h_i)         i over the last N states
//! p(w | h_t)       = (1 - λ) p_model(w | h_t) + λ p_cache(w | h_t)
//! ```
//!
//! Before the first state is remembered there is nothing to look up, and the model speaks alone.

/// The last hidden states of a model, each with the symbol that followed it.
#[derive(Debug, Clone)]
pub struct ContinuousCache {
    size: usize,
    width: usize,
    /// The states, a ring once there are `N`. `[N, H]`
    states: Vec<f32>,
    /// The symbol after each. `[N]`
    symbols: Vec<u32>,
    /// Which is the oldest.
    oldest: usize,
    /// `h_t·h_i` of the last look. `[N]`
    scores: Vec<f32>,
}

impl ContinuousCache {
    /// An empty cache of `size` states, `N`, of `width` `H`.
    ///
    /// # Panics
    /// Where one of them is 0.
    pub fn new(size: usize, width: usize) -> Self {
        assert!(size > 0 && width > 0, "a cache of {size} states of {width}");
        Self {
            size,
            width,
            states: Vec::new(),
            symbols: Vec::new(),
            oldest: 0,
            scores: Vec::new(),
        }
    }

    /// How many states it remembers, at most `N`.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Whether it remembers nothing.
    pub fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// Compares a state `hidden` `[H]` with those remembered, for [`ContinuousCache::probability`].
    ///
    /// # Panics
    /// Where the state has another width.
    pub fn look_up(&mut self, hidden: &[f32]) {
        assert_eq!(hidden.len(), self.width, "hidden is [H]");
        self.scores.clear();
        let rows = self.states.chunks_exact(self.width);
        self.scores.extend(rows.map(|row| dot(row, hidden)));
    }

    /// `p_cache(symbol)` after the state of the last look; `None` where nothing was remembered then.
    pub fn probability(&self, symbol: u32, theta: f64) -> Option<f64> {
        let theta = theta as f32;
        let largest = self.scores.iter().copied().reduce(f32::max)?;
        let (mut of_symbol, mut all) = (0f64, 0f64);
        for (&score, &follower) in self.scores.iter().zip(&self.symbols) {
            let weight = f64::from((theta * (score - largest)).exp());
            all += weight;
            if follower == symbol {
                of_symbol += weight;
            }
        }
        Some(of_symbol / all)
    }

    /// Remembers a state `hidden` `[H]` and the `symbol` after it, in place of the oldest where there are `N`.
    ///
    /// # Panics
    /// Where the state has another width.
    pub fn push(&mut self, hidden: &[f32], symbol: u32) {
        assert_eq!(hidden.len(), self.width, "hidden is [H]");
        if self.len() < self.size {
            self.states.extend_from_slice(hidden);
            self.symbols.push(symbol);
            return;
        }
        let at = self.oldest * self.width;
        self.states[at..at + self.width].copy_from_slice(hidden);
        self.symbols[self.oldest] = symbol;
        self.oldest = (self.oldest + 1) % self.size;
    }
}

/// Partial sums that a compiler keeps in registers.
const PARTS: usize = 16;

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut parts = [0.0; PARTS];
    let (a_parts, b_parts) = (a.chunks_exact(PARTS), b.chunks_exact(PARTS));
    let rest = a_parts.remainder().iter().zip(b_parts.remainder());
    let rest: f32 = rest.map(|(a, b)| a * b).sum();
    for (a, b) in a_parts.zip(b_parts) {
        for ((part, a), b) in parts.iter_mut().zip(a).zip(b) {
            *part += a * b;
        }
    }
    parts.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// States and the symbols after them.
    fn history(count: usize, width: usize) -> Vec<(Vec<f32>, u32)> {
        let value = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 25.0;
        let state = |t: usize| (0..width).map(|i| value(t * width + i)).collect();
        (0..count).map(|t| (state(t), (t * 5 % 7) as u32)).collect()
    }

    #[test]
    fn probabilities_are_those_of_the_equation_over_the_last_states() {
        let (size, width, theta) = (5, 19, 0.3);
        let history = history(12, width);
        let mut cache = ContinuousCache::new(size, width);
        for (t, (hidden, symbol)) in history.iter().enumerate() {
            cache.look_up(hidden);
            let window = &history[t.saturating_sub(size)..t];
            assert_eq!(cache.len(), window.len());
            let weight = |state: &[f32]| -> f64 {
                let score = state.iter().zip(hidden).map(|(a, b)| f64::from(a * b));
                (theta * score.sum::<f64>()).exp()
            };
            let all: f64 = window.iter().map(|(state, _)| weight(state)).sum();
            let mut total = 0.0;
            for w in 0..7 {
                let own = window.iter().filter(|(_, symbol)| *symbol == w);
                let own: f64 = own.map(|(state, _)| weight(state)).sum();
                let found = cache.probability(w, theta);
                assert_eq!(found.is_none(), window.is_empty());
                let found = found.unwrap_or(0.0);
                // Scores are sums of 19 products in single precision.
                let expected = if window.is_empty() { 0.0 } else { own / all };
                assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
                total += found;
            }
            assert!(window.is_empty() || (total - 1.0).abs() < 1e-12);
            cache.push(hidden, *symbol);
        }
        assert!(!cache.is_empty());
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let mut cache = ContinuousCache::new(2, 1);
        cache.push(&[1e4], 1);
        cache.push(&[-1e4], 2);
        cache.look_up(&[1e4]);
        assert_eq!(cache.probability(1, 1.0), Some(1.0));
        assert_eq!(cache.probability(2, 1.0), Some(0.0));
        // Without any weight on likeness all states count the same.
        assert_eq!(cache.probability(1, 0.0), Some(0.5));
    }
}

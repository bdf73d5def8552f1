//! Everything against all ways one by one.

use super::*;

/// A transducer whose probabilities are drawn for every frame and every two labels before.
struct Drawn {
    symbols: usize,
    sharpness: f32,
    seed: u64,
}

impl Drawn {
    fn value(&self, frame: usize, state: &[u32], symbol: usize) -> f32 {
        let last = state
            .iter()
            .rev()
            .take(2)
            .fold(7u64, |hash, &label| hash * 31 + u64::from(label) + 1);
        let mut x = self.seed ^ (frame as u64 * 1_000_003 + last * 7919 + symbol as u64);
        x ^= x >> 33;
        x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
        x ^= x >> 33;
        (x % 10_007) as f32 / 10_007.0 * self.sharpness
    }
}

impl TransducerModel for Drawn {
    type State = Vec<u32>;
    type Frame = usize;

    fn symbols(&self) -> usize {
        self.symbols
    }
    fn blank(&self) -> usize {
        0
    }
    fn start(&self) -> Vec<u32> {
        Vec::new()
    }
    fn advance(&self, state: &mut Vec<u32>, label: u32) {
        state.push(label);
    }
    fn log_probabilities(&self, frame: &usize, state: &Vec<u32>, out: &mut [f32]) {
        let values: Vec<f32> = (0..self.symbols)
            .map(|symbol| self.value(*frame, state, symbol))
            .collect();
        let sum: f32 = values.iter().map(|value| value.exp()).sum();
        for (out, value) in out.iter_mut().zip(&values) {
            *out = value - sum.ln();
        }
    }
}

/// `p` of all labellings of up to so many labels, over all ways.
fn enumerate(model: &Drawn, frames: usize, most: usize) -> BTreeMap<Vec<u32>, f64> {
    fn go(
        model: &Drawn,
        [frames, most, frame]: [usize; 3],
        told: &mut Vec<u32>,
        p: f64,
        all: &mut BTreeMap<Vec<u32>, f64>,
    ) {
        if frame == frames {
            *all.entry(told.clone()).or_default() += p;
            return;
        }
        let mut out = vec![0.0; model.symbols];
        model.log_probabilities(&frame, told, &mut out);
        let on = p * f64::from(out[0]).exp();
        go(model, [frames, most, frame + 1], told, on, all);
        if told.len() < most {
            for (symbol, value) in out.iter().enumerate().skip(1) {
                let p = p * f64::from(*value).exp();
                told.push(symbol as u32);
                go(model, [frames, most, frame], told, p, all);
                told.pop();
            }
        }
    }
    let mut all = BTreeMap::new();
    go(model, [frames, most, 0], &mut Vec::new(), 1.0, &mut all);
    all
}

fn wide(most_labels: usize) -> TransducerOptions {
    TransducerOptions {
        beam_width: 1 << 12,
        most_labels,
        prune_logp: f32::NEG_INFINITY,
        n_best: 1 << 12,
    }
}

#[test]
fn a_wide_beam_finds_every_labelling_with_its_probability() {
    for seed in 0..2 {
        let model = Drawn {
            symbols: 3,
            sharpness: 4.0,
            seed,
        };
        let frames = 3;
        // No way tells more than four labels at a step, so that short labellings are complete.
        let mut search = TransducerSearch::new(&model, wide(4)).expect("valid");
        for frame in 0..frames {
            search.advance(&frame).expect("log probabilities");
        }
        let found = search.finish();
        let expected = enumerate(&model, frames, 4);
        let all: std::collections::HashSet<&Vec<u32>> =
            found.iter().map(|one| &one.labels).collect();
        assert!(expected.keys().all(|labels| all.contains(labels)));
        for hypothesis in found.iter().filter(|found| found.labels.len() <= 4) {
            let p = expected[&hypothesis.labels];
            // Logarithms of a few, each rounded to a ten-millionth, over a dozen sums.
            let close = (f64::from(hypothesis.score) - p.ln()).abs() < 2e-5;
            assert!(
                close,
                "{:?}: {} for {}",
                hypothesis.labels,
                hypothesis.score,
                p.ln()
            );
            assert_eq!(hypothesis.positions.len(), hypothesis.labels.len());
            assert!(hypothesis.positions.is_sorted());
        }
        assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }
}

#[test]
fn a_beam_is_never_worse_than_the_greedy_way() {
    let mut better = 0;
    for seed in 0..20 {
        let model = Drawn {
            symbols: 4,
            sharpness: 3.0,
            seed,
        };
        let frames: Vec<usize> = (0..6).collect();
        let greedy = greedy(&model, frames.iter(), 3).expect("log probabilities");
        let mut search = TransducerSearch::new(&model, wide(3)).expect("valid");
        frames
            .iter()
            .for_each(|frame| search.advance(frame).expect("log probabilities"));
        assert_eq!(search.stable(), Vec::<u32>::new());
        let best = search.best();
        let found = search.finish().remove(0);
        assert_eq!(found.labels, best);
        assert!(found.score >= greedy.score);
        better += usize::from(found.labels != greedy.labels);
    }
    assert!(better > 0);
}

#[test]
fn options_out_of_range_are_named() {
    let model = Drawn {
        symbols: 2,
        sharpness: 1.0,
        seed: 1,
    };
    let options = TransducerOptions {
        beam_width: 0,
        ..TransducerOptions::default()
    };
    let error = TransducerSearch::new(&model, options)
        .err()
        .expect("refused")
        .to_string();
    assert!(error.contains("beam_width"), "{error}");
}

#[test]
fn what_was_taken_out_and_what_comes_after_is_the_whole() {
    let model = Drawn {
        symbols: 4,
        sharpness: 25.0,
        seed: 5,
    };
    let options = TransducerOptions {
        beam_width: 4,
        most_labels: 2,
        ..TransducerOptions::default()
    };
    let mut whole = TransducerSearch::new(&model, options).expect("valid");
    let mut taken = TransducerSearch::new(&model, options).expect("valid");
    let mut stable = Vec::new();
    for frame in 0..40 {
        whole.advance(&frame).expect("log probabilities");
        taken.advance(&frame).expect("log probabilities");
        stable.extend(taken.take_stable());
        assert!(whole.best().starts_with(&stable));
    }
    assert!(stable.len() > 10);
    let (whole, rest) = (whole.finish().remove(0), taken.finish().remove(0));
    stable.extend(&rest.labels);
    assert_eq!(stable, whole.labels);
    assert_eq!(rest.score, whole.score);
    assert_eq!(whole.positions.len(), whole.labels.len());
}

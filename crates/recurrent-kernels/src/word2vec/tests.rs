use super::*;
use crate::Isa;
use crate::testing::values;

const ARCHITECTURES: [Architecture; 2] = [Architecture::SkipGram, Architecture::Cbow];

fn settings(architecture: Architecture, width: usize) -> Settings {
    Settings {
        architecture,
        width,
        window: 3,
        negatives: 4,
        subsampling: None,
        learning_rate: [0.05, 0.01],
        epochs: 2,
        seed: 7,
    }
}

fn cpu(isa: Isa, threads: usize) -> Cpu {
    Cpu {
        isa,
        threads,
        ..Cpu::detect()
    }
}

/// Words drawn by rank, in sentences of 0 to 12 words, and the counts.
fn corpus(vocabulary: u32, length: usize) -> (Vec<u32>, Vec<usize>, Vec<u64>) {
    let draw = |at| noise::uniform(11, at);
    let word = |at: usize| (draw(at as u64).powi(2) * f64::from(vocabulary)) as u32;
    let words: Vec<u32> = (0..length).map(word).collect();
    let mut ends = vec![0];
    while *ends.last().unwrap() < length {
        let at = ends.len() as u64;
        let size = noise::mix(12, at) as usize % 13;
        ends.push(length.min(ends.last().unwrap() + size));
    }
    let mut counts = vec![1; vocabulary as usize];
    for &word in &words {
        counts[word as usize] += 1;
    }
    (words, ends, counts)
}

/// The loss of a batch by its definition, at `moved` near `start`, both the input
/// and the output matrix. A moved input vector moves the mean by as much, not by its
/// share of it: the gradient is then the one that CBOW follows.
fn definition(
    batch: &Batch<f64>,
    width: usize,
    start: &[Vec<f64>; 2],
    moved: &[Vec<f64>; 2],
) -> f64 {
    let row = |matrix: &[f64], word: u32| matrix[word as usize * width..][..width].to_vec();
    let mut loss = 0.0;
    for (contexts, targets) in batch.contexts().zip(batch.targets.chunks(5)) {
        let mut hidden = vec![0.0; width];
        for &context in contexts {
            let rows = row(&start[0], context)
                .into_iter()
                .zip(row(&moved[0], context));
            for (h, (start, moved)) in hidden.iter_mut().zip(rows) {
                *h += start / contexts.len() as f64 + (moved - start);
            }
        }
        for (place, &target) in targets.iter().enumerate() {
            let terms = row(&moved[1], target).into_iter().zip(&hidden);
            let score: f64 = terms.map(|(a, b)| a * b).sum();
            if place == 0 {
                loss += (1.0 + (-score).exp()).ln();
            } else if target != targets[0] {
                loss += (1.0 + score.exp()).ln();
            }
        }
    }
    loss
}

#[test]
fn steps_follow_the_gradient_of_the_loss() {
    let (words, ends, counts) = corpus(9, 40);
    let text = Text::new(&words, &ends);
    // So small a rate that updates within a batch do not change one another.
    let rate = 1e-8;
    for architecture in ARCHITECTURES {
        for width in [1, 37] {
            let size = counts.len() * width;
            let settings = Settings {
                learning_rate: [rate; 2],
                ..settings(architecture, width)
            };
            let start = [values(size, 1), values(size, 2)];
            let trainer = Trainer::resume(settings, &counts, &start[0], &start[1]);
            let mut batch = Batch::default();
            let step = 1;
            let from = step * trainer.words;
            let range = from..from + trainer.words;
            trainer.sampler.fill(&text, 0, range, &mut batch);
            assert!(batch.examples() > 1);
            let loss = |moved: &[Vec<f64>; 2]| definition(&batch, width, &start, moved);
            let gradient: Vec<f64> = (0..2 * size)
                .map(|at| {
                    let moved = |by: f64| {
                        let mut moved = start.clone();
                        moved[at / size][at % size] += by;
                        loss(&moved)
                    };
                    (moved(1e-5) - moved(-1e-5)) / 2e-5
                })
                .collect();
            for isa in Isa::available() {
                let mut trained = trainer.clone();
                let progress = trained.train(cpu(isa, 2), &text, 1..2);
                assert_eq!(progress.examples, batch.examples() as u64);
                let after = [trained.input(), trained.output()].concat();
                for ((after, before), gradient) in after.iter().zip(start.concat()).zip(&gradient) {
                    let found = (before - after) / rate;
                    // Rounding of the step, 1e-16 / 1e-8, and of the differences; updates before
                    // it in the batch, some 1e-8 times as large as they are.
                    assert!(
                        (found - gradient).abs() < 1e-6,
                        "{architecture:?} {found} {gradient}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_first_loss_is_that_of_output_vectors_of_zero() {
    let (words, ends, counts) = corpus(50, 200);
    let text = Text::new(&words, &ends);
    for architecture in ARCHITECTURES {
        let mut trainer = Trainer::<f32>::new(settings(architecture, 8), &counts);
        let mut batch = Batch::<f32>::default();
        trainer.sampler.fill(&text, 0, 0..trainer.words, &mut batch);
        let counted = batch.rates.iter().filter(|&&rate| rate != 0.0).count();
        let expected = counted as f64 / batch.examples() as f64 * std::f64::consts::LN_2;
        let progress = trainer.train(Cpu::detect(), &text, 0..1);
        assert!((progress.loss.unwrap() - expected).abs() < 1e-12);
        assert_eq!(trainer.train(Cpu::detect(), &text, 1..2).loss, None);
    }
}

#[test]
fn instruction_sets_and_element_types_agree() {
    let (words, ends, counts) = corpus(60, 600);
    let text = Text::new(&words, &ends);
    for architecture in ARCHITECTURES {
        for width in [5, 100, 129] {
            let settings = settings(architecture, width);
            let exact = {
                let mut trainer = Trainer::<f64>::new(settings, &counts);
                let steps = trainer.steps_per_epoch(&text);
                trainer.train(cpu(Isa::Portable, 1), &text, 0..steps);
                [trainer.input(), trainer.output()].concat()
            };
            for isa in Isa::available() {
                let mut trainer = Trainer::<f32>::new(settings, &counts);
                let steps = trainer.steps_per_epoch(&text);
                trainer.train(cpu(isa, 1), &text, 0..steps);
                let found = [trainer.input(), trainer.output()].concat();
                for (found, exact) in found.iter().zip(&exact) {
                    // Elements are below 1 and updated some thousand times.
                    assert!((f64::from(*found) - exact).abs() < 1e-4);
                }
            }
        }
    }
}

#[test]
fn threads_ranges_and_resuming_change_nothing() {
    let (words, ends, counts) = corpus(300, 3000);
    let text = Text::new(&words, &ends);
    for architecture in ARCHITECTURES {
        for width in [20, 100, 150] {
            let settings = Settings {
                subsampling: Some(0.01),
                ..settings(architecture, width)
            };
            let mut whole = Trainer::<f32>::new(settings, &counts);
            let steps = 2 * whole.steps_per_epoch(&text);
            let all = whole.train(cpu(Isa::detect(), 1), &text, 0..steps);
            assert_eq!(all.words, 6000);
            for threads in [2, 3] {
                let cpu = cpu(Isa::detect(), threads);
                let mut first = Trainer::<f32>::new(settings, &counts);
                let mut examples = 0;
                for steps in [0..1, 1..70, 70..70, 70..101] {
                    examples += first.train(cpu, &text, steps).examples;
                }
                let (input, output) = (first.input(), first.output());
                let mut second = Trainer::resume(settings, &counts, &input, &output);
                examples += second.train(cpu, &text, 101..steps).examples;
                assert_eq!(second.input(), whole.input());
                assert_eq!(second.output(), whole.output());
                assert_eq!(examples, all.examples);
            }
        }
    }
}

#[test]
fn windows_shrink_evenly_and_end_with_the_sentence() {
    // Each word occurs once, so a context says where it stood.
    let length = 6000;
    let words: Vec<u32> = (0..length as u32).collect();
    let counts = vec![1; length];
    let ends = [3000, 3000, length];
    let text = Text::new(&words, &ends);
    let settings = settings(Architecture::SkipGram, 1);
    let sampler = Sampler::new(settings, &counts);
    let mut batch = Batch::<f32>::default();
    sampler.fill(&text, 0, 0..length, &mut batch);
    let mut reach = vec![0; length];
    for (&context, targets) in batch.contexts.iter().zip(batch.targets.chunks(5)) {
        let (from, to) = (context as usize, targets[0] as usize);
        assert_eq!(from < 3000, to < 3000);
        reach[to] = reach[to].max(from.abs_diff(to));
    }
    for size in 1..=3 {
        let share = reach.iter().filter(|&&reach| reach == size).count() as f64 / length as f64;
        // Five standard errors.
        assert!((share - 1.0 / 3.0).abs() < 5.0 * (2.0f64 / 9.0 / length as f64).sqrt());
    }
    // Cut anywhere, the examples are the same.
    let mut pieces = Vec::new();
    for range in [0..1, 1..2999, 2999..3002, 3002..length] {
        let mut piece = Batch::<f32>::default();
        sampler.fill(&text, 0, range, &mut piece);
        pieces.extend(piece.targets);
    }
    assert_eq!(pieces, batch.targets);
    // And others in the next epoch.
    let mut next = Batch::<f32>::default();
    sampler.fill(&text, 1, 0..length, &mut next);
    assert_ne!(next.targets, batch.targets);
}

#[test]
fn frequent_words_are_dropped_as_often_as_the_formula_says() {
    let length = 40_000;
    // Word 0 makes half of the text, word 1 a quarter, and so on.
    let word = |at: u64| noise::mix(3, at).trailing_zeros().min(7);
    let words: Vec<u32> = (0..length).map(word).collect();
    let mut counts = vec![0u64; 8];
    for &word in &words {
        counts[word as usize] += 1;
    }
    let settings = Settings {
        subsampling: Some(0.02),
        ..settings(Architecture::Cbow, 1)
    };
    let sampler = Sampler::new(settings, &counts);
    let ends = [words.len()];
    let mut batch = Batch::<f32>::default();
    sampler.fill(&Text::new(&words, &ends), 0, 0..words.len(), &mut batch);
    let mut kept = [0u64; 8];
    for targets in batch.targets.chunks(5) {
        kept[targets[0] as usize] += 1;
    }
    for (&kept, &count) in kept.iter().zip(&counts) {
        let ratio = 0.02 * length as f64 / count as f64;
        let expected = (ratio.sqrt() + ratio).min(1.0);
        let error = (expected * (1.0 - expected) / count as f64).sqrt();
        let found = kept as f64 / count as f64;
        assert!(
            (found - expected).abs() <= 5.0 * error,
            "{found} {expected}"
        );
    }
}

#[test]
fn noise_is_drawn_with_the_power_of_the_counts() {
    let counts = [16, 81, 256, 1];
    let words: Vec<u32> = (0..20_000).map(|at| at % 4).collect();
    let ends = [words.len()];
    let sampler = Sampler::new(settings(Architecture::SkipGram, 1), &counts);
    let mut batch = Batch::<f32>::default();
    sampler.fill(&Text::new(&words, &ends), 0, 0..words.len(), &mut batch);
    let mut found = [0.0; 4];
    let mut draws = 0.0;
    for targets in batch.targets.chunks(5) {
        for &target in &targets[1..] {
            found[target as usize] += 1.0;
            draws += 1.0;
        }
    }
    // 16^(3/4) and so on.
    for (found, power) in found.into_iter().zip([8.0, 27.0, 64.0, 1.0]) {
        let expected: f64 = power / 100.0;
        let error = (expected * (1.0 - expected) / draws).sqrt();
        assert!((found / draws - expected).abs() < 5.0 * error);
    }
}

#[test]
fn words_of_a_topic_become_neighbours() {
    // Sentences of eight words, each of one topic of ten words.
    let words: Vec<u32> = (0..24_000u64)
        .map(|at| (noise::mix(1, at / 8) % 2 * 10 + noise::mix(2, at) % 10) as u32)
        .collect();
    let ends: Vec<usize> = (1..=words.len() / 8).map(|end| end * 8).collect();
    let text = Text::new(&words, &ends);
    let mut counts = vec![0u64; 20];
    for &word in &words {
        counts[word as usize] += 1;
    }
    for architecture in ARCHITECTURES {
        let settings = Settings {
            epochs: 5,
            ..settings(architecture, 16)
        };
        let mut trainer = Trainer::<f32>::new(settings, &counts);
        let epoch = trainer.steps_per_epoch(&text);
        let first = trainer.train(Cpu::detect(), &text, 0..epoch).loss.unwrap();
        let last = trainer.train(Cpu::detect(), &text, epoch..5 * epoch);
        assert!(last.loss.unwrap() < first);
        let vectors = trainer.input();
        let row = |word: usize| &vectors[word * 16..][..16];
        let dot =
            |a: usize, b: usize| -> f32 { row(a).iter().zip(row(b)).map(|(x, y)| x * y).sum() };
        let cosine = |a, b| dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        for word in 0..20 {
            let mut others: Vec<usize> = (0..20).filter(|&other| other != word).collect();
            others.sort_by(|&a, &b| cosine(word, b).total_cmp(&cosine(word, a)));
            assert!(
                others[..9].iter().all(|other| other / 10 == word / 10),
                "{architecture:?}"
            );
        }
    }
}

#[test]
fn a_text_without_pairs_trains_nothing() {
    for (words, ends) in [(vec![], vec![]), (vec![0, 1, 0], vec![1, 2, 3])] {
        let text = Text::new(&words, &ends);
        let mut trainer = Trainer::<f32>::new(settings(Architecture::Cbow, 3), &[2, 1]);
        let before = trainer.input();
        let steps = 2 * trainer.steps_per_epoch(&text);
        let progress = trainer.train(Cpu::detect(), &text, 0..steps);
        assert_eq!((progress.examples, progress.loss), (0, None));
        assert_eq!(trainer.input(), before);
    }
}

#[test]
#[should_panic(expected = "a word of the text is not one of the 2")]
fn a_word_outside_the_vocabulary_panics() {
    let text = Text::new(&[0, 2], &[2]);
    Trainer::<f32>::new(settings(Architecture::Cbow, 3), &[2, 1]).train(Cpu::detect(), &text, 0..1);
}

#[test]
#[should_panic(expected = "no word occurs in the text")]
fn a_vocabulary_that_never_occurs_panics() {
    Trainer::<f32>::new(settings(Architecture::Cbow, 3), &[0, 0]);
}

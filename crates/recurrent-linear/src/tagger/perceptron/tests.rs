//! The perceptron on a language of its own, its arrays and what it refuses.

mod definition;

use super::*;
use crate::tagger::{PerceptronArrays, TaggerUnit};
use rand::RngExt;

type Sentences = Vec<(Vec<String>, Vec<usize>)>;

/// Sentences of names (tags 1 begin, 2 inside) and other words (0), where what is after `mr` is a name and a word after a
/// name is one with probability 1/2, which only its own last letter tells.
fn sentences(seed: u64, count: usize) -> Sentences {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut sentence = || {
        let (mut words, mut tags) = (Vec::new(), Vec::new());
        let mut name = false;
        for _ in 0..random.random_range(1..9) {
            let begins = words.last().is_some_and(|word| word == "mr");
            let number = random.random_range(0..50);
            let inside = name && random.random();
            name = begins || inside;
            tags.push(if begins { 1 } else { 2 * usize::from(inside) });
            words.push(match (begins, inside) {
                (true, _) => format!("{number}"),
                (_, true) => format!("{number}son"),
                _ if number < 15 => "mr".to_owned(),
                _ => format!("{number}"),
            });
        }
        (words, tags)
    };
    (0..count).map(|_| sentence()).collect()
}

/// IOB2 with one kind.
fn legal(from: Option<usize>, to: Option<usize>) -> bool {
    to != Some(2) || matches!(from, Some(1 | 2))
}

fn config(passes: usize) -> PerceptronConfig {
    PerceptronConfig {
        passes,
        ..PerceptronConfig::default()
    }
}

fn trained(sentences: &Sentences, config: PerceptronConfig) -> PerceptronTagger {
    train(sentences, 3, config, &legal, &mut |_| ()).unwrap()
}

#[test]
fn a_small_language_is_learned() {
    let mut passes = Vec::new();
    let train_sentences = sentences(1, 200);
    let tagger = train(&train_sentences, 3, config(20), &legal, &mut |pass| {
        passes.push(pass)
    });
    let tagger = tagger.unwrap();
    // The last pass is the first without mistakes.
    let words: usize = train_sentences.iter().map(|(words, _)| words.len()).sum();
    let (last, others) = passes.split_last().unwrap();
    assert_eq!((last.mistakes, last.words), (0, words));
    assert!(others.iter().all(|pass| pass.mistakes > 0));
    assert!((2..20).contains(&last.pass) && last.pass == passes.len());
    for (words, tags) in sentences(2, 200) {
        assert_eq!(tagger.tag(&words), tags, "{words:?}");
    }
    assert!(tagger.tag::<&str>(&[]).is_empty());
    // The same again.
    assert_eq!(trained(&train_sentences, config(20)), tagger);
    let other = PerceptronConfig {
        seed: 2,
        ..config(20)
    };
    assert_ne!(trained(&train_sentences, other), tagger);
}

#[test]
fn tags_are_legal_whatever_the_words() {
    let tagger = trained(&sentences(3, 20), config(1));
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for _ in 0..200 {
        let words: Vec<String> = (0..random.random_range(0..8))
            .map(|_| ["mr", "1son", "2son", "x", ""][random.random_range(0..5)].to_owned())
            .collect();
        let mut before = None;
        for tag in tagger.tag(&words) {
            assert!(legal(before, Some(tag)));
            before = Some(tag);
        }
    }
}

#[test]
fn rare_features_are_left_out() {
    let examples = sentences(6, 100);
    let all = trained(&examples, config(5));
    let frequent = PerceptronConfig {
        minimum_count: 3,
        ..config(5)
    };
    assert!(trained(&examples, frequent).len() < all.len());
    let none = PerceptronConfig {
        minimum_count: usize::MAX,
        ..config(5)
    };
    let error = train(&examples, 3, none, &legal, &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("minimum_count"), "{error}");
}

#[test]
fn a_tagger_comes_back_from_its_arrays() {
    for unit in [TaggerUnit::Word, TaggerUnit::Character] {
        let features = TaggerFeatures {
            unit,
            ..TaggerFeatures::default()
        };
        let tagger = trained(
            &sentences(7, 50),
            PerceptronConfig {
                features,
                ..config(3)
            },
        );
        let again = PerceptronTagger::from_arrays(tagger.features(), tagger.to_arrays());
        assert_eq!(again.unwrap(), tagger);
    }
    // One tag needs no weights.
    let one = train(
        &[(vec!["a"], vec![0])],
        1,
        config(3),
        &|_, _| true,
        &mut |_| (),
    )
    .unwrap();
    assert!(one.is_empty());
    let again = PerceptronTagger::from_arrays(one.features(), one.to_arrays()).unwrap();
    assert_eq!(again.tag(&["b", "c"]), [0, 0]);
}

#[test]
fn arrays_that_do_not_fit_are_refused() {
    let tagger = trained(&sentences(8, 30), config(2));
    let broken = |change: &dyn Fn(&mut PerceptronArrays)| {
        let mut arrays = tagger.to_arrays();
        change(&mut arrays);
        let found = PerceptronTagger::from_arrays(tagger.features(), arrays);
        found.unwrap_err().to_string()
    };
    assert!(broken(&|it| it.keys[0] = it.keys[1]).contains("keys: expected different"));
    assert!(broken(&|it| it.keys.clear()).contains("counts"));
    assert!(broken(&|it| it.counts[0] = u32::MAX).contains("tags"));
    assert!(broken(&|it| it.tags.truncate(1)).contains("tags"));
    assert!(broken(&|it| it.weights.push(0.0)).contains("weights"));
    assert!(broken(&|it| it.weights[0] = f32::NAN).contains("weights: expected finite"));
    assert!(broken(&|it| it.tags[0] = 3).contains("tags: expected rising"));
    assert!(broken(&|it| it.transitions[0] = f32::INFINITY).contains("transitions"));
    assert!(broken(&|it| it.transitions.clear()).contains("transitions: expected a square"));
    assert!(broken(&|it| it.transitions.truncate(15)).contains("found 15"));
    // Two tags in place of three.
    assert!(broken(&|it| it.transitions.truncate(9)).contains("rising tags below K"));
    let wide = TaggerFeatures {
        window: 1 << 40,
        ..tagger.features()
    };
    assert!(PerceptronTagger::from_arrays(wide, tagger.to_arrays()).is_err());
    // Where nothing is legal, there are tags nevertheless.
    let mut arrays = tagger.to_arrays();
    arrays.transitions.fill(f32::NEG_INFINITY);
    let none = PerceptronTagger::from_arrays(tagger.features(), arrays).unwrap();
    assert_eq!(none.tag(&["mr", "1"]).len(), 2);
}

#[test]
fn what_cannot_be_learned_is_refused() {
    let error = |sentences: &[(Vec<&str>, Vec<usize>)], config: PerceptronConfig| {
        let found = train(sentences, 3, config, &legal, &mut |_| ());
        found.unwrap_err().to_string()
    };
    let fine = (vec!["a", "b"], vec![1, 2]);
    let illegal = (vec!["a", "b"], vec![0, 2]);
    assert!(
        error(&[fine.clone(), illegal], config(1))
            .contains("legal sequences of tags, found others in sentence 1")
    );
    assert!(error(&[(vec!["a"], vec![2])], config(1)).contains("sentence 0"));
    assert!(error(&[(vec!["a"], vec![3])], config(1)).contains("found 3 of 3"));
    assert!(error(&[], config(1)).contains("none"));
    assert!(error(std::slice::from_ref(&fine), config(0)).contains("passes: expected at least 1"));
    assert!(
        error(
            &[fine],
            PerceptronConfig {
                minimum_count: 0,
                ..config(1)
            }
        )
        .contains("minimum_count")
    );
}

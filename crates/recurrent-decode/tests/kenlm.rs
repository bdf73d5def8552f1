//! ARPA files give what KenLM reads in them: every word of every sentence, and the perplexity.

use std::fs;
use std::path::PathBuf;

use recurrent_decode::LanguageModel;
use recurrent_decode::ngram::WordNgram;

#[derive(serde::Deserialize)]
struct Scored {
    text: String,
    /// Of each word and the end of the sentence.
    log10: Vec<f64>,
}

fn fixture(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    folder.join(name)
}

#[test]
fn scores_and_perplexity_are_those_of_kenlm() {
    let WordNgram { model, words } = WordNgram::read(&fixture("kenlm.arpa")).unwrap();
    let json = fs::read_to_string(fixture("kenlm.json")).unwrap();
    let all: Vec<Scored> = serde_json::from_str(&json).unwrap();
    assert!(all.len() > 50);
    let (mut ours, mut theirs, mut count) = (0.0, 0.0, 0);
    for Scored { text, log10 } in &all {
        let ids = words.encode(&format!("{text}\n")).unwrap();
        assert_eq!(ids.len(), log10.len(), "{text}");
        let mut state = model.start();
        for (&id, &expected) in ids.iter().zip(log10) {
            let found = f64::from(model.step(&mut state, id)) / std::f64::consts::LN_10;
            // Sums of a few numbers in single precision.
            assert!(
                (found - expected).abs() < 1e-5,
                "{text}: {found} for {expected}"
            );
            ours += found;
            theirs += expected;
            count += 1;
        }
    }
    let perplexity = |log10: f64| 10f64.powf(-log10 / f64::from(count));
    let (ours, theirs) = (perplexity(ours), perplexity(theirs));
    assert!((ours - theirs).abs() < 1e-4, "{ours} for {theirs}");
}

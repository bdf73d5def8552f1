//! Penn Treebank with the order-5 modified Kneser-Ney model of Mikolov's comparisons, where the data are there.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use recurrent_decode::ngram::{CountConfig, KneserNey, NgramCounter};

/// The id of `<eos>`.
const BOUNDARY: u32 = 0;

fn read(split: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/ptb")
        .join(format!("ptb.{split}.txt.gz"));
    let Ok(file) = File::open(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(text)
}

fn encode(text: &str, ids: &mut HashMap<String, u32>) -> Vec<u32> {
    let mut found = Vec::new();
    for line in text.lines() {
        for word in line.split_ascii_whitespace() {
            let next = ids.len() as u32;
            found.push(*ids.entry(word.to_string()).or_insert(next));
        }
        found.push(BOUNDARY);
    }
    found
}

#[test]
fn order_5_is_as_good_as_published() {
    let (Some(train), Some(test)) = (read("train"), read("test")) else {
        return;
    };
    let mut ids = HashMap::from([("<eos>".to_string(), BOUNDARY)]);
    let train = encode(&train, &mut ids);
    let test = encode(&test, &mut ids);
    assert_eq!(
        (ids.len(), train.len(), test.len()),
        (10_000, 929_589, 82_430)
    );

    // A hundredth of what the n-grams take: most of them go to disk.
    let config = CountConfig {
        memory: 1 << 20,
        ..CountConfig::new(5, ids.len(), Some(BOUNDARY))
    };
    let mut counter = NgramCounter::new(config, &std::env::temp_dir()).unwrap();
    train
        .chunks(1000)
        .for_each(|part| counter.push(part).unwrap());
    let counts = counter.finish().unwrap();
    let (model, discounts) = KneserNey::default().estimate(&counts).unwrap();
    assert!(discounts.iter().all(|discounts| !discounts.fallback));
    let perplexity = model.cross_entropy(&test).unwrap().exp();
    eprintln!("test perplexity {perplexity:.4}, {discounts:?}");
    // Mikolov and others, RNNLM toolkit (2011): 141. KenLM's lmplz: 141.1862, with `<unk>` as a word of the text and
    // one of its own beside it.
    assert!((perplexity - 141.186).abs() < 0.02, "{perplexity}");
}

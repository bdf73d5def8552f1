//! Times the queries of an n-gram model: `ngram_queries MODEL TEXT [ROUNDS]`, words between white space, a sentence a
//! line. The model is an ARPA file or a binary one. Prints one JSON object; `benchmarks/ngram.py` compares it with KenLM.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use recurrent_decode::LanguageModel;
use recurrent_decode::ngram::WordNgram;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, model, text, rest @ ..] = arguments.as_slice() else {
        return Err("usage: ngram_queries MODEL TEXT [ROUNDS]".into());
    };
    let rounds: usize = rest.first().map_or(Ok(20), |rounds| rounds.parse())?;
    let before = Instant::now();
    let WordNgram { model, words } = WordNgram::read(Path::new(model))?;
    let load_seconds = before.elapsed().as_secs_f64();
    let before = Instant::now();
    let hashed = model.hashed();
    let hash_seconds = before.elapsed().as_secs_f64();
    let text = words.encode(&std::fs::read_to_string(text)?)?;
    let perplexity = model.cross_entropy(&text)?.exp();

    let (trie, hash) = (time(&model, &text, rounds), time(&hashed, &text, rounds));
    println!(
        "{{\"queries\": {}, \"hash_ns\": {hash:.2}, \"trie_ns\": {trie:.2}, \"perplexity\": {perplexity:.6}, \
         \"load_seconds\": {load_seconds:.3}, \"hash_seconds\": {hash_seconds:.3}}}",
        text.len()
    );
    Ok(())
}

/// The median over rounds of the nanoseconds of a query.
fn time<L: LanguageModel>(model: &L, text: &[u32], rounds: usize) -> f64 {
    let mut nanoseconds = Vec::new();
    for _ in 0..rounds.max(1) {
        let before = Instant::now();
        let mut state = model.start();
        let mut total = 0.0;
        for &symbol in text {
            total += model.step(&mut state, symbol);
        }
        std::hint::black_box(total);
        nanoseconds.push(before.elapsed().as_secs_f64() * 1e9 / text.len() as f64);
    }
    nanoseconds.sort_by(f64::total_cmp);
    nanoseconds[nanoseconds.len() / 2]
}

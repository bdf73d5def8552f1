//! Decodes the emissions of any network that was trained by connectionist temporal classification: `decode_emissions FILE BEAM`.
//!
//! The file has three numbers of 32 bits, `N`, `T` and `V`, and natural log probabilities `[N, T, V]` in single precision,
//! blank first, all little-endian. Prints a JSON object with the milliseconds of the fastest of some passes over all and
//! the best labels of each sequence. Without arguments it decodes a small example.

use recurrent::decode::ctc::{BeamOptions, Emissions, beam_search};
use recurrent::decode::guide::Unguided;
use std::time::Instant;

/// Passes over all sequences.
const PASSES: usize = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let bytes = match arguments.next() {
        Some(path) => std::fs::read(path)?,
        None => example(),
    };
    let beam_width = arguments.next().map_or(Ok(50), |width| width.parse())?;
    let (head, body) = bytes.split_at_checked(12).ok_or("expected N, T and V")?;
    let words = |bytes: &[u8]| -> Vec<[u8; 4]> {
        let all = bytes.chunks_exact(4);
        all.map(|word| [word[0], word[1], word[2], word[3]])
            .collect()
    };
    let sizes: Vec<usize> = words(head)
        .into_iter()
        .map(|word| u32::from_le_bytes(word) as usize)
        .collect();
    let [count, steps, symbols] = [sizes[0], sizes[1], sizes[2]];
    let values: Vec<f32> = words(body).into_iter().map(f32::from_le_bytes).collect();
    if values.len() != count * steps * symbols || symbols == 0 {
        return Err(format!(
            "expected {count} x {steps} x {symbols} numbers, found {}",
            values.len()
        )
        .into());
    }
    let options = BeamOptions {
        beam_width,
        ..BeamOptions::default()
    };
    let (mut labels, mut fastest) = (Vec::new(), f64::INFINITY);
    for _ in 0..PASSES {
        let before = Instant::now();
        labels.clear();
        for row in values.chunks_exact((steps * symbols).max(1)) {
            let found = beam_search(Emissions::new(row, symbols, 0)?, options, Unguided)?;
            labels.push(
                found
                    .into_iter()
                    .next()
                    .map_or_else(Vec::new, |best| best.labels),
            );
        }
        fastest = fastest.min(before.elapsed().as_secs_f64());
    }
    println!("{{\"ms\": {}, \"labels\": {labels:?}}}", 1000.0 * fastest);
    Ok(())
}

/// Two steps of blank and one label: the label is more probable than nothing, though blank is at every step.
fn example() -> Vec<u8> {
    let mut bytes: Vec<u8> = [1u32, 2, 2]
        .iter()
        .flat_map(|size| size.to_le_bytes())
        .collect();
    let values = [0.6f32, 0.4, 0.6, 0.4].map(f32::ln);
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

//! What the network heard where: emissions of some sequences with the alignment of their text.

use super::data::Utterances;
use super::predict::Transcriber;
use super::reading::BLANK;
use crate::Error;
use crate::report::{EmissionMap, Placed};
use recurrent_decode::ctc::{Emissions, align};

/// The longest sequences that are drawn, in steps.
const LONGEST: usize = 1200;

/// The emissions of the first sequences that are not too long, drawn.
pub(super) fn emissions(
    transcriber: &Transcriber,
    utterances: &Utterances,
    count: usize,
) -> Result<Vec<EmissionMap>, Error> {
    // A transducer's probabilities depend on what was told.
    if transcriber.network.transducer.is_some() {
        return Ok(Vec::new());
    }
    let short = |&number: &usize| {
        let signal = &utterances.signals[number];
        signal.steps <= LONGEST && !utterances.labels[number].is_empty()
    };
    let drawn: Vec<usize> = (0..utterances.len()).filter(short).take(count).collect();
    let chosen = utterances.chosen(&drawn);
    let frames = transcriber.frames(&chosen)?;
    let found = transcriber.decode(transcriber.method(), &frames, 1)?;
    let classes = transcriber.symbols().len() + 1;
    let mut maps = Vec::new();
    for (number, frames) in frames.iter().enumerate() {
        let labels: Vec<u32> = chosen.labels[number]
            .iter()
            .map(|&label| label as u32)
            .collect();
        let emissions = Emissions::new(frames, classes, BLANK)?;
        let place = |placed: &recurrent_decode::ctc::AlignedLabel| Placed {
            symbol: transcriber.symbols()[placed.label as usize - 1].clone(),
            steps: [placed.first, placed.last],
        };
        // A text that does not fit the steps has no alignment.
        let alignment = align(emissions, &labels);
        let alignment = alignment.map_or_else(
            |_| Vec::new(),
            |alignment| alignment.labels.iter().map(place).collect(),
        );
        let signal = &chosen.signals[number];
        let text = found[number].first().map_or("", |best| &best.text);
        maps.push(EmissionMap {
            title: format!("{}: {}", chosen.names[number], chosen.texts[number]),
            found: text.to_string(),
            // Stacked steps are drawn one after the other.
            channels: transcriber.channels(),
            input: signal.values.clone(),
            symbols: transcriber.symbols().to_vec(),
            probabilities: frames.iter().map(|value| value.exp()).collect(),
            alignment,
            is_sound: transcriber.config().data.sound().is_some(),
        });
    }
    Ok(maps)
}

//! What a network that learned by connectionist temporal classification heard where: its input, over it the alignment of the
//! text, and below the probability of each symbol at every step.

use std::fmt::Write as _;

use super::html::escape;

/// The most columns of a picture; of a longer sequence every second step, or third, and so on, is drawn.
const MOST_COLUMNS: usize = 600;
/// The most rows of the input that are drawn.
const MOST_ROWS: usize = 80;
/// The most symbols that are drawn.
const MOST_SYMBOLS: usize = 40;
/// Shades of a cell.
const SHADES: u8 = 15;
/// A symbol is drawn where it is as probable as this at some step.
const LEAST: f32 = 0.05;
/// The part of the input's values that are below all shades, and above.
const BEYOND: f32 = 0.01;
/// Units of the picture: its width, the height of the input, of a symbol, and the room at the left for their names.
const WIDTH: f32 = 860.0;
const INPUT: f32 = 150.0;
const ROW: f32 = 14.0;
const LEFT: f32 = 22.0;
/// Room between input and symbols, where the text stands.
const GAP: f32 = 20.0;

/// A sequence with its emissions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EmissionMap {
    /// What it is.
    pub title: String,
    /// The text that was found in it.
    pub found: String,
    /// What the network read. `[T, C]`
    pub input: Vec<f32>,
    /// `C`.
    pub channels: usize,
    /// Names of the symbols, without blank. `[V - 1]`
    pub symbols: Vec<String>,
    /// What the network gave, blank first. `[T', V]`
    pub probabilities: Vec<f32>,
    /// Where the symbols of the text are.
    pub alignment: Vec<Placed>,
    /// Whether the first channel is the lowest, as of sound, or the highest, as of images.
    pub is_sound: bool,
}

/// A symbol of a text with its first and last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The symbol.
    pub symbol: String,
    /// Its steps, of the emissions.
    pub steps: [usize; 2],
}

impl EmissionMap {
    pub(super) fn to_html(&self) -> String {
        format!(
            "<figure class=\"wide\">\n<figcaption><h3>{}</h3><p class=\"note\">found: {}</p></figcaption>\n{}</figure>\n",
            escape(&self.title),
            escape(&self.found),
            self.to_svg()
        )
    }

    fn to_svg(&self) -> String {
        let classes = self.symbols.len() + 1;
        let steps = self.probabilities.len() / classes;
        let drawn = self.drawn(classes);
        let height = INPUT + GAP + ROW * drawn.len() as f32;
        let mut svg = format!(
            "<svg class=\"emissions\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" shape-rendering=\"crispEdges\">\n"
        );
        let rows = self.channels.clamp(1, MOST_ROWS);
        let length = self.input.len() / self.channels.max(1);
        let (least, most) = bounds(&self.input);
        let level = |row: usize, step: usize| {
            let from_top = row * self.channels / rows;
            let channel = match self.is_sound {
                true => self.channels - 1 - from_top,
                false => from_top,
            };
            let value = self.input.get(step * self.channels + channel);
            value.map_or(0.0, |value| {
                (value - least) / (most - least).max(f32::MIN_POSITIVE)
            })
        };
        cells(&mut svg, [0.0, INPUT], [rows, length], "ink", level);
        let top = INPUT + GAP;
        let share = |row: usize, step: usize| self.probabilities[step * classes + drawn[row]];
        let below = [top, ROW * drawn.len() as f32];
        cells(&mut svg, below, [drawn.len(), steps], "heat", share);
        for (row, &class) in drawn.iter().enumerate() {
            let name = match class {
                0 => "∅",
                class => &self.symbols[class - 1],
            };
            let y = top + ROW * (row as f32 + 0.75);
            let _ = writeln!(svg, "<text x=\"2\" y=\"{y:.1}\">{}</text>", escape(name));
        }
        let place = |step: usize| LEFT + (WIDTH - LEFT) * step as f32 / steps.max(1) as f32;
        for placed in &self.alignment {
            let [first, last] = placed.steps;
            let (from, to) = (place(first), place(last + 1));
            let (middle, y) = ((from + to) / 2.0, INPUT + GAP * 0.75);
            let _ = writeln!(
                svg,
                "<path class=\"span\" d=\"M{from:.1} 0V{:.1}H{to:.1}V0\"/>\
                 <text class=\"placed\" x=\"{middle:.1}\" y=\"{y:.1}\">{}</text>",
                INPUT + 3.0,
                escape(&placed.symbol)
            );
        }
        svg + "</svg>\n"
    }

    /// The classes that are drawn, blank first: those that are probable somewhere.
    fn drawn(&self, classes: usize) -> Vec<usize> {
        let peak = |class: usize| {
            let all = self.probabilities.chunks_exact(classes);
            all.map(|step| step[class]).fold(0.0, f32::max)
        };
        let probable = (1..classes).filter(|&class| peak(class) >= LEAST);
        [0].into_iter().chain(probable.take(MOST_SYMBOLS)).collect()
    }
}

/// Bounds of numbers that a few of them may be beyond, so that they do not take all shades.
fn bounds(values: &[f32]) -> (f32, f32) {
    let mut sorted: Vec<f32> = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f32| {
        let place = (share * sorted.len().saturating_sub(1) as f32).round();
        sorted.get(place as usize).copied().unwrap_or_default()
    };
    (at(BEYOND), at(1.0 - BEYOND))
}

/// Draws a table of shares from 0 to 1, equal neighbours of a row as one.
fn cells(
    svg: &mut String,
    [top, height]: [f32; 2],
    [rows, steps]: [usize; 2],
    class: &str,
    share: impl Fn(usize, usize) -> f32,
) {
    let every = steps.div_ceil(MOST_COLUMNS).max(1);
    let columns = steps.div_ceil(every);
    let (wide, high) = (
        (WIDTH - LEFT) / columns.max(1) as f32,
        height / rows.max(1) as f32,
    );
    let _ = writeln!(svg, "<g class=\"{class}\">");
    for row in 0..rows {
        let shade = |column: usize| {
            let steps = column * every..((column + 1) * every).min(steps);
            let most = steps.map(|step| share(row, step)).fold(0.0, f32::max);
            (most * f32::from(SHADES)).round() as u8
        };
        let mut column = 0;
        while column < columns {
            let own = shade(column);
            let count = (column..columns)
                .take_while(|&next| shade(next) == own)
                .count();
            if own > 0 {
                let _ = write!(
                    svg,
                    "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{high:.2}\" opacity=\"{:.2}\"/>",
                    LEFT + wide * column as f32,
                    top + high * row as f32,
                    wide * count as f32,
                    f32::from(own) / f32::from(SHADES)
                );
            }
            column += count;
        }
    }
    svg.push_str("</g>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_that_are_heard_have_a_row_and_the_text_its_places() {
        let map = EmissionMap {
            title: "a < b".to_string(),
            found: "b".to_string(),
            input: vec![0.0, 1.0, 0.5, 0.5],
            channels: 2,
            symbols: vec!["a".to_string(), "b".to_string()],
            probabilities: vec![0.9, 0.01, 0.09, 0.1, 0.01, 0.89],
            alignment: vec![Placed {
                symbol: "b".to_string(),
                steps: [1, 1],
            }],
            is_sound: true,
        };
        let html = map.to_html();
        assert!(html.contains("a &lt; b") && html.contains("∅"));
        assert!(html.contains(">b</text>") && !html.contains(">a</text>"));
        assert!(html.contains("M441.0 0V153.0H860.0V0"), "{html}");
        // The loudest cell is the second channel of the first step, at the top.
        assert!(html.contains(
            "<rect x=\"22.00\" y=\"0.00\" width=\"419.00\" height=\"75.00\" opacity=\"1.00\"/>"
        ));
        assert_eq!(EmissionMap::default().to_html().matches("<rect").count(), 0);
    }
}

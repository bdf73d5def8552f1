//! The report of a run: `report.html`, one page that needs nothing but itself.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `figures` | which metrics are plotted, and how they are named |
//! | `curve` | metric lines to points: order, moving average, thinning |
//! | `axis` | ranges, ticks and their labels |
//! | `plot` | points to an SVG element |
//! | `bars` | a number for each of a few names |
//! | `confusion` | which classes were taken for which |
//! | `drawing` | sequences of numbers as pictures |
//! | `emissions` | what a network heard where |
//! | `tokens` | texts coloured by a number a symbol |
//! | `loss` | what losses are, and how they are told |
//! | `html` | escaping, tables, boxes |
//!
//! Cross entropies come in nats; those a symbol of a language model are shown in bits, `H / ln 2`, and as perplexity,
//! `exp(H)`. The page has no script, loads nothing, and follows the reader's light or dark theme.

mod axis;
mod bars;
mod confusion;
mod curve;
mod drawing;
mod emissions;
mod figures;
mod html;
mod loss;
mod plot;
mod tokens;

use crate::metrics::MetricLine;
use crate::{Error, files};
use std::path::Path;

pub use bars::Bars;
pub use confusion::Confusion;
pub use drawing::Drawing;
pub use emissions::{EmissionMap, Placed};
pub(crate) use html::grouped;
pub use loss::{Counted, Loss};
pub use tokens::{Shade, ShadedText};

/// How many results stand as cards at the top.
const CARDS: usize = 4;

/// A loss to compare the run with, drawn as a dashed line.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// What has it.
    pub label: String,
    /// Nats a symbol, or what else the losses of the run are.
    pub cross_entropy: f64,
}

/// A layer of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerRow {
    /// Its name among the weights.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// The shape of what it gives, such as `[T, B, 512]`.
    pub output_shape: String,
    /// How many numbers it learns.
    pub parameters: u64,
}

/// A text, such as one that the model wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// What it is, such as how it was drawn.
    pub title: String,
    /// The text.
    pub text: String,
    /// A picture below it.
    pub drawing: Option<Drawing>,
}

/// All that the report of a run shows. Parts that are empty are left out of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The name of the run.
    pub title: String,
    /// The command that makes it again.
    pub command: String,
    /// Its whole configuration.
    pub config_toml: String,
    /// Names and values, the most important first: the first four are also cards at the top.
    pub results: Vec<(String, String)>,
    /// What was measured on the way.
    pub metrics: Vec<MetricLine>,
    /// What was measured, of the losses.
    pub loss: Loss,
    /// What the speed counts.
    pub counted: Counted,
    /// A loss to compare with.
    pub floor: Option<Floor>,
    /// The layers of the model, from input to output.
    pub layers: Vec<LayerRow>,
    /// Texts under a heading, such as what the model wrote.
    pub samples: Vec<(String, Vec<Sample>)>,
    /// Figures of bars under a heading.
    pub bars: Vec<(String, Vec<Bars>)>,
    /// Which classes were taken for which.
    pub confusion: Option<Confusion>,
    /// What the model heard where in some sequences.
    pub emissions: Vec<EmissionMap>,
    /// A text as the model read it: what surprised it, what its units held.
    pub read: Vec<ShadedText>,
}

impl Report {
    /// The page.
    pub fn to_html(&self) -> String {
        let header = [
            self.summary(),
            html::preformatted(&self.command, "command"),
            html::cards(&self.results[..self.results.len().min(CARDS)]),
        ];
        let figures = match self.metrics[..] {
            [] => "<p class=\"note\">No metrics were recorded.</p>\n".to_string(),
            // A model that is made in one step has no course to draw.
            [MetricLine::Valid { .. }] => String::new(),
            _ => figures::figures(&self.metrics, self.loss, self.floor.as_ref()),
        };
        let sections = [
            html::section("Training", &figures),
            html::section("Results", &html::results_table(&self.results)),
            html::section(
                "Confusion",
                &self
                    .confusion
                    .as_ref()
                    .map_or(String::new(), Confusion::to_html),
            ),
            self.bars
                .iter()
                .map(|(heading, bars)| {
                    let figures: String = bars.iter().map(Bars::to_html).collect();
                    html::section(heading, &figures)
                })
                .collect(),
            html::section(
                "Heard where",
                &self
                    .emissions
                    .iter()
                    .map(EmissionMap::to_html)
                    .collect::<String>(),
            ),
            self.samples
                .iter()
                .map(|(heading, samples)| html::section(heading, &html::samples(samples)))
                .collect(),
            html::section("A text as the model reads it", &tokens::shaded(&self.read)),
            html::section("Layers", &html::layer_table(&self.layers)),
            html::section(
                "Configuration",
                &html::preformatted(&self.config_toml, "config"),
            ),
        ];
        page(&self.title, &header.concat(), &sections.concat())
    }

    /// How far the run has come: the last of what its metric lines say.
    fn summary(&self) -> String {
        let Some(last) = self.metrics.iter().max_by_key(|line| line.step()) else {
            return String::new();
        };
        let (epoch, seconds) = match *last {
            MetricLine::Train {
                epoch,
                elapsed_seconds,
                ..
            }
            | MetricLine::Valid {
                epoch,
                elapsed_seconds,
                ..
            } => (epoch, elapsed_seconds),
        };
        // A model that is made at once has no steps.
        let at_once = matches!(self.metrics[..], [MetricLine::Valid { step: 1, .. }]);
        let mut parts = Vec::new();
        if !at_once {
            parts.push(number_of(last.step(), "step"));
        }
        if epoch.is_finite() && !at_once {
            let decimals = if epoch < 10.0 { 2 } else { 1 };
            parts.push(format!("{epoch:.decimals$} epochs"));
        }
        if seconds.is_finite() && seconds >= 0.0 {
            parts.push(duration(seconds));
        }
        if let Some(speed) = self.median_speed() {
            parts.push(format!(
                "{} {}/s",
                html::grouped(speed as u64),
                self.counted
            ));
        }
        format!("<p class=\"summary\">{}</p>\n", parts.join(" \u{b7} "))
    }

    fn median_speed(&self) -> Option<f64> {
        let speed = |line: &MetricLine| match *line {
            MetricLine::Train {
                symbols_per_second, ..
            } => Some(symbols_per_second).filter(|speed| speed.is_finite() && *speed > 0.0),
            MetricLine::Valid { .. } => None,
        };
        let mut speeds: Vec<f64> = self.metrics.iter().filter_map(speed).collect();
        speeds.sort_by(f64::total_cmp);
        speeds.get(speeds.len() / 2).copied()
    }
}

/// A page that needs nothing but itself.
fn page(title: &str, header: &str, body: &str) -> String {
    let title = html::escape(title);
    let style = include_str!("report/style.css");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{style}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{title}</h1>\n\
         {header}</header>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// A page of figures of bars, with a line below the title.
pub fn bars_page(title: &str, note: &str, figures: &[Bars]) -> String {
    let figures: String = figures.iter().map(Bars::to_html).collect();
    let note = format!("<p class=\"summary\">{}</p>\n", html::escape(note));
    page(title, &note, &html::section("", &figures))
}

/// A page of texts with a number for each symbol.
pub fn shaded_page(title: &str, texts: &[ShadedText]) -> String {
    page(title, "", &html::section("", &tokens::shaded(texts)))
}

/// Writes a page to a file, whole or not at all.
///
/// # Errors
/// Where it cannot be written.
pub fn write(path: &Path, page: &str) -> Result<(), Error> {
    files::write_atomically(path, page.as_bytes())
}

/// A number of things as people say it: `1 text`, `1,024 texts`.
pub fn number_of(count: u64, what: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{} {what}{end}", html::grouped(count))
}

/// Seconds as people say them: `4.2 s`, `42 s`, `3 min 05 s`, `2 h 07 min`.
pub fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest:02} s"),
        _ => format!("{} h {minutes:02} min", html::grouped(hours)),
    }
}

#[cfg(test)]
mod tests;

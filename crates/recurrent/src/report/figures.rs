//! The figures of a report: which values of the metric lines are plotted, and how they are named.

use std::fmt::Write as _;

use super::curve::{Points, curve, is_drawable, smoothed};
use super::html::{escape, grouped};
use super::plot::{Curve, Ink, Plot, Stroke};
use super::{Floor, Loss};
use crate::metrics::MetricLine;

const WIDE: (u32, u32) = (900, 340);
const NARROW: (u32, u32) = (320, 230);

/// Curves of fewer points are drawn as they are.
const FEWEST_TO_SMOOTH: usize = 20;

/// Every figure that has something to show.
pub(super) fn figures(metrics: &[MetricLine], loss: Loss, floor: Option<&Floor>) -> String {
    let train = curve(metrics, |line| match line {
        MetricLine::Train { cross_entropy, .. } => Some(*cross_entropy),
        MetricLine::Valid { .. } => None,
    });
    let valid = curve(metrics, |line| match line {
        MetricLine::Valid { cross_entropy, .. } => Some(*cross_entropy),
        MetricLine::Train { .. } => None,
    });
    let rate = curve(metrics, |line| match line {
        MetricLine::Train { learning_rate, .. } => Some(*learning_rate),
        MetricLine::Valid { .. } => None,
    });
    let norm = curve(metrics, |line| match line {
        MetricLine::Train { gradient_norm, .. } => Some(*gradient_norm),
        MetricLine::Valid { .. } => None,
    });

    let mut cross_entropy = train_curves(&train);
    cross_entropy.push(line("validation", Ink::Valid, valid.clone()));
    let perplexity = vec![
        line(train_label(&train), Ink::Train, smooth(&train)),
        line("validation", Ink::Valid, valid.clone()),
    ];
    let (values, shown) = (loss.values(), |nats: f64| loss.value(nats));
    let above = floor.and_then(|floor| {
        let change = |nats: f64| shown(nats - floor.cross_entropy);
        above(floor, &valid, mapped(cross_entropy.clone(), change), values)
    });
    let wide = Figure {
        title: loss.title().to_string(),
        values,
        note: lowest(&valid, shown, values),
        size: WIDE,
        curves: mapped(cross_entropy, shown),
        floor: floor.map(|floor| (floor.label.as_str(), shown(floor.cross_entropy))),
        decades: 3.0,
    };
    let narrow = [
        Figure {
            title: "Perplexity".to_string(),
            values: "perplexity",
            note: String::new(),
            size: NARROW,
            curves: mapped(perplexity, f64::exp),
            floor: floor.map(|floor| (floor.label.as_str(), floor.cross_entropy.exp())),
            decades: 1.0,
        },
        Figure {
            title: "Learning rate".to_string(),
            values: "learning rate",
            note: String::new(),
            size: NARROW,
            curves: vec![line("", Ink::Train, rate)],
            floor: None,
            // A rate that falls to nothing would fill the page with its last steps.
            decades: f64::INFINITY,
        },
        Figure {
            title: "Gradient norm".to_string(),
            values: "global norm before clipping",
            note: String::new(),
            size: NARROW,
            curves: train_curves(&norm),
            floor: None,
            decades: 1.0,
        },
    ];
    let skipped = usize::from(!loss.has_perplexity());
    let narrow: String = narrow
        .into_iter()
        .skip(skipped)
        .map(Figure::into_html)
        .collect();
    let mut html = wide.into_html();
    html += &above.map(Figure::into_html).unwrap_or_default();
    if !narrow.is_empty() {
        let _ = write!(html, "<div class=\"figures\">\n{narrow}</div>\n");
    }
    html
}

/// How far a run has come to a floor that no validation is below: the way that is left at its end is too short to see
/// beside its beginning, so the axis is logarithmic. The curves are those of what is left.
fn above<'a>(
    floor: &Floor,
    valid: &[(f64, f64)],
    mut curves: Vec<Curve>,
    values: &'a str,
) -> Option<Figure<'a>> {
    let reached = |point: &(f64, f64)| point.1 <= floor.cross_entropy;
    if valid.is_empty() || valid.iter().any(reached) {
        return None;
    }
    for curve in &mut curves {
        // Single training steps may be easier than the source is on average.
        curve.points.retain(|point| point.1 > 0.0);
    }
    Some(Figure {
        title: format!("Above the {}", floor.label),
        values,
        note: String::new(),
        size: WIDE,
        curves,
        floor: None,
        decades: 0.0,
    })
}

/// The values as they are, pale, under their moving average; as they are alone if they are few.
fn train_curves(points: &[(f64, f64)]) -> Vec<Curve> {
    let mut curves = vec![line(train_label(points), Ink::Train, smooth(points))];
    if points.len() >= FEWEST_TO_SMOOTH {
        let pale = Curve {
            stroke: Stroke::Faint,
            ..line("training", Ink::Train, points.to_vec())
        };
        curves.insert(0, pale);
    }
    curves
}

fn train_label(points: &[(f64, f64)]) -> &'static str {
    match points.len() >= FEWEST_TO_SMOOTH {
        true => "training, moving average",
        false => "training",
    }
}

fn smooth(points: &[(f64, f64)]) -> Points {
    match points.len() >= FEWEST_TO_SMOOTH {
        true => smoothed(points),
        false => points.to_vec(),
    }
}

fn line(label: &str, ink: Ink, points: Points) -> Curve {
    Curve {
        label: label.to_string(),
        ink,
        stroke: Stroke::Full,
        points,
    }
}

/// The curves with their values changed; values that then cannot be drawn are left out.
fn mapped(curves: Vec<Curve>, change: impl Fn(f64) -> f64) -> Vec<Curve> {
    let change = |curve: Curve| {
        let points = curve.points.iter().map(|&(x, y)| (x, change(y)));
        let points = points.filter(|(_, y)| is_drawable(*y));
        Curve {
            points: points.collect(),
            ..curve
        }
    };
    curves.into_iter().map(change).collect()
}

fn lowest(valid: &[(f64, f64)], change: impl Fn(f64) -> f64, values: &str) -> String {
    let best = valid.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(String::new(), |&(step, loss)| {
        let (value, step) = (change(loss), grouped(step as u64));
        // A small error has no digit among the first four.
        let decimals = if value.abs() < 0.01 { 6 } else { 4 };
        format!("Lowest validation value: {value:.decimals$} {values} at step {step}.")
    })
}

/// A plot with its title, legend and note.
struct Figure<'a> {
    title: String,
    values: &'a str,
    note: String,
    size: (u32, u32),
    curves: Vec<Curve>,
    floor: Option<(&'a str, f64)>,
    decades: f64,
}

impl Figure<'_> {
    /// Nothing if there is nothing to draw.
    fn into_html(mut self) -> String {
        self.curves.retain(|curve| !curve.points.is_empty());
        self.floor = self.floor.filter(|floor| is_drawable(floor.1));
        let (title, legend) = (escape(&self.title), self.legend());
        let plot = Plot {
            title: format!("{} against the step", self.title),
            values: self.values.to_string(),
            size: self.size,
            floor: self.floor.map(|floor| floor.1),
            curves: self.curves,
            decades: self.decades,
        };
        let Some(svg) = plot.to_svg() else {
            return String::new();
        };
        let note = match self.note.as_str() {
            "" => String::new(),
            note => format!("<p class=\"note\">{}</p>\n", escape(note)),
        };
        let class = if self.size == WIDE { "wide" } else { "narrow" };
        format!(
            "<figure class=\"{class}\">\n<figcaption><h3>{title}</h3>{legend}</figcaption>\n\
             <div class=\"plot\">{svg}</div>\n{note}</figure>\n"
        )
    }

    fn legend(&self) -> String {
        let entry = |class: &str, ink: Ink, label: &str| {
            let (color, label) = (ink.css(), escape(label));
            format!("<li><i class=\"{class}\" style=\"border-color:{color}\"></i>{label}</li>")
        };
        let named = self.curves.iter().filter(|curve| !curve.label.is_empty());
        let mut entries: String = named
            .map(|curve| match curve.stroke {
                Stroke::Full => entry("full", curve.ink, &curve.label),
                Stroke::Faint => entry("faint", curve.ink, &curve.label),
            })
            .collect();
        if let Some((label, value)) = self.floor {
            let value = match value.abs() < 1e6 {
                true => format!("{value:.3}"),
                false => format!("{value:.3e}"),
            };
            entries += &entry("dashed", Ink::Floor, &format!("{label}, {value}"));
        }
        match entries.as_str() {
            "" => entries,
            _ => format!("<ul class=\"legend\">{entries}</ul>"),
        }
    }
}

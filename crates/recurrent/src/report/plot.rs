//! One plot as an SVG element: curves against the step, on a linear or a logarithmic axis.
//!
//! The drawing is laid out on a grid of [`FINE`] units a pixel, because the SVG back end rounds to whole units. Every
//! text is anchored at its middle or its end, so that no font need be measured. Colours are stand-ins that are
//! replaced by the style sheet's variables, so that one drawing serves the light and the dark theme.

use std::fmt::Write as _;

use plotters::prelude::*;
use plotters::style::FontTransform;

use super::axis::{Axis, Scale};
use super::curve::{MOST_POINTS, Points, decimated};
use super::html::escape;

/// Drawing units in a pixel.
const FINE: u32 = 4;

/// Curves of at most this many points show each of them.
const MOST_MARKERS: usize = 30;

/// What is drawn with a colour of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Grid lines.
    Grid,
    /// Axes.
    Axis,
    /// Labels.
    Text,
    /// Training values.
    Train,
    /// Validation values.
    Valid,
    /// A bound, dashed.
    Floor,
}

impl Ink {
    const ALL: [Self; 6] = [
        Self::Grid,
        Self::Axis,
        Self::Text,
        Self::Train,
        Self::Valid,
        Self::Floor,
    ];

    /// The colour of the style sheet.
    pub fn css(self) -> &'static str {
        match self {
            Self::Grid => "var(--grid)",
            Self::Axis => "var(--axis)",
            Self::Text => "var(--muted)",
            Self::Train => "var(--train)",
            Self::Valid => "var(--valid)",
            Self::Floor => "var(--floor)",
        }
    }

    fn stand_in(self) -> RGBColor {
        RGBColor(0xFA, 0xCE, self as u8)
    }
}

/// How strongly a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    /// A full line.
    Full,
    /// A thin, pale line behind another.
    Faint,
}

/// A line of a plot.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    /// Its name in the legend.
    pub label: String,
    /// Its colour.
    pub ink: Ink,
    /// Its weight.
    pub stroke: Stroke,
    /// Its points, any number.
    pub points: Points,
}

/// Curves against the step.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    /// What it shows, for readers that do not see it.
    pub title: String,
    /// The label of the upright axis.
    pub values: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// The curves, the last on top.
    pub curves: Vec<Curve>,
    /// A value to mark with a dashed line.
    pub floor: Option<f64>,
    /// How many powers of ten the values span before the axis is logarithmic.
    pub decades: f64,
}

impl Plot {
    /// The plot as an `<svg>` element, nothing if no curve has a point.
    pub fn to_svg(&self) -> Option<String> {
        if self.curves.iter().all(|curve| curve.points.is_empty()) {
            return None;
        }
        let mut svg = String::new();
        self.draw(&mut svg).ok()?;
        Some(self.themed(&svg))
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        points.map(|point| point.1).chain(self.floor)
    }

    fn draw(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
        let (width, height) = self.size;
        let steps = self.curves.iter().flat_map(|curve| &curve.points);
        let spaced = |pixels: u32, apart: u32| (pixels / apart).max(2) as usize;
        let steps = steps.map(|point| point.0);
        let mut x = Axis::new(steps, Scale::Linear, spaced(width, 90), 0.0);
        x.ticks.retain(|tick| tick.fract() == 0.0);
        let scale = Scale::suited(self.values(), self.decades);
        let apart = match scale {
            Scale::Linear => 55,
            Scale::Logarithmic => 35,
        };
        let y = Axis::new(self.values(), scale, spaced(height, apart), 0.04);
        let across = x.range();
        // Room for the axis's name, the ticks, and digits of at most 7 pixels each.
        let widest = y.ticks.iter().map(|&tick| y.label(tick).chars().count());
        let beside = (30 + 7 * widest.max().unwrap_or(0) as u32).max(60);

        let root = SVGBackend::with_string(svg, (width * FINE, height * FINE)).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_top(8 * FINE)
            .margin_right(22 * FINE)
            .margin_bottom(4 * FINE)
            .x_label_area_size(40 * FINE)
            .y_label_area_size(beside * FINE)
            .build_cartesian_2d(x, y)?;
        // The back end divides the size of a font by 1.24.
        let font = |pixels: f64| {
            ("sans-serif", pixels * 1.24 * f64::from(FINE))
                .into_font()
                .transform(FontTransform::None)
                .color(&Ink::Text.stand_in())
        };
        chart
            .configure_mesh()
            .bold_line_style(Ink::Grid.stand_in().stroke_width(FINE))
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Axis.stand_in().stroke_width(FINE))
            .set_all_tick_mark_size(3 * FINE)
            .label_style(font(11.5))
            .axis_desc_style(font(12.0))
            .x_desc("step")
            .y_desc(self.values.as_str())
            .draw()?;

        if let Some(floor) = self.floor {
            let style = Ink::Floor.stand_in().stroke_width(3 * FINE / 2);
            let ends = [(across.start, floor), (across.end, floor)];
            chart.draw_series([PathElement::new(ends, style)])?;
        }
        // More points than pixels would only darken the line.
        let most = MOST_POINTS.min(width as usize);
        for curve in &self.curves {
            let color = curve.ink.stand_in();
            let (line, radius) = match curve.stroke {
                Stroke::Full => (color.stroke_width(2 * FINE), 3 * FINE),
                Stroke::Faint => (color.mix(0.35).stroke_width(FINE), 2 * FINE),
            };
            let points = decimated(&curve.points, most);
            if points.len() <= MOST_MARKERS {
                let marker = |&at: &(f64, f64)| Circle::new(at, radius, line.filled());
                chart.draw_series(points.iter().map(marker))?;
            }
            chart.draw_series([PathElement::new(points, line)])?;
        }
        root.present()?;
        drop(chart);
        Ok(())
    }

    /// The drawing with the page's colours, a size that follows the page, and a name.
    fn themed(&self, svg: &str) -> String {
        let mut body = svg.split_once('>').map_or("", |(_, body)| body).to_string();
        for ink in Ink::ALL {
            let RGBColor(r, g, b) = ink.stand_in();
            let mut themed = format!("\"{}\"", ink.css());
            if ink == Ink::Floor {
                let _ = write!(themed, " stroke-dasharray=\"{} {}\"", 6 * FINE, 4 * FINE);
            }
            body = body.replace(&format!("\"#{r:02X}{g:02X}{b:02X}\""), &themed);
        }
        let (width, height) = (self.size.0 * FINE, self.size.1 * FINE);
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">{body}",
            escape(&self.title)
        )
    }
}

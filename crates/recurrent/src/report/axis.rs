//! The range, the ticks and the tick labels of an axis.
//!
//! Ticks of a linear axis are the multiples of 1, 2 or 5 times a power of ten that fit; those of a logarithmic axis
//! are the powers of ten, with 2 and 5 times them where there are few.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, ValueFormatter};
use plotters::prelude::Ranged;

/// How values are laid along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// In proportion.
    Linear,
    /// In proportion to their logarithm; they are all above 0.
    Logarithmic,
}

impl Scale {
    /// The logarithmic scale if all values are above 0 and they span more than `decades` powers of ten.
    pub fn suited(values: impl Iterator<Item = f64>, decades: f64) -> Self {
        let (low, high) = extent(values);
        match low > 0.0 && (high / low).log10() > decades {
            true => Self::Logarithmic,
            false => Self::Linear,
        }
    }

    /// Where a value lies, up to the position of 0 and the unit.
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic => value.log10(),
        }
    }

    /// The value that lies there.
    fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Logarithmic => 10f64.powf(place),
        }
    }
}

/// An axis that covers its values.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    scale: Scale,
    start: f64, // a place, below `end`
    end: f64,   // a place
    /// The values that are marked, rising.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// The axis of finite `values` with about `ticks` ticks and `margin` of its length free at either end.
    pub fn new(values: impl Iterator<Item = f64>, scale: Scale, ticks: usize, margin: f64) -> Self {
        let (low, high) = extent(values);
        let (mut start, mut end) = (scale.place(low), scale.place(high));
        // One value, or several too close to tell apart, get a range around them.
        if end - start <= 1e-9 * start.abs().max(end.abs()) {
            let around = if start == 0.0 { 1.0 } else { 0.1 * start.abs() };
            (start, end) = (start - around, end + around);
        }
        let free = margin * (end - start);
        (start, end) = (start - free, end + free);
        let ticks = match scale {
            Scale::Linear => linear_ticks(start, end, ticks),
            Scale::Logarithmic => logarithmic_ticks(start, end, ticks),
        };
        Self {
            scale,
            start,
            end,
            ticks,
        }
    }

    /// The text of a tick.
    pub fn label(&self, tick: f64) -> String {
        if self.scale == Scale::Logarithmic {
            let decade = 10f64.powf((tick.log10() + 1e-9).floor());
            return number(tick, decade, tick);
        }
        let spacing = match self.ticks[..] {
            [first, second, ..] => second - first,
            [only] if only.fract() == 0.0 => 1.0,
            _ => (self.end - self.start) / 10.0,
        };
        let largest = self.ticks.iter().fold(0.0f64, |most, t| most.max(t.abs()));
        number(tick, spacing, largest)
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let part = (self.scale.place(*value) - self.start) / (self.end - self.start);
        first + (part * f64::from(last - first)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.ticks.clone(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.scale.value(self.start)..self.scale.value(self.end)
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, tick: &f64) -> String {
        self.label(*tick)
    }
}

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let fold = |(low, high): (f64, f64), v: f64| (low.min(v), high.max(v));
    match values.fold((f64::INFINITY, f64::NEG_INFINITY), fold) {
        (low, high) if low <= high => (low, high),
        _ => (0.0, 1.0),
    }
}

fn linear_ticks(start: f64, end: f64, count: usize) -> Vec<f64> {
    let rough = (end - start) / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let factor = match rough / power {
        ratio if ratio < 1.5 => 1.0,
        ratio if ratio < 3.5 => 2.0,
        ratio if ratio < 7.5 => 5.0,
        _ => 10.0,
    };
    let spacing = factor * power;
    if !(spacing.is_normal() && (end / spacing).abs() < 1e12 && (start / spacing).abs() < 1e12) {
        return Vec::new();
    }
    let (first, last) = ((start / spacing).ceil(), (end / spacing).floor());
    let multiples = (0..=(last - first).max(-1.0) as i64).map(|i| first + i as f64);
    multiples.map(|multiple| multiple * spacing).collect()
}

fn logarithmic_ticks(start: f64, end: f64, count: usize) -> Vec<f64> {
    let (first, last) = (start.floor() as i32, end.ceil() as i32);
    let factors: &[f64] = match end - start <= 2.5 {
        true => &[1.0, 2.0, 5.0],
        false => &[1.0],
    };
    let every = ((last - first).max(1) as usize).div_ceil(count.max(1)) as i32;
    let powers = (first..=last).filter(|power| power.rem_euclid(every) == 0);
    powers
        .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
        .filter(|tick| (start..=end).contains(&tick.log10()))
        .collect()
}

/// A number to the precision of `spacing`. The unit, none, thousands, millions or a power of ten, is chosen by the
/// `largest` of the numbers that it stands among.
pub(super) fn number(value: f64, spacing: f64, largest: f64) -> String {
    if value.abs() < spacing * 1e-6 {
        return "0".to_string();
    }
    let decimals = |spacing: f64| (-spacing.log10() - 1e-9).ceil().clamp(0.0, 8.0) as usize;
    if !(9.99e-4..1e12).contains(&largest) {
        let digits = decimals(spacing / 10f64.powf(value.abs().log10().floor()));
        return minus(&format!("{value:.digits$e}"));
    }
    let (unit, suffix) = match largest {
        most if most >= 1e9 => (1e9, "G"),
        most if most >= 1e6 => (1e6, "M"),
        most if most >= 1e4 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let digits = decimals(spacing / unit);
    minus(&format!("{:.digits$}{suffix}", value / unit))
}

/// The typographic minus, as long as the digits are wide.
fn minus(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

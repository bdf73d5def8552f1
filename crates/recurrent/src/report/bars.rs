//! Horizontal bars: one number for each of a few named things.

use std::fmt::Write as _;

use super::html::escape;

/// A figure of bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// What the numbers are.
    pub title: String,
    /// Name, number and its text, from top to bottom; what is no number has a bar without length.
    pub rows: Vec<(String, f64, String)>,
}

impl Bars {
    pub(super) fn to_html(&self) -> String {
        let drawn = |value: f64| value.is_finite() && value >= 0.0;
        let most = (self.rows.iter().map(|row| row.1))
            .filter(|&value| drawn(value))
            .fold(0.0, f64::max);
        let mut html = format!(
            "<figure class=\"wide\">\n<figcaption><h3>{}</h3></figcaption>\n<div class=\"bars\">\n",
            escape(&self.title)
        );
        for (name, value, text) in &self.rows {
            let share = if drawn(*value) && most > 0.0 {
                value / most
            } else {
                0.0
            };
            let _ = writeln!(
                html,
                "<span>{}</span><i style=\"--w:{:.1}\"></i><b>{}</b>",
                escape(name),
                share * 100.0,
                escape(text)
            );
        }
        html + "</div>\n</figure>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_is_the_largest_number() {
        let row = |name: &str, value: f64| (name.to_string(), value, format!("{value}"));
        let bars = Bars {
            title: "size".to_string(),
            rows: vec![row("<a>", 5.0), row("b", 20.0), row("c", f64::NAN)],
        };
        let html = bars.to_html();
        for part in [
            "<span>&lt;a&gt;</span><i style=\"--w:25.0\"></i><b>5</b>",
            "<span>b</span><i style=\"--w:100.0\"></i><b>20</b>",
            "<span>c</span><i style=\"--w:0.0\"></i><b>NaN</b>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }
}

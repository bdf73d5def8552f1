//! The pieces of HTML that a report is made of. Every text passes [`escape`] on its way in.

use std::fmt::Write as _;

use super::{Drawing, LayerRow, Sample};

/// A text as HTML, in an element or in a quoted attribute. Control characters, which HTML forbids, become their
/// pictures (U+2400 and on); tabs and line ends stay.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(character),
            '\0'..='\x1f' => escaped.extend(char::from_u32(0x2400 + character as u32)),
            '\x7f' => escaped.push('\u{2421}'),
            '\u{80}'..='\u{9f}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A part of the page under a heading, if it has one; nothing for an empty body.
pub(super) fn section(heading: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    let heading = match heading {
        "" => String::new(),
        heading => format!("<h2>{}</h2>\n", escape(heading)),
    };
    format!("<section>\n{heading}{body}</section>\n")
}

/// Names and values as cards.
pub(super) fn cards(results: &[(String, String)]) -> String {
    if results.is_empty() {
        return String::new();
    }
    let mut html = String::from("<dl class=\"cards\">\n");
    for (name, value) in results {
        let (name, value) = (escape(name), escape(value));
        let _ = writeln!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    html + "</dl>\n"
}

/// Names and values as a table.
pub(super) fn results_table(results: &[(String, String)]) -> String {
    if results.is_empty() {
        return String::new();
    }
    let mut html = String::from("<div class=\"wide\"><table>\n");
    for (name, value) in results {
        let (name, value) = (escape(name), escape(value));
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>"
        );
    }
    html + "</table></div>\n"
}

/// Layers with their parameters and the total.
pub(super) fn layer_table(layers: &[LayerRow]) -> String {
    if layers.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<div class=\"wide\"><table>\n<thead><tr><th>layer</th><th>kind</th><th>output</th>\
         <th class=\"number\">parameters</th></tr></thead>\n<tbody>\n",
    );
    for layer in layers {
        let _ = writeln!(
            html,
            "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code></td><td class=\"number\">{}</td></tr>",
            escape(&layer.name),
            escape(&layer.kind),
            escape(&layer.output_shape),
            grouped(layer.parameters)
        );
    }
    let total = (layers.iter()).fold(0u64, |sum, layer| sum.saturating_add(layer.parameters));
    let _ = writeln!(
        html,
        "</tbody>\n<tfoot><tr><td colspan=\"3\">total</td><td class=\"number\">{}</td></tr></tfoot>",
        grouped(total)
    );
    html + "</table></div>\n"
}

/// A text as it is, in a box.
pub(super) fn preformatted(text: &str, class: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    // A reader drops the line end right after the tag: without one of its own, the text would lose its first.
    format!(
        "<pre class=\"{class}\" dir=\"auto\">\n{}</pre>\n",
        escape(text)
    )
}

/// Texts under their titles.
pub(super) fn samples(samples: &[Sample]) -> String {
    let sample = |sample: &Sample| {
        let text = preformatted(&sample.text, "sample");
        let drawing = sample.drawing.as_ref().map(Drawing::to_svg);
        let drawing = drawing.unwrap_or_default();
        format!("<h3>{}</h3>\n{text}{drawing}", escape(&sample.title))
    };
    samples.iter().map(sample).collect()
}

/// An integer with its digits in threes: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

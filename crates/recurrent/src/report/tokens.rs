//! Texts whose symbols are coloured by a number each: how surprising a symbol was, or what a unit of the network
//! held when it was read (Karpathy, Johnson and Fei-Fei 2015, *Visualizing and Understanding Recurrent Networks*).

use std::f64::consts::LN_2;
use std::fmt::Write as _;

use super::html::escape;

/// What the numbers of a text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// `-ln p` in nats: a bar above each symbol, as high as it was surprising.
    Surprisal,
    /// From -1 to 1: one colour for each sign, the stronger the further from 0.
    Activation,
}

/// A text with a number for each of its symbols.
#[derive(Clone, Debug, PartialEq)]
pub struct ShadedText {
    /// What stands above it.
    pub title: String,
    /// What the numbers are.
    pub shade: Shade,
    /// The symbols as they are shown, with what parts them. `[T]`
    pub symbols: Vec<String>,
    /// A number for each. `[T]`
    pub values: Vec<f64>,
}

/// Bits of a bar of full height, where no symbol needs more.
const LEAST_BITS: f64 = 4.0;

impl ShadedText {
    /// `most` is what a full bar stands for, in bits.
    fn to_html(&self, most: f64) -> String {
        let (class, note) = match self.shade {
            Shade::Surprisal => (
                "surprisal",
                format!("; a full bar is {most:.1} bits, a blue one infinite"),
            ),
            Shade::Activation => (
                "activation",
                "; orange above 0, blue below, full colour at 1 and -1".to_string(),
            ),
        };
        let mut html = format!(
            "<h3>{}<small>{note}</small></h3>\n<pre class=\"shaded {class}\" dir=\"auto\">\n",
            escape(&self.title)
        );
        for (symbol, &value) in self.symbols.iter().zip(&self.values) {
            let (percent, negative, label) = match self.shade {
                Shade::Surprisal => {
                    let bits = value / LN_2;
                    (bits / most, false, format!("{bits:.2} bits"))
                }
                Shade::Activation => (value.abs(), value < 0.0, format!("{value:.2}")),
            };
            let percent = (percent.clamp(0.0, 1.0) * 100.0).round();
            let class = match self.shade {
                Shade::Activation if negative => " class=\"negative\"",
                Shade::Surprisal if value.is_infinite() => " class=\"impossible\"",
                _ => "",
            };
            let _ = write!(
                html,
                "<span{class} style=\"--v:{percent}\" title=\"{label}\">{}</span>",
                escape(symbol)
            );
        }
        html + "</pre>\n"
    }
}

/// Texts under their titles; bars of all of them have one scale.
pub(super) fn shaded(texts: &[ShadedText]) -> String {
    let bars = texts.iter().filter(|text| text.shade == Shade::Surprisal);
    let bits = bars.flat_map(|text| &text.values).map(|nats| nats / LN_2);
    let most = bits
        .filter(|bits| bits.is_finite())
        .fold(LEAST_BITS, f64::max);
    texts.iter().map(|text| text.to_html(most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(shade: Shade, values: &[f64]) -> String {
        let symbols = values.iter().map(|_| "<a>".to_string()).collect();
        shaded(&[ShadedText {
            title: "a & b".to_string(),
            shade,
            symbols,
            values: values.to_vec(),
        }])
    }

    #[test]
    fn bars_are_as_high_as_their_share_of_the_highest() {
        let html = text(Shade::Surprisal, &[8.0 * LN_2, 2.0 * LN_2, f64::INFINITY]);
        for part in [
            "a &amp; b<small>; a full bar is 8.0 bits",
            "--v:100\" title=\"8.00 bits\">&lt;a&gt;",
            "--v:25\" title=\"2.00 bits\"",
            "class=\"impossible\" style=\"--v:100\" title=\"inf bits\"",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert!(text(Shade::Surprisal, &[LN_2]).contains("--v:25\""));
    }

    #[test]
    fn activations_have_a_colour_for_each_sign() {
        let html = text(Shade::Activation, &[0.5, -0.25]);
        assert!(html.contains("<span style=\"--v:50\" title=\"0.50\">"));
        assert!(html.contains("<span class=\"negative\" style=\"--v:25\" title=\"-0.25\">"));
    }
}

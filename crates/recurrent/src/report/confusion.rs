//! The confusion matrix: which classes were taken for which.

use std::fmt::Write as _;

use super::html::{escape, grouped};

/// The answers of a classifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    /// The names of the classes, `[K]`.
    pub classes: Vec<String>,
    /// How often class `row` was given class `column`, `[K, K]`.
    pub counts: Vec<Vec<u64>>,
}

/// More classes are no picture any more.
const MOST: usize = 60;

impl Confusion {
    /// A table whose cells are the darker, the larger their share of the row; what is right has a colour of its own.
    pub(super) fn to_html(&self) -> String {
        if self.classes.len() > MOST {
            return format!(
                "<p class=\"note\">{} classes are too many to show.</p>\n",
                self.classes.len()
            );
        }
        let mut html = String::from(
            "<div class=\"wide\"><table class=\"confusion\">\n<thead><tr><th>is \u{2193} taken for \u{2192}</th>",
        );
        for class in &self.classes {
            let _ = write!(html, "<th>{}</th>", escape(class));
        }
        html += "</tr></thead>\n<tbody>\n";
        for (row, (class, counts)) in self.classes.iter().zip(&self.counts).enumerate() {
            let all = counts.iter().sum::<u64>().max(1) as f64;
            let _ = write!(html, "<tr><th scope=\"row\">{}</th>", escape(class));
            for (column, &count) in counts.iter().enumerate() {
                let share = 100.0 * count as f64 / all;
                let kind = if row == column {
                    " class=\"right\""
                } else {
                    ""
                };
                let _ = write!(
                    html,
                    "<td{kind} style=\"--v:{share:.0}\" title=\"{share:.1} %\">{}</td>",
                    grouped(count)
                );
            }
            html += "</tr>\n";
        }
        html + "</tbody>\n</table></div>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_show_their_share_of_the_row() {
        let confusion = Confusion {
            classes: vec!["<good>".to_string(), "bad".to_string()],
            counts: vec![vec![3, 1], vec![0, 0]],
        };
        let html = confusion.to_html();
        for part in [
            "<th>&lt;good&gt;</th>",
            "<td class=\"right\" style=\"--v:75\" title=\"75.0 %\">3</td>",
            "<td style=\"--v:25\" title=\"25.0 %\">1</td>",
            "<td class=\"right\" style=\"--v:0\" title=\"0.0 %\">0</td>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        let many = Confusion {
            classes: vec!["a".to_string(); 61],
            counts: vec![vec![0; 61]; 61],
        };
        assert!(many.to_html().contains("61 classes are too many"));
    }
}

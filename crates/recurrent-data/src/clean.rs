//! Cleaning of a text before it is cut in tokens: what people write to each other in web pages and messages.
//!
//! The steps are taken in the order of the fields of [`CleanConfig`], each in one pass over the text.

mod html;
mod urls;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How often a character may follow itself.
const MOST_REPEATS: usize = 3;

/// A step of cleaning.
type Step = fn(&str) -> String;

/// Which steps are taken; none by default.
///
/// ```
/// use recurrent_data::CleanConfig;
///
/// let config = CleanConfig { html: true, urls: true, lower_case: true, ..CleanConfig::default() };
/// assert_eq!(config.clean("See<br />www.example.org/a &amp; Smile"), "see <url> & smile");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CleanConfig {
    /// A tag such as `<br />` becomes a space, and `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;`, `&nbsp;` and numeric
    /// references become their characters, a no-break space a space. A `<` that begins no tag stays, as do `<url>` and
    /// `<unk>`.
    pub html: bool,
    /// Full-width forms, U+FF01 to U+FF5E, become ASCII and the ideographic space a space.
    pub width: bool,
    /// Letters become lower case.
    pub lower_case: bool,
    /// What begins with `http://`, `https://` or `www.` becomes the word `<url>`.
    pub urls: bool,
    /// Of a character that follows itself three are left: `soooo` becomes `sooo`. Digits and white space may do so.
    pub repeated_characters: bool,
}

impl CleanConfig {
    /// The cleaned text.
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let steps: [(bool, Step); 5] = [
            (self.html, html::strip),
            (self.width, narrow),
            (self.lower_case, str::to_lowercase),
            (self.urls, urls::replace),
            (self.repeated_characters, limit_repeats),
        ];
        let taken = steps.into_iter().filter(|(wanted, _)| *wanted);
        taken.fold(Cow::Borrowed(text), |text, (_, step)| {
            Cow::Owned(step(&text))
        })
    }
}

fn limit_repeats(text: &str) -> String {
    let mut last = None;
    let mut repeats = 0;
    text.chars()
        .filter(|&character| {
            repeats = if last == Some(character) {
                repeats + 1
            } else {
                1
            };
            last = Some(character);
            repeats <= MOST_REPEATS || character.is_numeric() || character.is_whitespace()
        })
        .collect()
}

fn narrow(text: &str) -> String {
    /// How far a full-width form is from its character.
    const DISTANCE: u32 = 0xff01 - '!' as u32;
    text.chars()
        .map(|character| match character {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(character) - DISTANCE).unwrap_or(character)
            }
            '\u{3000}' => ' ',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_done_by_default() {
        let text = "<br /> HTTP://a.com &amp; soooooo！";
        let cleaned = CleanConfig::default().clean(text);
        assert!(matches!(cleaned, Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn characters_are_repeated_three_times_at_most() {
        let cases = [
            ("soooo goooood", "sooo goood"),
            ("no!!!!!!", "no!!!"),
            ("aaa AAAaaaa", "aaa AAAaaa"),
            ("10000 ١١١١١", "10000 ١١١١١"),
            ("a     b\n\n\n\n\nc", "a     b\n\n\n\n\nc"),
            ("哈哈哈哈哈。。。。", "哈哈哈。。。"),
            ("hahahahaha", "hahahahaha"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(limit_repeats(text), expected);
        }
    }

    #[test]
    fn full_width_forms_become_ascii() {
        assert_eq!(narrow("ＡＢＣ，１２３！～　好。"), "ABC,123!~ 好。");
        assert_eq!(narrow("\u{ff00}\u{ff5f}"), "\u{ff00}\u{ff5f}");
    }

    #[test]
    fn steps_follow_one_another() {
        let all = CleanConfig {
            html: true,
            width: true,
            lower_case: true,
            urls: true,
            repeated_characters: true,
        };
        assert_eq!(
            all.clean("<p>SOOOO　ＧＯＯＤ&#33;&#33;&#33;&#33; http://aaaaa.com</p> &lt;b&gt; É"),
            " sooo good!!! <url>  <b> é"
        );
        assert_eq!(all.clean("No！!！!！ ＷＷＷ．Ａ．ＣＯＭ"), "no!!! <url>");
        assert_eq!(all.clean(""), "");
    }

    #[test]
    fn a_recipe_may_name_some_steps_and_no_others() {
        let read = serde_json::from_str::<CleanConfig>;
        let html = read(r#"{"html": true}"#).unwrap();
        assert!(html.html && !html.urls && !html.lower_case);
        assert_eq!(read("{}").unwrap(), CleanConfig::default());
        assert!(read(r#"{"htlm": true}"#).is_err());
    }
}

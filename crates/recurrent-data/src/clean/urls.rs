//! Addresses of the web.

use crate::tokens::URL;

const BEGINNINGS: [&str; 3] = ["http://", "https://", "www."];

/// The text with the word `<url>` for each address.
pub(super) fn replace(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut replaced = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let within_word = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        match url_length(&bytes[at..]) {
            Some(length) if !within_word => {
                replaced.push_str(&text[copied..at]);
                replaced.push_str(URL);
                at += length;
                copied = at;
            }
            _ => at += 1,
        }
    }
    replaced + &text[copied..]
}

/// The length of the address that `text` begins with. It has a letter or digit after its beginning, and punctuation at
/// its end is no part of it.
fn url_length(text: &[u8]) -> Option<usize> {
    let begins = |beginning: &&&str| {
        let found = text.get(..beginning.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(beginning.as_bytes()))
    };
    let beginning = BEGINNINGS.iter().find(begins)?.len();
    if !text.get(beginning)?.is_ascii_alphanumeric() {
        return None;
    }
    let length = text.iter().take_while(|&&byte| is_part(byte)).count();
    let is_end = |byte: &u8| byte.is_ascii_alphanumeric() || b"/#&=-_~%+*$@".contains(byte);
    let last = text[..length].iter().rposition(is_end)?;
    Some(last + 1)
}

/// Whether a byte may stand in an address: ASCII other than white space and what an address has to escape.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_a_word() {
        let cases = [
            ("see http://a.com/b?c=d#e now", "see <url> now"),
            ("HTTPS://A.COM, (www.b.org/x).", "<url>, (<url>)."),
            ("\"http://a.com\"<http://b.com>", "\"<url>\"<<url>>"),
            ("看http://a.com/很好", "看<url>很好"),
            ("www.a.com/", "<url>"),
            ("awww.com xhttp://a.com", "awww.com xhttp://a.com"),
            (
                "http:// www. www... http://é",
                "http:// www. www... http://é",
            ),
            ("http://www.a.com http://", "<url> http://"),
            ("www.a.com...", "<url>..."),
            ("www", "www"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(replace(text), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_of_beginnings_take_no_longer_than_others() {
        for part in ["www.", "http://", "www.a)", "www.a ))))))", "http://é"] {
            let text = part.repeat(200_000);
            assert!(replace(&text).len() <= text.len() * 2);
        }
    }
}

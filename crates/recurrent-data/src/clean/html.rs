//! Tags and character references of HTML.

use crate::encoding::decode_windows_1252;
use crate::tokens::WHOLE;

/// The most bytes between the `&` and the `;` of a reference: those of `#x10ffff` with some zeros.
const LONGEST_REFERENCE: usize = 12;

/// The text with a space for each tag and the characters that references stand for.
pub(super) fn strip(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['<', '&']) {
        stripped.push_str(&rest[..start]);
        rest = &rest[start..];
        let (character, length) = tag(rest)
            .map(|length| (' ', length))
            .or_else(|| reference(rest))
            .unwrap_or((if rest.starts_with('<') { '<' } else { '&' }, 1));
        stripped.push(character);
        rest = &rest[length..];
    }
    stripped + rest
}

/// The length of the tag that `text` begins with.
fn tag(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('<')?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let is_tag = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '!');
    if !is_tag || WHOLE.iter().any(|word| text.starts_with(word)) {
        return None;
    }
    // A `<` begins anew, so no part of a text is looked through twice.
    let end = inner.find(['<', '>'])?;
    inner[end..].starts_with('>').then_some(end + 2)
}

/// The character that a reference at the beginning of `text` stands for, and the length of the reference.
fn reference(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let mut bytes = inner.bytes().take(LONGEST_REFERENCE + 1);
    let end = bytes.position(|byte| byte == b';')?;
    let character = match &inner[..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        other => numbered(other.strip_prefix('#')?)?,
    };
    Some((character, end + 2))
}

/// The character of a number, decimal or after an `x` hexadecimal.
fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    match u32::from_str_radix(digits, radix).ok()? {
        0 => None,
        0xa0 => Some(' '),
        // Where browsers take the number for a byte in Windows-1252, as pages mean it.
        byte @ 0x80..=0x9f => decode_windows_1252(&[byte as u8]).chars().next(),
        number => char::from_u32(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_a_space() {
        let cases = [
            ("a<br />b", "a b"),
            ("<p class=\"x\">é</p>", " é "),
            ("<!-- note -->a<!DOCTYPE html>", " a "),
            ("I <3 you, a < b > c", "I <3 you, a < b > c"),
            ("a <b c <i>d", "a <b c  d"),
            ("a <b", "a <b"),
            ("<", "<"),
            ("</", "</"),
            ("<>", "<>"),
            ("<url> <unk> <urls>", "<url> <unk>  "),
        ];
        for (text, expected) in cases {
            assert_eq!(strip(text), expected, "{text}");
        }
    }

    #[test]
    fn references_become_their_character() {
        let cases = [
            ("&amp;&lt;&gt;&quot;&apos;&#39;&nbsp;.", "&<>\"'' ."),
            ("&#233;&#xE9;&#X1f980;&#160;.", "éé🦀 ."),
            ("&#150;&#x85;", "–…"),
            ("&amp;amp; &lt;br&gt;", "&amp; <br>"),
            ("AT&T; R&D &amp", "AT&T; R&D &amp"),
            ("&#0;&#;&#x;&#+5;&#xd800;", "&#0;&#;&#x;&#+5;&#xd800;"),
            ("&#99999999999999999999;&é;", "&#99999999999999999999;&é;"),
            ("&", "&"),
        ];
        for (text, expected) in cases {
            assert_eq!(strip(text), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_of_what_looks_like_html_take_no_longer_than_others() {
        for part in ["<a", "&", "<", "&#", "<a>", "</"] {
            let text = part.repeat(300_000);
            assert!(strip(&text).len() <= text.len());
        }
    }
}

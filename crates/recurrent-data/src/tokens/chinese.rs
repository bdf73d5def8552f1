//! Words of Chinese text, which has no spaces between them, by the dictionary and the hidden Markov model of jieba.

use std::sync::LazyLock;

use jieba_rs::Jieba;

use super::whole;

/// The dictionary, which is read when it is needed first.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

pub(super) fn words(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut begin = 0;
    for (start, _) in text.match_indices('<') {
        if let Some(length) = whole(&text[start..]) {
            cut(&text[begin..start], &mut tokens);
            tokens.push(&text[start..start + length]);
            begin = start + length;
        }
    }
    cut(&text[begin..], &mut tokens);
    tokens
}

fn cut<'a>(text: &'a str, tokens: &mut Vec<&'a str>) {
    let words = JIEBA.cut(text, true).into_iter();
    // A word may have white space in it where the dictionary has.
    let parts = words.flat_map(|token| token.word.split_whitespace());
    tokens.extend(parts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_dictionary() {
        assert_eq!(
            words("我喜欢这个酒店，WiFi很快! 2间<url>,<unk>"),
            [
                "我", "喜欢", "这个", "酒店", "，", "WiFi", "很快", "!", "2", "间", "<url>", ",",
                "<unk>"
            ]
        );
        // A name that no dictionary has.
        assert_eq!(
            words("他来到了网易杭研大厦"),
            ["他", "来到", "了", "网易", "杭研", "大厦"]
        );
        assert!(words(" \u{3000}\r\n").is_empty());
    }
}

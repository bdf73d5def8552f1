//! Features of characters.

use super::features::{neighbour, offsets};
use super::hash::{feature, text};

/// What features are made of. The numbers are part of saved taggers.
mod template {
    pub const ANY: u64 = 32;
    pub const CHARACTER: u64 = 33;
    pub const PAIR: u64 = 34;
    pub const AROUND: u64 = 35;
    pub const KIND: u64 = 36;
    pub const KINDS: u64 = 37;
}

/// The features of each character, `[T]`.
pub(super) fn features<W: AsRef<str>>(characters: &[W], window: usize) -> Vec<Vec<u64>> {
    let characters = characters.iter().map(AsRef::as_ref);
    let exact: Vec<u64> = characters.clone().map(|c| text(c.bytes())).collect();
    let kinds: Vec<u64> = characters.map(kind).collect();
    (0..exact.len())
        .map(|at| {
            let mut found = vec![feature(template::ANY, &[])];
            for offset in offsets(window) {
                let place = offset as u64;
                let [character, kind] = [&exact, &kinds].map(|of| neighbour(of, at, offset));
                found.push(feature(template::CHARACTER, &[place, character]));
                found.push(feature(template::KIND, &[place, kind]));
                if offset < window as isize {
                    let next = neighbour(&exact, at, offset + 1);
                    found.push(feature(template::PAIR, &[place, character, next]));
                }
            }
            if window > 0 {
                let [before, after] = [-1, 1].map(|offset| neighbour(&exact, at, offset));
                found.push(feature(template::AROUND, &[before, after]));
                let [before, after] = [-1, 1].map(|offset| neighbour(&kinds, at, offset));
                found.push(feature(template::KINDS, &[before, kinds[at], after]));
            }
            found
        })
        .collect()
}

/// What a character is: a number, part of a date, a Latin letter, another letter, a mark. Chinese numerals are numbers.
fn kind(character: &str) -> u64 {
    // 1 and 2 are the start and the end of a sentence.
    match character.chars().next() {
        None => 3,
        Some(c) if c.is_numeric() || "零〇一二三四五六七八九十百千万亿萬億两兩".contains(c) => {
            4
        }
        Some('年' | '月' | '日' | '时' | '時' | '分' | '秒') => 5,
        Some(c) if c.is_ascii_alphabetic() || ('Ａ'..='ｚ').contains(&c) => 6,
        Some(c) if c.is_alphabetic() => 7,
        Some(_) => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_the_paper() {
        let found = ["３", "七", "年", "A", "Ａ", "京", "。", ""].map(kind);
        assert_eq!(found, [4, 4, 5, 6, 6, 7, 8, 3]);
    }

    #[test]
    fn pairs_depend_on_their_place() {
        let found = features(&["上", "海", "上", "海"], 1);
        // Any; 3 characters and kinds; 2 pairs; around; kinds.
        assert!(found.iter().all(|features| features.len() == 11));
        let shared = |one: usize, other: usize| {
            let both = found[one].iter().filter(|key| found[other].contains(key));
            both.count()
        };
        // All but the character before, its kind, the pair with it, what is around and the kinds.
        assert_eq!(shared(0, 2), 6);
        // Any and the kind in the middle: both are letters.
        assert_eq!(shared(1, 2), 5);
    }
}

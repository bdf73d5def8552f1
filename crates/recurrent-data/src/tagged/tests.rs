//! Texts that nobody would write.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;

/// What lines are made of.
const PIECES: [&str; 14] = [
    "\n",
    "\n\n",
    "\t",
    " ",
    "a",
    "\u{e9}\u{3000}",
    "O",
    "-DOCSTART-",
    "#",
    "1",
    "2",
    "1-2",
    "1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n",
    "2\tb\t_\tY\t_\t_\t_\t_\t_\t_\n",
];

#[test]
fn whatever_is_read_has_words_and_as_many_tags() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut draw = |count: usize| (random.next_u64() % count as u64) as usize;
    let mut read = [0; 2];
    for _ in 0..50_000 {
        let content: String = (0..draw(12)).map(|_| PIECES[draw(PIECES.len())]).collect();
        let options = [TaggedFormat::Columns, TaggedFormat::ConllU].map(|format| TaggedOptions {
            format,
            tag_column: (draw(2) == 0).then(|| (2 + draw(3)).to_string()),
            ..TaggedOptions::default()
        });
        let path = Path::new("f");
        let [columns, conll_u] = options.map(|options| options.check().unwrap());
        let found = [
            columns::read(path, &content, columns),
            conll_u::read(path, &content, conll_u),
        ];
        for (sentences, read) in found.into_iter().zip(&mut read) {
            for sentence in sentences.into_iter().flat_map(|it| it.sentences) {
                assert_eq!(sentence.words.len(), sentence.tags.len(), "{content:?}");
                assert!(!sentence.is_empty(), "{content:?}");
                assert!(!sentence.words.contains(&String::new()), "{content:?}");
                assert!(!sentence.tags.contains(&String::new()), "{content:?}");
                *read += 1;
            }
        }
    }
    assert!(read.iter().all(|count| *count > 100), "{read:?}");
}

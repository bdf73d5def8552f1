//! Tagged sentences of public data sets, which have known sizes.

mod common;

use common::shared_data;

use recurrent_data::{
    Splits, TagScheme, TaggedFormat, TaggedOptions, TaggedSentences, read_tagged,
};

fn each<T>(splits: &Splits<TaggedSentences>, count: impl Fn(&TaggedSentences) -> T) -> [T; 3] {
    [
        count(&splits.train),
        count(&splits.valid),
        count(&splits.test),
    ]
}

/// The number of spans, and of sentences whose tags are not legal and which can be converted once they are.
fn spans(part: &TaggedSentences, scheme: TagScheme) -> [usize; 2] {
    let (mut count, mut illegal) = (0, 0);
    for sentence in &part.sentences {
        let spans = scheme.spans(&sentence.tags);
        illegal += usize::from(scheme.check(&sentence.tags).is_err());
        let repaired = scheme.repair(&sentence.tags);
        for to in [TagScheme::Iob1, TagScheme::Iob2, TagScheme::Iobes] {
            let converted = scheme.convert(&repaired, to).unwrap();
            assert_eq!(to.strict_spans(&converted), spans, "{:?}", sentence.tags);
        }
        count += spans.len();
    }
    [count, illegal]
}

#[test]
fn names_of_news_are_iob1() {
    let Some(path) = shared_data("conll2003") else {
        return;
    };
    let splits = read_tagged(&path, &TaggedOptions::default()).unwrap();
    assert_eq!(each(&splits, TaggedSentences::len), [14_041, 3_250, 3_453]);
    let words = each(&splits, TaggedSentences::word_count);
    assert_eq!(words, [203_621, 51_362, 46_435]);
    let entities = each(&splits, |part| spans(part, TagScheme::Iob1));
    assert_eq!(entities, [[23_499, 0], [5_942, 0], [5_648, 0]]);
    let first = &splits.train.sentences[0];
    assert_eq!(first.words[..3], ["EU", "rejects", "German"]);
    assert_eq!(first.tags[..3], ["I-ORG", "O", "I-MISC"]);
    let chunks = TaggedOptions {
        tag_column: Some("2".to_owned()),
        ..TaggedOptions::default()
    };
    let splits = read_tagged(&path, &chunks).unwrap();
    assert_eq!(
        splits.train.sentences[0].tags[..3],
        ["I-NP", "I-VP", "I-NP"]
    );
}

#[test]
fn characters_of_resumes_are_bmes() {
    let Some(path) = shared_data("resume-ner") else {
        return;
    };
    let splits = read_tagged(&path, &TaggedOptions::default()).unwrap();
    assert_eq!(each(&splits, TaggedSentences::len), [3_821, 463, 477]);
    let characters = each(&splits, TaggedSentences::word_count);
    assert_eq!(characters, [124_099, 13_890, 15_100]);
    let entities = each(&splits, |part| spans(part, TagScheme::Iobes));
    // Two names were cut in two at the end of a sentence.
    assert_eq!(entities.map(|[_, illegal]| illegal), [4, 0, 0]);
    let prefixed = each(&splits, |part| {
        let tags = part.sentences.iter().flat_map(|sentence| &sentence.tags);
        tags.filter(|tag| tag.starts_with(['B', 'S'])).count()
    });
    assert_eq!(
        entities.map(|[spans, _]| spans),
        [prefixed[0] + 2, prefixed[1], prefixed[2]]
    );
}

#[test]
fn a_treebank_has_two_kinds_of_parts_of_speech() {
    let Some(path) = shared_data("ud-english-ewt") else {
        return;
    };
    let mut options = TaggedOptions {
        format: TaggedFormat::ConllU,
        ..TaggedOptions::default()
    };
    let splits = read_tagged(&path, &options).unwrap();
    assert_eq!(each(&splits, TaggedSentences::len), [12_544, 2_001, 2_077]);
    let words = each(&splits, TaggedSentences::word_count);
    assert_eq!(words, [204_577, 25_147, 25_094]);
    let first = &splits.valid.sentences[0];
    assert_eq!(first.words.join(" "), "From the AP comes this story :");
    assert_eq!(first.tags.join(" "), "ADP DET PROPN VERB DET NOUN PUNCT");
    options.tag_column = Some("xpos".to_owned());
    let splits = read_tagged(&path, &options).unwrap();
    let tags = &splits.valid.sentences[0].tags;
    assert_eq!(tags.join(" "), "IN DT NNP VBZ DT NN :");
}

//! Legal and illegal sequences, the spans of both, and conversions.

use super::*;

const SCHEMES: [TagScheme; 3] = [TagScheme::Iob1, TagScheme::Iob2, TagScheme::Iobes];

fn tags(tags: &str) -> Vec<&str> {
    tags.split_whitespace().collect()
}

/// The spans of tags, such as `PER 0 2, LOC 3 4`.
fn written(spans: Vec<Span>) -> String {
    let span = |span: &Span| format!("{} {} {}", span.kind, span.begin, span.end);
    spans.iter().map(span).collect::<Vec<_>>().join(", ")
}

/// All sequences of up to `longest` of these tags.
fn sequences(alphabet: &[&'static str], longest: usize) -> Vec<Vec<&'static str>> {
    let mut all = vec![vec![]];
    let mut begin = 0;
    for _ in 0..longest {
        let end = all.len();
        for index in begin..end {
            for &tag in alphabet {
                all.push([&all[index][..], &[tag]].concat());
            }
        }
        begin = end;
    }
    all
}

#[test]
fn every_sequence_is_read_as_conlleval_reads_it() {
    let cases = [
        ("O B-A I-A O", "A 1 3"),
        ("I-A I-A B-A I-A", "A 0 2, A 2 4"),
        ("O I-A I-B B-B", "A 1 2, B 2 3, B 3 4"),
        ("B-A B-A I-B I-B I-A", "A 0 1, A 1 2, B 2 4, A 4 5"),
        ("S-A B-A M-A E-A S-B", "A 0 1, A 1 4, B 4 5"),
        ("E-A E-A I-A I-A E-A", "A 0 1, A 1 2, A 2 5"),
        ("S-A E-A S-A I-A", "A 0 1, A 1 2, A 2 3, A 3 4"),
        ("B-A S-A I-A B-A", "A 0 1, A 1 2, A 2 3, A 3 4"),
        ("B-A-B I-A-B I-A", "A-B 0 2, A 2 3"),
        ("B I O M E", " 0 2,  3 5"),
        ("B-A NN U-A o I-A", "A 0 1, A 4 5"),
        ("", ""),
    ];
    for (sequence, expected) in cases {
        for scheme in SCHEMES {
            assert_eq!(
                written(scheme.spans(&tags(sequence))),
                expected,
                "{sequence}"
            );
        }
    }
    let plain = TagScheme::Plain.spans(&tags("DET NOUN O"));
    assert_eq!(written(plain), "DET 0 1, NOUN 1 2, O 2 3");
}

#[test]
fn strict_spans_have_the_tags_of_the_scheme() {
    let cases = [
        (TagScheme::Iob1, "B-A I-A O I-A B-A B-B", "A 3 4, A 4 5"),
        (TagScheme::Iob2, "I-A B-A I-A I-B B-B", "A 1 3, B 4 5"),
        (
            TagScheme::Iobes,
            "B-A I-A O I-A E-A B-A E-A S-A",
            "A 5 7, A 7 8",
        ),
        (TagScheme::Iobes, "B-A I-B E-B S-B E-B B-B", "B 3 4"),
        (TagScheme::Iobes, "B-A M-A E-A B E S", "A 0 3,  3 5,  5 6"),
        (TagScheme::Iob2, "S-A B-A E-A B-A", "A 3 4"),
        (TagScheme::Plain, "A A", "A 0 1, A 1 2"),
    ];
    for (scheme, sequence, expected) in cases {
        let spans = scheme.strict_spans(&tags(sequence));
        assert_eq!(written(spans), expected, "{sequence}");
    }
}

#[test]
fn an_illegal_tag_is_named_with_its_place() {
    let cases = [
        (
            TagScheme::Iob1,
            "O B-A",
            "IOB1 tags, position 1 from 0: expected `B-A` or `I-A` before `B-A`, found `O`",
        ),
        (
            TagScheme::Iob1,
            "B-A",
            "IOB1 tags, position 0 from 0: expected `B-A` or `I-A` before `B-A`, found the start of the sentence",
        ),
        (
            TagScheme::Iob1,
            "I-A B-B",
            "IOB1 tags, position 1 from 0: expected `B-B` or `I-B` before `B-B`, found `I-A`",
        ),
        (
            TagScheme::Iob2,
            "I-A O",
            "IOB2 tags, position 0 from 0: expected `B-A` or `I-A` before `I-A`, found the start of the sentence",
        ),
        (
            TagScheme::Iob2,
            "B-A O S-A",
            "IOB2 tags, position 2 from 0: expected `O`, or `B` or `I` with a hyphen and a kind, found `S-A`",
        ),
        (
            TagScheme::Iobes,
            "O U-A",
            "IOBES tags, position 1 from 0: expected `O`, or `B`, `I`, `M`, `E` or `S` with a hyphen and a kind, found `U-A`",
        ),
        (
            TagScheme::Iobes,
            "S-A E-A",
            "IOBES tags, position 1 from 0: expected `B-A` or `I-A` before `E-A`, found `S-A`",
        ),
        (
            TagScheme::Iobes,
            "B-A O",
            "IOBES tags, position 1 from 0: expected `I-A` or `E-A` after `B-A`, found `O`",
        ),
        (
            TagScheme::Iobes,
            "O B M",
            "IOBES tags, position 2 from 0: expected `I` or `E` after `M`, found the end of the sentence",
        ),
    ];
    for (scheme, sequence, expected) in cases {
        let error = scheme.check(&tags(sequence)).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(scheme.convert(&tags(sequence), TagScheme::Iob2), Err(error));
    }
    for (scheme, sequence) in [
        (TagScheme::Iob1, "I-A B-A B-A I-B I-A O I-A"),
        (TagScheme::Iob2, "B-A B-A I-A B-B O B I"),
        (TagScheme::Iobes, "S-A B-A E-A B-B M-B I-B E-B O S"),
        (TagScheme::Plain, "NN I-A whatever"),
    ] {
        assert_eq!(scheme.check(&tags(sequence)), Ok(()));
    }
}

/// A sequence is legal where the scheme would write its spans that way, which says nothing of transitions.
#[test]
fn legal_sequences_are_those_that_spans_are_written_in() {
    let alphabets: [&[&str]; 3] = [
        &["O", "B-A", "I-A", "B-B", "I-B"],
        &["O", "B-A", "I-A", "B-B", "I-B"],
        &["O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B"],
    ];
    for (scheme, alphabet) in SCHEMES.into_iter().zip(alphabets) {
        let mut legal = 0;
        for sequence in sequences(alphabet, 4) {
            let is_legal = scheme.check(&sequence).is_ok();
            let strict = scheme.strict_chunks(&sequence);
            assert_eq!(is_legal, strict == scheme.chunks(&sequence), "{sequence:?}");
            let ends = [None].into_iter().chain(sequence.iter().copied().map(Some));
            let mut pairs = ends.zip(sequence.iter().copied().map(Some).chain([None]));
            let by_pairs = pairs.all(|(from, to)| scheme.is_legal(from, to));
            assert_eq!(is_legal, by_pairs, "{sequence:?}");
            let repaired = scheme.repair(&sequence);
            assert_eq!(scheme.check(&repaired), Ok(()), "{sequence:?}");
            assert_eq!(scheme.chunks(&repaired), scheme.chunks(&sequence));
            assert_eq!(is_legal, repaired == sequence, "{sequence:?}");
            if !is_legal {
                continue;
            }
            legal += 1;
            for to in SCHEMES {
                let converted = scheme.convert(&sequence, to).unwrap();
                assert_eq!(to.check(&converted), Ok(()), "{sequence:?}");
                assert_eq!(to.chunks(&converted), scheme.chunks(&sequence));
                assert_eq!(to.convert(&converted, scheme).unwrap(), sequence);
            }
        }
        // Sequences of 0 to 4 words with spans of two kinds: a(n) = a(n - 1) + 2 (a(0) + .. + a(n - 1)).
        assert_eq!(legal, 1 + 3 + 11 + 41 + 153, "{scheme}");
    }
}

#[test]
fn spans_are_written_in_every_scheme() {
    let (iob1, iob2, iobes) = (
        "O I-A B-A I-A I-B O",
        "O B-A B-A I-A B-B O",
        "O S-A B-A E-A S-B O",
    );
    for (from, sequence) in SCHEMES.into_iter().zip([iob1, iob2, iobes]) {
        for (to, expected) in SCHEMES.into_iter().zip([iob1, iob2, iobes]) {
            let converted = from.convert(&tags(sequence), to).unwrap();
            assert_eq!(converted.join(" "), expected);
        }
    }
    let convert = |from: TagScheme, sequence, to| from.convert(&tags(sequence), to);
    let bmes = convert(TagScheme::Iobes, "B-A M-A E-A B E", TagScheme::Iobes);
    assert_eq!(bmes.unwrap().join(" "), "B-A I-A E-A B E");
    let plain = convert(TagScheme::Plain, "DET NOUN", TagScheme::Plain);
    assert_eq!(plain.unwrap().join(" "), "DET NOUN");
    assert_eq!(TagScheme::Plain.repair(&["DET", "O"]), ["DET", "O"]);
    let error = convert(TagScheme::Plain, "DET", TagScheme::Iob2).unwrap_err();
    let expected =
        "expected two schemes that mark spans, or one and the same, found plain and IOB2";
    assert_eq!(error.to_string(), expected);
    assert!(convert(TagScheme::Iob2, "O", TagScheme::Plain).is_err());
}

#[test]
fn tags_of_no_scheme_may_follow_nothing() {
    for scheme in SCHEMES {
        for foreign in ["", "-", "b-A", "O-A", "NN", "-DOCSTART-", "BB-A", "é-A"] {
            assert!(!scheme.is_legal(Some(foreign), Some("O")), "{foreign}");
            assert!(!scheme.is_legal(None, Some(foreign)), "{foreign}");
            assert!(scheme.check(&[foreign]).is_err());
            assert!(scheme.spans(&[foreign]).is_empty());
        }
        assert!(scheme.is_legal(None, None));
        assert_eq!(scheme.check::<&str>(&[]), Ok(()));
    }
    assert!(TagScheme::Plain.is_legal(Some("-"), None));
}

#[test]
fn schemes_have_several_names() {
    let read = |name: &str| serde_json::from_value::<TagScheme>(name.into()).unwrap();
    assert_eq!(
        ["iob1", "iob2", "iobes", "plain"].map(read),
        [SCHEMES[0], SCHEMES[1], SCHEMES[2], TagScheme::Plain]
    );
    assert_eq!(
        ["bio", "bioes", "bmes"].map(read),
        [SCHEMES[1], SCHEMES[2], SCHEMES[2]]
    );
}

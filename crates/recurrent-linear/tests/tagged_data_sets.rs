//! Taggers on public data sets: what they reach with few passes.

mod common;

use common::shared_data;

use recurrent_data::{
    SpanScores, TagScheme, TaggedFormat, TaggedOptions, TaggedSentences, read_tagged,
};
use recurrent_linear::tagger::{
    FrequentTagger, PerceptronConfig, TaggerFeatures, TaggerUnit, train,
};
use std::collections::HashMap;

type Sentence = (Vec<String>, Vec<usize>);

/// Training sentences with tags as numbers, the tags, and test sentences.
struct Data {
    names: Vec<String>,
    train: Vec<Sentence>,
    test: Vec<(Vec<String>, Vec<String>)>,
    scheme: TagScheme,
}

impl Data {
    fn read(name: &str, format: TaggedFormat, from: TagScheme, scheme: TagScheme) -> Option<Self> {
        let path = shared_data(name)?;
        let options = TaggedOptions {
            format,
            ..TaggedOptions::default()
        };
        let splits = read_tagged(&path, &options).unwrap();
        let converted = |part: TaggedSentences| {
            let sentences = part.sentences.into_iter().map(|sentence| {
                let tags = from.repair(&sentence.tags);
                (sentence.words, from.convert(&tags, scheme).unwrap())
            });
            sentences.collect::<Vec<(Vec<String>, Vec<String>)>>()
        };
        let mut ids: HashMap<String, usize> = HashMap::new();
        let mut names = Vec::new();
        let train = (converted(splits.train).into_iter())
            .map(|(words, tags)| {
                let tags = tags.into_iter().map(|tag| {
                    *ids.entry(tag).or_insert_with_key(|tag| {
                        names.push(tag.clone());
                        names.len() - 1
                    })
                });
                (words, tags.collect())
            })
            .collect();
        Some(Self {
            names,
            train,
            test: converted(splits.test),
            scheme,
        })
    }

    fn scores(&self, tag: &dyn Fn(&[String]) -> Vec<usize>) -> SpanScores {
        let sentences = self.test.iter().map(|(words, gold)| {
            let found = tag(words).into_iter().map(|tag| &self.names[tag]);
            (gold, found.collect::<Vec<_>>())
        });
        SpanScores::of(sentences, self.scheme).unwrap()
    }

    fn frequent(&self) -> SpanScores {
        let tagger = FrequentTagger::train(&self.train, self.names.len()).unwrap();
        self.scores(&|words| tagger.tag(words))
    }

    fn perceptron(&self, unit: TaggerUnit) -> SpanScores {
        let config = PerceptronConfig {
            features: TaggerFeatures {
                unit,
                ..TaggerFeatures::default()
            },
            passes: 3,
            ..PerceptronConfig::default()
        };
        let legal = |from: Option<usize>, to: Option<usize>| {
            let name = |tag: Option<usize>| tag.map(|tag| self.names[tag].as_str());
            self.scheme.is_legal(name(from), name(to))
        };
        let mut mistakes = Vec::new();
        let mut progress = |pass: recurrent_linear::tagger::Pass| mistakes.push(pass.mistakes);
        let tagger = train(&self.train, self.names.len(), config, &legal, &mut progress).unwrap();
        assert!(mistakes.is_sorted_by(|a, b| a > b), "{mistakes:?}");
        self.scores(&|words| {
            let tags = tagger.tag(words);
            let found: Vec<&str> = tags.iter().map(|&tag| self.names[tag].as_str()).collect();
            self.scheme.check(&found).unwrap();
            tags
        })
    }
}

#[test]
fn names_of_news() {
    let (format, iob1) = (TaggedFormat::Columns, TagScheme::Iob1);
    let Some(data) = Data::read("conll2003", format, iob1, TagScheme::Iobes) else {
        return;
    };
    let (frequent, perceptron) = (data.frequent(), data.perceptron(TaggerUnit::Word));
    assert!(frequent.micro().f1() > 0.53, "{}", frequent.micro().f1());
    assert!(
        perceptron.micro().f1() > 0.82,
        "{}",
        perceptron.micro().f1()
    );
}

#[test]
fn names_in_chinese_resumes() {
    let (format, iobes) = (TaggedFormat::Columns, TagScheme::Iobes);
    let Some(data) = Data::read("resume-ner", format, iobes, iobes) else {
        return;
    };
    let perceptron = data.perceptron(TaggerUnit::Character);
    assert!(
        perceptron.micro().f1() > 0.90,
        "{}",
        perceptron.micro().f1()
    );
}

#[test]
fn parts_of_speech_of_a_treebank() {
    let (format, plain) = (TaggedFormat::ConllU, TagScheme::Plain);
    let Some(data) = Data::read("ud-english-ewt", format, plain, plain) else {
        return;
    };
    let (frequent, perceptron) = (data.frequent(), data.perceptron(TaggerUnit::Word));
    assert!(frequent.accuracy() > 0.86, "{}", frequent.accuracy());
    assert!(perceptron.accuracy() > 0.94, "{}", perceptron.accuracy());
}

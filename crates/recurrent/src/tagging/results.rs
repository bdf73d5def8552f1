//! What a tagger has come to, and its report.

use super::data::{Sentences, TaggedCorpus};
use super::measures::TagMeasures;
use super::predict::Tagger;
use crate::Error;
use crate::report::{Confusion, Counted, Loss, Report, Sample, grouped};
use crate::run::RunDirectory;
use crate::training::BySplit;

/// Sentences with mistakes that a report shows.
const MISTAKES: usize = 20;
/// Words of the longest of them.
const LONGEST_SHOWN: usize = 40;

/// How good a tagger is on a split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitResults {
    /// The split's name.
    pub split: &'static str,
    /// How good.
    pub measures: TagMeasures,
    /// Words a second.
    pub speed: f64,
    /// Sentences with wrong tags, the words with a wrong one as `word/WRONG(RIGHT)`.
    pub mistakes: Vec<String>,
}

/// What a run has come to.
pub type Results = BySplit<SplitResults>;

impl SplitResults {
    fn of(
        tagger: &Tagger,
        sentences: &Sentences,
        split: &'static str,
    ) -> Result<Option<Self>, Error> {
        if sentences.is_empty() {
            return Ok(None);
        }
        let before = std::time::Instant::now();
        let found = tagger.tag_ids(&sentences.words, &|n| format!("{split} sentence {n}"))?;
        let seconds = before.elapsed().as_secs_f64();
        Ok(Some(Self {
            split,
            measures: tagger.measure(sentences, &found)?,
            speed: sentences.word_count() as f64 / seconds.max(1e-9),
            mistakes: mistakes(tagger, sentences, &found)?,
        }))
    }
}

impl Results {
    pub(super) fn of(tagger: &Tagger, corpus: &TaggedCorpus) -> Result<Self, Error> {
        Ok(Self {
            valid: SplitResults::of(tagger, &corpus.valid, "validation")?,
            test: SplitResults::of(tagger, &corpus.test, "test")?,
        })
    }

    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        if let Some(found) = self.measured() {
            let named = found.measures.rows().into_iter();
            rows.extend(named.map(|(name, value)| (format!("{} {name}", found.split), value)));
            rows.push((
                format!("{} words a second", found.split),
                grouped(found.speed as u64),
            ));
        }
        if let (Some(valid), Some(_)) = (&self.valid, &self.test) {
            let what = match valid.measures.spans {
                Some(_) => "validation F1",
                None => "validation accuracy",
            };
            let score = 100.0 * valid.measures.score();
            rows.push((what.to_string(), format!("{score:.2} %")));
        }
        rows
    }
}

/// Short sentences with wrong tags, those with most of them first.
fn mistakes(
    tagger: &Tagger,
    sentences: &Sentences,
    found: &[Vec<usize>],
) -> Result<Vec<String>, Error> {
    let wrong = |n: usize| {
        let pairs = sentences.tags[n].iter().zip(&found[n]);
        pairs.filter(|(gold, found)| gold != found).count()
    };
    let mut worst: Vec<(usize, usize)> = (0..sentences.len())
        .filter(|&n| sentences.words[n].len() <= LONGEST_SHOWN)
        .map(|n| (wrong(n), n))
        .filter(|&(wrong, _)| wrong > 0)
        .collect();
    worst.sort_by_key(|&(wrong, n)| (std::cmp::Reverse(wrong), n));
    let shown = |&(_, n): &(usize, usize)| {
        let gold = tagger.in_files(&sentences.tags[n], &sentences.others)?;
        let found = tagger.in_files(&found[n], &[])?;
        let words = sentences.words[n].iter().zip(gold).zip(found);
        let words = words.map(|((word, gold), found)| match gold == found {
            true => word.clone(),
            false => format!("{word}/{found}({gold})"),
        });
        Ok(words.collect::<Vec<_>>().join(" "))
    };
    worst.iter().take(MISTAKES).map(shown).collect()
}

/// The report of a finished run.
pub(super) fn report(
    title: String,
    run: &RunDirectory,
    tagger: &Tagger,
    results: &Results,
) -> Result<Report, Error> {
    let config = tagger.config();
    let layers = tagger.layers();
    let mut rows = results.rows();
    let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
    rows.push(("parameters".to_string(), grouped(parameters)));
    if let Some(words) = tagger.vocabulary() {
        rows.push(("vocabulary".to_string(), grouped(words.len() as u64)));
    }
    let found = results.measured();
    let mistakes = found.map_or(&[][..], |found| &found.mistakes);
    let mistake = |(number, text): (usize, &String)| Sample {
        title: format!("Sentence {number}"),
        text: text.clone(),
        drawing: None,
    };
    Ok(Report {
        title,
        command: config.task.command.clone().unwrap_or_default(),
        config_toml: config.to_toml(),
        results: rows,
        metrics: run.metrics()?,
        loss: Loss::OfWords,
        counted: Counted::Words,
        layers,
        confusion: found.map(|found| Confusion {
            classes: found.measures.names.clone(),
            counts: found.measures.confusion.clone(),
        }),
        samples: vec![(
            "Mistakes, as word/given(right)".to_string(),
            (1..).zip(mistakes).map(mistake).collect(),
        )],
        ..Report::default()
    })
}

//! Reading ARPA files, in any order of their n-grams. Whatever is not as it must be is an error with its line.

use std::collections::HashMap;
use std::path::Path;

use super::lines::{Entry, Lines};
use super::{END, START, WordNgram};
use crate::DecodeError;
use crate::ngram::Words;
use crate::ngram::table::Table;
use crate::ngram::trie::{Level, MAX_ORDER, MOST_NGRAMS};
use crate::ngram::words::{END_OF_SENTENCE, UNKNOWN};

/// `log10 p` of the unknown word where a file does not say.
const MISSING_UNKNOWN: f32 = -100.0;

impl WordNgram {
    /// Reads an ARPA file, plain or compressed by gzip.
    ///
    /// # Errors
    /// Where the file cannot be read, or is malformed: with the line, what was expected there and what was found.
    pub fn read_arpa(path: &Path) -> Result<Self, DecodeError> {
        Reader::default().read(&mut Lines::open(path)?)
    }
}

/// The n-grams of one order as they stand in the file.
#[derive(Default)]
struct Section {
    order: usize,
    /// The line of the first; the others follow without a gap.
    first_line: u64,
    symbols: Vec<u32>, // [entries, order]
    log10: Vec<f32>,
    backoff: Vec<f32>,
}

#[derive(Default)]
struct Reader {
    words: Vec<String>,
    ids: HashMap<String, u32>,
    boundary: Option<u32>,
    table: Table,
    /// The symbols of the last level, sorted.
    below: Vec<u32>,
}

impl Reader {
    fn read(mut self, lines: &mut Lines) -> Result<WordNgram, DecodeError> {
        let counts = read_header(lines)?;
        for (order, &count) in (1..).zip(&counts) {
            let expected = format!("\\{order}-grams:");
            if lines.line.trim().is_empty() {
                lines.next_filled(&expected)?;
            }
            if lines.line.trim() != expected {
                return Err(lines.error(expected, lines.shown()));
            }
            if order == 1 {
                self.read_unigrams(lines, count, counts.len() == 1)?;
            } else {
                let section = self.read_section(lines, order, count, order == counts.len())?;
                self.add(lines, section)?;
            }
        }
        if lines.line.trim().is_empty() {
            lines.next_filled("\\end\\")?;
        }
        if lines.line.trim() != "\\end\\" {
            return Err(lines.error("\\end\\", lines.shown()));
        }
        // To the end, where a compressed file has its checksum.
        while lines.next()? {
            if !lines.line.trim().is_empty() {
                return Err(lines.error("nothing after \\end\\", lines.shown()));
            }
        }
        let model = self.table.build(self.words.len(), self.boundary);
        let words = Words::new(self.words)?;
        Ok(WordNgram { model, words })
    }

    fn read_unigrams(
        &mut self,
        lines: &mut Lines,
        count: u64,
        highest: bool,
    ) -> Result<(), DecodeError> {
        let (mut start, mut end) = (None, None);
        let mut log10 = Vec::new();
        let mut backoff = Vec::new();
        let mut found = 0;
        while lines.next_entry(1, count, &mut found)? {
            let entry = Entry::parse(lines, 1, highest)?;
            let Entry { words, values } = entry;
            match words[0] {
                START if start.is_none() => start = Some(values),
                END if end.is_none() => end = Some(values),
                word => {
                    let word = if word == "<UNK>" { UNKNOWN } else { word };
                    if matches!(word, START | END) || self.ids.contains_key(word) {
                        return Err(lines.error("each n-gram once", format!("{word:?} again")));
                    }
                    self.ids.insert(word.to_string(), self.words.len() as u32);
                    self.words.push(word.to_string());
                    log10.push(values.0);
                    backoff.push(values.1);
                }
            }
        }
        match (start, end) {
            (None, None) => {}
            (Some(start), Some(end)) => {
                if self.ids.contains_key(END_OF_SENTENCE) {
                    let expected = "either </s> or <eos>, which are one symbol";
                    return Err(lines.error(expected, "both among the 1-grams above"));
                }
                self.boundary = Some(self.words.len() as u32);
                self.words.push(END_OF_SENTENCE.to_string());
                log10.push(end.0);
                backoff.push(start.1);
            }
            _ => {
                let expected = "<s> and </s> or neither among the 1-grams";
                return Err(lines.error(expected, "one of them"));
            }
        }
        if !self.ids.contains_key(UNKNOWN) {
            self.ids
                .insert(UNKNOWN.to_string(), self.words.len() as u32);
            self.words.push(UNKNOWN.to_string());
            log10.push(MISSING_UNKNOWN);
            backoff.push(0.0);
        }
        let level = Level::unigrams(self.words.len());
        self.below = level.words.clone();
        self.table.levels.push(level);
        self.table.log10.push(log10);
        self.table.backoff.push(backoff);
        Ok(())
    }

    fn read_section(
        &self,
        lines: &mut Lines,
        order: usize,
        count: u64,
        highest: bool,
    ) -> Result<Section, DecodeError> {
        let mut section = Section {
            order,
            first_line: lines.number + 1,
            ..Section::default()
        };
        let mut found = 0;
        while lines.next_entry(order, count, &mut found)? {
            let Entry { words, values } = Entry::parse(lines, order, highest)?;
            for (position, &word) in words[..order].iter().enumerate() {
                let boundary = match word {
                    START if position == 0 => self.boundary,
                    END if position + 1 == order => self.boundary,
                    START => return Err(lines.error("<s> as the first word only", lines.shown())),
                    END => return Err(lines.error("</s> as the last word only", lines.shown())),
                    _ => None,
                };
                let word = if word == "<UNK>" { UNKNOWN } else { word };
                let id = boundary.or_else(|| self.ids.get(word).copied());
                let missing = || lines.error("words of the 1-grams", format!("{word:?}"));
                section.symbols.push(id.ok_or_else(missing)?);
            }
            section.log10.push(values.0);
            // Nothing extends the end of a sentence.
            let ended = section.symbols.last().copied() == self.boundary && self.boundary.is_some();
            section.backoff.push(if ended { 0.0 } else { values.1 });
        }
        Ok(section)
    }

    /// Sorts a section and adds it to the table.
    fn add(&mut self, lines: &Lines, section: Section) -> Result<(), DecodeError> {
        let order = section.order;
        let at = |i: u32| &section.symbols[i as usize * order..][..order];
        let mut sorted: Vec<u32> = (0..section.log10.len() as u32).collect();
        sorted.sort_unstable_by(|&a, &b| at(a).cmp(at(b)).then(a.cmp(&b)));
        let line_of = |i: u32| section.first_line + u64::from(i);
        let shown = |i: u32| self.spell(at(i));
        let below: Vec<&[u32]> = self.below.chunks_exact(order - 1).collect();
        let mut level = Level::default();
        let mut parent = 0;
        for (position, &i) in sorted.iter().enumerate() {
            if position > 0 && at(sorted[position - 1]) == at(i) {
                let found = format!("{:?} again", shown(i));
                return Err(lines.error_at(line_of(i), "each n-gram once", found));
            }
            let context = &at(i)[..order - 1];
            while parent < below.len() && below[parent] < context {
                parent += 1;
            }
            if below.get(parent) != Some(&context) {
                let expected = format!(
                    "the context of {:?} among the {}-grams",
                    shown(i),
                    order - 1
                );
                return Err(lines.error_at(line_of(i), expected, "none"));
            }
            level.push(parent as u32, at(i)[order - 1]);
        }
        let moved = |values: &[f32]| sorted.iter().map(|&i| values[i as usize]).collect();
        let symbols = sorted.iter().flat_map(|&i| at(i)).copied().collect();
        self.table.levels.push(level);
        self.table.log10.push(moved(&section.log10));
        self.table.backoff.push(moved(&section.backoff));
        self.below = symbols;
        Ok(())
    }

    fn spell(&self, symbols: &[u32]) -> String {
        let words: Vec<&str> = (symbols.iter().enumerate())
            .map(|(position, &symbol)| match self.boundary {
                Some(boundary) if boundary == symbol && position == 0 => START,
                Some(boundary) if boundary == symbol => END,
                _ => self.words[symbol as usize].as_str(),
            })
            .collect();
        words.join(" ")
    }
}

/// The numbers of n-grams by order. Leaves the line after them.
fn read_header(lines: &mut Lines) -> Result<Vec<u64>, DecodeError> {
    lines.next_filled("\\data\\")?;
    if lines.line.trim().trim_start_matches('\u{FEFF}') != "\\data\\" {
        return Err(lines.error("\\data\\", lines.shown()));
    }
    let mut counts: Vec<u64> = Vec::new();
    loop {
        if counts.is_empty() {
            lines.next_filled("ngram 1=COUNT")?;
        } else if !lines.next()? {
            return Err(lines.error("\\1-grams:", "the end of the file"));
        }
        let Some(entry) = lines.line.trim().strip_prefix("ngram ") else {
            if counts.is_empty() {
                return Err(lines.error("ngram 1=COUNT", lines.shown()));
            }
            return Ok(counts);
        };
        let order = counts.len() + 1;
        if order > MAX_ORDER {
            return Err(lines.error("orders of 1 to 7", lines.shown()));
        }
        let count = entry.split_once('=').and_then(|(name, count)| {
            let named = name.trim().parse() == Ok(order);
            count.trim().parse().ok().filter(|_| named)
        });
        let total: u64 = counts.iter().sum();
        match count {
            Some(count) if total.saturating_add(count) < MOST_NGRAMS as u64 => counts.push(count),
            Some(_) => {
                return Err(lines.error("fewer than 2^32 n-grams", lines.shown()));
            }
            None => return Err(lines.error(format!("ngram {order}=COUNT"), lines.shown())),
        }
    }
}

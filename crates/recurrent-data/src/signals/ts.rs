//! The `.ts` files of sktime and aeon (Löning et al. 2019, *sktime: A Unified Interface for Machine Learning with Time
//! Series*): a header of lines that begin with `@`, then a case a line, its channels parted by `:`, the values of a channel
//! by `,`, the class last. Lines that begin with `#` or `%` are comments.

use std::path::Path;

use super::{LabelledSignals, Purpose, number, shown};
use crate::DataError;
use crate::encoding::Encoding;
use crate::readers::{MOST_BYTES, read_decoded, refuse_empty};

/// What the header says.
#[derive(Debug, Default)]
struct Header {
    /// The classes, none where any will do.
    classes: Vec<String>,
    /// Whether there is a class at the end of a line.
    has_classes: bool,
    channels: Option<usize>,
    /// The number of steps of all cases.
    steps: Option<usize>,
    equal_length: bool,
}

pub(super) fn read(path: &Path, purpose: Purpose) -> Result<LabelledSignals, DataError> {
    let advice = "save it as UTF-8";
    let content = read_decoded(path, MOST_BYTES, Encoding::Utf8, advice)?;
    refuse_empty(path, content.as_bytes())?;
    let mut header = Header::default();
    let mut signals = None;
    for (line, number) in content.lines().zip(1_u64..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '%']) {
            continue;
        }
        let wrong = |place: String, problem: String| DataError::Signal {
            path: path.to_owned(),
            place: format!("line {number}{place}"),
            problem,
        };
        match (&mut signals, line.strip_prefix('@')) {
            (None, Some(line)) => {
                if header
                    .read(line, purpose)
                    .map_err(|problem| wrong(String::new(), problem))?
                {
                    signals = Some(LabelledSignals::default());
                }
            }
            (None, None) => {
                let problem = "expected a line that begins with `@` before `@data`, found none";
                return Err(wrong(String::new(), problem.to_owned()));
            }
            (Some(signals), _) => header
                .case(line, signals, purpose)
                .map_err(|(place, problem)| wrong(place, problem))?,
        }
    }
    let expected = |expected: &str, found: &str| {
        super::wrong(path, format!("expected {expected}, found {found}"))
    };
    match signals {
        None => Err(expected("a line `@data`", "none")),
        Some(signals) if signals.is_empty() && signals.dropped == 0 => {
            Err(expected("cases below `@data`", "none"))
        }
        Some(signals) => Ok(signals),
    }
}

impl Header {
    /// Reads a line without its `@`, and says whether it is the last.
    fn read(&mut self, line: &str, purpose: Purpose) -> Result<bool, String> {
        let mut words = line.split_whitespace();
        let key = words.next().unwrap_or_default().to_lowercase();
        let value = words.next().unwrap_or_default();
        let is_true = match value.to_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!(
                "expected true or false after `@{key}`, found `{value}`"
            )),
        };
        let count = || match value.parse::<usize>() {
            Ok(count) if count > 0 => Ok(Some(count)),
            _ => Err(format!(
                "expected a number above 0 after `@{key}`, found `{value}`"
            )),
        };
        match &key[..] {
            "data" if !self.has_classes && purpose != Purpose::Unlabelled => {
                let problem =
                    "expected `@classLabel true` and the classes before `@data`, found none";
                return Err(problem.to_owned());
            }
            "data" => return Ok(true),
            "timestamps" if is_true.clone()? => {
                return Err(
                    "expected values without time stamps, found `@timeStamps true`".to_owned(),
                );
            }
            "univariate" if is_true.clone()? => self.channels = Some(1),
            "dimensions" | "dimension" => self.channels = count()?,
            "equallength" => self.equal_length = is_true?,
            "serieslength" => self.steps = count()?,
            "classlabel" => {
                self.has_classes = is_true?;
                self.classes = words.map(str::to_owned).collect();
            }
            "targetlabel" if is_true.clone()? => {
                return Err("expected classes, found `@targetLabel true`".to_owned());
            }
            // Names and remarks say nothing about the cases, and missing values are errors where they stand.
            _ => {}
        }
        Ok(false)
    }

    /// Reads a case. What is wrong comes with the place in the line.
    fn case(
        &mut self,
        line: &str,
        signals: &mut LabelledSignals,
        purpose: Purpose,
    ) -> Result<(), (String, String)> {
        let here = |problem: String| (String::new(), problem);
        let (values, label) = match (self.has_classes, line.rsplit_once(':')) {
            (false, _) => (line, ""),
            (true, Some((values, label))) => (values, label.trim()),
            (true, None) => {
                let problem = "expected channels and a class parted by `:`, found no `:`";
                return Err(here(problem.to_owned()));
            }
        };
        let is_class = self.classes.is_empty() || self.classes.iter().any(|class| class == label);
        if purpose != Purpose::Unlabelled && (label.is_empty() || !is_class) {
            let expected = match &self.classes[..] {
                [] => "a class".to_owned(),
                classes => format!("one of the classes {}", classes.join(", ")),
            };
            let problem = format!("expected {expected} at the end, found `{}`", shown(label));
            return Err(here(problem));
        }
        let channels: Vec<&str> = values.split(':').collect();
        let expected = *self.channels.get_or_insert(channels.len());
        if channels.len() != expected {
            let problem = format!("expected {expected} channels, found {}", channels.len());
            return Err(here(problem));
        }
        let channels: Vec<Vec<&str>> = channels.into_iter().map(steps).collect();
        let length = channels.first().map_or(0, Vec::len);
        for (steps, channel) in channels.iter().zip(1..) {
            if steps.len() != length {
                let problem = format!(
                    "expected {length} steps as in channel 1, found {}",
                    steps.len()
                );
                return Err((format!(", channel {channel}"), problem));
            }
        }
        match self.steps.filter(|_| self.equal_length) {
            Some(steps) if steps != length => {
                let problem =
                    format!("expected {steps} steps as `@seriesLength` says, found {length}");
                return Err(here(problem));
            }
            _ => {}
        }
        let mut values = Vec::with_capacity(length * channels.len());
        for step in 0..length {
            for (steps, channel) in channels.iter().zip(1..) {
                let value = number(steps[step]).map_err(|problem| {
                    (format!(", channel {channel}, step {}", step + 1), problem)
                })?;
                values.push(value);
            }
        }
        signals.channels = expected;
        signals.push(values, label.to_owned(), None);
        Ok(())
    }
}

/// The values of a channel.
fn steps(channel: &str) -> Vec<&str> {
    match channel.trim() {
        "" => Vec::new(),
        channel => channel.split(',').collect(),
    }
}

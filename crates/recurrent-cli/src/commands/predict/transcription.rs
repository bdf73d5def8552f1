//! The texts of files of sound and of images, and of sound as it arrives.

use super::Arguments;
use crate::commands::{Failure, print, say};
use recurrent::Error;
use recurrent::transcription::{Transcriber, Transcript};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Instant;

/// Bytes that are read of a stream at once: 20 ms at 16 kHz.
const PIECE: usize = 640;

/// Prints the texts of a file, and gives how many there are.
pub fn of_file(transcriber: &Transcriber, arguments: &Arguments) -> Result<usize, Failure> {
    let path = file(arguments)?;
    let mut out = String::new();
    let all = transcriber.transcribe_file(path, arguments.n_best as usize)?;
    for (name, texts) in &all {
        match arguments.json {
            true => {
                let texts: Vec<Value> = texts.iter().map(object).collect();
                out += &json!({ "file": name, "texts": texts }).to_string();
                out.push('\n');
            }
            false => {
                // One text stands alone; several with their scores, and several files with their names.
                for text in texts {
                    if all.len() > 1 {
                        out += &format!("{name}\t");
                    }
                    if arguments.n_best > 1 {
                        out += &format!("{:.4}\t", text.score);
                    }
                    out += &text.text;
                    out.push('\n');
                }
            }
        }
    }
    print(&out)?;
    Ok(all.len())
}

/// The file that was given.
fn file(arguments: &Arguments) -> Result<&Path, Error> {
    let path = arguments.input.as_deref();
    path.filter(|path| *path != Path::new("-"))
        .ok_or_else(|| Error::Setting {
            key: "INPUT".to_string(),
            expected: "a file of sound or of an image; --stream reads sound as it arrives"
                .to_string(),
            found: "standard input".to_string(),
        })
}

/// Prints where the symbols of a text are in a file.
pub fn align(transcriber: &Transcriber, arguments: &Arguments, text: &str) -> Result<(), Failure> {
    let mut out = String::new();
    for (symbol, [begin, end], log_probability) in transcriber.align(file(arguments)?, text)? {
        out += &match arguments.json {
            true => {
                let [begin, end] = [begin, end].map(rounded);
                json!({ "symbol": symbol, "begin": begin, "end": end, "log_probability": log_probability })
                    .to_string()
            }
            false => format!("{begin:.3}\t{end:.3}\t{symbol}"),
        };
        out.push('\n');
    }
    print(&out)
}

/// A time or place without digits that are not its own.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn object(text: &Transcript) -> Value {
    let symbols = text.symbols.iter().map(|(symbol, begin, confidence)| {
        json!({ "symbol": symbol, "begin": rounded(*begin), "confidence": confidence })
    });
    json!({
        "text": text.text,
        "score": text.score,
        "acoustic": text.acoustic,
        "symbols": symbols.collect::<Vec<_>>(),
    })
}

/// Reads samples of 16 bits as they arrive and prints what is heard: what will not change once it is sure, or with `--json`
/// a line whenever something changes: what has become sure since the last line, and what may still change.
pub fn stream(transcriber: &Transcriber, arguments: &Arguments) -> Result<(), Failure> {
    let mut source: Box<dyn Read> = match &arguments.input {
        Some(path) if path != Path::new("-") => {
            let found = |found: &str| Error::Setting {
                key: path.display().to_string(),
                expected: "a file of samples of 16 bits".to_string(),
                found: found.to_string(),
            };
            if path.is_dir() {
                return Err(found("a folder").into());
            }
            let file = File::open(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => found("nothing at this path"),
                kind => found(&kind.to_string()),
            })?;
            Box::new(file)
        }
        _ => Box::new(io::stdin().lock()),
    };
    let place = match &arguments.input {
        Some(path) if path != Path::new("-") => path.display().to_string(),
        _ => "standard input".to_string(),
    };
    let wrong = |expected: &str, found: &str| Error::Setting {
        key: place.clone(),
        expected: expected.to_string(),
        found: found.to_string(),
    };
    let rate = arguments.rate;
    let mut stream = transcriber.stream(rate)?;
    let mut told = Told::new(arguments.json);
    let (mut samples, mut busy, mut slowest) = (0u64, 0.0, 0.0f64);
    let mut bytes = vec![0; PIECE];
    let mut filled = 0;
    loop {
        let read = match source.read(&mut bytes[filled..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|error| wrong("samples of 16 bits", &error.kind().to_string()))?,
        };
        if read == 0 {
            break;
        }
        filled += read;
        if samples == 0 && bytes[..filled].starts_with(b"RIFF") {
            let expected = "samples without the header of a WAV file";
            return Err(wrong(expected, "such a header").into());
        }
        let whole = filled / 2 * 2;
        let sample = |pair: &[u8]| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
        let piece: Vec<f32> = bytes[..whole].chunks_exact(2).map(sample).collect();
        bytes.copy_within(whole..filled, 0);
        filled -= whole;
        samples += piece.len() as u64;
        let before = Instant::now();
        stream.push(&piece)?;
        let seconds = before.elapsed().as_secs_f64();
        busy += seconds;
        slowest = slowest.max(seconds);
        told.tell(stream.stable(), &stream.tentative(), stream.seconds())?;
    }
    if samples == 0 {
        return Err(wrong("samples of 16 bits", "none").into());
    }
    let heard = samples as f64 / f64::from(rate);
    let before = Instant::now();
    let text = stream.finish()?;
    busy += before.elapsed().as_secs_f64();
    told.end(&text, heard)?;
    if filled > 0 {
        return Err(wrong("whole samples of 16 bits", "half of one at the end").into());
    }
    say(&format!(
        "{heard:.2} seconds of sound, real-time factor {:.4}, slowest piece of {:.0} ms in {:.2} ms",
        busy / heard.max(1e-9),
        1000.0 * (PIECE / 2) as f64 / f64::from(rate),
        1000.0 * slowest
    ));
    Ok(())
}

/// What was printed of a stream.
struct Told {
    json: bool,
    stable: String,
    tentative: String,
}

impl Told {
    fn new(json: bool) -> Self {
        Self {
            json,
            stable: String::new(),
            tentative: String::new(),
        }
    }

    fn tell(&mut self, stable: &str, tentative: &str, seconds: f64) -> Result<(), Failure> {
        if self.stable == stable && (!self.json || self.tentative == tentative) {
            return Ok(());
        }
        match self.json {
            true => {
                let new = stable.strip_prefix(&self.stable[..]).unwrap_or(stable);
                let line =
                    json!({ "seconds": rounded(seconds), "sure": new, "tentative": tentative });
                print(&format!("{line}\n"))?;
            }
            false => print(stable.strip_prefix(&self.stable[..]).unwrap_or(stable))?,
        }
        // Who listens sees it at once.
        let _ = io::stdout().flush();
        self.stable = stable.to_string();
        self.tentative = tentative.to_string();
        Ok(())
    }

    fn end(&self, text: &str, seconds: f64) -> Result<(), Failure> {
        match self.json {
            true => print(&format!(
                "{}\n",
                json!({ "seconds": rounded(seconds), "text": text })
            )),
            false => {
                let rest = text.strip_prefix(&self.stable[..]).unwrap_or(text);
                print(&format!("{rest}\n"))
            }
        }
    }
}

//! A file of sound as samples: WAV (8, 16, 24 and 32 bits, floating point) or FLAC, told from its first bytes.
//!
//! The channels of a file are averaged, and the result is brought to the rate that is asked for. What a file holds is
//! compared with what it says that it holds: of a file that was cut short, or of a FLAC file whose samples do not have
//! the checksum that it names, nothing is returned.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};

use super::{Sound, rate_problem};
use crate::DataError;
use crate::readers::read_error;

/// The most channels of a file that is read.
const MOST_CHANNELS: usize = 64;

/// How a file of sound is read.
#[derive(Clone, Debug, PartialEq)]
pub struct SoundOptions {
    /// The rate that the sound is brought to, in samples a second; without it the sound keeps its own.
    pub rate: Option<u32>,
    /// The longest sound that is read, in seconds. A second of 16 kHz takes 64 kB of memory.
    pub max_seconds: f64,
}

impl Default for SoundOptions {
    fn default() -> Self {
        Self {
            rate: None,
            max_seconds: 600.0,
        }
    }
}

impl SoundOptions {
    /// An error where an option is out of its range.
    fn check(&self) -> Result<(), DataError> {
        let setting = |name, expected, found| DataError::Setting {
            name,
            expected,
            found,
        };
        if !(self.max_seconds > 0.0 && self.max_seconds.is_finite()) {
            let found = self.max_seconds.to_string();
            return Err(setting("max_seconds", "a number above 0", found));
        }
        match self.rate {
            Some(rate) if rate_problem(rate).is_some() => Err(setting(
                "rate",
                "a rate from 1000 to 768000 samples a second",
                rate.to_string(),
            )),
            _ => Ok(()),
        }
    }
}

/// Reads a file of sound.
///
/// ```
/// use recurrent_data::sound::{Sound, SoundOptions, read_sound};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("a.wav");
/// let sound = Sound { rate: 8_000, samples: vec![0.0, 0.5, -0.5] };
/// sound.write_wav(&path)?;
/// assert_eq!(read_sound(&path, &SoundOptions::default())?, sound);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file is not there, cannot be read, is neither WAV nor FLAC, is damaged or cut short, has no samples or some that
/// [`Sound::check`] refuses, more seconds than are asked for or a rate that is not treated, or an option is out of its range; the
/// message names the file.
pub fn read_sound(path: &Path, options: &SoundOptions) -> Result<Sound, DataError> {
    options.check()?;
    let unreadable = |error| read_error(path, false, 0, error);
    let wrong = |problem| DataError::SoundFile {
        path: path.to_owned(),
        problem,
    };
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(wrong(format!("{EXPECTED} a folder or a device")));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut first = Vec::new();
    let mut beginning = file.by_ref().take(FIRST_BYTES as u64);
    beginning.read_to_end(&mut first).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    let sound = decode(&first, Box::new(file), options).map_err(wrong)?;
    at_rate(sound, options)
}

/// Decodes the bytes of a file of sound, as [`read_sound`] does.
///
/// # Errors
/// As [`read_sound`], without the name of a file.
pub fn decode_sound(bytes: &[u8], options: &SoundOptions) -> Result<Sound, DataError> {
    options.check()?;
    let first = &bytes[..bytes.len().min(FIRST_BYTES)];
    let sound = decode(first, Box::new(Cursor::new(bytes)), options);
    at_rate(
        sound.map_err(|problem| DataError::Sound { problem })?,
        options,
    )
}

fn at_rate(sound: Sound, options: &SoundOptions) -> Result<Sound, DataError> {
    match options.rate {
        Some(rate) => sound.resampled(rate),
        None => Ok(sound),
    }
}

/// How many bytes say what a file is.
const FIRST_BYTES: usize = 12;

const EXPECTED: &str = "expected a WAV or FLAC file, found";

/// The sound of a source that begins with `first`, or what is wrong with it.
fn decode<'a>(
    first: &[u8],
    source: Box<dyn MediaSource + 'a>,
    options: &SoundOptions,
) -> Result<Sound, String> {
    if let Some(found) = foreign(first) {
        return Err(format!("{EXPECTED} {found}"));
    }
    let mut reader = Reader::new(source, options.max_seconds)?;
    reader.read()?;
    match reader.sound.problem() {
        None => Ok(reader.sound),
        Some(problem) => Err(problem),
    }
}

/// What begins with `first`, where it is neither WAV nor FLAC.
fn foreign(first: &[u8]) -> Option<&'static str> {
    let form = first.get(8..12).unwrap_or_default();
    match first {
        [] => Some("an empty file"),
        [b'R', b'I', b'F', b'F', ..] if form == b"WAVE" => None,
        [b'f', b'L', b'a', b'C', ..] => None,
        [b'R', b'F', b'6', b'4', ..] => Some("a WAV file of more than 4 GiB (RF64); cut it up"),
        [b'O', b'g', b'g', b'S', ..] => Some("Ogg; convert it"),
        [b'I', b'D', b'3', ..] | [0xff, 0xe2..=0xff, ..] => Some("MP3; convert it"),
        [b'F', b'O', b'R', b'M', ..] => Some("AIFF; convert it"),
        [0x1f, 0x8b, ..] => Some("gzip data; decompress it"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("MP4; convert it"),
        _ => Some("another kind of file by its first bytes"),
    }
}

/// A source that is being decoded.
struct Reader<'a> {
    format: Box<dyn FormatReader + 'a>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// How many samples a channel has, where the file says it.
    length: Option<u64>,
    /// The most samples a channel may have.
    limit: u64,
    max_seconds: f64,
    /// What was read so far.
    sound: Sound,
}

impl<'a> Reader<'a> {
    fn new(source: Box<dyn MediaSource + 'a>, max_seconds: f64) -> Result<Self, String> {
        let source = MediaSourceStream::new(source, Default::default());
        let probe = symphonia::default::get_probe();
        let format = probe
            .probe(&Hint::new(), source, Default::default(), Default::default())
            .map_err(problem)?;
        let track = format.default_track(TrackType::Audio);
        let codec = track.and_then(|track| Some((track, track.codec_params.as_ref()?.audio()?)));
        let Some((track, codec)) = codec else {
            return Err("expected sound, found none".to_owned());
        };
        let rate = codec.sample_rate.unwrap_or(0);
        if let Some(problem) = rate_problem(rate) {
            return Err(problem);
        }
        let channels = codec.channels.as_ref();
        match channels.map_or(0, |channels| channels.count()) {
            1..=MOST_CHANNELS => {}
            found => {
                return Err(format!(
                    "expected 1 to {MOST_CHANNELS} channels, found {found}"
                ));
            }
        }
        let options = AudioDecoderOptions::default().verify(true);
        let codecs = symphonia::default::get_codecs();
        let decoder = codecs
            .make_audio_decoder(codec, &options)
            .map_err(problem)?;
        Ok(Self {
            decoder,
            track: track.id,
            length: track.num_frames,
            format,
            limit: (max_seconds * f64::from(rate)) as u64,
            max_seconds,
            sound: Sound {
                rate,
                samples: Vec::new(),
            },
        })
    }

    /// Decodes everything.
    fn read(&mut self) -> Result<(), String> {
        self.check_length(self.length.unwrap_or(0))?;
        let mut interleaved: Vec<f32> = Vec::new();
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                // The length of sound that was written to a pipe is not known before its end.
                Err(Error::IoError(error))
                    if self.length.is_none() && error.kind() == io::ErrorKind::UnexpectedEof =>
                {
                    break;
                }
                Err(error) => return Err(self.cut_short(problem(error))),
            };
            if packet.track_id != self.track {
                continue;
            }
            let decoded = match self.decoder.decode(&packet) {
                Ok(decoded) => decoded,
                Err(error) => return Err(self.cut_short(problem(error))),
            };
            let channels = decoded.num_planes().max(1);
            if decoded.spec().rate() != self.sound.rate || channels > MOST_CHANNELS {
                return Err("expected one rate, found another further on".to_owned());
            }
            decoded.copy_to_vec_interleaved(&mut interleaved);
            let mono = interleaved.chunks_exact(channels).map(|frame| match frame {
                [sample] => *sample,
                // Channels of 32 bits may add up to more than an f32 holds.
                _ => (frame.iter().map(|&x| f64::from(x)).sum::<f64>() / channels as f64) as f32,
            });
            self.sound.samples.extend(mono);
            self.check_length(self.sound.samples.len() as u64)?;
        }
        let found = self.sound.samples.len() as u64;
        match self.length {
            Some(expected) if expected != found => Err(self.cut_short("nothing more".to_owned())),
            _ if self.decoder.finalize().verify_ok == Some(false) => {
                Err("expected the samples that the checksum is of, found others".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn check_length(&self, samples: u64) -> Result<(), String> {
        if samples <= self.limit {
            return Ok(());
        }
        Err(format!(
            "expected at most {} seconds (`max_seconds`), found {}",
            self.max_seconds,
            match self.length {
                Some(length) => format!("{:.1}", length as f64 / f64::from(self.sound.rate)),
                None => "more".to_owned(),
            }
        ))
    }

    /// The problem of a file in which, after what was read, comes `found`.
    fn cut_short(&self, found: String) -> String {
        let read = self.sound.samples.len();
        match self.length {
            Some(length) => {
                format!("expected {length} samples a channel, found {found} after {read}")
            }
            None => format!("expected sound to the end, found {found} after {read} samples"),
        }
    }
}

/// What the decoder says, in readable words.
fn problem(error: Error) -> String {
    match error {
        Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "an end before the sound's".to_owned()
        }
        Error::IoError(error) => format!("a file that cannot be read ({error})"),
        Error::Unsupported(what) => format!("what is not supported ({what})"),
        other => format!("damage ({other})"),
    }
}

//! Sound as a WAV file of 16 bits and one channel (IBM and Microsoft 1991, *Multimedia Programming Interface and Data
//! Specifications 1.0*).
//!
//! A sample `x` is the integer nearest to `32768 x`, and 32767 where `x` is 1. What is read of the file is at most
//! 1/65536 off, and at most 1/32768 where `x` is above 32767/32768.

use std::io;
use std::path::Path;

use super::Sound;
use crate::{DataError, files};

/// How many bytes stand before the samples.
const HEADER: u32 = 44;

impl Sound {
    /// Writes a WAV file of 16 bits, whole or not at all.
    ///
    /// # Errors
    /// If it is no sound ([`check`](Self::check)), a sample is not from -1 to 1, there are more than the 4 GiB of a WAV
    /// file, or the file cannot be written.
    pub fn write_wav(&self, path: &Path) -> Result<(), DataError> {
        self.check()?;
        let beyond = |sample: &f32| sample.abs() > 1.0;
        let problem = if let Some(position) = self.samples.iter().position(beyond) {
            let found = self.samples[position];
            Some(format!(
                "expected samples from -1 to 1, found {found} at sample {position}"
            ))
        } else if self.samples.len() as u64 * 2 > u64::from(u32::MAX - HEADER) {
            let found = self.samples.len();
            Some(format!(
                "expected less than 2^31 samples for WAV, found {found}"
            ))
        } else {
            None
        };
        if let Some(problem) = problem {
            return Err(DataError::Sound { problem });
        }
        let written = files::write(path, |file| {
            file.write_all(&self.header())?;
            for samples in self.samples.chunks(4_096) {
                let bytes: Vec<u8> = samples.iter().flat_map(|&x| level(x)).collect();
                file.write_all(&bytes)?;
            }
            io::Result::Ok(())
        });
        written.map_err(|error| DataError::Write {
            path: path.to_owned(),
            error,
        })
    }

    fn header(&self) -> Vec<u8> {
        let bytes = self.samples.len() as u32 * 2;
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend(b"RIFF");
        header.extend((bytes + HEADER - 8).to_le_bytes());
        header.extend(b"WAVEfmt ");
        header.extend(16_u32.to_le_bytes());
        // Integers, one channel.
        header.extend([1, 0, 1, 0]);
        header.extend(self.rate.to_le_bytes());
        header.extend((self.rate * 2).to_le_bytes());
        // Two bytes a sample, 16 bits.
        header.extend([2, 0, 16, 0]);
        header.extend(b"data");
        header.extend(bytes.to_le_bytes());
        header
    }
}

fn level(sample: f32) -> [u8; 2] {
    // The conversion saturates.
    ((sample * 32_768.0).round() as i16).to_le_bytes()
}

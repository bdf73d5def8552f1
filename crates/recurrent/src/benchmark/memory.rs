//! Memory of this process.

/// The most that the process has held in physical pages so far, in millions of bytes.
pub(super) fn peak_rss_mb() -> Option<f64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// The line `VmHWM: N kB`, its unit being 1024 bytes.
fn parse(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read() {
        let status = "VmPeak:\t  300 kB\nVmHWM:\t  125000 kB\nVmRSS:\t   60 kB\n";
        assert_eq!(parse(status), Some(128.0));
        assert_eq!(parse("Name:\trecurrent\n"), None);
    }
}

//! Memory of this process and of the machine, where the system tells (Linux).

/// The most that the process has held in physical pages so far, in millions of bytes.
pub(crate) fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    Some(bytes(&status, "VmHWM:")? / 1e6)
}

/// Bytes of the machine's memory.
pub(crate) fn of_machine() -> Option<f64> {
    bytes(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")
}

/// The bytes of a line `NAME: N kB`, its unit being 1024.
fn bytes(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = line.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_name() {
        let status = "VmPeak:\t  300 kB\nVmHWM:\t  125000 kB\nVmRSS:\t   60 kB\n";
        assert_eq!(bytes(status, "VmHWM:"), Some(128e6));
        assert_eq!(bytes(status, "MemTotal:"), None);
    }
}

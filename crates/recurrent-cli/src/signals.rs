//! Signals of Unix. What the program was started to ignore, as under `nohup`, stays ignored.

#[cfg(unix)]
use libc::{SIG_IGN, SIGHUP, SIGINT, SIGTERM, SIGXFSZ, c_int, sighandler_t};

/// Calls `handler` when the program is asked to stop. Without a handler, should it not
/// be possible to install one, the signal ends the program at once.
pub fn on_stop(handler: impl FnMut() + Send + 'static) {
    #[cfg(unix)]
    let ignored = [SIGINT, SIGTERM, SIGHUP].map(|signal| (signal, is_ignored(signal)));
    let _ = ctrlc::set_handler(handler);
    #[cfg(unix)]
    for (signal, _) in ignored.into_iter().filter(|(_, ignored)| *ignored) {
        ignore(signal);
    }
}

/// A write beyond the limit on the size of files becomes an error, which is told, instead
/// of the end of the program.
pub fn survive_full_files() {
    #[cfg(unix)]
    ignore(SIGXFSZ);
}

#[cfg(unix)]
fn ignore(signal: c_int) {
    // SAFETY: no handler is installed, and a signal may be ignored at any time.
    unsafe { libc::signal(signal, SIG_IGN) };
}

#[cfg(unix)]
fn is_ignored(signal: c_int) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action the call only writes the present one, and all zeros
    // is a value of that type, should it fail.
    let action: sighandler_t = unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction
    };
    action == SIG_IGN
}

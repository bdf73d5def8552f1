//! The allocator: large buffers are given out again without asking the system
//! for fresh pages.

use libmimalloc_sys::{mi_option_set, mi_option_t};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc's header, which the bindings lack.
const PURGE_DELAY: mi_option_t = 15;
/// A training step takes less, so that the next one finds its pages again.
const MILLISECONDS: std::ffi::c_long = 1000;

/// Leaves unused pages with the process for a while.
pub fn keep_pages() {
    // SAFETY: the option exists, and this runs before other threads start.
    unsafe { mi_option_set(PURGE_DELAY, MILLISECONDS) };
}

//! A team of threads that starts in about a microsecond and meets at a cheap
//! barrier, for kernels whose steps are too short for a general scheduler.
//!
//! Workers are started on first use and kept. They spin for a short while
//! after their last task and then sleep. One team works at a time: where it is
//! taken, the caller does the whole task alone, with the same result.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread::Thread;

/// Rounds a worker spins for before it sleeps.
const SPINS_BEFORE_SLEEP: u32 = 20_000;
/// Rounds at a barrier before the thread offers its core to others.
const SPINS_BEFORE_YIELD: u32 = 2_000;

/// Cores of this machine that the process may use.
pub fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// One thread's place in a team.
pub struct Member<'a> {
    /// `0..count`.
    pub index: usize,
    /// Threads in the team.
    pub count: usize,
    barrier: &'a Barrier,
}

impl Member<'_> {
    /// Waits until every member of the team has come here.
    #[inline]
    pub fn wait(&self) {
        if self.count > 1 {
            self.barrier.wait(self.count);
        }
    }

    /// This member's share of `0..length`: contiguous, sizes differing by at most one.
    pub fn share(&self, length: usize) -> std::ops::Range<usize> {
        self.index * length / self.count..(self.index + 1) * length / self.count
    }
}

/// Runs `task` once on each of at most `threads` threads, the caller among them.
///
/// # Panics
/// Passes on a panic of the task after all members have stopped; members that
/// wait for the one that panicked stop as well.
pub fn run(threads: usize, task: impl Fn(Member) + Sync) {
    let barrier = Barrier::default();
    let alone = || {
        task(Member {
            index: 0,
            count: 1,
            barrier: &barrier,
        });
    };
    if threads <= 1 {
        return alone();
    }
    let Some(mut team) = Team::take() else {
        return alone();
    };
    if !team.grow(threads - 1) {
        return alone();
    }
    let call = |index| {
        let _poison = PoisonOnPanic(&barrier);
        task(Member {
            index,
            count: threads,
            barrier: &barrier,
        });
    };
    let outcome = team.run(threads - 1, &call);
    drop(team);
    if let Err(payload) = outcome {
        resume_unwind(payload);
    }
}

/// What `task` makes of each of `0..count`, on at most `threads` threads, which take them one by one, so that tasks of
/// unequal lengths keep all of them busy. Each thread makes itself a workspace with `start`.
///
/// # Panics
/// As [`run`].
pub fn map_with<W, T: Send + Sync>(
    threads: usize,
    count: usize,
    start: impl Fn() -> W + Sync,
    task: impl Fn(&mut W, usize) -> T + Sync,
) -> Vec<T> {
    let results: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    run(threads.min(count), |_| {
        let mut workspace = start();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(result) = results.get(number) else {
                break;
            };
            // Nobody else takes this number, so the place is free.
            let _ = result.set(task(&mut workspace, number));
        }
    });
    results
        .into_iter()
        .filter_map(OnceLock::into_inner)
        .collect()
}

type Call<'a> = dyn Fn(usize) + Sync + 'a;
type Outcome = Result<(), Box<dyn Any + Send>>;

static TEAM: Mutex<Team> = Mutex::new(Team {
    workers: Vec::new(),
});

struct Team {
    workers: Vec<(Arc<Post>, Thread)>,
}

/// What the caller and one worker share.
#[derive(Default)]
struct Post {
    /// Tasks given so far.
    posted: AtomicU64,
    /// Tasks done so far.
    finished: AtomicU64,
    asleep: AtomicBool,
    call: AtomicPtr<&'static Call<'static>>,
    index: AtomicUsize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Team {
    /// The team, where it is free. Tests wait for it, so that they run on as many
    /// threads as they ask for.
    fn take() -> Option<MutexGuard<'static, Self>> {
        if cfg!(test) {
            return TEAM.lock().ok();
        }
        TEAM.try_lock().ok()
    }

    /// Starts workers up to `count`; false where the system refuses a thread.
    fn grow(&mut self, count: usize) -> bool {
        while self.workers.len() < count {
            let post = Arc::new(Post::default());
            let name = format!("recurrent-{}", self.workers.len() + 1);
            let shared = Arc::clone(&post);
            match std::thread::Builder::new()
                .name(name)
                .spawn(move || shared.work())
            {
                Ok(handle) => self.workers.push((post, handle.thread().clone())),
                Err(_) => return false,
            }
        }
        true
    }

    /// Runs `call(0)` here and `call(1..=workers)` on the workers.
    fn run(&mut self, workers: usize, call: &Call) -> Outcome {
        // SAFETY: the lifetime ends before this function returns, which is
        // after every worker has reported that it is done with the call.
        let call: &'static Call<'static> = unsafe { std::mem::transmute(call) };
        let mut slot = call;
        let slot = &raw mut slot;
        let workers = &self.workers[..workers];
        for (i, (post, thread)) in workers.iter().enumerate() {
            post.call.store(slot, Ordering::Relaxed);
            post.index.store(i + 1, Ordering::Relaxed);
            post.posted.fetch_add(1, Ordering::SeqCst);
            if post.asleep.load(Ordering::SeqCst) {
                thread.unpark();
            }
        }
        let mut outcome = catch_unwind(AssertUnwindSafe(|| call(0)));
        for (post, _) in workers {
            let task = post.posted.load(Ordering::Relaxed);
            spin_until(|| post.finished.load(Ordering::Acquire) == task);
            if let Ok(mut panic) = post.panic.lock()
                && let Some(payload) = panic.take()
            {
                outcome = Err(payload);
            }
        }
        outcome
    }
}

impl Post {
    fn work(&self) {
        let mut done = 0;
        loop {
            let mut spins = 0;
            while self.posted.load(Ordering::SeqCst) == done {
                if spins < SPINS_BEFORE_SLEEP {
                    spins += 1;
                    std::hint::spin_loop();
                    continue;
                }
                self.asleep.store(true, Ordering::SeqCst);
                if self.posted.load(Ordering::SeqCst) == done {
                    std::thread::park();
                }
                self.asleep.store(false, Ordering::SeqCst);
            }
            done += 1;
            let index = self.index.load(Ordering::Relaxed);
            // SAFETY: the pointer was stored before the task was posted and
            // stays valid until `finished` says so.
            let call = unsafe { *self.call.load(Ordering::Relaxed) };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| call(index)))
                && let Ok(mut panic) = self.panic.lock()
            {
                *panic = Some(payload);
            }
            self.finished.store(done, Ordering::Release);
        }
    }
}

/// Sense-free counting barrier: every `count`-th arrival opens the next round.
#[derive(Default)]
struct Barrier {
    arrived: AtomicUsize,
    /// A member has panicked and will not arrive.
    poisoned: AtomicBool,
}

/// Poisons a barrier when a panic unwinds through its scope.
struct PoisonOnPanic<'a>(&'a Barrier);

impl Drop for PoisonOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.poisoned.store(true, Ordering::Release);
        }
    }
}

impl Barrier {
    #[inline]
    fn wait(&self, count: usize) {
        let ticket = self.arrived.fetch_add(1, Ordering::AcqRel);
        let open = (ticket / count + 1) * count;
        let arrived = || self.arrived.load(Ordering::Acquire) >= open;
        spin_until(|| arrived() || self.poisoned.load(Ordering::Acquire));
        assert!(arrived(), "another member of the team has panicked");
    }
}

#[inline]
fn spin_until(ready: impl Fn() -> bool) {
    let mut spins = 0;
    while !ready() {
        spins += 1;
        if spins < SPINS_BEFORE_YIELD {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_member_runs_once_and_barriers_order_them() {
        for threads in 1..=3 {
            let before = AtomicUsize::new(0);
            let broken = AtomicUsize::new(0);
            let rounds = 200;
            run(threads, |member| {
                for round in 0..rounds {
                    before.fetch_add(1, Ordering::SeqCst);
                    member.wait();
                    if before.load(Ordering::SeqCst) < (round + 1) * member.count {
                        broken.fetch_add(1, Ordering::SeqCst);
                    }
                    member.wait();
                }
            });
            assert_eq!(broken.load(Ordering::SeqCst), 0);
            let total = before.load(Ordering::SeqCst);
            assert_eq!(total, rounds * threads);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_lives_on() {
        let caught = catch_unwind(|| run(2, |member| assert!(member.index != member.count - 1)));
        assert!(caught.is_err());
        // Nor does one that waits for the one that panicked wait for ever.
        let caught = catch_unwind(|| {
            run(3, |member| {
                assert!(member.index != 1);
                member.wait();
            });
        });
        assert!(caught.is_err());
        let sum = AtomicUsize::new(0);
        run(2, |member| {
            sum.fetch_add(member.share(10).len(), Ordering::SeqCst);
        });
        assert_eq!(sum.load(Ordering::SeqCst), 10);
    }
}

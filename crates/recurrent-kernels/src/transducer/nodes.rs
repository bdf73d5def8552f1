//! The lattice of a joint network's row as kernels, and the logits of some of its nodes.

use super::lattice::Lattice;
use super::{Batch, Node};
use crate::matmul::Shared;
use crate::simd::{Kernel, Real, Vector};
use crate::{Cpu, threads};

/// Reads the logits `[N, V]` of nodes in order: log probabilities of blank and the label, and the sum of exponentials. Where
/// `flows` gives the probabilities of having left a node and a factor, its logits are replaced by their gradient.
pub(super) fn nodes<R: Real>(
    cpu: Cpu,
    logits: &mut [R],
    batch: Batch,
    labels: &[usize],
    flows: impl Fn(usize) -> Option<([R; 2], R)> + Sync,
) -> Vec<[R; 3]> {
    let count = logits.len() / batch.classes;
    let mut read = vec![[R::ZERO; 3]; count];
    let threads = if logits.len() < 1 << 13 {
        1
    } else {
        cpu.threads
    };
    let (values, results) = (Shared(logits.as_mut_ptr()), Shared(read.as_mut_ptr()));
    threads::run(threads, |member| {
        cpu.isa.run(Nodes {
            range: member.share(count),
            batch,
            labels,
            logits: values.pointer(),
            read: results.pointer(),
            flows: &flows,
        });
    });
    read
}

/// One thread's nodes.
struct Nodes<'a, R, F> {
    range: std::ops::Range<usize>,
    batch: Batch<'a>,
    labels: &'a [usize],
    logits: *mut R,    // [N, V]
    read: *mut [R; 3], // [N]
    flows: &'a F,
}

impl<R: Real, F: Fn(usize) -> Option<([R; 2], R)>> Kernel<R> for Nodes<'_, R, F> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let (classes, blank) = (self.batch.classes, self.batch.targets.blank);
        for number in self.range.clone() {
            let label = self.labels.get(number % (self.labels.len() + 1));
            let flows = (self.flows)(number);
            // SAFETY: the node is this thread's own.
            unsafe {
                let x = self.logits.add(number * classes);
                let node = Node::read::<V>(x, classes, blank, label, flows.is_some());
                *self.read.add(number) = [node.blank, node.label, node.sum];
                if let Some((flows, weight)) = flows {
                    let label = label.copied().unwrap_or(blank);
                    Node::write::<V>(x, classes, [blank, label], node.sum, flows, weight);
                }
            }
        }
    }
}

/// Makes room in the lattice of a row.
pub(super) struct Prepare<'a, R> {
    pub steps: usize,
    pub labels: usize,
    pub lattice: &'a mut Lattice<R>,
}

impl<R: Real> Kernel<R> for Prepare<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        self.lattice.prepare::<V>(self.steps, self.labels);
    }
}

/// Sums over all ways.
pub(super) struct Forward<'a, R> {
    pub lattice: &'a mut Lattice<R>,
    pub log_probability: &'a mut f64,
}

impl<R: Real> Kernel<R> for Forward<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        // SAFETY: the caller's promise.
        *self.log_probability = unsafe { self.lattice.forward::<V>() };
    }
}

/// Makes probabilities of what was left through what.
pub(super) struct Backward<'a, R> {
    pub lattice: &'a mut Lattice<R>,
}

impl<R: Real> Kernel<R> for Backward<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        // SAFETY: the caller's promise.
        unsafe { self.lattice.backward::<V>() };
    }
}

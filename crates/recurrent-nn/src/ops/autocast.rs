//! Products in bfloat16 for the length of a call, as `torch.autocast` has them: what a training step asks for holds for
//! all layers under it, and no layer has to know.

use crate::Precision;
use std::cell::Cell;

thread_local! {
    /// What the innermost [`autocast`] of this thread asks for.
    static PRECISION: Cell<Precision> = const { Cell::new(Precision::Full) };
}

/// Brings back what an outer call asked for, however an inner one ends.
struct Outer(Precision);

impl Drop for Outer {
    fn drop(&mut self) {
        PRECISION.set(self.0);
    }
}

/// Calls `work` with the operands of matrix products in `precision`: of recurrent layers before and after their scans
/// and of [`linear`](super::linear), forward and backward, on the CPU. The backward pass has to be called within `work`
/// too, on the same thread: it goes by what holds when it runs. What goes from step to step in a scan, sums, losses
/// and updates are never rounded (Micikevicius et al. 2018, *Mixed Precision Training*; Kalamkar et al. 2019, *A Study of
/// BFLOAT16 for Deep Learning Training*).
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use recurrent_nn::{Precision, ops};
///
/// let device = Device::flex();
/// let x = || Tensor::<2>::full([1, 1], 1.0 + 1.0 / 512.0, &device);
/// let product = || ops::linear(x(), x(), Tensor::zeros([1], &device)).into_scalar::<f32>();
/// // Above one, neighbours in bfloat16 are a 128th apart.
/// assert_eq!(ops::autocast(Precision::Bf16, product), 1.0);
/// assert!(product() > 1.0);
/// ```
pub fn autocast<T>(precision: Precision, work: impl FnOnce() -> T) -> T {
    let _outer = Outer(PRECISION.replace(precision));
    work()
}

/// What the products of this thread are to be in.
pub(super) fn precision() -> Precision {
    PRECISION.get()
}

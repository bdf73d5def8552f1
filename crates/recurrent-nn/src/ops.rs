//! The fused operations as Burn sees them.
//!
//! [`RecurrentOps`] is the back-end extension; Flex implements it over the CPU
//! kernels and the autodiff decorator adds the gradients. The functions of
//! this module take and return `Tensor`s, choose the fused operation where the
//! device has it, and [`composed`] everywhere else.

use crate::{Cell, Direction, composed};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, DispatchDevice, backend_extension};
use burn::tensor::{Device, Int, Tensor};
use recurrent_kernels::loss;
use recurrent_kernels::optimizer::Step;

mod autocast;
mod autodiff;
mod crf;
mod ctc;
mod flex;
mod transducer;

pub use autocast::autocast;
pub use crf::crf_loss;
pub use ctc::{UnalignedReduction, UnalignedTargets, ctc_loss, ctc_row_losses, shortest_ctc};
pub use flex::cpu;
pub use transducer::{joint_loss, transducer_loss};

/// What a layer needs to know beside its tensors.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerOptions {
    /// The cell.
    pub cell: Cell,
    /// Order of the steps.
    pub direction: Direction,
    /// Valid steps of each row, `[B]`; all of them where `None`.
    pub lengths: Option<Vec<usize>>,
    /// Seed and probability of the dropout of the recurrent connections.
    pub recurrent_dropout: Option<(u64, f64)>,
    /// Whether the backward pass computes the activations again instead of
    /// finding them stored; [`composed`] stores them all the same.
    pub recompute: bool,
}

/// Recurrent layers, sequence losses and updates as back-end operations.
#[backend_extension(Flex, Autodiff)]
pub trait RecurrentOps: Backend {
    /// See [`layer`].
    #[allow(clippy::too_many_arguments)]
    fn fused_layer(
        input: FloatTensor<Self>,     // [T, B, I]
        weight_ih: FloatTensor<Self>, // [G H, I]
        weight_hh: FloatTensor<Self>, // [G H, H]
        bias_ih: FloatTensor<Self>,   // [G H]
        bias_hh: FloatTensor<Self>,   // [G H]
        state: FloatTensor<Self>,     // [S, B, H]
        options: LayerOptions,
    ) -> FloatTensor<Self>;

    /// See [`linear`].
    fn fused_linear(
        input: FloatTensor<Self>,  // [N, I]
        weight: FloatTensor<Self>, // [O, I]
        bias: FloatTensor<Self>,   // [O]
    ) -> FloatTensor<Self>;

    /// See [`cross_entropy`]; `mask` is `[N]`.
    fn fused_cross_entropy(
        logits: FloatTensor<Self>, // [N, V]
        targets: IntTensor<Self>,  // [N]
        mask: FloatTensor<Self>,   // [N]
        smoothing: f64,
    ) -> FloatTensor<Self>;

    /// See [`crf_loss`].
    fn fused_crf_loss(
        emissions: FloatTensor<Self>,   // [T, B, V]
        transitions: FloatTensor<Self>, // [V, V]
        start: FloatTensor<Self>,       // [V]
        end: FloatTensor<Self>,         // [V]
        tags: IntTensor<Self>,          // [T, B]
        lengths: Vec<usize>,            // [B]
    ) -> FloatTensor<Self>;

    /// See [`ctc_loss`]; each row's loss has a factor.
    fn fused_ctc_loss(
        logits: FloatTensor<Self>, // [T, B, V]
        targets: UnalignedTargets,
        weights: Vec<f64>, // [B]
    ) -> FloatTensor<Self>;

    /// See [`transducer_loss`]; each row's loss has a factor.
    fn fused_transducer_loss(
        logits: FloatTensor<Self>, // [B, T, U + 1, V]
        targets: UnalignedTargets,
        weights: Vec<f64>, // [B]
    ) -> FloatTensor<Self>;

    /// See [`joint_loss`]; each row's loss has a factor.
    fn fused_joint_loss(
        encoder: FloatTensor<Self>,   // [T, B, J]
        predictor: FloatTensor<Self>, // [U + 1, B, J]
        weight: FloatTensor<Self>,    // [V, J]
        bias: FloatTensor<Self>,      // [V]
        targets: UnalignedTargets,
        weights: Vec<f64>, // [B]
    ) -> FloatTensor<Self>;

    /// See [`update`].
    fn fused_update(
        parameters: FloatTensor<Self>, // [N]
        gradients: FloatTensor<Self>,  // [N]
        state: FloatTensor<Self>,      // [K, N]
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// See [`sum_of_squares`].
    fn fused_sum_of_squares(values: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Whether the device has the fused operations.
pub fn has_kernels(device: &Device) -> bool {
    match device.as_dispatch() {
        DispatchDevice::Flex(_) => true,
        DispatchDevice::Autodiff(inner) => matches!(**inner, DispatchDevice::Flex(_)),
        #[allow(unreachable_patterns, reason = "there are more with other features")]
        _ => false,
    }
}

/// One direction of one recurrent layer over a whole sequence.
///
/// # Shapes
/// `input [T, B, I]`, `weight_ih [G H, I]`, `weight_hh [G H, H]`,
/// `bias_ih [G H]`, `bias_hh [G H]`, `state [S, B, H]`. The result
/// `[T + S, B, H]` holds the hidden states, zero past a row's end, and then the
/// state after each row's last step.
///
/// # Panics
/// Where shapes disagree, or a length is above `T`.
pub fn layer(
    input: Tensor<3>,
    weight_ih: Tensor<2>,
    weight_hh: Tensor<2>,
    bias_ih: Tensor<1>,
    bias_hh: Tensor<1>,
    state: Tensor<3>,
    options: LayerOptions,
) -> Tensor<3> {
    let [_, batch, input_size] = input.dims();
    let [states, _, hidden] = state.dims();
    let rows = options.cell.gates() * hidden;
    assert_eq!(states, options.cell.states(), "parts of the state");
    assert_eq!(state.dims()[1], batch, "rows of the state");
    assert_eq!(weight_ih.dims(), [rows, input_size], "shape of weight_ih");
    assert_eq!(weight_hh.dims(), [rows, hidden], "shape of weight_hh");
    assert_eq!(bias_ih.dims(), [rows], "shape of bias_ih");
    assert_eq!(bias_hh.dims(), [rows], "shape of bias_hh");
    if !has_kernels(&input.device()) {
        return composed::layer(
            input, weight_ih, weight_hh, bias_ih, bias_hh, state, &options,
        );
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_layer(
        input.into_dispatch(),
        weight_ih.into_dispatch(),
        weight_hh.into_dispatch(),
        bias_ih.into_dispatch(),
        bias_hh.into_dispatch(),
        state.into_dispatch(),
        options,
    ))
}

/// `x W^T + b`.
///
/// # Shapes
/// `x [N, I]`, `weight [O, I]`, `bias [O]`; the result is `[N, O]`.
///
/// # Panics
/// Where shapes disagree.
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    let [outputs, inputs] = weight.dims();
    assert_eq!(x.dims()[1], inputs, "columns of x and of the weight");
    assert_eq!(bias.dims(), [outputs], "shape of the bias");
    if !has_kernels(&x.device()) {
        return composed::linear(x, weight, bias);
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_linear(
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
    ))
}

/// Mean cross entropy in nats of `logits [N, V]` against the classes
/// `targets [N]`, over the rows weighted by `mask [N]`, with label smoothing
/// (Szegedy et al. 2016). Zero where the mask leaves no row. The result is `[1]`.
///
/// # Panics
/// Where shapes disagree or a class is not below `V`.
pub fn cross_entropy(
    logits: Tensor<2>,
    targets: Tensor<1, Int>,
    mask: Option<Tensor<1>>,
    smoothing: f64,
) -> Tensor<1> {
    let device = logits.device();
    let [rows, _] = logits.dims();
    assert_eq!(targets.dims(), [rows], "shape of the targets");
    let mask =
        mask.unwrap_or_else(|| Tensor::ones([rows], (&device.clone().inner(), logits.dtype())));
    assert_eq!(mask.dims(), [rows], "shape of the mask");
    if !has_kernels(&device) {
        return composed::cross_entropy(logits, targets, mask, smoothing);
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_cross_entropy(
        logits.into_dispatch(),
        targets.into_dispatch(),
        mask.into_dispatch(),
        smoothing,
    ))
}

/// `-ln p`, in nats, that each row of `logits [N, V]` gives to its class in `targets [N]`. Computed on
/// the CPU, without a gradient.
///
/// # Panics
/// Where shapes disagree or a class is not below `V`.
pub fn row_cross_entropies(logits: Tensor<2>, targets: &[usize]) -> Vec<f64> {
    let [_, classes] = logits.dims();
    let logits = logits.into_data().convert::<f32>();
    // The conversion makes it a list of these.
    let values = logits.as_slice::<f32>().unwrap_or_default();
    loss::row_cross_entropies(cpu(), classes, values, targets)
}

/// One optimizer step on parameters `[N]`; `state [K, N]` holds the `K` values
/// a parameter that the rule keeps (`[1, 1]` where it keeps none). Returns the
/// new parameters and state.
///
/// # Panics
/// Where shapes disagree.
pub fn update(
    parameters: Tensor<1>,
    gradients: Tensor<1>,
    state: Tensor<2>,
    step: Step,
) -> (Tensor<1>, Tensor<2>) {
    let [count] = parameters.dims();
    assert_eq!(gradients.dims(), [count], "shape of the gradients");
    let kept = match step.rule.state_size() {
        0 => [1, 1],
        values => [values, count],
    };
    assert_eq!(state.dims(), kept, "shape of the state");
    if !has_kernels(&parameters.device()) {
        return composed::update(parameters, gradients, state, step);
    }
    let (parameters, state) = <Dispatch as RecurrentOps>::fused_update(
        parameters.into_dispatch(),
        gradients.into_dispatch(),
        state.into_dispatch(),
        step,
    );
    (
        Tensor::from_dispatch(parameters),
        Tensor::from_dispatch(state),
    )
}

/// Sum of the squares of all elements, `[1]`.
pub fn sum_of_squares(values: Tensor<1>) -> Tensor<1> {
    if !has_kernels(&values.device()) {
        return (values.clone() * values).sum();
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_sum_of_squares(
        values.into_dispatch(),
    ))
}

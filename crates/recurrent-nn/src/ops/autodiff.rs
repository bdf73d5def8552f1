//! Gradients of the fused operations for Burn's autodiff decorator.
//!
//! A Burn operation has one output node; a layer therefore returns hidden
//! states and final state in one tensor, which its caller slices.

use super::{LayerOptions, RecurrentOps, UnalignedTargets};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, Backend};
use recurrent_kernels::optimizer::Step;
use std::fmt::Debug;

/// Forward passes that keep what their backward passes need; a back end with
/// kernels implements it beside [`RecurrentOps`].
pub trait FusedOps: RecurrentOps {
    /// What a layer's backward pass needs beside operands and output.
    type SavedLayer: Clone + Send + Debug + 'static;

    /// [`RecurrentOps::fused_layer`] on `[input, weight_ih, weight_hh, bias_ih, bias_hh, state]`,
    /// which it may bring into the layout that the backward pass wants.
    fn layer_forward(
        operands: &mut [FloatTensor<Self>; 6],
        options: &LayerOptions,
    ) -> (FloatTensor<Self>, Self::SavedLayer);

    /// Gradients of the six operands; that of the input where it is wanted.
    fn layer_backward(
        operands: &[FloatTensor<Self>; 6],
        options: &LayerOptions,
        output: &FloatTensor<Self>,
        saved: Self::SavedLayer,
        gradient: FloatTensor<Self>,
        wants_input: bool,
    ) -> [Option<FloatTensor<Self>>; 6];

    /// Gradients of input, weight and bias; that of the input where it is wanted.
    fn linear_backward(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        wants_input: bool,
    ) -> [Option<FloatTensor<Self>>; 3];

    /// The loss `[1]` and the gradient `[N, V]` of the logits.
    fn cross_entropy_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        mask: FloatTensor<Self>,
        smoothing: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The loss `[1]` and the gradients of `[emissions, transitions, start, end]`.
    fn crf_gradients(
        operands: [FloatTensor<Self>; 4],
        tags: IntTensor<Self>,
        lengths: &[usize],
    ) -> (FloatTensor<Self>, [FloatTensor<Self>; 4]);

    /// The loss `[1]` and the gradient `[T, B, V]` of the logits.
    fn ctc_gradient(
        logits: FloatTensor<Self>,
        targets: &UnalignedTargets,
        weights: &[f64],
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The loss `[1]` and the gradient `[B, T, U + 1, V]` of the logits.
    fn transducer_gradient(
        logits: FloatTensor<Self>,
        targets: &UnalignedTargets,
        weights: &[f64],
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The loss `[1]` and the gradients of `[encoder, predictor, weight, bias]`.
    fn joint_gradients(
        operands: [FloatTensor<Self>; 4],
        targets: &UnalignedTargets,
        weights: &[f64],
    ) -> (FloatTensor<Self>, [FloatTensor<Self>; 4]);

    /// `values` times the one element of `factor`.
    fn scale(values: FloatTensor<Self>, factor: FloatTensor<Self>) -> FloatTensor<Self>;
}

#[derive(Debug)]
struct Layer;

#[derive(Debug, Clone)]
struct LayerState<B: FusedOps> {
    operands: [FloatTensor<B>; 6],
    options: LayerOptions,
    output: FloatTensor<B>,
    saved: B::SavedLayer,
}

impl<B: FusedOps> Backward<B, 6> for Layer {
    type State = LayerState<B>;

    fn backward(self, ops: Ops<Self::State, 6>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let LayerState {
            operands,
            options,
            output,
            saved,
        } = ops.state;
        let wants_input = ops.parents[0].is_some();
        let gradients =
            B::layer_backward(&operands, &options, &output, saved, gradient, wants_input);
        for (parent, gradient) in ops.parents.into_iter().zip(gradients) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct Linear;

impl<B: FusedOps> Backward<B, 3> for Linear {
    type State = [FloatTensor<B>; 2];

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let [input, weight] = ops.state;
        let wants_input = ops.parents[0].is_some();
        let gradients = B::linear_backward(input, weight, gradient, wants_input);
        for (parent, gradient) in ops.parents.into_iter().zip(gradients) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}

/// A loss whose gradients are computed with it and only scaled by the gradient above.
#[derive(Debug)]
struct Loss;

impl<B: FusedOps, const N: usize> Backward<B, N> for Loss {
    type State = [FloatTensor<B>; N];

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let above = grads.consume::<B>(&ops.node);
        for (parent, gradient) in ops.parents.into_iter().zip(ops.state) {
            if let Some(parent) = parent {
                grads.register::<B>(parent.id, B::scale(gradient, above.clone()));
            }
        }
    }
}

/// A loss of `operands`: with its gradients where they are asked for, alone where they are not. `others` is what else it takes.
fn loss<B: FusedOps, C: CheckpointStrategy, const N: usize, O>(
    operands: [FloatTensor<Autodiff<B, C>>; N],
    others: O,
    with_gradients: impl FnOnce([FloatTensor<B>; N], O) -> (FloatTensor<B>, [FloatTensor<B>; N]),
    alone: impl FnOnce([FloatTensor<B>; N], O) -> FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    let nodes = operands.each_ref().map(|operand| operand.node());
    let operands = operands.map(|operand| operand.into_primitive());
    match Loss.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let (loss, gradients) = with_gradients(operands, others);
            prepared.finish(gradients, loss)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(alone(operands, others)),
    }
}

impl<B: FusedOps, C: CheckpointStrategy> RecurrentOps for Autodiff<B, C> {
    fn fused_layer(
        input: FloatTensor<Self>,
        weight_ih: FloatTensor<Self>,
        weight_hh: FloatTensor<Self>,
        bias_ih: FloatTensor<Self>,
        bias_hh: FloatTensor<Self>,
        state: FloatTensor<Self>,
        options: LayerOptions,
    ) -> FloatTensor<Self> {
        let operands = [input, weight_ih, weight_hh, bias_ih, bias_hh, state];
        let nodes = operands.each_ref().map(|operand| operand.node());
        let mut operands = operands.map(|operand| operand.into_primitive());
        let (output, saved) = B::layer_forward(&mut operands, &options);
        match Layer.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let state = LayerState {
                    operands,
                    options,
                    output: output.clone(),
                    saved,
                };
                prepared.finish(state, output)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(output),
        }
    }

    fn fused_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), weight.node(), bias.node()];
        let [input, weight, bias] = [input, weight, bias].map(|x| x.into_primitive());
        let output = B::fused_linear(input.clone(), weight.clone(), bias);
        match Linear.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish([input, weight], output),
            OpsKind::UnTracked(prepared) => prepared.finish(output),
        }
    }

    fn fused_cross_entropy(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        mask: FloatTensor<Self>,
        smoothing: f64,
    ) -> FloatTensor<Self> {
        let others = (targets, mask.into_primitive(), smoothing);
        loss::<B, C, 1, _>(
            [logits],
            others,
            |[logits], (targets, mask, smoothing)| {
                let (loss, gradient) = B::cross_entropy_gradient(logits, targets, mask, smoothing);
                (loss, [gradient])
            },
            |[logits], (targets, mask, smoothing)| {
                B::fused_cross_entropy(logits, targets, mask, smoothing)
            },
        )
    }

    fn fused_crf_loss(
        emissions: FloatTensor<Self>,
        transitions: FloatTensor<Self>,
        start: FloatTensor<Self>,
        end: FloatTensor<Self>,
        tags: IntTensor<Self>,
        lengths: Vec<usize>,
    ) -> FloatTensor<Self> {
        loss::<B, C, 4, _>(
            [emissions, transitions, start, end],
            (tags, lengths),
            |operands, (tags, lengths)| B::crf_gradients(operands, tags, &lengths),
            |[emissions, transitions, start, end], (tags, lengths)| {
                B::fused_crf_loss(emissions, transitions, start, end, tags, lengths)
            },
        )
    }

    fn fused_ctc_loss(
        logits: FloatTensor<Self>,
        targets: UnalignedTargets,
        weights: Vec<f64>,
    ) -> FloatTensor<Self> {
        loss::<B, C, 1, _>(
            [logits],
            (targets, weights),
            |[logits], (targets, weights)| {
                let (loss, gradient) = B::ctc_gradient(logits, &targets, &weights);
                (loss, [gradient])
            },
            |[logits], (targets, weights)| B::fused_ctc_loss(logits, targets, weights),
        )
    }

    fn fused_transducer_loss(
        logits: FloatTensor<Self>,
        targets: UnalignedTargets,
        weights: Vec<f64>,
    ) -> FloatTensor<Self> {
        loss::<B, C, 1, _>(
            [logits],
            (targets, weights),
            |[logits], (targets, weights)| {
                let (loss, gradient) = B::transducer_gradient(logits, &targets, &weights);
                (loss, [gradient])
            },
            |[logits], (targets, weights)| B::fused_transducer_loss(logits, targets, weights),
        )
    }

    fn fused_joint_loss(
        encoder: FloatTensor<Self>,
        predictor: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        targets: UnalignedTargets,
        weights: Vec<f64>,
    ) -> FloatTensor<Self> {
        loss::<B, C, 4, _>(
            [encoder, predictor, weight, bias],
            (targets, weights),
            |operands, (targets, weights)| B::joint_gradients(operands, &targets, &weights),
            |[encoder, predictor, weight, bias], (targets, weights)| {
                B::fused_joint_loss(encoder, predictor, weight, bias, targets, weights)
            },
        )
    }

    fn fused_update(
        parameters: FloatTensor<Self>,
        gradients: FloatTensor<Self>,
        state: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        // An update is not differentiated through.
        let (parameters, state) = B::fused_update(
            parameters.into_primitive(),
            gradients.into_primitive(),
            state.into_primitive(),
            step,
        );
        (constant::<B, C>(parameters), constant::<B, C>(state))
    }

    fn fused_sum_of_squares(values: FloatTensor<Self>) -> FloatTensor<Self> {
        constant::<B, C>(B::fused_sum_of_squares(values.into_primitive()))
    }
}

/// A tensor that no gradient flows through.
fn constant<B: Backend, C: CheckpointStrategy>(
    values: FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    use burn::backend::AutodiffBackend;
    Autodiff::<B, C>::from_inner(values)
}

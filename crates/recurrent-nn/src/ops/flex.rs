//! The operations on Burn's CPU back end, over the kernels.

use super::autodiff::FusedOps;
use super::{LayerOptions, RecurrentOps, UnalignedTargets, autocast};
use burn::backend::Flex;
use burn::tensor::{DType, Element, Shape, TensorData};
use burn_flex::FlexTensor;
use recurrent_kernels::matmul::{self, Left, Right, Start};
use recurrent_kernels::optimizer::{self, Step};
use recurrent_kernels::{Cpu, Real, loss as kernel};
use std::sync::OnceLock;

mod crf;
mod ctc;
mod layer;
mod loss;
mod transducer;

use layer::SavedLayer;

/// Element type of a tensor that the kernels take.
pub trait Float: Real + Element + bytemuck::Pod {}
impl Float for f32 {}
impl Float for f64 {}

/// Runs `$body` with `$real` bound to the element type of a tensor.
macro_rules! with_float {
    ($dtype:expr, $real:ident => $body:expr) => {
        match $dtype {
            DType::F32 => {
                type $real = f32;
                $body
            }
            DType::F64 => {
                type $real = f64;
                $body
            }
            other => panic!("the CPU kernels take f32 and f64 tensors, not {other:?}"),
        }
    };
}

/// The machine as the kernels use it, with as many threads as Burn's own operations.
pub fn cpu() -> Cpu {
    static CPU: OnceLock<Cpu> = OnceLock::new();
    *CPU.get_or_init(|| Cpu::detect().with_threads(rayon::current_num_threads()))
}

/// The same for matrix products, in the precision that was asked for.
fn cpu_of_products() -> Cpu {
    cpu().with_precision(autocast::precision().kernel())
}

/// The same tensor with its elements in order; not copied where they are, so
/// that a tensor nobody else holds can be changed in place.
fn contiguous(tensor: FlexTensor) -> FlexTensor {
    if tensor.is_contiguous() {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

/// The elements of a contiguous tensor.
fn elements<E: Element + bytemuck::Pod>(tensor: &FlexTensor) -> &[E] {
    let start = tensor.layout().start_offset();
    &tensor.storage::<E>()[start..start + tensor.layout().num_elements()]
}

fn tensor<R: Float>(values: Vec<R>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape.into()))
}

fn dims<const D: usize>(tensor: &FlexTensor) -> [usize; D] {
    std::array::from_fn(|axis| tensor.layout().shape()[axis])
}

fn product<R: Float>(
    sizes: [usize; 3],
    left: Left<R>,
    right: Right<R>,
    start: Start<R>,
) -> FlexTensor {
    let output = matmul::new_product(cpu_of_products(), sizes, left, right, start);
    tensor(output, [sizes[0], sizes[1]])
}

fn update<R: Float>(
    parameters: FlexTensor,
    gradients: &FlexTensor,
    state: FlexTensor,
    step: Step,
) -> (FlexTensor, FlexTensor) {
    let gradients = contiguous(gradients.clone());
    let mut parameters = contiguous(parameters);
    let mut state = contiguous(state);
    let length = parameters.layout().num_elements();
    let (start, first) = (
        parameters.layout().start_offset(),
        state.layout().start_offset(),
    );
    let slots = step.rule.state_size();
    let mut slots: Vec<&mut [R]> = state.storage_mut::<R>()[first..]
        .chunks_mut(length.max(1))
        .take(slots)
        .collect();
    optimizer::update(
        cpu(),
        step,
        &mut parameters.storage_mut::<R>()[start..start + length],
        elements(&gradients),
        &mut slots,
    );
    (parameters, state)
}

impl FusedOps for Flex {
    type SavedLayer = SavedLayer;

    fn layer_forward(
        operands: &mut [FlexTensor; 6],
        options: &LayerOptions,
    ) -> (FlexTensor, SavedLayer) {
        for operand in operands.iter_mut() {
            *operand = contiguous(operand.clone());
        }
        with_float!(operands[0].dtype(), R => layer::forward::<R>(operands, options))
    }

    fn layer_backward(
        operands: &[FlexTensor; 6],
        options: &LayerOptions,
        output: &FlexTensor,
        saved: SavedLayer,
        gradient: FlexTensor,
        wants_input: bool,
    ) -> [Option<FlexTensor>; 6] {
        let gradient = contiguous(gradient);
        with_float!(gradient.dtype(), R => {
            layer::backward::<R>(operands, options, output, saved, &gradient, wants_input)
        })
    }

    fn linear_backward(
        input: FlexTensor,
        weight: FlexTensor,
        gradient: FlexTensor,
        wants_input: bool,
    ) -> [Option<FlexTensor>; 3] {
        let [input, weight, gradient] = [input, weight, gradient].map(contiguous);
        let ([rows, width], [height, _]) = (dims(&input), dims(&weight));
        with_float!(gradient.dtype(), R => {
            let d_y = elements::<R>(&gradient);
            let d_input = wants_input.then(|| {
                let right = Right::Rows { data: elements(&weight), stride: width };
                product([rows, width, height], Left::rows(d_y, height), right, Start::Zero)
            });
            let right = Right::Rows { data: elements(&input), stride: width };
            let left = Left::transposed(d_y, height);
            let d_weight = product([height, width, rows], left, right, Start::Zero);
            let mut d_bias = vec![R::ZERO; height];
            matmul::column_sums(cpu(), [rows, height], d_y, height, &mut d_bias);
            [d_input, Some(d_weight), Some(tensor(d_bias, [height]))]
        })
    }

    fn cross_entropy_gradient(
        logits: FlexTensor,
        targets: FlexTensor,
        mask: FlexTensor,
        smoothing: f64,
    ) -> (FlexTensor, FlexTensor) {
        with_float!(logits.dtype(), R => {
            match loss::loss::<R>(logits, &targets, &mask, smoothing, true) {
                (loss, Some(gradient)) => (loss, gradient),
                (_, None) => unreachable!("the gradient was asked for"),
            }
        })
    }

    fn crf_gradients(
        operands: [FlexTensor; 4],
        tags: FlexTensor,
        lengths: &[usize],
    ) -> (FlexTensor, [FlexTensor; 4]) {
        with_float!(operands[0].dtype(), R => crf::gradients::<R>(operands, &tags, lengths))
    }

    fn ctc_gradient(
        logits: FlexTensor,
        targets: &UnalignedTargets,
        weights: &[f64],
    ) -> (FlexTensor, FlexTensor) {
        with_float!(logits.dtype(), R => ctc::gradient::<R>(logits, targets, weights))
    }

    fn transducer_gradient(
        logits: FlexTensor,
        targets: &UnalignedTargets,
        weights: &[f64],
    ) -> (FlexTensor, FlexTensor) {
        with_float!(logits.dtype(), R => transducer::gradient::<R>(logits, targets, weights))
    }

    fn joint_gradients(
        operands: [FlexTensor; 4],
        targets: &UnalignedTargets,
        weights: &[f64],
    ) -> (FlexTensor, [FlexTensor; 4]) {
        with_float!(operands[0].dtype(), R => {
            transducer::joint_gradients::<R>(operands, targets, weights)
        })
    }

    fn scale(values: FlexTensor, factor: FlexTensor) -> FlexTensor {
        let mut values = contiguous(values);
        let (start, length) = (
            values.layout().start_offset(),
            values.layout().num_elements(),
        );
        with_float!(values.dtype(), R => {
            let factor = elements::<R>(&factor)[0];
            if factor != 1.0 {
                kernel::scale(cpu(), &mut values.storage_mut::<R>()[start..start + length], factor);
            }
        });
        values
    }
}

impl RecurrentOps for Flex {
    fn fused_layer(
        input: FlexTensor,
        weight_ih: FlexTensor,
        weight_hh: FlexTensor,
        bias_ih: FlexTensor,
        bias_hh: FlexTensor,
        state: FlexTensor,
        options: LayerOptions,
    ) -> FlexTensor {
        let mut operands = [input, weight_ih, weight_hh, bias_ih, bias_hh, state];
        Self::layer_forward(&mut operands, &options).0
    }

    fn fused_linear(input: FlexTensor, weight: FlexTensor, bias: FlexTensor) -> FlexTensor {
        let [input, weight, bias] = [input, weight, bias].map(contiguous);
        let ([rows, width], [height, _]) = (dims(&input), dims(&weight));
        with_float!(input.dtype(), R => {
            let right = Right::Transposed { data: elements::<R>(&weight), stride: width };
            let left = Left::rows(elements(&input), width);
            product([rows, height, width], left, right, Start::Bias(elements(&bias)))
        })
    }

    fn fused_cross_entropy(
        logits: FlexTensor,
        targets: FlexTensor,
        mask: FlexTensor,
        smoothing: f64,
    ) -> FlexTensor {
        with_float!(logits.dtype(), R => loss::loss::<R>(logits, &targets, &mask, smoothing, false).0)
    }

    fn fused_crf_loss(
        emissions: FlexTensor,
        transitions: FlexTensor,
        start: FlexTensor,
        end: FlexTensor,
        tags: FlexTensor,
        lengths: Vec<usize>,
    ) -> FlexTensor {
        let operands = [emissions, transitions, start, end];
        with_float!(operands[0].dtype(), R => crf::loss::<R>(operands, &tags, &lengths))
    }

    fn fused_ctc_loss(
        logits: FlexTensor,
        targets: UnalignedTargets,
        weights: Vec<f64>,
    ) -> FlexTensor {
        with_float!(logits.dtype(), R => ctc::loss::<R>(logits, &targets, &weights))
    }

    fn fused_transducer_loss(
        logits: FlexTensor,
        targets: UnalignedTargets,
        weights: Vec<f64>,
    ) -> FlexTensor {
        with_float!(logits.dtype(), R => transducer::loss::<R>(logits, &targets, &weights))
    }

    fn fused_joint_loss(
        encoder: FlexTensor,
        predictor: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        targets: UnalignedTargets,
        weights: Vec<f64>,
    ) -> FlexTensor {
        let operands = [encoder, predictor, weight, bias];
        with_float!(operands[0].dtype(), R => {
            transducer::joint_loss::<R>(operands, &targets, &weights)
        })
    }

    fn fused_update(
        parameters: FlexTensor,
        gradients: FlexTensor,
        state: FlexTensor,
        step: Step,
    ) -> (FlexTensor, FlexTensor) {
        with_float!(parameters.dtype(), R => update::<R>(parameters, &gradients, state, step))
    }

    fn fused_sum_of_squares(values: FlexTensor) -> FlexTensor {
        let values = contiguous(values);
        with_float!(values.dtype(), R => {
            let sum = optimizer::sum_of_squares(cpu(), elements::<R>(&values));
            tensor(vec![R::from_f64(sum)], [1])
        })
    }
}

//! What the integration tests share: the device, tensors from drawn or stored
//! values, gradients by name, and comparison.

#![allow(dead_code, reason = "each test file uses a part")]

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Device, Gradients, Tensor, TensorData};
use recurrent_nn::noise;
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;
use std::path::Path;

/// Values by name.
pub type Named = BTreeMap<String, Vec<f64>>;

/// The CPU with gradients.
pub fn device() -> Device {
    Device::flex().autodiff()
}

/// The tensors of each case of a fixture file, in double precision or `i64`.
pub fn fixtures(file: &str) -> BTreeMap<String, BTreeMap<String, TensorData>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let bytes = std::fs::read(folder.join(file)).unwrap();
    let mut cases: BTreeMap<String, BTreeMap<String, TensorData>> = BTreeMap::new();
    for (path, view) in SafeTensors::deserialize(&bytes).unwrap().iter() {
        let dtype = match view.dtype() {
            Dtype::F64 => DType::F64,
            Dtype::I64 => DType::I64,
            other => panic!("{path} is {other:?}"),
        };
        let data = TensorData::from_bytes_vec(view.data().to_vec(), view.shape().to_vec(), dtype);
        let (case, name) = path.split_once('/').unwrap();
        cases
            .entry(case.to_string())
            .or_default()
            .insert(name.to_string(), data);
    }
    cases
}

/// Normal values of a seed in double precision.
pub fn normal<const D: usize>(seed: u64, shape: [usize; D], scale: f64) -> TensorData {
    let values: Vec<f64> = (0..shape.iter().product::<usize>() as u64)
        .map(|i| scale * noise::normal(seed, i))
        .collect();
    TensorData::new(values, shape)
}

/// A tensor that takes no gradient.
pub fn constant<const D: usize>(data: &TensorData, dtype: DType) -> Tensor<D> {
    Tensor::from_data(data.clone(), (&device(), dtype))
}

/// A tensor that takes a gradient.
pub fn leaf<const D: usize>(data: &TensorData, dtype: DType) -> Tensor<D> {
    constant(data, dtype).require_grad()
}

/// The elements of a tensor.
pub fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    tensor.to_data().iter().collect()
}

/// The gradient of a leaf, which must have one.
pub fn gradient<const D: usize>(leaf: &Tensor<D>, gradients: &Gradients) -> Vec<f64> {
    let gradient = leaf.grad(gradients).expect("the leaf has a gradient");
    assert_eq!(gradient.dims(), leaf.dims());
    assert_eq!(gradient.dtype(), leaf.dtype());
    values(&gradient)
}

/// A module with parameters of another element type.
pub fn cast<M: Module>(module: M, dtype: DType) -> M {
    struct Cast(DType);
    impl ModuleMapper for Cast {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|old| Tensor::from_inner(old.inner().cast(self.0)).require_grad())
        }
    }
    module.map(&mut Cast(dtype))
}

/// The values of a module's parameters by name.
pub fn parameter_values<M: Module>(module: &M) -> Named {
    recurrent_nn::parameters(module)
        .into_iter()
        .map(|parameter| (parameter.name, parameter.data.iter().collect()))
        .collect()
}

/// The gradients of a module's parameters by name, each of which must have one.
pub fn parameter_gradients<M: Module>(module: &M, gradients: &Gradients) -> Named {
    struct Visitor<'a>(&'a Gradients, Vec<Vec<f64>>);
    impl ModuleVisitor for Visitor<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push(gradient(&param.val(), self.0));
        }
    }
    let mut visitor = Visitor(gradients, Vec::new());
    module.visit(&mut visitor);
    let names = recurrent_nn::parameters(module).into_iter();
    names
        .map(|parameter| parameter.name)
        .zip(visitor.1)
        .collect()
}

/// Fails where an element is further from the expected one than `tolerance`
/// times the largest expected element.
#[track_caller]
pub fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "number of elements of {what}");
    let largest = expected.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        let error = (f - e).abs() / if largest > 0.0 { largest } else { 1.0 };
        assert!(
            error <= tolerance,
            "{what}[{i}] is {f:e}, expected {e:e}: error {error:e} of the largest element"
        );
    }
}

/// [`assert_close`] on values of the same names.
#[track_caller]
pub fn assert_all_close(what: &str, found: &Named, expected: &Named, tolerance: f64) {
    let names = |named: &Named| named.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "names of {what}");
    for (name, expected) in expected {
        assert_close(&format!("{what}/{name}"), &found[name], expected, tolerance);
    }
}

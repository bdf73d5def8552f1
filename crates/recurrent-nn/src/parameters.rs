//! The parameters of a module by PyTorch's names.
//!
//! A [`crate::Stack`] stands as one `torch.nn` recurrent module: the weights of
//! its layer `k` are called `weight_ih_l{k}`, `weight_hh_l{k}`, `bias_ih_l{k}`,
//! `bias_hh_l{k}`, with `_reverse` behind for the reverse direction.

use crate::Error;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use std::collections::BTreeMap;

/// A named parameter and its values.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// PyTorch's name.
    pub name: String,
    /// Shape and values.
    pub data: TensorData,
}

/// Path of a parameter as the traversals of a module see it.
#[derive(Debug, Default)]
pub(crate) struct Path(Vec<String>);

impl Path {
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        // A network of one kind or another has the names of its kind.
        let level = if container.starts_with("Enum:") {
            ""
        } else {
            name
        };
        self.0.push(level.to_string());
    }

    pub(crate) fn exit(&mut self) {
        self.0.pop();
    }

    /// `rnn.layers.1.reverse.weight_ih` is `rnn.weight_ih_l1_reverse` in PyTorch.
    pub(crate) fn name(&self) -> String {
        let levels = self.0.iter().map(String::as_str);
        let parts: Vec<&str> = levels.filter(|level| !level.is_empty()).collect();
        if let [
            prefix @ ..,
            "layers",
            number,
            direction @ ("forward" | "reverse"),
            weight,
        ] = parts.as_slice()
        {
            let suffix = if *direction == "reverse" {
                "_reverse"
            } else {
                ""
            };
            let leaf = format!("{weight}_l{number}{suffix}");
            let mut name: Vec<&str> = prefix.to_vec();
            name.push(&leaf);
            return name.join(".");
        }
        parts.join(".")
    }
}

/// All floating-point parameters of a module, in its own order.
pub fn parameters<M: Module>(module: &M) -> Vec<Parameter> {
    struct Visitor {
        path: Path,
        found: Vec<Parameter>,
    }
    impl ModuleVisitor for Visitor {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.push(Parameter {
                name: self.path.name(),
                data: param.val().into_data(),
            });
        }
    }
    let mut visitor = Visitor {
        path: Path::default(),
        found: Vec::new(),
    };
    module.visit(&mut visitor);
    visitor.found
}

/// Replaces the parameters of a module by those of the same names.
///
/// # Errors
/// Names the first parameter that is missing, unknown or of another shape.
pub fn load_parameters<M: Module>(
    module: M,
    values: BTreeMap<String, TensorData>,
) -> Result<M, Error> {
    struct Mapper {
        path: Path,
        values: BTreeMap<String, TensorData>,
    }
    impl ModuleMapper for Mapper {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            match self.values.remove(&self.path.name()) {
                None => param,
                Some(data) => param.map(|old| {
                    let device = old.device().inner();
                    let new = Tensor::<D>::from_data(data, (&device, old.dtype()));
                    if old.is_autodiff() {
                        Tensor::from_inner(new).set_require_grad(old.is_require_grad())
                    } else {
                        new
                    }
                }),
            }
        }
    }
    let all = parameters(&module);
    let known = |name: &String| all.iter().any(|parameter| parameter.name == *name);
    if let Some(name) = values.keys().find(|name| !known(name)) {
        return Err(Error::UnknownParameter { name: name.clone() });
    }
    for Parameter { name, data } in all {
        let Some(found) = values.get(&name) else {
            return Err(Error::MissingParameter { name });
        };
        if found.shape() != data.shape() {
            return Err(Error::ParameterShape {
                name,
                expected: data.shape().to_vec(),
                found: found.shape().to_vec(),
            });
        }
    }
    Ok(module.map(&mut Mapper {
        path: Path::default(),
        values,
    }))
}

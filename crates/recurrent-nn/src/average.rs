//! The mean of a module's parameters over training steps (Polyak and Juditsky 1992).

use crate::parameters::Path;
use crate::{Error, ops};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use recurrent_kernels::optimizer::{Rule, Step};
use std::collections::BTreeMap;

/// The running mean of all parameters of a module.
#[derive(Debug, Clone, Default)]
pub struct Average {
    count: u64,
    /// Flat, by parameter name.
    means: BTreeMap<String, Tensor<1>>,
}

impl Average {
    /// How many parameters of the same name it is the mean of.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Takes the present parameters of a module into the mean.
    pub fn add<M: Module>(&mut self, module: &M) {
        self.count += 1;
        module.visit(&mut Add {
            path: Path::default(),
            weight: 1.0 / self.count as f64,
            means: &mut self.means,
        });
    }

    /// The module with the means for its parameters; as it is where nothing was added.
    pub fn apply<M: Module>(&self, module: M) -> M {
        module.map(&mut Replace {
            path: Path::default(),
            means: &self.means,
        })
    }

    /// The means by parameter name, flat.
    pub fn state(&self) -> BTreeMap<String, TensorData> {
        let means = self.means.iter();
        means
            .map(|(name, mean)| (name.clone(), mean.to_data()))
            .collect()
    }

    /// The mean that a saved state holds, of `count` states of the parameters of `module`.
    ///
    /// # Errors
    /// Where a parameter's mean is missing or of another size.
    pub fn resume<M: Module>(
        count: u64,
        mut state: BTreeMap<String, TensorData>,
        module: &M,
    ) -> Result<Self, Error> {
        let mut means = BTreeMap::new();
        if count == 0 {
            return Ok(Self { count, means });
        }
        let device = module.devices().remove(0).inner();
        for parameter in crate::parameters(module) {
            let expected = vec![parameter.data.num_elements()];
            let data = state.remove(&parameter.name);
            let data = data.ok_or(Error::MissingState)?;
            if data.shape().to_vec() != expected {
                return Err(Error::StateShape {
                    name: parameter.name,
                    expected,
                    found: data.shape().to_vec(),
                });
            }
            let options = (&device, parameter.data.dtype());
            means.insert(parameter.name, Tensor::from_data(data, options));
        }
        Ok(Self { count, means })
    }
}

struct Add<'a> {
    path: Path,
    /// Of the present parameters in the new mean.
    weight: f64,
    means: &'a mut BTreeMap<String, Tensor<1>>,
}

impl ModuleVisitor for Add<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let values = param.val().inner().flatten::<1>(0, D - 1);
        let name = self.path.name();
        let Some(mean) = self.means.remove(&name) else {
            self.means.insert(name, values);
            return;
        };
        // mean + weight (values - mean) is a step of gradient descent on the mean whose only
        // gradient is -values, with a decay of 1.
        let step = Step {
            rule: Rule::Sgd { momentum: 0.0 },
            number: 1,
            learning_rate: self.weight,
            weight_decay: 1.0,
            gradient_scale: -1.0,
        };
        let none = Tensor::zeros([1, 1], (&values.device(), values.dtype()));
        let (mean, _) = ops::update(mean, values, none, step);
        self.means.insert(name, mean);
    }
}

struct Replace<'a> {
    path: Path,
    means: &'a BTreeMap<String, Tensor<1>>,
}

impl ModuleMapper for Replace<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(mean) = self.means.get(&self.path.name()) else {
            return param;
        };
        let (id, tensor, mapper) = param.consume();
        let mean = mean.clone().reshape(tensor.shape());
        let tensor = Tensor::from_inner(mean).require_grad();
        Param::from_mapped_value(id, tensor, mapper)
    }
}

//! Optimizers over whole modules, with clipping by the global norm or by value.
//!
//! Clip factor, weight decay, rule and state update are one pass over the
//! parameters. The state stands under the parameters' names, so that a
//! checkpoint can hold it beside the weights.

use crate::parameters::Path;
use crate::{Error, ops};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData};
use recurrent_kernels::optimizer::{Rule, Step};
use std::collections::BTreeMap;

/// Limit on the gradients of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clip {
    /// Scale all gradients so that the norm of all of them together is at most
    /// this (Pascanu, Mikolov and Bengio 2013).
    Norm(f64),
    /// Move every element into `-limit..limit`.
    Value(f64),
}

/// Configuration of an [`Optimizer`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OptimizerConfig {
    /// Update rule.
    pub rule: Rule,
    /// L2 penalty on all parameters (decoupled for AdamW).
    pub weight_decay: f64,
    /// Limit on the gradients.
    pub clip: Option<Clip>,
}

/// An optimizer with its state.
#[derive(Debug, Clone)]
pub struct Optimizer {
    config: OptimizerConfig,
    steps: u64,
    /// `[K, N]` for each parameter that has been updated.
    state: BTreeMap<String, Tensor<2>>,
}

impl OptimizerConfig {
    /// An optimizer that has made no step.
    pub fn init(self) -> Optimizer {
        Optimizer {
            config: self,
            steps: 0,
            state: BTreeMap::new(),
        }
    }
}

impl Optimizer {
    /// Steps made so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Updates the parameters of a module that have a gradient. Returns the
    /// module and the norm of all gradients before clipping.
    ///
    /// # Errors
    /// Where a gradient is not finite; the module and the state are then as before.
    pub fn step<M: Module>(
        &mut self,
        module: M,
        gradients: Gradients,
        learning_rate: f64,
    ) -> Result<(M, f64), (M, Error)> {
        self.step_at(module, gradients, &|_| learning_rate)
    }

    /// The same with a learning rate for each parameter by its name. Where it is 0 the parameter and its
    /// state stay as they are, and its gradient counts for nothing.
    ///
    /// # Errors
    /// Where a gradient is not finite; the module and the state are then as before.
    pub fn step_at<M: Module>(
        &mut self,
        module: M,
        mut gradients: Gradients,
        learning_rate: &dyn Fn(&str) -> f64,
    ) -> Result<(M, f64), (M, Error)> {
        let mut collect = Collect {
            path: Path::default(),
            from: &mut gradients,
            found: BTreeMap::new(),
        };
        module.visit(&mut collect);
        let mut found = collect.found;
        found.retain(|name, _| learning_rate(name) != 0.0);
        let norm = found
            .values()
            .map(|gradient| ops::sum_of_squares(gradient.clone()).into_scalar::<f64>())
            .sum::<f64>()
            .sqrt();
        if !norm.is_finite() {
            return Err((module, Error::NotFinite { norm }));
        }
        let mut gradient_scale = 1.0;
        match self.config.clip {
            Some(Clip::Norm(limit)) if norm > limit => gradient_scale = limit / norm,
            Some(Clip::Value(limit)) => {
                for gradient in found.values_mut() {
                    *gradient = gradient.clone().clamp(-limit, limit);
                }
            }
            _ => {}
        }
        self.steps += 1;
        let module = module.map(&mut Apply {
            path: Path::default(),
            gradients: found,
            step: Step {
                rule: self.config.rule,
                number: self.steps,
                learning_rate: 0.0,
                weight_decay: self.config.weight_decay,
                gradient_scale,
            },
            learning_rate,
            state: &mut self.state,
        });
        Ok((module, norm))
    }

    /// The state by parameter name, each `[K, N]`.
    pub fn state(&self) -> BTreeMap<String, TensorData> {
        self.state
            .iter()
            .filter(|_| self.config.rule.state_size() > 0)
            .map(|(name, state)| (name.clone(), state.to_data()))
            .collect()
    }

    /// An optimizer that goes on after `steps` steps from a saved state for the
    /// parameters of `module`.
    ///
    /// # Errors
    /// Where there is no state though steps were made, or one of another shape.
    pub fn resume<M: Module>(
        config: OptimizerConfig,
        steps: u64,
        mut state: BTreeMap<String, TensorData>,
        module: &M,
    ) -> Result<Self, Error> {
        let mut restored = BTreeMap::new();
        let slots = config.rule.state_size();
        if slots > 0 && steps > 0 && state.is_empty() {
            return Err(Error::MissingState);
        }
        for parameter in crate::parameters(module) {
            if slots == 0 || steps == 0 {
                break;
            }
            let name = parameter.name;
            let expected = [slots, parameter.data.num_elements()];
            // A parameter without state has not had a gradient yet.
            let Some(data) = state.remove(&name) else {
                continue;
            };
            if data.shape().to_vec() != expected {
                return Err(Error::StateShape {
                    name,
                    expected: expected.to_vec(),
                    found: data.shape().to_vec(),
                });
            }
            let device = module.devices().remove(0).inner();
            let options = (&device, parameter.data.dtype());
            restored.insert(name, Tensor::from_data(data, options));
        }
        Ok(Self {
            config,
            steps,
            state: restored,
        })
    }
}

/// Takes the gradients of a module's parameters, flat, by name.
struct Collect<'a> {
    path: Path,
    from: &'a mut Gradients,
    found: BTreeMap<String, Tensor<1>>,
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad_remove(self.from) {
            self.found
                .insert(self.path.name(), gradient.flatten(0, D - 1));
        }
    }
}

/// Replaces the parameters of a module by updated ones.
struct Apply<'a> {
    path: Path,
    gradients: BTreeMap<String, Tensor<1>>,
    /// All of a step but the rate, which each parameter has its own of.
    step: Step,
    learning_rate: &'a dyn Fn(&str) -> f64,
    state: &'a mut BTreeMap<String, Tensor<2>>,
}

impl ModuleMapper for Apply<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.name();
        let Some(gradient) = self.gradients.remove(&name) else {
            return param;
        };
        let (id, tensor, mapper) = param.consume();
        let shape = tensor.shape();
        // The only reference to the values, so that they are updated in place.
        let values = tensor.inner().flatten::<1>(0, D - 1);
        let state = self.state.remove(&name).unwrap_or_else(|| {
            let slots = self.step.rule.state_size();
            let shape = if slots == 0 {
                [1, 1]
            } else {
                [slots, shape.num_elements()]
            };
            Tensor::zeros(shape, (&values.device(), values.dtype()))
        });
        let step = Step {
            learning_rate: (self.learning_rate)(&name),
            ..self.step
        };
        let (values, state) = ops::update(values, gradient, state, step);
        self.state.insert(name, state);
        let tensor = Tensor::from_inner(values.reshape(shape)).require_grad();
        Param::from_mapped_value(id, tensor, mapper)
    }
}

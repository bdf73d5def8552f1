//! The learning rate of each step.

use super::Schedule;
use serde::{Deserialize, Serialize};

/// What a schedule remembers between validations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Factor that a plateau schedule has come to.
    pub factor: f64,
    /// Validations since the last better one or the last reduction.
    pub waited: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            factor: 1.0,
            waited: 0,
        }
    }
}

impl Schedule {
    /// Factor on the learning rate at `step` (from 0) of `total`, in `epoch` (from 0).
    pub(crate) fn factor(self, step: u64, total: u64, epoch: usize, memory: Memory) -> f64 {
        match self {
            Self::Constant {} => 1.0,
            Self::StepDecay {
                factor,
                after_epoch,
            } => factor.powi((epoch + 1).saturating_sub(after_epoch) as i32),
            Self::Plateau { .. } => memory.factor,
            Self::WarmupCosine {
                warmup_steps,
                minimum_factor,
            } => {
                if step < warmup_steps {
                    return (step + 1) as f64 / warmup_steps as f64;
                }
                let rest = total.saturating_sub(warmup_steps).max(1);
                let way = (step - warmup_steps) as f64 / rest as f64;
                let cosine = (1.0 + (std::f64::consts::PI * way.min(1.0)).cos()) / 2.0;
                minimum_factor + (1.0 - minimum_factor) * cosine
            }
        }
    }

    /// Takes note of a validation.
    pub(crate) fn validated(self, better: bool, memory: &mut Memory) {
        let Self::Plateau {
            factor,
            patience,
            minimum_factor,
        } = self
        else {
            return;
        };
        memory.waited = if better { 0 } else { memory.waited + 1 };
        if memory.waited >= patience {
            memory.factor = (memory.factor * factor).max(minimum_factor);
            memory.waited = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(schedule: Schedule, points: &[(u64, usize)]) -> Vec<f64> {
        let memory = Memory::default();
        points
            .iter()
            .map(|&(step, epoch)| schedule.factor(step, 100, epoch, memory))
            .collect()
    }

    #[test]
    fn step_decay_halves_from_the_fifth_epoch_on() {
        let schedule = Schedule::StepDecay {
            factor: 0.5,
            after_epoch: 4,
        };
        let found = factors(schedule, &[(0, 0), (0, 3), (0, 4), (0, 5), (0, 12)]);
        assert_eq!(found, [1.0, 1.0, 0.5, 0.25, 1.0 / 512.0]);
    }

    #[test]
    fn warm_up_then_cosine() {
        let schedule = Schedule::WarmupCosine {
            warmup_steps: 10,
            minimum_factor: 0.1,
        };
        let found = factors(schedule, &[(0, 0), (9, 0), (10, 0), (55, 0), (100, 0)]);
        for (found, expected) in found.iter().zip([0.1, 1.0, 1.0, 0.55, 0.1]) {
            assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
        }
    }

    #[test]
    fn a_plateau_reduces_after_its_patience() {
        let schedule = Schedule::Plateau {
            factor: 0.5,
            patience: 2,
            minimum_factor: 0.3,
        };
        let mut memory = Memory::default();
        let mut seen = Vec::new();
        for better in [true, false, false, false, true, false, false] {
            schedule.validated(better, &mut memory);
            seen.push(memory.factor);
        }
        assert_eq!(seen, [1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.3]);
    }
}

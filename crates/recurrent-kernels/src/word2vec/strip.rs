//! The arithmetic of a batch in one strip of both matrices.

use super::examples::Batch;
use super::matrix::{LINE, SharedMatrix, Strip};
use crate::simd::{MAX_LANES, Real, Vector};

/// Registers of the widest strip: four lines of `f64` in registers of four.
const MOST_REGISTERS: usize = 16;

/// A strip of the input and the output matrix.
pub(super) struct StripPair<R> {
    pub input: SharedMatrix<R>,
    pub output: SharedMatrix<R>,
    pub strip: Strip,
    /// Targets of an example, `1 + K`.
    pub targets: usize,
}

impl<R: Real> StripPair<R> {
    /// Writes the strip's part of all scores `[G, 1 + K]` of the batch to `to`.
    ///
    /// # Safety
    /// Words and strip must be within the matrices, `to` must have room in whole registers.
    #[inline(always)]
    pub unsafe fn score<V: Vector<Elem = R>>(&self, batch: &Batch<R>, to: *mut R) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.strip.lines {
                1 => self.score_lines::<V, 1>(batch, to),
                2 => self.score_lines::<V, 2>(batch, to),
                3 => self.score_lines::<V, 3>(batch, to),
                _ => self.score_lines::<V, 4>(batch, to),
            }
        }
    }

    /// Moves the vectors of the batch: `output += factor h`, `input += factor output`, with `factors [G, 1 + K]`.
    ///
    /// # Safety
    /// As `score`; no other thread may use the strip.
    #[inline(always)]
    pub unsafe fn update<V: Vector<Elem = R>>(&self, batch: &Batch<R>, factors: &[R]) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.strip.lines {
                1 => self.update_lines::<V, 1>(batch, factors),
                2 => self.update_lines::<V, 2>(batch, factors),
                3 => self.update_lines::<V, 3>(batch, factors),
                _ => self.update_lines::<V, 4>(batch, factors),
            }
        }
    }

    /// # Safety
    /// As `score`.
    #[inline(always)]
    unsafe fn score_lines<V: Vector<Elem = R>, const LINES: usize>(
        &self,
        batch: &Batch<R>,
        mut to: *mut R,
    ) {
        let registers = LINES * LINE / V::LANES;
        let column = self.strip.column;
        // SAFETY: the caller's promise.
        unsafe {
            // A register a score, until there are enough to sum their lanes together.
            let mut sums = [V::splat(R::ZERO); MAX_LANES];
            let mut filled = 0;
            let targets = batch.targets.chunks_exact(self.targets);
            for (contexts, targets) in batch.contexts().zip(targets) {
                let hidden = self.hidden::<V, LINES>(contexts);
                for &target in targets {
                    let row = self.output.at(target, column);
                    let mut sum = hidden[0] * V::load(row);
                    for (i, part) in hidden[..registers].iter().enumerate().skip(1) {
                        sum = part.mul_add(V::load(row.add(i * V::LANES)), sum);
                    }
                    sums[filled] = sum;
                    filled += 1;
                    if filled == V::LANES {
                        sum_lanes(&mut sums).store(to);
                        to = to.add(V::LANES);
                        filled = 0;
                    }
                }
            }
            if filled > 0 {
                sum_lanes(&mut sums).store(to);
            }
        }
    }

    /// # Safety
    /// As `update`.
    #[inline(always)]
    unsafe fn update_lines<V: Vector<Elem = R>, const LINES: usize>(
        &self,
        batch: &Batch<R>,
        factors: &[R],
    ) {
        let registers = LINES * LINE / V::LANES;
        let column = self.strip.column;
        let targets = batch.targets.chunks_exact(self.targets);
        let factors = factors.chunks_exact(self.targets);
        // SAFETY: the caller's promise.
        unsafe {
            for ((contexts, targets), factors) in batch.contexts().zip(targets).zip(factors) {
                let hidden = self.hidden::<V, LINES>(contexts);
                let mut step = [V::splat(R::ZERO); MOST_REGISTERS];
                for (&target, &factor) in targets.iter().zip(factors) {
                    let row = self.output.at(target, column);
                    let factor = V::splat(factor);
                    let parts = hidden[..registers].iter().zip(&mut step);
                    for (i, (hidden, step)) in parts.enumerate() {
                        let at = row.add(i * V::LANES);
                        let output = V::load(at);
                        *step = output.mul_add(factor, *step);
                        hidden.mul_add(factor, output).store(at);
                    }
                }
                for &context in contexts {
                    let row = self.input.at(context, column);
                    for (i, step) in step[..registers].iter().enumerate() {
                        let at = row.add(i * V::LANES);
                        (V::load(at) + *step).store(at);
                    }
                }
            }
        }
    }

    /// The mean of the contexts' input vectors.
    ///
    /// # Safety
    /// As `score`.
    #[inline(always)]
    unsafe fn hidden<V: Vector<Elem = R>, const LINES: usize>(
        &self,
        contexts: &[u32],
    ) -> [V; MOST_REGISTERS] {
        let registers = LINES * LINE / V::LANES;
        // SAFETY: the caller's promise.
        unsafe {
            let mut hidden = [V::splat(R::ZERO); MOST_REGISTERS];
            let row = self.input.at(contexts[0], self.strip.column);
            for (i, part) in hidden[..registers].iter_mut().enumerate() {
                *part = V::load(row.add(i * V::LANES));
            }
            if contexts.len() > 1 {
                for &context in &contexts[1..] {
                    let row = self.input.at(context, self.strip.column);
                    for (i, part) in hidden[..registers].iter_mut().enumerate() {
                        *part = *part + V::load(row.add(i * V::LANES));
                    }
                }
                let share = V::splat(R::from_f64(1.0 / contexts.len() as f64));
                for part in &mut hidden[..registers] {
                    *part = *part * share;
                }
            }
            hidden
        }
    }
}

/// Lane `i` of the result is the sum of the lanes of register `i`.
#[inline(always)]
fn sum_lanes<V: Vector>(registers: &mut [V; MAX_LANES]) -> V {
    V::transpose(registers);
    let mut half = V::LANES / 2;
    while half > 0 {
        for i in 0..half {
            registers[i] = registers[i] + registers[i + half];
        }
        half /= 2;
    }
    registers[0]
}

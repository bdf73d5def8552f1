//! A linear map, one row at a time.

use super::SHORT_STEP;
use super::stream::{Halves, Packed, Stream, dot, even};
use crate::matmul::{Columns, Right, Shared, groups};
use crate::simd::{Isa, Kernel, Real, Vector};
use crate::{Cpu, Precision, elements, threads};

/// Registers of outputs that are summed side by side.
const WIDTH: usize = 4;

/// `y = W x + b`, packed for one row at a time.
#[derive(Debug)]
pub struct LinearStepper<R> {
    isa: Isa,
    threads: usize,
    inputs: usize,
    /// Groups of [`WIDTH`] registers of outputs.
    weights: Packed<R>,
    bias: Vec<R>, // [O]
}

impl<R: Real> LinearStepper<R> {
    /// Packs `weight [O, I]` and `bias [O]`.
    ///
    /// # Panics
    /// Where the weight is not `[O, I]`.
    pub fn new(cpu: Cpu, inputs: usize, weight: &[R], bias: &[R], precision: Precision) -> Self {
        let outputs = bias.len();
        let size = elements([outputs, inputs]);
        assert_eq!(weight.len(), size, "weight of a linear map");
        let lanes = cpu.isa.lanes::<R>();
        let length = outputs.next_multiple_of(lanes) * even(inputs);
        let mut packed = Packed::new(precision, length);
        cpu.isa.run(Pack {
            sizes: [outputs, inputs],
            weight,
            to: &mut packed,
        });
        let threads = if outputs * inputs < SHORT_STEP {
            1
        } else {
            cpu.threads
        };
        Self {
            isa: cpu.isa,
            threads,
            inputs,
            weights: packed,
            bias: bias.to_vec(),
        }
    }

    /// Writes `y [O]` for `x [I]`.
    ///
    /// # Panics
    /// Where a slice has another size.
    pub fn step(&self, x: &[R], y: &mut [R]) {
        assert_eq!(x.len(), self.inputs, "input of a linear map");
        assert_eq!(y.len(), self.bias.len(), "output of a linear map");
        let y = Shared(y.as_mut_ptr());
        match &self.weights {
            Packed::Full { memory, .. } => self.run(memory.shared(), x, y),
            Packed::Bf16(pairs) => self.run(Halves(Shared(pairs.as_ptr().cast_mut())), x, y),
        }
    }

    fn run<W: Stream<R>>(&self, weights: W, x: &[R], y: Shared<R>) {
        threads::run(self.threads, |member| {
            self.isa.run(Part {
                weights,
                bias: &self.bias,
                x,
                y: y.pointer(),
                member: &member,
            });
        });
    }
}

/// Packs a weight matrix `[O, I]`.
struct Pack<'a, R> {
    sizes: [usize; 2],
    weight: &'a [R],
    to: &'a mut Packed<R>,
}

impl<R: Real> Kernel<R> for Pack<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let [outputs, inputs] = self.sizes;
        for strips in groups(0..outputs.div_ceil(V::LANES), WIDTH) {
            let right = Right::Transposed {
                data: self.weight,
                stride: inputs,
            };
            // SAFETY: the size was checked, and there is room for all strips.
            unsafe {
                self.to
                    .push::<V>(right, inputs, Columns::plain(outputs), strips)
            };
        }
    }
}

/// One member's share of the outputs.
struct Part<'a, R, W> {
    weights: W,
    bias: &'a [R], // [O]
    x: &'a [R],    // [I]
    y: *mut R,     // [O]
    member: &'a threads::Member<'a>,
}

impl<R: Real, W: Stream<R>> Kernel<R> for Part<'_, R, W> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let strips = self.bias.len().div_ceil(V::LANES);
        let own = self.member.share(strips.div_ceil(WIDTH));
        for group in groups(0..strips, WIDTH).skip(own.start).take(own.len()) {
            // SAFETY: the packed weights have all strips; members have disjoint groups.
            unsafe {
                let at = group.start * V::LANES * even(self.x.len());
                let weights = self.weights.skip(at);
                match group.len() {
                    1 => self.group::<V, 1>(group.start, weights),
                    2 => self.group::<V, 2>(group.start, weights),
                    3 => self.group::<V, 3>(group.start, weights),
                    _ => self.group::<V, WIDTH>(group.start, weights),
                }
            }
        }
    }
}

impl<R: Real, W: Stream<R>> Part<'_, R, W> {
    /// `G` registers of outputs from strip `first` on.
    ///
    /// # Safety
    /// The outputs must be nobody else's, and the weights theirs.
    #[inline(always)]
    unsafe fn group<V: Vector<Elem = R>, const G: usize>(&self, first: usize, weights: W) {
        // SAFETY: the caller's promise.
        unsafe {
            let sums = dot::<V, W, G>(self.x.as_ptr(), self.x.len(), weights);
            for (strip, sum) in sums.into_iter().enumerate() {
                let at = (first + strip) * V::LANES;
                let count = V::LANES.min(self.bias.len() - at);
                let bias = V::load_first(self.bias.as_ptr().add(at), count);
                (sum + bias).store_first(self.y.add(at), count);
            }
        }
    }
}

//! Vector functions against the standard library over their whole range.

use recurrent_kernels::math::Function;
use recurrent_kernels::{Cpu, Isa, Real};

fn exact(function: Function, x: f64) -> f64 {
    match function {
        Function::Exp => x.exp(),
        Function::Sigmoid if x < 0.0 => x.exp() / (1.0 + x.exp()),
        Function::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Function::Tanh => x.tanh(),
        Function::LnToThree => x.ln(),
    }
}

fn check<R: Real>(inputs: &[R], smallest_normal: f64, bound: f64) {
    for isa in Isa::available() {
        for function in [Function::Exp, Function::Sigmoid, Function::Tanh] {
            let mut outputs = inputs.to_vec();
            function.apply(
                Cpu {
                    isa,
                    threads: 1,
                    ..Cpu::detect()
                },
                &mut outputs,
            );
            for (&x, &y) in inputs.iter().zip(&outputs) {
                let (x, y) = (x.to_f64(), y.to_f64());
                let expected = exact(function, x);
                let error = (y - expected).abs();
                // Below the normal numbers a relative error means nothing.
                let fine = y == expected
                    || error <= bound * expected.abs()
                    || error <= bound * smallest_normal
                    || expected.is_nan() && y.is_nan()
                    || expected.abs() < smallest_normal && y.abs() <= smallest_normal;
                assert!(fine, "{isa:?} {function:?}({x}) = {y}, not {expected}");
            }
        }
    }
}

#[test]
fn single_precision_is_within_1e_6() {
    // Every 1009th bit pattern: all magnitudes, both signs, infinities and NaN.
    let mut inputs: Vec<f32> = (0..u32::MAX).step_by(1009).map(f32::from_bits).collect();
    inputs.extend((-1_100_000..1_100_000).map(|i| i as f32 * 1e-4));
    inputs.extend([
        0.0,
        -0.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        f32::MAX,
        f32::MIN,
    ]);
    // What lies above is the business of the test of the ends.
    inputs.retain(|x| x.is_nan() || *x < 88.0);
    check(&inputs, f64::from(f32::MIN_POSITIVE), 1e-6);
}

#[test]
fn double_precision_is_within_a_few_units() {
    let inputs: Vec<f64> = (-700_000..700_000)
        .map(|i| f64::from(i) * 1e-3 + 1e-7)
        .chain([
            0.0,
            -0.0,
            1e-300,
            -1e-20,
            f64::NEG_INFINITY,
            f64::INFINITY,
            f64::NAN,
        ])
        .collect();
    check(&inputs, f64::MIN_POSITIVE, 2e-15);
}

#[test]
fn the_ends_of_the_range_are_kept() {
    for isa in Isa::available() {
        let cpu = Cpu {
            isa,
            threads: 1,
            ..Cpu::detect()
        };
        let apply = |function: Function, x: f32| {
            let mut values = [x];
            function.apply(cpu, &mut values);
            values[0]
        };
        assert_eq!(apply(Function::Exp, f32::INFINITY), f32::INFINITY);
        assert_eq!(apply(Function::Exp, 89.0), f32::INFINITY);
        assert_eq!(apply(Function::Exp, f32::NEG_INFINITY), 0.0);
        assert_eq!(apply(Function::Tanh, f32::INFINITY), 1.0);
        assert_eq!(apply(Function::Tanh, f32::NEG_INFINITY), -1.0);
        assert_eq!(apply(Function::Sigmoid, f32::NEG_INFINITY), 0.0);
        assert_eq!(apply(Function::Sigmoid, f32::INFINITY), 1.0);
        for function in [Function::Exp, Function::Tanh, Function::Sigmoid] {
            assert!(apply(function, f32::NAN).is_nan());
        }
        let largest = apply(Function::Exp, 88.722_83);
        assert!(largest.is_finite() && largest > 3.4e38);
    }
}

#[test]
fn logarithms_of_one_to_three_are_within_two_roundings_of_one() {
    fn check<R: Real>(bound: f64) {
        let inputs: Vec<R> = (0..=40_000)
            .map(|i| R::from_f64(1.0 + f64::from(i) / 20_000.0))
            .collect();
        for isa in Isa::available() {
            let cpu = Cpu {
                isa,
                threads: 1,
                ..Cpu::detect()
            };
            let mut outputs = inputs.clone();
            Function::LnToThree.apply(cpu, &mut outputs);
            assert_eq!(outputs[0], R::ZERO, "{isa:?}");
            for (x, y) in inputs.iter().zip(&outputs) {
                let (x, y) = (x.to_f64(), y.to_f64());
                let expected = exact(Function::LnToThree, x);
                assert!(
                    (y - expected).abs() <= bound,
                    "{isa:?} ln({x}) = {y}, not {expected}"
                );
            }
        }
    }
    check::<f32>(2.0 * f64::from(f32::EPSILON));
    check::<f64>(2.0 * f64::EPSILON);
}

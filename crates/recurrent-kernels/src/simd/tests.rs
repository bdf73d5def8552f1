//! What the instruction sets write with different instructions.

use super::*;
use std::marker::PhantomData;

struct Transposes<R>(PhantomData<R>);

impl<R: Real> Kernel<R> for Transposes<R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let number = |row: usize, column: usize| R::from_f64((100 * row + column) as f64);
        let mut found = [R::ZERO; MAX_LANES];
        // SAFETY: `found` has room for a register.
        unsafe {
            let mut lines = [V::splat(R::ZERO); MAX_LANES];
            for (row, line) in lines[..V::LANES].iter_mut().enumerate() {
                let values: Vec<R> = (0..V::LANES).map(|column| number(row, column)).collect();
                *line = V::load(values.as_ptr());
            }
            V::transpose(&mut lines);
            for (column, line) in lines[..V::LANES].iter().enumerate() {
                line.store(found.as_mut_ptr());
                for (row, &value) in found[..V::LANES].iter().enumerate() {
                    assert_eq!(value, number(row, column), "{row}, {column}");
                }
            }
        }
    }
}

struct Halves<R>(PhantomData<R>);

impl<R: Real> Kernel<R> for Halves<R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        // 1 and -2, the largest number and the smallest normal one.
        let pairs: Vec<u32> = [0xC000_3F80, 0x0080_7F7F].repeat(MAX_LANES / 2);
        let mut found = [R::ZERO; MAX_LANES];
        // SAFETY: both hold a register.
        unsafe {
            let [lower, upper] = V::load_bf16_pairs(pairs.as_ptr());
            for (half, shift) in [(lower, 16), (upper, 0)] {
                half.store(found.as_mut_ptr());
                for (value, &pair) in found[..V::LANES].iter().zip(&pairs) {
                    let expected = f32::from_bits((pair << shift) & 0xFFFF_0000);
                    assert_eq!(value.to_f64(), f64::from(expected));
                }
            }
        }
    }
}

#[test]
fn registers_transpose() {
    for isa in Isa::available() {
        isa.run(Transposes::<f32>(PhantomData));
        isa.run(Transposes::<f64>(PhantomData));
    }
}

#[test]
fn bfloat16_is_the_upper_half_of_a_float() {
    for isa in Isa::available() {
        isa.run(Halves::<f32>(PhantomData));
        isa.run(Halves::<f64>(PhantomData));
    }
}

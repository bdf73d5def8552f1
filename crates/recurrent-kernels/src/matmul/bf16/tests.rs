use super::super::{Left, Right, Start, new_product, product};
use super::{copy, round};
use crate::testing::values;
use crate::{Cpu, Isa, Precision};

fn floats(count: usize, seed: u64) -> Vec<f32> {
    values(count, seed).into_iter().map(|x| x as f32).collect()
}

fn transpose(rows: usize, columns: usize, x: &[f32]) -> Vec<f32> {
    (0..rows * columns)
        .map(|i| x[i % rows * columns + i / rows])
        .collect()
}

/// The products of rounded operands, summed in double precision.
fn reference([rows, columns, depth]: [usize; 3], a: &[f32], b: &[f32]) -> Vec<f64> {
    let mut c = vec![0.0; rows * columns];
    for m in 0..rows {
        for n in 0..columns {
            let term = |k: usize| {
                f64::from(round(a[m * depth + k])) * f64::from(round(b[k * columns + n]))
            };
            c[m * columns + n] = (0..depth).map(term).sum();
        }
    }
    c
}

fn close(found: &[f32], expected: &[f64], depth: usize) {
    // Every sum of `depth` terms below one is rounded at most so often, to 24 bits.
    let tolerance = (depth.max(1) as f64).powi(2).min(1e4) * 1e-7;
    for (i, (&f, e)) in found.iter().zip(expected).enumerate() {
        assert!(
            (f64::from(f) - e).abs() < tolerance,
            "element {i}: {f} for {e}"
        );
    }
}

#[test]
fn every_layout_and_start_multiplies_rounded_operands() {
    for sizes @ [rows, columns, depth] in [
        [1, 1, 1],
        [3, 5, 2],
        [16, 16, 32],
        [33, 65, 31],
        [64, 32, 64],
        [20, 130, 37],
        [70, 40, 1100],
        [300, 96, 33],
        [2, 3, 0],
    ] {
        let (a, b) = (floats(rows * depth, 1), floats(depth * columns, 2));
        let bias = floats(columns, 3);
        let expected = reference(sizes, &a, &b);
        let (at, bt) = (transpose(rows, depth, &a), transpose(depth, columns, &b));
        let index: Vec<usize> = (0..depth).rev().collect();
        let gathered: Vec<f32> = index
            .iter()
            .flat_map(|&k| b[k * columns..(k + 1) * columns].to_vec())
            .collect();
        for isa in Isa::available() {
            for threads in [1, 2] {
                let cpu = Cpu {
                    isa,
                    threads,
                    precision: Precision::Bf16,
                };
                for left in [Left::rows(&a, depth), Left::transposed(&at, rows)] {
                    for right in [
                        Right::Rows {
                            data: &b,
                            stride: columns,
                        },
                        Right::Transposed {
                            data: &bt,
                            stride: depth,
                        },
                        Right::Gathered {
                            data: &gathered,
                            stride: columns,
                            index: &index,
                        },
                    ] {
                        let mut c = new_product(cpu, sizes, left, right, Start::Zero);
                        close(&c, &expected, depth);
                        product(cpu, sizes, left, right, Start::Accumulate, &mut c, columns);
                        let twice: Vec<f64> = expected.iter().map(|x| 2.0 * x).collect();
                        close(&c, &twice, depth);
                        let start = Start::Bias(&bias);
                        product(cpu, sizes, left, right, start, &mut c, columns);
                        let biased =
                            (0..rows * columns).map(|i| expected[i] + f64::from(bias[i % columns]));
                        close(&c, &biased.collect::<Vec<_>>(), depth);
                    }
                }
            }
        }
    }
}

#[test]
fn the_rows_of_an_output_may_be_apart() {
    let [rows, columns, depth, stride] = [40, 20, 50, 27];
    let (a, b) = (floats(rows * depth, 1), floats(depth * columns, 2));
    let expected = reference([rows, columns, depth], &a, &b);
    let cpu = Cpu::detect().with_precision(Precision::Bf16);
    let mut c = vec![7.0; rows * stride];
    let right = Right::Rows {
        data: &b,
        stride: columns,
    };
    let left = Left::rows(&a, depth);
    product(
        cpu,
        [rows, columns, depth],
        left,
        right,
        Start::Zero,
        &mut c,
        stride,
    );
    for (row, expected) in c.chunks(stride).zip(expected.chunks(columns)) {
        close(&row[..columns], expected, depth);
        assert!(row[columns..].iter().all(|&x| x == 7.0));
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let [rows, columns, depth] = [130, 260, 600];
    let (a, b) = (floats(rows * depth, 1), floats(depth * columns, 2));
    let found = [1, 2, 3].map(|threads| {
        let cpu = Cpu::detect()
            .with_threads(threads)
            .with_precision(Precision::Bf16);
        let right = Right::Rows {
            data: &b,
            stride: columns,
        };
        let left = Left::rows(&a, depth);
        new_product(cpu, [rows, columns, depth], left, right, Start::Zero)
    });
    assert!(found[0] == found[1] && found[0] == found[2]);
}

#[test]
fn shares_of_threads_are_a_whole_copy() {
    for count in [0, 1, (1 << 16) - 1, (1 << 16) + 5] {
        let x = floats(count, 4);
        let expected: Vec<f32> = x.iter().map(|&x| round(x)).collect();
        for threads in [1, 2, 3] {
            let cpu = Cpu::detect().with_threads(threads);
            assert!(copy(cpu, &x) == expected, "{count} on {threads}");
        }
    }
}

/// Where the processor has tiles, it is they that multiply: only they take numbers below `2^-126` for zero.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn tiles_multiply_where_there_are_tiles() {
    let flags = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor_has = flags.split_whitespace().any(|flag| flag == "amx_bf16");
    for isa in Isa::available() {
        let cpu = Cpu {
            isa,
            ..Cpu::detect().with_precision(Precision::Bf16)
        };
        assert_eq!(super::has_tiles(cpu), processor_has && isa == Isa::Avx512);
        let (small, large) = ([2f32.powi(-130)], [2f32.powi(20)]);
        let right = Right::Rows {
            data: &large,
            stride: 1,
        };
        let found = new_product(cpu, [1, 1, 1], Left::rows(&small, 1), right, Start::Zero);
        let expected = match super::has_tiles(cpu) {
            true => 0.0,
            false => 2f32.powi(-110),
        };
        assert_eq!(found, [expected], "{isa:?}");
    }
}

#[test]
fn doubles_are_never_rounded() {
    let x = [1.0 + 1e-9];
    let cpu = Cpu::detect().with_precision(Precision::Bf16);
    let right = Right::Rows {
        data: &x,
        stride: 1,
    };
    let found = new_product(cpu, [1, 1, 1], Left::rows(&x, 1), right, Start::Zero);
    assert_eq!(found, [x[0] * x[0]]);
}

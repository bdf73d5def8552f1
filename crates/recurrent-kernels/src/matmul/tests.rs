use super::*;
use crate::Isa;
use crate::testing::values;
use std::ops::Range;

fn reference([rows, columns, depth]: [usize; 3], a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut c = vec![0.0; rows * columns];
    for m in 0..rows {
        for n in 0..columns {
            c[m * columns + n] = (0..depth)
                .map(|k| a[m * depth + k] * b[k * columns + n])
                .sum();
        }
    }
    c
}

fn transpose(rows: usize, columns: usize, x: &[f64]) -> Vec<f64> {
    (0..rows * columns)
        .map(|i| x[i % rows * columns + i / rows])
        .collect()
}

fn close(found: &[f64], expected: &[f64]) {
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        // Sums of at most 1100 products below one, in another order.
        assert!((f - e).abs() < 1e-12, "element {i}: {f} for {e}");
    }
}

#[test]
fn every_layout_start_and_instruction_set_agrees_with_the_definition() {
    for sizes @ [rows, columns, depth] in [
        [1, 1, 1],
        [3, 5, 2],
        [7, 64, 33],
        [8, 65, 1],
        [20, 130, 37],
        [13, 17, 1100],
        [40, 300, 64],
        [2, 3, 0],
    ] {
        let a = values(rows * depth, 1);
        let b = values(depth * columns, 2);
        let bias = values(columns, 3);
        let expected = reference(sizes, &a, &b);
        let (at, bt) = (transpose(rows, depth, &a), transpose(depth, columns, &b));
        let index: Vec<usize> = (0..depth).rev().collect();
        let gathered: Vec<f64> = index
            .iter()
            .flat_map(|&k| b[k * columns..(k + 1) * columns].to_vec())
            .collect();
        for isa in Isa::available() {
            for threads in [1, 2] {
                let cpu = Cpu {
                    isa,
                    threads,
                    ..Cpu::detect()
                };
                let lefts = [Left::rows(&a, depth), Left::transposed(&at, rows)];
                let rights = [
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
                ];
                for left in lefts {
                    for right in rights {
                        let mut c = vec![f64::NAN; rows * columns];
                        product(cpu, sizes, left, right, Start::Zero, &mut c, columns);
                        close(&c, &expected);
                        product(cpu, sizes, left, right, Start::Accumulate, &mut c, columns);
                        let twice: Vec<f64> = expected.iter().map(|x| 2.0 * x).collect();
                        close(&c, &twice);
                        product(cpu, sizes, left, right, Start::Bias(&bias), &mut c, columns);
                        let biased: Vec<f64> = (0..rows * columns)
                            .map(|i| expected[i] + bias[i % columns])
                            .collect();
                        close(&c, &biased);
                    }
                }
            }
        }
    }
}

#[test]
fn a_row_does_not_depend_on_its_neighbours_or_on_threads() {
    let [rows, columns, depth] = [23, 200, 700];
    let a: Vec<f32> = values(rows * depth, 4).iter().map(|&x| x as f32).collect();
    let b: Vec<f32> = values(columns * depth, 5)
        .iter()
        .map(|&x| x as f32)
        .collect();
    let right = Right::Transposed {
        data: &b,
        stride: depth,
    };
    let run = |threads, rows: Range<usize>| {
        let mut c = vec![0.0f32; rows.len() * columns];
        let cpu = Cpu::detect().with_threads(threads);
        let left = Left::rows(&a[rows.start * depth..], depth);
        product(
            cpu,
            [rows.len(), columns, depth],
            left,
            right,
            Start::Zero,
            &mut c,
            columns,
        );
        c
    };
    let whole = run(1, 0..rows);
    assert_eq!(whole, run(2, 0..rows));
    for row in 0..rows {
        assert_eq!(
            whole[row * columns..(row + 1) * columns],
            run(1, row..row + 1)
        );
    }
}

#[test]
fn column_sums_add_rows() {
    let (rows, columns) = (5, 21);
    let x = values(rows * columns, 6);
    let mut sums = vec![0.0; columns];
    column_sums(Cpu::detect(), [rows, columns], &x, columns, &mut sums);
    let expected: Vec<f64> = (0..columns)
        .map(|n| (0..rows).map(|m| x[m * columns + n]).sum())
        .collect();
    close(&sums, &expected);
}

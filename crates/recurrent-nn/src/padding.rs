//! What lies past the ends of a batch's rows.

use burn::tensor::{Bool, Device, Tensor, TensorData};

/// Where the steps of a batch are past their row's end, `[T, B, 1]`.
///
/// # Panics
/// Where a length is above `T`.
pub(crate) fn mask(time: usize, lengths: &[usize], device: &Device) -> Tensor<3, Bool> {
    check(time, lengths);
    let past: Vec<bool> = (0..time)
        .flat_map(|t| lengths.iter().map(move |&length| t >= length))
        .collect();
    let data = TensorData::new(past, [time, lengths.len(), 1]);
    Tensor::from_data(data, device)
}

/// `x [T, B, F]` with `value` past the rows' ends.
///
/// # Panics
/// Where `lengths` is not `[B]` with values up to `T`.
pub(crate) fn fill(x: Tensor<3>, lengths: Option<&[usize]>, value: f64) -> Tensor<3> {
    let [time, batch, width] = x.dims();
    match lengths {
        Some(lengths) => {
            assert_eq!(lengths.len(), batch, "number of lengths");
            check(time, lengths);
            if lengths.iter().all(|&length| length == time) {
                return x;
            }
            let mask = mask(time, lengths, &x.device()).expand([time, batch, width]);
            x.mask_fill(mask, value)
        }
        None => x,
    }
}

/// Fails where a length is above `time`.
pub(crate) fn check(time: usize, lengths: &[usize]) {
    assert!(
        lengths.iter().all(|&length| length <= time),
        "a length is above the {time} steps of the batch"
    );
}

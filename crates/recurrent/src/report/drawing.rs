//! Sequences of numbers as pictures: grey images, and series as lines.

use std::fmt::Write as _;

/// A picture of numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    /// A grey image; the smallest level is black, the largest white.
    Grey {
        /// Its height and width.
        size: [usize; 2],
        /// `[height, width]`
        levels: Vec<f32>,
    },
    /// A series of some channels, a line each.
    Series {
        /// How many there are, `C`.
        channels: usize,
        /// `[T, C]`
        values: Vec<f32>,
    },
}

/// Pixels of an image that are drawn in each direction; of a larger one every second, or third, and so on.
const MOST_PIXELS: usize = 64;
/// Shades of grey.
const SHADES: f32 = 15.0;
/// Points of a line.
const MOST_POINTS: usize = 240;
/// Channels that are drawn.
const MOST_CHANNELS: usize = 6;
/// Width and height of a picture of lines.
const SIZE: [f32; 2] = [480.0, 120.0];

impl Drawing {
    /// The picture as an SVG element.
    pub(super) fn to_svg(&self) -> String {
        match self {
            Self::Grey { size, levels } => grey(*size, levels),
            Self::Series { channels, values } => series(*channels, values),
        }
    }
}

/// The finite bounds of numbers.
fn range(values: &[f32]) -> (f32, f32) {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let bounds = (f32::INFINITY, f32::NEG_INFINITY);
    finite.fold(bounds, |(least, most), value| {
        (least.min(value), most.max(value))
    })
}

fn grey([height, width]: [usize; 2], levels: &[f32]) -> String {
    let (least, most) = range(levels);
    let step = height.max(width).div_ceil(MOST_PIXELS).max(1);
    let [rows, columns] = [height, width].map(|size| size.div_ceil(step));
    let shade = |row: usize, column: usize| {
        let level = levels
            .get(row * step * width + column * step)
            .map_or(least, |&level| level);
        ((level - least) / (most - least).max(f32::MIN_POSITIVE) * SHADES).round() as u8
    };
    let mut svg = format!(
        "<svg class=\"drawing\" role=\"img\" viewBox=\"0 0 {columns} {rows}\" width=\"{}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{columns}\" height=\"{rows}\"/>",
        columns * 140 / rows.max(1)
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let own = shade(row, column);
            let run = (column..columns).take_while(|&next| shade(row, next) == own);
            let count = run.count();
            if own > 0 {
                let _ = write!(
                    svg,
                    "<rect x=\"{column}\" y=\"{row}\" width=\"{count}\" height=\"1\" \
                     fill=\"#{own:x}{own:x}{own:x}\"/>"
                );
            }
            column += count;
        }
    }
    svg + "</svg>\n"
}

fn series(channels: usize, values: &[f32]) -> String {
    let steps = values.len() / channels.max(1);
    let (least, most) = range(values);
    let [width, height] = SIZE;
    let every = steps.div_ceil(MOST_POINTS).max(1);
    let mut svg = format!(
        "<svg class=\"drawing\" role=\"img\" viewBox=\"-2 -2 {} {}\" width=\"{width}\">",
        width + 4.0,
        height + 4.0
    );
    for channel in 0..channels.min(MOST_CHANNELS) {
        let mut points = String::new();
        for step in (0..steps).step_by(every) {
            let x = width * step as f32 / steps.saturating_sub(1).max(1) as f32;
            let share = (values[step * channels + channel] - least) / (most - least).max(1e-30);
            let _ = write!(points, "{x:.1},{:.1} ", height * (1.0 - share));
        }
        let _ = write!(
            svg,
            "<polyline class=\"series-{channel}\" points=\"{}\"/>",
            points.trim_end()
        );
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_shade_are_one_rectangle() {
        let image = Drawing::Grey {
            size: [2, 3],
            levels: vec![0.0, 1.0, 1.0, 0.0, 0.0, 0.4],
        };
        let svg = image.to_svg();
        assert_eq!(svg.matches("<rect x=").count(), 2, "{svg}");
        assert!(svg.contains("<rect x=\"1\" y=\"0\" width=\"2\" height=\"1\" fill=\"#fff\"/>"));
        assert!(svg.contains("<rect x=\"2\" y=\"1\" width=\"1\" height=\"1\" fill=\"#666\"/>"));
    }

    #[test]
    fn a_line_goes_from_the_least_value_at_the_bottom_to_the_most_at_the_top() {
        let rising = Drawing::Series {
            channels: 1,
            values: vec![-1.0, 0.0, 1.0],
        };
        let svg = rising.to_svg();
        assert!(
            svg.contains("points=\"0.0,120.0 240.0,60.0 480.0,0.0\""),
            "{svg}"
        );
        // Without steps, or of one value alone, there is nothing to divide by.
        for values in [vec![], vec![2.0], vec![3.0, 3.0]] {
            let svg = Drawing::Series {
                channels: 1,
                values,
            }
            .to_svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}

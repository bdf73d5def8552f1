//! Pages from whole and from degenerate runs; ticks, thinning and escaping worked out by hand.

use super::axis::{Axis, Scale, number};
use super::curve::{MOST_POINTS, curve, decimated, smoothed};
use super::*;

fn train(step: u64, cross_entropy: f64) -> MetricLine {
    MetricLine::Train {
        step,
        epoch: step as f64 / 100.0,
        cross_entropy,
        learning_rate: 1e-3,
        gradient_norm: 2.0 / (1.0 + step as f64),
        symbols_per_second: 5e4,
        elapsed_seconds: step as f64,
    }
}

fn valid(step: u64, cross_entropy: f64) -> MetricLine {
    MetricLine::Valid {
        step,
        epoch: step as f64 / 100.0,
        cross_entropy,
        elapsed_seconds: step as f64,
        stages: None,
    }
}

fn page(metrics: Vec<MetricLine>) -> String {
    let report = Report {
        title: "a run".to_string(),
        metrics,
        loss: Loss::CrossEntropy,
        counted: Counted::Symbols,
        floor: Some(Floor {
            label: "bound".to_string(),
            cross_entropy: 1.0,
        }),
        ..Report::default()
    };
    let html = report.to_html();
    assert_sound(&html);
    html
}

/// Every element is closed in order, nothing is loaded, nothing runs, and no number went astray.
fn assert_sound(html: &str) {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split_once('>').expect("a tag is closed").0;
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "closed by </{name}>"),
            None if tag.ends_with('/') || ["!DOCTYPE", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    for foreign in [
        "<script", "http:", "https:", "url(", "src=", "href=", "NaN", "inf\"",
    ] {
        assert!(!html.contains(foreign), "{foreign} in the page");
    }
    assert!(!html.contains("#FACE"), "a stand-in colour is left");
}

fn plots(html: &str) -> usize {
    html.matches("<svg").count()
}

#[test]
fn a_whole_run_has_four_plots_and_every_part() {
    let mut metrics: Vec<_> = (1..=100).map(|s| train(s, 1.0 + 3.0 / s as f64)).collect();
    metrics.extend([valid(50, 1.5), valid(100, 1.25)]);
    let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
    let layer = |name: &str, parameters| LayerRow {
        name: name.to_string(),
        kind: "LSTM".to_string(),
        output_shape: "[T, B, 8]".to_string(),
        parameters,
    };
    let report = Report {
        title: "a run".to_string(),
        command: "recurrent train a".to_string(),
        config_toml: "[model]\nhidden = 8\n".to_string(),
        results: (0..6).map(|i| pair(&format!("name {i}"), "0.5")).collect(),
        metrics,
        loss: Loss::CrossEntropy,
        counted: Counted::Symbols,
        floor: Some(Floor {
            label: "bigram".to_string(),
            cross_entropy: 2.0 * std::f64::consts::LN_2,
        }),
        layers: vec![layer("lstm.0", 1_000_000), layer("lstm.1", 234_567)],
        samples: vec![(
            "Samples".to_string(),
            vec![Sample {
                title: "greedy".to_string(),
                text: "静かな森\n".to_string(),
                drawing: None,
            }],
        )],
        bars: vec![(
            "N-grams".to_string(),
            vec![Bars {
                title: "sizes".to_string(),
                rows: vec![("a".to_string(), 1.0, "1".to_string())],
            }],
        )],
        confusion: Some(Confusion {
            classes: vec!["森".to_string(), "b".to_string()],
            counts: vec![vec![1, 2], vec![3, 4]],
        }),
        read: vec![ShadedText {
            title: "Surprisal".to_string(),
            shade: Shade::Surprisal,
            symbols: vec!["森".to_string()],
            values: vec![1.5],
        }],
    };
    let html = report.to_html();
    assert_sound(&html);
    assert_eq!(plots(&html), 4);
    for part in [
        "100 steps \u{b7} 1.00 epochs \u{b7} 1 min 40 s \u{b7} 50,000 symbols/s",
        "recurrent train a",
        "bigram, 2.000",
        "bigram, 4.000",
        "Lowest validation value: 1.8034 bits a symbol at step 100.",
        "1,234,567",
        "hidden = 8",
        "静かな森",
        ">\nbits a symbol",
        "<text ",
        "font-family=\"sans-serif\"",
        "stroke-dasharray",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert_eq!(html.matches("<dt>").count(), CARDS);
    // Six results and two classes.
    assert_eq!(html.matches("scope=\"row\"").count(), 8);
}

#[test]
fn degenerate_runs_give_pages() {
    assert!(page(Vec::new()).contains("No metrics were recorded."));
    assert_eq!(plots(&Report::default().to_html()), 0);
    assert_eq!(plots(&page(vec![train(1, 2.0)])), 4);
    assert_eq!(plots(&page(vec![train(0, 0.0)])), 4);
    // A model that is made in one step has no course.
    assert_eq!(plots(&page(vec![valid(1, 2.0)])), 0);
    assert_eq!(plots(&page(vec![valid(7, 2.0), valid(8, 2.0)])), 3);
    // A floor that was reached is not one to come near to.
    assert_eq!(plots(&page(vec![valid(7, 0.5), valid(8, 0.5)])), 2);
    assert_eq!(
        plots(&page(vec![train(u64::MAX, 1e-300), train(0, 1e300)])),
        4
    );
    assert_eq!(plots(&page((0..50).map(|s| train(s, 1.0)).collect())), 4);
}

#[test]
fn values_that_are_not_finite_are_skipped() {
    let html = page(vec![valid(1, f64::NAN), valid(2, f64::INFINITY)]);
    assert_eq!(plots(&html), 0);
    let mixed = [
        train(1, f64::NAN),
        train(2, 3.0),
        train(3, f64::NEG_INFINITY),
    ];
    assert_eq!(curve(&mixed, cross_entropy), [(2.0, 3.0)]);
    // A finite cross entropy whose perplexity is not: the other three plots remain.
    assert_eq!(plots(&page(vec![train(1, 1000.0)])), 3);
    let mut report = Report {
        metrics: vec![train(1, 2.0)],
        ..Report::default()
    };
    for cross_entropy in [f64::NAN, f64::INFINITY, 1e5] {
        report.floor = Some(Floor {
            label: "bound".to_string(),
            cross_entropy,
        });
        assert_sound(&report.to_html());
    }
}

fn cross_entropy(line: &MetricLine) -> Option<f64> {
    match line {
        MetricLine::Train { cross_entropy, .. } => Some(*cross_entropy),
        MetricLine::Valid { .. } => None,
    }
}

#[test]
fn long_runs_are_thinned_without_losing_peaks() {
    let mut metrics: Vec<_> = (1..=20_000).map(|s| train(s, 2.0)).collect();
    metrics[7_777] = train(7_778, 9.0);
    let points = curve(&metrics, cross_entropy);
    let thin = decimated(&points, MOST_POINTS);
    assert!(thin.len() <= MOST_POINTS && thin.contains(&(7_778.0, 9.0)));
    assert_eq!(
        (thin[0], thin[thin.len() - 1]),
        ((1.0, 2.0), (20_000.0, 2.0))
    );
    assert!(thin.is_sorted_by(|a, b| a.0 < b.0));
    let html = page(metrics);
    for points in html.split("points=\"").skip(1) {
        let points = points.split_once('"').unwrap().0;
        assert!(points.split_whitespace().count() <= MOST_POINTS);
    }
}

#[test]
fn the_later_line_of_a_step_counts_and_steps_rise() {
    let metrics = [train(2, 5.0), train(4, 5.0), train(3, 1.0), train(4, 2.0)];
    let points = [(2.0, 5.0), (3.0, 1.0), (4.0, 2.0)];
    assert_eq!(curve(&metrics, cross_entropy), points);
}

#[test]
fn the_moving_average_keeps_lines_and_evens_out_noise() {
    let line: Vec<_> = (0..500)
        .map(|i| (f64::from(i), 3.0 * f64::from(i)))
        .collect();
    let average = smoothed(&line);
    // Half a window, ten points, before the end; a mean of twenty numbers rounds a few times.
    for (found, given) in average.iter().zip(&line).take(490) {
        assert!((found.1 - given.1).abs() < 1e-9);
    }
    let noise: Vec<_> = (0..500).map(|i| (f64::from(i), f64::from(i % 2))).collect();
    assert!(
        smoothed(&noise)[10..]
            .iter()
            .all(|p| (p.1 - 0.5).abs() < 0.05)
    );
    assert!(smoothed(&[]).is_empty());
    let long: Vec<_> = (0..12_345).map(|i| (f64::from(i), 1.0)).collect();
    assert_eq!(smoothed(&long).len(), MOST_POINTS);
}

#[test]
fn ticks_are_round_numbers_inside_the_axis() {
    let axis = |values: &[f64], scale, count| {
        let axis = Axis::new(values.iter().copied(), scale, count, 0.0);
        axis.ticks
            .iter()
            .map(|&tick| axis.label(tick))
            .collect::<Vec<_>>()
    };
    let (linear, logarithmic) = (Scale::Linear, Scale::Logarithmic);
    assert_eq!(
        axis(&[0.0, 1.0], linear, 5),
        ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    );
    assert_eq!(axis(&[0.0, 12_000.0], linear, 3), ["0", "5k", "10k"]);
    assert_eq!(
        axis(&[0.0, 4e-5], linear, 2),
        ["0", "2e\u{2212}5", "4e\u{2212}5"]
    );
    assert_eq!(axis(&[5.0], linear, 1), ["5"]);
    assert_eq!(
        axis(&[1.0, 100.0], logarithmic, 9),
        ["1", "2", "5", "10", "20", "50", "100"]
    );
    assert_eq!(axis(&[0.1, 1e6], logarithmic, 3), ["1", "1000", "1M"]);
    assert_eq!(number(-1_500.0, 500.0, 1_500.0), "\u{2212}1500");
}

#[test]
fn the_scale_is_logarithmic_for_positive_values_over_decades() {
    let scale = |values: &[f64]| Scale::suited(values.iter().copied(), 1.0);
    assert_eq!(scale(&[1.0, 11.0]), Scale::Logarithmic);
    assert_eq!(scale(&[1.0, 9.0]), Scale::Linear);
    assert_eq!(scale(&[0.0, 1e9]), Scale::Linear);
    assert_eq!(scale(&[]), Scale::Linear);
}

#[test]
fn a_loss_of_no_symbols_has_no_perplexity() {
    let metrics: Vec<_> = (1..=30).map(|s| train(s, 3.0 - s as f64 / 30.0)).collect();
    let html = |loss| {
        let report = Report {
            metrics: metrics.clone(),
            loss,
            ..Report::default()
        };
        report.to_html()
    };
    let (symbols, pairs) = (html(Loss::CrossEntropy), html(Loss::NegativeSampling));
    assert!(symbols.contains("Perplexity") && symbols.contains("bits a symbol"));
    assert!(!pairs.contains("Perplexity") && !pairs.contains("bits a symbol"));
    assert!(pairs.contains("Loss of negative sampling") && pairs.contains("nats an example"));
    assert_eq!(plots(&pairs), plots(&symbols) - 1);
}

#[test]
fn squared_errors_are_named_beside_their_floor() {
    let html = |loss: f64| {
        let metrics = vec![
            train(1, 0.2),
            valid(1, 0.19),
            train(2, loss),
            valid(2, loss),
        ];
        let report = Report {
            metrics,
            loss: Loss::SquaredError,
            floor: Some(Floor {
                label: "answer without memory".to_string(),
                cross_entropy: 0.25,
            }),
            ..Report::default()
        };
        report.to_html()
    };
    let found = html(0.000_321);
    assert_sound(&found);
    for part in [
        "Squared error",
        "mean squared error",
        "answer without memory, 0.250",
        "Lowest validation value: 0.000321 mean squared error at step 2.",
    ] {
        assert!(found.contains(part), "{part}");
    }
    assert!(!found.contains("Perplexity") && !found.contains("bits"));
}

#[test]
fn losses_are_told_by_what_they_are_of() {
    for (loss, told) in [
        (Loss::CrossEntropy, "0.5000, perplexity 1.6487"),
        (Loss::OfExamples, "0.5000 nats an example"),
        (Loss::OfWords, "0.5000 nats a word"),
        (Loss::OfSteps, "0.500000 nats a step"),
        (Loss::NegativeSampling, "0.5000 nats an example"),
        (Loss::SquaredError, "0.500000"),
    ] {
        assert_eq!(loss.told(0.5), told);
        let report = Report {
            metrics: vec![valid(1, 0.5), train(1, 0.5), train(2, 0.5)],
            loss,
            counted: Counted::Tokens,
            ..Report::default()
        };
        let page = report.to_html();
        assert_eq!(page.contains("erplexity"), loss.has_perplexity(), "{told}");
        assert!(page.contains(loss.values()) && page.contains(" tokens/s"));
        assert!(!page.contains("symbols/s"));
    }
    assert!(
        Loss::CrossEntropy
            .told(40.0)
            .ends_with("perplexity 2.354e17")
    );
}

#[test]
fn one_thing_is_no_plural() {
    let found = [0, 1, 2, 1024].map(|count| number_of(count, "text"));
    assert_eq!(found, ["0 texts", "1 text", "2 texts", "1,024 texts"]);
}

#[test]
fn every_text_is_escaped() {
    let hostile = "\n</pre><script>\"&'\u{0}\u{7}\r\u{85}";
    let text = hostile.to_string();
    let report = Report {
        title: text.clone(),
        command: text.clone(),
        config_toml: text.clone(),
        results: vec![(text.clone(), text.clone())],
        metrics: vec![train(1, 2.0)],
        loss: Loss::CrossEntropy,
        counted: Counted::Symbols,
        floor: Some(Floor {
            label: text.clone(),
            cross_entropy: 1.0,
        }),
        layers: vec![LayerRow {
            name: text.clone(),
            kind: text.clone(),
            output_shape: text.clone(),
            parameters: u64::MAX,
        }],
        samples: vec![(
            text.clone(),
            vec![Sample {
                title: text.clone(),
                text: text.clone(),
                drawing: None,
            }],
        )],
        bars: vec![(
            text.clone(),
            vec![Bars {
                title: text.clone(),
                rows: vec![(text.clone(), 1.0, text.clone())],
            }],
        )],
        confusion: Some(Confusion {
            classes: vec![text.clone()],
            counts: vec![vec![1]],
        }),
        read: vec![ShadedText {
            title: text.clone(),
            shade: Shade::Activation,
            symbols: vec![text],
            values: vec![-0.5],
        }],
    };
    let html = report.to_html();
    assert_sound(&html);
    let escaped = "\n&lt;/pre&gt;&lt;script&gt;&quot;&amp;&#39;\u{2400}\u{2407}\u{240d}\u{fffd}";
    assert_eq!(html::escape(hostile), escaped);
    // The line end that a reader drops comes before the text's own.
    assert!(html.contains(&format!("dir=\"auto\">\n{escaped}")));
}

#[test]
fn durations_are_said_as_people_say_them() {
    let said = [0.44, 9.97, 42.0, 185.0, 7_620.0, 3_600_000.0].map(duration);
    assert_eq!(
        said,
        [
            "0.4 s",
            "10 s",
            "42 s",
            "3 min 05 s",
            "2 h 07 min",
            "1,000 h 00 min"
        ]
    );
}

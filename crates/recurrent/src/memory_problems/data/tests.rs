use super::*;

fn config(problem: Problem, steps: usize) -> MemoryDataConfig {
    MemoryDataConfig {
        problem,
        steps,
        examples: [3, 2, 4],
        seed: 1,
    }
}

#[test]
fn a_sum_is_of_a_marked_number_of_each_half() {
    for steps in [2, 3, 10, 201] {
        let config = config(Problem::Adding, steps);
        let mut seen = [vec![false; steps], vec![false; steps]];
        for number in 0..40 * steps as u64 {
            let example = config.sum(Split::Train, number);
            assert_eq!(example.numbers.len(), steps);
            assert!(example.numbers.iter().all(|x| (0.0..=1.0).contains(x)));
            let [one, other] = example.marks;
            assert!(one < steps / 2 && (steps / 2..steps).contains(&other));
            assert_eq!(
                example.target(),
                example.numbers[one] + example.numbers[other]
            );
            seen[0][one] = true;
            seen[1][other] = true;
        }
        // No step of a half is left out.
        assert!(seen[0][..steps / 2].iter().all(|&seen| seen));
        assert!(seen[1][steps / 2..].iter().all(|&seen| seen));
    }
}

#[test]
fn symbols_are_said_again_after_the_mark() {
    let example = CopyExample {
        symbols: [0, 1, 2, 3, 4, 5, 6, 7, 0, 1],
        steps: 3,
    };
    let symbols = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1];
    let blanks = [BLANK; 10];
    let input = [&symbols[..], &[BLANK, BLANK, MARK], &blanks].concat();
    assert_eq!(example.input(), input);
    let target = [&[BLANK; 13][..], &symbols].concat();
    assert_eq!(example.target(), target);
    let config = config(Problem::Copy, 3);
    assert_eq!(config.length(), input.len());
    let mut counts = [0; ALPHABET];
    for number in 0..1000 {
        let example = config.copy(Split::Test, number);
        for symbol in example.symbols {
            counts[usize::from(symbol)] += 1;
        }
    }
    // 1250 each, within five standard errors.
    assert!(
        counts.iter().all(|count| (1084..1416_i32).contains(count)),
        "{counts:?}"
    );
}

#[test]
fn examples_depend_on_seed_split_and_number_alone() {
    let first = config(Problem::Adding, 20);
    let other = MemoryDataConfig {
        seed: 2,
        ..first.clone()
    };
    let example = first.sum(Split::Train, 7);
    assert_eq!(example, first.sum(Split::Train, 7));
    assert_ne!(example, first.sum(Split::Train, 8));
    assert_ne!(example, first.sum(Split::Test, 7));
    assert_ne!(example, other.sum(Split::Train, 7));
    assert_ne!(first.digest(), other.digest());
    let splits = [Split::Train, Split::Valid, Split::Test, Split::All];
    let digests = splits.map(|split| first.digest_of(split));
    let distinct: std::collections::HashSet<u64> = digests.into_iter().collect();
    assert_eq!(distinct.len(), splits.len());
}

#[test]
fn the_baseline_is_the_loss_of_an_answer_without_memory() {
    let adding = config(Problem::Adding, 50);
    let count = 20_000;
    let errors = (0..count).map(|number| f64::from(adding.sum(Split::Test, number).target()) - 1.0);
    let mean = errors.map(|error| error * error).sum::<f64>() / count as f64;
    // The square of the error has the deviation sqrt(1/15 - 1/36) = 0.197; five standard errors.
    let expected = adding.baseline();
    assert!((mean - expected).abs() < 5.0 * 0.197 / 141.0, "{mean}");
    // Blanks are certain, and the ten symbols have a probability of 1/8 each.
    let copy = config(Problem::Copy, 30);
    let of_step = |&symbol: &u8| match symbol {
        BLANK => 0.0,
        _ => -f64::ln(1.0 / 8.0),
    };
    let target = copy.copy(Split::Test, 0).target();
    let mean = target.iter().map(of_step).sum::<f64>() / target.len() as f64;
    assert!((mean - copy.baseline()).abs() < 1e-12);
    assert!((copy.baseline() - 10.0 * 8f64.ln() / 50.0).abs() < 1e-12);
}

/// Values of a batch's vectors.
fn values(batch: &Batch) -> Vec<f32> {
    let Input::Vectors(vectors) = &batch.input else {
        panic!("vectors");
    };
    vectors.to_data().iter().collect()
}

#[test]
fn a_batch_holds_its_examples_step_by_step() {
    let device = Device::flex();
    let adding = config(Problem::Adding, 4);
    let batch = adding.batch(Split::Valid, 5, 3, false, &device);
    let found = values(&batch);
    let Targets::Sums(sums) = batch.targets else {
        panic!("sums");
    };
    for (row, sum) in sums.into_iter().enumerate() {
        let example = adding.sum(Split::Valid, 5 + row as u64);
        assert_eq!(sum, example.target());
        for step in 0..4 {
            let place = (step * 3 + row) * 2;
            let mark = f32::from(example.marks.contains(&step));
            assert_eq!(found[place..place + 2], [example.numbers[step], mark]);
        }
    }
    let copy = config(Problem::Copy, 2);
    let batch = copy.batch(Split::Valid, 5, 3, false, &device);
    let found = values(&batch);
    let Targets::Symbols(symbols) = batch.targets else {
        panic!("symbols");
    };
    for row in 0..3 {
        let example = copy.copy(Split::Valid, 5 + row as u64);
        for (step, read) in example.input().into_iter().enumerate() {
            let place = (step * 3 + row) * SYMBOLS;
            let ones = (0..SYMBOLS).map(|symbol| f32::from(symbol == usize::from(read)));
            assert!(found[place..place + SYMBOLS].iter().copied().eq(ones));
            assert_eq!(symbols[step * 3 + row], example.target()[step]);
        }
    }
}

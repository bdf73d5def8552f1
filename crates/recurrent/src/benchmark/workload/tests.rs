//! The table, its lengths and its operations.

use super::*;

fn workload(name: &str) -> &'static Workload {
    let found = workloads().iter().find(|workload| workload.name == name);
    found.expect("the workload is in the table")
}

#[test]
fn operations_are_those_of_the_products() {
    // 400 tokens; per token two layers of 4 x 200 x (200 + 200) and 200 x 10000
    // multiplications, two operations each, forward and twice that backward.
    assert_eq!(workload("lm_ptb_small").flops(), 6_336_000_000);
    // 16000 positions of 32 x (32 + 32) multiplications.
    assert_eq!(workload("rnn_imdb").flops(), 196_608_000);
    // 1600 positions, both directions: 4 x 512 x (512 + 512), then
    // 4 x 512 x (1024 + 512) multiplications.
    assert_eq!(workload("bilstm_512").flops(), 100_663_296_000);
    // 3 x 256 x (256 + 256) multiplications.
    assert_eq!(workload("gru_step_256").flops(), 786_432);
}

#[test]
fn operations_of_a_tagger_include_output_layer_and_pairs_of_tags() {
    let tagger = workload("tagger_train");
    // Both directions of 4 x 100 x (100 + 100), 200 x 20 for the tags' scores and 20 x 20 pairs.
    let multiplications = 2 * 80_000 + 4_000 + 400;
    assert_eq!(tagger.flops(), tagger.positions() * 3 * 2 * multiplications);
}

#[test]
fn operations_of_a_classifier_have_one_output_a_row() {
    let classifier = workload("classifier_train");
    // 4 x 128 x (128 + 128) multiplications a token, 128 x 2 a row.
    let multiplications = classifier.positions() * 131_072 + 32 * 256;
    assert_eq!(classifier.flops(), 3 * 2 * multiplications);
}

#[test]
fn operations_of_a_field_are_those_of_pairs_of_tags() {
    // 1600 positions of 20 x 20 pairs, two operations each; the gradient takes twice as many.
    assert_eq!(workload("crf_20").flops(), 3 * 1600 * 800);
    assert_eq!(workload("crf_20_decode").flops(), 1600 * 800);
}

#[test]
fn padded_positions_do_not_count() {
    let packed = workload("lstm_packed");
    let lengths = packed.work.lengths();
    assert_eq!(lengths.len(), 32);
    assert_eq!(&lengths[..3], [100, 97, 94]);
    assert_eq!(lengths[31], 10);
    assert_eq!(packed.positions(), 1745);
    assert_eq!(packed.flops(), 1745 * 3 * 2 * 1024 * 512);
}

#[test]
fn lengths_run_evenly_from_the_longest_to_the_shortest() {
    for (name, longest, shortest) in [
        ("tagger_train", 50, 5),
        ("classifier_train", 400, 40),
        ("crf_20", 50, 50),
        ("crf_20_packed", 50, 10),
        ("crf_20_decode", 50, 50),
        ("lm_ptb_small", 20, 20),
    ] {
        let lengths = workload(name).work.lengths();
        assert_eq!(lengths.first(), Some(&longest), "{name}");
        assert_eq!(lengths.last(), Some(&shortest), "{name}");
        let drops: Vec<usize> = lengths.windows(2).map(|two| two[0] - two[1]).collect();
        let (least, most) = (drops.iter().min(), drops.iter().max());
        assert!(most.unwrap() - least.unwrap() <= 1, "{name}: {lengths:?}");
    }
    assert_eq!(workload("gru_step_256").work.lengths(), [1]);
}

#[test]
fn names_are_told_apart() {
    let mut names: Vec<&str> = workloads().iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_key_that_a_work_does_not_have_is_refused() {
    let parse = |keys: &str| toml::from_str::<Workload>(&format!("name = 'one'\n{keys}"));
    let field = "work = 'crf-loss'\ntags = 2\nbatch = 1\ntime = 3\n";
    assert!(parse(field).is_ok());
    for wrong in [
        format!("{field}shortst = 1"),
        format!("{field}stack = {{ cell = 'lstm', input_size = 1, hidden_size = 1 }}"),
        field.replace("tags = 2\n", ""),
        field.replace("crf-loss", "crf-los"),
        "work = 'step'\nstack = { cell = 'lstm', input_size = 1, hidden_sizes = 1 }".to_string(),
    ] {
        assert!(parse(&wrong).is_err(), "{wrong}");
    }
}

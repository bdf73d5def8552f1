use super::*;

#[test]
fn scores_become_cross_entropies_and_symbols() {
    let mut scores = vec![0.0; 18];
    scores[9 + 4] = 1000.0;
    // Nine equal scores, and one that is certain.
    let found = cross_entropies(&scores, &[3, 4]);
    assert!((found - 9f64.ln()).abs() < 1e-12);
    assert_eq!(cross_entropies(&scores[9..], &[5]), 1000.0);
    assert_eq!(largest(&scores[9..], 1), [4]);
}

#[test]
fn copied_symbols_are_the_last_of_a_row() {
    let symbols: Vec<u8> = (0..24).collect();
    let found: Vec<u8> = copied(&symbols, 2, 1).collect();
    assert_eq!(found, [5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
}

#[test]
fn a_network_of_zeros_is_measured_by_its_answers() {
    let text = "task.name = 'memory'\ndata = { problem = 'adding', steps = 30, examples = [1, 1, 700] }\n\
                model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
                training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }";
    let config = super::super::MemoryConfig::parse(text).expect("a recipe");
    let device = Device::flex();
    let measure = |config: &super::super::MemoryConfig, split| {
        let problem = config.data.problem;
        let mut network = config.model.init(problem, 1, true, &device);
        network.clear_output();
        Measures::of(&network, &config.data, split, false, &device)
    };
    let found = measure(&config, Split::Test);
    let sums = (0..700).map(|number| config.data.sum(Split::Test, number).target());
    let expected = sums.map(|sum| f64::from(sum).powi(2)).sum::<f64>() / 700.0;
    assert!((found.loss - expected).abs() < 1e-9, "{found:?}");
    assert_eq!((found.examples, found.accuracy), (700, None));
    assert!(!found.is_solved());
    assert_eq!(measure(&config, Split::All).examples, 702);
    let mut copy = config.clone();
    copy.data.problem = Problem::Copy;
    let found = measure(&copy, Split::Test);
    assert!((found.loss - 9f64.ln()).abs() < 1e-6, "{found:?}");
    let accuracy = found.accuracy.expect("an accuracy");
    assert!((0.0..=0.2).contains(&accuracy), "{accuracy}");
}

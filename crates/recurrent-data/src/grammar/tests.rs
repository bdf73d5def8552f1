//! The grammar against hand-computed values, enumeration of all short sentences, and samples.

use std::collections::{HashMap, HashSet};

use super::*;

/// Pairs of a sentence of at most `words` words and the log2-probability of its derivation, for every derivation.
fn derivations(grammar: &Grammar, words: usize) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), vec![Symbol::Nonterminal(START)], 0.0)];
    while let Some((mut sentence, mut stack, log2)) = open.pop() {
        match stack.pop() {
            None => {
                let text: Vec<&str> = sentence
                    .iter()
                    .map(|&word: &usize| &grammar.words[word][..])
                    .collect();
                found.push((text.join(" ") + SENTENCE_END, log2));
            }
            Some(Symbol::Word(word)) => {
                sentence.push(word);
                if sentence.len() <= words {
                    open.push((sentence, stack, log2));
                }
            }
            Some(Symbol::Nonterminal(number)) => {
                for alternative in &grammar.nonterminals[number].alternatives {
                    let mut stack = stack.clone();
                    stack.extend(alternative.symbols.iter().rev());
                    open.push((
                        sentence.clone(),
                        stack,
                        log2 + alternative.probability.log2(),
                    ));
                }
            }
        }
    }
    found
}

/// The built-in grammar with one word a category: the same derivations, but few enough to enumerate.
fn skeleton() -> Grammar {
    let notation: String = include_str!("built_in.grammar")
        .lines()
        .map(|line| {
            let is_category = line.split_once('=').is_some_and(|(_, body)| {
                body.split('|').all(|part| {
                    let symbols: Vec<&str> = part.split_whitespace().skip(1).collect();
                    matches!(symbols[..], [word] if word.starts_with(|c: char| c.is_ascii_lowercase()))
                })
            });
            let kept = if is_category { line.split('|').next().unwrap() } else { line };
            format!("{kept}\n")
        })
        .collect();
    Grammar::parse(&notation).unwrap()
}

fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn a_tiny_grammar_has_the_entropy_computed_by_hand() {
    // A run of `a` of geometric length, then one of three words.
    let grammar = Grammar::parse(
        "S = 1 Run End\nRun = 3 - | 1 a Run # recursion\nEnd = 2 b | 1 cc\n | 1 ddd",
    )
    .unwrap();
    // Run: h = H(1/4) + h/4. End: 1.5 bits.
    let binary = -(0.25_f64 * 0.25_f64.log2() + 0.75 * 0.75_f64.log2());
    assert!(is_close(grammar.sentence_entropy(), binary / 0.75 + 1.5));
    // 1/3 `a` with its space, 7/4 characters of the last word, and the sentence end.
    assert!(is_close(grammar.sentence_length(), 2.0 / 3.0 + 1.75 + 2.0));
    // P(`a a cc`) = 1/4 1/4 3/4 1/4
    let log2 = grammar.log2_probability("a a cc.\n").unwrap();
    assert!(is_close(log2, (3.0_f64 / 256.0).log2()));
    assert!(is_close(
        grammar.log2_probability("a a cc.\na a cc.\n").unwrap(),
        2.0 * log2
    ));
    assert_eq!(grammar.log2_probability(""), Some(0.0));
}

#[test]
fn entropy_and_length_are_the_sums_over_all_sentences() {
    let grammar = Grammar::parse("S = 1 Run End\nRun = 3 - | 1 a Run\nEnd = 2 b | 2 c").unwrap();
    // Sentences of more than 40 words have a probability below 4^-39.
    let (mut total, mut entropy, mut length) = (0.0, 0.0, 0.0);
    for (sentence, log2) in derivations(&grammar, 40) {
        total += log2.exp2();
        entropy -= log2.exp2() * log2;
        length += log2.exp2() * sentence.len() as f64;
    }
    assert!(is_close(total, 1.0));
    assert!(is_close(entropy, grammar.sentence_entropy()));
    assert!(is_close(length, grammar.sentence_length()));
}

#[test]
fn every_sentence_has_one_derivation_and_its_probability() {
    let grammar = skeleton();
    let derivations = derivations(&grammar, 12);
    assert!(derivations.len() > 5_000, "{}", derivations.len());
    let mut sentences = HashSet::new();
    for (sentence, log2) in &derivations {
        assert!(sentences.insert(sentence), "two derivations: {sentence}");
        let parsed = grammar.log2_probability(sentence).unwrap();
        assert!(is_close(parsed, *log2), "{sentence}");
    }
}

#[test]
fn the_built_in_language_is_modest() {
    let grammar = Grammar::built_in();
    let rate = grammar.entropy_rate();
    assert!((0.8..1.3).contains(&rate), "{rate} bits a character");
    let words: HashSet<&String> = grammar.words().iter().collect();
    assert_eq!(words.len(), grammar.words().len());
}

#[test]
fn verbs_agree_across_a_relative_clause() {
    let grammar = Grammar::built_in();
    let accepts = |text: &str| grammar.log2_probability(text).is_some();
    assert!(accepts("the cat that the dogs see sleeps.\n"));
    assert!(!accepts("the cat that the dogs see sleep.\n"));
    assert!(accepts(
        "the dogs that see a cat that two boys like sleep now.\n"
    ));
    assert!(!accepts("the dogs that sees a cat sleep.\n"));
    assert!(!accepts("a dogs run.\n"));
    for text in [
        "the cat sleeps.",
        "the cat sleeps",
        "the cat sleeps .\n",
        "the  cat sleeps.\n",
        " the cat sleeps.\n",
        "the cat.\n",
        ".\n",
        "\n",
        "the zebra sleeps.\n",
        "the cat sleeps.\nthe",
        "the cat sleeps sleeps.\n",
    ] {
        assert!(!accepts(text), "{text:?}");
    }
}

#[test]
fn the_cost_of_a_sample_agrees_with_the_entropy_rate() {
    let grammar = Grammar::built_in();
    let rate = grammar.entropy_rate();
    let text = grammar.generate(3, 2_000_000);
    // The excess of a sentence over its share has mean 0 and is independent of the others, so its mean over the sample
    // has this standard error; four of them are exceeded by one seed in 16,000.
    let excesses: Vec<f64> = text
        .split_inclusive(SENTENCE_END)
        .map(|sentence| -grammar.log2_probability(sentence).unwrap() - rate * sentence.len() as f64)
        .collect();
    let sentences = excesses.len() as f64;
    let variance = excesses.iter().map(|excess| excess * excess).sum::<f64>() / sentences;
    let error = (variance / sentences).sqrt() / grammar.sentence_length();
    let measured = -grammar.log2_probability(&text).unwrap() / text.len() as f64;
    assert!(
        (measured - rate).abs() < 4.0 * error,
        "{measured} {rate} {error}"
    );
    assert!(error < 0.001, "{error}");
    let length = text.len() as f64 / sentences;
    assert!(
        (length / grammar.sentence_length() - 1.0).abs() < 0.01,
        "{length}"
    );
}

#[test]
fn alternatives_are_drawn_with_their_probabilities() {
    let grammar = Grammar::parse("S = 5 a | 3 b | 2 c").unwrap();
    let text = grammar.generate(1, 300_000);
    let mut counts: HashMap<&str, f64> = HashMap::new();
    for sentence in text.lines() {
        *counts.entry(sentence).or_default() += 1.0;
    }
    let sentences = (text.len() / "a.\n".len()) as f64;
    for (sentence, probability) in [("a.", 0.5), ("b.", 0.3), ("c.", 0.2)] {
        // Four standard deviations of a binomial frequency.
        let tolerance = 4.0 * (probability * (1.0 - probability) / sentences).sqrt();
        assert!(
            (counts[sentence] / sentences - probability).abs() < tolerance,
            "{counts:?}"
        );
    }
}

#[test]
fn a_text_is_a_function_of_its_seed() {
    let grammar = Grammar::built_in();
    let text = grammar.generate(5, 10_000);
    assert_eq!(text, grammar.generate(5, 10_000));
    assert_ne!(text, grammar.generate(6, 10_000));
    assert!(text.len() >= 10_000 && text.ends_with(SENTENCE_END));
    assert!(grammar.generate(5, 20_000).starts_with(&text));
    assert_eq!(grammar.generate(5, 0), "");
}

#[test]
fn a_malformed_grammar_names_its_line() {
    let cases = [
        ("", 1, "expected a definition, found none"),
        ("S = 1 a\nb", 2, "expected `Name = ..`, found `b`"),
        ("  1 a", 1, "found a continuation"),
        ("s = 1 a", 1, "begins with a capital, found `s`"),
        (
            "S = a",
            1,
            "expected a positive weight before the symbols, found `a`",
        ),
        ("S = 0 a", 1, "found `0`"),
        ("S = -1 a | 1 b", 1, "found `-1`"),
        ("S = nan a", 1, "found `nan`"),
        ("S = 1 a | 1", 1, "expected symbols or `-`"),
        ("S = 1 a T", 1, "expected a defined name, found `T`"),
        ("S = 1 a.", 1, "found `a.`"),
        ("S = 1 a\nS = 1 b", 2, "expected one definition of `S`"),
        (
            "S = 1 a T | 1 a\nT = 1 b",
            1,
            "alternatives of `S` that the next word tells apart, found two before `a`",
        ),
        ("S = 1 b T T\nT = 1 - | 1 a", 2, "found two before `a`"),
        (
            "S = 1 a T\nT = 1 - | 1 U\nU = 1 -",
            2,
            "found two before the sentence end",
        ),
        ("S = 1e308 a | 1e308 b", 1, "found a ratio out of range"),
        ("S = 1 a S", 1, "recursion that does not end"),
        ("S = 1 a S S | 1 b", 1, "recursion that does not end"),
        ("S = 2 a S S | 1 b", 1, "recursion that does not end"),
        ("S = 1 S a", 1, "recursion that does not end"),
        ("S = 1 -", 1, "at least one word"),
    ];
    for (notation, line, message) in cases {
        let error = Grammar::parse(notation).unwrap_err().to_string();
        let place = format!("grammar, line {line}: ");
        assert!(
            error.starts_with(&place) && error.contains(message),
            "{notation}: {error}"
        );
    }
}

//! The tags of the words of sentences.

use super::lines::Lines;
use recurrent::Error;
use recurrent::tagging::Tagger;
use serde_json::json;

/// The answers to sentences, a line each.
pub fn answers(
    tagger: &Tagger,
    lines: &Lines,
    texts: &[String],
    json: bool,
) -> Result<String, Error> {
    let sentences = texts.iter().map(|text| tagger.words(text)).collect();
    let mut out = String::new();
    for found in tagger.tag(sentences, &|line| lines.place(line))? {
        out += &match json {
            true => {
                let span = |span: &recurrent::data::Span| {
                    json!({
                        "kind": span.kind,
                        "begin": span.begin,
                        "end": span.end,
                        "words": found.words[span.begin..span.end],
                    })
                };
                let spans: Vec<_> = found.spans.iter().map(span).collect();
                json!({ "tokens": found.words, "tags": found.tags, "spans": spans }).to_string()
            }
            false => {
                let pairs = found.words.iter().zip(&found.tags);
                let pairs: Vec<String> = pairs.map(|(word, tag)| format!("{word}/{tag}")).collect();
                pairs.join(" ")
            }
        };
        out.push('\n');
    }
    Ok(out)
}

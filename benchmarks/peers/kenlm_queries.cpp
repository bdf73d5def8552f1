// Times KenLM's queries as the example `ngram_queries` times ours: kenlm_queries MODEL TEXT [ROUNDS]. Words are mapped to ids
// before the clock starts; a round scores the whole text, each sentence from the state of its start.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "lm/model.hh"

template <class Model> static int run(const char *path, const char *text, int rounds) {
  using clock = std::chrono::steady_clock;
  using seconds = std::chrono::duration<double>;
  lm::ngram::Config config;
  config.messages = nullptr;
  config.load_method = util::READ;
  auto before = clock::now();
  const Model model(path, config);
  const double load_seconds = seconds(clock::now() - before).count();

  const auto end = model.GetVocabulary().EndSentence();
  std::vector<lm::WordIndex> ids;
  std::ifstream file(text);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    for (std::string word; words >> word;) ids.push_back(model.GetVocabulary().Index(word));
    ids.push_back(end);
  }

  const auto *const start = &model.BeginSentenceState();
  std::vector<double> nanoseconds;
  double log10 = 0;
  for (int round = 0; round <= rounds; ++round) {
    lm::ngram::State states[2];
    const lm::ngram::State *state = start;
    before = clock::now();
    double total = 0;
    int next = 0;
    for (const auto id : ids) {
      total += model.FullScore(*state, id, states[next]).prob;
      state = id == end ? start : &states[next];
      next ^= 1;
    }
    const double elapsed = seconds(clock::now() - before).count();
    log10 = total;
    if (round > 0) nanoseconds.push_back(elapsed * 1e9 / ids.size());
  }
  std::sort(nanoseconds.begin(), nanoseconds.end());
  std::printf("{\"queries\": %zu, \"ns\": %.2f, \"perplexity\": %.6f, \"load_seconds\": %.3f}\n",
              ids.size(), nanoseconds[nanoseconds.size() / 2],
              std::pow(10.0, -log10 / ids.size()), load_seconds);
  return 0;
}

int main(int count, char **arguments) {
  if (count < 3) {
    std::cerr << "usage: kenlm_queries MODEL TEXT [ROUNDS]\n";
    return 2;
  }
  const int rounds = count > 3 ? std::max(1, std::atoi(arguments[3])) : 20;
  lm::ngram::ModelType type = lm::ngram::PROBING;
  lm::ngram::RecognizeBinary(arguments[1], type);
  if (type == lm::ngram::TRIE) return run<lm::ngram::TrieModel>(arguments[1], arguments[2], rounds);
  return run<lm::ngram::ProbingModel>(arguments[1], arguments[2], rounds);
}

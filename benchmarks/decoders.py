#!/usr/bin/env python3
"""Times the prefix beam search beside pyctcdecode and flashlight-text, in alternating rounds on one thread.

decoders.py makes peaky emissions, decodes them with all three at the same beam, and compares the labels that they find by
their exact probability, the sum over all paths. The peers are `pip install pyctcdecode flashlight-text numpy`, in an
environment of their own as they ask for an older numpy; run this script by its interpreter. See README.md.
"""

import argparse
import json
import logging
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from flashlight.lib.text.decoder import CriterionType, LexiconFreeDecoder, LexiconFreeDecoderOptions, ZeroLM
from pyctcdecode import build_ctcdecoder

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "target/release/examples/decode_emissions"
SEQUENCES, STEPS, SYMBOLS = 32, 300, 29


def emissions(sharpness):
    """Log probabilities [N, T, V]: blank almost everywhere, labels in short spikes, sometimes two that are alike."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(SEQUENCES):
        x = random.normal(size=(STEPS, SYMBOLS)) * 1.5
        x[:, 0] += 6 * sharpness
        step = 3
        while step < STEPS - 2:
            label, width = random.integers(1, SYMBOLS), random.integers(1, 3)
            x[step:step + width, 0] -= 5 * sharpness
            x[step:step + width, label] += random.uniform(3, 8) * sharpness
            if random.random() < 0.5:
                x[step:step + width, random.integers(1, SYMBOLS)] += random.uniform(2, 6) * sharpness
            step += width + random.integers(1, 7)
        x -= x.max(axis=1, keepdims=True)
        found.append(x - np.log(np.exp(x).sum(axis=1, keepdims=True)))
    return np.array(found, dtype=np.float32)


def log_probability(row, labels):
    """ln p(labels) of emissions [T, V], over all paths."""
    states = np.array([0] + [part for label in labels for part in (label, 0)])
    skips = np.zeros(len(states), dtype=bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    logs = np.full(len(states), -np.inf)
    logs[0] = 0
    before = lambda count: np.concatenate([np.full(count, -np.inf), logs])[:len(logs)]
    for step in row.astype(np.float64):
        both = np.logaddexp(logs, before(1))
        logs = np.logaddexp(both, np.where(skips, before(2), -np.inf)) + step[states]
    return np.logaddexp(logs[-1], logs[-2]) if len(logs) > 1 else logs[-1]


def ours(path, beam):
    found = json.loads(subprocess.check_output([PROGRAM, path, str(beam)]))
    return found["ms"], found["labels"]


def timed(decode, rows):
    before = time.perf_counter()
    labels = [decode(row) for row in rows]
    return (time.perf_counter() - before) * 1e3, labels


def pyctcdecode(beam):
    alphabet = [""] + [chr(ord("a") + label) for label in range(SYMBOLS - 3)] + [" ", "'"]
    decoder = build_ctcdecoder(alphabet)
    return lambda row: [alphabet.index(symbol) for symbol in decoder.decode(row, beam_width=beam)]


def flashlight(beam):
    options = LexiconFreeDecoderOptions(
        beam_size=beam, beam_size_token=SYMBOLS, beam_threshold=50, lm_weight=0, sil_score=0, log_add=True,
        criterion_type=CriterionType.CTC)
    decoder = LexiconFreeDecoder(options, ZeroLM(), 0, 0, [])

    def decode(row):
        # The first and the last are no steps.
        path = decoder.decode(row.ctypes.data, *row.shape)[0].tokens[1:-1]
        return [symbol for before, symbol in zip([0, *path], path) if symbol not in (0, before)]

    return decode


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beam", type=int, default=50)
    parser.add_argument("--sharpness", type=float, default=2.2)
    arguments = parser.parse_args()
    subprocess.run(["cargo", "build", "--release", "--workspace", "--examples"], cwd=ROOT, check=True)
    logging.disable(logging.CRITICAL)
    rows = emissions(arguments.sharpness)
    peers = {"pyctcdecode": pyctcdecode(arguments.beam), "flashlight": flashlight(arguments.beam)}
    ms, scores = {name: [] for name in ["ours", *peers]}, {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "emissions"
        path.write_bytes(np.array(rows.shape, dtype=np.uint32).tobytes() + rows.tobytes())
        for _ in range(arguments.rounds):
            found = {"ours": ours(path, arguments.beam)}
            found |= {name: timed(decode, rows) for name, decode in peers.items()}
            for name, (took, labels) in found.items():
                ms[name].append(took)
                scores[name] = np.array([log_probability(row, one) for row, one in zip(rows, labels)])
    for name, took in ms.items():
        ratio = statistics.median(theirs / own for theirs, own in zip(took, ms["ours"]))
        worse, better = (np.sum(scores["ours"] < scores[name] - 1e-4), np.sum(scores["ours"] > scores[name] + 1e-4))
        print(f"{name:12} {statistics.median(took):9.2f} ms, {ratio:6.1f} times ours, mean ln p {scores[name].mean():.4f}; "
              f"ours is worse {worse} times, better {better} times")


if __name__ == "__main__":
    main()

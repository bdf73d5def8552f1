#!/usr/bin/env python3
"""Times a support vector machine on words and pairs of words beside scikit-learn's, in alternating rounds.

linear.py --data FOLDER trains the recipe `sentiment-svm` on a folder with `imdb.train.tsv.gz` and `imdb.test.tsv.gz`,
and does the same with CountVectorizer and LinearSVC. Every measurement is a process of its own. See README.md.
"""

import argparse
import json
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

import machine
from run import absolute, build, install, measure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=absolute, required=True, help="folder with both tables")
    parser.add_argument("--threads", type=int, default=machine.cores(), help="of ours; the peer has one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--python", type=absolute, help="an interpreter that has the peer")
    parser.add_argument("--program", type=absolute, help="a built program")
    arguments = parser.parse_args()
    program = arguments.program or build()
    python = arguments.python or install()

    print("round   counting: ours  peer  ratio   learning: ours  peer  ratio   (seconds)")
    ratios = []
    for number in range(arguments.rounds):
        ours = train(program, arguments.data, arguments.threads)
        theirs = measure([python, "-m", "peers.scikit_learn", arguments.data])
        # Counts of the test texts are made as these are answered, by ours.
        counting = [ours["reading"] + ours["counting"] + ours["answering"]]
        counting += [theirs["reading"] + theirs["counting"]]
        learning = [ours["learning"], theirs["learning"]]
        ratios.append((counting[1] / counting[0], learning[1] / learning[0]))
        print(f"{number + 1:5} {cells(counting, ratios[-1][0])} {cells(learning, ratios[-1][1])}", flush=True)
    counting, learning = (statistics.median(column) for column in zip(*ratios))
    print(f"median ratio: counting {counting:.2f}, learning {learning:.2f}")
    for name, found in [("ours", ours), (f"scikit-learn {theirs['version']}", theirs)]:
        print(f"{name}: {found['features']} features, test accuracy {100 * found['accuracy']:.2f} %")


def cells(seconds, ratio):
    ours, theirs = seconds
    return f"{ours:15.2f} {theirs:5.2f} {ratio:6.2f}"


def train(program, data, threads):
    """Seconds of the stages of a run, its features and its accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        command = [program, "train", "sentiment-svm", "--data", data, "--out", run]
        command += ["--column", "3", "--label-column", "0", "--threads", str(threads)]
        # All but a few of the training texts are learned from, as the peer learns from all.
        command += ["--set", "data.valid_fraction=0.001"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr}")
        accuracy = re.search(r"^test accuracy +([\d.]+) %", done.stdout, re.M)
        return {
            **json.loads((run / "metrics.jsonl").read_text())["stages"],
            "features": features(run / "model.safetensors"),
            "accuracy": float(accuracy[1]) / 100,
        }


def features(weights):
    """The number of features of a linear classifier, from the header of its weights."""
    with open(weights, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return header["features.idf"]["shape"][0]


if __name__ == "__main__":
    main()

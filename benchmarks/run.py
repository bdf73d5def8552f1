#!/usr/bin/env python3
"""Times `recurrent bench` and its peers, PyTorch and ONNX Runtime, on the same shapes in one run.

Every measurement is a process of its own; a round measures one workload with each library in
turn, and the next round follows at once. See README.md.
"""

import argparse
import json
import statistics
import subprocess
import sys
import venv
from pathlib import Path

import machine
import workloads
from workloads import ROOT

HERE = Path(__file__).resolve().parent
PROGRAM = ROOT / "target/release/recurrent"
ENVIRONMENT = ROOT / "target/benchmark-peers"

# The peer that a workload is compared with, and how many times faster than it ours is to be.
TARGETS = {
    "lm_ptb_small": ("pytorch", 1.7),
    "lm_ptb_medium": ("pytorch", 1.45),
    "lm_ptb_medium_bf16": ("pytorch", 1.2),
    "lm_char": ("pytorch", 1.3),
    "gru_char": ("pytorch", 2.0),
    "rnn_imdb": ("pytorch", 8.0),
    "lstm_256": ("pytorch", 1.35),
    "gru_256": ("pytorch", 2.2),
    "bilstm_512": ("pytorch", 1.4),
    "lstm_packed": ("pytorch", 7.0),
    "gru_packed": ("pytorch", 5.0),
    "lstm_step_128": ("onnxruntime", 1.7),
    "lstm_step_512": ("onnxruntime", 1.1),
    "lstm_step_512_bf16": ("onnxruntime", 2.0),
    "gru_step_256": ("onnxruntime", 1.7),
    "tagger_train": ("pytorch", 1.5),
    "classifier_train": ("pytorch", 1.5),
    "crf_20": ("pytorch", 5.0),
    "crf_20_packed": ("pytorch", 5.0),
    "crf_20_decode": ("pytorch", 5.0),
    "ctc_characters": ("pytorch", 6.0),
    "ctc_words": ("pytorch", 5.0),
    "transducer": ("pytorch", 3.0),
}


def main():
    known = workloads.load()
    parser = argparse.ArgumentParser(description=__doc__)
    # decoders.py compares the beam search.
    names = [name for name in known if known[name].work != "ctc-beam"]
    parser.add_argument("--workloads", nargs="+", metavar="NAME", choices=names, default=names)
    parser.add_argument("--threads", type=int, default=machine.cores(), help="of all libraries")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="write benchmarks/runs/DATE-CPU.json")
    parser.add_argument("--python", type=absolute, help="an interpreter that has the peers")
    parser.add_argument("--program", type=absolute, help="a built program")
    arguments = parser.parse_args()
    program = arguments.program or build()
    python = arguments.python or install()

    measurements = []
    print(row(HEADER))
    for name in arguments.workloads:
        peers = ["pytorch"]
        if known[name].work == "step":
            peers.append("onnxruntime")
        found = []
        for number in range(arguments.rounds):
            print(f"{name}, round {number + 1} of {arguments.rounds}", file=sys.stderr)
            for library in ["recurrent", *peers]:
                command = command_of(library, name, arguments.threads, program, python)
                found.append({"library": library, "round": number, **measure(command)})
        for peer in peers:
            print(row(cells(name, peer, found)), flush=True)
        measurements += found
    if arguments.save:
        about = {"threads": arguments.threads, "rounds": arguments.rounds}
        about |= machine.describe(python)
        save(about | {"measurements": measurements})


def absolute(path):
    # A virtual environment's interpreter is a link that must not be followed.
    return Path(path).absolute()


def build():
    """The program of this checkout."""
    subprocess.run(["cargo", "build", "--release"], cwd=ROOT, check=True)
    return PROGRAM


def install():
    """An interpreter with the pinned peers, in an environment under `target`."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--requirement", HERE / "requirements.txt"], check=True)
    return python


def command_of(library, workload, threads, program, python):
    """What times one workload with one library and prints one JSON object."""
    threads = ["--threads", str(threads)]
    if library == "recurrent":
        return [program, "bench", workload, *threads, "--json"]
    return [python, "-m", f"peers.{library}", workload, *threads]


def measure(command):
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise SystemExit(f"{words}: exit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


HEADER = ["workload", "peer", "ours ms", "peer ms", "ratio", "target", "", "forward"]
HEADER += ["peak MB", "peer MB"]


def cells(name, peer, found):
    """A line of the table: medians over the rounds, ratios the peer's over ours."""

    def median(library, key):
        values = [one[key] for one in found if one["library"] == library]
        return None if None in values else statistics.median(values)

    def ratio(key):
        ours, theirs = median("recurrent", key), median(peer, key)
        return None if ours is None or theirs is None else theirs / ours

    def text(value, digits=2):
        return "-" if value is None else f"{value:.{digits}f}"

    compared, target = TARGETS[name]
    target = target if compared == peer else None
    speed = ratio("ms")
    verdict = "" if target is None else "met" if speed >= target else "below"
    milliseconds = [median("recurrent", "ms"), median(peer, "ms")]
    return [
        name,
        peer,
        *(text(ms, 4 if ms < 1 else 2) for ms in milliseconds),
        text(speed),
        text(target),
        verdict,
        text(ratio("forward_ms")),
        text(median("recurrent", "peak_rss_mb"), 0),
        text(median(peer, "peak_rss_mb"), 0),
    ]


def row(cells):
    name, peer, *numbers = cells
    return f"{name:<19} {peer:<12}" + "".join(f"{number:>9}" for number in numbers)


def save(run):
    folder = HERE / "runs"
    folder.mkdir(exist_ok=True)
    path = folder / f"{run['date'][:10]}-{machine.slug(run['cpu'])}.json"
    path.write_text(json.dumps(run, indent=1) + "\n")
    print(f"written to {path}", file=sys.stderr)


if __name__ == "__main__":
    main()

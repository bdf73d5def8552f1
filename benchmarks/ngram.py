#!/usr/bin/env python3
"""Times queries of an n-gram model beside KenLM's on the same ARPA file, in alternating rounds.

ngram.py --text FOLDER trains a model of order 5 on the folder, writes it as an ARPA file and scores the folder's test
text with both. KenLM is built from its source package, with the flags below; that takes minutes, once. It needs a C++
compiler, zlib's headers and a network or pip's cache.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import tarfile
import venv
from pathlib import Path

from workloads import ROOT

HERE = Path(__file__).resolve().parent
BUILD = ROOT / "target/benchmark-kenlm"
VERSION = "0.3.0"
FLAGS = ["-O3", "-DNDEBUG", "-march=native", "-DKENLM_MAX_ORDER=6"]
LEFT_OUT = ("_test.cc", "_main.cc", "main.cc", "build_binary", "query", "fragment", "benchmark", "cat_compressed")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True, help="folder with train, valid and test text")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    kenlm = build_kenlm()
    model, text = prepare(arguments.text.resolve())
    print("round  KenLM  hash  trie   ns a query; ratios to KenLM")
    ratios = []
    for number in range(arguments.rounds):
        theirs = measure(kenlm, model, text)
        ours = measure(ROOT / "target/release/examples/ngram_queries", model, text)
        same = abs(theirs["perplexity"] - ours["perplexity"]) < 1e-4
        assert same and theirs["queries"] == ours["queries"], "both score the same"
        hashed, trie = ours["hash_ns"] / theirs["ns"], ours["trie_ns"] / theirs["ns"]
        ratios.append((hashed, trie))
        print(
            f"{number + 1:5}  {theirs['ns']:5.0f} {ours['hash_ns']:5.0f} {ours['trie_ns']:5.0f}"
            f"   {hashed:.2f} {trie:.2f}"
        )
    hashed, trie = (statistics.median(column) for column in zip(*ratios))
    print(f"median ratio: hash {hashed:.2f}, trie {trie:.2f}; perplexity {ours['perplexity']:.4f}")


def measure(program, model, text):
    """What a program that scores a text prints."""
    done = subprocess.run([program, model, text, "20"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def prepare(folder):
    """The ARPA file and the test text."""
    build = ["cargo", "build", "--release", "--workspace", "--examples", "--bins"]
    subprocess.run(build, cwd=ROOT, check=True)
    program, run, model = ROOT / "target/release/recurrent", BUILD / "run", BUILD / "model.arpa"
    subprocess.run([program, "train", "ngram5-kn", "--data", folder, "--out", run, "--force"], check=True)
    subprocess.run([program, "export", run, "--format", "arpa", "--out", model], check=True)
    found = next(path for path in sorted(folder.iterdir()) if "test" in path.name)
    text = BUILD / "test.txt"
    content = gzip.open(found).read() if found.suffix == ".gz" else found.read_bytes()
    text.write_bytes(content)
    return model, text


def build_kenlm():
    """The program that times KenLM's queries."""
    program = BUILD / "kenlm_queries"
    if program.exists():
        return program
    environment = BUILD / "environment"
    venv.create(environment, with_pip=True)
    download = [environment / "bin/python", "-m", "pip", "download", "--no-deps", "--no-binary", "kenlm"]
    subprocess.run([*download, "--dest", BUILD, f"kenlm=={VERSION}"], check=True)
    with tarfile.open(BUILD / f"kenlm-{VERSION}.tar.gz") as archive:
        archive.extractall(BUILD, filter="data")
    source = BUILD / f"kenlm-{VERSION}"
    folders = [source / "lm", source / "util", source / "util/double-conversion"]
    files = [path for folder in folders for path in folder.glob("*.cc")]
    files = [path for path in files if not any(name in path.name for name in LEFT_OUT)]
    peer = HERE / "peers/kenlm_queries.cpp"
    command = ["g++", *FLAGS, "-w", "-I", source, "-o", program, peer, *files, "-lz", "-lrt", "-lpthread"]
    subprocess.run(command, check=True)
    return program


if __name__ == "__main__":
    main()

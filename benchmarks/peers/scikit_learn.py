"""Times scikit-learn on a classifier of texts:  python -m peers.scikit_learn FOLDER

The folder has `imdb.train.tsv.gz` and `imdb.test.tsv.gz`, tables without a header: the label in column 0, the text in
column 3. Prints one JSON object: seconds of each stage, the number of features, the accuracy on the test texts.
"""

import gzip
import json
import sys
import time
from pathlib import Path

import sklearn
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC


def read(path):
    """Texts and labels of a table."""
    texts, labels = [], []
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            labels.append(cells[0])
            texts.append(cells[3])
    return texts, labels


def main():
    folder = Path(sys.argv[1])
    clock = [time.perf_counter()]
    texts, labels = read(folder / "imdb.train.tsv.gz")
    new_texts, new_labels = read(folder / "imdb.test.tsv.gz")
    clock.append(time.perf_counter())
    # What the recipe `sentiment-svm` counts, what its machine minimises, and where it stops.
    vectorizer = CountVectorizer(ngram_range=(1, 2), binary=True)
    rows = vectorizer.fit_transform(texts)
    new_rows = vectorizer.transform(new_texts)
    clock.append(time.perf_counter())
    machine = LinearSVC(C=0.1, loss="squared_hinge", dual=True, tol=0.01, random_state=1)
    machine.fit(rows, labels)
    clock.append(time.perf_counter())
    reading, counting, learning = (after - before for before, after in zip(clock, clock[1:]))
    measured = {
        "version": sklearn.__version__,
        "reading": reading,
        "counting": counting,
        "learning": learning,
        "features": rows.shape[1],
        "accuracy": machine.score(new_rows, new_labels),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()

"""The workloads, from the table that `recurrent bench` reads."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "crates/recurrent/src/benchmark/workloads.toml"


@dataclass(kw_only=True)
class Workload:
    name: str
    work: str  # as the table says
    cell: str | None = None  # "lstm", "gru" or "elman-tanh"; None where there are no layers
    input_size: int | None = None
    hidden_size: int | None = None
    layers: int = 1
    bidirectional: bool = False
    vocabulary: int | None = None
    tags: int | None = None
    classes: int | None = None
    labels: int | None = None
    beam: int | None = None
    batch: int = 1
    time: int = 1
    shortest: int | None = None
    precision: str = "full"  # of weights of a step, or of the operands of a training step's products

    def lengths(self):
        """Valid steps of each row, evenly from `time` down to `shortest`, whole numbers."""
        if self.shortest is None:
            return [self.time] * self.batch
        last = max(self.batch - 1, 1)
        drop = self.time - self.shortest
        return [(self.time * last - drop * row) // last for row in range(self.batch)]


def load():
    """All workloads by name, in the table's order."""
    entries = tomllib.loads(TABLE.read_text())["workload"]
    found = [Workload(**entry.pop("stack", {}), **entry) for entry in entries]
    return {workload.name: workload for workload in found}

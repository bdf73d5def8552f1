"""What a run was measured with: machine, versions, commit."""

import datetime
import json
import os
import platform
import re
import subprocess
from pathlib import Path

from workloads import ROOT


def cores():
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def cpu():
    """The processor's name."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*: (.*)$", info.read_text(), re.M) if info.exists() else []
    return names[0].strip() if names else platform.processor() or platform.machine()


def slug(text):
    """A text as part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def output(*command):
    """What a command prints, without the last line's end."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.rstrip()


def describe(python):
    """Everything but the measurements; `python` is the peers' interpreter."""
    packages = json.loads(output(python, "-m", "pip", "list", "--format", "json"))
    names = ["torch", "pytorch-crf", "onnxruntime", "onnx", "scikit-learn", "numpy"]
    versions = {one["name"]: one["version"] for one in packages if one["name"] in names}
    versions["python"] = output(python, "--version").removeprefix("Python ")
    versions["rustc"] = output("rustc", "--version").removeprefix("rustc ")
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": output("git", "rev-parse", "HEAD"),
        "changed_files": output("git", "status", "--porcelain").splitlines(),
        "cpu": cpu(),
        "cores": cores(),
        "system": platform.platform(),
        "versions": versions,
    }

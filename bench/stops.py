#!/usr/bin/env python3
"""Stops every command that can run long, by its time limit and by signals, and prints how long each took to end. See README.md."""

import argparse
import json
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write_inputs(folder):
    """A sparse and a dense problem, a table of rows, and a graph to embed, all of them too large to be done in some seconds."""
    rng = random.Random(1)
    sparse = [f"{i} {j} {rng.choice((-1, 1))}" for i in range(20_000) for j in rng.sample(range(20_000), 3) if i != j]
    (folder / "sparse.coo").write_text("# vartype=SPIN\n# num_variables=20000\n" + "\n".join(sparse) + "\n")
    medium = [f"{i} {j} {rng.randint(-9, 9)}" for i in range(300) for j in rng.sample(range(300), 20) if i < j]
    (folder / "medium.coo").write_text("# vartype=BINARY\n# num_variables=300\n" + "\n".join(medium) + "\n")
    small = [f"{i} {j} {rng.uniform(-1, 1)}" for i in range(34) for j in range(i, 34)]
    (folder / "small.coo").write_text("# vartype=BINARY\n# num_variables=34\n" + "\n".join(small) + "\n")
    edges = {tuple(sorted(rng.sample(range(400), 2))) for _ in range(1_600)}
    (folder / "graph.edges").write_text("".join(f"{i} {j}\n" for i, j in sorted(edges)))
    header = ",".join(f"x{i}" for i in range(60)) + ",class"
    rows = [",".join(str(rng.randint(0, 1)) for _ in range(60)) + f",{rng.choice('abcd')}" for _ in range(20_000)]
    (folder / "table.csv").write_text("\n".join([header] + rows) + "\n")
    rows = [",".join(str(rng.randint(0, 1)) for _ in range(60)) + f",{rng.choice('ab')}" for _ in range(20_000)]
    (folder / "two.csv").write_text("\n".join([header] + rows) + "\n")


TWO = "--data two.csv --label class"
FOUR = "--data table.csv --label class"
QUIET = "--no-proof --no-baselines"
LONG = "--num-sweeps 100000000"
# the command, and whether it has a time limit
COMMANDS = [
    (f"solve sparse.coo --solver {solver} {LONG}", True) for solver in ("sa", "pt", "sqa", "svmc")
] + [
    ("solve sparse.coo --solver sa-reference --num-sweeps 1000000", True),
    ("solve sparse.coo --solver pa --num-sweeps 100000", True),
    ("solve sparse.coo --solver tabu --num-reads 100000", True),
    ("solve sparse.coo --solver memetic", True),
    ("solve sparse.coo --solver descent --num-reads 100000", True),
    ("solve sparse.coo --solver random --num-reads 100000", True),
    ("solve sparse.coo --solver auto", True),
    ("solve medium.coo --solver branch-and-bound", True),
    ("solve small.coo --solver exhaustive", True),
    ("solve small.coo --solver sa --num-sweeps 100000000 --chip advantage6", True),
    ("tts sparse.coo --solver sa --target -1e9", True),
    ("bench sparse.coo --solvers sa,pt,tabu", True),
    (f"train {TWO} --hidden 8 --solver weights {LONG} {QUIET}", True),
    (f"train monks-2 --hidden 5 --solver exact {QUIET}", True),
    (f"train {TWO} --hidden 3 --solver sa {LONG} {QUIET}", True),
    (f"train {FOUR} --hidden 8 --solver weights {LONG} {QUIET}", True),
    (f"train {FOUR} --hidden 6 --batch-size 64 --solver sa {QUIET}", True),
    (f"train {TWO} --hidden 8 --no-proof", True),
    (f"train {TWO} --hidden 3 --proof-time 60s --no-baselines", True),
    ("train monks-2 --hidden 5 --certificate c.json --proof-time 5s --no-baselines", True),
    ("ablate --hidden 3 --seconds 60s", True),
    ("reproduce", True),
    ("embed graph.edges --topology pegasus:16", True),
    (f"compile {TWO} --hidden 3 --out big.coo", False),
    (f"compile {FOUR} --hidden 3 --formulation reference --out big.coo", False),
]


def run(binary, words, folder, wait=None, kind=None):
    """Seconds until the end (after the signal if there is one), exit code, and whether a JSON object was printed."""
    start = time.monotonic()
    process = subprocess.Popen(
        [binary, *words.split(), "--json"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if wait is not None:
        time.sleep(wait)
        start = time.monotonic()
        process.send_signal(kind)
    try:
        out, _ = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
    seconds = time.monotonic() - start
    try:
        has_result = isinstance(json.loads(out.splitlines()[-1]), dict)
    except (IndexError, ValueError):
        has_result = False
    return seconds, process.returncode, has_result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "target/release/isinglass"))
    parser.add_argument("--limit", type=float, default=2)
    parser.add_argument("--wait", type=float, default=1, help="seconds until the signal")
    parser.add_argument("--only", help="commands that contain this text")
    arguments = parser.parse_args()
    print("| command | limit | seconds | code, result | SIGINT | code, result | SIGTERM | code, result |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder)
        for words, has_limit in COMMANDS:
            if arguments.only and arguments.only not in words:
                continue
            cells = []
            if has_limit:
                seconds, code, has_result = run(arguments.binary, f"{words} --time-limit {arguments.limit}s", folder)
                cells += [f"{arguments.limit:g} s", f"{seconds:.2f}", f"{code}, {'yes' if has_result else 'no'}"]
            else:
                cells += ["", "", ""]
            for kind in (signal.SIGINT, signal.SIGTERM):
                seconds, code, has_result = run(arguments.binary, words, folder, arguments.wait, kind)
                cells += [f"{seconds:.2f}", f"{code}, {'yes' if has_result else 'no'}"]
            print(f"| `{words}` | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()

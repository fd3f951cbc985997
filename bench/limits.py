#!/usr/bin/env python3
"""Compares isinglass's `auto` with `sa` and `pt` at equal time limits, and writes a section of a page. See README.md."""

import argparse
import datetime
import json
import os
import platform
import random
import statistics
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TITLE = "## Time limits"
SOLVERS = ["auto", "sa", "pt"]
FILES = ["G1.rud", "G14.rud", "G22.rud", "G32.rud", "G39.rud", "G43.rud", "pegasus16_pm1.coo", "sk1000.coo"]


def write_coo(path, vartype, num_variables, terms):
    lines = [f"# vartype={vartype}", f"# num_variables={num_variables}"]
    path.write_text("\n".join(lines + [f"{first} {second} {bias}" for first, second, bias in terms]) + "\n")


def regular(num_variables, seed):
    """Couplings of +-1 on a random graph in which nearly every variable has three neighbours."""
    rng = random.Random(seed)
    ends = [variable for variable in range(num_variables) for _ in range(3)]
    rng.shuffle(ends)
    pairs = {(min(pair), max(pair)) for pair in zip(ends[::2], ends[1::2]) if pair[0] != pair[1]}
    return [(first, second, rng.choice((-1, 1))) for first, second in sorted(pairs)]


def dense(num_variables, seed):
    rng = random.Random(seed)
    return [(i, j, rng.randint(-100, 100)) for i in range(num_variables) for j in range(i, num_variables)]


def made_problems(folder):
    problems = {
        "regular10000.coo": ("SPIN", 10_000, lambda: regular(10_000, 1)),
        "regular200000.coo": ("SPIN", 200_000, lambda: regular(200_000, 2)),
        "dense2000.coo": ("BINARY", 2_000, lambda: dense(2_000, 8)),
    }
    for name, (vartype, num_variables, terms) in problems.items():
        write_coo(folder / name, vartype, num_variables, terms())
        yield folder / name


def solve(binary, path, solver, limit, seed):
    """Best energy, and seconds of sampling."""
    command = [binary, "solve", path, "--solver", solver, "--time-limit", f"{limit}s", "--seed", seed, "--json"]
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    return found["best_energy"], found["seconds"]


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "")
    isa = "AVX-512" if "avx512vbmi" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return f"{os.cpu_count()} cores of {model} ({isa}), {platform.system()} {platform.release()}"


def row(name, limit, results):
    means = {solver: statistics.mean(energy for energy, _ in results[solver]) for solver in SOLVERS}
    slowest = max(seconds for runs in results.values() for _, seconds in runs)
    verdict = "=" if means["auto"] == min(means.values()) == min(means["sa"], means["pt"]) else ""
    verdict = verdict or ("better" if means["auto"] < min(means["sa"], means["pt"]) else "worse")
    cells = [name, f"{limit:g} s"] + [f"{means[solver]:,.1f}" for solver in SOLVERS] + [verdict, f"{slowest:.2f} s"]
    return "| " + " | ".join(cells) + " |"


def section(arguments, rows):
    version = subprocess.run([arguments.binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    limits = " ".join(f"{limit:g}" for limit in arguments.limits)
    lines = [
        TITLE,
        "",
        f"Measured {datetime.date.today()} on {machine()}.",
        f"{version}, Python {platform.python_version()}. {arguments.remark}".rstrip(),
        "",
        f"    python3 bench/limits.py --instances FOLDER --limits {limits} --seeds {arguments.seeds}"
        + (f" --long {arguments.long:g}" if arguments.long else "") + " --out docs/benchmarks.md",
        "",
        f"`isinglass solve FILE --solver SOLVER --time-limit T`, all cores: mean best energy over seeds 0 to {arguments.seeds - 1}"
        + (f" (seed 0 alone at {arguments.long:g} s)." if arguments.long else "."),
        "`sa` and `pt` restart until the limit. The last column is the longest sampling time of the runs in the row.",
        "",
        "| problem | limit | auto | sa | pt | auto against the better one | longest |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join(lines + rows) + "\n"


def put(path, text):
    """Writes the section in place of the one of the same title, or at the end."""
    before = path.read_text() if path.exists() else ""
    start = before.find(TITLE)
    if start < 0:
        path.write_text((before.rstrip() + "\n\n" if before else "") + text)
        return
    end = before.find("\n## ", start)
    path.write_text(before[:start] + text + (before[end:] if end >= 0 else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "target/release/isinglass"))
    parser.add_argument("--instances", type=Path, help="folder with G*.rud, pegasus16_pm1.coo and sk1000.coo")
    parser.add_argument("--limits", type=float, nargs="+", default=[0.05, 0.2, 0.5, 2])
    parser.add_argument("--long", type=float, default=0, help="one more limit, for seed 0 alone")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="+", help="problems by name")
    parser.add_argument("--remark", default="", help="a sentence about the machine")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        given = [arguments.instances / name for name in FILES] if arguments.instances else []
        paths = [path for path in given if path.exists()] + list(made_problems(Path(folder)))
        for path in paths:
            if arguments.only and path.stem not in arguments.only:
                continue
            for limit in arguments.limits + ([arguments.long] if arguments.long else []):
                seeds = range(1 if limit == arguments.long else arguments.seeds)
                # seeds in turn, so that other work on the machine meets all solvers alike
                runs = [(solver, solve(arguments.binary, path, solver, limit, seed)) for seed in seeds for solver in SOLVERS]
                results = {solver: [run for name, run in runs if name == solver] for solver in SOLVERS}
                rows.append(row(path.stem, limit, results))
                print(rows[-1], flush=True)
    if arguments.out:
        put(arguments.out, section(arguments, rows))


if __name__ == "__main__":
    main()

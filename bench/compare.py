#!/usr/bin/env python3
"""Runs isinglass and its peers on the same problems, and writes a page of results. See README.md."""

import argparse
import datetime
import importlib.metadata
import json
import math
import multiprocessing
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import dimod
import numpy
from dwave.samplers import SimulatedAnnealingSampler
import openjij

ROOT = Path(__file__).resolve().parent.parent
Z = 1.959963984540054


# ---- problems ---------------------------------------------------------------------------------------------------------


def read_coo(path):
    """A dimod model and the optimum in the comments, if there is one."""
    keys, linear, quadratic = {}, {}, {}
    for line in Path(path).read_text().splitlines():
        if line.startswith("#"):
            key, found, value = line[1:].partition("=")
            if found:
                keys[key.strip()] = value.strip()
        elif line.strip():
            first, second, bias = line.split()
            if first == second:
                linear[int(first)] = linear.get(int(first), 0.0) + float(bias)
            else:
                quadratic[int(first), int(second)] = quadratic.get((int(first), int(second)), 0.0) + float(bias)
    variables = range(int(keys.get("num_variables", 0)))
    bqm = dimod.BinaryQuadraticModel(keys["vartype"])
    bqm.add_variables_from({variable: 0.0 for variable in variables})
    bqm.add_linear_from(linear)
    bqm.add_quadratic_from(quadratic)
    bqm.offset = float(keys.get("offset", 0.0))
    optimum = keys.get("optimum")
    return bqm, float(optimum) if optimum is not None else None


def write_coo(path, num_variables, couplings):
    lines = ["# vartype=SPIN", f"# num_variables={num_variables}"]
    lines += [f"{first} {second} {bias}" for first, second, bias in couplings]
    Path(path).write_text("\n".join(lines) + "\n")


def made_problems(folder):
    """Problems like those that are measured, made here from fixed seeds."""
    rng = random.Random(1)
    import dwave_networkx

    pegasus = dwave_networkx.pegasus_graph(16)
    index = {node: position for position, node in enumerate(sorted(pegasus.nodes))}
    couplings = sorted((index[u], index[v], rng.choice((-1, 1))) for u, v in pegasus.edges)
    write_coo(folder / "pegasus16_made.coo", len(index), couplings)
    couplings = [(i, j, round(rng.gauss(0, 1) / math.sqrt(1000), 6)) for i in range(1000) for j in range(i + 1, 1000)]
    write_coo(folder / "sk1000_made.coo", 1000, couplings)
    rows = "monks-1 --hidden 3 --formulation reference --limit 4"
    command = [*rows.split(), "--out", str(folder / "network_made.coo")]
    subprocess.run([str(BINARY), "compile", *command, "--quiet"], check=True, stdout=subprocess.DEVNULL)


# ---- running ----------------------------------------------------------------------------------------------------------


def isinglass(*arguments):
    command = [str(BINARY), *map(str, arguments), "--json", "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: {result.stderr}")
    return json.loads(result.stdout)


def cpu_time(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def wilson(successes, reads):
    if reads == 0:
        return 0.0, 1.0
    p = successes / reads
    center = p + Z * Z / (2 * reads)
    half = Z * math.sqrt(p * (1 - p) / reads + Z * Z / (4 * reads * reads))
    scale = 1 + Z * Z / reads
    low = 0.0 if successes == 0 else (center - half) / scale
    return low, min(1.0, (center + half) / scale)


def tts99(seconds, p):
    if p <= 0:
        return math.inf
    return seconds * max(1.0, math.log(0.01) / math.log1p(-p) if p < 1 else 1.0)


def milliseconds(seconds):
    return "none" if math.isinf(seconds) else f"{1000 * seconds:.3g} ms"


# ---- speed ------------------------------------------------------------------------------------------------------------


def speed(problems, repeats, sweeps):
    """Updates a second at equal schedules; the fastest of several runs in turn."""
    rows = []
    for path, (hot, cold) in problems:
        bqm, _ = read_coo(path)
        updates = bqm.num_variables * sweeps
        h, j, offset = bqm.to_ising()
        results = {name: [] for name in ("isinglass", "dwave-samplers", "OpenJij")}
        for repeat in range(repeats):
            report = isinglass(
                "solve", path, "--solver", "sa", "--num-reads", 64, "--num-sweeps", sweeps,
                "--beta-range", f"{hot}..{cold}", "--threads", 1, "--seed", repeat,
            )
            results["isinglass"].append((report["updates_per_second"], statistics.mean(report["energies"])))
            seconds, samples = cpu_time(lambda: SimulatedAnnealingSampler().sample(
                bqm, num_reads=32, num_sweeps=sweeps, beta_range=[hot, cold], beta_schedule_type="geometric", seed=repeat + 1))
            results["dwave-samplers"].append((32 * updates / seconds, float(samples.record.energy.mean())))
            schedule = [(float(beta), 1) for beta in numpy.geomspace(hot, cold, sweeps)]
            numpy.random.seed(repeat)
            dense = len(bqm.quadratic) > 0.3 * bqm.num_variables * (bqm.num_variables - 1) / 2
            reads = 8 if dense else 32
            seconds, samples = cpu_time(lambda: openjij.SASampler().sample_ising(
                h, j, num_reads=reads, schedule=schedule, sparse=not dense))
            results["OpenJij"].append((reads * updates / seconds, float(samples.record.energy.mean()) + offset))
        fastest = {name: max(run[0] for run in runs) for name, runs in results.items()}
        energy = {name: statistics.mean(run[1] for run in runs) for name, runs in results.items()}
        best_peer = max(fastest["dwave-samplers"], fastest["OpenJij"])
        rows.append((Path(path).name, bqm.num_variables, f"{hot}-{cold}", fastest, energy, best_peer))
        print(rows[-1], file=sys.stderr)
    return rows


def speed_section(rows, repeats, sweeps):
    lines = [
        "## Speed",
        "",
        f"{sweeps:,} sweeps, geometric schedule, one thread, fastest of {repeats}; millions of spin updates a second, and the mean",
        "energy of all reads. OpenJij takes its dense layout where more than 30 % of all pairs interact.",
        "",
        "| problem | variables | beta | isinglass | dwave-samplers | OpenJij | against dwave-samplers | against the faster peer | mean energy: isinglass | dwave-samplers | OpenJij |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, variables, betas, fastest, energy, best_peer in rows:
        ours = fastest["isinglass"]
        cells = [name, f"{variables:,}", betas]
        cells += [f"{fastest[peer] / 1e6:,.1f}" for peer in ("isinglass", "dwave-samplers", "OpenJij")]
        cells += [f"{ours / fastest['dwave-samplers']:.1f}x", f"{ours / best_peer:.1f}x"]
        cells += [f"{energy[peer]:.1f}" for peer in ("isinglass", "dwave-samplers", "OpenJij")]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


# ---- time to solution -------------------------------------------------------------------------------------------------


def logical(path):
    return path.with_name(path.name.replace("_emb", ""))


def peer_tts(bqm, optimum, sweeps, reads, beta_range, schedule="geometric"):
    keywords = {} if beta_range is None else {"beta_range": list(beta_range), "beta_schedule_type": schedule}
    sampler = SimulatedAnnealingSampler()
    seconds, samples = cpu_time(lambda: sampler.sample(bqm, num_reads=reads, num_sweeps=sweeps, seed=7, **keywords))
    successes = int((samples.record.energy <= optimum + 1e-6).sum())
    return successes, reads, seconds


def solutions(groups, quick):
    """Pooled over the problems of a group, ours with its own defaults and every peer with its better settings."""
    rows = []
    for group, paths, peers in groups:
        problems = [(path, *read_coo(path)) for path in paths]
        # an embedded problem has the optimum of the one that was embedded
        problems = [(path, bqm, read_coo(logical(path))[1] if optimum is None else optimum) for path, bqm, optimum in problems]
        entries = {}
        for label, solver in (("isinglass, auto", "auto"), ("isinglass, sa", "sa")):
            per_problem = []
            for path, bqm, optimum in problems:
                report = isinglass("tts", path, "--target", optimum, "--solver", solver, "--threads", 1,
                                   "--min-reads", 100 if quick else 1000, "--seconds", "1s" if quick else "5s")
                best = report["settings"][report["best"]] if report["best"] is not None else report["settings"][-1]
                per_problem.append((best["successes"], best["num_reads"], best["seconds"], best["num_sweeps"]))
            entries[label] = per_problem
        for label, sweeps, beta_range, schedule in peers:
            reads = 100 if quick else 1000
            entries[label] = [(*peer_tts(bqm, optimum, sweeps, reads, beta_range, schedule), sweeps) for _, bqm, optimum in problems]
        rows.append((group, len(paths), entries))
        print(rows[-1], file=sys.stderr)
    return rows


def solution_section(rows):
    lines = [
        "## Time to solution",
        "",
        "One thread. `auto` and `sa` are isinglass's own defaults, the number of sweeps from its scan (`isinglass tts`); peers at the",
        "settings named. TTS99 is the median over the problems of a group, with the worst in brackets; success is pooled.",
        "",
        "| group | problems | solver | reads | success | 95 % interval | TTS99 median [worst] |",
        "|---|---|---|---|---|---|---|",
    ]
    for group, number, entries in rows:
        for label, per_problem in entries.items():
            successes = sum(entry[0] for entry in per_problem)
            reads = sum(entry[1] for entry in per_problem)
            times = sorted(tts99(seconds / n, k / n) for k, n, seconds, _ in per_problem)
            low, high = wilson(successes, reads)
            lines.append(
                f"| {group} | {number} | {label} | {reads:,} | {100 * successes / reads:.3g} % | {100 * low:.3g} to {100 * high:.3g} % "
                f"| {milliseconds(statistics.median(times))} [{milliseconds(times[-1])}] |"
            )
    return lines


# ---- max-cut ----------------------------------------------------------------------------------------------------------

BEST_KNOWN = {"G1": 11624, "G11": 564, "G14": 3064, "G22": 13359, "G32": 1410, "G39": 2408, "G43": 6660}


def cuts(paths, limits):
    rows = []
    for path in paths:
        found = [isinglass("solve", path, "--time-limit", f"{limit}s")["best_cut"] for limit in limits]
        rows.append((Path(path).stem, BEST_KNOWN.get(Path(path).stem), found))
        print(rows[-1], file=sys.stderr)
    return rows


def cut_section(rows, limits):
    lines = ["## Max-cut", "", "`isinglass solve FILE --time-limit T`, all cores, defaults, seed 0: best cut after T.", ""]
    lines.append("| graph | best known | " + " | ".join(f"{limit} s" for limit in limits) + " |")
    lines.append("|---" * (2 + len(limits)) + "|")
    for name, known, found in rows:
        lines.append(f"| {name} | {known or ''} | " + " | ".join(f"{cut:g}" for cut in found) + " |")
    return lines


# ---- embedding --------------------------------------------------------------------------------------------------------

TOPOLOGY = "pegasus:16"
EMBED_LIMIT = 300
# networks for the rows of a1a: their flags, and whether minorminer takes minutes for them, which one seed must do for
A1A = {
    "a1a, paper's batch of 8, not merged": ("--features 6,22,36 --hidden 3 --limit 8 --without merge-equal,merge-negated", False),
    "a1a, paper's batch of 8": ("--features 6,22,36 --hidden 3 --limit 8 --shuffle numpy:2", False),
    "a1a-7, H=3, all rows": ("--feature-mean 0.3..0.65 --hidden 3", False),
    "a1a-7, H=7, all rows": ("--feature-mean 0.3..0.65 --hidden 7", True),
    "a1a-9, H=3, all rows": ("--feature-mean 0.3..0.7 --hidden 3", True),
}


def edges_of(path):
    """The pairs that interact in a .coo file."""
    bqm, _ = read_coo(path)
    return [tuple(sorted(pair)) for pair, bias in bqm.quadratic.items() if bias != 0]


def embedding_problems(folder, instances, data, quick):
    """Graphs as lists of edges by name, and the sizes of those that are complete (bipartite); and the slow ones."""
    import networkx

    def complete(size):
        return [(first, second) for first in range(size) for second in range(first + 1, size)]

    problems, slow = {"K60": (complete(60), (60,))}, set()
    cubic = networkx.random_regular_graph(3, 100 if quick else 400, seed=1)
    problems[f"3-regular {cubic.number_of_nodes()}"] = (sorted(map(tuple, map(sorted, cubic.edges))), None)
    networks = {
        "monks-1, H=3, reference, 4 rows": ("monks-1 --hidden 3 --formulation reference --limit 4", False),
        "monks-1, H=3, 8 rows": ("monks-1 --hidden 3 --limit 8", False),
        "monks-1, H=3, 48 rows": ("monks-1 --hidden 3 --limit 48", False),
        **({name: (f"--data {data} {flags}", slow) for name, (flags, slow) in A1A.items()} if data else {}),
    }
    for name, (arguments, is_slow) in networks.items():
        if quick and is_slow:
            continue
        path = folder / "network.coo"
        command = [str(BINARY), "compile", *arguments.split(), "--out", str(path), "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        problems[name] = (edges_of(path), None)
        slow |= {name} if is_slow else set()
    for name in ("exp0_b00", "exp1_b00", "f7b4_b00", "f15b4_b00"):
        if instances is not None and (instances / f"{name}.coo").exists() and not (quick and name == "f15b4_b00"):
            problems[name] = (edges_of(instances / f"{name}.coo"), None)
    if not quick:
        for size in (120, 180):
            problems[f"K{size}"] = (complete(size), (size,))
        problems["K100,100"] = ([(first, 100 + second) for first in range(100) for second in range(100)], (100, 100))
    return problems, slow


def children_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def embedding_checked(chains, edges, chip):
    """Qubits and the longest chain, or None where the chains are no embedding."""
    import networkx

    nodes = {node for edge in edges for node in edge}
    if not nodes <= set(chains):
        return None
    owner = {qubit: node for node in nodes for qubit in chains[node]}
    is_sound = len(owner) == sum(len(chains[node]) for node in nodes) and all(qubit in chip for qubit in owner)
    if not is_sound or not all(networkx.is_connected(chip.subgraph(chains[node])) for node in nodes):
        return None
    joined = {tuple(sorted((owner[u], owner[v]))) for u, v in chip.subgraph(owner).edges if owner[u] != owner[v]}
    if not all(tuple(sorted(edge)) in joined for edge in edges):
        return None
    return len(owner), max(len(chains[node]) for node in nodes)


def embedders(edges, sizes, chip, missing, path):
    """Functions from a seed to (CPU seconds, chains)."""
    import minorminer
    from minorminer import busclique

    def ours(seed):
        start = children_time()
        faults = ["--missing-qubits", missing] if missing else []
        try:
            report = isinglass("embed", path, "--topology", TOPOLOGY, "--seed", seed, *faults)
            chains = dict(enumerate(report["chains"]))
        except RuntimeError as error:
            print(error, file=sys.stderr)
            chains = {}
        return children_time() - start, chains

    def heuristic(seed):
        return cpu_time(lambda: minorminer.find_embedding(edges, chip, random_seed=seed, timeout=EMBED_LIMIT, threads=1))

    def lines(_):
        if len(sizes) == 1:
            return cpu_time(lambda: busclique.find_clique_embedding(sizes[0], chip, use_cache=False))
        cache = busclique.busgraph_cache(chip)
        return cpu_time(lambda: cache.find_biclique_embedding(*sizes))

    # minorminer needs minutes for cliques of more than 60, and seldom finds one
    by_minorminer = [] if sizes and sum(sizes) > 60 else [("minorminer", heuristic)]
    return [("isinglass", ours), *by_minorminer, *([("busclique", lines)] if sizes else [])]


def embeddings(folder, instances, data, quick):
    import dwave_networkx

    seeds = range(1, 3 if quick else 6)
    ideal = dwave_networkx.pegasus_graph(16)
    rng = random.Random(2)
    lost = sorted(node for node in ideal.nodes if rng.random() < 0.02)
    missing = folder / "missing.txt"
    missing.write_text("\n".join(map(str, lost)) + "\n")
    faulty = ideal.copy()
    faulty.remove_nodes_from(lost)
    rows = []
    problems, slow = embedding_problems(folder, instances, data, quick)
    for name, (edges, sizes) in problems.items():
        path = folder / "graph.edges"
        path.write_text("".join(f"{first} {second}\n" for first, second in edges))
        for chip_name, chip, faults in (("ideal", ideal, None), ("2 % missing", faulty, missing)):
            results = {}
            methods = embedders(edges, sizes, chip, faults, path)
            for seed in seeds[:1] if name in slow else seeds:
                for method, find in methods:
                    seconds, chains = find(seed)
                    results.setdefault(method, []).append((seconds, embedding_checked(chains, edges, chip)))
            rows.append((name, len({node for edge in edges for node in edge}), len(edges), chip_name, results))
            print(rows[-1], file=sys.stderr)
    return rows


def embedding_section(rows):
    lines = [
        "## Embedding",
        "",
        f"Onto {TOPOLOGY}, default parameters; medians over seeds, a failure counting as more than any number. CPU seconds:",
        "of the whole program with all its threads for isinglass, of the call for minorminer and busclique (without its cache). Ratios: peer / isinglass.",
        "",
        "| graph | variables | interactions | chip | by | found | qubits | longest chain | CPU s | qubits, ratio | time, ratio |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, variables, interactions, chip_name, results in rows:
        medians = {}
        for method, runs in results.items():
            figures = [found or (math.inf, math.inf) for _, found in runs]
            medians[method] = (
                statistics.median_high(figure[0] for figure in figures),
                statistics.median_high(figure[1] for figure in figures),
                statistics.median(seconds for seconds, _ in runs),
            )
        for method, runs in results.items():
            found = sum(figures is not None for _, figures in runs)
            qubits, longest, seconds = medians[method]
            ratios = ["", ""]
            if method != "isinglass":
                ours = medians["isinglass"]
                known = math.isfinite(qubits) and math.isfinite(ours[0])
                ratios = [f"{qubits / ours[0]:.2f}" if known else "", f"{seconds / ours[2]:.2f}"]
            shown = ["none" if math.isinf(value) else str(value) for value in (qubits, longest)]
            cells = [name, str(variables), f"{interactions:,}", chip_name, method, f"{found}/{len(runs)}", *shown, f"{seconds:.3f}", *ratios]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


# ---- exact training ---------------------------------------------------------------------------------------------------

# what the paper learns from a1a, with its shuffle and twenty minibatches of each size
PAPER_ROWS = "--features 6,22,36 --hidden 3"
PAPER_BATCHES = [("paper's batches of 4", 4), ("paper's batches of 8", 8)]
WHOLE = {
    "a1a-7, H=3, all rows": "--feature-mean 0.3..0.65 --hidden 3",
    "a1a-7, H=7, all rows": "--feature-mean 0.3..0.65 --hidden 7",
    "a1a-9, H=3, all rows": "--feature-mean 0.3..0.7 --hidden 3",
    "a1a-15, H=3, all rows": "--feature-mean 0.21..0.79 --hidden 3",
}


def training_problems(folder, data):
    """Groups of problems: for each its file and its flags. A batch is the beginning of a file with all rows, so that columns are those of the
    whole set."""
    lines = Path(data).read_text().splitlines()
    order = numpy.arange(len(lines))
    numpy.random.RandomState(2).shuffle(order)
    shuffled = [lines[row] for row in order]
    groups = []
    for name, size in PAPER_BATCHES:
        problems = []
        for batch in range(20):
            path = folder / f"batch_{size}_{batch}.libsvm"
            path.write_text("\n".join(shuffled[batch * size :] + shuffled[: batch * size]) + "\n")
            problems.append((path, f"{PAPER_ROWS} --limit {size}"))
        groups.append((name, problems))
    groups.extend((name, [(Path(data), flags)]) for name, flags in WHOLE.items())
    return groups


def by_isinglass(path, flags, model, limit):
    report = isinglass("train", "--data", path, *flags.split(), "--solver", "exact", "--threads", 1,
                       "--time-limit", f"{limit}s", "--no-baselines", "--no-proof")
    is_proven = report["solver"]["status"] == "optimal"
    return report["solver"]["seconds"], report["result"]["loss"], is_proven


def by_highs(path, flags, model, limit):
    import highspy

    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("time_limit", float(limit))):
        solver.setOptionValue(option, value)
    solver.readModel(str(model))
    start = time.perf_counter()
    solver.run()
    seconds = time.perf_counter() - start
    is_proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    has_point = solver.getInfo().primal_solution_status == 2
    return seconds, solver.getObjectiveValue() if has_point else math.inf, is_proven


def by_cp_sat(path, flags, model, limit):
    from ortools.linear_solver.python import model_builder

    program = model_builder.Model()
    if not program.import_from_mps_file(str(model)):
        raise RuntimeError(f"ortools does not read {model}")
    solver = model_builder.Solver("sat")
    solver.set_solver_specific_parameters("num_workers:1")
    solver.set_time_limit_in_seconds(limit)
    start = time.perf_counter()
    status = solver.solve(program)
    seconds = time.perf_counter() - start
    has_point = status in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE)
    is_proven = status == model_builder.SolveStatus.OPTIMAL
    return seconds, solver.objective_value if has_point else math.inf, is_proven


def trainings(folder, data, limit, quick):
    """The same rows and network by our exact search, and as the program with hard constraints by HiGHS and CP-SAT, in turn."""
    # a process for each: ortools brings a HiGHS of its own along, which does not live beside that of highspy
    spawn = multiprocessing.get_context("spawn")
    with (ProcessPoolExecutor(1, mp_context=spawn) as one, ProcessPoolExecutor(1, mp_context=spawn) as other):
        methods = [
            ("isinglass, exact", by_isinglass),
            ("HiGHS", lambda *problem: one.submit(by_highs, *problem).result()),
            ("CP-SAT", lambda *problem: other.submit(by_cp_sat, *problem).result()),
        ]
        return trainings_by(methods, folder, data, limit, quick)


def trainings_by(methods, folder, data, limit, quick):
    rows = []
    for name, problems in training_problems(folder, data):
        results = {}
        for path, flags in problems[:5] if quick else problems:
            model = folder / "model.mps"
            isinglass("compile", "--data", path, *flags.split(), "--model", "hard-constraints", "--out", model)
            for method, solve in methods:
                results.setdefault(method, []).append(solve(path, flags, model, limit))
        losses = [min(run[1] for run in runs) for runs in zip(*results.values())]
        rows.append((name, losses, results))
        print(rows[-1], file=sys.stderr)
    return rows


def training_section(rows, limit):
    lines = [
        "## Exact training",
        "",
        "Networks without bias on a1a, of three hidden neurons where nothing else is said, one thread. HiGHS and CP-SAT minimise the program with hard constraints of",
        f"`isinglass compile --model hard-constraints`, isinglass searches with `train --solver exact`; {limit} s each. Seconds are those of the",
        "solver: without reading, and for isinglass with compiling and verifying. Least: problems whose least loss of all three was found.",
        "",
        "| problem | by | least | proven | median s | largest s |",
        "|---|---|---|---|---|---|",
    ]
    for name, losses, results in rows:
        for method, runs in results.items():
            least = sum(abs(run[1] - loss) < 1e-6 for run, loss in zip(runs, losses))
            seconds = [run[0] for run in runs]
            proven = sum(run[2] for run in runs)
            cells = [name, method, f"{least}/{len(runs)}", f"{proven}/{len(runs)}", f"{statistics.median(seconds):.4f}", f"{max(seconds):.4f}"]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


# ---- the page ---------------------------------------------------------------------------------------------------------


def machine():
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}"


def versions():
    names = ("dimod", "dwave-samplers", "openjij", "minorminer", "dwave-networkx", "numpy", "highspy", "ortools")
    text = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    program = subprocess.run([str(BINARY), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{program}, Python {platform.python_version()}, {text}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, help="folder of problems [default: problems are made]")
    parser.add_argument("--data", type=Path, help="the file a1a, for networks that learn it: their embeddings, and exact training")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/isinglass")
    parser.add_argument("--out", type=Path, help="page to write [default: standard output]")
    parser.add_argument("--quick", action="store_true", help="few reads and repeats")
    parser.add_argument("--append", action="store_true", help="add sections to the page instead of writing it anew")
    parser.add_argument("--only", choices=["speed", "solutions", "cuts", "embedding", "training"], action="append", help="only these sections")
    arguments = parser.parse_args()
    global BINARY
    BINARY = arguments.binary
    sections = arguments.only or ["speed", "solutions", "cuts", "embedding", "training"]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        made = arguments.instances is None
        if made:
            made_problems(folder)
        instances = folder if made else arguments.instances
        lines = page_head(arguments, made, sections)
        repeats, sweeps = (1, 100) if arguments.quick else (3, 1000)
        if "speed" in sections:
            names = [("exp1_b00.coo", (0.0002, 6.7)), ("network_made.coo", (0.0002, 6.7)), ("pegasus16_pm1.coo", (0.1, 5)),
                     ("pegasus16_made.coo", (0.1, 5)), ("sk1000.coo", (0.1, 10)), ("sk1000_made.coo", (0.1, 10))]
            problems = [(instances / name, betas) for name, betas in names if (instances / name).exists()]
            lines += [*speed_section(speed(problems, repeats, sweeps), repeats, sweeps), ""]
        if "solutions" in sections:
            dwave = "dwave-samplers SA"
            wanted = [
                ("exp0", "exp0_b[0-9][0-9].coo", [(f"{dwave}, default range, 100 sweeps", 100, None, ""),
                                                  (f"{dwave}, 0.02-0.5 geometric, 100 sweeps", 100, (0.02, 0.5), "geometric")]),
                ("exp1", "exp1_b[0-9][0-9].coo", [(f"{dwave}, default range, 10,000 sweeps", 10000, None, ""),
                                                  (f"{dwave}, 0.01-0.2 linear, 1,000 sweeps", 1000, (0.01, 0.2), "linear")]),
                ("exp0 embedded", "exp0_b*_emb.coo", [(f"{dwave}, default range, 1,000 sweeps", 1000, None, "")]),
                ("exp1 embedded", "exp1_b*_emb.coo", [(f"{dwave}, default range, 1,000 sweeps", 1000, None, "")]),
            ]
            groups = [(name, sorted(instances.glob(pattern)), peers) for name, pattern, peers in wanted]
            groups = [group for group in groups if group[1]]
            if groups:
                lines += [*solution_section(solutions(groups, arguments.quick)), ""]
        if "cuts" in sections:
            limits = [1, 3] if arguments.quick else [1, 5, 20]
            paths = sorted(instances.glob("*.rud"))
            if paths:
                lines += [*cut_section(cuts(paths, limits), limits), ""]
        if "embedding" in sections:
            rows = embeddings(folder, arguments.instances, arguments.data, arguments.quick)
            lines += [*embedding_section(rows), ""]
        if "training" in sections and arguments.data:
            limit = 10 if arguments.quick else 60
            lines += [*training_section(trainings(folder, arguments.data, limit, arguments.quick), limit), ""]
    text = "\n".join(lines).rstrip() + "\n"
    if arguments.out:
        before = arguments.out.read_text() + "\n" if arguments.append else ""
        arguments.out.write_text(before + text)
    else:
        print(text, end="")


def page_head(arguments, made, sections):
    shown = ["python3 bench/compare.py"]
    shown += [] if made else ["--instances FOLDER"]
    shown += ["--data a1a"] if arguments.data else []
    shown += ["--quick"] if arguments.quick else []
    shown += [f"--only {section}" for section in arguments.only or []]
    shown += ["--append"] if arguments.append else []
    return [
        *([] if arguments.append else ["# Benchmarks", ""]),
        f"Measured {datetime.date.today()} on {machine()}.",
        f"{versions()}.",
        "Seeds: isinglass 0 and upwards, dwave-samplers 1 and upwards (7 for times to solution), OpenJij numpy's 0 and upwards;",
        "embeddings 1 and upwards on all sides.",
        "",
        f"    {' '.join(shown)} --out docs/benchmarks.md",
        "",
        "How this is measured is said in [bench/README.md](../bench/README.md).",
        "",
    ]


if __name__ == "__main__":
    main()

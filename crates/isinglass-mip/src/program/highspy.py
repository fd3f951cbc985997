# Runs HiGHS through the Python package highspy, for wheels that bring no library along.
#
# With `--version`: prints the version. Else: MODEL SOLUTION SEED THREADS END; solves the MPS file MODEL, writes the solution in the raw
# style of HiGHS, and prints status and bound. END is the time to stop in seconds since 1970, or `none`. SIGINT stops the solver, and keeps its best point.
import sys

# modules of the working directory are not those of the package
sys.path[:] = [folder for folder in sys.path if folder]

import os
import signal
import threading
import time

import highspy

# seconds that HiGHS has to end by itself
PATIENCE = 0.3

highs = highspy.Highs()
if sys.argv[1:] == ["--version"]:
    print("HiGHS version", highs.version())
    sys.exit()
model, solution, seed, threads, end = sys.argv[1:]
highs.setOptionValue("output_flag", False)
highs.setOptionValue("random_seed", int(seed))
highs.setOptionValue("threads", int(threads))
# the default stops within 0.01 % of the optimum
highs.setOptionValue("mip_rel_gap", 0.0)
if highs.readModel(model) == highspy.HighsStatus.kError:
    sys.exit("HiGHS cannot read the model")
names = highs.getLp().col_names_
best = []  # the last point that HiGHS found, and its objective


def keep(event):
    point = list(event.data_out.mip_solution)
    if len(point) == len(names):
        best[:] = [point, event.data_out.objective_function_value]


interrupted = []


def interrupt(*_):
    highs.cancelSolve()
    interrupted.append(time.monotonic())


# versions before 1.8 cannot be stopped
if hasattr(highs, "cancelSolve"):
    # versions before 1.11 crash when they hand out a point
    if (highs.versionMajor(), highs.versionMinor()) >= (1, 11):
        highs.cbMipImprovingSolution += keep
    highs.HandleUserInterrupt = True
    signal.signal(signal.SIGINT, interrupt)
if end != "none":
    highs.setOptionValue("time_limit", max(0.0, float(end) - time.time()))
# signals are handled by the first thread, which must not wait for the solver
worker = threading.Thread(target=highs.run, daemon=True)
worker.start()
while worker.is_alive():
    worker.join(0.02)
    if best and interrupted and time.monotonic() - interrupted[0] > PATIENCE:
        # in the middle of an LP, HiGHS can take seconds to notice
        with open(solution, "w") as file:
            lines = [f"{name} {float(value)!r}" for name, value in zip(names, best[0])]
            head = ["Model status", "Interrupted by user", "", "# Primal solution values", "Feasible"]
            file.write("\n".join(head + [f"Objective {float(best[1])!r}", f"# Columns {len(names)}"] + lines) + "\n")
        print("Status  Interrupted by user", flush=True)
        os._exit(0)
highs.writeSolution(solution, 0)
print("Status ", highs.modelStatusToString(highs.getModelStatus()))
print("Dual bound", repr(float(highs.getInfo().mip_dual_bound)))

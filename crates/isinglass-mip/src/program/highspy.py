# Runs HiGHS through the Python package highspy, for wheels that bring no library along.
#
# With `--version`: prints the version. Else: MODEL SOLUTION SEED THREADS END; solves the MPS file MODEL, writes the solution in the raw
# style of HiGHS, and prints status and bound. END is the time to stop in seconds since 1970, or `none`. SIGINT stops the solver.
import sys

# modules of the working directory are not those of the package
sys.path[:] = [folder for folder in sys.path if folder]

import signal
import threading
import time

import highspy

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
# versions before 1.8 cannot be stopped
if hasattr(highs, "cancelSolve"):
    highs.HandleUserInterrupt = True
    signal.signal(signal.SIGINT, lambda *_: highs.cancelSolve())
if end != "none":
    highs.setOptionValue("time_limit", max(0.0, float(end) - time.time()))
# signals are handled by the first thread, which must not wait for the solver
worker = threading.Thread(target=highs.run, daemon=True)
worker.start()
while worker.is_alive():
    worker.join(0.02)
highs.writeSolution(solution, 0)
print("Status ", highs.modelStatusToString(highs.getModelStatus()))
print("Dual bound", repr(float(highs.getInfo().mip_dual_bound)))

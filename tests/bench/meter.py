"""Runs one command and writes down what it cost: `python -I -S meter.py USAGE COMMAND...`.

A process of its own, as small as it can be: on Linux the peak memory of a new process begins with that of its parent.
"""

import json
import os
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    usage, *command = sys.argv[1:]
    started = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - started
    # CPU seconds are of the command and all its children together, peak memory is of the largest single process among them.
    cost = {"wall_s": wall, "cpu_s": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}
    Path(usage).write_text(json.dumps({"status": os.waitstatus_to_exitcode(status), "cost": cost}))

"""Processes that a test has begun."""

import time
from contextlib import suppress
from pathlib import Path


def offspring(pid):
    """Return the ids of all processes that a process began, or that these did."""
    found = []
    with suppress(OSError):  # it has ended
        for child in Path(f"/proc/{pid}/task").glob("*/children"):
            for its in map(int, child.read_text().split()):
                found += [its, *offspring(its)]
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)

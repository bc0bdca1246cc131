"""Read hostile files for a while: `python -m tests.hostile --minutes 5`.

Files that hang, crash or raise an unexpected error are saved in out/fuzz, under the seed and the
name of their case.
"""

import argparse
import random
import re
import time

from tests.hostile.cases import Case, all_cases, built, mutated
from tests.hostile.watch import ROOT, explain, run

FAILURES = ROOT / "out" / "fuzz"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="how long to run (5)")
    parser.add_argument("--seed", type=int, help="first seed; random by default")
    parser.add_argument("--rounds", type=int, default=1, help="of the case to run again")
    parser.add_argument("--case", help="run only the cases whose names contain this, and show each")
    arguments = parser.parse_args()
    seed = random.randrange(10**9) if arguments.seed is None else arguments.seed
    if arguments.case is not None:
        cases = [case for case in all_cases(seed, arguments.rounds) if arguments.case in case.name]
        return _run(cases, seed, arguments.rounds, show=True)
    bad, deadline, cases = 0, time.monotonic() + arguments.minutes * 60, list(built())
    while True:
        cases += mutated(seed, 0)
        bad += _run([case for case in cases if not case.worker], seed, 1)
        print(f"seed {seed}: {len(cases)} files, {bad} bad so far", flush=True)
        if time.monotonic() > deadline:
            return min(bad, 1)
        cases, seed = [], seed + 1


def _run(cases: list[Case], seed: int, rounds: int, show: bool = False) -> int:
    """Run cases, save the files that fail, and return their number."""
    by_name, bad = {case.name: case for case in cases}, 0
    for outcome in run(list(by_name), seed, rounds):
        if outcome.bad:
            FAILURES.mkdir(parents=True, exist_ok=True)
            file = FAILURES / f"{seed}-{re.sub('[^A-Za-z0-9.]+', '-', outcome.case)}"
            file.write_bytes(by_name[outcome.case].make())
            print(f"{explain(outcome, seed, rounds)}\n  saved: {file}", flush=True)
            bad += 1
        elif show:
            print(f"{outcome.seconds:6.2f} s  {outcome.case}: {outcome.outcome}", flush=True)
    return bad


if __name__ == "__main__":
    raise SystemExit(main())

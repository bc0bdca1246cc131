"""Read hostile files for a while: `python -m tests.hostile --minutes 5`.

Files that do harm are kept in out/fuzz, with the seed and the name of their case.
"""

import argparse
import random
import re
import time

from tests.hostile.cases import Case, all_cases, built, mutated
from tests.hostile.watch import ROOT, explain, run

FOUND = ROOT / "out" / "fuzz"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="how long to go on (5)")
    parser.add_argument("--seed", type=int, help="where to start; chance unless given")
    parser.add_argument("--rounds", type=int, default=1, help="of the case to run again")
    parser.add_argument("--case", help="run only the cases whose name holds this, and show each")
    given = parser.parse_args()
    seed = random.randrange(10**9) if given.seed is None else given.seed
    if given.case is not None:
        chosen = [case for case in all_cases(seed, given.rounds) if given.case in case.name]
        return _run(chosen, seed, given.rounds, show=True)
    bad, deadline, chosen = 0, time.monotonic() + given.minutes * 60, list(built())
    while True:
        chosen += mutated(seed, 0)
        bad += _run([case for case in chosen if not case.worker], seed, 1)
        print(f"seed {seed}: {len(chosen)} files, {bad} bad so far", flush=True)
        if time.monotonic() > deadline:
            return min(bad, 1)
        chosen, seed = [], seed + 1


def _run(chosen: list[Case], seed: int, rounds: int, show: bool = False) -> int:
    """Run cases, keep the files that do harm, and return how many those are."""
    by_name, bad = {case.name: case for case in chosen}, 0
    for outcome in run(list(by_name), seed, rounds):
        if outcome.bad:
            FOUND.mkdir(parents=True, exist_ok=True)
            file = FOUND / f"{seed}-{re.sub('[^A-Za-z0-9.]+', '-', outcome.case)}"
            file.write_bytes(by_name[outcome.case].make())
            print(f"{explain(outcome, seed, rounds)}\n  kept: {file}", flush=True)
            bad += 1
        elif show:
            print(f"{outcome.seconds:6.2f} s  {outcome.case}: {outcome.outcome}", flush=True)
    return bad


if __name__ == "__main__":
    raise SystemExit(main())

"""Use an index on a disk that fails, in many ways: `python -m tests.stores.faults --seeds 1000`.

Prints the kinds of failures that came, and ends with 1 if something that was acknowledged is lost
or an error is not one of Snappy's own.
"""

import argparse
import re
import traceback
from collections import Counter

from tests.stores.faults.workload import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stores.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many faults (1000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    arguments = parser.parse_args()
    hits, bad, causes = 0, 0, Counter()
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        try:
            count, failures = run(seed)
        except Exception:
            bad += 1
            print(f"seed {seed}:\n{traceback.format_exc()}", flush=True)
            continue
        hits += count > 0
        if seed % 100 == 99:
            print(f"to seed {seed}: {hits} faults met, {bad} bad", flush=True)
        causes.update(re.sub(r"\S*/", "", failure) for failure in failures)
    for cause, count in causes.most_common():
        print(f"{count:6}  {cause}")
    print(f"{arguments.seeds} faults, {hits} of them met, {bad} with a loss or an untyped error")
    return min(bad, 1)


if __name__ == "__main__":
    raise SystemExit(main())

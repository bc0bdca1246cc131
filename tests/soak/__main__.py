"""Use an index for a while with several threads: `python -m tests.soak --seconds 1200`.

Prints memory, open files, threads and the size of the index while it runs. Ends with 1 if one of
them has grown between the middle of the run and its end, or if an answer was wrong.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.soak.growth import growth
from tests.soak.usage import Sample, Usage

COLUMNS = "{:>8} {:>10} {:>12} {:>8} {:>9} {:>10}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200, help="how long to run (1200)")
    parser.add_argument("--threads", type=int, default=3, help="that add, search and delete (3)")
    arguments = parser.parse_args()
    print(COLUMNS.format("seconds", "calls", "memory MiB", "files", "threads", "index MiB"))
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory() as folder, Usage(Path(folder), arguments.threads) as usage:
        started = time.monotonic()
        while (seconds := time.monotonic() - started) < arguments.seconds:
            time.sleep(arguments.seconds / 40)
            samples.append(usage.sample())
            if len(samples) % 2 == 0:
                print(COLUMNS.format(round(seconds), *samples[-1].row()), flush=True)
    problems = [*usage.errors, *growth(samples)]
    print("\n".join(problems) if problems else "flat: nothing grew, and every answer was right")
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main())

"""Fuzz what reads the files of strangers, guided by coverage: `python -m tests.fuzz --minutes 10`.

The time is shared by the targets, one after the other. What fails is saved in out/fuzz, beside the
inputs that reached new code; `python -m tests.fuzz --replay FILE --target NAME` shows it again.
Needs atheris, which has wheels for Linux and macOS.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FAILURES = ROOT / "out" / "fuzz"
LONGEST = {"formats": 8192, "text_layer": 2048, "tables": 1000}  # bytes of an input
SECONDS = 60  # an input that takes longer is a find


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long to run (10)")
    parser.add_argument("--target", choices=LONGEST, help="only this one")
    parser.add_argument("--replay", type=Path, help="run the target on this file only")
    arguments = parser.parse_args()
    if arguments.replay:
        from tests.fuzz.targets import TARGETS

        TARGETS[arguments.target](arguments.replay.read_bytes())
        return 0
    targets = [arguments.target] if arguments.target else list(LONGEST)
    seconds = round(arguments.minutes * 60 / len(targets))
    failed = [target for target in targets if not _fuzz(target, seconds)]
    print(f"finds in {', '.join(failed)}: see {FAILURES}" if failed else "no finds")
    return len(failed)


def _fuzz(target: str, seconds: int) -> bool:
    """Return whether a target held for so long."""
    inputs = FAILURES / target
    inputs.mkdir(parents=True, exist_ok=True)
    flags = {
        "max_total_time": seconds, "max_len": LONGEST[target], "timeout": SECONDS,
        "rss_limit_mb": 4096, "artifact_prefix": f"{FAILURES}/{target}-", "verbosity": 1,
        "dict": HERE / "words.dict", "print_final_stats": 1,
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.fuzz.runner", target]
    command += [f"-{name}={value}" for name, value in flags.items()]
    return subprocess.run([*command, inputs, HERE / "corpus" / target], cwd=ROOT).returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The process that libFuzzer drives: `python -m tests.fuzz.runner TARGET [flags] [folders]`."""

import sys
import warnings
from pathlib import Path

_PIXELS = "snappy_core.parsing.pdf.visibility"
"""Atheris never frees what is compared in code that it watches: here the pixels of all pages."""


def main() -> None:
    import atheris

    warnings.simplefilter("error", RuntimeWarning)  # such as those of numbers that are not finite
    with atheris.instrument_imports(include=["snappy_core"], exclude=[_PIXELS]):
        from tests.fuzz.targets import TARGETS

        name = sys.argv.pop(1)
        target = TARGETS[name]
        for path in (Path(__file__).parent / "corpus" / name).iterdir():
            target(path.read_bytes())  # imports what is only imported when it is needed
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""The process that libFuzzer drives: `python -m tests.fuzz.runner TARGET [flags] [folders]`."""

import sys
from pathlib import Path


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["snappy_core"]):
        from tests.fuzz.targets import TARGETS

        name = sys.argv.pop(1)
        target = TARGETS[name]
        for path in (Path(__file__).parent / "corpus" / name).iterdir():
            target(path.read_bytes())  # imports what is only imported when it is needed
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

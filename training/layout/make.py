"""Make the layout model from scratch: print pages, scan some, read their tags, train, export.

`make train` runs it: an hour and a quarter on two cores. The same versions on the same kind of
processor give the same model.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from training.layout.fonts import missing_fonts
from training.layout.scans import read_scans
from training.layout.tagged_pages import TrainingPage, read_training_pages

# (printer, number of documents, seed of the first one)
PRINTS = (
    ("chromium", 800, 1), ("chromium", 800, 10_001), ("libreoffice", 400, 20_001),
    ("typst", 400, 30_001),
)  # fmt: skip
EPOCHS = 16
SEEDS = (0, 1)  # of networks, whose mean is better than any of them
MODEL = Path("out/layout.onnx")  # CONTRIBUTING.md says how it is shipped


def print_pages(folder: Path) -> None:
    """Print the documents to `folder`, using one process per entry in PRINTS.

    They appear only once all are printed, so that none is incomplete or left from a first try.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        processes = [
            subprocess.Popen([
                sys.executable, "-m", "training.layout", "print", unfinished, "--printer", printer,
                "--documents", str(count), "--seed", str(seed),
            ])
            for printer, count, seed in PRINTS
        ]  # fmt: skip
        exit_codes = [process.wait() for process in processes]
        if any(exit_codes):
            raise SystemExit(
                "printing failed, see above: it needs Chromium, LibreOffice and typst "
                "(Makefile, train)"
            )
        for file in Path(unfinished).glob("*.pdf"):
            file.replace(folder / file.name)


def check_fonts() -> None:
    """Exit if fonts are missing: the pages, and so the model, would differ."""
    try:
        missing = missing_fonts()
    except FileNotFoundError as error:
        raise SystemExit("looking for fonts needs fc-list: apt-get install fontconfig") from error
    if missing:
        raise SystemExit(f"printing needs fonts (Makefile, train): {', '.join(missing)}")


def is_printed(folder: Path) -> bool:
    """Return whether all documents are in a folder."""
    names = {file.name for file in folder.glob("*.pdf")}
    wanted = {f"{n}.pdf" for _, count, seed in PRINTS for n in range(seed, seed + count)}
    return wanted <= names


def read_pages(folder: Path) -> Iterator[TrainingPage]:
    """Yield the pages of all PDFs in a folder by name, with scans of some after each PDF."""
    with ProcessPoolExecutor() as pool:
        for pages in pool.map(_read, sorted(folder.glob("*.pdf")), chunksize=4):
            yield from pages


def _read(path: Path) -> list[TrainingPage]:
    return [*read_training_pages(path), *read_scans(path)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.layout.make", description=__doc__)
    parser.add_argument("folder", type=Path, help="for the printed pages")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--to", type=Path, default=MODEL, help="the model file")
    arguments = parser.parse_args()
    from training.layout.export import export
    from training.layout.train import train

    if shutil.which("tesseract") is None:  # fails before pages are printed for minutes
        raise SystemExit("reading scans needs Tesseract: apt-get install tesseract-ocr")
    if not is_printed(arguments.folder):
        check_fonts()
        print_pages(arguments.folder)
    pages = list(read_pages(arguments.folder))
    runs = sum(len(page.runs) for page in pages)
    print(f"{len(pages)} pages, {runs} runs", flush=True)
    arguments.to.parent.mkdir(parents=True, exist_ok=True)
    export(train(pages, arguments.epochs, SEEDS), arguments.to)
    print(f"{arguments.to}: SHA-256 {hashlib.sha256(arguments.to.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()

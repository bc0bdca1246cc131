"""python -m training.layout print OUT_DIR --documents 400 --seed 1"""

import argparse
import tempfile
import time
from pathlib import Path

import pypdfium2

from training.layout.documents import draw_document
from training.layout.printing import Chromium

MOST_PAGES = 8  # of a document; longer ones lose elements at their end
RESTART = 100  # documents a browser prints before another takes over; its memory grows


def print_documents(folder: Path, seeds: range) -> int:
    """Print the documents of the seeds into a folder; return the number of their pages."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = 0
    for start in range(0, len(seeds), RESTART):
        with Chromium() as browser:
            for seed in seeds[start : start + RESTART]:
                pages += print_document(browser, seed, folder / f"{seed}.pdf")
    return pages


def print_document(browser: Chromium, seed: int, target: Path) -> int:
    """Print the document of a seed with at most MOST_PAGES pages; return the number of pages."""
    document = draw_document(seed)
    elements = len(document.elements)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "document.html")
        while True:
            source.write_text(document.html(elements), encoding="utf-8")
            data = browser.print_pdf(source)
            pages = len(pypdfium2.PdfDocument(data))
            if pages <= MOST_PAGES or elements == 0:
                target.write_bytes(data)
                return pages
            elements = min(elements - 1, int(elements * MOST_PAGES / pages))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.layout", description=__doc__)
    commands = parser.add_subparsers(required=True)
    printer = commands.add_parser("print", help="print random documents as tagged PDF")
    printer.add_argument("folder", type=Path)
    printer.add_argument("--documents", type=int, default=400)
    printer.add_argument("--seed", type=int, default=1, help="of the first document")
    arguments = parser.parse_args()
    started = time.perf_counter()
    seeds = range(arguments.seed, arguments.seed + arguments.documents)
    pages = print_documents(arguments.folder, seeds)
    seconds = time.perf_counter() - started
    print(f"{len(seeds)} documents, {pages} pages, {pages / seconds:.1f} pages/s")


if __name__ == "__main__":
    main()

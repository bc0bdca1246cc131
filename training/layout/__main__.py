"""python -m training.layout print OUT_DIR --documents 400 --seed 1 [--hand libreoffice]"""

import argparse
import tempfile
import time
from pathlib import Path

import pypdfium2

from training.layout import documents, office
from training.layout.printing import Chromium, print_office

MOST_PAGES = 8  # of a document; longer ones lose elements at their end
RESTART = 100  # documents a browser prints before another takes over; its memory grows
OFFICE_BATCH = 40  # documents a run of LibreOffice prints


def count_pages(file: Path) -> int:
    with pypdfium2.PdfDocument(file) as document:
        return len(document)


def shortened(elements: int, pages: int) -> int:
    """The number of elements to try next where so many filled too many pages."""
    return min(elements - 1, int(elements * MOST_PAGES / pages))


def print_by_chromium(folder: Path, seeds: range) -> int:
    """Print the documents of the seeds into a folder; return the number of their pages."""
    pages = 0
    for start in range(0, len(seeds), RESTART):
        with Chromium() as browser:
            for seed in seeds[start : start + RESTART]:
                pages += _print_html(browser, seed, folder / f"{seed}.pdf")
    return pages


def _print_html(browser: Chromium, seed: int, target: Path) -> int:
    document = documents.draw_document(seed)
    elements = len(document.elements)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "document.html")
        while True:
            source.write_text(document.html(elements), encoding="utf-8")
            target.write_bytes(browser.print_pdf(source))
            pages = count_pages(target)
            if pages <= MOST_PAGES or elements == 0:
                return pages
            elements = shortened(elements, pages)


def print_by_libreoffice(folder: Path, seeds: range) -> int:
    """Print the office documents of the seeds into a folder; return the number of their pages."""
    pages = 0
    for start in range(0, len(seeds), OFFICE_BATCH):
        batch = {seed: office.draw_document(seed) for seed in seeds[start : start + OFFICE_BATCH]}
        elements = {seed: len(document.elements) for seed, document in batch.items()}
        while elements:
            with tempfile.TemporaryDirectory() as sources:
                files = [Path(sources, f"{seed}.fodt") for seed in elements]
                for file, (seed, count) in zip(files, elements.items(), strict=True):
                    file.write_text(office.flat_text(batch[seed], seed, count), encoding="utf-8")
                print_office(files, folder)
            too_long = {}
            for seed, count in elements.items():
                length = count_pages(folder / f"{seed}.pdf")
                if length > MOST_PAGES and count:
                    too_long[seed] = shortened(count, length)
                else:
                    pages += length
            elements = too_long
    return pages


HANDS = {"chromium": print_by_chromium, "libreoffice": print_by_libreoffice}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.layout", description=__doc__)
    commands = parser.add_subparsers(required=True)
    printer = commands.add_parser("print", help="print random documents as tagged PDF")
    printer.add_argument("folder", type=Path)
    printer.add_argument("--documents", type=int, default=400)
    printer.add_argument("--seed", type=int, default=1, help="of the first document")
    printer.add_argument(
        "--hand", choices=HANDS, default="chromium", help="the program that prints"
    )
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    seeds = range(arguments.seed, arguments.seed + arguments.documents)
    pages = HANDS[arguments.hand](arguments.folder, seeds)
    seconds = time.perf_counter() - started
    print(f"{len(seeds)} documents, {pages} pages, {pages / seconds:.1f} pages/s")


if __name__ == "__main__":
    main()

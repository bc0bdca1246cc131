"""python -m training.layout print OUT_DIR --documents 400 --seed 1 [--printer typst]"""

import argparse
import tempfile
import time
from pathlib import Path

import pypdfium2

from training.layout import documents, office
from training.layout.office_slides import flat_slides
from training.layout.printing import Chromium, print_office, print_typst
from training.layout.typeset import draw_typescript

MOST_PAGES = 8  # of a document; longer ones lose elements at the end
RESTART = 100  # documents a browser prints before it is restarted, since its memory grows
SLIDES_EVERY = 6  # one in this many office documents is a presentation
OFFICE_BATCH = 40  # documents per run of LibreOffice


def count_pages(file: Path) -> int:
    with pypdfium2.PdfDocument(file) as document:
        return len(document)


def shortened(elements: int, pages: int) -> int:
    """The number of elements to try next after this many filled too many pages."""
    return min(elements - 1, int(elements * MOST_PAGES / pages))


def print_by_chromium(folder: Path, seeds: range) -> int:
    """Print the documents of the seeds to a folder; return the number of their pages."""
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
    """Print the office documents of the seeds to a folder; return the number of their pages."""
    pages = 0
    for start in range(0, len(seeds), OFFICE_BATCH):
        batch = seeds[start : start + OFFICE_BATCH]
        texts = {seed: office.draw_document(seed) for seed in batch if seed % SLIDES_EVERY}
        elements = {seed: len(document.elements) for seed, document in texts.items()}
        written = {f"{seed}.fodp": flat_slides(seed) for seed in batch if seed not in texts}
        pages += sum(_print_office(folder, written).values())
        while elements:
            lengths = _print_office(
                folder,
                {
                    f"{seed}.fodt": office.flat_text(texts[seed], seed, count)
                    for seed, count in elements.items()
                },
            )
            too_long = {
                seed: shortened(count, lengths[seed])
                for seed, count in elements.items()
                if lengths[seed] > MOST_PAGES and count
            }
            pages += sum(length for seed, length in lengths.items() if seed not in too_long)
            elements = too_long
    return pages


def _print_office(folder: Path, written: dict[str, str]) -> dict[int, int]:
    """Print flat office documents by name; return the number of pages of each seed."""
    with tempfile.TemporaryDirectory() as sources:
        files = [Path(sources, name) for name in written]
        for file, content in zip(files, written.values(), strict=True):
            file.write_text(content, encoding="utf-8")
        print_office(files, folder)
    return {int(file.stem): count_pages(folder / f"{file.stem}.pdf") for file in files}


def print_by_typst(folder: Path, seeds: range) -> int:
    """Print the typescripts of the seeds to a folder; return the number of their pages."""
    pages = 0
    for seed in seeds:
        typescript, target = draw_typescript(seed), folder / f"{seed}.pdf"
        elements = len(typescript.elements)
        while True:
            target.write_bytes(print_typst(typescript.source(elements)))
            length = count_pages(target)
            if length <= MOST_PAGES or elements == 0:
                break
            elements = shortened(elements, length)
        pages += length
    return pages


PRINTERS = {
    "chromium": print_by_chromium, "libreoffice": print_by_libreoffice, "typst": print_by_typst,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.layout", description=__doc__)
    commands = parser.add_subparsers(required=True)
    print_command = commands.add_parser("print", help="print random documents as tagged PDF")
    print_command.add_argument("folder", type=Path)
    print_command.add_argument("--documents", type=int, default=400)
    print_command.add_argument("--seed", type=int, default=1, help="of the first document")
    print_command.add_argument(
        "--printer", choices=PRINTERS, default="chromium", help="by default chromium"
    )
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    seeds = range(arguments.seed, arguments.seed + arguments.documents)
    pages = PRINTERS[arguments.printer](arguments.folder, seeds)
    seconds = time.perf_counter() - started
    print(f"{len(seeds)} documents, {pages} pages, {pages / seconds:.1f} pages/s")


if __name__ == "__main__":
    main()

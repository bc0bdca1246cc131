"""Ask questions about a PDF, and draw the page that answers the first of them.

python examples/demo.py                             # the sample report beside this file
python examples/demo.py your.pdf "your question"    # any other PDF
"""

import json
import shutil
import sys
import warnings
from pathlib import Path
from textwrap import indent

from snappy_core import IngestWarning, RegionIndex, SnappyError
from snappy_core.display.render import draw_page, on_page

HERE = Path(__file__).parent
OUT = Path("out")


def demo(pdf: Path, questions: list[str]) -> None:
    """Index a PDF, print the three best regions for each question, and draw a page."""
    warnings.simplefilter("ignore", IngestWarning)  # what it says is printed below
    OUT.mkdir(exist_ok=True)
    for old_file in OUT.glob("demo.snappy*"):
        old_file.unlink()
    with RegionIndex.open(OUT / "demo.snappy") as index:
        report = index.add(pdf)
        report.raise_failed()
        print(f"{pdf.name}: {report.pages} pages read in {report.seconds:.1f} seconds")
        for warning in report.warnings:  # such as a scanned page where Tesseract is missing
            print(f"note: {warning}")

        for question in questions:
            print(f"\n{question}")
            for hit in index.search(question, k=3):
                box = ", ".join(f"{value:.2f}" for value in hit.region.box)
                print(f"  {hit.rank}. page {hit.page_number}, {hit.region.label}", end="")
                print(f", box ({box}), score {hit.score:.2f}")
                print(indent(hit.region.text, "     "))

        hits = index.search(questions[0], k=3)
        if not hits:
            print("\nNothing found: there is no text in this PDF.")
            return
        best = hits[0]
        image = draw_page(index.page_image(best), index.heatmap(best), on_page(hits, best))
        image.save(OUT / "demo.png")
        print(f"\nPage {best.page_number} with its answer: {OUT / 'demo.png'}")


def sample() -> tuple[Path, list[str]]:
    """Return the sample report and three questions about it; with Tesseract, one about its scan."""
    entries = json.loads((HERE / "questions.json").read_text("utf-8"))
    asked = entries[:3]
    if shutil.which("tesseract"):
        asked += [entry for entry in entries if entry.get("scanned")]
    return HERE / "report.pdf", [entry["question"] for entry in asked]


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.exit('usage: python examples/demo.py [your.pdf "your question" ...]')
    try:
        demo(*((Path(sys.argv[1]), sys.argv[2:]) if sys.argv[1:] else sample()))
    except SnappyError as error:
        sys.exit(f"error: {error}")

"""Write docs/page.png, the image at the top of the README.

Run ``python examples/make_picture.py [OUT]``.
"""

import sys
from pathlib import Path

from PIL import Image, ImageOps

from snappy_core import RegionIndex
from snappy_core.display.render import draw_page, on_page

HERE = Path(__file__).parent


def draw() -> Image.Image:
    """Return the page that answers a question, in 256 colors and with a thin frame."""
    with RegionIndex() as index:
        index.add(HERE / "report.pdf", progress=False)
        hits = index.search("What coupon does the green bond carry?", k=3)
        best = hits[0]
        page = draw_page(index.page_image(best), index.heatmap(best), on_page(hits, best))
    # Without a frame, white paper has no visible edge on a white screen.
    return ImageOps.expand(page, 2, "#c9d1d9").quantize(256, dither=Image.Dither.NONE)


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "page.png"
    draw().save(out, optimize=True)

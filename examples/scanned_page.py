"""Draws the last page of the report: a scan of a typed certificate."""

import io
from pathlib import Path

import numpy as np
import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont

DPI = 150
SIZE = (1240, 1754)  # A4 in pixels
PAPER, INK = 244, 52  # gray levels
TILT = 1.5  # degrees, counter-clockwise

# (font size in pixels, left edge, text); an empty text is a gap of half a line
LETTER = [
    (34, 150, "Firth Bridges and Structures Ltd"),
    (24, 150, "9 Weighhouse Lane, Thurso"),
    (24, 150, ""),
    (24, 880, "30 June 2025"),
    (24, 150, ""),
    (40, 150, "Certificate of inspection"),
    (24, 150, ""),
    (28, 150, "We inspected the footbridge over the burn at Kirk Holm on 17"),
    (28, 150, "June 2025. Its two girders are turbine blades of carbon fibre,"),
    (28, 150, "each 9.4 metres long, on seats of larch."),
    (28, 150, ""),
    (28, 150, "Tanks of water were set along the deck as a trial load of 6.2"),
    (28, 150, "tonnes and left for a night. The middle sank by 11 millimetres"),
    (28, 150, "and rose again within an hour of their removal."),
    (28, 150, ""),
    (28, 150, "No more than forty persons may stand on the bridge at once,"),
    (28, 150, "and no cattle may be driven over it. Both rules must be posted"),
    (28, 150, "at either end."),
    (28, 150, ""),
    (28, 150, "One larch seat on the north bank has split along the grain. It"),
    (28, 150, "is sound for now and must be replaced by the end of October."),
    (28, 150, ""),
    (28, 150, "The next inspection is due in May 2028."),
    (28, 150, ""),
    (28, 150, "Signed by Morag Sinclair, chartered engineer, for the firm."),
]


def scanned_page() -> bytes:
    """Return the page as a gray JPEG of A4 at 150 dpi; the bytes are the same every time."""
    font = Path(reportlab.__file__).with_name("fonts") / "Vera.ttf"
    page = Image.new("L", SIZE, PAPER)
    draw = ImageDraw.Draw(page)
    y = 190
    for size, x, text in LETTER:
        draw.text((x, y), text, fill=INK, font=ImageFont.truetype(font, size))
        y += round(size * (1.55 if text else 0.8))
    tilted = page.rotate(TILT, Image.Resampling.BICUBIC, fillcolor=PAPER)
    blurred = np.asarray(tilted.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float64)
    grain = np.random.default_rng(7).normal(0, 4, blurred.shape)
    scan = Image.fromarray(np.clip(blurred + grain, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    scan.save(out, "JPEG", quality=45, dpi=(DPI, DPI))
    return out.getvalue()

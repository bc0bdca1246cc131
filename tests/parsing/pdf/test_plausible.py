"""Codes of glyphs are told from text by their letters, in any language."""

import numpy as np
import pytest

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.ocr.engine import OCR_ENGINES, OcrWords
from snappy_core.parsing.pdf.plausible import is_plausible
from tests.parsing.pdf.simple_pdf import line, pdf

ENGLISH = (
    "The harbour commission met on Tuesday to review the contract for the northern basin.",
    "Members heard that the dredger would need nine weeks to clear the channel for boats.",
)
CODES = tuple("".join(chr(ord(c) + 3) if c.isalpha() else c for c in text) for text in ENGLISH)


@pytest.mark.parametrize(
    "text",
    [
        *ENGLISH,
        "Hyvää huomenta kaikille tässä satamassa oleville veneille ja niiden miehistöille, jotka"
        " odottavat lupaa lähteä merelle tänään aamulla ennen myrskyä, koska tuuli on kova",
        "Denizde bekleyen tekneler için liman başkanlığı bugün yeni bir duyuru yayınladı ve bütün"
        " kaptanların limanda kalmasını istedi çünkü rüzgar çok kuvvetli ve deniz dalgalı",
        "港務局は火曜日に会議を開き、浚渫の費用を検討した。" * 20,
        "QX-7 ZKV " * 10,  # too few letters
    ],
)
def test_languages_are_plausible(text):
    assert is_plausible(text.split())


def test_codes_are_not():
    assert not is_plausible(" ".join(CODES).split())


class Engine:
    """Sees the English lines."""

    def recognize(self, image, languages):
        texts, boxes, lines = [], [], []
        for number, text in enumerate(ENGLISH):
            for position, word in enumerate(text.split()):
                x, y = 100 + 60 * position, 100 + 60 * number
                texts.append(word)
                boxes.append((x, y, x + 50, y + 20))
                lines.append(number)
        confidences = np.ones(len(texts), np.float32)
        lines = np.array(lines)
        return OcrWords(tuple(texts), np.array(boxes, float), confidences, lines, lines * 0)


@pytest.mark.parametrize(
    ("lines", "first"), [(CODES, "The"), ((f"Osprey {ENGLISH[1]}", ENGLISH[0]), "Osprey")]
)
def test_ocr_replaces_codes_but_not_text(monkeypatch, lines, first):
    monkeypatch.setattr(OCR_ENGINES, "_registered", {"seen": Engine})
    content = "".join(line(20, 60 + 20 * number, text, 8) for number, text in enumerate(lines))
    options = ReadingOptions(ocr_engine="seen", layout_model="never")
    (page,) = read(Source.from_bytes(pdf(content), "page.pdf"), options)
    assert page.words.texts[0] == first

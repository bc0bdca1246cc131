"""The options that decide how documents are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from snappy_core.parsing.layout.layout_model import check_layout_model
from snappy_core.parsing.ocr.engine import DEFAULT_ENGINE, OCR_ENGINES
from snappy_core.parsing.reader import AUTO, READERS

Ocr = Literal["auto", "pages", "always", "never"]
OCR_MODES: tuple[Ocr, ...] = Ocr.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How documents are read; all but the limits are part of the ingest fingerprint.

    Attributes:
        ocr: "pages" runs OCR on pages whose text layer is missing, mostly hidden, or covers little
            of what is drawn on them; "auto" also reads the pictures of other pages, if the engine
            is installed; "always" runs OCR on all pages as a whole, "never" on none.
        languages: of the text, for OCR: Tesseract's names, joined by "+": "eng", "deu+fra".
        layout_model: "auto" runs the default layout model, if it is installed, on pages that
            OCR reads, whose figures are unknown; "always" runs it on all pages. The name of a
            registered model, or the name or file of a model of rapid-layout, runs that model on
            all pages; "never" runs none.
        pool_block: side length, in patches, of the square blocks whose vectors are averaged for
            the first stage of a search; 1..32.
        ocr_engine: name of the OCR engine, "tesseract", "rapidocr" or a registered one.
        reader: "auto" chooses the reader by the kind of document; the name of a reader ("docling",
            "pymupdf", or a registered one) uses it for every document it can read.
        max_pages: a document that has more pages, or claims to, is refused.
        max_seconds: a document that takes longer fails. This is checked between pages; a
            page that hangs is ended by the timeout of `Workers`.

    Raises:
        ValueError: a value is not one of those above.
    """

    ocr: Ocr = "auto"
    languages: str = "eng"
    layout_model: str = "auto"
    pool_block: int = 4  # scoring.pooling.GRID_BLOCK
    ocr_engine: str = DEFAULT_ENGINE
    reader: str = AUTO
    max_pages: int = 10_000
    max_seconds: float = 4 * 3600.0

    def __post_init__(self) -> None:
        if self.ocr not in OCR_MODES:
            raise ValueError(f"ocr must be one of {', '.join(OCR_MODES)}, not {self.ocr!r}")
        check_layout_model(self.layout_model)
        if isinstance(self.pool_block, bool) or not 1 <= self.pool_block <= 32:
            raise ValueError(f"pool_block must be between 1 and 32, not {self.pool_block!r}")
        for name, limit in (("max_pages", self.max_pages), ("max_seconds", self.max_seconds)):
            if not limit > 0:
                raise ValueError(f"{name} must be positive, not {limit!r}")
        if not self.languages or not all(part.isidentifier() for part in self.languages.split("+")):
            raise ValueError(
                f"languages must be Tesseract's names joined by '+', like 'eng' or 'deu+fra', "
                f"not {self.languages!r}"
            )
        if self.ocr_engine not in OCR_ENGINES:
            raise ValueError(
                f"ocr_engine must be the name of a registered engine "
                f"({', '.join(OCR_ENGINES.names())}), not {self.ocr_engine!r}"
            )
        if self.reader != AUTO and self.reader not in READERS:
            raise ValueError(
                f"reader must be 'auto' or the name of a registered reader "
                f"({', '.join(READERS.names())}), not {self.reader!r}"
            )

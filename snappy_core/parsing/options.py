"""How documents are read and pooled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from snappy_core.parsing.layout.layout_model import LAYOUT_MODELS

Ocr = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How documents are read and pooled; part of the ingest fingerprint.

    Attributes:
        ocr: "auto" sends pages to OCR whose text layer is missing or is not what one sees;
            "always" all pages; "never" none.
        languages: of the text, as Tesseract calls them, joined by "+": "eng", "deu+fra".
        layout_model: "auto" runs the default layout model, if it is installed, on pages that hold
            more than text; "always" runs it on all pages, and so does the name of a registered
            model for that model; "never" runs none.
        pool_block: side of the squares of a grid's patches that the first stage knows as one.
    """

    ocr: Ocr = "auto"
    languages: str = "eng"
    layout_model: str = "auto"
    pool_block: int = 4  # as scoring.pooling has it

    def __post_init__(self) -> None:
        if self.ocr not in ("auto", "always", "never"):
            raise ValueError(f"ocr must be 'auto', 'always' or 'never', not {self.ocr!r}")
        if self.layout_model not in ("auto", "always", "never", *LAYOUT_MODELS.names()):
            raise ValueError(
                f"layout_model must be 'auto', 'always', 'never' or the name of a registered model "
                f"({', '.join(LAYOUT_MODELS.names())}), not {self.layout_model!r}"
            )
        if isinstance(self.pool_block, bool) or not 1 <= self.pool_block <= 32:
            raise ValueError(f"pool_block must be between 1 and 32, not {self.pool_block!r}")
        if not self.languages or not all(part.isidentifier() for part in self.languages.split("+")):
            raise ValueError(
                f"languages must be Tesseract's names joined by '+', like 'eng' or 'deu+fra', "
                f"not {self.languages!r}"
            )

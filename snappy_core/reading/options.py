"""How documents are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ocr = Literal["auto", "always", "never"]
LayoutModel = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How documents are read; part of the ingest fingerprint.

    Attributes:
        ocr: "auto" sends pages to OCR whose text layer is missing or is not what one sees;
            "always" all pages; "never" none.
        languages: of the text, as Tesseract calls them, joined by "+": "eng", "deu+fra".
        layout_model: "auto" shows pages to the layout model for tables and figures when it is
            installed and there is more on them than text, "always" all pages, "never" none.
    """

    ocr: Ocr = "auto"
    languages: str = "eng"
    layout_model: LayoutModel = "auto"

    def __post_init__(self) -> None:
        if self.ocr not in ("auto", "always", "never"):
            raise ValueError(f"ocr must be 'auto', 'always' or 'never', not {self.ocr!r}")
        if self.layout_model not in ("auto", "always", "never"):
            raise ValueError(
                f"layout_model must be 'auto', 'always' or 'never', not {self.layout_model!r}"
            )
        if not self.languages or not all(part.isidentifier() for part in self.languages.split("+")):
            raise ValueError(
                f"languages must be Tesseract's names joined by '+', like 'eng' or 'deu+fra', "
                f"not {self.languages!r}"
            )

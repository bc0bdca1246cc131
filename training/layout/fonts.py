"""Fonts of the documents. All are free; the Makefile names packages that have them."""

import subprocess
from itertools import chain

SERIF = [
    "Liberation Serif",
    "DejaVu Serif",
    "Latin Modern Roman",
    "TeX Gyre Termes",
    "Noto Serif",
    "TeX Gyre Pagella",
    "TeX Gyre Schola",
    "TeX Gyre Bonum",
    "EB Garamond",
    "Caladea",
]
SANS = ["Liberation Sans", "DejaVu Sans", "Latin Modern Sans", "TeX Gyre Heros", "Noto Sans",
        "Roboto", "Open Sans", "Lato", "Carlito", "TeX Gyre Adventor"]  # fmt: skip
NARROW = ["Liberation Sans Narrow", "Roboto Condensed", "TeX Gyre Heros Cn"]
MONO = ["Inconsolata", "DejaVu Sans Mono", "Liberation Mono", "TeX Gyre Cursor"]
SCRIPT_FONTS = {
    "ja": ["Noto Sans CJK JP"],
    "zh": ["Noto Sans CJK SC", "Noto Sans CJK TC"],
    "ko": ["Noto Sans CJK KR"],
    "ar": ["Noto Naskh Arabic", "Noto Sans Arabic", "Noto Kufi Arabic"],
    "fa": ["Noto Naskh Arabic", "Noto Sans Arabic"],
    "hi": ["Noto Sans Devanagari", "Noto Serif Devanagari"],
}


def missing_fonts() -> list[str]:
    """Return the families that are not installed: printers would silently use others.

    Raises:
        FileNotFoundError: the program fc-list is not installed.
    """
    command = ["fc-list", ":", "family"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    installed = {name for line in listing.splitlines() for name in line.split(",")}
    families = chain(SERIF, SANS, NARROW, MONO, *SCRIPT_FONTS.values())
    return sorted({*families} - installed)


def css_font(family: str) -> str:
    """Return a CSS font list of one family, with fallback fonts for missing characters."""
    return f"'{family}','Noto Sans','Noto Sans CJK JP','Noto Naskh Arabic','DejaVu Sans'"

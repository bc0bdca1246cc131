"""The cost of context: tokens of text, or of a page sent as an image."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from snappy_core.search.context import estimate_tokens

Counter = Callable[[str], int]

_CL100K = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"


def token_counter() -> tuple[str, Counter]:
    """Return the name of a tokenizer and a function that counts the tokens of a text.

    It is cl100k_base, as in the paper, if tiktoken is installed and has it in its cache (nothing
    is downloaded); else tokens are estimated.
    """
    try:
        import tiktoken
    except ImportError:
        return "estimate", estimate_tokens
    if not _cached(_CL100K):
        return "estimate", estimate_tokens
    encoding = tiktoken.get_encoding("cl100k_base")
    return "cl100k_base", lambda text: len(encoding.encode(text, disallowed_special=()))


def _cached(url: str) -> bool:
    """Return whether tiktoken has a file in its cache folder, which is looked up in its order."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        folder = os.path.join(tempfile.gettempdir(), "data-gym-cache")
    return bool(folder) and (Path(folder) / hashlib.sha1(url.encode()).hexdigest()).is_file()


def image_tokens(width: float, height: float) -> int:
    """Return the tokens of an image of this size in pixels, as the paper counts them.

    The image is scaled down to fit 1568 x 1568 and costs width x height / 750.

    >>> image_tokens(2550, 3300)
    2531
    """
    scale = min(1.0, 1568 / max(width, height))
    return int(width * scale) * int(height * scale) // 750


def savings(selected: int, all_ocr: int, full_image: int) -> dict[str, float]:
    """Return three token counts, and the shares (0..1) that the selection saves, as JSON.

    >>> savings(50, 200, 100)["saved_vs_all_ocr"]
    0.75
    """
    return {
        "tokens_selected": selected,
        "tokens_all_ocr": all_ocr,
        "tokens_full_image": full_image,
        "saved_vs_all_ocr": round(1 - selected / all_ocr, 6) if all_ocr else 0.0,
        "saved_vs_full_image": round(1 - selected / full_image, 6) if full_image else 0.0,
    }

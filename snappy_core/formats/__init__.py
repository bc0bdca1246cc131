"""Regions that somebody already has, from the formats of other readers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeGuard, TypeVar

from snappy_core.errors import FormatError
from snappy_core.formats import alto, deepseek, docling, hocr, plain, unstructured
from snappy_core.formats.base import SuppliedPage, SuppliedRegion, digest
from snappy_core.formats.merge import merge_regions

__all__ = [
    "FORMATS",
    "RegionsFormat",
    "SuppliedPage",
    "SuppliedRegion",
    "SuppliedRegions",
    "digest",
    "read_regions",
    "merge_regions",
]

T = TypeVar("T")

RegionsFormat = Literal["docling", "hocr", "alto", "unstructured", "deepseek", "plain"]
FORMATS: tuple[RegionsFormat, ...] = RegionsFormat.__args__  # type: ignore[attr-defined]

SuppliedRegions = str | os.PathLike[str] | bytes | Mapping[str, object] | Sequence[object]
"""A path, the bytes of a file, or JSON that is parsed already."""

_MARKUP = {"hocr": hocr.read, "alto": alto.read}
_JSON = {"docling": docling.read, "unstructured": unstructured.read, "plain": plain.read}
_GIVE = f"say which with format= (regions_format= of an index): {', '.join(map(repr, FORMATS))}"


def read_regions(
    data: SuppliedRegions, format: RegionsFormat | None = None
) -> dict[int, SuppliedPage]:
    """Return the pages of a document as another reader found them, by their number.

    Args:
        data: path of a file, its bytes, or parsed JSON: a Docling document, Unstructured's
            elements, a plain list of dictionaries (see `snappy_core.formats.plain`), or a list
            of what DeepSeek-OCR wrote for each page.
        format: one of `FORMATS`; None finds it out where only one of them can be meant.

    Raises:
        FormatError: another format, none that can be told, boxes outside of their page or in
            another frame, or sizes that are missing.
        ValueError: `format` is none of `FORMATS`.
        OSError: the file cannot be opened.
    """
    if format is not None and format not in FORMATS:
        raise ValueError(f"a format is one of {', '.join(map(repr, FORMATS))}, not {format!r}")
    name = "regions"
    if isinstance(data, (str, os.PathLike)):
        name = os.fspath(data)
        data = Path(data).read_bytes()
    elif not isinstance(data, (bytes, Mapping, Sequence)):
        raise TypeError(f"regions are a path, bytes or parsed JSON, not {type(data).__name__}")
    try:
        content = _parse(data, format)
        format = format or _detect(content)
        if format in _JSON:
            return _JSON[format](content)
        if format in _MARKUP and isinstance(content, bytes):
            return _MARKUP[format](content)
        if format == "deepseek" and (isinstance(content, bytes) or _all(content, str)):
            return deepseek.read(content)
        raise FormatError(f"{format} is read from a path or bytes, not from parsed JSON")
    except FormatError as error:
        raise FormatError(f"{name}: {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        cause = f"is not as {format or 'any format'} wants it ({type(error).__name__}: {error})"
        raise FormatError(f"{name}: {cause}") from error


def _parse(data: object, format: RegionsFormat | None) -> object:
    """Return JSON as an object, anything else as it is."""
    if isinstance(data, tuple):
        return list(data)
    if not isinstance(data, bytes) or format not in (None, *_JSON):
        return data
    if format is None and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return data
    try:
        return json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise FormatError(f"is not JSON ({error})") from error


def _detect(content: object) -> RegionsFormat:
    """Return the one format that something can be of."""
    found: dict[RegionsFormat, bool]
    if isinstance(content, bytes):
        text = content.decode("utf-8", "ignore").replace("\0", "")  # UTF-16, too
        found = {
            "hocr": "ocr_page" in text,
            "alto": re.search(r"<(\w+:)?alto\b", text) is not None,
            "deepseek": deepseek.is_deepseek(text),
        }
    else:
        found = {
            "docling": docling.is_docling(content),
            "unstructured": unstructured.is_unstructured(content),
            "plain": plain.is_plain(content),
            "deepseek": _all(content, str) and any(map(deepseek.is_deepseek, content)),
        }
    able = [name for name, can in found.items() if can]
    if len(able) != 1:
        seen = f"may be {' or '.join(able)}" if able else "is of no format that can be told"
        raise FormatError(f"{seen}: {_GIVE}")
    return able[0]


def _all(content: object, kind: type[T]) -> TypeGuard[list[T]]:
    return isinstance(content, list) and bool(content) and all(isinstance(c, kind) for c in content)

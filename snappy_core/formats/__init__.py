"""Regions from other readers: layout models, OCR engines, archives.

A format is one module with a `Format`: a name, a function that recognizes a file and one that
reads it. Register your own format with `FORMATS.register(name, format)`, or from a package through
the entry point group "snappy.formats".
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content, Format, SuppliedPage, SuppliedRegion, digest
from snappy_core.formats.frames import Frame
from snappy_core.formats.merge import merge_regions
from snappy_core.formats.region_builder import NestedRegion, SuppliedWord, build_page
from snappy_core.registry import Registry
from snappy_core.regular_files import check_regular

__all__ = [
    "FORMATS",
    "Content",
    "Format",
    "Frame",
    "NestedRegion",
    "SuppliedPage",
    "SuppliedRegion",
    "SuppliedRegions",
    "SuppliedWord",
    "build_page",
    "digest",
    "merge_regions",
    "read_regions",
]

FORMATS = Registry[Format](
    "regions format",
    "snappy.formats",
    {
        name: f"snappy_core.formats.{name}:FORMAT"
        for name in ("docling", "hocr", "alto", "unstructured", "deepseek", "plain")
    },
)

MAX_BYTES = 256 << 20  # of a file; a book has about ten million

SuppliedRegions = str | os.PathLike[str] | bytes | Mapping[str, object] | Sequence[object]
"""The path of a file, the bytes of a file, or parsed JSON."""


def read_regions(
    data: SuppliedRegions, regions_format: str | None = None
) -> dict[int, SuppliedPage]:
    """Return the pages of a document as described by another reader, by page number.

    Args:
        data: path of a file, its bytes, or parsed JSON, such as a list of dictionaries
            (`snappy_core.formats.plain`).
        regions_format: name of one of `FORMATS`; None detects it.

    Raises:
        FormatError: the format differs or cannot be detected, a box lies outside its page or is
            in another unit, a size is missing, or a file or page is too large.
        ValueError: no format has this name.
        OSError: the file cannot be opened, or is a pipe, device or socket.
    """
    chosen = None if regions_format is None else FORMATS.get(regions_format)
    source, note = "regions", ""
    content: Content
    if isinstance(data, (str, os.PathLike)):
        source = os.fspath(data)
        data = _read_file(Path(data))
    if isinstance(data, bytes):
        content, note = _parse(data)
    elif isinstance(data, Mapping):
        content = data
    elif isinstance(data, Sequence):
        content = list(data)
    else:
        raise TypeError(f"regions are a path, bytes or parsed JSON, not {type(data).__name__}")
    try:
        chosen = chosen or _detect(content)
        return chosen.read(content)
    except FormatError as error:
        raise FormatError(f"{source}: {error}{note}") from error
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        name = chosen.name if chosen else "any format"
        cause = f"cannot be read as {name} ({type(error).__name__}: {error})"
        raise FormatError(f"{source}: {cause}{note}") from error


def _read_file(path: Path) -> bytes:
    check_regular(path)
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FormatError(f"{path}: is larger than {MAX_BYTES >> 20} MiB; split it by pages")
    return data


def _parse(data: bytes) -> tuple[Content, str]:
    """Return parsed JSON, or else the bytes, with a note for errors if JSON cannot be parsed."""
    if data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] not in (b"{", b"["):
        return data, ""
    try:
        return json.loads(data), ""
    except (ValueError, RecursionError) as error:
        return data, f" (it is not JSON: {error})"


def _detect(content: Content) -> Format:
    """Return the only format that recognizes the content."""
    matches = [format for format in map(FORMATS.get, FORMATS.names()) if format.sniff(content)]
    if len(matches) == 1:
        return matches[0]
    names = " or ".join(format.name for format in matches)
    problem = f"may be {names}" if matches else "has no known format"
    raise FormatError(f"{problem}; set regions_format to one of {', '.join(FORMATS.names())}")

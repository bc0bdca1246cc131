"""Explains why PDFium cannot open a file; its own error is mostly "data format error"."""

from __future__ import annotations

import re

from snappy_core.errors import PasswordRequiredError, UnreadableDocumentError

_HEADER = re.compile(rb"%PDF-\d")
_HANDLER = re.compile(rb"/Filter\s*/([\w.#]+)")  # of encryption; filters of streams follow later
_VERSION = re.compile(rb"/V\s+(\d+)")
_READABLE = (b"1", b"2", b"4", b"5")  # versions of the standard encryption


def open_error(source: str, data: bytes, message: str, password: str | None) -> Exception:
    """Return the error for a file that PDFium did not open, with the cause as far as it is known.

    Args:
        source: the name of the document.
        data: the whole file.
        message: PDFium's error. PDFium keeps its last error, so one about a password may be about
            an earlier file.
    """
    if b"/Encrypt" in data:
        if unsupported := _unsupported_encryption(data, message):
            return UnreadableDocumentError(
                source, f"is encrypted in a way that cannot be read ({unsupported})"
            )
        if "password" in message.lower():
            wrong, missing = "the password is wrong", "is encrypted: give its password"
            return PasswordRequiredError(source, wrong if password else missing)
    return UnreadableDocumentError(source, _damage(data))


def _unsupported_encryption(data: bytes, message: str) -> str:
    """Return what is unknown about the encryption of a file; "" if nothing is."""
    start = data.find(b"/Standard")
    if start < 0 and "security" in message.lower():
        handler = next(
            (name for name in _HANDLER.findall(data) if b"Decode" not in name), b"unknown"
        )
        return f"security handler {handler.decode('ascii', 'replace')}"
    nearby = data[max(data.rfind(b"obj", 0, start), 0) : data.find(b"endobj", start)]
    version = _VERSION.search(nearby) if start >= 0 else None
    return "" if version is None or version[1] in _READABLE else f"version {version[1].decode()}"


def _damage(data: bytes) -> str:
    if not _HEADER.search(data[:1024]):
        return "is not a PDF: it does not begin with %PDF-"
    if b"startxref" not in data:
        return "is cut off: the end, which says where its parts are, is missing"
    has_plain_objects = b"/ObjStm" not in data  # otherwise objects may be compressed
    if b"/Root" not in data and has_plain_objects:
        return "is damaged: it has no catalog (/Root)"
    if has_plain_objects and (b"/Pages" not in data or not re.search(rb"/Type\s*/Page\b", data)):
        return "has no pages"
    if b"%%EOF" not in data[-2048:]:
        return "is cut off, or has other data after its end"
    return "is damaged: its table of objects or its page tree cannot be read"

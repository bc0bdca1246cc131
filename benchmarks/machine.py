"""Describes the machine, Python, and the library versions that a benchmark ran with."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from loky import cpu_count

LIBRARIES = (
    "snappy-retriever", "numpy", "onnxruntime", "pypdfium2", "torch",
    "ray", "bm25s", "lancedb", "langchain-text-splitters", "maxsim-cpu", "opendataloader-pdf",
    "qdrant-edge-py",
)  # fmt: skip
"""Snappy, the libraries that its speed depends on, and its peers."""


def describe_machine() -> str:
    """Return the processor, its cores, the memory, the system and Python in one line."""
    parts = [_processor(), f"{cpu_count()} cores", _memory(), platform.system()]
    return ", ".join([*filter(None, parts), f"Python {platform.python_version()}"])


def versions() -> dict[str, str | None]:
    """Return the version of each library and of Tesseract; None if it is not installed."""
    return {**{name: _version(name) for name in LIBRARIES}, "tesseract": _tesseract()}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _tesseract() -> str | None:
    try:
        done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.partition("\n")[0].removeprefix("tesseract ") or None


def _processor() -> str:
    """Return the processor's name from Linux, or on other systems from Python."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor()
    return f"{name} ({platform.machine()})".strip()


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows
        return ""
    return f"{size / 1e9:.0f} GB"

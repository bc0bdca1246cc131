"""Prints documents to PDF with LibreOffice, isolated, with a time limit, no macros, no network."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing.office.kinds import Kind, kind_of
from snappy_core.parsing.source import Source

FOLDER_VARIABLE = "SNAPPY_CONVERTED"
"""Environment variable for the folder of converted documents, shared by a pool's workers."""

MISSING = (
    "needs LibreOffice to be read: install it (apt-get install libreoffice, "
    "brew install --cask libreoffice) so that `soffice` is found, or save it as PDF"
)

_TIME_LIMIT = 120.0  # seconds for one document
_TRIES = 3  # with a new profile, LibreOffice exits once and must be started again
_START_AGAIN = (79, 81)
_KEPT = 32  # converted documents in the folder
_POLL = 0.1  # seconds

_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    # No picture or other part of a document is loaded from a file or the network, ...
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    # ... and anything that still tries the network is sent to a proxy that does not exist.
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)
_ITEM = (
    '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse">'
    "<value>{}</value></prop></item>"
)
_REGISTRY = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">{}</oor:items>'
)
_OPTIONS = {"UseTaggedPDF": {"type": "boolean", "value": "true"}}


def to_pdf(source: Source) -> Source:
    """Return an office or web document as a PDF file, printed once while this process lives.

    Raises:
        UnreadableDocumentError: LibreOffice is missing, fails or takes too long, or the document
            is damaged.
    """
    kind = kind_of(source)
    folder = _folder()
    pdf = folder / f"{source.content_hash()}.{kind.name}.pdf"
    while not pdf.exists():
        with _lock(pdf.with_suffix(".lock")) as is_ours:
            if is_ours and not pdf.exists():
                _print(source, kind, pdf)
                with suppress(OSError):  # another process may be dropping them, too
                    _drop_oldest(folder)
    with suppress(OSError):
        os.utime(pdf)
    return Source(source.name, path=pdf)


def find_program() -> str | None:
    """Return the path of LibreOffice's program, None if it is not installed.

    It is the binary behind the script `soffice`: ending the script would leave it running.
    """
    # Not cached: it may be installed while this process runs.
    script = shutil.which("soffice") or shutil.which("libreoffice")
    if script is None:
        return None
    binary = Path(script).resolve().with_name("soffice.bin")
    return str(binary) if binary.is_file() and sys.platform == "linux" else script


@cache
def _without_net() -> tuple[str, ...]:
    """Return the command that runs a program without network access, if the system allows it."""
    command = ("unshare", "--map-root-user", "--net")
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return ()
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if allowed else ()


def _print(source: Source, kind: Kind, pdf: Path) -> None:
    program = find_program()
    if program is None:
        raise UnreadableDocumentError(source.name, MISSING)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, prefix="snappy-office-") as name:
        folder = Path(name)
        document = folder / f"document{kind.suffix}"
        try:
            document.write_bytes(kind.prepare(source.read_bytes()))
        except ValueError as error:
            raise UnreadableDocumentError(source.name, str(error)) from error
        (folder / "profile" / "user").mkdir(parents=True)
        items = "".join(_ITEM.format(*setting) for setting in _SETTINGS)
        registry = folder / "profile" / "user" / "registrymodifications.xcu"
        registry.write_text(_REGISTRY.format(items), "utf-8")
        command = [
            *_without_net(), program, "--headless", "--norestore", "--nologo", "--nodefault",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            f"--infilter={kind.import_filter}",
            "--convert-to", f"pdf:{kind.export_filter}:{json.dumps(_OPTIONS)}",
            "--outdir", str(folder), str(document),
        ]  # fmt: skip
        _run(source, command, folder)
        printed = document.with_suffix(".pdf")
        if not printed.is_file():
            raise UnreadableDocumentError(source.name, "is damaged: LibreOffice cannot open it")
        shutil.move(printed, pdf.with_suffix(".part"))
        os.replace(pdf.with_suffix(".part"), pdf)


def _run(source: Source, command: list[str], folder: Path) -> None:
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    deadline = time.monotonic() + _TIME_LIMIT
    for _ in range(_TRIES):
        try:
            left = max(deadline - time.monotonic(), 0.0)
            done = subprocess.run(
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=left, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            cause = f"takes LibreOffice longer than {_TIME_LIMIT:g} seconds"
            raise UnreadableDocumentError(source.name, cause) from error
        if done.returncode not in _START_AGAIN:
            return


@contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Hold a lock file, or wait a moment; yield whether it is held."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > 2 * _TIME_LIMIT:  # its process was killed
                path.unlink()
        time.sleep(_POLL)
        yield False
        return
    try:
        yield True
    finally:
        path.unlink(missing_ok=True)


def _drop_oldest(folder: Path) -> None:
    converted = sorted(folder.glob("*.pdf"), key=lambda file: file.stat().st_mtime)
    for file in converted[:-_KEPT]:
        file.unlink(missing_ok=True)


def _folder() -> Path:
    shared = os.environ.get(FOLDER_VARIABLE)
    return Path(shared) if shared else _own_folder(os.getpid())


@cache
def _own_folder(process: int) -> Path:
    folder = tempfile.mkdtemp(prefix="snappy-converted-")

    def remove() -> None:
        if process == os.getpid():  # not in a fork
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return Path(folder)

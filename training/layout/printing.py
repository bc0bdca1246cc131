"""Prints tagged PDF: HTML by Chromium over a pipe, office documents by LibreOffice, and Typst."""

import base64
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
]  # fmt: skip


class Chromium:
    """A running browser that prints files. Use it as a context manager."""

    def __init__(self, program: str | None = None) -> None:
        program = program or shutil.which("chromium") or shutil.which("google-chrome")
        if program is None:
            raise FileNotFoundError("printing needs Chromium (chromium or google-chrome)")
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands_in, self._commands = os.pipe()
        self._replies, replies_out = os.pipe()
        # Chromium reads commands from descriptor 3 and writes replies to descriptor 4.
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (commands_in, replies_out)]
        files: list[Any] = [
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, high[0], 3),
            (os.POSIX_SPAWN_DUP2, high[1], 4),
        ]
        arguments = [program, *FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"]
        self._process = os.posix_spawn(program, arguments, os.environ, file_actions=files)
        for end in (commands_in, replies_out, *high):
            os.close(end)
        self._buffer, self._last = b"", 0
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self._call("Page.enable", self._session)

    def __enter__(self) -> "Chromium":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError, EOFError):
            self._call("Browser.close")
        os.close(self._commands)
        os.close(self._replies)
        os.waitpid(self._process, 0)
        self._profile.cleanup()

    def print_pdf(self, file: Path) -> bytes:
        """Return an HTML file as tagged PDF."""
        self._call("Page.navigate", self._session, url=file.absolute().as_uri())
        for message in self._messages():
            if message.get("method") == "Page.loadEventFired":
                break
        printed = self._call(
            "Page.printToPDF",
            self._session,
            preferCSSPageSize=True,
            printBackground=True,
            generateTaggedPDF=True,
        )
        return base64.b64decode(printed["data"])

    def _call(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._commands, data) :]
        for reply in self._messages():
            if reply.get("id") == self._last:
                if "error" in reply:
                    raise RuntimeError(f"Chromium refused {method}: {reply['error']}")
                return reply["result"]

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            while b"\0" not in self._buffer:
                data = os.read(self._replies, 1 << 20)
                if not data:
                    raise EOFError("Chromium ended")
                self._buffer += data
            message, _, self._buffer = self._buffer.partition(b"\0")
            yield json.loads(message)


def print_office(files: Sequence[Path], folder: Path) -> None:
    """Write flat office texts (.fodt) and slides (.fodp) into a folder as tagged PDF."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise FileNotFoundError("printing office documents needs LibreOffice (soffice)")
    options = json.dumps({"UseTaggedPDF": {"type": "boolean", "value": "true"}})
    filters = {".fodt": "writer_pdf_Export", ".fodp": "impress_pdf_Export"}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, "--headless", f"-env:UserInstallation={Path(profile).as_uri()}"]
        for suffix, name in filters.items():
            batch = [str(file) for file in files if file.suffix == suffix]
            target = ["--convert-to", f"pdf:{name}:{options}", "--outdir", str(folder)]
            if batch:
                subprocess.run([*command, *target, *batch], check=True, capture_output=True)


def print_typst(source: str) -> bytes:
    """Return a Typst document as tagged PDF."""
    import typst

    printed: bytes = typst.compile(source.encode())
    return printed

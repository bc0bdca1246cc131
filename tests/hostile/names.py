"""Names of documents that would break a path, a log line or a terminal."""

from tests.data.make import Page, document, text

NAMES = {
    "climbs": "../../../../etc/passwd",
    "climbs, windows": "..\\..\\boot.ini",
    "absolute": "/etc/passwd",
    "NUL": "report\0.pdf",
    "newlines": "report\n\r\nERROR: all is lost.pdf",
    "very long": "n" * 100_000 + ".pdf",
    "markup": "[red]report[/red] <script>alert(1)</script>.pdf",
    "terminal": "\x1b]0;owned\x07\x1b[2Jreport.pdf",
    "right to left": "report\u202efdp.exe",
    "lone surrogate": "report\udc80.pdf",
    "SQL": "'); DROP TABLE documents; --",
    "format": "{0.__class__} %s%n ${HOME} `id`",
    "dots": "...",
    "device": "CON",
    "URL": "file:///etc/passwd",
}


def plain_page() -> bytes:
    return document(Page(text(40, 430, "A plain page under a strange name.")))

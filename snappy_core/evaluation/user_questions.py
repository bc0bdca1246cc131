"""The user's own questions: a CSV or JSON Lines file that says where the answers are."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snappy_core.evaluation.jsonl import parse_lines

STARTER = """\
# Questions of your own. Measure how well they are answered:
#
#   snappy eval run questions.csv --in reports.snappy --report misses.html
#
# question  what people will ask, in their words
# document  the document that answers: its file name, path or id in the index
# page      the page that answers, counted from 1 whatever is printed on it
# quote     words of the document that answer, copied from it: a sentence, or the row of a table
# answer    or a short answer, such as a number or a name, as it stands there
#
# Each question needs a page, a quote or an answer. With a quote or an answer, the place on the page
# is found by itself; without a page, in the whole document. Lines that begin with # are ignored.
question,document,page,quote,answer
What coupon does the green bond carry?,report.pdf,,carries a coupon of 4.85 per cent,
How fast may the stream run when a diver enters the water?,report.pdf,5,,
"""

_KEYS = ("question", "document", "page", "quote", "answer")


@dataclass(frozen=True, slots=True)
class UserQuestion:
    """A question, the document that answers it, and where.

    Attributes:
        page: counted from 1; None if it must be found.
        quote: words from the document that answer.
        answer: a short answer, as written in the document.

    Raises:
        ValueError: there is no question or document, nothing says where the answer is, or the page
            is below 1.
    """

    question: str
    document: str
    page: int | None = None
    quote: str = ""
    answer: str = ""

    def __post_init__(self) -> None:
        for name in ("question", "document"):
            if not getattr(self, name):
                raise ValueError(f"has no {name}")
        if self.page is not None and self.page < 1:
            raise ValueError(f"page counts from 1, not {self.page}")
        if self.page is None and not self.text:
            raise ValueError("needs a page, a quote or an answer")

    @property
    def text(self) -> str:
        """The text to find in the document: the quote, or else the answer."""
        return self.quote or self.answer


def load_user_questions(path: str | os.PathLike[str]) -> list[UserQuestion]:
    """Read questions from a `.jsonl` file, or a CSV file with a header such as `STARTER`.

    Raises:
        ValueError: there are none, a line is not a question, or the file is not UTF-8.
    """
    data = Path(path).read_bytes()
    if Path(path).suffix == ".jsonl":
        return parse_lines(path, data, _question)
    return list(_read_csv(path, data.decode("utf-8-sig")))


def _read_csv(path: str | os.PathLike[str], text: str) -> list[UserQuestion]:
    lines = io.StringIO(text, newline="")
    # Spreadsheets in many countries write semicolons, and some quote all text cells.
    header = next(
        (line for line in lines if line.strip() and not line.lstrip('"').startswith("#")), ""
    )
    separator = max(",;\t", key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
    if missing := [name for name in _KEYS[:2] if name not in names]:
        raise ValueError(f"{path}: its first line must name the columns; no {missing[0]}")
    before = text[: lines.tell()].count("\n") if header.endswith("\n") else 0
    reader = csv.reader(lines, delimiter=separator)
    questions = []
    for row in reader:
        if not any(cell.strip() for cell in row) or row[0].startswith("#"):
            continue
        try:
            questions.append(_question(dict(zip(names, row, strict=False))))
        except ValueError as error:
            number = before + reader.line_num
            raise ValueError(f"{path}, line {number}: not a question ({error})") from error
    if not questions:
        raise ValueError(f"{path}: no questions")
    return questions


def _question(row: Mapping[str, Any]) -> UserQuestion:
    values = {key: str(row.get(key) or "").strip() for key in _KEYS}
    page = values.pop("page")
    return UserQuestion(**values, page=int(page) if page else None)

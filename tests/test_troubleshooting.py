"""docs/troubleshooting.md has the messages of the code, and the code those of the page."""

import ast
import re
from pathlib import Path

import pytest

from snappy_core import errors

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
MESSAGES = [
    message
    for row in re.findall(r"^\| (`.+?`) ?\| ", PAGE, re.MULTILINE)
    for message in re.findall(r"`([^`]+)`", row)
]
PACKAGES = ("snappy_core", "snappy_langchain", "snappy_llamaindex")
HOLE = "\N{HORIZONTAL ELLIPSIS}"

# Those of other tools' files, and of models that are not what they should be, name the place.
SELF_EXPLAINING = ("FormatError", "ModelError", "SnappyError")
DOCUMENTED = {
    name for name in vars(errors) if name.endswith("Error") and name not in SELF_EXPLAINING
}


def template(node):
    """Return a text as it stands in the code, with a hole for each value; None if it is none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(v.value if isinstance(v, ast.Constant) else HOLE for v in values)
        case ast.Call(func=ast.Attribute(attr="format", value=text)):
            return template(text)
    return None


def texts_of_the_code():
    """All texts but docstrings, and the messages of errors with where they are raised."""
    texts, raised = set(), {}
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in (node for node in ast.walk(tree) if id(node) not in docstrings):
            if isinstance(node, ast.Constant | ast.JoinedStr) and (text := template(node)):
                texts.add(re.sub(r"\{\w*\}", HOLE, text))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in DOCUMENTED:
                for argument in node.args:
                    if text := template(argument):
                        raised[text] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return texts, raised


TEXTS, RAISED = texts_of_the_code()


def fits(message, text):
    """Return whether the parts of a message stand in a text, in their order."""
    start = 0
    for part in filter(None, map(str.strip, message.split(HOLE))):
        if (start := text.find(part, start)) < 0:
            return False
        start += len(part)
    return True


def test_the_page_has_messages():
    assert len(MESSAGES) > 90
    assert len(set(MESSAGES)) == len(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_the_code_says_what_the_page_says(message):
    assert any(fits(message, text) for text in TEXTS)


def test_the_page_has_every_message_of_an_error():
    missing = {
        text: place
        for text, place in RAISED.items()
        if len(text.replace(HOLE, "").strip(" :;,()")) > 5
        and not any(fits(message, text) for message in MESSAGES)
    }
    assert missing == {}

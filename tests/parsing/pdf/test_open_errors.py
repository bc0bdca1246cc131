"""Each way to be unreadable has a cause of its own."""

import re

import pytest

from snappy_core import PasswordRequiredError, Source, UnreadableDocumentError
from snappy_core.parsing.pdf.document import open_pdf


def cause(data, password=None):
    source = Source.from_bytes(data, "tide.pdf", password)
    with pytest.raises(UnreadableDocumentError) as caught, open_pdf(source):
        pass
    return type(caught.value), caught.value.cause


@pytest.mark.parametrize(("change", "words"), [
    (lambda pdf: pdf[: len(pdf) // 2], "is cut off: the end"),
    (lambda pdf: pdf.replace(b"%PDF-", b"%PS-"), "does not begin with %PDF-"),
    (lambda pdf: pdf.replace(b"/Root", b"/Roof"), "has no catalog"),
    (lambda pdf: pdf.replace(b"/Pages", b"/Sages"), "has no pages"),
    (lambda pdf: re.sub(rb"/Kids \[.*?\]", b"/Kids 99", re.sub(rb"/Count \d+", b"/Count -", pdf)),
     "page tree cannot be read"),
])  # fmt: skip
def test_damage(data, change, words):
    kind, text = cause(change((data / "table.pdf").read_bytes()))
    assert kind is UnreadableDocumentError
    assert words in text


def test_encryption(data):
    encrypted = (data / "encrypted.pdf").read_bytes()
    assert cause(encrypted) == (PasswordRequiredError, "is encrypted: give its password")
    assert cause(encrypted, "x") == (PasswordRequiredError, "the password is wrong")


@pytest.mark.parametrize(("change", "words"), [
    (lambda pdf: pdf.replace(b"/Standard", b"/Adobe.PubSec"), "security handler Adobe.PubSec"),
    (lambda pdf: re.sub(rb"/V \d", b"/V 9", pdf), "version 9"),
])  # fmt: skip
def test_unknown_encryption_is_neither_damage_nor_a_wrong_password(data, change, words):
    kind, text = cause(change((data / "encrypted.pdf").read_bytes()), "tide")
    assert kind is UnreadableDocumentError
    assert text == f"is encrypted in a way that cannot be read ({words})"


def test_the_password_of_an_earlier_file_is_not_blamed(data):
    cause((data / "encrypted.pdf").read_bytes())
    kind, text = cause((data / "no_pages.pdf").read_bytes())
    assert (kind, text) == (UnreadableDocumentError, "has no pages")

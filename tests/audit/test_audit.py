"""Licenses are told from metadata, and the audit ends well where advisories cannot be had."""

import subprocess
from email.message import Message

import pytest

from tests.audit import __main__ as audit
from tests.audit.closure import installed
from tests.audit.licenses import ALLOWED, is_allowed, license_of


class Distribution:
    """A distribution with some lines of metadata."""

    version = "1.0"

    def __init__(self, **facts):
        self.metadata = Message()
        for name, value in {"Name": "some-package", **facts}.items():
            self.metadata[name.replace("_", "-")] = value


@pytest.mark.parametrize(("facts", "license"), [
    ({"License_Expression": "MIT AND PSF-2.0"}, "MIT AND PSF-2.0"),
    ({"Classifier": "License :: OSI Approved :: Apache Software License"}, "Apache-2.0"),
    ({"License": "Apache License, Version 2.0"}, "Apache-2.0"),
    ({"License": "MPL-2.0 AND MIT"}, "MPL-2.0 AND MIT"),
    ({"License": "MIT License\n\nCopyright"}, "MIT"),
    ({"License": "GNU AGPL 3.0"}, "unknown: GNU AGPL 3.0"),
    ({}, "unknown: not stated"),
    ({"Name": "pypdfium2", "License": "BSD-3-Clause, Apache-2.0, dependency licenses"},
     "Apache-2.0 AND BSD-3-Clause"),
])  # fmt: skip
def test_license(facts, license):
    assert license_of(Distribution(**facts)) == license
    assert is_allowed(license) is not license.startswith("unknown")


@pytest.mark.parametrize(
    "expression", ["GPL-3.0", "", "MIT AND", "(MIT", "MIT OR", "AGPL-3.0-only", "MIT Apache-2.0"]
)
def test_not_allowed(expression):
    assert not is_allowed(expression)


def test_what_the_core_needs_is_allowed(capsys):
    needed = installed("snappy-retriever", ())
    assert {"numpy", "pypdfium2", "onnxruntime", "typing-extensions"} <= needed.keys()
    assert "langchain-core" not in needed
    assert audit.check_licenses(needed) is False
    assert "0 not allowed" in capsys.readouterr().out
    assert audit.check_licenses({"odd": Distribution(License="GPL")}) is True
    assert "not allowed: odd: unknown: GPL" in capsys.readouterr().out


def answer(monkeypatch, stdout, stderr=""):
    done = subprocess.CompletedProcess([], 1, stdout, stderr)
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: done)


NOT_FOUND = '{"dependencies": [{"name": "a", "skip_reason": "not found on PyPI"}]}'


@pytest.mark.parametrize(("stdout", "stderr", "reason"), [
    ("", "Traceback\nConnectionError: pypi.org", "ConnectionError: pypi.org"),
    ("", "", "it said nothing"),
    (NOT_FOUND, "", "not found on PyPI"),
])  # fmt: skip
def test_without_advisories_it_is_skipped(monkeypatch, capsys, stdout, stderr, reason):
    answer(monkeypatch, stdout, stderr)
    assert audit.check_vulnerabilities({"a": Distribution()}) is False
    assert f"skipped, no advisories can be had (pip-audit: {reason})" in capsys.readouterr().out


def test_advisories_fail_the_audit(monkeypatch, capsys):
    advisory = '{"id": "PYSEC-1", "fix_versions": ["1.1"]}'
    package = f'{{"name": "a", "version": "1.0", "vulns": [{advisory}]}}'
    answer(monkeypatch, f'{{"dependencies": [{package}, {{"name": "b", "vulns": []}}]}}')
    assert audit.check_vulnerabilities({"a": Distribution()}) is True
    assert "a 1.0: PYSEC-1, fixed in 1.1" in capsys.readouterr().out


def test_every_license_has_a_reason():
    assert all(ALLOWED.values())

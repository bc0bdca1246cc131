"""The licenses that what we install may have, and why."""

import re
from importlib import metadata

PERMISSIVE = "permissive: use in any product with its notice"
ALLOWED = {
    "0BSD": PERMISSIVE,
    "Apache-2.0": f"{PERMISSIVE}; grants patents; our own license",
    "Apache-2.0 WITH LLVM-exception": "as Apache-2.0, with fewer duties",
    "BSD-2-Clause": PERMISSIVE,
    "BSD-3-Clause": PERMISSIVE,
    "BSL-1.0": PERMISSIVE,
    "CC0-1.0": "public domain",
    "CNRI-Python": f"{PERMISSIVE}; of the regex package, as in Python itself",
    "ISC": PERMISSIVE,
    "MIT": PERMISSIVE,
    "MIT-CMU": f"{PERMISSIVE}; of Pillow",
    "MPL-2.0": "copyleft for its own files only, which we install unchanged",
    "PSF-2.0": f"{PERMISSIVE}; of Python itself",
    "Zlib": PERMISSIVE,
}
"""Licenses by their SPDX names, with the reason. GPL, AGPL, LGPL and unknown ones are not here."""

BY_HAND = {
    "dirtyjson": "MIT",  # and the Academic Free License, which its README offers as a choice
    "matplotlib": "PSF-2.0",  # its own license is made after that of Python
    "pypdfium2": "Apache-2.0 AND BSD-3-Clause",  # with PDFium and its dependencies, all permissive
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",  # "Dual License"
}
"""Licenses of packages whose metadata does not say it in a name, read in their files."""

_NAMES = {
    "Apache-2.0": r"apache( software)?( license)?[ ,-]*(version )?2?(\.0)?( license)?",
    "BSD-3-Clause": r"(bsd|3-clause bsd license|bsd[ -]3-clause( license)?|bsd license)",
    "BSD-2-Clause": r"bsd-2-clause",
    "ISC": r"isc( license)?( \(iscl\))?",
    "MIT": r"(the )?mit( license)?( \(mit\))?",
    "MPL-2.0": r"(mpl-2\.0|mozilla public license 2\.0 \(mpl 2\.0\))",
    "PSF-2.0": r"(psf-2\.0|psfl|python software foundation license)",
}


def license_of(distribution: metadata.Distribution) -> str:
    """Return the license of a distribution as an SPDX expression, or "unknown: ..."."""
    facts = distribution.metadata
    if by_hand := BY_HAND.get(facts["Name"].lower()):
        return by_hand
    if expression := facts.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in facts.get_all("Classifier") or ()
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    stated = (facts.get("License") or "").strip()
    known = [_spdx(name) for name in classifiers] or [_spdx_of_field(stated)]
    if None in known:
        return f"unknown: {'; '.join(classifiers) or stated.partition(chr(10))[0] or 'not stated'}"
    return " AND ".join(dict.fromkeys(filter(None, known)))


def is_allowed(expression: str) -> bool:
    """Return whether an SPDX expression holds with the allowed licenses only.

    >>> is_allowed("MPL-2.0 AND (Apache-2.0 OR GPL-3.0)"), is_allowed("MIT AND GPL-3.0")
    (True, False)
    """
    words = re.findall(r"\(|\)|[\w.+-]+(?: WITH [\w.-]+)?|.", expression)
    try:
        value, rest = _any([word for word in words if word.strip()])
    except IndexError:
        return False
    return value and not rest


def _any(words: list[str]) -> tuple[bool, list[str]]:
    value, words = _all(words)
    while words and words[0] == "OR":
        other, words = _all(words[1:])
        value = value or other
    return value, words


def _all(words: list[str]) -> tuple[bool, list[str]]:
    value, words = _one(words)
    while words and words[0] == "AND":
        other, words = _one(words[1:])
        value = value and other
    return value, words


def _one(words: list[str]) -> tuple[bool, list[str]]:
    if words[0] == "(":
        value, words = _any(words[1:])
        return value and words[0] == ")", words[1:]
    return words[0] in ALLOWED, words[1:]


def _spdx(name: str) -> str | None:
    for spdx, pattern in _NAMES.items():
        if re.fullmatch(pattern, name, re.IGNORECASE):
            return spdx
    return None


def _spdx_of_field(stated: str) -> str | None:
    """Return the expression of a License field: SPDX, a name, or the text of a license."""
    first = stated.partition("\n")[0].strip()
    return first if is_allowed(first) else _spdx(first)

"""Texts as comparable tokens: numbers by value, words regardless of spelling and case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

MIN_RATIO = 88
"""Similarity (0..100) from which two words of at least six letters with the same first letter
count as the same. Opposites by prefix ("increased", "decreased") differ in the first letter."""

NEGATIONS = frozenset("not no never none nobody nothing nowhere neither nor without hardly".split())
FUNCTION_WORDS = frozenset(
    """a an the and or of in on at to by for from with as is are was were be been being am has have
    had having do does did it its he she his her they them their theirs we us our you your i me my
    this that these those there here which who whom whose what will would shall should""".split()
)
"""Words that carry no claim: articles, auxiliaries, pronouns, plain prepositions. Words such as
"before", "above", "more", "only" and all negations carry one."""

_CURRENCIES = {"£": "gbp", "$": "usd", "€": "eur", "¥": "jpy"}
_SAME = {
    "pound": "gbp", "pounds": "gbp", "sterling": "gbp", "dollar": "usd", "dollars": "usd",
    "euro": "eur", "euros": "eur", "yen": "jpy", "pct": "percent", "megawatts": "mw",
    "megawatt": "mw", "gigawatthours": "gwh", "gigawatthour": "gwh", "megawatthours": "mwh",
    "kilowatthours": "kwh", "kilograms": "kg", "kilogram": "kg", "kilometres": "km",
    "kilometers": "km", "kilometre": "km", "kilometer": "km", "metres": "m", "meters": "m",
    "metre": "m", "meter": "m", "centimetres": "cm", "centimeters": "cm", "millimetres": "mm",
    "millimeters": "mm", "tonnes": "t", "tonne": "t", "cannot": "not",
}  # fmt: skip
_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_SAME |= {month[:3]: month for month in _MONTHS} | {"sept": "september"}
_SCALES = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "mn": 1e6, "bn": 1e9,
    "mio": 1e6, "mrd": 1e9,
}  # fmt: skip
_ATTACHED_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}
"""Scales only if attached to a number with a currency ("£3.2m"); otherwise "m" means meters."""

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {name: value for value, name in enumerate(_UNITS)}
_NUMBERS |= {name: 10 * value for value, name in enumerate(_TENS, start=2)}
_NUMBERS |= {
    ten + unit: _NUMBERS[ten] + value for ten in _TENS for value, unit in enumerate(_UNITS[:10])
}
_NUMBERS.pop("one")  # usually a pronoun
_QUARTERS = {"first": "q1", "second": "q2", "third": "q3", "fourth": "q4"}

_TOKEN = re.compile(
    r"(?P<iso>(?<!\d)\d{4}-\d\d-\d\d(?!\d))"
    r"|(?P<day>(?<![\d./])\d{1,2}(?P<sep>[./])\d{1,2}(?P=sep)\d{4}(?!\d))"
    r"|(?P<sign>(?<![^\s(])[-\u2212](?=[£$€¥]?\d))"
    r"|(?P<number>(?<![^\W\d_])[\dOlI]*\d[\dOlI]*(?:[.,][\dOlI]*\d[\dOlI]*)*(?![^\W\d_]*\d))"
    r"|(?P<currency>[£$€¥])|(?P<percent>%|\bper cent\b)"
    r"|(?P<word>[^\W_]+(?:['\u2019\-\u2010\u2011\u00ad][^\W_]+)*)"
)
_NARROW_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_RAISED = str.maketrans("", "", "⁰¹²³⁴⁵⁶⁷⁸⁹\u00ad")
_OCR = str.maketrans("OlI", "011")
_LOOK_ALIKE = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"))
_SUFFIXES = frozenset(("", "s", "es", "d", "ed", "e", "ing", "y", "ies", "ied"))


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number at `start:end` of a text.

    Attributes:
        key: the form by which words are compared.
        value: the number multiplied by its scale ("million"), which `scale` holds.
        mantissa: the number without its scale.
        unit: keeps apart numbers that cannot replace each other: a currency, "percent", "year",
            or "".
    """

    kind: Literal["word", "name", "number"]
    key: str
    start: int
    end: int
    value: float = 0.0
    mantissa: float = 0.0
    scale: float = 1.0
    unit: str = ""


def fold(text: str) -> str:
    """Return a text without ligatures, raised digits, soft hyphens and spaces within numbers.

    >>> fold("ﬁve 24.91²")
    'five 24.91'
    """
    text = _NARROW_SPACE.sub("", text.translate(_RAISED))
    return unicodedata.normalize("NFKC", text)


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a folded text, function words included.

    >>> [token.key for token in tokenize("It didn't reach £3.2m on 2025-12-31.")]
    ['it', 'did', 'not', 'reach', 'gbp', '3200000', 'on', '31', 'december', '2025']
    """
    return _quarters(_scaled(literal(text)))


def literal(text: str) -> list[Token]:
    """Return the tokens of a folded text one by one: numbers without the scales after them."""
    return list(_literal(text))


def content(tokens: list[Token]) -> list[Token]:
    """Return the tokens that carry a claim."""
    return [token for token in tokens if token.key not in FUNCTION_WORDS]


def _literal(text: str) -> Iterator[Token]:
    negative, previous_end = False, 0
    for match in _TOKEN.finditer(text):
        kind, token_text = match.lastgroup, match[0]
        start, end = match.span()
        if kind == "sep":
            kind = "day"
        if kind == "sign":
            negative = True
            continue
        if kind in ("iso", "day"):
            yield from _date(token_text, start, end)
        elif kind == "number":
            yield _number(token_text, start, end, negative)
        elif kind == "currency":
            yield Token("word", _CURRENCIES[token_text], start, end)
        elif kind == "percent":
            yield Token("word", "percent", start, end)
        else:
            begins = not text[previous_end:start].strip(" \t\"'“‘(*-•") and previous_end > 0
            is_name = (token_text[0].isupper() and begins) or sum(map(str.isupper, token_text)) > 1
            yield from _word(token_text, start, end, is_name)
        negative = negative and kind == "currency"
        previous_end = end


def _word(text: str, start: int, end: int, is_name: bool) -> Iterator[Token]:
    bare = text.casefold().replace("\u2019", "'")
    if bare.endswith("n't"):
        yield Token("word", bare[:-3], start, end)
        bare = "not"
    bare = bare.removesuffix("'s")
    key = re.sub(r"[^\w]", "", bare)
    key = _SAME.get(key, key)
    if key in _NUMBERS:
        yield _number(str(_NUMBERS[key]), start, end, False)
    elif key in _SCALES:
        yield Token("word", key, start, end, scale=_SCALES[key])
    else:
        yield Token("name" if is_name else "word", key, start, end)


def _number(text: str, start: int, end: int, negative: bool) -> Token:
    digits = text.translate(_OCR)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}(\.\d{3})+,\d+", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif digits.count(",") == 1 and "." not in digits:
        digits = digits.replace(",", ".")
    try:
        value = float(digits) * (-1 if negative else 1)
    except ValueError:  # "1.2.3", a section or version number
        return Token("word", digits, start, end)
    is_year = 1900 <= value <= 2100 and re.fullmatch(r"\d{4}", digits)
    return Token("number", f"{value:.12g}", start, end, value, value, 1.0, "year" * bool(is_year))


def _date(text: str, start: int, end: int) -> Iterator[Token]:
    parts = [int(part) for part in re.split(r"[-./]", text)]
    day, month, year = parts[::-1] if "-" in text else parts
    if month > 12:
        day, month = month, day
    is_known = "/" not in text or day > 12  # 3/4/2025 is in March or April
    yield _number(str(day), start, end, False)
    if is_known and 1 <= month <= 12:
        yield Token("word", _MONTHS[month - 1], start, end)
    else:
        yield _number(str(month), start, end, False)
    yield _number(str(year), start, end, False)


def _scaled(tokens: list[Token]) -> list[Token]:
    """Multiply numbers by the scale that follows them, and note their currency or percent."""
    scaled: list[Token] = []
    for index, token in enumerate(tokens):
        before = scaled[-1] if scaled else None
        if before is not None and before.kind == "number":
            attached = _ATTACHED_SCALES.get(token.key, 1.0) if token.start == before.end else 1.0
            scale = token.scale if token.scale > 1 else attached if before.unit else 1.0
            if scale > 1 and token.kind != "number":
                value = before.mantissa * scale
                scaled[-1] = Token(
                    "number", f"{value:.12g}", before.start, token.end, value, before.mantissa,
                    scale, before.unit if before.unit != "year" else "",
                )  # fmt: skip
                continue
            if token.key in ("percent", *_CURRENCIES.values()) and before.unit in ("", "year"):
                scaled[-1] = _with_unit(before, token.key)
        if token.kind == "number" and index and tokens[index - 1].key in _CURRENCIES.values():
            token = _with_unit(token, tokens[index - 1].key)
        scaled.append(token)
    return scaled


def _with_unit(token: Token, unit: str) -> Token:
    return Token(
        "number", token.key, token.start, token.end, token.value, token.mantissa, token.scale, unit
    )


def _quarters(tokens: list[Token]) -> list[Token]:
    """Write "third quarter" as "Q3"."""
    written: list[Token] = []
    for token in tokens:
        before = written[-1] if written else None
        if token.key == "quarter" and before is not None and before.key in _QUARTERS:
            written[-1] = Token("word", _QUARTERS[before.key], before.start, token.end)
        else:
            written.append(token)
    return written


def matches(claim: Token, source: Token, scales: frozenset[float] = frozenset()) -> bool:
    """Return whether two tokens mean the same.

    Args:
        scales: scales named elsewhere in the source, such as in a column header ("£ million").
    """
    if claim.kind == "number" or source.kind == "number":
        if claim.kind != source.kind:
            return False
        if claim.unit and source.unit and claim.unit != source.unit:
            return False
        if claim.value == source.value:
            return True
        is_bare = source.scale == 1.0 and claim.scale > 1.0
        return is_bare and claim.mantissa == source.mantissa and claim.scale in scales
    return claim.key == source.key or _same_word(claim.key, source.key, claim.kind == "name")


@lru_cache(1 << 16)
def _same_word(a: str, b: str, is_name: bool) -> bool:
    if a[:1] != b[:1] and _look(a) != _look(b):
        return False
    if _look(a) == _look(b) and len(a) > 3:
        return True
    if is_name or min(len(a), len(b)) < 4 or NEGATIONS & {a, b}:
        return False
    shared = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    if shared >= 4 and a[shared:] in _SUFFIXES and b[shared:] in _SUFFIXES:
        return True
    from rapidfuzz import fuzz

    return min(len(a), len(b)) >= 6 and fuzz.ratio(a, b) >= MIN_RATIO


def _look(key: str) -> str:
    for part, other in _LOOK_ALIKE:
        key = key.replace(part, other)
    return key

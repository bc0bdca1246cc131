"""Ways to damage a good file."""

import random
import re
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

NUMBERS = (
    b"0", b"-1", b"1", b"45", b"255", b"65535", b"65536", b"2147483647", b"2147483648",
    b"-2147483648", b"4294967296", b"1000000000", b"99999999999999999999", b"0.0000001",
    b"-0.0", b"1e400", b"NaN", b"inf", b"--5", b"1.2.3", b"null", b"[]", b"()", b"1 0 R", b"2 0 R",
)  # fmt: skip
_NUMBER = re.compile(rb"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w.])")
_KEYED = re.compile(
    rb"/(?:Length|Width|Height|Count|Rotate|Size|UserUnit|BitsPerComponent|MediaBox|CropBox|Prev"
    rb"|Columns|Colors|Predictor|FirstChar|LastChar|First|N|V|R|P)\s*\[?"
    rb"((?:\s*[-+]?\d+(?:\.\d+)?)+)"
)
_NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]*")


def flip(data: bytes, chance: random.Random) -> bytes:
    """Turn a few bits."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 24) if out else 0):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def truncate(data: bytes, chance: random.Random) -> bytes:
    """Cut the end off."""
    return data[: chance.randrange(len(data) + 1)]


def duplicate(data: bytes, chance: random.Random) -> bytes:
    """Put a piece of the file in again, somewhere else."""
    a, b = _span(data, chance)
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[a:b] * chance.choice((1, 1, 2, 50)) + data[at:]


def drop(data: bytes, chance: random.Random) -> bytes:
    """Take a piece out."""
    a, b = _span(data, chance)
    return data[:a] + data[b:]


def stir(data: bytes, chance: random.Random) -> bytes:
    """Write chance bytes over a piece."""
    a, b = _span(data, chance)
    b = min(b, a + 64)
    return data[:a] + chance.randbytes(b - a) + data[b:]


def keyed(data: bytes, chance: random.Random) -> bytes:
    """Give a key of a dictionary (/Length, /MediaBox...) a number it should not have."""
    found = [match.span(1) for match in _KEYED.finditer(data)]
    return _replace_numbers(data, chance.sample(found, min(2, len(found))), chance)


def numbers(data: bytes, chance: random.Random) -> bytes:
    """Give anything a number it should not have: positions, font sizes, references."""
    found = [match.span() for match in _NUMBER.finditer(data)]
    return _replace_numbers(data, chance.sample(found, min(6, len(found))), chance)


def swap_names(data: bytes, chance: random.Random) -> bytes:
    """Write one name of the file in the place of another: types, keys and filters mix."""
    found = [match.span() for match in _NAME.finditer(data)]
    if not found:
        return flip(data, chance)
    for a, b in sorted(chance.sample(found, min(3, len(found))), reverse=True):
        c, d = chance.choice(found)
        data = data[:a] + data[c:d] + data[b:]
    return data


def _replace_numbers(data: bytes, spans: list[tuple[int, int]], chance: random.Random) -> bytes:
    if not spans:  # a picture: big-endian numbers anywhere
        return _bytes_of_numbers(data, chance)
    for a, b in sorted(spans, reverse=True):
        new = _NUMBER.sub(lambda _: chance.choice(NUMBERS), data[a:b])
        data = data[:a] + new + data[b:]
    return data


def _bytes_of_numbers(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(3):
        value = chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x10000))
        at = chance.randrange(max(min(len(out), 200), 1))
        out[at : at + 4] = value.to_bytes(4, chance.choice(("big", "little")))
    return bytes(out)


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    a = chance.randrange(len(data) + 1)
    return a, min(len(data), a + chance.choice((1, 8, 64, 512)))


KINDS: dict[str, Mutation] = {
    made.__name__: made
    for made in (flip, truncate, duplicate, drop, stir, keyed, numbers, swap_names)
}

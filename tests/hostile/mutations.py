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


def flip(data: bytes, rng: random.Random) -> bytes:
    """Flip a few bits."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 24) if out else 0):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Cut the end off."""
    return data[: rng.randrange(len(data) + 1)]


def duplicate(data: bytes, rng: random.Random) -> bytes:
    """Insert a copy of a piece of the file elsewhere."""
    a, b = _span(data, rng)
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[a:b] * rng.choice((1, 1, 2, 50)) + data[at:]


def drop(data: bytes, rng: random.Random) -> bytes:
    """Remove a piece."""
    a, b = _span(data, rng)
    return data[:a] + data[b:]


def stir(data: bytes, rng: random.Random) -> bytes:
    """Overwrite a piece with random bytes."""
    a, b = _span(data, rng)
    b = min(b, a + 64)
    return data[:a] + rng.randbytes(b - a) + data[b:]


def keyed(data: bytes, rng: random.Random) -> bytes:
    """Set dictionary keys (/Length, /MediaBox...) to numbers they should not have."""
    spans = [match.span(1) for match in _KEYED.finditer(data)]
    return _replace_numbers(data, rng.sample(spans, min(2, len(spans))), rng)


def numbers(data: bytes, rng: random.Random) -> bytes:
    """Replace any numbers by bad ones: positions, font sizes, references."""
    spans = [match.span() for match in _NUMBER.finditer(data)]
    return _replace_numbers(data, rng.sample(spans, min(6, len(spans))), rng)


def swap_names(data: bytes, rng: random.Random) -> bytes:
    """Replace names by other names of the file: types, keys and filters mix."""
    spans = [match.span() for match in _NAME.finditer(data)]
    if not spans:
        return flip(data, rng)
    for a, b in sorted(rng.sample(spans, min(3, len(spans))), reverse=True):
        c, d = rng.choice(spans)
        data = data[:a] + data[c:d] + data[b:]
    return data


def _replace_numbers(data: bytes, spans: list[tuple[int, int]], rng: random.Random) -> bytes:
    if not spans:  # a picture: big-endian numbers anywhere
        return _bytes_of_numbers(data, rng)
    for a, b in sorted(spans, reverse=True):
        new = _NUMBER.sub(lambda _: rng.choice(NUMBERS), data[a:b])
        data = data[:a] + new + data[b:]
    return data


def _bytes_of_numbers(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(3):
        value = rng.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x10000))
        at = rng.randrange(max(min(len(out), 200), 1))
        out[at : at + 4] = value.to_bytes(4, rng.choice(("big", "little")))
    return bytes(out)


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    a = rng.randrange(len(data) + 1)
    return a, min(len(data), a + rng.choice((1, 8, 64, 512)))


KINDS: dict[str, Mutation] = {
    mutate.__name__: mutate
    for mutate in (flip, truncate, duplicate, drop, stir, keyed, numbers, swap_names)
}

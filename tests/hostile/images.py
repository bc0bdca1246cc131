"""Images whose headers lie."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from PIL import Image

Make = Callable[[], bytes]


def _picture(mode: str = "RGB") -> Image.Image:
    picture = Image.new("L", (90, 60), 255)
    picture.paste(0, (10, 20, 60, 30))
    return picture.convert(mode)


def save(kind: str, mode: str = "RGB", frames: int = 1) -> bytes:
    """Return a small picture in a format of Pillow."""
    out, picture = io.BytesIO(), _picture(mode)
    more = {"save_all": True, "append_images": [picture] * (frames - 1)} if frames > 1 else {}
    picture.save(out, kind, **more)
    return out.getvalue()


GOOD: dict[str, Make] = {
    "gray.png": partial(save, "PNG", "L"),
    "palette.png": partial(save, "PNG", "P"),
    "alpha.png": partial(save, "PNG", "RGBA"),
    "photo.jpg": partial(save, "JPEG"),
    "cmyk.jpg": partial(save, "JPEG", "CMYK"),
    "three.tif": partial(save, "TIFF", "1", 3),
    "photo.webp": partial(save, "WEBP"),
    "photo.bmp": partial(save, "BMP"),
    "photo.jp2": partial(save, "JPEG2000"),
    "photo.gif": partial(save, "GIF"),
}


def png(
    width: int, height: int, data: bytes = b"", *more: tuple[bytes, bytes], kind: int = 0
) -> bytes:
    """Return a PNG of 8 bits a pixel that holds `data`, whatever size it claims."""
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = [(b"IHDR", head), *more, (b"IDAT", zlib.compress(data, 1)), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def tiff(width: int, height: int, *, following: int = 0, frames: int = 1, **tags: int) -> bytes:
    """Return a TIFF of one strip; `following` is the offset of the next directory of the last."""
    entries = {
        256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 1,
        **{int(key[1:]): value for key, value in tags.items()},
    }  # fmt: skip
    size = 2 + 12 * len(entries) + 4
    out = bytearray(struct.pack("<2sHI", b"II", 42, 16) + b"\0" * 8)
    for frame in range(frames):
        out += struct.pack("<H", len(entries))
        for key, value in sorted(entries.items()):
            out += struct.pack("<HHII", key, 4, 1, value)
        out += struct.pack("<I", len(out) + 4 if frame < frames - 1 else following)
        assert len(out) == 16 + (frame + 1) * size
    return bytes(out)


def bmp(width: int, height: int, compression: int = 0) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, compression, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 16, 0, 0, 54) + head + b"\0" * 16


def jpeg_of(width: int, height: int) -> bytes:
    """Return a JPEG that claims another size."""
    made = bytearray(save("JPEG"))
    at = made.index(b"\xff\xc0") + 5
    made[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(made)


def webp_of(width: int, height: int) -> bytes:
    """Return a WebP canvas (VP8X) that claims a size and holds next to nothing."""
    body = b"\x10\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    parts = b"WEBP" + b"VP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(parts)) + parts


def _exif(value: int) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = value
    _picture().save(out, "JPEG", exif=exif)
    return out.getvalue()


def _dpi(dpi: float) -> bytes:
    out = io.BytesIO()
    _picture().save(out, "TIFF", dpi=(dpi, dpi))
    return out.getvalue()


def cases() -> Iterator[tuple[str, Make]]:
    """Yield (name, how to make it)."""
    huge = 2**31 - 1
    made: dict[str, Make] = {
        "PNG of 1e9 pixels": partial(png, 31623, 31623),
        "PNG of 4e18 pixels": partial(png, huge, huge),
        "PNG bomb, 144 million pixels in it": lambda: png(12_000, 12_000, bytes(12_001 * 12_000)),
        "PNG just allowed": lambda: png(9_990, 10_000, bytes(9_991 * 10_000)),
        "PNG one row": partial(png, 100_000_000, 1),
        "PNG one column": partial(png, 1, 1_000_000, bytes(2_000_000)),
        "PNG without size": partial(png, 0, 0),
        "PNG without data": partial(png, 100, 100),
        "PNG text bomb": lambda: png(
            8, 8, bytes(72), (b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000), 1))
        ),
        "PNG profile bomb": lambda: png(
            8, 8, bytes(72), (b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000), 1))
        ),
        "PNG unknown colors": partial(png, 8, 8, bytes(72), kind=7),
        "JPEG of 4e9 pixels": partial(jpeg_of, 65500, 65500),
        "JPEG of no height": partial(jpeg_of, 100, 0),
        "JPEG larger than its data": partial(jpeg_of, 9000, 9000),
        "WebP of 2e8 pixels": partial(webp_of, 16383, 16383),
        "WebP of 2e14 pixels": partial(webp_of, 1 << 24, 1 << 24),
        "BMP of 4e18 pixels": partial(bmp, huge, huge),
        "BMP of negative size": partial(bmp, -100, -100),
        "BMP of least height": partial(bmp, 100, -(2**31)),
        "BMP of unknown compression": partial(bmp, 10, 10, 9),
        "TIFF loop": partial(tiff, 1, 1, following=16),
        "TIFF loop far back": partial(tiff, 1, 1, following=16, frames=50),
        "TIFF directory beyond the end": partial(tiff, 1, 1, following=1 << 30),
        "TIFF 65535 frames": partial(tiff, 1, 1, frames=65_535),
        "TIFF of 1e9 pixels": partial(tiff, 31623, 31623),
        "TIFF of 4e9 by 4e9": partial(tiff, 2**32 - 1, 2**32 - 1),
        "TIFF strip beyond the end": partial(tiff, 50, 50, t273=1 << 31),
        "TIFF strips of no rows": partial(tiff, 50, 50, t278=0),
        "TIFF 65535 samples": partial(tiff, 5, 5, t277=65535),
        "TIFF unknown compression": partial(tiff, 5, 5, t259=60000),
        "TIFF compressed, no data": partial(tiff, 5, 5, t259=8),
        "TIFF 0 dpi": partial(_dpi, 0),
        "TIFF 1e9 dpi": partial(_dpi, 1e9),
        "EXIF orientation 8": partial(_exif, 8),
        "EXIF orientation 99": partial(_exif, 99),
        "head of a PNG": lambda: b"\x89PNG",
        "head of a JPEG": lambda: b"\xff\xd8\xff",
        "head of a WebP": lambda: b"RIFF\xff\xff\xff\xffWEBP",
        "PNG that is a PDF too": lambda: png(8, 8, bytes(72)) + b"%PDF-1.7\n",
    }
    for name, make in made.items():
        yield f"images/{name}", make

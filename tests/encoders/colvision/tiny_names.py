"""The families of the tiny models, without importing torch."""

NAMES = [
    "ColPali",
    "ColQwen2",
    "ColQwen2.5",
    "ColQwen3",
    "ColQwen3.5",
    "ColIdefics3",
    "ColModernVBert",
    "ColGemma3",
    "native ColPali",
    "native ColQwen2",
    "native ColModernVBert",
]

"""Tiny models of every family, saved once and loaded as users load theirs."""

import warnings

import numpy as np
import pytest

from snappy_core.types import NO_WORDS, Page

PORTRAIT, LANDSCAPE, SQUAT = (430, 1000), (1000, 430), (620, 877)


@pytest.fixture(scope="session")
def libraries():
    """The libraries, imported."""
    for name in ("torch", "transformers"):
        pytest.importorskip(name)
    from tests.encoders.colvision import tiny

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, at import
        try:
            tiny.import_torchvision()
        except ImportError:
            pytest.skip("no torchvision")
        pytest.importorskip("colpali_engine.models")
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # with more, models as small as these mostly wait
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def saved(libraries, tmp_path_factory):
    """A function that returns the folder of a tiny model of a family."""
    from tests.encoders.colvision import tiny

    folder = tmp_path_factory.mktemp("models")

    def get(name):
        path = folder / name.replace(" ", "-")
        if not path.exists():
            tiny.save(name, path)
        return path

    return get


@pytest.fixture(scope="session")
def encoders(saved):
    """A function that returns the encoder of a tiny model of a family."""
    from snappy_core.encoders.colvision import ColVisionEncoder

    loaded = {}

    def get(name):
        if name not in loaded:
            loaded[name] = ColVisionEncoder(saved(name))
        return loaded[name]

    return get


@pytest.fixture(scope="session")
def local_encoders(saved):
    """As `encoders`, but without attention: the vector of a token depends only on its pixels."""
    import torch

    from snappy_core.encoders.colvision import ColVisionEncoder

    loaded = {}

    def get(name):
        if name not in loaded:
            loaded[name] = encoder = ColVisionEncoder(saved(name))
            with torch.no_grad():
                for key, weights in encoder._loaded.model.named_parameters():
                    parts = key.split(".")
                    out = {"o_proj", "out_proj", "Wo"} & set(parts) or ".attn.proj." in key
                    if out and "mlp" not in parts:
                        weights.zero_()
                    elif parts[-2] == "embed_tokens":
                        weights[0] = weights[1]  # of padding: 0 / 0 has no gradient
        return loaded[name]

    return get


def page_of(picture, number=1):
    return Page(
        number, str(number), *picture.size, "px", NO_WORDS, (), renderer=lambda dpi: picture
    )


def gradient(width, height):
    """An image whose red grows from left to right and whose green grows downwards."""
    from PIL import Image

    red = np.tile((np.arange(width) + 0.5) / width, (height, 1))
    green = np.tile((np.arange(height)[:, None] + 0.5) / height, (1, width))
    levels = np.stack([red, green, np.full_like(red, 0.5)], axis=2) * 255
    return Image.fromarray(np.rint(levels).astype(np.uint8))


@pytest.fixture(scope="session")
def pages():
    return [
        page_of(gradient(*size), number)
        for number, size in enumerate((PORTRAIT, LANDSCAPE, SQUAT), 1)
    ]

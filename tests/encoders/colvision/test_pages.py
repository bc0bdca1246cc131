"""From pages to patches: memory, unusual pages, invalid vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core import ModelError
from snappy_core.encoders.colvision import ColVisionEncoder
from snappy_core.encoders.colvision.families import FAMILIES
from snappy_core.encoders.colvision.pages import choose_dpi
from snappy_core.types import NO_WORDS, Page
from tests.encoders.colvision.conftest import gradient, page_of
from tests.encoders.colvision.tiny_names import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_int8_vectors_agree_with_the_model(name, encoders, pages):
    """Cosines of questions and patches are within .01 of those in 32 bits."""
    from snappy_core.encoders.colvision import pages as colvision_pages

    encoder = encoders(name)
    (found,) = encoder.encode_pages(pages[:1])
    loaded = encoder._loaded
    batch = colvision_pages.prepare(pages[:1], loaded)
    exact = loaded.embed(batch.inputs)[0].numpy()[batch.layouts[0].order]
    assert len(found) == int(batch.inputs["attention_mask"].sum())  # every token of the page
    question = encoder.encode_query("What did the port charge?").vectors
    cosines = question @ (found.vectors * found.scales[:, None]).T
    assert np.abs(cosines - question @ exact.T).max() < 0.01
    assert found.local[: found.local.sum()].all()  # the grid comes first
    assert not found.local.all()


def failing_above(encoder, images, monkeypatch, error):
    """Let the model fail when it gets more than so many pages; return the sizes it was given."""
    loaded = encoder._loaded
    forward, given = type(loaded).forward, []

    def limited(self, inputs):
        given.append(len(inputs["input_ids"]))
        if given[-1] > images:
            raise error
        return forward(self, inputs)

    monkeypatch.setattr(type(loaded), "forward", limited)
    return given


def out_of_memory():
    import torch

    return [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("MPS backend out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ]


@pytest.mark.parametrize("kind", range(3))
def test_a_batch_that_does_not_fit_is_halved(kind, saved, pages, monkeypatch):
    encoder = ColVisionEncoder(saved("ColQwen2"), batch_size=4)
    many = [pages[n % 3] for n in range(7)]
    expected = encoder.encode_pages(many)
    given = failing_above(encoder, 2, monkeypatch, out_of_memory()[kind])
    found = encoder.encode_pages(many)
    assert given == [4, 2, 2, 3, 1, 2]  # the second batch was under way at its old size
    assert encoder.batch_size == 1
    for one, other in zip(found, expected, strict=True):
        assert one.grid == other.grid
        assert np.array_equal(one.boxes, other.boxes)
        assert (
            np.abs(one.vectors * one.scales[:, None] - other.vectors * other.scales[:, None]).max()
            < 0.01
        )


def test_a_page_that_does_not_fit_alone(saved, pages, monkeypatch):
    encoder = ColVisionEncoder(saved("ColQwen2"))
    failing_above(encoder, 0, monkeypatch, out_of_memory()[0])
    with pytest.raises(ModelError, match="page 1 alone does not fit into the memory of cpu; use"):
        encoder.encode_pages(pages)


def test_other_errors_are_not_taken_for_lack_of_memory(saved, pages, monkeypatch):
    encoder = ColVisionEncoder(saved("ColQwen2"))
    given = failing_above(encoder, 0, monkeypatch, RuntimeError("shapes differ"))
    with pytest.raises(ModelError, match=r"fails on the output of its processor \(shapes differ"):
        encoder.encode_pages(pages)
    assert given == [3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda vectors: vectors.fill_(0), "1 of [0-9]+ vectors are zero; try dtype='float32'"),
        (lambda vectors: vectors.fill_(float("nan")), "1 of [0-9]+ vectors are not finite"),
        (lambda vectors: vectors.mul_(float("inf")), "1 of [0-9]+ vectors are not finite"),
    ],
)
def test_invalid_vectors(change, message, saved, pages, monkeypatch):
    encoder = ColVisionEncoder(saved("ColQwen2"))
    forward = type(encoder._loaded).forward

    def broken(self, inputs):
        made = forward(self, inputs)
        change(made[-1, -1])
        return made

    monkeypatch.setattr(type(encoder._loaded), "forward", broken)
    with pytest.raises(ModelError, match=f"page 2: {message}"):
        encoder.encode_pages(pages[:2])
    with pytest.raises(ModelError, match=f"the question: {message}"):
        encoder.encode_query("Rents?")


def test_vectors_of_another_length(saved, pages, monkeypatch):
    encoder = ColVisionEncoder(saved("ColQwen2"))
    forward = type(encoder._loaded).forward
    monkeypatch.setattr(type(encoder._loaded), "forward", lambda *a: forward(*a)[..., :99])
    with pytest.raises(ModelError, match="page 1: vectors of 99 dimensions, not 128"):
        encoder.encode_pages(pages)


def test_a_single_vector_per_page_is_refused(saved, pages, monkeypatch):
    encoder = ColVisionEncoder(saved("ColQwen2"))
    forward = encoder._loaded.model.forward
    monkeypatch.setattr(encoder._loaded.model, "forward", lambda **k: forward(**k).mean(dim=1))
    with pytest.raises(ModelError, match="does not return a vector for each token"):
        encoder.encode_pages(pages)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1, 1), (20_000, 20), (20, 20_000), (3, 2)])
def test_pages_of_an_awkward_size(name, size, encoders, pages):
    """They are scaled like all others, alone and in a batch with a common page."""
    encoder = encoders(name)
    (alone,) = encoder.encode_pages([page_of(gradient(*size))])
    _, beside = encoder.encode_pages([pages[0], page_of(gradient(*size))])
    assert alone.grid == beside.grid
    assert alone.local.sum() == np.prod(alone.grid)
    assert np.allclose(alone.boxes[alone.local][[0, -1]][[0, 1], [0, 2]], [0, 1])
    if size == (20_000, 20) and encoder._loaded.checkpoint.family.geometry != "square":
        assert alone.grid[1] > 3 * alone.grid[0]


def test_a_page_without_a_renderer(encoders):
    page = Page(3, "3", 10, 20, "pt", NO_WORDS, ())
    with pytest.raises(ValueError, match="page 3 has no renderer"):
        encoders("ColQwen2").encode_pages([page])


@pytest.mark.parametrize(
    ("name", "most", "counts"),
    [
        ("ColQwen2", 40, (20, 40)),
        ("ColQwen3", 40, (20, 40)),
        ("native ColQwen2", 40, (20, 40)),
        ("ColQwen2", 2, (1, 2)),
        ("ColIdefics3", 16 * 5, (16 * 3, 16 * 5)),
        ("native ColModernVBert", 16 * 4, (16, 16)),
        ("ColModernVBert", 16, (16, 16)),
        ("ColPali", 256, (256, 256)),
        ("ColGemma3", 1000, (64, 64)),
    ],
)
def test_max_visual_tokens(name, most, counts, saved, pages):
    encoder = ColVisionEncoder(saved(name), max_visual_tokens=most)
    for page, patches in zip(pages, encoder.encode_pages(pages), strict=True):
        kept = encoder._loaded
        image = patches.local.sum()
        if kept.checkpoint.family.geometry == "tiled" and image > 16:
            image += 16  # the global tile
        assert counts[0] <= image <= counts[1], page


@pytest.mark.parametrize(
    ("name", "least"), [("ColPali", 256), ("ColGemma3", 64), ("ColIdefics3", 16)]
)
def test_max_visual_tokens_below_the_minimum(name, least, saved):
    with pytest.raises(ValueError, match=f"must be at least {least} for a {name}, not {least - 1}"):
        ColVisionEncoder(saved(name), max_visual_tokens=least - 1)


@given(
    width=st.floats(1, 5000),
    height=st.floats(1, 5000),
    family=st.sampled_from(FAMILIES),
    dots=st.integers(200, 3000),
)
def test_dpi_fits_the_resolution_of_the_model(width, height, family, dots):
    size = {"width": dots, "height": dots, "longest_edge": dots}
    if family.geometry == "merged":
        size["longest_edge"] = dots**2
    page = Page(1, "1", width, height, "pt", NO_WORDS, ())
    dpi = choose_dpi(page, size, family)
    across, down = width * dpi / 72, height * dpi / 72
    seen = {
        "square": min(across, down) / dots,
        "merged": across * down / dots**2,
        "tiled": max(across, down) / dots,
    }[family.geometry]
    assert dpi <= 600
    assert seen > 0.999 or dpi == 600
    assert seen < 2.26 or dpi <= 150


def test_more_visual_tokens_need_a_higher_resolution(saved):
    asked = []

    def render(dpi):
        asked.append(dpi)
        return gradient(round(8.27 * dpi), round(11.69 * dpi))

    page = Page(1, "1", 595, 842, "pt", NO_WORDS, (), renderer=render)
    for most in (64, 768, 4096):
        encoder = ColVisionEncoder(saved("ColQwen2"), max_visual_tokens=most)
        (patches,) = encoder.encode_pages([page])
        assert 0.8 * most < patches.local.sum() <= most
    assert [round(dpi) for dpi in asked] == [34, 118, 182]

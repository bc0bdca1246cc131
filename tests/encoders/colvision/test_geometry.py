"""The boxes of patches match the pixels that each of them depends on."""

import numpy as np
import pytest

from snappy_core.encoders.colvision import pages as colvision_pages
from tests.encoders.colvision.conftest import page_of
from tests.encoders.colvision.tiny_names import NAMES

GRIDS = {  # (rows, cols) of the portrait, landscape and squat page
    "ColPali": [(16, 16)] * 3,
    "ColQwen2": [(17, 7), (7, 17), (13, 9)],
    "ColGemma3": [(8, 8)] * 3,
    "ColIdefics3": [(16, 8), (8, 16), (16, 12)],
    "native ColModernVBert": [(16, 8), (8, 16), (16, 12)],
}


def by_channel(pixels):
    """Return what a model takes of pictures with the channels first: (3, pages, ...)."""
    if pixels.ndim == 3:  # rows of patches: channel, then frame and pixels
        pixels = pixels.reshape(*pixels.shape[:2], 3, -1)
        return np.moveaxis(pixels, 2, 0)
    return np.moveaxis(pixels, pixels.ndim - 3, 0)


def measured_centers(loaded, batch):
    """Return the center of the pixels that feed each image token of each page, by gradients.

    No pixel feeds two tokens, so two gradients are enough: of the sum over all tokens, and of
    the sum in which each token counts as often as its number. Their ratio at a pixel is the
    number of the token that it feeds.
    """
    import torch

    pixels = batch.inputs["pixel_values"].clone().requires_grad_()
    vectors = loaded.forward({**batch.inputs, "pixel_values": pixels})
    values = vectors @ torch.linspace(0.5, 1.5, vectors.shape[2])
    numbers = torch.zeros_like(values)
    image_counts = (batch.inputs["input_ids"] == loaded.image_token).sum(dim=1).tolist()
    for row, layout in enumerate(batch.layouts):
        order = layout.order[: image_counts[row]]
        numbers[row, order] = torch.arange(1.0, len(order) + 1)
    (once,) = torch.autograd.grad(values[numbers > 0].sum(), pixels, retain_graph=True)
    (often,) = torch.autograd.grad((values * numbers).sum(), pixels)
    once, often = (by_channel(slope.double().numpy()) for slope in (once, often))
    strongest = np.abs(once).argmax(axis=0)[None]
    once = np.take_along_axis(once, strongest, 0)[0]
    often = np.take_along_axis(often, strongest, 0)[0]
    ratio = np.divide(often, once, out=np.zeros_like(once), where=once != 0)
    fed = np.rint(ratio).astype(int)
    processor = loaded.processor.image_processor
    channels = by_channel(pixels.detach().numpy())
    red, green = (channels[n] * processor.image_std[n] + processor.image_mean[n] for n in range(2))
    centers = []
    for row, image_count in enumerate(image_counts):
        counts = np.bincount(fed[row].ravel(), minlength=image_count + 1)[1:]
        sums = [
            np.bincount(fed[row].ravel(), color[row].ravel(), image_count + 1)[1:]
            for color in (red, green)
        ]
        centers.append((np.array(sums) / counts).T)
    return centers


@pytest.mark.parametrize("name", NAMES)
def test_boxes_of_patches_match_their_pixels(name, local_encoders, pages):
    """Every cell, and the global tile: portrait, landscape, alone and in a mixed batch."""
    loaded = local_encoders(name)._loaded
    for chosen in ([0], [1], [0, 1, 2]):
        batch = colvision_pages.prepare([pages[n] for n in chosen], loaded)
        for layout, centers in zip(batch.layouts, measured_centers(loaded, batch), strict=True):
            expected = layout.boxes[: len(centers)].reshape(-1, 2, 2).mean(axis=1)
            assert centers.shape == expected.shape
            assert np.abs(centers - expected).max() < 0.002


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_mixed_pages_equals_single_pages(name, encoders, pages):
    encoder = encoders(name)
    together = encoder.encode_pages(pages)
    if name in GRIDS:
        assert [page.grid for page in together] == GRIDS[name]
    for page, found in zip(pages, together, strict=True):
        (alone,) = encoder.encode_pages([page])
        assert alone.grid == found.grid
        assert alone.local.tolist() == found.local.tolist()
        assert np.array_equal(alone.boxes, found.boxes)
        cosines = np.sum(
            alone.vectors * alone.scales[:, None] * found.vectors * found.scales[:, None], axis=1
        )
        assert cosines.min() > 0.999


@pytest.mark.parametrize("name", NAMES)
def test_a_mark_on_the_page_changes_the_patches_that_see_it(name, local_encoders):
    """End to end: from a page to int8 vectors in raster order."""
    from PIL import Image

    encoder = local_encoders(name)
    blank = Image.new("RGB", (430, 1000), "white")
    marked = blank.copy()
    left, top, right, bottom = 0.55, 0.1, 0.93, 0.31
    marked.paste("navy", (int(left * 430), int(top * 1000), int(right * 430), int(bottom * 1000)))
    before, after = encoder.encode_pages([page_of(blank), page_of(marked)])
    changed = (before.vectors != after.vectors).any(axis=1)[before.local]
    x0, y0, x1, y1 = before.boxes[before.local].T
    bleed = 0.02  # the resize mixes neighboring pixels
    inside = (x1 > left + bleed) & (x0 < right - bleed) & (y1 > top + bleed) & (y0 < bottom - bleed)
    near = (x1 > left - bleed) & (x0 < right + bleed) & (y1 > top - bleed) & (y0 < bottom + bleed)
    assert inside.any()
    assert not near.all()
    assert changed[inside].all()
    assert not changed[~near].any()

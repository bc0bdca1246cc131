"""The colors of the pictures are told apart by people who see fewer of them."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import ImageColor

from snappy_core.display.render import BEST, MARKER, OTHER

# Machado, Oliveira and Fernandes 2009, of full severity, on linear RGB.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = (0.9505, 1.0, 1.089)


def seen(color, deficiency):
    """Return a color in CIELAB as somebody with a deficiency sees it."""
    rgb = np.array(ImageColor.getrgb(color) if isinstance(color, str) else color) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(np.array(DEFICIENCIES[deficiency]) @ linear, 0, 1) / WHITE
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_boxes_marks_and_paper_are_told_apart(deficiency):
    """A difference of 15 is seen at a glance; of 2, side by side."""
    colors = [seen(color, deficiency) for color in (BEST, OTHER, MARKER, "white")]
    assert min(np.linalg.norm(a - b) for a, b in pairwise(colors)) > 15


def test_the_measure_knows_red_and_green():
    red, green = (seen(color, "deuteranopia") for color in ("#b35a00", "#7a7a00"))
    assert np.linalg.norm(red - green) < 15

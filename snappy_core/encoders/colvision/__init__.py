"""Vision-language retrievers of the ColPali family. Importing this does not import torch."""

from snappy_core.encoders.colvision.encoder import ColVisionEncoder
from snappy_core.encoders.colvision.families import FAMILIES, Family

__all__ = ["FAMILIES", "ColVisionEncoder", "Family"]

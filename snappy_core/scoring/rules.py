"""Scoring rules: how the similarities of query tokens and patches become region scores.

A rule is a function `(similarity, weights, content_mask, membership) -> region scores`. Add a rule
with `SCORING_RULES.register("mine", rule)`, or in a package under the entry point group
"snappy.scoring_rules", and choose it with `index.search(..., scoring="mine")`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from snappy_core.registry import Registry
from snappy_core.scoring.maxsim import segment_max
from snappy_core.scoring.membership import Membership
from snappy_core.scoring.propagation import heat, propagate
from snappy_core.types import Query

MAXSIM = "maxsim"
MIXTURE = "mixture"


ScoringRule = Callable[
    [NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], Membership], NDArray[np.float32]
]
"""Returns the scores (r,) of r regions, -1..1, from the cosines of m query tokens and n patches
(m, n), the token weights (m,) of sum 1, the mask (m,) of the tokens that carry content, and the
patches of each region."""

SCORING_RULES: Registry[ScoringRule] = Registry(
    "scoring rule",
    "snappy.scoring_rules",
    {
        MIXTURE: "snappy_core.scoring.rules:maxsim",  # one of its signals; see `mixture`
        MAXSIM: "snappy_core.scoring.rules:maxsim",
        "iou_weighted": "snappy_core.scoring.rules:iou_weighted",
        "max": "snappy_core.scoring.rules:max_patch",
        "mean": "snappy_core.scoring.rules:mean_patch",
    },
)


def default_rule(query: Query) -> str:
    """Return "mixture" for the query of a text encoder, "iou_weighted" for one of a vision encoder.

    The queries of text encoders have terms. "mixture" found more on every word benchmark; for the
    patches of a vision encoder, which have no passages, it is undefined.
    """
    return "iou_weighted" if query.terms is None else MIXTURE


def maxsim(
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    content_mask: NDArray[np.bool_],
    membership: Membership,
) -> NDArray[np.float32]:
    """Late interaction restricted to the region: `sum_i w_i max_{j in r} S_ij`, shape (r,)."""
    return np.asarray(weights @ best_in_region(similarity, membership))


def best_in_region(similarity: NDArray[np.float32], membership: Membership) -> NDArray[np.float32]:
    """Return `max_{j in r} S_ij` for each token and region, (m, r); 0 without patches."""
    own_before = np.concatenate([[0], np.cumsum(membership.own)])
    offsets = own_before[membership.offsets]  # segments of the entries that are a region's own
    best = segment_max(similarity[:, membership.patches[membership.own]], offsets)
    return np.where(np.isneginf(best), 0, best).astype(np.float32)


def _propagation_rule(how: str) -> ScoringRule:
    """Return a rule of the paper: heat over the content tokens, propagated to the regions."""

    def rule(
        similarity: NDArray[np.float32],
        weights: NDArray[np.float32],
        content_mask: NDArray[np.bool_],
        membership: Membership,
    ) -> NDArray[np.float32]:
        return propagate(heat(similarity, content_mask), membership, how)

    return rule


iou_weighted = _propagation_rule("iou_weighted")
max_patch = _propagation_rule("max")
mean_patch = _propagation_rule("mean")

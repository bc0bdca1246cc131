"""The formulas of the design, by hand and against a double loop over regions and patches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.scoring.membership import assign, concatenate
from snappy_core.scoring.propagation import heat, propagate
from snappy_core.scoring.rules import SCORING_RULES, best_in_region, maxsim
from snappy_core.types import Patches, Region

BOX = (0.25, 0, 0.625, 0.5)  # on a grid of 2 x 4: IoU 2/3 with patch 1, 1/4 with patch 2
HEAT = np.array([0.0, 0.75, -0.5, 1, 1, 1, 1, 1], np.float32)
S = np.array(
    [[0.1, 0.5, 0.25, 1, 1, 1, 1, 1], [0.9, -0.5, -0.25, 1, 1, 1, 1, 1]], np.float32
)  # 2 tokens x 8 patches


def region(box, words=(), parent=None):
    return Region(box, "", words, "paragraph", 0, parent)


def grid(rows, columns):
    boxes = [
        (c / columns, r / rows, (c + 1) / columns, (r + 1) / rows)
        for r in range(rows)
        for c in range(columns)
    ]
    return patches(boxes, (rows, columns))


def patches(boxes, shape=None):
    n = len(boxes)
    boxes = np.array(boxes, np.float32).reshape(n, 4)
    return Patches(np.ones((n, 3), np.int8), np.ones(n, np.float32), boxes, np.ones(n, bool), shape)


def random_boxes(rng, n):
    corners = np.sort(rng.random((n, 2, 2)), axis=1)
    return [(*low, *high) for low, high in corners.tolist()]


def random_page(seed, of_words):
    """Regions, patches and similarities; of words or of a grid that is seldom square."""
    rng = np.random.default_rng(seed)
    if of_words:
        made = patches(random_boxes(rng, int(rng.integers(0, 9))))
        shares = [np.flatnonzero(rng.random(len(made)) < 0.4).tolist() for _ in range(4)]
    else:
        made, shares = grid(*rng.integers(1, 5, 2).tolist()), [()] * 4
    boxes = random_boxes(rng, 4)
    regions = [region(box, tuple(share)) for box, share in zip(boxes, shares, strict=True)]
    similarity = rng.uniform(-1, 1, (3, len(made))).astype(np.float32)
    return regions, made, similarity


def overlaps(r, made):
    """Each patch's IoU with a region, and the share of it that lies inside, in plain Python."""
    x0, y0, x1, y1 = r.box
    for a0, b0, a1, b1 in made.boxes.astype(float).tolist():
        shared = max(min(x1, a1) - max(x0, a0), 0) * max(min(y1, b1) - max(y0, b0), 0)
        size = (a1 - a0) * (b1 - b0)
        yield shared / ((x1 - x0) * (y1 - y0) + size - shared), shared / size


def late_interaction(similarity, weights, membership):
    return maxsim(similarity, weights, np.ones(len(weights), bool), membership)


def test_heat_is_the_best_over_the_content_tokens():
    content_mask = np.array([True, False])
    assert heat(S, content_mask).tolist() == S[0].tolist()
    assert heat(S, ~content_mask).tolist() == S[1].tolist()
    assert heat(S, content_mask | ~content_mask)[:3] == pytest.approx([0.9, 0.5, 0.25])
    assert heat(S, content_mask | ~content_mask, how="mean")[:3] == pytest.approx([0.5, 0, 0])


@pytest.mark.parametrize(
    ("how", "min_overlap", "expected"),
    [
        ("iou_weighted", 0, (2 / 3 * 0.75 - 1 / 4 * 0.5) / (2 / 3 + 1 / 4)),
        ("iou_weighted", 0.5, (2 / 3 * 0.75 - 1 / 4 * 0.5) / (2 / 3 + 1 / 4)),  # half is enough
        ("iou_weighted", 0.51, 0.75),  # only patch 1 is left
        ("max", 0, 0.75),
        ("mean", 0, 0.125),
        ("mean", 1, 0.75),
    ],
)
def test_propagation_by_hand(how, min_overlap, expected):
    membership = assign([region(BOX)], grid(2, 4))
    assert propagate(HEAT, membership, how, min_overlap) == pytest.approx([expected])


@pytest.mark.parametrize("how", ["iou_weighted", "max", "mean"])
def test_the_transposed_grid_gives_another_answer(how):
    wide, tall = (assign([region(BOX)], grid(*shape)) for shape in [(2, 4), (4, 2)])
    values = np.array([0.7, 0.6, 0.5, 0.3, 0, 0, 0, 0], np.float32)
    assert abs(propagate(values, wide, how) - propagate(values, tall, how)) > 0.01


def test_min_overlap_is_a_share_of_the_patch_not_iou():
    page = region((0, 0, 1, 1))  # its IoU with each of 64 patches is 1/64
    membership = assign([page], grid(4, 16))
    assert membership.iou.max() < 0.02
    assert propagate(np.full(64, 0.5, np.float32), membership, min_overlap=1.0).tolist() == [0.5]


@pytest.mark.parametrize("how", ["iou_weighted", "max", "mean"])
def test_a_region_without_patches_scores_zero(how):
    regions = [region((0, 0, 0.5, 0.125)), region((0.5, 0.5, 1, 1), (0,))]
    membership = assign(regions, patches([(0.5, 0.5, 1, 0.75)]))
    cold = np.array([-0.5], np.float32)
    assert propagate(cold, membership, how).tolist() == [0, -0.5]
    assert late_interaction(cold[None], np.ones(1, np.float32), membership).tolist() == [0, -0.5]


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_min_overlap_is_a_share(share):
    with pytest.raises(ValueError, match="min_overlap must be between 0 and 1"):
        propagate(HEAT, assign([region(BOX)], grid(2, 4)), min_overlap=share)


def test_unknown_rules_are_refused():
    membership = assign([region(BOX)], grid(2, 4))
    with pytest.raises(ValueError, match="'iou_weighted', 'max' or 'mean', not 'median'"):
        propagate(HEAT, membership, "median")
    with pytest.raises(ValueError, match="'median'; use mixture, maxsim, iou_weighted, max, mean"):
        SCORING_RULES.get("median")


def test_late_interaction_inside_a_region_by_hand():
    membership = assign([region(BOX)], grid(2, 4))  # judged by patches 1 and 2
    weights = np.array([0.75, 0.25], np.float32)
    assert best_in_region(S, membership).tolist() == [[0.5], [-0.25]]
    assert late_interaction(S, weights, membership).tolist() == [0.75 * 0.5 - 0.25 * 0.25]


def test_late_interaction_with_words_takes_the_regions_own():
    page = patches([(0, 0, 0.5, 0.25), (0.5, 0, 1, 0.25), (0, 0.5, 0.5, 0.75)])
    membership = assign([region((0, 0, 1, 0.25), (0, 2))], page)  # word 1 lies in it, 2 does not
    similarity = np.array([[0.25, 1, 0.5], [0.75, 1, -1]], np.float32)
    assert late_interaction(similarity, np.full(2, 0.5, np.float32), membership).tolist() == [0.625]


@pytest.mark.parametrize("scoring", ["maxsim", "iou_weighted", "max", "mean"])
def test_each_rule_by_its_name(scoring):
    membership = assign([region(BOX), region((0, 0, 1, 1))], grid(2, 4))
    weights, content_mask = np.array([0.75, 0.25], np.float32), np.array([True, False])
    found = SCORING_RULES.get(scoring)(S, weights, content_mask, membership)
    if scoring == "maxsim":
        assert found.tolist() == late_interaction(S, weights, membership).tolist()
    else:
        assert found.tolist() == propagate(S[0], membership, scoring).tolist()
    assert found[0] == pytest.approx(
        {
            "maxsim": 0.3125,
            "iou_weighted": (2 / 3 * 0.5 + 1 / 16) / (2 / 3 + 1 / 4),
            "max": 0.5,
            "mean": 0.375,
        }[scoring]
    )


@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([0, 0.25, 0.5, 1]))
def test_propagation_equals_a_double_loop(seed, of_words, least):
    regions, made, similarity = random_page(seed, of_words)
    membership, values = assign(regions, made), heat(similarity, np.ones(3, bool))
    found = {
        how: propagate(values, membership, how, least) for how in ("iou_weighted", "max", "mean")
    }
    for i, r in enumerate(regions):
        weights, inside = [], []
        for (weight, share), value in zip(overlaps(r, made), values.tolist(), strict=True):
            if weight > 0 and share >= least - 1e-9:
                weights.append(weight)
                inside.append(value)
        weighted = sum(w * v for w, v in zip(weights, inside, strict=True))
        expected = (weighted / sum(weights), max(inside), np.mean(inside)) if inside else (0, 0, 0)
        assert [scores[i] for scores in found.values()] == pytest.approx(expected, abs=1e-3)


@given(st.integers(0, 10_000), st.booleans())
def test_late_interaction_equals_a_double_loop(seed, of_words):
    regions, made, similarity = random_page(seed, of_words)
    weights = np.array([0.5, 0.3, 0.2], np.float32)
    found = late_interaction(similarity, weights, assign(regions, made))
    for i, r in enumerate(regions):
        shares = [share for _, share in overlaps(r, made)]
        covered = [j for j, share in enumerate(shares) if share >= 0.5]
        own = r.words if of_words else covered
        if not own and not of_words:  # any of those that overlap most
            choices = [[j] for j, share in enumerate(shares) if share >= max(shares) - 1e-5]
        else:
            choices = [own]
        expected = [
            sum(
                w * max((row[j] for j in choice), default=0)
                for w, row in zip(weights.tolist(), similarity.tolist(), strict=True)
            )
            for choice in choices
        ]
        assert np.abs(np.array(expected) - found[i]).min() < 1e-5


@given(st.integers(0, 10_000), st.booleans())
def test_a_parent_never_scores_below_its_child(seed, of_words):
    rng = np.random.default_rng(seed)
    if of_words:
        made = patches(random_boxes(rng, 7))
        held = rng.permutation(7)[:5]
        family = [region((0, 0, 1, 1), tuple(held.tolist())), region(BOX, tuple(held[:2].tolist()))]
    else:
        made = grid(*rng.integers(1, 6, 2).tolist())
        x0, y0, x1, y1 = random_boxes(rng, 1)[0]
        # a child that covers half of no patch is judged by one that may not be its parent's
        patch = made.boxes[rng.integers(len(made))].tolist()
        child = (min(x0, patch[0]), min(y0, patch[1]), max(x1, patch[2]), max(y1, patch[3]))
        family = [region((child[0] / 2, child[1], (1 + child[2]) / 2, 1.0)), region(child)]
    similarity = rng.uniform(-1, 1, (3, len(made))).astype(np.float32)
    weights = np.array([0.5, 0.3, 0.2], np.float32)
    parent, child = late_interaction(similarity, weights, assign(family, made))
    assert parent >= child - 1e-6


@given(st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), min_size=1, max_size=5))
def test_a_batch_of_ragged_pages_equals_one_by_one(pages):
    made = [random_page(*page) for page in pages]
    membership = [assign(regions, patches) for regions, patches, _ in made]
    weights, content_mask = np.array([0.5, 0.3, 0.2], np.float32), np.array([True, False, True])
    together = concatenate(membership, [len(patches) for _, patches, _ in made])
    similarity = np.hstack([similarity for *_, similarity in made])
    for scoring in SCORING_RULES.names():
        alone = [
            SCORING_RULES.get(scoring)(s, weights, content_mask, member)
            for member, (*_, s) in zip(membership, made, strict=True)
        ]
        batch = SCORING_RULES.get(scoring)(similarity, weights, content_mask, together)
        assert batch == pytest.approx(np.concatenate(alone), abs=1e-5)

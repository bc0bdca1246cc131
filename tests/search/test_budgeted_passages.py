"""Contexts are counted as if each passage were counted with all others, but in less time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.search.context import assemble, estimate_tokens
from tests.search.test_context import make_hit

HEAD = "| Port | Boats |\n| --- | --- |\n"


def with_parent(hit, parent):
    return replace(hit, region=replace(hit.region, parent=parent))


@st.composite
def hits(draw):
    """Hits of few pages, files and texts, so that they share them."""
    text = st.sampled_from(
        ["profit rose", "We paid for:", "We paid for:\na boat;", "word " * 40]
        + [f"{HEAD}| Brae | {n} |" for n in range(4)]
        + [f"Ships of line {n} land at the quay." for n in range(9)]
    )
    source = st.sampled_from(["/x/a.pdf", "/x/b.pdf", "/a long name of a folder/a.pdf"])
    drawn = draw(st.lists(st.tuples(text, source, st.integers(1, 3), st.integers(1, 2))))
    return [
        with_parent(make_hit(text, source=source, page=page, order=order, words=(order,)), parent)
        for order, (text, source, page, parent) in enumerate(drawn)
        for order in [(7 * order) % 31]
    ]


def with_overhead(text):
    return 3 + estimate_tokens(text)


@given(hits(), st.integers(60, 400), st.sampled_from([estimate_tokens, len, with_overhead]))
def test_what_is_taken_is_what_fits(hits, budget, count):
    taken = []
    for hit in hits:
        context = assemble([*taken, hit], count=count)
        if not context.left_out and context.tokens <= budget:
            taken.append(hit)
    if taken:
        assert assemble(hits, budget, count=count).text == assemble(taken, count=count).text


@pytest.mark.parametrize("share", [0.1, 0.9, 2])
@pytest.mark.parametrize("pages", [1, 7, 1000])
def test_counting_takes_time_by_the_number_of_hits(share, pages):
    hits = [
        make_hit(f"Ship {n} lands {n % 13 * 'at the quay '}", order=n, page=n % pages, words=(n,))
        for n in reversed(range(300))
    ]
    counted = []

    def count(text):
        counted.append(len(text))
        return estimate_tokens(text)

    whole = assemble(hits)
    context = assemble(hits, int(share * whole.tokens), count=count)
    assert context.citations
    assert bool(context.left_out) == (share < 1)
    assert len(counted) < 6 * len(hits)
    assert sum(counted) < 40 * len(whole.text)

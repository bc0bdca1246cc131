"""Connected components against a search of the graph."""

from hypothesis import given
from hypothesis import strategies as st

from snappy_core.grouping import connected_components


def test_no_items():
    assert connected_components(0, []).tolist() == []


@given(st.data(), st.integers(1, 12))
def test_items_share_a_label_if_a_path_connects_them(data, count):
    items = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(items, items), max_size=15))
    labels = connected_components(count, pairs).tolist()
    assert list(dict.fromkeys(labels)) == list(range(len(set(labels))))
    for start in range(count):
        reached, waiting = {start}, [start]
        while waiting:
            item = waiting.pop()
            for a, b in pairs:
                if item in (a, b) and {a, b} - reached:
                    waiting += {a, b} - reached
                    reached |= {a, b}
        assert {item for item in range(count) if labels[item] == labels[start]} == reached

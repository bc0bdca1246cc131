"""The shipped network: what it answers, and that it is the one of this version."""

import pytest

from snappy_core.errors import ModelError
from snappy_core.forks import ProcessModel
from snappy_core.parsing.drawings import NO_BOXES, RulingLines
from snappy_core.parsing.layout import network
from snappy_core.parsing.layout.features import page_nodes
from tests.parsing.layout.pages import page_of_rows


def nodes_of(page):
    return page_nodes(
        page.runs, NO_BOXES, NO_BOXES[:, :2], NO_BOXES, RulingLines(), page.width, page.height
    )


def test_predictions_are_of_all_nodes_and_their_pairs():
    lines = (
        "Low water is at six and", "at noon, and the boats lie", "dry for two hours or more,",
        "but for the pilot's, which", "is moored at the long pier.",
    )  # fmt: skip
    tops = [*range(100, 160, 12), *range(200, 260, 12)]
    page = page_of_rows(*((30, top, line) for top, line in zip(tops, lines * 2, strict=True)))
    prediction = network.predict(nodes_of(page))
    assert prediction.classes.shape == (10, len(network.CLASSES))
    assert prediction.classes.sum(axis=1) == pytest.approx(1, abs=1e-4)
    for logits in (prediction.same_block, prediction.same_row, prediction.same_group):
        assert logits == pytest.approx(logits.T, abs=1e-4)
    assert prediction.is_before == pytest.approx(-prediction.is_before.T, abs=1e-4)
    assert (prediction.classes.argmax(axis=1) == network.PARAGRAPH).all()
    first, second = slice(0, 5), slice(5, 10)
    assert (prediction.same_block[first, first] > 0).all()
    assert (prediction.same_block[first, second] < 0).all()
    assert (prediction.is_before[first, second] > 0).all()


def test_another_model_file_is_an_error(monkeypatch):
    monkeypatch.setattr(network, "SHA256", "0" * 64)
    monkeypatch.setattr(network, "_SESSION", ProcessModel(object(), network._load_session))
    with pytest.raises(ModelError, match=r"layout.onnx is damaged; reinstall"):
        network.predict(nodes_of(page_of_rows((30, 100, "low water"))))

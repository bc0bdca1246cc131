"""Figures that a function of one's own describes while their documents are added."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from llama_index.core.llms import ChatMessage, ChatResponse, ImageBlock, MockLLM

from snappy_core import ReadingOptions, RegionIndex, Workers
from snappy_core.boxes import as_boxes
from snappy_core.ingest.describe import describe_figures, figures_of
from snappy_core.metadata import region_metadata
from snappy_core.testing import FakeEncoder
from tests.parsing.ocr.test_pictures import PICTURE, drawn

ROOT = Path(__file__).parents[2]
SAYS = "A heron on a\nmooring post"
SOURCE = drawn()
FIGURE = {"region_label": "figure"}


def added(describe, executor=None, index=None):
    index = index or RegionIndex(encoder=FakeEncoder())
    reading = ReadingOptions(ocr="never")
    return index, index.add(SOURCE, reading=reading, describe=describe, executor=executor)


def figure(index):
    (hit,) = index.search("heron", k=1, filter=FIGURE)
    return hit


@pytest.mark.parametrize("executor", [None, Workers(1)], ids=["inline", "workers"])
def test_a_description_is_found_and_told_from_what_is_printed(executor):
    asked = []

    def describe(image, context):
        asked.append((image.width / image.height, context))
        return SAYS

    index, report = added(describe, executor)
    assert report.warnings == ()
    hit = index.search("heron on a mooring post", k=1)[0]
    assert hit.region.text == "(description) A heron on a mooring post"
    assert hit.region.description == "A heron on a mooring post"
    assert region_metadata(hit)["figure_description"] == hit.region.description
    assert len(hit.region.words) == 6
    x0, y0, x1, y1 = np.array(hit.rects[0]) * [310, 440, 310, 440]
    assert 99 < x0 < x1 < 225
    assert 440 - 197 < y0 < y1 < 421
    (asked_once,) = asked
    assert asked_once[0] == pytest.approx(PICTURE[2] / PICTURE[3], rel=0.02)


def test_what_it_raises_is_a_warning_and_nothing_is_lost():
    def describe(image, context):
        raise TimeoutError("the model sleeps")

    index, report = added(describe)
    assert "was not described: the model sleeps" in report.warnings[0]
    assert index.search("pilot boat", k=1)[0].region.description == ""


@pytest.mark.parametrize(("answer", "warnings"), [("", 0), ("\n", 0), (None, 1)])
def test_no_description(answer, warnings):
    index, report = added(lambda image, context: answer)
    assert figure(index).region.description == ""
    assert len(report.warnings) == warnings


def test_documents_are_described_anew_by_another_function():
    def again(image, context):
        return "A crane"

    def first(image, context):
        return SAYS

    index, _ = added(None)
    for describe, unchanged in ((first, 0), (first, 1), (again, 0), (None, 0)):
        _, report = added(describe, index=index)
        assert len(report.unchanged) == unchanged
    assert figure(index).region.description == ""


def test_the_context_and_the_drawing_in_a_figure():
    from snappy_core.testing import make_page
    from snappy_core.types import Region

    made = make_page("Figure 2: Tides")
    box = (0.1, 0.1, 0.9, 0.9)
    whole = Region(box, "Figure 2: Tides", (0, 1, 2), "figure", 1, section="Harbour")
    drawing = Region(box, "(figure without words)", (), "figure", 2, parent=0)
    icon = Region((0.1, 0.1, 0.14, 0.14), "x", (), "figure", 3)
    page = type(made)(1, "1", 400, 600, "pt", made.words, (whole, drawing, icon))
    assert figures_of(page) == [0]
    asked = []
    described = describe_figures(
        page, [0], [None], lambda _, context: asked.append(context) or "Ebb"
    )
    assert asked == ["Harbour\nFigure 2: Tides"]
    assert [r.text for r in described.regions] == [
        "Figure 2: Tides\n(description) Ebb", "(description) Ebb", "x",
    ]  # fmt: skip
    assert described.regions[0].words == (0, 1, 2, 3)
    assert described.words.texts[3] == "Ebb"
    assert (described.words.boxes[3] >= as_boxes([box])[0, 0] - 1e-6).all()


# The recipes of docs/figures.md


class SeeingLLM(MockLLM):
    """Says how many pictures it sees."""

    def chat(self, messages, **_):
        seen = sum(isinstance(block, ImageBlock) for block in messages[0].blocks)
        return ChatResponse(message=ChatMessage(role="assistant", content=f"{seen} picture"))


def recipes():
    page = (ROOT / "docs" / "figures.md").read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def test_the_recipes(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    own, langchain, llama_index = recipes()
    names = {}
    exec(own, names)
    assert added(names["describe"])[1].warnings == ()

    messages = (AIMessage("Turbines at sea, seen from a boat") for _ in range(99))
    exec(langchain, {"model": GenericFakeChatModel(messages=messages)})
    assert "Turbines at sea" in capsys.readouterr().out

    names = {"llm": SeeingLLM()}
    exec(llama_index, names)
    (node, *_) = names["retriever"].index.search("picture", filter=FIGURE)
    assert node.region.description == "1 picture"
    assert json.dumps(region_metadata(node))


def test_a_long_description_is_cut_after_as_many_letters_where_there_are_no_spaces():
    index, _ = added(lambda *_: "heron " + "鹭" * 400)
    assert figure(index).region.description.count("鹭") == 299

"""The flat metadata of a region, and the user's keys beside it."""

import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from snappy_core import Highlight, Hit, Region
from snappy_core.metadata import KEYS, RESERVED, check_metadata, read_box, region_metadata

REGION = Region(
    (0.1, 0.2000004, 0.7, 0.3), "Low water at six.", (4, 5), "table_row", 7, section="Tides"
)
HIT = Hit(
    REGION, "log.pdf#p3r7", "log.pdf", "/logs/log.pdf", 3, "iii", 595.2756, 841.88976, "pt",
    score=0.61, region_score=0.5, page_score=0.83, page_maxsim=2.5, rank=1,
    ocr_confidence=0.98765, rects=((0.1, 0.2, 0.7, 0.24), (0.1, 0.26, 0.4000001, 0.3)),
    metadata={"team": "harbour", "year": 1823, "draft": False, "note": None},
    query="when is low water?",
    highlights=(Highlight("sentence", "at six.", 0.45678, (5,), ((0.1, 0.26, 0.4000001, 0.3),)),),
)  # fmt: skip


def test_every_key_is_there():
    assert region_metadata(HIT) == {
        "schema": "snappy.region/1",
        "region_id": "log.pdf#p3r7",
        "citation": "log.pdf#p3r7",
        "document_id": "log.pdf",
        "source": "/logs/log.pdf",
        "file_name": "log.pdf",
        "page_number": 3,
        "page_label": "iii",
        "bbox_x0": 0.1,
        "bbox_y0": 0.2,
        "bbox_x1": 0.7,
        "bbox_y1": 0.3,
        "bbox_unit": "page_fraction",
        "bbox_origin": "top_left",
        "page_width": 595.276,
        "page_height": 841.89,
        "page_unit": "pt",
        "region_label": "table_row",
        "section": "Tides",
        "reading_order": 7,
        "rects_json": "[[0.1,0.2,0.7,0.24],[0.1,0.26,0.4,0.3]]",
        "ocr_confidence": 0.9877,
        "figure_description": "",
        "highlights_json": '[{"kind":"sentence","text":"at six.","score":0.4568,'
        '"words":[5],"rects":[[0.1,0.26,0.4,0.3]]}]',
        "parts_json": "[]",
        "team": "harbour",
        "year": 1823,
        "draft": False,
        "note": None,
    }


def test_a_bare_hit_has_every_key_too():
    bare = replace(HIT, rects=(), metadata={}, ocr_confidence=-1.0, highlights=())
    made = region_metadata(bare)
    assert tuple(made) == KEYS
    assert json.loads(made["rects_json"]) == json.loads(made["highlights_json"]) == []
    assert made["ocr_confidence"] == -1


def test_nothing_but_the_highlights_depends_on_the_question():
    other = replace(HIT, score=0.1, region_score=0.2, page_score=0.3, rank=9, query="another")
    assert region_metadata(other) == region_metadata(HIT)


def test_values_are_json_scalars_even_from_float32():
    box = tuple(map(float, np.array([0.1, 0.2, 0.7, 0.3], np.float32)))
    made = region_metadata(replace(HIT, region=replace(REGION, box=box)))
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert read_box(made) == (0.1, 0.2, 0.7, 0.3)  # not 0.10000000149


def test_the_dict_is_new_each_time():
    first = region_metadata(HIT)
    first["team"] = "changed"
    assert region_metadata(HIT)["team"] == "harbour"
    assert HIT.metadata["team"] == "harbour"


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        *(({key: "x"}, f"{key!r} is reserved") for key in sorted(RESERVED)),
        ({1: "x"}, "keys must be strings, not 1"),
        ({"tags": [["a"]]}, "'tags' must be .* not list"),
        ({"tags": {"a", "b"}}, "'tags' must be .* not set"),  # which have no order
        ({"$or": "x"}, "begins with \\$"),
        ({"big": 2**63}, "64 bits"),
        ({"nested": {"a": 1}}, "not dict"),
        ({"count": np.int64(3)}, "not int64"),  # json cannot write it
        ({"share": math.nan}, "finite"),
        ({"share": -math.inf}, "finite"),
    ],
)
def test_metadata_that_is_refused(metadata, message):
    with pytest.raises(ValueError, match=message):
        check_metadata(metadata)


def test_metadata_that_is_taken():
    given = {"team": "harbour", "year": 1823, "share": 0.5, "draft": True, "note": None, "": ""}
    given["tags"] = ["a", 2, None]
    taken = check_metadata(given)
    assert taken == given
    assert taken is not given
    assert taken["tags"] is not given["tags"]
    dates = {"signed": date(2024, 3, 1), "sent": (datetime(2024, 3, 1, 12, tzinfo=UTC),)}
    expected = {"signed": "2024-03-01", "sent": ["2024-03-01T12:00:00+00:00"]}
    assert check_metadata(dates) == expected
    assert check_metadata(None) == {}

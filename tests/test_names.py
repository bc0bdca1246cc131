"""Short names: nothing of a server's folders."""

import pytest

from snappy_core.names import (
    RegionId,
    file_name,
    parse_region_id,
    short_name,
    without_folders,
)


def test_short_names_differ_where_ids_do():
    a, b = short_name("/srv/a/q3.pdf"), short_name("/srv/b/q3.pdf")
    assert a != b
    assert {a.partition("~")[0], b.partition("~")[0]} == {"q3.pdf"}
    assert short_name("2025/q3.pdf") == "2025/q3.pdf"
    assert short_name("report 7") == "report 7"
    assert short_name("C:\\secret\\q3.pdf").startswith("q3.pdf~")


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("/srv/reports/q3.pdf: is empty", "q3.pdf: is empty"),
        ("cannot read '/srv/a b.pdf'", "cannot read 'a b.pdf'"),
        ("C:\\x\\y.pdf is gone", "y.pdf is gone"),
        ("/home/jane/My Documents/q3.pdf: is empty", "q3.pdf: is empty"),
        ("/home/My Documents/Q3 2025/q 3.pdf, page 2: is empty", "q 3.pdf, page 2: is empty"),
        ("C:\\My Documents\\q3.pdf: is empty", "q3.pdf: is empty"),
        ("[Errno 2] No file: '/home/My Documents/q3.pdf'", "[Errno 2] No file: 'q3.pdf'"),
        ("No file: 'C:\\\\My Documents\\\\q3.pdf'", "No file: 'q3.pdf'"),
        ("/srv/a.pdf is new and/or empty: no", "a.pdf is new and/or empty: no"),
        ("/srv/a, of encoder b/c: no", "a, of encoder b/c: no"),
        ("/srv/a.pdf and /srv/b.pdf: differ", "a.pdf and b.pdf: differ"),
        ("'/srv/a.pdf' and '/srv/b c.pdf' differ", "'a.pdf' and 'b c.pdf' differ"),
        ("either and/or 1/2", "either and/or 1/2"),
        ("2025/q3.pdf page 2", "2025/q3.pdf page 2"),
        ("s3://bucket/x: denied", "s3://bucket/x: denied"),
    ],
)
def test_messages_lose_folders(message, short):
    assert without_folders(message) == short


def test_file_name_of_a_bare_name():
    assert file_name("scan") == "scan"
    assert file_name("/") == "/"


@pytest.mark.parametrize(
    ("region_id", "parsed"),
    [
        ("q3.pdf#p2", RegionId("q3.pdf", 2, "page")),
        ("q3.pdf#p2s7", RegionId("q3.pdf", 2, "section", (7,))),
        ("q3.pdf#p2h12-40", RegionId("q3.pdf", 2, "area", (12, 40))),
        ("#p1\n#p2r7", RegionId("#p1\n", 2, "region", (7,))),
        ("q3.pdf#p2r", None),
        ("q3.pdf#p2h12", None),
        ("q3.pdf#p2r7 ", None),
        ("q3.pdf#p2r" + "7" * 5000, None),  # more digits than `int` takes
    ],
)
def test_ids_of_regions(region_id, parsed):
    assert parse_region_id(region_id) == parsed

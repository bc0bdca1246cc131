"""`snappy search` and `snappy show`."""

import json

import pytest
from PIL import Image, ImageChops

from snappy_core.encoders import MINILM
from snappy_core.metadata import KEYS
from snappy_core.search.context import estimate_tokens
from snappy_core.terminal import plain
from tests.search.printed import FIRST, SECOND, print_pages

QUESTION = "How many boats has the port of Brae?"


def test_search_prints_page_label_box_score_and_text(snappy, small_index, data):
    result = snappy("search", "the first chapter", "--in", small_index, "-k", 1)
    assert (result.code, result.err) == (0, "")
    head, source, text, blank, answerable, end = result.out.split("\n")
    assert head.startswith(" 1  page 3 (printed 1), paragraph  score 0.")
    assert "  box 0.134 0.123 " in head
    assert source.strip() == (data / "page_labels.pdf").as_posix()
    assert text == "    This is the first chapter."
    assert (blank, end) == ("", "")
    assert 0.5 < float(answerable.removeprefix("answerable ")) <= 1


def test_long_text_is_wrapped_and_nothing_is_cut(snappy, small_index):
    result = snappy("search", QUESTION, "--in", small_index, "-k", 1)
    text = " ".join(line.strip() for line in result.out.splitlines()[2:])
    for row in ("| Port | Boats | Landed", "| Brae | 9 | 187 | £251,500 |", "| Dunmore | 5 | 96 |"):
        assert row in text
    assert "\ufffd" not in text
    assert max(map(len, result.out.splitlines()[2:])) <= 80
    assert not any(line.endswith(" ") for line in result.out.splitlines())


def test_hits_are_ranked_and_counted(snappy, small_index):
    hits = json.loads(snappy("search", QUESTION, "--in", small_index, "-k", 4, "--json").out)[
        "hits"
    ]
    assert [hit["rank"] for hit in hits] == [1, 2, 3, 4]
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_json_has_the_keys_of_the_region_and_the_scores(snappy, small_index, data):
    result = snappy("search", QUESTION, "--in", small_index, "--json")
    assert result.err == ""
    output = json.loads(result.out)
    assert list(output) == ["question", "answerable", "hits"]
    assert 0 < output["answerable"] < 1
    assert output["question"] == QUESTION
    first = output["hits"][0]
    scores = ["text", "score", "region_score", "page_score", "rank"]
    assert list(first) == [*KEYS, "team", *scores]
    assert first["source"] == (data / "table.pdf").as_posix()
    assert first["team"] == "[red]"
    assert first["region_label"] == "table"
    assert all(0 < first[score] < 1 for score in ("score", "region_score", "page_score"))
    assert result.out.isascii()


def test_a_budget_instead_of_a_number(snappy, small_index):
    arguments = ("search", QUESTION, "--in", small_index, "--json")
    hits = json.loads(snappy(*arguments, "--budget", 90).out)["hits"]
    assert 0 < sum(estimate_tokens(hit["text"]) for hit in hits) <= 90
    assert len(json.loads(snappy(*arguments, "--budget", 90, "-k", 1).out)["hits"]) == 1


def test_location_references_can_be_turned_off(snappy, small_index):
    arguments = ("search", "What does the last page say?", "--in", small_index, "-k", 1, "--json")
    scores = [
        json.loads(snappy(*arguments, flag).out)["hits"][0]["score"]
        for flag in ("--location-references", "--no-location-references")
    ]
    assert scores[0] > 0.65 > scores[1]


def test_options_reach_the_search(snappy, small_index):
    def numbers(*options):
        result = snappy("search", "page", "--in", small_index, "-k", 50, "--json", *options)
        assert result.code == 0, result.err
        hits = json.loads(result.out)["hits"]
        return [(hit["source"].rsplit("/")[-1], hit["page_number"]) for hit in hits]

    assert len(numbers()) > 6
    assert set(numbers("--filter", "team=blue")) == {("unicode.pdf", 1)}
    assert set(numbers("--filter", "year=2025")) == {("unicode.pdf", 1)}
    assert numbers("--filter", "page_number=3") == [("page_labels.pdf", 3)]
    both = ("--filter", "page_number=3", "--filter", "page_number=4")
    assert set(numbers(*both)) == {("page_labels.pdf", 3), ("page_labels.pdf", 4)}
    assert numbers("--filter", '{"page_number": {"$gt": 3}}') == [("page_labels.pdf", 4)]
    assert set(numbers("--filter", "file_name=unicode.pdf")) == {("unicode.pdf", 1)}
    assert len(numbers("--per-page", 1)) == 6
    assert numbers("--score-threshold", 0.99) == []
    assert len(numbers("--scoring", "iou_weighted")) == len(numbers())


@pytest.mark.filterwarnings("default:no document has:UserWarning")
def test_an_unknown_key_warns_in_one_line(snappy, small_index):
    result = snappy("search", "page", "--in", small_index, "--filter", "taem=blue")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("warning: no document has the filter key 'taem'")
    assert len(result.err.splitlines()) == 2


def test_nothing_found_is_no_error(snappy, small_index):
    result = snappy("search", "page", "--in", small_index, "--score-threshold", 1)
    assert (result.code, result.out, result.err) == (0, "", "no region matches\n")


def test_pdfs_are_searched_without_an_index(snappy, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pdfs = ("--pdf", data / "mixed_blank.pdf", "--pdf", data / "table.pdf")
    result = snappy("search", QUESTION, *pdfs, "-k", 1, "--json")
    assert result.code == 0
    assert json.loads(result.out)["hits"][0]["source"] == (data / "table.pdf").as_posix()
    assert result.err == f"warning: {(data / 'mixed_blank.pdf').as_posix()}, page 2: has no text\n"
    assert list(tmp_path.iterdir()) == []


def test_show_draws_the_page(snappy, small_index, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = snappy("show", QUESTION, "--in", small_index, "-k", 1)
    assert (result.code, result.out, result.err) == (0, "page.png\n", "")
    warm = tmp_path / "warm [red].png"
    assert snappy("show", QUESTION, "--in", small_index, "-k", 1, "--out", warm).out == f"{warm}\n"
    assert warm.read_bytes() == (tmp_path / "page.png").read_bytes()
    bare = tmp_path / "bare.png"
    options = ("--no-heat", "-k", 1, "--json")
    result = snappy("show", QUESTION, "--in", small_index, "--out", bare, *options)
    output = json.loads(result.out)
    assert list(output) == ["question", "pictures"]
    assert [picture["picture"] for picture in output["pictures"]] == [str(bare)]
    assert [hit["rank"] for hit in output["pictures"][0]["hits"]] == [1]
    with Image.open(warm) as one, Image.open(bare) as other:
        assert one.format == "PNG"
        assert one.size == other.size
        assert ImageChops.difference(one, other).getbbox() is not None


def test_show_draws_every_page_that_the_filter_allows(snappy, small_index, tmp_path):
    out = tmp_path / "a.b.png"
    arguments = ("show", "page", "--in", small_index, "--out", out, "-k", 20)
    pictures = json.loads(snappy(*arguments, "--filter", "team=[red]", "--json").out)["pictures"]
    files = [out, *(tmp_path / f"a.b-{number}.png" for number in range(2, 6))]
    assert [picture["picture"] for picture in pictures] == [str(file) for file in files]
    pages = [
        {(hit["file_name"], hit["page_number"]) for hit in picture["hits"]} for picture in pictures
    ]
    assert all(len(page) == 1 for page in pages)
    assert set.union(*pages) == {("table.pdf", 1), *(("page_labels.pdf", n) for n in range(1, 5))}
    assert pictures[0]["hits"][0]["rank"] == 1
    assert len({file.read_bytes() for file in files}) == 5
    one = snappy(*arguments, "--filter", "file_name=table.pdf")
    assert one.out == f"{out}\n"
    assert "--filter" not in snappy(*arguments, "--filter", "team").out


def test_show_draws_the_page_that_a_hit_goes_on_on(snappy, tmp_path):
    pdf, out = tmp_path / "harbor.pdf", tmp_path / "page.png"
    pdf.write_bytes(print_pages(FIRST, SECOND))
    question = "who paid nine hundred crowns in silver"
    result = snappy("show", question, "--pdf", pdf, "-k", 1, "--out", out, "--json")
    pictures = json.loads(result.out)["pictures"]
    shown = [[(hit["page_number"], hit["rank"]) for hit in each["hits"]] for each in pictures]
    assert sorted(shown) == [[(1, 1)], [(2, 1)]]
    first, second = (Image.open(picture["picture"]).convert("RGB") for picture in pictures)
    assert first.size == second.size
    assert ImageChops.difference(first, second).getbbox()


def test_show_draws_the_heat_of_one_token(snappy, small_index, tmp_path):
    every, one, other = (tmp_path / name for name in ("every.png", "one.png", "other.png"))
    assert snappy("show", QUESTION, "--in", small_index, "--heat", "-o", every).code == 0
    assert (
        snappy("show", QUESTION, "--in", small_index, "--heat", "--token", "boats", "-o", one).code
        == 0
    )
    assert snappy("show", QUESTION, "--in", small_index, "--token", "Brae?", "-o", other).code == 0
    assert len({path.read_bytes() for path in (every, one, other)}) == 3


def test_show_names_the_tokens_there_are(snappy, small_index, tmp_path):
    out = tmp_path / "page.png"
    result = snappy("show", "How many boats?", "--in", small_index, "--token", "boat", "-o", out)
    assert result.code == 2
    assert result.error == "token 'boat' is not in the question: ['How', 'many', 'boats?']"
    result = snappy(
        "show", QUESTION, "--in", small_index, "--token", "boats", "--no-heat", "-o", out
    )
    assert (result.code, result.error) == (2, "--token and --no-heat exclude each other")
    assert not out.exists()


@pytest.mark.parametrize("command", ["search", "show"])
def test_an_encoder_that_there_is_not(snappy, small_index, command):
    result = snappy(command, QUESTION, "--in", small_index, "--encoder", "minlm")
    assert result.code == 1
    assert result.error.startswith("'minlm': no such encoder; use minilm-l6-int8-1, or the folder")


def test_the_embedded_encoder_by_its_name(snappy, small_index, data):
    plain = snappy("search", QUESTION, "--in", small_index)
    assert snappy("search", QUESTION, "--in", small_index, "--encoder", MINILM) == plain
    pdf = ("--pdf", data / "table.pdf", "--encoder", MINILM)
    assert snappy("search", QUESTION, *pdf, "--json").code == 0


def test_show_works_on_a_pdf(snappy, data, tmp_path):
    out = tmp_path / "page.png"
    assert snappy("show", "café", "--pdf", data / "unicode.pdf", "--out", out).code == 0
    assert out.stat().st_size > 0


def test_show_without_any_text_is_an_error(snappy, data, tmp_path):
    out = tmp_path / "page.png"
    result = snappy("show", "what?", "--pdf", data / "blank_page.pdf", "--out", out)
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("error: no region matches")
    assert not out.exists()


def test_a_document_does_not_steer_the_terminal():
    assert (
        plain("a\x1b[2Jb\x07\r\udcff é[red]\u00a0") == "a\ufffd[2Jb\ufffd\ufffd\ufffd é[red]\u00a0"
    )

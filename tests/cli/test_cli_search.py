"""`snappy search` and `snappy show`."""

import json

import pytest
from PIL import Image, ImageChops

from snappy_core.cli.output import plain
from snappy_core.encoders import MINILM
from snappy_core.metadata import KEYS

QUESTION = "How many boats has the port of Brae?"


def test_search_prints_page_label_box_score_and_text(snappy, made, data):
    done = snappy("search", "the first chapter", "--in", made, "-k", 1)
    assert (done.code, done.err) == (0, "")
    head, source, text, blank = done.out.split("\n", 3)
    assert head.startswith(" 1  page 3 (printed 1), paragraph  score 0.")
    assert "  box 0.134 0.123 " in head
    assert source.strip() == (data / "page_labels.pdf").as_posix()
    assert text == "    This is the first chapter."
    assert blank == "\n"


def test_long_text_is_wrapped_and_nothing_is_cut(snappy, made):
    done = snappy("search", QUESTION, "--in", made, "-k", 1)
    text = " ".join(line.strip() for line in done.out.splitlines()[2:])
    for row in ("| Port | Boats | Landed", "| Brae | 9 | 187 | £251,500 |", "| Dunmore | 5 | 96 |"):
        assert row in text
    assert "\ufffd" not in text
    assert max(map(len, done.out.splitlines()[2:])) <= 80
    assert not any(line.endswith(" ") for line in done.out.splitlines())


def test_hits_are_ranked_and_counted(snappy, made):
    hits = json.loads(snappy("search", QUESTION, "--in", made, "-k", 4, "--json").out)["hits"]
    assert [hit["rank"] for hit in hits] == [1, 2, 3, 4]
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_json_has_the_keys_of_the_region_and_the_scores(snappy, made, data):
    done = snappy("search", QUESTION, "--in", made, "--json")
    assert done.err == ""
    found = json.loads(done.out)
    assert list(found) == ["question", "hits"]
    assert found["question"] == QUESTION
    first = found["hits"][0]
    scores = ["text", "score", "region_score", "page_score", "rank"]
    assert list(first) == [*KEYS, "team", *scores]
    assert first["source"] == (data / "table.pdf").as_posix()
    assert first["team"] == "[red]"
    assert first["region_label"] == "table"
    assert first["score"] == pytest.approx((2 * first["region_score"] + first["page_score"]) / 3)
    assert done.out.isascii()


def test_options_reach_the_search(snappy, made):
    def numbers(*options):
        done = snappy("search", "page", "--in", made, "-k", 50, "--json", *options)
        assert done.code == 0, done.err
        hits = json.loads(done.out)["hits"]
        return [(hit["source"].rsplit("/")[-1], hit["page_number"]) for hit in hits]

    assert len(numbers()) > 6
    assert set(numbers("--filter", "team=blue")) == {("unicode.pdf", 1)}
    assert set(numbers("--filter", "year=2025")) == {("unicode.pdf", 1)}
    assert numbers("--filter", "page_number=3") == [("page_labels.pdf", 3)]
    both = ("--filter", "page_number=3", "--filter", "page_number=4")
    assert set(numbers(*both)) == {("page_labels.pdf", 3), ("page_labels.pdf", 4)}
    assert len(numbers("--per-page", 1)) == 6
    assert numbers("--threshold", 0.99) == []
    assert len(numbers("--scoring", "iou_weighted")) == len(numbers())


def test_nothing_found_is_no_error(snappy, made):
    done = snappy("search", "page", "--in", made, "--threshold", 1)
    assert (done.code, done.out, done.err) == (0, "", "no region matches\n")


def test_pdfs_are_searched_without_an_index(snappy, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pdfs = ("--pdf", data / "mixed_blank.pdf", "--pdf", data / "table.pdf")
    done = snappy("search", QUESTION, *pdfs, "-k", 1, "--json")
    assert done.code == 0
    assert json.loads(done.out)["hits"][0]["source"] == (data / "table.pdf").as_posix()
    assert done.err == f"warning: {(data / 'mixed_blank.pdf').as_posix()}, page 2: has no text\n"
    assert list(tmp_path.iterdir()) == []


def test_show_draws_the_page(snappy, made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = snappy("show", QUESTION, "--in", made)
    assert (done.code, done.out, done.err) == (0, "page.png\n", "")
    warm = tmp_path / "warm [red].png"
    assert snappy("show", QUESTION, "--in", made, "--out", warm).out == f"{warm}\n"
    assert warm.read_bytes() == (tmp_path / "page.png").read_bytes()
    bare = tmp_path / "bare.png"
    options = ("--no-heat", "-k", 1, "--json")
    done = snappy("show", QUESTION, "--in", made, "--out", bare, *options)
    found = json.loads(done.out)
    assert list(found) == ["question", "picture", "hits"]
    assert found["picture"] == str(bare)
    assert [hit["rank"] for hit in found["hits"]] == [1]
    with Image.open(warm) as one, Image.open(bare) as other:
        assert one.format == "PNG"
        assert one.size == other.size
        assert ImageChops.difference(one, other).getbbox() is not None


def test_show_draws_the_heat_of_one_token(snappy, made, tmp_path):
    every, one, other = (tmp_path / name for name in ("every.png", "one.png", "other.png"))
    assert snappy("show", QUESTION, "--in", made, "--heat", "-o", every).code == 0
    assert snappy("show", QUESTION, "--in", made, "--heat", "--token", "boats", "-o", one).code == 0
    assert snappy("show", QUESTION, "--in", made, "--token", "Brae?", "-o", other).code == 0
    assert len({path.read_bytes() for path in (every, one, other)}) == 3


def test_show_names_the_tokens_there_are(snappy, made, tmp_path):
    out = tmp_path / "page.png"
    done = snappy("show", "How many boats?", "--in", made, "--token", "boat", "-o", out)
    assert done.code == 2
    assert done.error == "token 'boat' is not in the question: ['How', 'many', 'boats?']"
    done = snappy("show", QUESTION, "--in", made, "--token", "boats", "--no-heat", "-o", out)
    assert (done.code, done.error) == (2, "--token and --no-heat exclude each other")
    assert not out.exists()


@pytest.mark.parametrize("command", ["search", "show"])
def test_an_encoder_that_there_is_not(snappy, made, command):
    done = snappy(command, QUESTION, "--in", made, "--encoder", "minlm")
    assert done.code == 1
    assert done.error.startswith("'minlm': no such encoder; use minilm-l6-int8-1, or the folder")


def test_the_embedded_encoder_by_its_name(snappy, made, data):
    plain = snappy("search", QUESTION, "--in", made)
    assert snappy("search", QUESTION, "--in", made, "--encoder", MINILM) == plain
    pdf = ("--pdf", data / "table.pdf", "--encoder", MINILM)
    assert snappy("search", QUESTION, *pdf, "--json").code == 0


def test_show_works_on_a_pdf(snappy, data, tmp_path):
    out = tmp_path / "page.png"
    assert snappy("show", "café", "--pdf", data / "unicode.pdf", "--out", out).code == 0
    assert out.stat().st_size > 0


def test_show_without_any_text_is_an_error(snappy, data, tmp_path):
    out = tmp_path / "page.png"
    done = snappy("show", "what?", "--pdf", data / "blank_page.pdf", "--out", out)
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith("error: no region matches")
    assert not out.exists()


def test_a_document_does_not_steer_the_terminal():
    assert (
        plain("a\x1b[2Jb\x07\r\udcff é[red]\u00a0") == "a\ufffd[2Jb\ufffd\ufffd\ufffd é[red]\u00a0"
    )

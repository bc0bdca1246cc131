"""`snappy report`."""

import io


def test_a_question_or_an_answer(snappy, small_index, tmp_path, monkeypatch):
    out = tmp_path / "report.html"
    where = ["--in", small_index, "--out", out]
    result = snappy(
        "report", "price of a ticket", *where, "-k", 2, "--filter", "file_name=table.pdf"
    )
    assert (result.code, result.out) == (0, f"{out}\n")
    page = out.read_text("utf-8")
    assert page.count("<li ") == 2
    assert "data:image/webp;base64," in page
    monkeypatch.setattr("sys.stdin", io.StringIO("Whales are not fish."))
    assert snappy("report", "--answer", "-", *where).code == 0
    assert "Whales are not fish." in out.read_text("utf-8")


def test_one_of_both(snappy, small_index):
    for arguments in ([], ["price", "--answer", "It is 3."]):
        result = snappy("report", *arguments, "--in", small_index)
        assert result.code == 2
        assert result.error == "give either a QUESTION or --answer TEXT"


def test_an_answer_is_not_filtered(snappy, small_index, tmp_path):
    for option in (["-k", 5], ["--filter", "file_name=table.pdf"]):
        out = tmp_path / "report.html"
        result = snappy("report", "--answer", "It is 3.", *option, "--in", small_index, "-o", out)
        assert result.code == 2
        assert result.error.startswith("--answer looks claims up in all documents")
        assert not out.exists()

"""Hostile files: entities, files and addresses named in them, depth, size, encodings."""

import pytest

from snappy_core import FormatError
from snappy_core.formats.markup import decode, parse_html, parse_xml, tables_to_markdown


class TestDecode:
    def test_reads_the_declared_encoding(self):
        text = '<?xml version="1.0" encoding="ISO-8859-1"?><p>é</p>'
        assert decode(text.encode("latin-1")) == text
        assert decode("é".encode("utf-16")) == "é"
        assert decode(b"\xef\xbb\xbf\xc3\xa9") == "é"

    @pytest.mark.parametrize("data", [b"\xe9", b"<meta charset=klingon>"])
    def test_refuses_others(self, data):
        with pytest.raises(FormatError, match="is not text in"):
            decode(data)

    def test_refuses_entities(self):
        with pytest.raises(FormatError, match="defines entities"):
            decode(b'<!DOCTYPE html [<!ENTITY a "b">]><p>&a;</p>')

    def test_refuses_json(self):
        with pytest.raises(FormatError, match="is JSON, not text"):
            decode({"a": 1})


class TestParseXml:
    def test_refuses_entities_in_any_encoding(self):
        entities = '<!DOCTYPE alto [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><alto>&b;</alto>'
        for encoding in ("utf-8", "utf-16"):
            with pytest.raises(FormatError, match="defines entities"):
                parse_xml(entities.encode(encoding))

    @pytest.mark.parametrize("use", ["<alto>&e9;</alto>", "<alto a='&e9;'/>"])
    def test_refuses_entities_that_grow_exponentially(self, use):
        entities = '<!ENTITY e0 "haha">'
        for number in range(1, 10):
            entities += f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">'
        with pytest.raises(FormatError, match=r"not well-formed|defines entities"):
            parse_xml(f"<!DOCTYPE alto [{entities}]>{use}".encode())

    @pytest.mark.parametrize("use", ["<alto>&a;</alto>", "<alto a='&a;'/>", "<alto/>"])
    def test_opens_no_file(self, tmp_path, use):
        (tmp_path / "secret").write_text("secret")
        secret = (tmp_path / "secret").as_uri()
        for kind in ("a", "% a"):
            doctype = f'<!DOCTYPE alto [<!ENTITY {kind} SYSTEM "{secret}">]>'
            with pytest.raises(FormatError, match=r"defines entities|not well-formed"):
                parse_xml(f"{doctype}{use}".encode())

    def test_opens_no_dtd(self, tmp_path):
        (tmp_path / "alto.dtd").write_text('<!ENTITY secret "secret">')
        for uri in ("http://localhost/alto.dtd", (tmp_path / "alto.dtd").as_uri()):
            root = parse_xml(f"<!DOCTYPE alto SYSTEM '{uri}'><alto a='b&secret;'/>".encode())
            assert root.get("a") == "b"

    def test_depth_is_bounded(self):
        assert parse_xml(b"<a>" * 200 + b"</a>" * 200).tag == "a"
        with pytest.raises(FormatError, match="Excessive depth"):
            parse_xml(b"<a>" * 300 + b"</a>" * 300)

    @pytest.mark.parametrize(
        "data",
        [b"", b"<a>", b"<a>\xe9</a>", b"<a>\0</a>", b"<?xml version='1.0' encoding='x'?><a/>"],
    )
    def test_refuses_what_is_not_well_formed(self, data):
        with pytest.raises(FormatError, match="is not well-formed XML"):
            parse_xml(data)

    def test_comments_and_instructions_are_left_out(self):
        assert len(parse_xml(b"<a><!-- b --><?c d?></a>")) == 0


class TestParseHtml:
    def test_reads_all_of_several_documents_in_a_file(self):
        page = "<html><body><p>one</p></body></html>"
        root = parse_html(
            page + '<?xml version="1.0"?><!DOCTYPE html>' + page.replace("one", "two")
        )
        assert [p.text for p in root.iter("p")] == ["one", "two"]

    def test_line_breaks_are_spaces(self):
        assert "".join(parse_html("a<br>b<br/>c").itertext()) == "a b c"

    def test_entities_of_html_are_read_and_others_are_text(self):
        text = "".join(parse_html("&eacute;&#233;&none;").itertext())
        assert text == "éé&none;"

    @pytest.mark.parametrize("text", ["", " ", "<!-- -->"])
    def test_nothing(self, text):
        assert not "".join(parse_html(text).itertext()).strip()

    def test_depth_is_bounded(self):
        with pytest.raises(FormatError, match="Excessive depth"):
            parse_html("<div>" * 50_000)


def test_cells_that_span_are_repeated():
    html = (
        "before <table border=1><thead><tr><th rowspan='2'>Port</th><th colspan=2>Tide</th></tr>"
        "<tr><th>high</th><th>low</th></tr></thead>"
        "<tr><td>Saint-<br>Malo</td><td>13 &amp; more</td><td>1</td></tr></table> after"
    )
    assert tables_to_markdown(html).split("\n") == [
        "before | Port | Tide | Tide |",
        "| --- | --- | --- |",
        "| Port | high | low |",
        "| Saint- Malo | 13 & more | 1 | after",
    ]


def test_text_without_tables_stays_as_it_is():
    assert tables_to_markdown("1 < 2 and <b>bold</b>") == "1 < 2 and <b>bold</b>"


def test_cells_that_reach_down_fill_rows_without_end_tags():
    html = "<table><tr><th rowspan=3>b<th>a<tr><td>c<tr></table>"
    assert tables_to_markdown(html).split("\n")[2:] == ["| b | c |", "| b |  |"]


def test_cells_without_a_row_are_kept():
    assert tables_to_markdown("<table><td>a<td>b</table>") == "| a | b |\n| --- | --- |"
    assert tables_to_markdown("<table></table>") == ""


@pytest.mark.parametrize(
    "rows",
    [
        "<tr>" + "<td colspan=1000>x</td>" * 101,
        "<tr>" + "<td colspan=1000 rowspan=1000>x</td>" * 100 + "<tr>" * 999,
        "<tr>" * 1000 + "<td colspan=101>x</td>",
    ],
)
def test_huge_tables_are_refused(rows):
    with pytest.raises(FormatError, match="more than 100,000 cells"):
        tables_to_markdown(f"<table>{rows}</table>")


def test_deep_tables_are_refused():
    with pytest.raises(FormatError, match="Excessive depth"):
        tables_to_markdown("<table><td>" + "<b>" * 300 + "</table>")

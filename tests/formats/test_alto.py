import pytest

from snappy_core import FormatError
from snappy_core.formats.alto import read
from tests.formats.samples import HEIGHT, WIDTH, alto

AT = 'HPOS="34" VPOS="50" WIDTH="170" HEIGHT="25"'  # in points: unit "pixel" of a tenth


def regions(blocks):
    data = alto("pixel", blocks).replace(b"3400", b"340").replace(b"5000", b"500")
    return read(data)[1].regions


def block(text, more=""):
    strings = "".join(f'<String {AT} CONTENT="{word}"/>' for word in text.split())
    return f"<TextBlock {AT} {more}><TextLine>{strings}</TextLine></TextBlock>"


def test_sizes_are_in_the_unit_of_the_file():
    assert read(alto("pixel"))[1].width == 10 * WIDTH
    assert read(alto("inch1200"))[1].height == pytest.approx(HEIGHT * 1200 / 72)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (f"<TopMargin>{block('Gazette')}</TopMargin>", [("header", "Gazette", None)]),
        (f"<BottomMargin>{block('12')}</BottomMargin>", [("footer", "12", None)]),
        (f"<ComposedBlock {AT}>{block('a')}</ComposedBlock>", [("paragraph", "a", None)]),
        (
            f'<ComposedBlock TYPE="table" {AT}>{block("a")}{block("b")}</ComposedBlock>',
            [("table", "", None), ("paragraph", "a", 0), ("paragraph", "b", 0)],
        ),
        (f"<GraphicalElement {AT}/>", []),
        (block("a b", 'TAGREFS="T0 T1"'), [("heading", "a b", None)]),
        (block("a", 'TAGREFS="T9"'), [("paragraph", "a", None)]),
    ],
)
def test_blocks(blocks, expected):
    assert [(r.label, r.text, r.parent) for r in regions(blocks)] == expected


def test_broken_words_are_given_whole():
    strings = (
        f'<String {AT} CONTENT="har" SUBS_TYPE="HypPart1" SUBS_CONTENT="harbour"/>'
        '<HYP CONTENT="-"/>'
        f'<String {AT} CONTENT="bour" SUBS_TYPE="HypPart2" SUBS_CONTENT="harbour"/>'
        f'<String {AT} CONTENT="dues"/>'
    )
    (found,) = regions(f"<TextBlock {AT}><TextLine>{strings}</TextLine></TextBlock>")
    assert found.text == "harbour dues"


def test_a_block_without_box_is_as_large_as_its_words():
    (found,) = regions(block("a").replace(AT, "", 1))
    assert found.box == pytest.approx((0.1, 0.1, 0.6, 0.15))
    assert regions("<TextBlock/>") == ()


def test_other_prefixes_of_the_name_space():
    data = alto().replace(b"<", b"<a:").replace(b"<a:/", b"</a:").replace(b"<a:?", b"<?")
    data = data.replace(b"xmlns=", b"xmlns:a=")
    assert len(read(data)[1].regions) == 3


def test_pages_follow_each_other():
    page = alto().split(b"<Layout>")[1].split(b"</Layout>")[0]
    two = alto(number=0).replace(b"</Layout>", page + b"</Layout>")
    assert list(read(two)) == [1, 2]
    with pytest.raises(FormatError, match="PHYSICAL_IMG_NR 0, 7: it is unclear which pages"):
        read(two.replace(b'IMG_NR="1"', b'IMG_NR="7"'))
    assert list(read(alto(number=17))) == [1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"mm10<", b"mm<", "MeasurementUnit 'mm' is not one of pixel, mm10, inch1200"),
        (b"<Page WIDTH", b"<Page X", "page 1: the size of the page must be"),
        (b"<alto", b"<altos", "is not well-formed XML"),
        (b"<Page ", b"<Pages ", "is not well-formed XML"),
        (b'VPOS="', b'VPOS="a', "VPOS='a.* is not a number"),
        (b'VPOS="', b'VPOS="99', "outside of the page"),
        (b'WC="0.91"', b'WC="91"', "confidence of 'Landings' is 91, which is not between 0 and 1"),
        (b'<String HPOS', b'<String X', "<String Landings>: needs HPOS, VPOS, WIDTH and HEIGHT"),
    ],
)  # fmt: skip
def test_invalid_files(old, new, message):
    with pytest.raises(FormatError, match=message):
        read(alto().replace(old, new, 1))


@pytest.mark.parametrize(
    ("data", "message"), [(b"<p/>", "its root is <p>"), (b"<alto/>", "no <Page>")]
)
def test_other_xml(data, message):
    with pytest.raises(FormatError, match=message):
        read(data)

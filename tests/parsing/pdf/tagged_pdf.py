"""Tagged PDFs of one page, written by hand."""

from dataclasses import dataclass, field

from tests.parsing.pdf.simple_pdf import written

WIDTH, HEIGHT = 400, 600


@dataclass
class Tag:
    """A structure element around other ones, text, pictures and content ids of another page.

    Text is `(x, y, text)`, y the base line from the top; a picture is a box `(x0, y0, x1, y1)`.
    """

    type: str
    kids: list = field(default_factory=list)
    alt: str = ""
    language: str = ""


def drawn(item):
    """The operators that draw text or a picture: a filled box with a cross in it."""
    if len(item) == 3:
        x, y, text = item
        return f"BT /F 10 Tf {x} {HEIGHT - y} Td ({text}) Tj ET"
    x0, y0, x1, y1 = item
    low, high = HEIGHT - y1, HEIGHT - y0
    box = f".7 g {x0} {low} {x1 - x0} {y1 - y0} re f"
    return f"{box} 2 w {x0} {low} m {x1} {high} l S {x0} {high} m {x1} {low} l S 0 g"


def tagged_pdf(*tags, artifacts=(), untagged=(), form="", language=""):
    """The bytes of a PDF.

    `artifacts` are items marked as such; `untagged` ones are not marked; `form` is text of a form
    whose own content id is 0; `language` is that of the document.
    """
    spoken = f"/Lang({language})" if language else ""
    objects = [
        f"<</Type/Catalog /Pages 2 0 R /MarkInfo<</Marked true>> /StructTreeRoot 6 0 R {spoken}>>"
    ]
    objects += [
        "<</Type/Pages /Kids[3 0 R 4 0 R] /Count 2>>",
        "<</Type/Page /Parent 2 0 R /StructParents 0 /Contents 5 0 R /MediaBox[0 0 400 600]"
        " /Resources<</Font<</F 8 0 R>>/XObject<</X 9 0 R>>>>>>",
        "<</Type/Page /Parent 2 0 R /MediaBox[0 0 400 600]>>",
        "", "", "",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    inside = f"/P <</MCID 0>> BDC {drawn((30, 580, form))} EMC" if form else ""
    objects.append(
        "<</Type/XObject/Subtype/Form /BBox[0 0 400 600] /Resources<</Font<</F 8 0 R>>>>"
        f" /Length {len(inside)}>>\nstream\n{inside}\nendstream"
    )
    content, owners = [], []

    def add(tag, parent):
        objects.append("")
        number = len(objects)
        kids = []
        for kid in tag.kids:
            if isinstance(kid, Tag):
                kids.append(f"{add(kid, number)} 0 R")
            elif isinstance(kid, int):  # a content id of the other page
                kids.append(f"<</Type/MCR /Pg 4 0 R /MCID {kid}>>")
            else:
                kids.append(str(len(owners)))
                content.append(f"/{tag.type} <</MCID {len(owners)}>> BDC {drawn(kid)} EMC")
                owners.append(number)
        alt = f"/Alt({tag.alt})" if tag.alt else ""
        alt += f"/Lang({tag.language})" if tag.language else ""
        objects[number - 1] = (
            f"<</Type/StructElem /S/{tag.type} /P {parent} 0 R /Pg 3 0 R {alt}"
            f" /K[{' '.join(kids)}]>>"
        )
        return number

    roots = [f"{add(tag, 6)} 0 R" for tag in tags]
    content += [f"/Artifact BMC {drawn(item)} EMC" for item in artifacts]
    content += [drawn(item) for item in untagged]
    content.append("/X Do" if form else "")
    stream = "\n".join(content)
    objects[4] = f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream"
    objects[5] = f"<</Type/StructTreeRoot /K[{' '.join(roots)}] /ParentTree 7 0 R>>"
    objects[6] = f"<</Nums[0 [{' '.join(f'{owner} 0 R' for owner in owners)}]]>>"
    return written(objects)

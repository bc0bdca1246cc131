"""Small office documents, written part by part."""

import io
import zipfile

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ML = "application/vnd.openxmlformats-officedocument"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def package(main, kind, parts, relations=""):
    """Return a ZIP file with a main part, others by name, and relations of the main part."""
    folder, _, name = main.rpartition("/")
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{_ML}.{content_type}"/>'
        for part, (content_type, _) in parts.items()
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="{main}"/></Relationships>',
        f"{folder}/_rels/{name}.rels": (
            f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'
        ),
    }
    files |= {part: content for part, (_, content) in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return file.getvalue()


def relation(id_, kind, target, external=False):
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/>'


def docx(paragraphs, relations="", body=""):
    """Return a Word document with paragraphs, each (style or "", text)."""
    style = '<w:pPr><w:pStyle w:val="{}"/></w:pPr>'
    texts = "".join(
        f"<w:p>{style.format(name) if name else ''}<w:r><w:t>{text}</w:t></w:r></w:p>"
        for name, text in paragraphs
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/>'
        f'<w:pPr><w:outlineLvl w:val="{n - 1}"/></w:pPr><w:rPr><w:b/><w:sz w:val="{40 - 6 * n}"/>'
        "</w:rPr></w:style>"
        for n in (1, 2)
    )
    parts = {
        "word/document.xml": (
            "wordprocessingml.document.main+xml",
            f'<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:body>{texts}{body}</w:body>'
            "</w:document>",
        ),
        "word/styles.xml": (
            "wordprocessingml.styles+xml",
            f'<w:styles xmlns:w="{_WORD}">{styles}</w:styles>',
        ),
    }
    relations = relation("rId9", "styles", "styles.xml") + relations
    return package("word/document.xml", "word", parts, relations)


PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def linked_picture(id_):
    """Return a paragraph with a picture that a relation of the document names."""
    return (
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" '
        'style="width:200pt;height:200pt"><v:imagedata xmlns:r="' + _OFFICE + f'" r:id="{id_}"/>'
        "</v:shape></w:pict></w:r></w:p>"
    )


def xlsx(rows, widths=()):
    """Return a workbook with one sheet of texts and numbers."""

    def cell(value):
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(widths, start=1)
    )
    parts = {
        "xl/workbook.xml": (
            "spreadsheetml.sheet.main+xml",
            f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Ports" sheetId="1" r:id="rId1"/></sheets></workbook>',
        ),
        "xl/worksheets/sheet1.xml": (
            "spreadsheetml.worksheet+xml",
            f'<worksheet xmlns="{_SHEET}">{f"<cols>{columns}</cols>" if columns else ""}'
            f"<sheetData>{data}</sheetData></worksheet>",
        ),
    }
    return package(
        "xl/workbook.xml", "xl", parts, relation("rId1", "worksheet", "worksheets/sheet1.xml")
    )


def pptx(slides):
    """Return slides, each (title, text)."""
    shape = (
        '<p:sp><p:nvSpPr><p:cNvPr id="{id}" name="{name}"/><p:cNvSpPr/><p:nvPr>{holder}</p:nvPr>'
        '</p:nvSpPr><p:spPr><a:xfrm><a:off x="600000" y="{y}"/><a:ext cx="7900000" cy="1200000"/>'
        '</a:xfrm><a:prstGeom prst="rect"/></p:spPr><p:txBody><a:bodyPr/><a:p><a:r>'
        '<a:rPr sz="{size}"/><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>'
    )
    parts, relations, ids = {}, "", ""
    for n, (title, text) in enumerate(slides, start=1):
        shapes = shape.format(
            id=2, name="Title", holder='<p:ph type="title"/>', y=400000, size=4000, text=title
        )
        shapes += shape.format(id=3, name="Text", holder="", y=2400000, size=2000, text=text)
        parts[f"ppt/slides/slide{n}.xml"] = (
            "presentationml.slide+xml",
            f'<p:sld xmlns:p="{_SLIDE}" xmlns:a="{_DRAWING}" xmlns:r="{_OFFICE}"><p:cSld><p:spTree>'
            '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
            "<p:grpSpPr/>"
            f"{shapes}</p:spTree></p:cSld></p:sld>",
        )
        relations += relation(f"rId{n}", "slide", f"slides/slide{n}.xml")
        ids += f'<p:sldId id="{255 + n}" r:id="rId{n}"/>'
    parts["ppt/presentation.xml"] = (
        "presentationml.presentation.main+xml",
        f'<p:presentation xmlns:p="{_SLIDE}" xmlns:r="{_OFFICE}"><p:sldIdLst>{ids}</p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
    )
    return package("ppt/presentation.xml", "ppt", parts, relations)

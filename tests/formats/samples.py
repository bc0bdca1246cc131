"""One page told in every format: three regions on a page that is neither square nor empty.

`WIDTH` x `HEIGHT` points; boxes are `(x0, y0, x1, y1)` in them, from the top left.
"""

import json

WIDTH, HEIGHT = 340, 500
REGIONS = [
    ("heading", (30, 40, 290, 58), "Landings by port"),
    ("paragraph", (30, 80, 170, 140), "Five crews gave up their licences this year"),
    ("figure", (190, 90, 330, 210), ""),
]
FRACTIONS = [
    (x0 / WIDTH, y0 / HEIGHT, x1 / WIDTH, y1 / HEIGHT) for _, (x0, y0, x1, y1), _ in REGIONS
]


def bottom_left(box, height=HEIGHT):
    """The sides of a box as Docling names them, with y from the foot of the page."""
    x0, y0, x1, y1 = box
    return {"l": x0, "t": height - y0, "r": x1, "b": height - y1, "coord_origin": "BOTTOMLEFT"}


def top_left(box):
    x0, y0, x1, y1 = box
    return {"l": x0, "t": y0, "r": x1, "b": y1, "coord_origin": "TOPLEFT"}


def text_item(place, label, box, text, parent="#/body", page=1):
    item = item_of("texts", place, label, box, parent, page)
    return item | {"orig": text, "text": text}


def item_of(collection, place, label, box, parent="#/body", page=1):
    prov = [] if box is None else [{"page_no": page, "bbox": box, "charspan": [0, 0]}]
    return {
        "self_ref": f"#/{collection}/{place}",
        "parent": {"$ref": parent},
        "children": [],
        "content_layer": "body",
        "label": label,
        "prov": prov,
    }


def docling_document(
    texts=(), pictures=(), tables=(), groups=(), body=(), sizes=((WIDTH, HEIGHT),)
):
    """A DoclingDocument; `body` names its top items, by default all of them."""
    held = {"texts": texts, "pictures": pictures, "tables": tables, "groups": groups}
    refs = body or [f"#/{name}/{i}" for name in held for i in range(len(held[name]))]
    root = {"content_layer": "body", "name": "_root_", "label": "unspecified", "children": []}
    return {
        "schema_name": "DoclingDocument",
        "version": "1.3.0",
        "name": "sample",
        "furniture": root | {"self_ref": "#/furniture", "content_layer": "furniture"},
        "body": root | {"self_ref": "#/body", "children": [{"$ref": ref} for ref in refs]},
        **{name: list(items) for name, items in held.items()},
        "key_value_items": [],
        "form_items": [],
        "pages": {
            str(number): {"size": {"width": width, "height": height}, "page_no": number}
            for number, (width, height) in enumerate(sizes, start=1)
        },
    }


def docling():
    names = {"heading": "section_header", "paragraph": "text"}
    texts = [
        text_item(place, names[label], bottom_left(box), text)
        for place, (label, box, text) in enumerate(REGIONS[:2])
    ]
    figure = item_of("pictures", 0, "picture", bottom_left(REGIONS[2][1]))
    figure |= {"captions": [], "references": [], "footnotes": [], "annotations": []}
    return docling_document(texts, [figure])


def words_of(box, text):
    """Words in a row over a box, each with its own place."""
    x0, y0, x1, y1 = box
    words = text.split()
    step = (x1 - x0) / max(len(words), 1)
    return [(word, (x0 + i * step, y0, x0 + (i + 0.9) * step, y1)) for i, word in enumerate(words)]


def scaled(box, zoom):
    return [round(side * zoom) for side in box]


def hocr(zoom=10):
    """As Tesseract writes it, for a picture of `zoom` pixels a point."""
    size = " ".join(map(str, scaled((0, 0, WIDTH, HEIGHT), zoom)))
    body = ""
    for label, box, text in REGIONS:
        title = "bbox " + " ".join(map(str, scaled(box, zoom)))
        line = {"heading": "ocr_header"}.get(label, "ocr_line")
        if label == "figure":
            body += f"<div class='ocr_photo' title='{title}'></div>"
            continue
        spans = "\n".join(
            f"<span class='ocrx_word' title='bbox {' '.join(map(str, scaled(place, zoom)))}; "
            f"x_wconf 91'>{word}</span>"
            for word, place in words_of(box, text)
        )
        body += (
            f"<div class='ocr_carea' title='{title}'><p class='ocr_par' title='{title}'>"
            f"<span class='{line}' title='{title}; baseline 0 -6'>{spans}</span></p></div>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 '
        'Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title></title></head><body>'
        f"<div class='ocr_page' title='image \"p.png\"; bbox {size}; ppageno 0'>{body}</div>"
        "</body></html>"
    ).encode()


PER_POINT = {"pixel": 10, "mm10": 254 / 72, "inch1200": 1200 / 72}


def alto(unit="mm10", blocks=None, number="1"):
    """ALTO version 3 in one of its units."""
    zoom = PER_POINT[unit]

    def place(box):
        x0, y0, x1, y1 = (side * zoom for side in box)
        return f'HPOS="{x0}" VPOS="{y0}" WIDTH="{x1 - x0}" HEIGHT="{y1 - y0}"'

    if blocks is None:
        blocks = ""
        for label, box, text in REGIONS:
            strings = "".join(
                f'<String {place(at)} CONTENT="{word}" WC="0.91"/><SP/>'
                for word, at in words_of(box, text)
            )
            if label == "figure":
                blocks += f'<Illustration ID="i" {place(box)}/>'
            else:
                tag = 'TAGREFS="T1"' if label == "heading" else ""
                blocks += (
                    f"<TextBlock {tag} {place(box)}><TextLine>{strings}</TextLine></TextBlock>"
                )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Description>'
        f"<MeasurementUnit>{unit}</MeasurementUnit></Description>"
        '<Tags><LayoutTag ID="T1" LABEL="heading"/></Tags><Layout>'
        f'<Page WIDTH="{WIDTH * zoom}" HEIGHT="{HEIGHT * zoom}" PHYSICAL_IMG_NR="{number}">'
        f"<PrintSpace>{blocks}</PrintSpace></Page></Layout></alto>"
    ).encode()


def corners(box):
    x0, y0, x1, y1 = box
    return [[x0, y0], [x0, y1], [x1, y1], [x1, y0]]


def unstructured(system="PixelSpace", **more):
    """Elements in one of the coordinate systems, with y from the foot in two of them."""
    zoom = {"PixelSpace": (5, 5), "PointSpace": (1, 1)}.get(system, (1 / WIDTH, 1 / HEIGHT))
    width, height = WIDTH * zoom[0], HEIGHT * zoom[1]
    made = []
    for label, (x0, y0, x1, y1), text in REGIONS:
        box = (x0 * zoom[0], y0 * zoom[1], x1 * zoom[0], y1 * zoom[1])
        if system != "PixelSpace":
            box = (box[0], height - box[3], box[2], height - box[1])
        coordinates = {"points": corners(box), "system": system}
        coordinates |= {"layout_width": width, "layout_height": height} | more
        kind = {"heading": "Title", "paragraph": "NarrativeText", "figure": "Image"}[label]
        made.append(
            {
                "type": kind,
                "element_id": text[:4],
                "text": text,
                "metadata": {"page_number": 1, "coordinates": coordinates},
            }
        )
    return made


def per_mille(box):
    return [side * 999 / size for side, size in zip(box, (WIDTH, HEIGHT) * 2, strict=True)]


def deepseek():
    names = {"heading": "sub_title", "paragraph": "text", "figure": "image"}
    return "\n".join(
        f"<|ref|>{names[label]}<|/ref|><|det|>[{per_mille(box)}]<|/det|>\n{text}\n"
        for label, box, text in REGIONS
    )


def plain(unit="fraction", origin="top_left"):
    made = []
    for label, box, text in REGIONS:
        x0, y0, x1, y1 = box
        if origin == "bottom_left":
            y0, y1 = HEIGHT - y1, HEIGHT - y0
        zoom = {"px": (4, 4), "pt": (1, 1), "0..999": (999 / WIDTH, 999 / HEIGHT)}
        across, along = zoom.get(unit, (1 / WIDTH, 1 / HEIGHT))
        region = {"page": 1, "bbox": [x0 * across, y0 * along, x1 * across, y1 * along]}
        region |= {"text": text, "label": label, "unit": unit, "origin": origin}
        if unit in ("px", "pt"):
            region |= {"page_width": WIDTH * across, "page_height": HEIGHT * along}
        made.append(region)
    return made


SAMPLES = {
    "docling": docling(),
    "docling file": json.dumps(docling()).encode(),
    "hocr": hocr(),
    "hocr, other zoom": hocr(3),
    "alto, mm10": alto("mm10"),
    "alto, pixel": alto("pixel"),
    "alto, inch1200": alto("inch1200"),
    "unstructured, pixels": unstructured("PixelSpace"),
    "unstructured, points": unstructured("PointSpace"),
    "unstructured, relative": unstructured("RelativeCoordinateSystem"),
    "unstructured file": json.dumps(unstructured()).encode(),
    "deepseek": deepseek().encode(),
    "deepseek, a page each": [deepseek()],
    "plain": plain(),
    "plain, pixels": plain("px"),
    "plain, points from the foot": plain("pt", "bottom_left"),
    "plain, 0..999": plain("0..999"),
    "plain, 0..999 from the foot": [
        region | {"bbox": [x0, 999 - y1, x1, 999 - y0], "origin": "bottom_left"}
        for region in plain("0..999")
        for x0, y0, x1, y1 in [region["bbox"]]
    ],
    "plain file": b"\xef\xbb\xbf " + json.dumps(plain()).encode(),
}

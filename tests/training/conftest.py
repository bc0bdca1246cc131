"""Reading of the structure tree of tagged PDFs."""

import ctypes
from collections import Counter

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

BLOCKS = {"P", "H1", "H2", "H3", "H4", "LI", "Table", "Figure", "Caption", "Code", "Note"}


def type_of(element):
    size = pdfium.FPDF_StructElement_GetType(element, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_StructElement_GetType(element, buffer, size)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def visit(element, inside, counts, loose):
    kind = type_of(element)
    counts[kind] += 1
    inside = inside or kind in BLOCKS
    for index in range(max(pdfium.FPDF_StructElement_CountChildren(element), 0)):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
        if child:
            visit(child, inside, counts, loose)
        elif not inside:
            loose.add(pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index))


@pytest.fixture
def tags_of():
    """How often each structure type occurs in a tagged PDF, and text that is in no block."""

    def count(data):
        counts = Counter()
        for page in pypdfium2.PdfDocument(data):
            loose = set()
            tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
            for index in range(pdfium.FPDF_StructTree_CountChildren(tree)):
                root = pdfium.FPDF_StructTree_GetChildAtIndex(tree, index)
                visit(root, False, counts, loose)
            pdfium.FPDF_StructTree_Close(tree)
            for item in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT]):
                marked = pdfium.FPDFPageObj_GetMarkedContentID(item.raw)
                counts["text outside of blocks"] += marked >= 0 and marked in loose
        return counts

    return count

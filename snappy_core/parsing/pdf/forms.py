"""The fields of PDF forms: where their values are, and which boxes are ticked.

The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, contains_center
from snappy_core.parsing.drawings import NO_BOXES
from snappy_core.parsing.pdf.annotations import MAX_ANNOTATIONS
from snappy_core.parsing.pdf.text_layer import page_matrix, to_page
from snappy_core.parsing.text import TextLayer

_XFA_FORMS = (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND)
_VALUES = (
    raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX,
)  # fmt: skip
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
CHECK_BOX = ("\u2610", "\u2611")
"""A check box that is empty, and one that is ticked."""

_MARKS = {
    raw.FPDF_FORMFIELD_CHECKBOX: CHECK_BOX,
    raw.FPDF_FORMFIELD_RADIOBUTTON: ("\u25cb", "\u25c9"),
}

_MAX_LABEL_GAP = 2  # widths of a button between it and its label

XFA_WARNING = "is the cover of an XFA form, which cannot be read: print it to a PDF"


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """The n fields of a page.

    Attributes:
        boxes: (n, 4) page fractions.
        marks: n characters that show the state of a check box or radio button; "" for other fields.
    """

    boxes: Boxes = field(default_factory=NO_BOXES.copy)
    marks: tuple[str, ...] = ()

    def take(self, selection: NDArray[np.bool_]) -> Fields:
        marks = tuple(self.marks[index] for index in np.flatnonzero(selection))
        return Fields(self.boxes[selection], marks)

    @property
    def buttons(self) -> Fields:
        """The check boxes and radio buttons."""
        return self.take(np.array([bool(mark) for mark in self.marks], dtype=bool))

    def join(self, others: Fields) -> Fields:
        """Return these fields and those of the others that do not overlap them."""
        is_covered = np.any(contains_center(self.boxes, others.boxes), axis=0)
        added = others.take(~is_covered)
        return Fields(np.vstack([self.boxes, added.boxes]), self.marks + added.marks)


def read_fields(page: Any) -> Fields:
    """Return the visible fields of a page that hold values."""
    bounds, marks = [], []
    count = raw.FPDFPage_GetAnnotCount(page) if page.formenv else 0
    for index in range(min(count, MAX_ANNOTATIONS)):
        annotation, rectangle = raw.FPDFPage_GetAnnot(page, index), raw.FS_RECTF()
        kind = raw.FPDFAnnot_GetFormFieldType(page.formenv, annotation)
        is_seen = not raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN
        is_read = is_seen and (kind in _VALUES or kind in _MARKS)
        if is_read and raw.FPDFAnnot_GetRect(annotation, rectangle):
            sides = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
            bounds.append(sides)
            is_checked = bool(raw.FPDFAnnot_IsChecked(page.formenv, annotation))
            marks.append(_MARKS[kind][is_checked] if kind in _MARKS else "")
        raw.FPDFPage_CloseAnnot(annotation)
    return Fields(np.clip(to_page(bounds, page_matrix(page)), 0, 1), tuple(marks))


def is_xfa_cover(document: Any, fields: Fields) -> bool:
    """Return whether a page is only a placeholder for an XFA form ("Please wait...")."""
    return document.get_formtype() in _XFA_FORMS and not fields.marks


def mark_buttons(layer: TextLayer, buttons: Fields) -> TextLayer:
    """Return a text layer with the state of check boxes and radio buttons as words.

    These words replace the letters drawn in the buttons. Except for their boxes, they copy the
    nearest word, or the next one on the line: their line boxes extend to it, so that they are read
    together.
    """
    boxes = buttons.boxes
    is_inside = contains_center(boxes, layer.boxes).any(axis=0)
    text = layer.take(np.flatnonzero(~is_inside))
    if not (len(boxes) and len(text)):
        return layer
    models, lines = zip(*(_label(text, box) for box in boxes), strict=True)
    everything = text.take(np.concatenate([np.arange(len(text)), models]))
    return replace(
        everything,
        texts=(*text.texts, *buttons.marks),
        boxes=np.vstack([text.boxes, boxes]),
        lines=np.vstack([text.lines, lines]),
        hyphens=np.append(text.hyphens, np.zeros(len(boxes), dtype=bool)),
    )


def _label(text: TextLayer, box: NDArray[np.float32]) -> tuple[int, NDArray[np.float32]]:
    """Return the word that a button copies, and the line box of the button."""
    x0, y0, x1, y1 = box
    gaps, middle = text.boxes[:, 0] - x1, (y0 + y1) / 2
    is_level = (text.lines[:, 1] < middle) & (middle < text.lines[:, 3]) & (text.turns == 0)
    is_next = is_level & (gaps > x0 - x1) & (gaps < _MAX_LABEL_GAP * (x1 - x0))
    if is_next.any():
        word = int(np.where(is_next, gaps, np.inf).argmin())
        low, high = text.lines[word, [1, 3]]
        return word, np.array([x0, low, max(x1, text.boxes[word, 0]), high], dtype=np.float32)
    distances = np.abs(text.boxes[:, :2] + text.boxes[:, 2:] - box[:2] - box[2:]).sum(axis=1)
    return int(distances.argmin()), box

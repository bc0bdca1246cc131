"""Random documents with known layout, printed as tagged PDF by Chromium, LibreOffice and Typst.

    python -m training.layout print OUT_DIR --documents 400 --seed 1

A document is determined by its seed. `kinds` says which elements a kind of document has; `prose`,
`tables`, `figures`, `panels`, `forms` and others make one element each, as HTML whose tags say
what it is; `style` and `pages` draw its looks at random. `printing` prints it, `office` first
converts it to OpenDocument text, `office_slides` makes slides. The ground truth is then read from
the structure tree of the PDF:

* <p> is P, <li> LI, <h1> to <h4> H1 to H4, <table> Table with TR, TH and TD, <figcaption> and
  <caption> Caption, <figure>, pictures and drawings Figure (a figure holds the Figure of its
  drawing), <pre> Code, <blockquote> BlockQuote;
* notes below tables and pages are P with the language `x-note`, from Chromium only;
* titles of slides from LibreOffice are H with a P inside;
* running heads, page numbers, line numbers, tabs and watermarks are artifacts.
"""

"""Documents whose layout is known: random, printed as tagged PDF by Chromium, LibreOffice, Typst.

    python -m training.layout print OUT_DIR --documents 400 --seed 1

A document follows from its seed alone. `kinds` says which elements a kind of document has;
`prose`, `tables`, `figures`, `panels`, `forms` and others make one element each, as HTML whose tags
say what it is; `style` and `pages` draw its looks. `printing` prints it, `office` makes an
OpenDocument text of it first, `office_slides` makes slides. The truth is then read from the
structure tree of the PDF:

* <p> is P, <li> LI, <h1> to <h4> H1 to H4, <table> Table with TR, TH and TD, <figcaption> and
  <caption> Caption, <figure>, pictures and drawings Figure (a figure holds the Figure of its
  drawing), <pre> Code, <blockquote> BlockQuote;
* notes below tables and pages are P with the language `x-note`, from Chromium alone;
* titles of slides by LibreOffice are H with a P inside;
* running heads, page numbers, numbers of lines, tabs and watermarks are artifacts.
"""

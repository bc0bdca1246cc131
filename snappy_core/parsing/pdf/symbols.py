"""Characters of Symbol and Wingdings, for which PDFs give private-use codes."""

SYMBOLS = {
    **dict.fromkeys((0xF0B7, 0xF09F, 0xF06C, 0xF076, 0xF0D8, 0xF0E0, 0xF0A7, 0xF06E), "•"),
    **dict.fromkeys((0xF06F, 0xF071, 0xF0A8), "☐"),
    0xF0FE: "☑",
    **dict.fromkeys((0xF078, 0xF0FD), "☒"),
    0xF0FC: "✓",
    0xF0FB: "✗",
}
"""Characters by code: bullets of lists (F0B7 is Symbol's, the others Wingdings'), check boxes."""

"""The looks of a document: paper, columns, fonts, spacing, colors, running heads."""

from dataclasses import dataclass

from training.layout.fonts import MONO, NARROW, SANS, SCRIPT_FONTS, SERIF, css_font
from training.layout.pages import MM_PER_POINT, Paper, draw_paper, page_rules
from training.layout.text import LATIN, Writer

TALL_SCRIPTS = {"ar", "fa", "hi"}  # their lines touch if leading is below 1.6
RIGHT_TO_LEFT = {"ar", "fa"}
ACCENTS = [  # a strong color and a light one that goes with it
    ("#003366", "#e8eef6"), ("#8b0000", "#f8ecea"), ("#00805a", "#e6f4ee"), ("#333333", "#eeeeee"),
    ("#000000", "#f2f2f2"), ("#000000", "#e6e6e6"), ("#5b2a86", "#f0eaf6"), ("#c05a00", "#fdf1e3"),
    ("#0b6fa4", "#e2f1fa"), ("#556b2f", "#f0f3e4"), ("#9c1c5c", "#fbe9f2"), ("#20505a", "#e0edef"),
]  # fmt: skip
WATERMARKS = ["DRAFT", "CONFIDENTIAL", "COPY", "SAMPLE", "VOID", "PRELIMINARY"]
LEADINGS = [1.0, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.2]


@dataclass(frozen=True)
class Style:
    """The parameters of a document's style sheet. Lengths without a unit are in em."""

    language: str
    paper: Paper
    columns: int
    column_gap: float  # mm
    column_rule: bool
    body_font: str
    heading_font: str
    mono_font: str
    size: float  # pt
    leading: float
    paragraph_gap: float
    paragraph_indent: float
    letter_spacing: float
    justified: bool
    accent: str
    tint: str
    heading_sizes: tuple[float, float, float]
    numbered_headings: bool
    page_rules: str  # CSS of @page: running heads, page numbers
    heading_rules: str  # CSS of headings
    detail_rules: str  # CSS of lists, captions and notes
    watermark: str  # a word in large pale type across each page; usually none

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def column_ems(self) -> float:
        """Width of a column of text."""
        width = (self.paper.body_width - self.column_gap * (self.columns - 1)) / self.columns
        return width / (self.size * MM_PER_POINT)

    @property
    def drawing_scale(self) -> float:
        """The scale of drawings relative to a page with type of the usual size."""
        return min(1.4, max(1.0, self.size / 11))

    @property
    def css(self) -> str:
        """The style sheet of the document."""
        align = "justify" if self.justified else "start"
        hyphens = "auto" if self.justified else "manual"
        rule = "column-rule:1px solid #999;" if self.column_rule else ""
        return f"""{self.page_rules}
body{{font:{self.size:.1f}pt/{self.leading} {css_font(self.body_font)};text-align:{align};
hyphens:{hyphens};margin:0;letter-spacing:{self.letter_spacing}em;print-color-adjust:exact;overflow-wrap:break-word}}
p{{margin:0 0 {self.paragraph_gap:.2f}em;text-indent:{self.paragraph_indent:.1f}em}}
.columns{{columns:{self.columns};column-gap:{self.column_gap:.0f}mm;{rule}}}
.wide{{column-span:all}}
.mark{{position:fixed;inset:0;display:flex;align-items:center;justify-content:center;z-index:-1}}
.mark span{{transform:rotate(-{self.paper.slope:.0f}deg);color:#e9e9e9;text-indent:0;
font:bold {min(90, self.paper.body_width * 3 / max(len(self.watermark), 1)):.0f}pt sans-serif}}
{self.heading_rules}
{self.detail_rules}
pre,code{{font-family:{css_font(self.mono_font)};font-size:.88em}}
{"*{line-height:1.6!important}" if self.language in TALL_SCRIPTS else ""}"""


def draw_style(writer: Writer, slides: bool = False, most_columns: int = 3) -> Style:
    """Draw a random style; slides are landscape pages with large type."""
    random = writer.random
    paper = draw_paper(writer, slides)
    columns = 1
    if not slides and paper.body_width > 120:
        columns = random.choices([1, 2, 3], [0.6, 0.32, 0.08])[0]
    columns = min(columns, most_columns)
    leading = random.choice(LEADINGS) if writer.chance(0.8) else writer.between(1, 2.2)
    if columns > 1 or slides:
        leading = min(leading, 1.5)
    if writer.language not in LATIN:
        leading = max(leading, 1.3)
    low, high = (12, 20) if slides else (7.5, 12.5) if columns == 1 else (7, 10.5)
    size = min(writer.between(low, high), paper.body_width / columns / 5)
    families = SCRIPT_FONTS.get(writer.language) or random.choices(
        [SERIF, SANS, NARROW], [0.3, 0.6, 0.1] if slides else [0.5, 0.43, 0.07]
    )[0]  # fmt: skip
    body_font = random.choice(families)
    heading_font = body_font
    if writer.chance(0.4):
        heading_font = random.choice(SCRIPT_FONTS.get(writer.language) or [*SERIF, *SANS, *NARROW])
    indented = writer.chance(0.35) and not slides
    gap = 0 if indented and writer.chance(0.8) else writer.between(0.3, 1.3)
    if not indented and writer.chance(0.08):
        gap = writer.between(0, 0.25)
    accent, tint = random.choice(ACCENTS)
    justified = writer.chance(0.5) and not slides and writer.language not in ("hi", "ko")
    heading_sizes = writer.between(1.4, 2.4), writer.between(1.15, 1.6), writer.between(1.0, 1.25)
    return Style(
        language=writer.language,
        paper=paper,
        columns=columns,
        column_gap=writer.between(4, 10),
        column_rule=writer.chance(0.2),
        body_font=body_font,
        heading_font=heading_font,
        mono_font=random.choice(MONO),
        size=size,
        leading=round(leading, 3),
        paragraph_gap=gap,
        paragraph_indent=writer.between(1, 2.5) if indented else 0,
        letter_spacing=writer.random.choice([-0.02, 0.02, 0.05]) if writer.chance(0.12) else 0,
        justified=justified,
        accent=accent,
        tint=tint,
        heading_sizes=heading_sizes,
        numbered_headings=writer.chance(0.35),
        page_rules=page_rules(writer, paper, size, leading, body_font, heading_font, accent),
        heading_rules=_heading_rules(writer, heading_sizes, heading_font, accent),
        detail_rules=_detail_rules(writer, gap),
        watermark=writer.random.choice(WATERMARKS) if writer.chance(0.03) else "",
    )


def _heading_rules(
    writer: Writer, sizes: tuple[float, float, float], font: str, accent: str
) -> str:
    align = writer.pick("start", "start", "start", "center")
    rules = [
        f"h1,h2,h3,h4{{font-family:{css_font(font)};color:{accent};text-align:{align};text-indent:0;"
        f"break-after:avoid;hyphens:manual;line-height:{writer.between(1.05, 1.4):.2f}}}"
    ]
    spaces = [(0.3, 1.2, 0.1, 0.8), (0.4, 1.3, 0.05, 0.6), (0.3, 1.0, 0.0, 0.4)]
    for level, (size, (a, b, c, d)) in enumerate(zip(sizes, spaces, strict=True), 1):
        margin = f"{writer.between(a, b):.2f}em 0 {writer.between(c, d):.2f}em"
        is_plain = level > 1 and writer.chance(0.15)  # as large as the text, and right above it
        if is_plain:
            size, margin = 1.0, f"{writer.between(0.4, 1.2):.2f}em 0 0"
        looks = f"font-size:{size:.2f}em;margin:{margin};"
        if is_plain:
            italic = "font-style:italic;"
            looks += writer.pick("font-weight:bold;", "font-weight:bold;", italic,
                                 f"font-weight:normal;{italic}")  # fmt: skip
        elif level > 1:
            looks += f"font-weight:{writer.pick('bold', 'bold', 'bold', 'normal')};"
            looks += f"font-style:{writer.pick('normal', 'normal', 'italic')};"
        if writer.chance(0.08):
            looks += f"font-variant:{writer.pick('small-caps', 'all-small-caps')};"
        if writer.chance(0.08):
            looks += "text-transform:uppercase;letter-spacing:.06em;"
        if writer.chance(0.1):
            looks += (
                f"border-bottom:{writer.pick('1px', '2px')} solid {accent};padding-bottom:.15em;"
            )
        elif writer.chance(0.07):
            looks += f"background:{accent};color:#fff;padding:.2em .5em;"
        elif writer.chance(0.05):
            looks += f"border-left:4px solid {accent};padding-left:.5em;"
        elif writer.chance(0.08):
            looks += "text-decoration:underline;"
        rules.append(f"h{level}{{{looks}}}")
    rules.append(
        f"h4{{font-size:1em;margin:.5em 0 .1em;font-style:{writer.pick('normal', 'italic')}}}"
    )
    return "\n".join(rules)


def _detail_rules(writer: Writer, gap: float) -> str:
    items = writer.random.choice([0, 0, 0, 0.15, 0.3, 0.5, 0.9])
    return (
        f"ul,ol{{margin:0 0 {max(gap, 0.2):.2f}em;"
        f"padding-inline-start:{writer.between(1.2, 2.8):.1f}em}}"
        f"li{{margin-bottom:{items}em}}li p{{text-indent:0;margin-bottom:{items}em}}"
        f"caption,figcaption{{font-size:{writer.between(0.78, 1):.2f}em;line-height:1.25;"
        f"text-align:{writer.pick('start', 'start', 'center')};"
        f"font-style:{writer.pick('normal', 'normal', 'italic')};"
        f"font-weight:{writer.pick('normal', 'normal', 'bold')};padding:.3em 0}}"
        f"figure{{margin:{writer.between(0.5, 1.2):.1f}em 0}}"
        f".note{{font-size:{writer.between(0.7, 0.88):.2f}em;line-height:1.25;"
        f"text-indent:0;margin:.2em 0 .6em}}"
        f"blockquote{{margin:.6em {writer.between(1, 3):.1f}em;"
        f"font-style:{writer.pick('normal', 'italic')}}}"
        "hr{border:0;border-top:1px solid #888;margin:.6em 0}"
        f"table{{border-collapse:collapse;line-height:{writer.between(1.05, 1.45):.2f};"
        "hyphens:manual;"
        f"text-align:start;margin:{writer.between(0.3, 1.2):.1f}em 0 "
        f"{writer.between(0.4, 1.4):.1f}em}}"
        "td p,th p{margin:0;text-indent:0}th{text-align:start}"
    )

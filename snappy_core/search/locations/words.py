"""The words that name places in a document, by language. All languages are searched at once.

All are regular expressions for text in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal[
    "page", "figure", "table", "chart", "exhibit", "equation", "section", "chapter", "appendix",
    "header", "footer", "side", "contents", "index", "references",
]  # fmt: skip

NOUNS: Mapping[Kind, tuple[str, ...]] = {
    "page": (
        r"pages?", r"pp?\.", r"pgs?\b\.?", r"slides?",  # English
        r"seiten?", r"folien?",  # German
        r"diapositives?",  # French
        r"páginas?", r"diapositivas?", r"láminas?",  # Spanish, Portuguese
        r"pagin[ae]", r"diapositive",  # Italian
        r"pagina['’]s", r"dia['’]s",  # Dutch
    ),
    "figure": (
        r"figures?", r"figs?\b\.?", r"illustrations?", r"diagrams?", r"pictures?", r"images?",
        r"photos?", r"photographs?", r"screenshots?",
        r"abbildung(?:en)?", r"abb\.", r"bild(?:er)?", 
        r"figuras?", r"figur[ae]", r"figuur", r"afbeelding",
    ),
    "table": (
        r"tables?", r"tab\.", r"tabellen?", r"tableaux?", r"tablas?", r"cuadros?", r"tabell[ae]",
        r"tabelas?", r"tabel",
    ),
    "chart": (
        r"charts?", r"graphs?", r"plots?", r"diagramme?", r"graphiques?", r"gráfic[oa]s?",
        r"grafic[oi]", r"grafiek",
    ),
    "exhibit": (r"exhibits?", r"box(?:es)?"),
    "equation": (
        r"equations?", r"eqn?s?\.", r"formulas?", r"formulae", r"gleichung", r"formel", r"équation",
        r"ecuación", r"equação", r"equazione",
    ),
    "section": (
        r"sections?", r"sec\.", r"subsections?", r"§", r"paragraph(?=\s\d)", r"clause(?=\s\d)",
        r"article(?=\s\d)", r"abschnitte?s?", r"secci[oó]n(?:es)?", r"se[cç][cç]?ão", r"sezion[ei]",
        r"sectie", r"paragraaf",
    ),
    "chapter": (
        r"chapters?", r"ch\.", r"kapitel", r"chapitres?", r"capítulos?", r"capitol[oi]",
        r"hoofdstuk",
    ),
    "appendix": (
        r"appendix", r"appendices", r"annex(?:es)?", r"anhang", r"anlage", r"annexes?", r"anexos?",
        r"apéndices?", r"apêndices?", r"appendici?e?", r"allegat[oi]", r"bijlagen?",
    ),
}  # fmt: skip

COVERS = (
    # "Cover" is also a verb: after "the" it is the noun.
    r"cover\s+page", r"(?<=the )cover(?:\s+page)?(?! (?:letter|rat))", r"front\s+cover",
    r"title\s+page", r"front\s+page", r"title\s+slide",
    r"titelseite", r"titelblatt", r"deckblatt", r"page\s+de\s+(?:garde|titre)",
    r"portada", r"copertina", r"frontespizio", r"voorblad", r"titelpagina",
)  # fmt: skip
"""The first page."""

BACK_COVERS = (r"back\s+(?:cover|page)", r"rückseite", r"quatrième\s+de\s+couverture")
"""The last page."""

LEFT_OUT: Mapping[Kind, tuple[str, ...]] = {
    "header": (
        r"(?<!table )(?<!column )(?<!row )headers?"
        r"(?! (?:row|cell|column|line))(?! of (?:the |a )?table)",
        r"kopfzeile", r"en-tête", r"encabezado", r"cabeçalho", r"intestazione", r"koptekst",
    ),
    "footer": (
        r"footers?", r"fußzeile", r"pied\s+de\s+page", r"pie\s+de\s+página",
        r"rodapé", r"piè\s+di\s+pagina", r"voettekst",
    ),
    "contents": (
        r"tables?\s+of\s+contents", r"contents\s+(?:page|list|section|table)", r"toc",
        r"inhaltsverzeichnis", r"table\s+des\s+matières", r"sommaire",
        r"(?:tabla|índice)\s+de\s+contenidos?", r"índice\s+geral", r"índice\s+general",
        r"indice\s+generale", r"sommario", r"sumário", r"inhoudsopgave",
    ),
    # "Index" alone may mean an index of prices.
    "index": (
        r"index\s+(?:pages?|entries|entry)", r"index\s+of\s+(?:the|this)\s+(?:book|manual|guide)",
        r"(?:subject|author|name|keyword|alphabetical)\s+index",
        r"(?:stichwort|sach|namens)(?:verzeichnis|register)", r"index\s+alphabétique",
        r"índice\s+(?:alfabético|analítico|remissivo)", r"indice\s+analitico",
        r"trefwoordenregister",
    ),
    "references": (
        r"bibliograph(?:y|ies)", r"references?\s+(?:list|section)", r"works\s+cited",
        r"(?:list|number)\s+of\s+references", r"(?:the|all|how\s+many|\d+)\s+references",
        r"literaturverzeichnis", r"quellenverzeichnis", r"références\s+bibliographiques",
        r"bibliographie", r"bibliograf[ií]a", r"refer[eê]ncias\s+bibliográficas",
        r"riferimenti\s+bibliografici", r"literatuurlijst",
    ),
}  # fmt: skip
"""Regions that are returned only if the question names them."""

SIDES: Mapping[str, tuple[str, ...]] = {
    "top": (
        r"top", r"upper", r"oben", r"obere[nrs]?", r"en\s+haut", r"arriba", r"superior(?:e|es)?",
        r"in\s+alto", r"bovenaan", r"boven",
    ),
    "bottom": (
        r"bottom", r"lower", r"unten", r"untere[nrs]?", r"en\s+bas", r"abajo", r"inferior(?:e|es)?",
        r"in\s+basso", r"onderaan",
    ),
    "left": (
        r"left", r"left[-\s]hand", r"links", r"linke[nrs]?", r"gauche", r"izquierd[ao]",
        r"esquerd[ao]", r"sinistr[ao]",
    ),
    "right": (
        r"right", r"right[-\s]hand", r"rechts", r"rechte[nrs]?", r"droite?", r"derech[ao]",
        r"direit[ao]", r"destr[ao]",
    ),
}  # fmt: skip
"""The halves of a page. They are read only in `SIDE_PHRASES`: a top score is not at the top."""

ORDINALS: Mapping[str, int] = {
    **{
        word: position
        for words in (
            "first second third fourth fifth sixth seventh eighth ninth tenth",
            "erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte",
            "ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten",
            "première deuxième troisième quatrième cinquième sixième septième huitième neuvième "
            "dixième",
            "primera segunda tercera cuarta quinta sexta séptima octava novena décima",
            "primer segundo tercer cuarto quinto sexto séptimo octavo noveno décimo",
            "prima seconda terza quarta quinta sesta settima ottava nona decima",
            "primeira segunda terceira quarta quinta sexta sétima oitava nona décima",
            "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende",
        )
        for position, word in enumerate(words.split(), start=1)
    },
    **dict.fromkeys(("premier",), 1),
    **dict.fromkeys(
        (
            "last", "final", "letzte", "letzten", "dernière", "dernier", "última", "último",
            "ultima", "ultimo", "laatste",
        ),
        -1,
    ),
    **dict.fromkeys(("penultimate", "second-to-last", "vorletzte", "vorletzten"), -2),
}  # fmt: skip
"""Positions, counted from the end if they are negative."""

# Without words that also exist in English, such as Spanish "once" and Italian "due".
NUMBERS: Mapping[str, int] = {
    word: number
    for words in (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty",
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "un deux trois quatre cinq six sept huit neuf dix onze douze",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
        "um dois três quatro cinco seis sete oito nove dez onze doze",
        "een twee drie vier vijf zes zeven acht negen tien elf twaalf",
    )
    for number, word in enumerate(words.split(), start=1)
}

RANGES = (r"-", r"–", r"—", r"to", r"through", r"until", r"bis", r"à", r"al?", r"até", r"tot")
LISTS = (r",", r"and", r"or", r"&", r"und", r"oder", r"et", r"ou", r"y", r"o", r"e", r"en")
NUMBER_SIGNS = (r"no\.?", r"number", r"#", r"nr\.?", r"nº", r"n°", r"nummer", r"numéro", r"número")

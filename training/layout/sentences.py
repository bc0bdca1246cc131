"""English sentences like real prose, with numbers, names, citations, asides, quotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.layout import vocabulary

if TYPE_CHECKING:
    from training.layout.text import Writer


def sentence(writer: Writer) -> str:
    """Return an English sentence of 3 to about 90 words."""
    kind = writer.random.choices(
        ["plain", "opened", "joined", "figures", "cited", "quoted", "legal", "listed", "order"],
        [0.24, 0.14, 0.14, 0.14, 0.09, 0.03, 0.07, 0.07, 0.08],
    )[0]
    words = {
        "plain": _clause,
        "opened": lambda w: f"{w.random.choice(vocabulary.OPENERS)}, {_clause(w)}",
        "joined": _joined,
        "figures": _figures,
        "cited": _cited,
        "quoted": lambda w: (
            f"“{_capital(_clause(w))},” said {w.name()}, {w.job()} at {w.company()}"
        ),
        "legal": _legal,
        "listed": lambda w: f"{_clause(w)}, including {_listing(w)}",
        "order": _order,
    }[kind](writer)
    return (
        _capital(words) + writer.random.choices([".", "?", "!", ":"], [0.96, 0.02, 0.01, 0.01])[0]
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _phrase(writer: Writer) -> str:
    """A noun phrase with its article, or a name."""
    if writer.chance(0.1):
        return writer.pick(
            writer.company(), writer.name(), f"the {writer.acronym()}", writer.place(),
            f"the {writer.place()} {writer.words(1, 1).capitalize()} Act of {writer.year()}",
        )  # fmt: skip
    article = writer.pick("the", "the", "a", "this", "each", "our", "its", "any", "their", "such")
    phrase = f"{article} {writer.words(1, 2)}"
    if writer.chance(0.3):
        phrase += (
            f" {writer.pick('of', 'for', 'in', 'under', 'between', 'across')} {writer.words(1, 3)}"
        )
    if writer.chance(0.06):
        phrase += f" ({writer.pick(writer.acronym(), writer.words(1, 3), writer.percentage())})"
    if writer.chance(0.05):
        phrase += f", {writer.random.choice(vocabulary.ABBREVIATIONS)} {writer.words(1, 2)},"
    return phrase


def _clause(writer: Writer) -> str:
    verb = writer.random.choice(vocabulary.VERBS)
    if writer.chance(0.35):
        auxiliary = writer.pick("has", "was", "is", "were", "will be", "may be", "can be", "had")
        verb = f"{auxiliary} {verb} {writer.pick('by', 'in', 'with', 'for', 'on')}"
    if writer.chance(0.15):
        verb = f"{writer.random.choice(vocabulary.ADVERBS)} {verb}"
    clause = f"{_phrase(writer)} {verb} {_phrase(writer)}"
    if writer.chance(0.25):
        clause += writer.pick(
            f" in {writer.year()}", f" on {writer.date()}", f" ({writer.year()})",
            f" by {writer.percentage()}", f" at {writer.place()}", f" for {writer.words(1, 3)}",
            f" (see Section {writer.number_of(1, 9)}.{writer.number_of(1, 9)})",
        )  # fmt: skip
    return clause


def _joined(writer: Writer) -> str:
    connector = writer.pick("; however,", ", and", ", but", ", whereas", " because", " when", ";",
                            ", which means that", " – and", " so that")  # fmt: skip
    return f"{_clause(writer)}{connector} {_clause(writer)}"


def _figures(writer: Writer) -> str:
    direction = writer.pick("increased", "decreased", "rose", "fell", "grew", "declined")
    words = (
        f"{_phrase(writer)} {direction} {writer.percentage()}, or {writer.amount()}, to"
        f" {writer.amount()} in {writer.year()}"
    )
    if writer.chance(0.6):
        words += f", compared with {writer.amount()} in {writer.year()}"
    return words


def _cited(writer: Writer) -> str:
    numbers = f"[{writer.number_of(1, 60)}]"
    if writer.chance(0.3):
        numbers = f"[{writer.number_of(1, 20)}, {writer.number_of(21, 60)}]"
    names = f"{writer.surname()}{writer.pick('', ' et al.', f' & {writer.surname()}')}"
    return writer.pick(
        f"{_clause(writer)} {numbers}",
        f"{_clause(writer)} ({names}, {writer.year()})",
        (
            f"{names} ({writer.year()}) {writer.pick('showed', 'found', 'argued')} that "
            f"{_clause(writer)}"
        ),
        (
            f"{_clause(writer)}; see Figure {writer.number_of(1, 9)} and Table "
            f"{writer.number_of(1, 9)}"
        ),
        f"for further information, see {writer.url()}",
    )


def _listing(writer: Writer) -> str:
    items = [writer.words(1, 3) for _ in range(writer.number_of(2, 5))]
    if writer.chance(0.3):
        items = [f"({'abcdefg'[i]}) {item}" for i, item in enumerate(items)]
    return ", ".join(items[:-1]) + writer.pick(", and ", " and ", ", or ", " and/or ") + items[-1]


def _legal(writer: Writer) -> str:
    clauses = [_clause(writer) for _ in range(writer.number_of(1, 4))]
    opening = writer.pick(
        f"pursuant to Section {writer.number_of(1, 40)}({writer.pick('a', 'b', 'd')})"
        f"({writer.number_of(1, 9)}) of {_phrase(writer)}, as amended,",
        "notwithstanding anything to the contrary herein,",
        f"the Company’s obligations under {_phrase(writer)} shall not, without the prior written"
        f" consent of {_phrase(writer)}, be affected to the extent that",
        f"subject to paragraph {writer.number_of(1, 9)}.{writer.number_of(1, 9)} and any"
        f" {_listing(writer)},",
    )
    return f"{opening} {writer.pick(', provided that ', '; and ', ', and ').join(clauses)}"


def _order(writer: Writer) -> str:
    verb = writer.pick(
        "Press",
        "Select",
        "Check",
        "Remove",
        "Enter",
        "Contact",
        "Use",
        "Review",
        "Click",
        "Do not use",
        "Make sure that you have",
        "Turn off",
        "Ask",
    )
    return f"{verb} {_phrase(writer)}{writer.pick('', f' before {writer.words(1, 2)}', ' first')}"

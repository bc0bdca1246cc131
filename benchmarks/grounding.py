"""Grounding: verdicts on sentences of documents, and on sentences changed by rule.

The set is generated: true sentences of paragraphs; the same sentences with a number, a name or the
negation changed; and sentences of another document. Quotations are eight words of a sentence, and
the same words with one replaced.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from snappy_core import ReadingOptions, RegionIndex
from snappy_core.evaluation import bench
from snappy_core.evaluation.report import format_table
from snappy_core.search.grounding.tokens import content, fold, tokenize
from snappy_core.search.sentences import sentence_bounds
from snappy_core.stores import MemoryStore

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "examples" / "report.pdf"
ELSEWHERE = ("LICENSE", "CONTRIBUTING.md", "SECURITY.md", "MODEL_CARD.md")
"""Documents that are in no index, as a source of sentences from another document."""

MIN_WORDS = 6
QUOTE_WORDS = 8
KINDS = (
    "true", "changed number", "changed name", "negated", "other document", "quote",
    "changed quote",
)  # fmt: skip
VERDICTS = ("verified", "partial", "absent")

_AUXILIARY = re.compile(r"\b(is|was|are|were|has|have|had|will|can|may|must|could|would)\b")


def run_grounding(folders: Sequence[Path]) -> dict[str, Any]:
    """Ground the claims of the sample report, or of the answers of benches.

    Returns:
        Counts of each of the `VERDICTS` by kind of claim, `recall` (verified among true sentences
        and quotes), `precision` (true among verified sentences, each with one changed number or
        name) and milliseconds per claim.
    """
    store = MemoryStore()
    with RegionIndex(store) as index:
        files = [file for folder in folders for file in sorted((folder / "pdfs").glob("*.pdf"))]
        index.add(files or [REPORT], reading=ReadingOptions(ocr="never")).raise_failed()
        sentences = _bench_sentences(folders) if folders else _report_sentences(store)
        claims = list(claims_of(sentences))
        started = time.perf_counter()
        verdicts = [(kind, index.ground(text)) for kind, text in claims]
        seconds = time.perf_counter() - started
    counts = {kind: dict.fromkeys(VERDICTS, 0) for kind in KINDS}
    for kind, grounding in verdicts:
        # For a quotation, the sentence that contains it is the first claim.
        counts[kind][grounding[-1 if "quote" in kind else 0].verdict] += 1
    return {"counts": counts, **_rates(counts), "milliseconds": round(1000 * seconds / len(claims))}


def claims_of(sentences: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield claims with their kinds, always the same for the same sentences."""
    rng = random.Random(0)
    names = sorted({token for text in sentences for token in _names(text)})
    for text in sentences:
        yield "true", text
        numbers = list(re.finditer(r"\d[\d.,]*\d|\d", text))
        if numbers:
            number = rng.choice(numbers)
            yield "changed number", _replace(text, number.span(), _other_number(number[0], rng))
        own = _names(text)
        others = [name for name in names if name not in text]
        if own and others:
            name = rng.choice(own)
            start = text.index(name)
            yield "changed name", _replace(text, (start, start + len(name)), rng.choice(others))
        auxiliary = _AUXILIARY.search(text)
        if re.search(r"\bnot\b ", text):
            yield "negated", re.sub(r"\bnot\b ", "", text, count=1)
        elif auxiliary:
            yield "negated", _replace(text, (auxiliary.end(), auxiliary.end()), " not")
        words = text.replace('"', "").split()
        if len(words) > QUOTE_WORDS:
            start = rng.randrange(len(words) - QUOTE_WORDS)
            quote = words[start : start + QUOTE_WORDS]
            yield "quote", f'The report says: "{" ".join(quote)}"'
            strange = rng.choice([word for word in words if word not in quote] or ["never"])
            quote[rng.randrange(QUOTE_WORDS)] = strange
            yield "changed quote", f'The report says: "{" ".join(quote)}"'
    texts = [(ROOT / name).read_text("utf-8") for name in ELSEWHERE]
    elsewhere = _sentences(" ".join(" ".join(texts).split()))
    for text in rng.sample(elsewhere, min(len(sentences), len(elsewhere))):
        yield "other document", text


def _report_sentences(store: MemoryStore) -> list[str]:
    with store.read() as snapshot:
        pages = [snapshot.page(page_id) for page_id in snapshot.catalog().page_ids.tolist()]
    return [
        sentence
        for page in pages
        for region in page.regions
        if region.label == "paragraph"
        for sentence in _sentences(region.text)
    ]


def _bench_sentences(folders: Sequence[Path]) -> list[str]:
    """Return the sentences of the passages that answer the questions of benches."""
    texts = [
        question.passage
        for folder in folders
        for question in bench.load_questions(folder)
        if question.granularity == "paragraph"
    ]
    # Line ends split words there.
    joined = [re.sub(r"(?<=[a-z])- (?=[a-z])", "", " ".join(text.split())) for text in texts]
    # A passage may begin and end within a sentence.
    return list(dict.fromkeys(s for text in joined for s in _sentences(text)[:-1]))


def _sentences(text: str) -> list[str]:
    sentences = [text[start:end] for start, end in sentence_bounds(text)]
    return [
        sentence
        for sentence in sentences
        if len(content(tokenize(fold(sentence)))) >= MIN_WORDS
        and sentence[0].isupper()
        and sentence[-1] in ".!?"
    ]


def _names(text: str) -> list[str]:
    return [text[t.start : t.end] for t in tokenize(text) if t.kind == "name"]


def _other_number(number: str, rng: random.Random) -> str:
    place = rng.choice([i for i, character in enumerate(number) if character.isdigit()])
    digit = rng.choice([d for d in "123456789" if d != number[place]])
    return number[:place] + digit + number[place + 1 :]


def _replace(text: str, span: tuple[int, int], by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]


def _rates(counts: dict[str, dict[str, int]]) -> dict[str, float | None]:
    def share(kind: str) -> float:
        return counts[kind]["verified"] / max(sum(counts[kind].values()), 1)

    true, rates = share("true"), {}
    for kind in ("changed number", "changed name", "negated", "other document"):
        verified = true + share(kind)
        rates[f"precision: {kind}"] = round(true / verified, 3) if verified else None
    return {
        "recall": round(true, 3),
        "recall of quotes": round(share("quote"), 3),
        **rates,
    }


def grounding_report(summary: dict[str, Any]) -> str:
    """Return the result as text."""
    rows = [
        [kind, str(sum(counts.values())), *(str(counts[verdict]) for verdict in VERDICTS)]
        for kind, counts in summary["counts"].items()
    ]
    rates = [[name, f"{value}"] for name, value in summary.items() if name != "counts"]
    return "\n".join(
        [format_table(["claims", "number", *VERDICTS], rows), "", format_table(["", ""], rates)]
    )

"""What grounding returns: claims with their verdicts and places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, overload

from snappy_core.types import Box

Verdict = Literal["verified", "partial", "absent"]


@dataclass(frozen=True, slots=True)
class Place:
    """The place that supports a claim.

    Attributes:
        region_id, document_id, source, page_number, page_label: as in `Hit`; for a text that is not
            a region, what is known about it, else "" and 0.
        text: the words of the source.
        rects: boxes of these words, one for each line, in fractions of the page; boxes of whole
            lines if only hits or documents are known and not the index.
    """

    region_id: str
    document_id: str
    source: str
    page_number: int
    page_label: str
    text: str
    rects: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, or a quotation in it.

    Attributes:
        kind: a quotation must be in the source word for word.
        text: the text from `start` to `end` of the answer.
        verdict: "verified" if all its words, numbers and names are in one passage in that order,
            with the same number of negations; "partial" if half of its words are, or the passage
            resembles it; else "absent".
        score: share of its words that are in the passage, 0..1.
        missing_numbers: its numbers that are not.
        place: the passage that fits best; None if the claim is absent.
    """

    kind: Literal["sentence", "quote"]
    text: str
    start: int
    end: int
    verdict: Verdict
    score: float
    missing_numbers: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Grounding(Sequence[Claim]):
    """An answer and the claims that it makes, in its order."""

    answer: str
    claims: tuple[Claim, ...]

    def __len__(self) -> int:
        return len(self.claims)

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    @overload
    def __getitem__(self, index: int) -> Claim: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Claim, ...]: ...
    def __getitem__(self, index: int | slice) -> Claim | tuple[Claim, ...]:
        return self.claims[index]

    @property
    def is_verified(self) -> bool:
        """Whether there are claims, and all of them are verified."""
        return bool(self.claims) and all(claim.verdict == "verified" for claim in self.claims)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of verified claims, the first of each region, as `cited` numbers them."""
        first: dict[tuple[str, str], Place] = {}
        for claim in self.claims:
            if claim.verdict == "verified" and claim.place is not None:
                first.setdefault(_region(claim.place), claim.place)
        return tuple(first.values())

    def cited(self) -> str:
        """Return the answer with a marker such as "[1]" after each verified claim.

        Number n is the region of `places[n - 1]`. Claims that are not verified have no marker.
        """
        regions = [_region(place) for place in self.places]
        markers: dict[int, list[str]] = {}
        for claim in self.claims:
            if claim.verdict == "verified" and claim.place is not None:
                marker = f"[{regions.index(_region(claim.place)) + 1}]"
                if marker not in markers.setdefault(claim.end, []):
                    markers[claim.end].append(marker)
        text, end = "", 0
        for position in sorted(markers):
            text += f"{self.answer[end:position]} {''.join(markers[position])}"
            end = position
        return text + self.answer[end:]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "answer": self.answer,
            "cited": self.cited(),
            "is_verified": self.is_verified,
            "claims": [asdict(claim) for claim in self.claims],
        }


def _region(place: Place) -> tuple[str, str]:
    return place.region_id or place.source, "" if place.region_id else str(place.page_number)

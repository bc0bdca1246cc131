"""Random text of a locale that looks like the text of real documents."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from faker import Faker

from training.layout import sentences, vocabulary

LOCALES = {  # BCP 47 language -> Faker locale
    "en": "en_US",
    "de": "de_DE",
    "fr": "fr_FR",
    "es": "es_ES",
    "it": "it_IT",
    "pt": "pt_BR",
    "ja": "ja_JP",
    "zh": "zh_CN",
    "ko": "ko_KR",
    "ar": "ar_AA",
    "fa": "fa_IR",
    "hi": "hi_IN",
}
NO_SPACES = {"ja", "zh"}
FULL_STOPS = {"ja": "。", "zh": "。", "hi": "।"}
FIRST_DAY = date(1985, 1, 1)
LATIN = {"en", "de", "fr", "es", "it", "pt"}


@dataclass(frozen=True)
class Writer:
    """Text from one random generator; equal seeds and locales give equal texts."""

    random: Random
    language: str
    faker: Faker
    capitals: str  # of titles: "title", "sentence" or "upper"
    is_brief: bool = False  # single short sentences, as on slides

    @classmethod
    def seeded(cls, seed: int, language: str = "en") -> "Writer":
        """Return a writer for a language in LOCALES."""
        random = Random(seed)
        faker = Faker(LOCALES[language])
        faker.seed_instance(seed)
        capitals = random.choices(["title", "sentence", "upper"], [0.55, 0.35, 0.1])[0]
        return cls(random, language, faker, capitals)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def number_of(self, low: int, high: int) -> int:
        """Return a number from low to high, inclusive."""
        return self.random.randint(low, high)

    def words(self, low: int, high: int) -> str:
        """Return low to high words without punctuation, in lower case."""
        count = self.random.randint(low, high)
        if self.language == "en":
            return english_words(self.random, count)
        own = vocabulary.OWN_WORDS.get(self.language)
        words = self.random.choices(own, k=count) if own else self.faker.words(count)
        return ("" if self.language in NO_SPACES else " ").join(words)

    def title(self, low: int = 2, high: int = 7) -> str:
        """Return a heading of low to high words."""
        words = self.words(low, high)
        if self.language not in LATIN:
            return words
        if self.chance(0.08):
            words += self.pick(f" ({self.acronym()})", f", {self.year()}", f": {self.words(1, 3)}")
        if self.capitals == "upper":
            return words.upper()
        return title_case(words) if self.capitals == "title" else words[:1].upper() + words[1:]

    def label(self, low: int = 1, high: int = 4) -> str:
        """Return a short name of a row, axis or field."""
        if self.chance(0.05):
            return self.acronym()
        words = self.words(low, high)
        return words[:1].upper() + words[1:]

    def sentence(self) -> str:
        """Return a sentence with the punctuation, numbers and names of real prose."""
        if self.is_brief and self.chance(0.7):
            return self.label(4, 12)
        if self.language == "en":
            return sentences.sentence(self)
        length = self.random.choices([5, 9, 14, 22], [0.2, 0.35, 0.3, 0.15])[0]
        words = self.words(length - 2, length + 3)
        if self.chance(0.25):
            comma = {"ja": "、", "zh": "，", "ar": "، ", "fa": "، "}.get(self.language, ", ")
            words += comma + self.words(3, 9)
        if self.chance(0.3):
            words += self.pick(
                f" {self.number('decimal')}", f" ({self.year()})", f" {self.percentage()}"
            )
        return words[:1].upper() + words[1:] + FULL_STOPS.get(self.language, ".")

    def sentences(self, count: int) -> str:
        glue = "" if self.language in NO_SPACES else " "
        return glue.join(self.sentence() for _ in range(1 if self.is_brief else count))

    def prose(self) -> str:
        """Return the text of a paragraph: one to nine sentences."""
        return self.sentences(self.random.choices([1, 2, 3, 5, 8], [0.2, 0.25, 0.28, 0.17, 0.1])[0])

    def name(self) -> str:
        return self.faker.name()

    def surname(self) -> str:
        return self.faker.last_name()

    def company(self) -> str:
        return self.faker.company()

    def place(self) -> str:
        if self.language == "it":  # Faker draws Italian cities from a set, whose order is not fixed
            return f"{self.pick('San', 'Borgo', 'Quarto')} {self.surname()}"
        return self.faker.city()

    def job(self) -> str:
        return self.faker.job()

    def address(self) -> list[str]:
        """Return the lines of a postal address, without the addressee."""
        return [line.strip() for line in self.faker.address().split("\n") if line.strip(" ,")]

    def phone(self) -> str:
        return self.faker.phone_number()

    def email(self) -> str:
        return self.faker.ascii_email()

    def url(self) -> str:
        path = "/".join(self.faker.words(self.number_of(0, 3))) if self.language in LATIN else ""
        return self.pick("www.", "https://www.", "http://") + self.faker.domain_name() + "/" + path

    def acronym(self) -> str:
        return "".join(self.random.choices("ABCDEFGHILMNOPRSTUW", k=self.number_of(2, 5)))

    def year(self) -> str:
        return str(self.number_of(1985, 2027))

    def date(self) -> str:
        day = FIRST_DAY + timedelta(self.number_of(0, 15_000))
        styles = [f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}"]
        numeric = [f"{day:%m/%d/%Y}", f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day:%d-%b-%y}"]
        if self.language in ("ja", "zh"):
            numeric = [f"{day.year}年{day.month}月{day.day}日"]
        english = self.language == "en"
        return self.random.choice(styles if english and self.chance(0.7) else numeric)

    def percentage(self) -> str:
        return f"{self.between(0, 100):.{self.number_of(0, 2)}f}%"

    def number(self, kind: str = "integer") -> str:
        """Return a number; kind is a key of NUMBERS."""
        return NUMBERS[kind](self)

    def amount(self) -> str:
        """Return an amount of money as written in prose."""
        value = self.between(1, 900)
        return self.pick(
            f"${value:,.1f} million", f"${value * 1000:,.0f}", f"€{value:,.2f}", f"£{value:,.0f}m",
            f"US$ {value * 100:,.2f}", f"${value:,.2f}", f"{value * 1000:,.0f} EUR",
        )  # fmt: skip

    def code(self) -> str:
        """Return a part or reference number."""
        letters = "".join(self.random.choices("ABCDEFGHJKLMNPRSTVWX", k=self.number_of(1, 3)))
        return f"{letters}{self.pick('-', '', '.')}{self.number_of(10, 99999)}"


def _magnitude(writer: Writer) -> float:
    low, high = writer.random.choice([(0, 9), (10, 999), (1e3, 9e5), (1e6, 9e7)])
    return writer.between(low, high)


NUMBERS: dict[str, Callable[[Writer], str]] = {
    "integer": lambda w: f"{_magnitude(w):,.0f}",
    "small": lambda w: str(w.number_of(0, 99)),
    "decimal": lambda w: f"{w.between(0, 999):,.{w.number_of(1, 3)}f}",
    "percent": lambda w: w.percentage(),
    "signed": lambda w: f"{w.pick('+', '−', '-', '')}{w.between(0, 40):.1f}",
    "account": lambda w: f"({_magnitude(w):,.0f})" if w.chance(0.3) else f"{_magnitude(w):,.0f}",
    "sparse": lambda w: (
        w.pick("—", "-", "–", "n/a", "") if w.chance(0.3) else f"{_magnitude(w):,.0f}"
    ),
    "money": lambda w: f"{w.pick('$', '€', '£', '')}{w.between(1, 9999):,.2f}",
    "year": lambda w: w.year(),
    "range": lambda w: f"{w.number_of(1, 50)}–{w.number_of(51, 400)}",
    "error": lambda w: f"{w.between(0, 99):.2f} ± {w.between(0, 4):.2f}",
    "stars": lambda w: f"{w.between(-2, 2):.3f}{w.pick('', '', '*', '**', '***')}",
    "measure": lambda w: f"{w.between(0, 500):.1f} {w.random.choice(vocabulary.UNITS)}",
}


def title_case(words: str) -> str:
    small = {"of", "and", "the", "for", "in", "to", "by", "on", "a"}
    first, *others = words.split(" ")
    return " ".join([first.capitalize(), *(w if w in small else w.capitalize() for w in others)])


def english_words(random: Random, count: int) -> str:
    """Return count words like a noun phrase: adjectives and nouns, with `of` and `and` between."""
    words: list[str] = []
    while len(words) < count:
        room = count - len(words)
        if words and room > 1:
            words.append(random.choice(["of", "and", "for", "in", "to", "by", "on", "with"]))
        if random.random() < 0.6 and count - len(words) > 1:
            words.append(random.choice(vocabulary.ADJECTIVES))
        noun = random.choice(vocabulary.NOUNS)
        words.append(
            noun + "s" if random.random() < 0.3 and not noun.endswith(("s", "y")) else noun
        )
    return " ".join(words[:count])

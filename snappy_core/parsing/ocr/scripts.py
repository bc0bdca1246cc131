"""Which scripts Tesseract's languages are written in, and a language for each script."""

from __future__ import annotations

# Tesseract's names of scripts and languages; languages not listed here use the Latin script.
_LANGUAGES = {
    "Arabic": "ara fas urd pus snd uig kur_ara",
    "Armenian": "hye",
    "Bengali": "ben asm",
    "Cyrillic": "rus ukr bel bul mkd srp kaz kir tat tgk uzb_cyrl aze_cyrl mon",
    "Devanagari": "hin mar nep san",
    "Ethiopic": "amh tir",
    "Georgian": "kat kat_old",
    "Greek": "ell grc",
    "Gujarati": "guj",
    "Gurmukhi": "pan",
    "Han": "chi_sim chi_tra chi_sim_vert chi_tra_vert jpn jpn_vert",
    "Hangul": "kor kor_vert",
    "Hebrew": "heb yid",
    "Japanese": "jpn jpn_vert",
    "Kannada": "kan",
    "Khmer": "khm",
    "Korean": "kor kor_vert",
    "Lao": "lao",
    "Malayalam": "mal",
    "Myanmar": "mya",
    "Oriya": "ori",
    "Sinhala": "sin",
    "Syriac": "syr",
    "Tamil": "tam",
    "Telugu": "tel",
    "Thai": "tha",
    "Tibetan": "bod dzo",
}


def scripts_of(languages: str) -> set[str]:
    """Return the scripts of languages joined by "+".

    >>> sorted(scripts_of("jpn+deu"))
    ['Han', 'Japanese', 'Latin']
    """
    languages_of = {script: set(names.split()) for script, names in _LANGUAGES.items()}
    scripts: set[str] = set()
    for language in languages.split("+"):
        its_scripts = {script for script, names in languages_of.items() if language in names}
        scripts |= its_scripts or {"Latin"}
    return scripts


def language_of(script: str) -> str:
    """Return the name of a language in a script, "" if none is known.

    >>> language_of("Cyrillic"), language_of("Fraktur")
    ('rus', '')
    """
    return _LANGUAGES.get(script, "").split(" ")[0]

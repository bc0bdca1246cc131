"""The rules that can be switched off exist, and what they earn is measured."""

import inspect
import json

import pytest

from benchmarks.__main__ import main
from benchmarks.ablation import ablation_report, run_ablation
from benchmarks.layout_rules import RULES, Rule, locate, switched_off
from snappy_core import parsing
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.parsing.layout import assembly

READING = ReadingOptions(ocr="never", layout_model="never")
REPLACEMENTS = {
    attribute: replacement for rule in RULES for attribute, replacement in rule.replacements.items()
}
NOTHING_FOUND = Rule("blocks are found", {"layout.regions:find_blocks": lambda page: []})


@pytest.mark.parametrize("attribute", REPLACEMENTS)
def test_every_rule_exists_and_is_replaced_by_its_like(attribute):
    owner, name = locate(attribute)
    original, replacement = getattr(owner, name), REPLACEMENTS[attribute]
    if callable(original):
        count = len(inspect.signature(original).parameters)
        assert len(inspect.signature(replacement).parameters) == count
    else:
        numbers = isinstance(original, (int, float)) and isinstance(replacement, (int, float))
        assert numbers or type(original) is type(replacement)
        assert original != replacement


def test_what_is_gone_is_an_error(tags_folder):
    gone = Rule("gone", {"layout.assembly:_GONE": 1})
    with pytest.raises(LookupError, match=r"layout\.assembly:_GONE is gone"):
        run_ablation([tags_folder], READING, [gone])
    for attribute in ("layout.gone:X", "tables.table:Table.gone"):
        with pytest.raises(LookupError, match="is gone"):
            locate(attribute)


def test_a_rule_is_on_again_after_an_error():
    before = assembly.MIN_CELLS

    def fail():
        with switched_off(Rule("cells", {"layout.assembly:MIN_CELLS": 99})):
            raise ValueError(assembly.MIN_CELLS)

    with pytest.raises(ValueError, match="99"):
        fail()
    assert before == assembly.MIN_CELLS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_pages_are_read_without_each_rule(rule, data):
    with switched_off(rule):
        for name in ("table.pdf", "list_items.pdf", "sideways_text.pdf"):
            (page, *_) = parsing.read(Source.from_path(data / name), READING)
            assert page.regions


def test_what_rules_earn(tags_folder, bench_folder):
    unused = RULES[0]
    result = run_ablation([tags_folder, bench_folder], READING, [NOTHING_FOUND, unused])
    assert result["measures"]["tags: text_recall"] == 0.5
    assert result["rules"][NOTHING_FOUND.name]["earns"] == {
        "tags: text_recall": 0.5, "tags: precision": 1, "tags: f1": 0.667, "tags: by_document": 0.5,
        "bench: oracle_iou50": 0.5,
    }  # fmt: skip
    assert (result["rules"][NOTHING_FOUND.name]["pages"], result["pages"]) == (2, 2)
    assert set(result["rules"][unused.name]["earns"].values()) == {0}
    assert result["rules"][unused.name]["pages"] == 0
    _, _, found, ink = (" ".join(row.split()) for row in ablation_report(result).splitlines())
    assert found == (
        "| blocks are found | 2 of 2 | tags: text recall +0.500, precision +1.000, f1 +0.667, "
        "by document +0.500; bench: oracle iou50 +0.500 |"
    )
    assert ink == "| words without ink are not read | 0 of 2 | nothing |"


def test_the_command(tags_folder, capsys):
    assert main(["ablation", str(tags_folder), "--ocr", "never", "--json"]) == 0
    done = capsys.readouterr()
    assert list(json.loads(done.out)["rules"]) == [rule.name for rule in RULES]
    assert f"1/{len(RULES)} {RULES[0].name}" in done.err

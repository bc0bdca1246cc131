"""The files around the code: workflows, templates, changelog and version agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import snappy_core

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
YAML = sorted([
    *(ROOT / ".github").rglob("*.yml"), ROOT / ".pre-commit-config.yaml", ROOT / "mkdocs.yml",
    ROOT / "CITATION.cff",
])  # fmt: skip
PYTHONS = [
    name.rpartition(" ")[2]
    for name in PROJECT["project"]["classifiers"]
    if name.startswith("Programming Language :: Python :: 3.")
]


def load(name):
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yaml_parses(path):
    assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict)


@pytest.mark.parametrize("name", ["tests", "release"])
def test_actions_have_versions_and_workflows_few_rights(name):
    workflow = load(f".github/workflows/{name}.yml")
    uses = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert uses
    assert [each for each in uses if not re.fullmatch(r"[\w-]+/[\w-]+@v\d[\d.]*", each)] == []
    assert workflow["permissions"] == {"contents": "read"}


def test_the_matrices_have_the_versions_of_the_project():
    jobs = load(".github/workflows/tests.yml")["jobs"]
    assert PYTHONS == ["3.11", "3.12", "3.13"]
    assert PROJECT["project"]["requires-python"] == f">={PYTHONS[0]}"
    for name in ("tests", "smoke"):
        assert jobs[name]["strategy"]["matrix"]["python"] == PYTHONS
    systems = {name.partition("-")[0] for name in jobs["smoke"]["strategy"]["matrix"]["system"]}
    assert systems == {"ubuntu", "macos", "windows"}
    ends = {each["resolution"] for each in jobs["dependencies"]["strategy"]["matrix"]["include"]}
    assert ends == {"highest", "lowest-direct"}


def test_what_workflows_make_and_install_exists():
    commands = [step["run"] for step in steps(load(".github/workflows/tests.yml")) if "run" in step]
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
    extras = PROJECT["project"]["optional-dependencies"]
    made = [word for each in commands if each.startswith("make ") for word in each.split()[1:]]
    assert {word for word in made if "=" not in word} <= set(targets)
    named = [part for each in commands for part in re.findall(r"\.\[([\w,]+)\]", each)]
    assert named
    assert set(",".join(named).split(",")) <= set(extras)


def test_publishing_needs_no_token():
    publish = load(".github/workflows/release.yml")["jobs"]["publish"]
    assert publish["permissions"] == {"id-token": "write"}
    assert "secrets." not in (ROOT / ".github" / "workflows" / "release.yml").read_text()


def test_the_version_is_in_one_place():
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]
    attribute = PROJECT["tool"]["setuptools"]["dynamic"]["version"]["attr"]
    assert attribute == "snappy_core.__version__"
    assert re.fullmatch(r"\d+\.\d+\.\d+", snappy_core.__version__)
    assert "version" not in load("CITATION.cff")


def test_the_changelog_is_kept():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    kinds = re.findall(r"^### (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", each) for each in headings[1:])
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_ruff_is_the_same_before_a_commit():
    (rev,) = (
        each["rev"] for each in load(".pre-commit-config.yaml")["repos"] if "ruff" in each["repo"]
    )
    assert f"ruff=={rev.removeprefix('v')}\n" in (ROOT / "constraints.txt").read_text()

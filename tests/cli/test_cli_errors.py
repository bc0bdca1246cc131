"""What goes wrong is one line and an exit code; and the command as a real process."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import snappy_core
from snappy_core.cli import main

ROOT = Path(snappy_core.__file__).parent.parent


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "Missing argument 'QUESTION'"),
        (["q"], "name an index, or set SNAPPY_INDEX"),
        (["q", "--in", "INDEX", "--pdf", "x.pdf"], "either --in INDEX or --pdf FILE"),
        (["", "--in", "INDEX"], "the question is empty"),
        (["q", "--in", "INDEX", "-k", "0"], "k must be an integer of at least 1, not 0"),
        (["q", "--in", "INDEX", "-k", "many"], "-k"),
        (["q", "--in", "INDEX", "--per-page", "0"], "per_page"),
        (["q", "--in", "INDEX", "--score-threshold", "2"], "score_threshold"),
        (["q", "--in", "INDEX", "--scoring", "best"], "maxsim, iou_weighted, max, mean"),
        (["q", "--in", "INDEX", "--filter", "page_number=x"], "'page_number' is a number, not 'x'"),
        (["q", "--in", "INDEX", "--filter", '{"team": '], "is no JSON"),
        (["q", "--in", "INDEX", "--filter", "team"], "'team' is not of the form KEY=VALUE"),
        (["q", "--in", "INDEX", "--colour"], "--colour"),
        (["q", "--in", "ftp://bucket/x"], "ftp://bucket/x"),
    ],
)
def test_wrong_use_exits_with_2(snappy, small_index, options, words):
    result = snappy(
        "search", *(str(small_index) if option == "INDEX" else option for option in options)
    )
    assert result.code == 2
    assert words in result.error


def test_an_unknown_command_exits_with_2(snappy):
    result = snappy("find")
    assert result.code == 2
    assert "find" in result.error


@pytest.mark.parametrize("command", [["search", "q", "--in"], ["show", "q", "--in"], ["info"]])
def test_a_missing_index_is_an_error_and_is_not_made(snappy, tmp_path, command):
    result = snappy(*command, tmp_path / "none.snappy")
    assert result.code == 1
    assert "none.snappy" in result.error
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_index_is_an_error(snappy, data, tmp_path):
    copy = tmp_path / "[red].pdf"
    shutil.copy(data / "table.pdf", copy)
    result = snappy("search", "q", "--in", copy)
    assert result.code == 1
    assert result.error == f"{copy}: is not a Snappy index"


@pytest.mark.parametrize("name", ["none.pdf", "empty.pdf", "not_a_pdf.pdf", "encrypted.pdf"])
def test_a_pdf_that_cannot_be_read_is_an_error(snappy, data, name):
    result = snappy("search", "q", "--pdf", data / name)
    assert result.code == 1
    assert result.error.startswith(f"{(data / name).as_posix()}: ")


def test_a_picture_that_cannot_be_written_is_an_error(snappy, small_index, tmp_path):
    out = tmp_path / "no" / "page.png"
    result = snappy("show", "boats", "--in", small_index, "--out", out)
    assert result.code == 1
    assert result.error == f"{out}: No such file or directory"
    result = snappy("show", "boats", "--in", small_index, "--out", tmp_path / "page.odd")
    assert result.code == 2
    assert ".odd" in result.error


def test_a_page_whose_file_is_gone_is_an_error(snappy, data, tmp_path):
    pdf, index = tmp_path / "gone.pdf", tmp_path / "a.snappy"
    shutil.copy(data / "table.pdf", pdf)
    assert snappy("index", pdf, "--to", index).code == 0
    pdf.unlink()
    result = snappy("show", "boats", "--in", index)
    assert result.code == 1
    assert "gone.pdf, page 1" in result.error


def test_the_shell_completes_commands_and_options():
    def complete(words):
        environment = {
            "_SNAPPY_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        with process(env=os.environ | environment) as command:
            out, _ = command.communicate()
        return out.split()

    assert complete("snappy reg") == ["regions"]
    assert complete("snappy sync --ocr-e") == ["--ocr-engine"]


def test_a_bug_is_not_hidden(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("snappy_core.RegionIndex.open", broken)
    with pytest.raises(ZeroDivisionError):
        main(["info", "a.snappy"])


def test_help_and_version(snappy):
    assert snappy("--version").out == f"snappy {snappy_core.__version__}\n"
    for arguments in ([], ["--help"]):
        result = snappy(*arguments)
        assert result.code == 0
        for command in ("index", "search", "show", "list", "delete", "info", "eval"):
            assert command in result.out


def process(*arguments, **options):
    environment = options.pop("env", os.environ)
    environment = environment | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys.executable, "-m", "snappy_core.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
        **options,
    )


def test_through_a_pipe_names_with_markup_stay_as_they_are(data, tmp_path):
    name = "[red]naïve[/red] :smile:.pdf"
    (tmp_path / name).parent.mkdir()
    shutil.copy(data / "table.pdf", tmp_path / name)
    with process("search", "boats", "--pdf", name, "-k", "1", cwd=tmp_path) as command:
        out, err = command.communicate()
    assert (command.returncode, err) == (0, "")
    assert (tmp_path / name).as_posix() in out
    assert "\x1b" not in out
    assert "£251,500" in out


def test_json_comes_alone_through_a_pipe(small_index):
    with process("search", "boats", "--in", small_index, "--json") as command:
        out, err = command.communicate()
    assert (command.returncode, err) == (0, "")
    assert json.loads(out)["hits"]


def test_a_process_fails_with_one_line(tmp_path):
    with process("search", "boats", "--in", tmp_path / "none.snappy") as command:
        out, err = command.communicate()
    assert (command.returncode, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_reader_that_leaves_is_no_error(small_index, options):
    with process("search", "boats", "--in", small_index, *options) as command:
        command.stdout.close()
        err = command.stderr.read()
    assert command.returncode == 1
    assert err == ""

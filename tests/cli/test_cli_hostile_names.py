"""Control characters of names, questions and texts reach no terminal, whatever the command."""

import json

import pytest

from snappy_core.cli import COMMANDS

HOSTILE = "\x1b]0;owned\x07\x9b31m\u202e"
TEXT = (
    f"# Tides{HOSTILE}\n\nTides turn{HOSTILE} at noon.\n\n"
    f"| Port | Depth{HOSTILE} |\n|-|-|\n| A | 4{HOSTILE} |\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a text, what is no document, and questions, all with hostile names."""
    folder = tmp_path_factory.mktemp("hostile") / f"in{HOSTILE}"
    folder.mkdir()
    (folder / f"tide{HOSTILE}.md").write_text(TEXT)
    (folder / f"bad{HOSTILE}.pdf").write_bytes(b"no document")
    (folder / f"other.x{HOSTILE}").write_bytes(b"")
    question = {"question": f"When do tides turn{HOSTILE}?", "document": f"none{HOSTILE}.md"}
    (folder / f"questions{HOSTILE}.jsonl").write_text(json.dumps(question) + "\n")
    return folder


COMMAND_LINES = {
    "index": ["FOLDER", "--to", "INDEX", "--metadata", f"team={HOSTILE}"],
    "sync": ["FOLDER", "--to", "INDEX"],
    "search": [f"tides turn{HOSTILE}", "--in", "INDEX", "--filter", f"key{HOSTILE}=1"],
    "show": ["tides turn", "--in", "INDEX", "--out", "FOLDER/none/page.png"],
    "report": ["tides turn", "--in", "INDEX", "--out", f"FOLDER/report{HOSTILE}.html"],
    "ground": [f"Tides turn{HOSTILE} at noon.", "--in", "INDEX"],
    "list": ["INDEX"],
    "regions": [f"FOLDER/tide{HOSTILE}.md", "--in", "INDEX"],
    "info": ["INDEX"],
    "compact": ["INDEX"],
    "copy": ["INDEX", f"FOLDER/copy{HOSTILE}.snappy"],
    "eval": ["run", f"FOLDER/questions{HOSTILE}.jsonl", "--in", "INDEX"],
    "serve": [f"FOLDER/tide{HOSTILE}.md"],
    "mcp": ["--in", f"FOLDER/tide{HOSTILE}.md"],
    "delete": [f"FOLDER/tide{HOSTILE}.md", "--in", "INDEX", "--yes"],
}


def test_every_command_is_tried():
    assert COMMAND_LINES.keys() == {*COMMANDS, "eval"}


@pytest.mark.filterwarnings("default")  # the command line prints them
def test_no_control_character_is_printed(folder, snappy):
    index = folder.parent / f"index{HOSTILE}.snappy"
    told = {}
    for command, arguments in COMMAND_LINES.items():
        filled = [a.replace("FOLDER", str(folder)).replace("INDEX", str(index)) for a in arguments]
        for attempt in (filled, [*filled, f"--none{HOSTILE}"]):
            result = snappy(command, *attempt)
            told[command] = told.get(command, "") + result.out + result.err
            printed = set(result.out + result.err)
            assert not printed & set("\x1b\x07\x9b\u202e\r"), command
    assert all("owned" in text for command, text in told.items() if command not in ("show",))

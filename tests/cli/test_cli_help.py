"""Help texts: what stands in square brackets is shown, not taken for markup."""

import pytest
import typer
from rich.text import Text

from snappy_core.cli import app


def commands(command, path=""):
    """Yield all commands below one, with their names."""
    yield path, command
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, f"{path} {name}".strip())


@pytest.mark.parametrize(
    ("path", "command"),
    [pytest.param(*each, id=each[0]) for each in commands(typer.main.get_command(app))],
)
def test_help_is_shown_as_it_is_written(path, command):
    texts = [command.help, *(parameter.help for parameter in command.params)]
    assert any(texts)
    for text in filter(None, texts):
        assert Text.from_markup(text).plain == text.replace("\\[", "[")


def test_the_extra_of_agents_is_named(snappy):
    help = " ".join(snappy("mcp", "--help").out.split())
    assert "needs the extra [mcp]" in help

"""`snappy serve`: it listens, answers and ends."""

import json
import sys
import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.requires("fastapi", "uvicorn")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_others_need_a_key(snappy, small_index, monkeypatch, host):
    monkeypatch.delenv("SNAPPY_API_KEY", raising=False)
    result = snappy("serve", small_index, "--host", host)
    assert result.code == 2
    assert "SNAPPY_API_KEY" in result.error


@pytest.mark.parametrize("name", ["reprots.snappy", "reprots.lance"])
def test_a_name_without_an_index_serves_nothing(snappy, tmp_path, monkeypatch, name):
    monkeypatch.setattr("snappy_core.cli.serving.run_server", lambda *_, **__: None)
    result = snappy("serve", tmp_path / name)
    assert result.code == 1
    assert f"{name}: no such index; make it with `snappy index`" in result.error
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
def test_it_listens_and_ends(small_index, listening):
    with (
        listening("serve", small_index) as url,
        urllib.request.urlopen(f"{url}/api/documents", timeout=30) as answer,
    ):
        assert b"table.pdf" in answer.read()


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
def test_the_key_and_the_chat_model_are_those_of_the_environment(small_index, listening):
    with listening("serve", small_index, SNAPPY_API_KEY="s", SNAPPY_CHAT_MODEL="a:b") as url:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{url}/api/index", timeout=30)
        asked = urllib.request.Request(f"{url}/api/index", headers={"Authorization": "Bearer s"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.load(answer)["chat_model"] == "a:b"


def test_a_port_in_use_is_told(snappy, small_index):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = snappy("serve", small_index, "--port", taken.getsockname()[1])
    assert result.code == 1
    assert "in use" in result.error

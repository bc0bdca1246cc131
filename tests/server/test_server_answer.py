"""Answers of a fake chat model: the events of the stream, and what ends it."""

import asyncio
import json
import os
import re
import subprocess
import sys

import pytest

pytest.importorskip("fastapi")

from snappy_core.server import answers, chat

pytestmark = pytest.mark.requires("langchain_core")

QUESTION = {"question": "How many boats land at Brae?"}


def read(answer):
    """Return the events of an answer as (name, content)."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    pattern = r"event: (\w+)\ndata: (.*)\n\n"
    assert re.fullmatch(f"({pattern})+", answer.text)
    return [(name, json.loads(content)) for name, content in re.findall(pattern, answer.text)]


def fake(*replies, **options):
    from langchain_core.language_models import FakeListChatModel

    return FakeListChatModel(responses=list(replies), **options)


def test_without_a_model_there_is_what_it_would_read(serve, index):
    client = serve()
    (first, context), *rest = read(client.post("/api/answer", json=QUESTION))
    assert (first, rest) == ("context", [("done", {"is_verified": None})])
    marks = set(re.findall(r"^\[(\d+\.\d+)\] ", context["text"], re.MULTILINE))
    assert {citation["marker"] for citation in context["citations"]} == marks != set()
    assert 0 < context["tokens"] <= 2000
    small = read(client.post("/api/answer", json=QUESTION | {"budget": 40}))[0][1]
    assert 0 < small["tokens"] <= 40
    assert client.get("/api/index").json()["chat_model"] is None


def test_an_answer_streams_with_its_citations_and_claims(serve, data):
    passage, mark = "Five crews gave up their licences this year, and landings fell", "1.1"
    reply = f"{passage} [{mark}]. The moon is made of green cheese."
    client = serve(chat_model=fake(reply))
    assert client.get("/api/index").json()["chat_model"] == "FakeListChatModel"
    answer = client.post("/api/answer", json=QUESTION)
    assert str(data.parent) not in answer.text
    events = read(answer)
    names = [name for name, _ in events]
    assert list(dict.fromkeys(names)) == ["context", "text", "citations", "claim", "done"]
    assert names.count("text") > 1
    assert "".join(event["text"] for name, event in events if name == "text") == reply
    cited = dict(events)["citations"]["citations"]
    assert {citation["marker"] for citation in cited} == {mark}
    regions = {region["region"]: region for region in client.get(
        "/api/page", params={"document": cited[0]["document"], "page": cited[0]["page"]}
    ).json()["regions"]}  # fmt: skip
    assert regions[cited[0]["region"]]["box"] == cited[0]["box"]
    true, false = (event for name, event in events if name == "claim")
    assert (true["verdict"], false["verdict"]) == ("verified", "absent")
    assert reply[true["start"] : true["end"]] == true["text"]
    assert true["place"]["rects"]
    assert true["place"]["text"] == f"{passage}."
    assert false["place"] is None
    assert events[-1] == ("done", {"is_verified": False})


def test_claims_are_checked_against_what_the_model_has_read(serve):
    model = fake("Thornham lies on the coast.")
    asked = QUESTION | {"filter": {"file_name": "labels.pdf"}}
    claims = [event for name, event in read(serve(chat_model=model).post("/api/answer", json=asked))
              if name == "claim"]  # fmt: skip
    assert [claim["verdict"] for claim in claims] == ["absent"]


def test_the_model_reads_the_passages_as_they_stand_in_the_context(serve):
    messages = []

    class Listening:
        async def astream(self, given):
            messages.extend(given)
            yield fake("x").invoke("")

    events = read(serve(chat_model=Listening()).post("/api/answer", json=QUESTION))
    (system, prompt), (human, question) = messages
    assert (system, human, question) == ("system", "human", QUESTION["question"])
    assert prompt == chat.PROMPT.format(context=events[0][1]["text"])
    assert len(chat.PROMPT.split()) < 80


@pytest.mark.parametrize(("text", "cited"), [
    ("a [2.1], b [1.2, 1.1].", ["2.1", "1.2", "1.1"]),
    ("a [1]; again [1.1][9.9] [x] 2.1", ["1.1", "1.2"]),
    ("none [12.1]", []),
])  # fmt: skip
def test_marks_are_found(text, cited):
    from snappy_core.search.context import Citation

    given = [Citation(mark, "a#p1", "a", 1, "1", (0, 0, 1, 1)) for mark in ("1.1", "1.2", "2.1")]
    assert [citation.marker for citation in answers._cited(text, given)] == cited


def test_nothing_found_is_not_answered(serve):
    asked = QUESTION | {"score_threshold": 1}
    events = read(serve(chat_model=fake("I know!")).post("/api/answer", json=asked))
    assert [name for name, _ in events] == ["context", "done"]
    assert events[0][1] == {"text": "", "tokens": 0, "citations": []}


@pytest.mark.parametrize(("body", "status"), [
    ({"question": " "}, 400),
    (QUESTION | {"budget": 0}, 422),
    (QUESTION | {"budget": 10**6}, 422),
    (QUESTION | {"documents": ["none.pdf"]}, 404),
    ({"question": "a" * 5000}, 422),
])  # fmt: skip
def test_a_bad_question_is_refused(serve, body, status):
    assert serve(chat_model=fake("x")).post("/api/answer", json=body).status_code == status


def test_what_a_model_reads_is_put_together_within_the_time(serve, index, monkeypatch):
    hits = index.search(QUESTION["question"])
    monkeypatch.setattr(answers, "find", lambda *_: hits)
    client = serve()
    assert client.post("/api/answer", json=QUESTION).status_code == 200
    monkeypatch.setattr(answers, "REQUEST_TIMEOUT", 1e-9)
    answer = client.post("/api/answer", json=QUESTION)
    assert (answer.status_code, "the search took longer than" in answer.text) == (504, True)


def test_the_error_of_a_model_is_an_event(serve):
    class Broken:
        async def astream(self, _):
            yield fake("It is").invoke("")
            raise RuntimeError("no such file: /srv/secret/key.txt")

    *events, last = read(serve(chat_model=Broken()).post("/api/answer", json=QUESTION))
    assert [name for name, _ in events] == ["context", "text"]
    detail = "the chat model failed (RuntimeError: no such file: key.txt)"
    assert last == ("error", {"detail": detail})


def test_a_slow_model_and_a_long_answer_are_stopped(serve, monkeypatch):
    monkeypatch.setattr(answers, "ANSWER_TIMEOUT", 0.2)
    slow = serve(chat_model=fake("It is slow", sleep=0.1))
    assert read(slow.post("/api/answer", json=QUESTION))[-1] == (
        "error", {"detail": "the chat model took too long"},
    )  # fmt: skip
    monkeypatch.setattr(answers, "ANSWER_TIMEOUT", 60)
    monkeypatch.setattr(answers, "MAX_ANSWER", 20)
    events = read(serve(chat_model=fake("x" * 30)).post("/api/answer", json=QUESTION))
    assert sum(name == "text" for name, _ in events) == 20
    assert "more than 20 characters" in events[-1][1]["detail"]


def test_a_slow_check_is_stopped(serve, monkeypatch):
    class Model:
        async def astream(self, _):
            monkeypatch.setattr(answers, "REQUEST_TIMEOUT", 1e-9)  # after the search
            yield fake("It is so.").invoke("")

    *_, (name, event) = read(serve(chat_model=Model()).post("/api/answer", json=QUESTION))
    assert name == "error"
    assert event["detail"].startswith("grounding took longer than")


def test_a_model_is_opened_by_its_name_when_it_is_asked(serve, monkeypatch):
    opened = []
    monkeypatch.setattr(answers, "open_chat_model", lambda n: opened.append(n) or fake("a", "b"))
    client = serve(chat_model="openai:gpt-5-mini")
    assert client.get("/api/index").json()["chat_model"] == "openai:gpt-5-mini"
    assert opened == []
    for reply in "ab":
        assert ("text", {"text": reply}) in read(client.post("/api/answer", json=QUESTION))
    assert opened == ["openai:gpt-5-mini"]


def test_what_is_missing_is_named(serve, monkeypatch):
    pytest.importorskip("langchain")
    client = serve(chat_model="nobody:knows-this")
    assert "nobody" in read(client.post("/api/answer", json=QUESTION))[-1][1]["detail"]
    monkeypatch.setitem(sys.modules, "langchain_openai", None)
    openai = serve(chat_model="openai:gpt-5-mini").post("/api/answer", json=QUESTION)
    assert "pip install" in read(openai)[-1][1]["detail"]
    assert "langchain-openai" in read(openai)[-1][1]["detail"]
    for module in ("langchain", "langchain.chat_models"):
        monkeypatch.setitem(sys.modules, module, None)
    name, event = read(client.post("/api/answer", json=QUESTION))[-1]
    assert name == "error"
    assert "needs LangChain" in event["detail"]
    assert "[chat]" in event["detail"]


async def test_a_client_that_leaves_ends_the_model(index):
    """The stream is closed when the client disconnects in the middle of a piece."""
    from snappy_core.server import create_app

    begun, ended = asyncio.Event(), asyncio.Event()

    class Endless:
        async def astream(self, _):
            try:
                yield fake("It").invoke("")
                begun.set()
                await asyncio.sleep(60)
            finally:
                ended.set()

    app = create_app(index, chat_model=Endless())
    body = [{"type": "http.request", "body": json.dumps(QUESTION).encode(), "more_body": False}]

    async def receive():
        if body:
            return body.pop()
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(_):
        pass

    scope = {
        "type": "http", "method": "POST", "path": "/api/answer", "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }  # fmt: skip
    async with asyncio.timeout(30):
        await app(scope, receive, send)
        assert ended.is_set()


def test_the_page_starts_without_langchain():
    script = "import sys; sys.modules['langchain'] = sys.modules['langchain_core'] = None\n"
    script += "import snappy_core.server"
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ, timeout=300)

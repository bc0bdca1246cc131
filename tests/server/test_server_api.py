"""The JSON API: what it returns, and what it refuses."""

import io
import json
import re

import pytest
from PIL import Image

from snappy_core import Source
from tests.search.printed import FIRST, SECOND, print_pages

QUESTION = "How many boats land at Brae?"


@pytest.fixture
def hit(client):
    answer = client.post("/api/search", json={"question": QUESTION, "k": 3})
    assert answer.status_code == 200, answer.text
    return answer.json()["hits"][0]


def test_a_search_returns_regions_with_their_boxes(client, hit, data, index):
    best = index.search(QUESTION, k=3)[0]
    assert hit["text"] == best.region.text
    assert tuple(hit["box"]) == best.region.box
    assert hit["metadata"] == {"team": "red"}
    assert hit["highlights"][0]["rects"]
    answer = client.post("/api/search", json={"question": QUESTION}).text
    assert str(data.parent) not in answer  # the folders of the server are nobody's business


@pytest.mark.parametrize("narrowed", [
    {"documents": ["labels.pdf"]},
    {"documents": ["uploads/labels.pdf"], "filter": {"page_number": {"$gte": 1}}},
    {"filter": {"file_name": "labels.pdf"}},
])  # fmt: skip
def test_a_search_is_narrowed(client, narrowed):
    hits = client.post("/api/search", json={"question": QUESTION} | narrowed).json()["hits"]
    assert {hit["document"] for hit in hits} == {"uploads/labels.pdf"}


@pytest.mark.parametrize(("body", "status", "says"), [
    ({"question": "  "}, 400, "empty"),
    ({"question": "a", "filter": {"year": {"$like": 1}}}, 400, "$like"),
    ({"question": "a", "documents": ["other.pdf"]}, 404, "there is no document"),
    ({"question": "a", "k": 0}, 422, "greater than or equal"),
    ({"question": "a", "scoring": "x"}, 422, "scoring"),
    ({"question": "a" * 5000}, 422, "at most"),
])  # fmt: skip
def test_a_bad_search_is_refused(client, body, status, says):
    answer = client.post("/api/search", json=body)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text


def test_a_hit_is_explained(client, hit):
    body = {"question": QUESTION, "region": hit["region"]}
    explanation = client.post("/api/explain", json=body).json()
    assert [token["token"] for token in explanation["tokens"]] == QUESTION.split()
    assert sum(token["weight"] for token in explanation["tokens"]) == pytest.approx(1)
    boats = explanation["tokens"][2]
    assert (boats["match"].lower(), boats["similarity"] > 0.5) == ("boats", True)


def test_a_page_lists_its_regions(client, hit):
    place = {"document": hit["document"], "page": hit["page"]}
    page = client.get("/api/page", params=place).json()
    assert hit["region"] in [region["region"] for region in page["regions"]]
    assert page["pages"] == 1
    assert page["unit"] == "pt"
    assert client.get("/api/page", params=place | {"page": 2}).status_code == 404


def test_names_with_odd_spaces_are_those_to_ask_for(client, index, data):
    content = (data / "unicode.pdf").read_bytes()
    index.add(Source.from_bytes(content, "/srv/a  b\t\u202f.pdf"), keep="source").raise_failed()
    documents = client.get("/api/documents").json()
    (listed,) = [each for each in documents if each["file_name"] == "a  b\t\u202f.pdf"]
    place = {"document": listed["document"], "page": 1}
    (region, *_) = client.get("/api/page", params=place).json()["regions"]
    assert client.get("/api/page.webp", params=place).status_code == 200
    assert client.get("/api/region.webp", params={"region": region["region"]}).status_code == 200
    asked = {"question": region["text"], "documents": [listed["document"]]}
    hits = client.post("/api/search", json=asked).json()["hits"]
    assert {hit["document"] for hit in hits} == {listed["document"]}


def test_pictures_are_cached(client, hit, index, monkeypatch):
    place = {"document": hit["document"], "page": hit["page"], "width": 300}
    drawn = []
    draw = index.page_image
    monkeypatch.setattr(index, "page_image", lambda *a, **k: drawn.append(a) or draw(*a, **k))
    first = client.get("/api/page.webp", params=place)
    picture = Image.open(io.BytesIO(first.content))
    assert (picture.format, picture.width) == ("WEBP", 480)
    again = client.get("/api/page.webp", params=place | {"width": 400})  # the same step
    assert again.content == first.content
    known = {"If-None-Match": first.headers["etag"]}
    unchanged = client.get("/api/page.webp", params=place, headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert len(drawn) == 1
    larger = client.get("/api/page.webp", params=place | {"width": 900}, headers=known)
    assert larger.headers["etag"] != first.headers["etag"]
    assert len(drawn) == 2


def test_a_region_is_cut_out_of_its_page(client, hit):
    answer = client.get("/api/region.webp", params={"region": hit["region"], "width": 960})
    x0, y0, x1, y1 = hit["box"]
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.width == pytest.approx((x1 - x0) * 960, abs=25)
    assert picture.width / picture.height == pytest.approx((x1 - x0) * 612 / (y1 - y0) / 792, rel=1)


def test_the_heat_of_a_word_is_where_it_stands(client, hit):
    place = {"document": hit["document"], "page": hit["page"], "question": QUESTION, "token": 4}
    heat = client.get("/api/heat", params=place).json()
    page = client.get("/api/page", params=place).json()
    best = max(range(len(heat["values"])), key=heat["values"].__getitem__)
    x0, y0, x1, y1 = heat["boxes"][best]
    answer = client.get("/api/heat.webp", params=place | {"width": 480})
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.height == round(480 * page["height"] / page["width"])
    spot = picture.getpixel((int((x0 + x1) / 2 * 480), int((y0 + y1) / 2 * picture.height)))
    assert spot[2] < 150 < spot[0]  # orange
    assert picture.getpixel((1, 1))[2] > 240
    assert client.get("/api/heat", params=place | {"token": 99}).status_code == 400


def test_the_words_of_a_question_are_counted_as_heat_counts_them(client):
    tokens = client.get("/api/tokens", params={"question": QUESTION}).json()
    assert [token["token"] for token in tokens] == QUESTION.split()
    content = [token["token"] for token in tokens if token["is_content"]]
    assert content == ["many", "boats", "land", "Brae?"]
    assert client.get("/api/tokens", params={"question": " "}).status_code == 400


def test_hits_on_tables_have_their_cells(client):
    body = {"question": QUESTION, "filter": {"region_label": "table"}}
    (hit,) = client.post("/api/search", json=body).json()["hits"]
    assert [cell["text"] for cell in hit["cells"] if cell["is_header"]][:2] == ["Port", "Boats"]
    places = {(cell["row"], cell["column"]): cell["text"] for cell in hit["cells"]}
    assert (places[2, 0], places[2, 1]) == ("Brae", "9")


def test_a_hit_that_goes_on_has_its_other_parts(client, index):
    index.add(Source.from_bytes(print_pages(FIRST, SECOND), "uploads/h.pdf")).raise_failed()
    body = {"question": "who paid nine hundred crowns in silver", "documents": ["uploads/h.pdf"]}
    hit = client.post("/api/search", json=body).json()["hits"][0]
    (part,) = hit["parts"]
    assert {hit["page"], part["page"]} == {1, 2}
    assert "each of them paid nine hundred crowns in silver" in hit["text"]
    assert hit["text"].endswith("repaired in that year.")
    assert part["highlights"]
    assert part["rects"]


def test_an_answer_is_grounded(client, hit):
    true = " ".join(hit["quotes"][:1]) or hit["text"]
    answer = f"{true}. The moon is made of cheese."
    for regions in (None, [hit["region"]]):
        body = {"answer": answer, "regions": regions}
        report = client.post("/api/ground", json=body).json()
        assert report["claims"][-1]["verdict"] == "absent"
        assert report["is_verified"] is False
        places = [claim["place"] for claim in report["claims"] if claim["place"]]
        assert {place["document"] for place in places} <= {hit["document"]}


def test_an_upload_is_added_shown_and_deleted(client, data, wait):
    file = (data / "unicode.pdf").read_bytes()
    sent = client.post("/api/documents", params={"name": "../../æ.pdf"}, content=file)
    assert sent.status_code == 202
    with client.stream("GET", f"/api/jobs/{sent.json()['job']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = [json.loads(line[6:]) for line in stream.iter_lines() if line]
    assert told[-1]["state"] == "done"
    assert told[-1]["added"] == ["uploads/æ.pdf"]
    assert told[-1]["pages"] == 1
    names = [each["document"] for each in client.get("/api/documents").json()]
    assert "uploads/æ.pdf" in names
    place = {"document": "uploads/æ.pdf", "page": 1}
    assert client.get("/api/page.webp", params=place).status_code == 200
    assert client.delete("/api/documents", params=place).status_code == 204
    assert client.delete("/api/documents", params=place).status_code == 404
    assert client.get("/api/page", params=place).status_code == 404


def test_what_cannot_be_read_is_told(client, data, wait):
    for name, says in (("not_a_pdf.pdf", "not a PDF"), ("encrypted.pdf", "password")):
        content = (data / name).read_bytes()
        sent = client.post("/api/documents", params={"name": name}, content=content)
        job = wait(client, sent.json()["job"])
        assert job["state"] == "failed"
        assert says in job["failures"][0]


def test_pages_without_text_warn(client, data, wait):
    content = (data / "blank_page.pdf").read_bytes()
    sent = client.post("/api/documents", params={"name": "blank.pdf"}, content=content)
    job = wait(client, sent.json()["job"])
    assert (job["state"], len(job["warnings"])) == ("done", 1)


def test_the_api_is_described(client):
    description = client.get("/api/openapi.json").json()
    assert set(description["paths"]) == {f"/api/{name}" for name in (
        "search", "explain", "ground", "answer", "index", "documents", "jobs", "jobs/{job}/events",
        "page", "page.webp", "region.webp", "heat", "heat.webp", "session", "tokens",
    )}  # fmt: skip
    kinds = {"webp": "image/webp", "events": "text/event-stream", "answer": "text/event-stream"}
    for path, methods in description["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            ((code, response),) = [(c, r) for c, r in operation["responses"].items() if c < "300"]
            kind = kinds.get(re.split(r"[./]", path)[-1], "application/json")
            assert [*response.get("content", [])] == ([] if code == "204" else [kind]), path
    assert client.get("/docs").status_code == 404


def test_a_folder_is_added(client, tmp_path, data, wait):
    (tmp_path / "a.pdf").write_bytes((data / "unicode.pdf").read_bytes())
    job = client.app.state.jobs.add_folder(f"{tmp_path}/")
    assert wait(client, job.job)["added"] == ["a.pdf"]
    (tmp_path / "bad.pdf").write_bytes((data / "not_a_pdf.pdf").read_bytes())
    again = wait(client, client.app.state.jobs.add_folder(str(tmp_path)).job)
    assert (again["state"], again["unchanged"], len(again["failures"])) == ("done", ["a.pdf"], 1)
    (tmp_path / "a.pdf").unlink()
    alone = wait(client, client.app.state.jobs.add_folder(str(tmp_path)).job)
    assert (alone["state"], alone["failures"]) == ("failed", again["failures"])
    assert {each["name"] for each in (again, alone)} == {tmp_path.name}
    assert str(tmp_path.parent) not in client.get("/api/jobs").text
    empty = client.app.state.jobs.add_folder(str(tmp_path / "none"))
    assert "is no folder" in wait(client, empty.job)["failures"][0]


def test_failures_tell_no_folders_whatever_they_are_called(client, tmp_path, data, wait):
    folder = tmp_path / "Jane's, of secret Q3"
    folder.mkdir()
    (folder / "bad.pdf").write_bytes((data / "not_a_pdf.pdf").read_bytes())
    (failure,) = wait(client, client.app.state.jobs.add_folder(str(folder)).job)["failures"]
    assert failure.startswith("bad.pdf: ")
    assert "secret" not in failure


def test_a_bug_tells_no_folders(client, index, monkeypatch, wait):
    def sync(*arguments, **options):
        raise TypeError("no bytes: '/srv/my secret/a.pdf'")

    monkeypatch.setattr(index, "sync", sync)
    job = wait(client, client.app.state.jobs.add_folder("/srv/my secret").job)
    assert (job["state"], job["failures"]) == ("failed", ["TypeError: no bytes: 'a.pdf'"])

"""Who may use the server, from where, and how much of it."""

import pytest

pytest.importorskip("fastapi")

from snappy_core.server.guard import MAX_BODY

SEARCH = {"question": "Brae", "k": 1}
KEY = {"Authorization": "Bearer secret"}


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machine_is_served(client, host):
    assert client.get("/api/documents", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", "", "["])
def test_a_name_that_was_bound_to_this_machine_is_refused(client, host):
    for path in ("/", "/api/documents"):
        assert client.get(path, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("header", [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:9999"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
])  # fmt: skip
def test_other_web_sites_are_refused(client, header):
    assert client.post("/api/search", json=SEARCH, headers=header).status_code == 403
    answer = client.options("/api/search", headers=header)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_page_itself_is_no_other_site(client):
    header = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/search", json=SEARCH, headers=header).status_code == 200


def test_the_key_is_asked_for(serve):
    client = serve("https://reports.example", api_key="secret")
    assert client.get("/").status_code == 200  # which asks for the key
    for header in ({}, {"Authorization": "Bearer other"}, {"Cookie": "snappy_session=secret"}):
        assert client.post("/api/search", json=SEARCH, headers=header).status_code == 401
        assert client.get("/api/openapi.json", headers=header).status_code == 401
    assert client.post("/api/search", json=SEARCH, headers=KEY).status_code == 200


def test_a_browser_exchanges_the_key_for_a_cookie(serve):
    client = serve("https://reports.example", api_key="secret")
    assert client.post("/api/session", json={"key": "other"}).status_code == 401
    assert client.get("/api/documents").status_code == 401
    answer = client.post("/api/session", json={"key": "secret"})
    cookie = answer.headers["set-cookie"]
    assert "secret" not in cookie
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Secure"))
    assert client.get("/api/documents").status_code == 200


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "1e9", ""])
def test_a_length_that_is_none_is_refused(client, length):
    header = {"Content-Length": length, "Content-Type": "application/json"}
    assert client.post("/api/search", content=b"{}", headers=header).status_code == 413


def test_large_requests_are_refused(serve):
    client = serve(max_upload=2 * MAX_BODY)
    large = b"x" * (2 * MAX_BODY + 1)
    where = {"name": "a.pdf"}
    assert client.post("/api/documents", params=where, content=large).status_code == 413
    in_pieces = client.post("/api/documents", params=where, content=iter([large[:9], large]))
    assert in_pieces.status_code == 413
    assert client.post("/api/search", content=large[: MAX_BODY + 1]).status_code == 413
    assert client.post("/api/search", content=iter([large])).status_code == 413
    assert client.post("/mcp", content=large[: MAX_BODY + 1]).status_code == 413
    assert client.get("/api/jobs").json() == []
    allowed = client.post("/api/documents", params=where, content=large[: MAX_BODY + 1])
    assert allowed.status_code == 202


@pytest.mark.parametrize(("path", "header"), [
    ("/", {}), ("/api/documents", {}), ("/nothing", {}), ("/static/nothing", {}),
    ("/api/page?document=a&page=0", {}), ("/", {"Host": "evil.example"}), ("/", {"Origin": "null"}),
])  # fmt: skip
def test_the_page_is_confined(client, path, header):
    """Refusals, too."""
    headers = client.get(path, headers=header).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_what_is_answered_stays_in_no_shared_cache(client):
    assert client.get("/api/documents").headers["cache-control"] == "no-store"
    assert client.post("/api/search", json=SEARCH).headers["cache-control"] == "no-store"
    place = {"document": "uploads/labels.pdf", "page": 1}
    assert "private" in client.get("/api/page.webp", params=place).headers["cache-control"]


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd",
    "/..%2f..%2fetc%2fpasswd", "/static/index.html%00.js",
])  # fmt: skip
def test_no_path_leads_to_the_file_system(client, path):
    assert client.get(path).status_code == 404


def test_no_name_leads_to_the_file_system(client, data, tmp_path, monkeypatch, wait):
    """Neither the name of an upload, nor that of a document, is looked for on the disk."""
    import os

    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "a.pdf").write_bytes((data / "unicode.pdf").read_bytes())
    monkeypatch.chdir(tmp_path)
    looked_at = []
    isfile = os.path.isfile
    monkeypatch.setattr(os.path, "isfile", lambda path: looked_at.append(str(path)) or isfile(path))
    for name in ("a.pdf", str(data / "table.pdf"), "/etc/passwd"):
        content = (data / "page_labels.pdf").read_bytes() + name.encode()
        sent = client.post("/api/documents", params={"name": name}, content=content)
        job = wait(client, sent.json()["job"])
        place = {"document": job["added"][0], "page": 1}
        assert client.get("/api/page.webp", params=place).status_code == 200
    for name in ("/etc/passwd", str(data / "unicode.pdf"), "../x.pdf"):
        place = {"document": name, "page": 1}
        assert client.get("/api/page.webp", params=place).status_code == 404
    assert not [path for path in looked_at if path.endswith(("a.pdf", "table.pdf", "passwd"))]

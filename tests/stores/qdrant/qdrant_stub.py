"""A Qdrant server of the client's local mode, over HTTP: with the requests that the store sends,
and with the faults of a server far away."""

import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

LIMIT = 32 * 1024 * 1024  # of a request, as a server has it by default
LOCAL_MODE = pytest.mark.filterwarnings(
    # It is right, and here they need only be asked for.
    "ignore:Payload indexes have no effect in the local Qdrant:UserWarning"
)


class SerialClient:
    """The local mode of the client for several threads, which it is not made for."""

    def __init__(self, client):
        self._client = client
        self._lock = threading.RLock()
        self.indexed = {}  # collection -> field -> type, which the local mode does not keep

    def __getattr__(self, name):
        method = getattr(self._client, name)

        def call(*args, **options):
            with self._lock:
                return method(*args, **options)

        return call


def local_client():
    from qdrant_client import QdrantClient

    return SerialClient(QdrantClient(":memory:"))


def read(kind, body):
    """Return a body as a type of the client's models, by its name."""
    from pydantic import TypeAdapter
    from qdrant_client import models

    return TypeAdapter(getattr(models, kind)).validate_python(body)


def filter_of(body):
    return read("Filter", body["filter"]) if body.get("filter") else None


ROUTES = []


def route(method, path):
    pattern = re.compile(path.replace("NAME", r"(?P<name>[^/]+)"))

    def add(function):
        ROUTES.append((method, pattern, function))
        return function

    return add


@route("GET", "/collections/NAME/exists")
def exists(client, name, body):
    return {"exists": client.collection_exists(name)}


@route("GET", "/(?P<name>)")
def version(client, name, body):
    return {"title": "stub", "version": "0.0.0"}


@route("GET", "/collections/NAME")
def info(client, name, body):
    from qdrant_client.models import PayloadIndexInfo

    collection = client.get_collection(name)
    collection.payload_schema = {
        field: PayloadIndexInfo(data_type=kind, points=0)
        for field, kind in client.indexed.get(name, {}).items()
    }
    return collection


@route("DELETE", "/collections/NAME")
def drop(client, name, body):
    return client.delete_collection(name)


@route("PUT", "/collections/NAME")
def create(client, name, body):
    made = read("CreateCollection", body)
    return client.create_collection(name, vectors_config=made.vectors)


@route("PUT", "/collections/NAME/index")
def index(client, name, body):
    schema = read("CreateFieldIndex", body).field_schema
    kind = schema if isinstance(schema, str) else schema.type
    client.indexed.setdefault(name, {})[body["field_name"]] = str(kind.value)
    return client.create_payload_index(name, body["field_name"], field_schema=schema)


@route("PUT", "/collections/NAME/points")
def upsert(client, name, body):
    return client.upsert(name, read("PointsList", body).points)


@route("POST", "/collections/NAME/points")
def retrieve(client, name, body):
    return client.retrieve(name, body["ids"], with_payload=body.get("with_payload", True))


@route("POST", "/collections/NAME/points/scroll")
def scroll(client, name, body):
    points, offset = client.scroll(
        name,
        filter_of(body),
        limit=body["limit"],
        offset=body.get("offset"),
        with_payload=body["with_payload"],
    )
    return {"points": points, "next_page_offset": offset}


@route("POST", "/collections/NAME/points/count")
def count(client, name, body):
    assert body["exact"] is True
    return client.count(name, filter_of(body))


@route("POST", "/collections/NAME/points/delete")
def delete(client, name, body):
    return client.delete(name, read("PointsSelector", body))


@route("POST", "/collections/NAME/points/payload")
def set_payload(client, name, body):
    return client.set_payload(name, body["payload"], points=filter_of(body))


@route("POST", "/collections/NAME/points/batch")
def batch(client, name, body):
    return client.batch_update_points(name, read("UpdateOperations", body).operations)


@route("POST", "/collections/NAME/points/query")
def query(client, name, body):
    asked = read("QueryRequest", body)
    return client.query_points(
        name,
        query=asked.query,
        using=asked.using,
        prefetch=asked.prefetch,
        limit=asked.limit,
        with_payload=asked.with_payload,
    )


class Stub(ThreadingHTTPServer):
    """Serves an empty server.

    Attributes:
        seen: (method, path, bytes of the body, headers) of each request.
        faults: taken one by one, one for each request: "drop" closes the connection before
            anything is done, "lose" after all is done; a number waits so many seconds; a tuple
            is an answer: status, headers, text. None serves.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.client = local_client()
        self.seen = []
        self.faults = []

    @property
    def address(self):
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass  # a client that hung up

    def answer(self, method, path, body):
        for wanted, pattern, function in ROUTES:
            match = pattern.fullmatch(path)
            if match and method == wanted:
                try:
                    result = function(self.client, match["name"], body)
                except ValueError as error:
                    status = 404 if "not found" in str(error) else 400
                    return status, {"status": {"error": str(error)}}
                if path == "/":
                    return 200, result
                return 200, {"time": 0.0, "status": "ok", "result": result}
        return 404, {"status": {"error": f"no such route: {method} {path}"}}


class Handler(BaseHTTPRequestHandler):
    def _serve(self):
        from pydantic_core import to_json

        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        self.server.seen.append((self.command, path, len(body), dict(self.headers)))
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault == "drop":
            return
        if isinstance(fault, float):
            time.sleep(fault)
        if isinstance(fault, tuple):
            self._send(*fault)
        elif len(body) > LIMIT:
            self._send(413, {}, "too large")
        else:
            status, answer = self.server.answer(
                self.command, path, json.loads(body) if body else None
            )
            if fault != "lose":
                self._send(status, {}, to_json(answer).decode())

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _send(self, status, headers, text):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        pass


@contextmanager
def serve():
    stub = Stub()
    thread = threading.Thread(target=stub.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.shutdown()
        stub.server_close()
        thread.join()

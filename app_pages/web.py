"""What goes over the wire beside the pages: compressed assets, headers, the serif, and a health answer."""

import gzip
from asyncio import to_thread
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.strategy.evaluate import model_version

STATIC = "/static/"
"""Streamlit's own front end. Its files are named by their content, so what is compressed once stays true."""
PACKED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml", "font/ttf")
LEAST_BYTES, LEVEL, MOST_FILES = 1024, 9, 512

DOCUMENT_HEADERS = {
    # Streamlit's front end writes inline styles and scripts, and loads components from blobs.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' blob: data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
"""What a browser heeds on documents only; a page asks for a hundred files beside."""
WHERE = b'<script>window.__streamlit={BACKEND_BASE_URL:new URL(".",location.href).href}</script>'
"""Before the front end starts; it reads its server's address from there."""
PARTLY = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
"""Headers that ask for something else than a plain whole page."""
SERIF = Path(__file__).parent / "static" / "loadbearing-serif.woff2"
EVERYWHERE = {"X-Content-Type-Options": "nosniff"}


class SecurityHeaders:
    """Adds the headers to every HTTP answer that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                document = headers.get("content-type", "").startswith("text/html")
                for name, value in (EVERYWHERE | (DOCUMENT_HEADERS if document else {})).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, headed if scope["type"] == "http" else send)


class KnownAddress:
    """Tells every page where its server is.

    Streamlit's front end would look under the page's own path first, and find
    nothing: two failed requests, and a round trip lost, at every direct visit.
    No path of the app is deeper than one part, so the server is where the page
    lies, also behind a proxy that takes a prefix away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _asks_for_page(scope):
            await self._app(scope, receive, send)
            return
        whole = [(name, value) for name, value in scope["headers"] if name not in PARTLY]
        start, body = await whole_answer(self._app, {**scope, "headers": whole}, receive)
        headers = MutableHeaders(scope=start)
        if headers.get("content-type", "").startswith("text/html"):
            body = body.replace(b"<script", WHERE + b"<script", 1)
            headers["Content-Length"] = str(len(body))
            # What the file's own tag says is no longer all that the page depends on.
            for name in ("etag", "last-modified"):
                del headers[name]
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _asks_for_page(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and "text/html" in Headers(scope=scope).get("accept", "")
    )


async def whole_answer(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """What an app answers to a request: its first message, and the body in one piece."""
    messages: list[Message] = []

    async def gather(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, gather)
    start = next(message for message in messages if message["type"] == "http.response.start")
    return start, b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")


@dataclass(frozen=True, slots=True)
class _Packed:
    """A file's compressed body and the headers that it was answered with."""

    start: Message
    body: bytes


class PackedAssets:
    """Sends the front end compressed, each file compressed once and kept.

    Streamlit sends it as it is, since compressing at every request costs more
    than it saves; a room of thirty then loads a quarter of a gigabyte.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: OrderedDict[str, _Packed] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_pack(scope):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self._kept:
            start, body = await whole_answer(self._app, scope, receive)
            if not _worth_packing(start, body):
                await send(start)
                await send({"type": "http.response.body", "body": body})
                return
            packed = await to_thread(gzip.compress, body, LEVEL, mtime=0)
            self._kept[path] = _Packed(_with_packed_headers(start, len(packed)), packed)
            while len(self._kept) > MOST_FILES:
                self._kept.popitem(last=False)
        kept = self._kept[path]
        # The message is copied, because what stands outside adds its headers to it.
        await send({**kept.start, "headers": list(kept.start["headers"])})
        await send({"type": "http.response.body", "body": kept.body})


def _may_pack(scope: Scope) -> bool:
    """Whether a request is for a whole file of the front end, by a browser that unpacks."""
    if scope["type"] != "http" or scope["method"] != "GET" or STATIC not in scope["path"]:
        return False
    headers = Headers(scope=scope)
    conditional = {"range", "if-none-match", "if-modified-since"} & set(headers.keys())
    return "gzip" in headers.get("accept-encoding", "") and not conditional


def _worth_packing(start: Message, body: bytes) -> bool:
    headers = Headers(raw=start["headers"])
    plain = headers.get("content-type", "").startswith(PACKED_TYPES) and "content-encoding" not in headers
    return start["status"] == 200 and plain and len(body) >= LEAST_BYTES


def _with_packed_headers(start: Message, length: int) -> Message:
    message = {**start, "headers": list(start["headers"])}
    headers = MutableHeaders(scope=message)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(length)
    headers.add_vary_header("Accept-Encoding")
    return message


async def health(request: Request) -> JSONResponse:
    """Answers while the process does."""
    return JSONResponse({"status": "ok", "version": model_version()}, headers={"Cache-Control": "no-store"})


async def serif(request: Request) -> FileResponse:
    """The letters of headlines, Latin only: the whole font is nine times as large."""
    return FileResponse(SERIF, media_type="font/woff2", headers={"Cache-Control": "public, max-age=31536000"})


ROUTES = (Route("/api/health", health), Route("/look/serif-1.woff2", serif))
MIDDLEWARE = (Middleware(SecurityHeaders), Middleware(PackedAssets), Middleware(KnownAddress))

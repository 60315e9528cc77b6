"""Real receivers on this machine: a web server and a mail server that keep what they are sent. Asserts nothing."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"


@dataclass
class Post:
    """One request: its path, headers and JSON."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Web:
    """``…/500`` and other statuses answer with that; ``…/hang`` never does; ``refusing/…`` as Slack does; else ok."""

    port: int
    posts: list[Post] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        return f"http://{HOST}:{self.port}/{path}"

    def at(self, path: str) -> list[dict[str, Any]]:
        return [each.body for each in self.posts if each.path == f"/{path}"]


@contextmanager
def web_server() -> Iterator[Web]:
    web = Web(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            web.posts.append(Post(self.path, dict(self.headers), body))
            last = self.path.rpartition("/")[2]
            if last == "hang":
                web.over.wait()
            answer = b'{"ok": false, "error": "channel_not_found"}' if "refusing" in self.path else b'{"ok": true}'
            self.send_response(int(last) if last.isdigit() else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Location", web.url("elsewhere"))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Silent: pytest shows what failed."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    web.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield web
    finally:
        web.over.set()
        server.shutdown()
        server.server_close()


@dataclass
class Mail:
    """Letters, with the addresses of the envelope."""

    port: int
    letters: list[tuple[list[str], Message]] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Mail]:
    """Plain SMTP, without a login."""
    mail = Mail(0)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            addresses: list[str] = []
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    addresses.append(line.partition("<")[2].partition(">")[0])
                if verb == "DATA":
                    self.say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    mail.letters.append((addresses, message_from_bytes(b"".join(lines))))
                self.say("221 bye" if verb == "QUIT" else "250 ok")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    server = socketserver.ThreadingTCPServer((HOST, 0), Handler)
    server.daemon_threads = True
    mail.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield mail
    finally:
        server.shutdown()
        server.server_close()

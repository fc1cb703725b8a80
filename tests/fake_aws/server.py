"""The HTTP side: requests of AWS clients, and the control endpoint below /_fake."""

import json
import socket
import struct
import sys
import time
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

_MALFORMED = b'{"this is": [neither JSON nor <XML/>'


class Request:
    """A request as it came."""

    def __init__(self, handler, body):
        self.method, self.target, self.body = handler.command, handler.path, body
        self.path, _, query = handler.path.partition("?")
        self.headers = {key.lower(): value.strip() for key, value in handler.headers.items()}
        self.query = parse_qsl(query, keep_blank_values=True)
        form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        self.form = dict(parse_qsl(body.decode(), keep_blank_values=True)) if form else {}
        self.scope = None


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "FakeAWS"
    # A small answer in two packets would wait for the acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return format_datetime(self.server.fake.server_time(), usegmt=True)

    def _any(self):
        body = self._body()
        if self.path.startswith("/_fake/"):
            return self._control(body)
        try:
            status, headers, answer, fault = self.server.fake.answer(Request(self, body))
        except Exception as error:
            # A fault of the fake must be seen by the test, not look like a network's.
            import traceback

            traceback.print_exc()
            self.server.fake.problems.append({"service": None, "operation": None, "message": repr(error)})
            status, headers, answer, fault = 501, {}, repr(error).encode(), None
        return self._send(status, headers, answer, fault)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_PATCH = _any

    def _body(self):
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _send(self, status, headers, body, fault=None):
        kind = fault["kind"] if fault else None
        if kind == "timeout":
            time.sleep(fault.get("seconds", 60))
        if kind == "malformed_body":
            body = _MALFORMED
        if kind == "oversized_body":
            body += b" " * fault.get("bytes", 64 * 1024 * 1024)
        self.send_response(status)
        for key, value in headers.items():
            if key.lower() not in ("content-length", "date"):
                self.send_header(key, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if kind in ("reset", "truncated_body"):
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            if kind == "reset":
                # Closing with a linger time of nothing sends RST in place of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            return
        self.wfile.write(body)

    def _control(self, body):
        fake, path = self.server.fake, self.path.removeprefix("/_fake/")
        try:
            status, answer = 200, self._controlled(fake, path, json.loads(body or b"null"))
        except (ValueError, KeyError, TypeError) as error:
            status, answer = 400, {"error": str(error)}
        self._send(status, {"Content-Type": "application/json"}, json.dumps(answer, default=str).encode())

    def _controlled(self, fake, path, given):
        with fake.lock:
            if self.command == "GET":
                return {"calls": lambda: fake.calls, "faults": fake.faults.rows, "problems": lambda: fake.problems, "notes": lambda: sorted(fake.notes), "ready": lambda: "ready"}[path]()
            if path == "faults":
                for row in given if isinstance(given, list) else [given]:
                    fake.faults.add(row)
            elif path == "clock":
                fake.advanced += timedelta(seconds=given.get("advance", 0))
                fake.skew = timedelta(seconds=given["skew"]) if "skew" in given else fake.skew
            elif path == "options":
                unknown = set(given) - set(fake.options)
                if unknown:
                    raise ValueError(f"no such options: {sorted(unknown)}")
                fake.options |= given
                fake.pager.size, fake.pager.empty_pages = fake.options["page_size"], fake.options["empty_pages"]
            elif path == "forget-calls":
                fake.calls.clear()
            elif path == "forget-faults":
                fake.faults.clear()
            elif path == "reset":
                fake.reset()
            else:
                raise ValueError(f"nothing is at {path}")
            return {}


class Server(ThreadingHTTPServer):
    """Serves one fake on a port of this machine that the system chooses."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, fake, port=0):
        self.fake = fake
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request, client_address):
        # A client that goes away in mid-answer is what many tests are about.
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError, ValueError)):
            super().handle_error(request, client_address)

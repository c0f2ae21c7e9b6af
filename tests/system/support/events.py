"""A follower of /v1/events: plain sockets, so that a test sees every byte."""

import contextlib
import json
import socket
import threading
from dataclasses import dataclass

from .addresses import API_PORT
from .signing import signed_headers
from .waiting import USUAL, eventually


@dataclass
class Event:
    id: str  # empty: it has none
    name: str
    data: dict


def parse_event(block):
    fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
    return Event(fields.get("id", ""), fields["event"], json.loads(fields["data"])) if "event" in fields else None


class EventStream:
    """Reads in a thread of its own until it is closed or the node ends it."""

    def __init__(self, node, query="", last_id=None, headers=None, buffer=None):
        path = "/v1/events" + query
        sent = {"Host": f"{node.api_address}:{API_PORT}", **(headers or {})}
        if headers is None:
            sent = signed_headers(node.url + path, node.key, "GET")
            sent["Host"] = f"{node.api_address}:{API_PORT}"
        if last_id:
            sent["Last-Event-ID"] = last_id
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(60)
        self.socket.connect((node.api_address, API_PORT))
        head = f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in sent.items()) + "\r\n"
        self.socket.sendall(head.encode())
        self._file = self.socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while line := self._file.readline().strip():
            name, value = line.decode().split(": ", 1)
            self.headers[name.lower()] = value
        self.events = []
        self.comments = 0
        self.ended = False
        self._text = ""
        self._thread = None

    def follow(self):
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def _read(self):
        try:
            while size := int(self._file.readline().strip() or b"0", 16):
                self._take(self._file.read(size).decode())
                self._file.readline()
        except (OSError, ValueError):
            pass
        self.ended = True

    def _take(self, text):
        self._text += text
        *blocks, self._text = self._text.split("\n\n")
        for block in blocks:
            if block.startswith(":"):
                self.comments += 1
            event = parse_event(block)
            if event:
                self.events.append(event)

    def named(self, *names):
        return [event for event in list(self.events) if event.name in names]

    def until(self, wanted, what, within=USUAL):
        """The first event for which `wanted(event)` is true."""
        return eventually(lambda: next((event for event in list(self.events) if wanted(event)), None),
                          f"an event: {what}; so far {[event.name for event in self.events]}", within)

    def close(self):
        with contextlib.suppress(OSError):  # closed already
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        if self._thread:
            self._thread.join(USUAL)

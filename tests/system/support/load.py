"""A load client that counts every failed request, and says how each failed."""

import collections
import contextlib
import socket
import threading
import time

from .waiting import eventually


class Failed(Exception):
    pass


class Load:
    """Some clients that send one request after another, each on a new connection or all on one kept open.

    A kept connection is closed by the server only where its last answer announced that: a client that has sent its next
    request by then would have lost it, so that is counted as a failure, not repeated.
    """

    def __init__(self, address, port, host="load.test", clients=4, keep_alive=False, pause=0.002, timeout=20,
                 tls=None):
        self._to, self._host = (address, port), host
        self.clients = clients
        self._tls = tls  # a context for it
        self._keep_alive, self._pause, self._timeout = keep_alive, pause, timeout
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.ok = 0
        self.failures = collections.Counter()
        self.answers = collections.Counter()
        self.longest_gap = 0.0  # seconds between two successes, whoever had them
        self._last_success = None
        self._rounds = [0] * clients  # requests each has ended, well or not
        self._threads = [threading.Thread(target=self._run, args=[number], daemon=True) for number in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join(self._timeout + 5)

    def more(self, count=100):
        """Waits until so many further requests were answered or failed."""
        until = self.total + count
        eventually(lambda: self.total >= until, f"{count} more requests under load")

    def settle(self):
        """Waits until each request that is on its way now has ended, and another one after it."""
        before = list(self._rounds)
        eventually(lambda: all(now >= then + 2 for then, now in zip(before, self._rounds, strict=True)),
                   "each client has gone on", within=self._timeout + 10)

    @property
    def failed(self):
        return sum(self.failures.values())

    @property
    def total(self):
        return self.ok + self.failed

    def summary(self):
        return f"{self.ok} answered, {self.failed} failed {dict(self.failures) or ''}"

    def assert_nothing_failed(self):
        assert self.ok > 0, "the load client did nothing"
        assert not self.failures, self.summary()

    def _run(self, number):
        connection = None
        while not self._stopping.is_set():
            try:
                if connection is None:
                    connection = self._connect()
                body, keep = self._exchange(connection)
                self._note(body, None)
            except Failed as failure:
                self._note(None, str(failure))
                keep = False
            self._rounds[number] += 1
            if not keep:
                if connection:
                    connection.close()
                connection = None
            time.sleep(self._pause)
        if connection:
            connection.close()

    def _note(self, body, failure):
        with self._lock:
            if failure:
                self.failures[failure] += 1
                return
            now = time.monotonic()
            if self._last_success:
                self.longest_gap = max(self.longest_gap, now - self._last_success)
            self._last_success = now
            self.ok += 1
            self.answers[body] += 1

    def _connect(self):
        try:
            connection = socket.create_connection(self._to, timeout=self._timeout)
        except ConnectionRefusedError:
            raise Failed("refused") from None
        except TimeoutError:
            raise Failed("connecting took too long") from None
        except OSError as error:
            raise Failed(f"connecting: {error}") from None
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._tls:
            return connection
        try:
            return self._tls.wrap_socket(connection, server_hostname=self._host)
        except OSError as error:
            raise Failed(f"shaking hands: {error}") from None

    def _exchange(self, connection):
        keep = "" if self._keep_alive else "Connection: close\r\n"
        question = f"GET / HTTP/1.1\r\nHost: {self._host}\r\n{keep}\r\n".encode()
        received = b""
        try:
            connection.sendall(question)
            while b"\r\n\r\n" not in received:
                chunk = connection.recv(65536)
                if not chunk:
                    raise Failed("cut answer" if received else "closed without an answer")
                received += chunk
            head, body = received.split(b"\r\n\r\n", 1)
            lines = head.decode("latin-1").split("\r\n")
            headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
            length = int(headers.get("content-length", 0))
            while len(body) < length:
                chunk = connection.recv(65536)
                if not chunk:
                    raise Failed("cut answer")
                body += chunk
        except TimeoutError:
            raise Failed("no answer in time") from None
        except OSError as error:
            raise Failed(f"{type(error).__name__} while waiting for the answer") from None
        status = lines[0].split(" ")[1]
        if status != "200":
            raise Failed(f"status {status}")
        return body.decode(), self._keep_alive and headers.get("connection", "").lower() != "close"

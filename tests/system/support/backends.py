"""Real back ends: threaded HTTP and TCP servers whose behaviour can be switched, and which count."""

import collections
import contextlib
import socket
import ssl
import threading
import time


class Backend:
    """Listens on an address of its own. `stop()` is what a dying program looks like: nothing listens, nothing is kept
    open, but the answers being written are finished."""

    def __init__(self, name, address, port, certificate=None):
        self.name, self.address, self.port = name, address, port
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self._lock = threading.Lock()
        self._listener = None
        self._open = set()
        self._started = False
        self.start()

    def start(self):
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.address, self.port))
        listener.listen(512)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._started = True
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop_listening(self):
        """No new connections; those that there are go on."""
        # A thread blocked in accept() keeps the socket alive: shutdown wakes it.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def stop(self):
        if not self._started:
            return
        self._started = False
        self.stop_listening()
        with self._lock:
            idle = list(self._open)
        for connection in idle:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)

    close = stop

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with self._lock:
            self._open.add(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(120)
            if self._tls:
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._talk(secured)
            else:
                self._talk(connection)
        except (OSError, ssl.SSLError):
            pass  # the other side went, or only looked whether somebody listens
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _talk(self, connection):
        raise NotImplementedError


class Request:
    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        return values[0] if values else None


class HttpBackend(Backend):
    """Answers every request with its own name. `health_path` is answered with `health_status` and counted apart."""

    def __init__(self, name, address, port, health_path="/health", **options):
        self.health_path = health_path
        self.health_status = 200
        self.delay = 0.0
        self.requests = 0
        self.health_checks = collections.deque(maxlen=1000)
        self.seen = collections.deque(maxlen=1000)
        super().__init__(name, address, port, **options)

    def _talk(self, connection):
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                received += chunk
            head, received = received.split(b"\r\n\r\n", 1)
            request = Request(head)
            length = int(request.header("content-length") or 0)
            while len(received) < length:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                received += chunk
            received = received[length:]
            keep = self._answer(connection, request)
            if not keep:
                return

    def _answer(self, connection, request):
        status = 200
        if request.target == self.health_path:
            self.health_checks.append(request)
            status = self.health_status
        else:
            with self._lock:
                self.requests += 1
            self.seen.append(request)
            if self.delay:
                time.sleep(self.delay)
        keep = self._started and (request.header("connection") or "").lower() != "close"
        body = self.name.encode()
        head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\nContent-Type: text/plain\r\n"
        head += "" if keep else "Connection: close\r\n"
        connection.sendall(head.encode() + b"\r\n" + body)
        return keep


class TcpBackend(Backend):
    """Says its name, then sends back every line it gets. Connections that send nothing are not counted: health checks
    are such."""

    def __init__(self, name, address, port, **options):
        self.lines = 0
        super().__init__(name, address, port, **options)

    def _talk(self, connection):
        connection.sendall(self.name.encode() + b"\n")
        received = b""
        while True:
            chunk = connection.recv(65536)
            if not chunk:
                return
            received += chunk
            while b"\n" in received:
                line, received = received.split(b"\n", 1)
                with self._lock:
                    self.lines += 1
                connection.sendall(line + b"\n")

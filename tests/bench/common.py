"""What the measurements share."""

import contextlib
import json
import shutil
import socket
import tempfile
import time

from support.node import Node

API_ADDRESS = "127.60.0.1"
BALANCER_ADDRESS = "127.60.0.2"
INSTANCE_ADDRESS = "127.60.0.3"


@contextlib.contextmanager
def running_node(durable=True, **settings):
    """A node on the disk, or in memory, where fsync costs nothing."""
    folder = tempfile.mkdtemp(prefix="eh-", dir="/var/tmp" if durable else "/dev/shm")
    settings.setdefault("addresses", [BALANCER_ADDRESS])
    node = Node(folder, API_ADDRESS, **settings)
    try:
        yield node.start()
    finally:
        try:
            node.stop_traffic()
            node.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class Connection:
    """The API over the unix socket on one connection, with as little of the client's own time as Python allows."""

    def __init__(self, node):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(node.data / "run" / "control.sock"))
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def call(self, verb, **members):
        body = json.dumps(members).encode()
        self.socket.sendall(b"POST /v1/actions/%s HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\n"
                            b"Content-Length: %d\r\n\r\n%s" % (verb.encode(), len(body), body))
        status = self.stream.readline()
        length = 0
        while (line := self.stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        answer = self.stream.read(length)
        if b" 200 " not in status:
            raise RuntimeError(f"{verb}: {status!r} {answer!r}")
        return json.loads(answer) if answer else None


def listener(port, instance_port=8080):
    return {"Protocol": "HTTP", "LoadBalancerPort": port, "InstanceProtocol": "HTTP", "InstancePort": instance_port}


def create(connection, name, port):
    connection.call("CreateLoadBalancer", LoadBalancerName=name, Listeners=[listener(port)], AvailabilityZones=["a"])


def instances(*ids):
    return [{"InstanceId": one} for one in ids]


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(seconds):
    return f"{seconds * 1000:.2f} ms"


def spread(values):
    """median / p99"""
    return f"{quantile(values, 0.5) * 1000:.2f} / {quantile(values, 0.99) * 1000:.2f} ms"


def ratio(ours, reference):
    return f"{ours / reference:.2f}"

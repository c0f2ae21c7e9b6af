"""Requests through a load balancer with access logs, against the same one without: paired, in turns."""

import tempfile
import time

from common import BALANCER_ADDRESS, INSTANCE_ADDRESS, Connection, create, instances, running_node
from traffic import ORIGIN, requests_made, run, start_haproxy, table

PLAIN_PORT, LOGGED_PORT = 8000, 8002


def measure(quick):
    rounds, seconds = (2, 1) if quick else (7, 4)
    more = "nbthread = 1\nmaxconn = 4000"
    with tempfile.TemporaryDirectory() as folder, running_node(durable=False, more=more) as node:
        origin = start_haproxy(folder, "origin", ORIGIN.format(address=INSTANCE_ADDRESS))
        try:
            with Connection(node) as connection:
                for name, port in (("plain", PLAIN_PORT), ("logged", LOGGED_PORT)):
                    create(connection, name, port)
                    connection.call("RegisterInstancesWithLoadBalancer", LoadBalancerName=name,
                                    Instances=instances(f"{INSTANCE_ADDRESS}:8080"))
                set_access_log(connection, {"Enabled": True, "S3BucketName": "bench-logs", "EmitInterval": 60})
            time.sleep(0.5)
            for headers, kind in (((), "keep-alive"), (("-H", "Connection: close"), "one connection a request")):
                pairs = [(run(node.haproxy(), LOGGED_PORT, seconds, headers),
                          run(node.haproxy(), PLAIN_PORT, seconds, headers)) for _ in range(rounds)]
                yield from table(pairs, f"access log, {kind}", target="–")
            yield lines_written(node, requests_made(LOGGED_PORT))
        finally:
            origin.terminate()
            origin.wait()


def lines_written(node, requests):
    with Connection(node) as connection:  # the first one was idle for too long
        set_access_log(connection, {"Enabled": False})
    bucket = node.data / "access-logs" / "bench-logs"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and list((bucket / ".partial").rglob("*.log")):
        time.sleep(0.1)
    lines = sum(path.read_bytes().count(b"\n") for path in bucket.rglob("*.log"))
    return "lines for requests", f"{lines}", f"{requests}", f"{lines / requests:.4f}", "all"


def set_access_log(connection, attributes):
    connection.call("ModifyLoadBalancerAttributes", LoadBalancerName="logged",
                    LoadBalancerAttributes={"AccessLog": attributes})

"""Requests through the generated configuration, against a minimal one written by hand: paired, in turns."""

import os
import re
import subprocess
import tempfile
import time

from common import BALANCER_ADDRESS, INSTANCE_ADDRESS, Connection, instances, listener, quantile, ratio, running_node

ORIGIN = """
global
    nbthread 1
    maxconn 4000
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend origin
    bind {address}:8080
    http-request return status 200 content-type text/plain string "hello"
"""

MINIMAL = """
global
    nbthread 1
    maxconn 4000
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend f
    bind {front}:8001
    default_backend b
backend b
    balance leastconn
    server s1 {origin}:8080
"""


def measure(quick):
    rounds, seconds = (2, 1) if quick else (7, 4)
    more = "nbthread = 1\nmaxconn = 4000"
    with tempfile.TemporaryDirectory() as folder, running_node(durable=False, more=more) as node:
        origin = start_haproxy(folder, "origin", ORIGIN.format(address=INSTANCE_ADDRESS))
        minimal = start_haproxy(folder, "minimal", MINIMAL.format(front=BALANCER_ADDRESS, origin=INSTANCE_ADDRESS))
        try:
            with Connection(node) as connection:
                connection.call("CreateLoadBalancer", LoadBalancerName="bench", Listeners=[listener(8000)],
                                AvailabilityZones=["a"])
                connection.call("RegisterInstancesWithLoadBalancer", LoadBalancerName="bench",
                                Instances=instances(f"{INSTANCE_ADDRESS}:8080"))
            time.sleep(0.5)
            for headers, kind in (((), "keep-alive"), (("-H", "Connection: close"), "one connection a request")):
                pairs = [(run(node.haproxy(), 8000, seconds, headers), run(minimal.pid, 8001, seconds, headers))
                         for _ in range(rounds)]
                yield from table(pairs, kind)
        finally:
            for process in (origin, minimal):
                process.terminate()
                process.wait()


def table(pairs, kind, target="within 2 %"):
    for column, what, target in ((0, "requests/s", target), (1, "CPU µs a request", "–")):
        ours = quantile([pair[0][column] for pair in pairs], 0.5)
        reference = quantile([pair[1][column] for pair in pairs], 0.5)
        # Of the pairs, not of the medians: what changes slowly on the machine then cancels out.
        paired = quantile([pair[0][column] / pair[1][column] for pair in pairs], 0.5)
        yield (f"{what}, {kind}: median of {len(pairs)} pairs", f"{ours:.1f}", f"{reference:.1f}", ratio(paired, 1),
               target)


def start_haproxy(folder, name, text):
    path = os.path.join(folder, name + ".cfg")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return subprocess.Popen(["/usr/sbin/haproxy", "-db", "-f", path], stderr=subprocess.DEVNULL)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


_made = {}


def requests_made(port=None):
    """By `run`, on that port."""
    return _made.get(port, 0)


def run(pid, port, seconds, headers):
    """(requests/s, CPU µs of HAProxy a request)"""
    before = cpu_seconds(pid)
    output = subprocess.run(["wrk", "-t1", "-c32", f"-d{seconds}s", *headers, f"http://{BALANCER_ADDRESS}:{port}/"],
                            capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    spent = cpu_seconds(pid) - before
    if "Non-2xx" in output:
        raise RuntimeError(f"not every answer was a success:\n{output}")
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    _made[port] = requests_made(port) + requests
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))
    return rate, spent / requests * 1e6

"""The API itself: small signed requests against a handler that does nothing, and the answer about many load balancers."""

import http.client
import re
import subprocess
import time

from common import (API_ADDRESS, Connection, create, instances, milliseconds, quantile, ratio, running_node, spread)
from support.addresses import API_PORT
from support.signing import signed_headers

SMALL = "/?Action=DescribeLoadBalancers&Version=2012-06-01&LoadBalancerNames.member.1=small"
CONNECTIONS = 16


def measure(quick):
    yield from small_requests(rounds=2 if quick else 7, seconds=1 if quick else 4)
    yield from many_load_balancers(count=50 if quick else 1000, rounds=3 if quick else 11)


def small_requests(rounds, seconds):
    with running_node(durable=False) as node:
        with Connection(node) as connection:
            create(connection, "small", 8000)
        pairs = []
        for _ in range(rounds):
            signed = [f"-H{name}: {value}" for name, value in signed_headers(node.url + SMALL, node.key, "GET").items()]
            pairs.append((load(node, SMALL, seconds, signed), load(node, "/healthz", seconds)))
    ours, bare = ([pair[side] for pair in pairs] for side in (0, 1))
    rates = [quantile([one[0] for one in side], 0.5) for side in (ours, bare)]
    tails = [quantile([one[1] for one in side], 0.5) for side in (ours, bare)]
    paired = quantile([mine[0] / other[0] for mine, other in pairs], 0.5)
    yield ("signed small requests/s, against /healthz", f"{rates[0]:.0f}", f"{rates[1]:.0f}", ratio(paired, 1), "≥ 2,000")
    yield ("the same: p99", milliseconds(tails[0]), milliseconds(tails[1]), ratio(*tails), "–")


def load(node, path, seconds, headers=()):
    """(requests/s, p99 in seconds)"""
    output = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *headers, node.url + path],
                            capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    if "Non-2xx" in output:
        raise RuntimeError(f"not every answer was a success:\n{output}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", output).groups()
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)),
            float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1}[unit])


def many_load_balancers(count, rounds):
    ids = instances(*(f"127.61.0.{number + 1}" for number in range(10)))
    with running_node(durable=False) as node, Connection(node) as connection:
        for number in range(count):
            name = f"many{number:04}"
            create(connection, name, 10000 + number)
            connection.call("RegisterInstancesWithLoadBalancer", LoadBalancerName=name, Instances=ids)
        wait_for_rest(node)
        before = memory(node)
        seen = [describe_all(node) for _ in range(rounds)]
        grown = memory(node) - before
    first, whole, size = ([one[column] for one in seen] for column in (0, 1, 2))
    what = f"DescribeLoadBalancers, {count} × 10, in pages of 400"
    yield (f"{what}: first byte, median / p99", spread(first), "–", "–", "≤ 30 ms")
    yield (f"{what}: all of it, median / p99", spread(whole), "–", "–", "≤ 150 ms")
    yield (f"{what}: memory afterwards", f"{grown / 1e6:+.1f} MB", f"{size[0] / 1e6:.1f} MB answered", "–",
           "bounded by the answer")


def describe_all(node):
    """(seconds to the first byte, seconds to the last of the last page, bytes)"""
    connection = http.client.HTTPConnection(API_ADDRESS, API_PORT, timeout=60)
    marker, size, first, whole = "", 0, None, 0.0
    while marker is not None:
        path = "/?Action=DescribeLoadBalancers&Version=2012-06-01" + (f"&Marker={marker}" if marker else "")
        headers = signed_headers(node.url + path, node.key, "GET")  # is the client's time, not ours
        start = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        first = first or time.perf_counter() - start
        body = answer.read()
        whole += time.perf_counter() - start
        if answer.status != 200:
            raise RuntimeError(body.decode())
        size += len(body)
        found = re.search(rb"<NextMarker>([^<]+)</NextMarker>", body)
        marker = found.group(1).decode() if found else None
    connection.close()
    return first, whole, size


def wait_for_rest(node):
    """Until the daemon has nothing left to do of what was changed."""
    used = -1
    while used != (used := cpu_ticks(node)):
        time.sleep(1)


def cpu_ticks(node):
    with open(f"/proc/{node.process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def memory(node):
    """Bytes that the daemon alone holds."""
    with open(f"/proc/{node.process.pid}/smaps_rollup", encoding="utf-8") as file:
        return int(re.search(r"Pss:\s+(\d+)", file.read()).group(1)) * 1024

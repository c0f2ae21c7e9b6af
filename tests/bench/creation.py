"""From CreateLoadBalancer to the first request answered through it."""

import http.client
import time

from common import BALANCER_ADDRESS, INSTANCE_ADDRESS, Connection, create, instances, quantile, running_node
from support.backends import HttpBackend

TARGETS = {10: "≤ 150 ms", 100: "–", 1000: "≤ 1 s"}


def measure(quick):
    for present in (10,) if quick else (10, 100, 1000):
        with running_node(durable=True) as node, Connection(node) as connection:
            backend = HttpBackend("origin", INSTANCE_ADDRESS, 8080)
            try:
                for number in range(present):
                    create(connection, f"present{number}", 10000 + number)
                times = [first_answer(connection, number) for number in range(3 if quick else 9)]
            finally:
                backend.stop()
            yield (f"create, register → first 200, {present} load balancers: median",
                   f"{quantile(times, 0.5) * 1000:.0f} ms", "–", "–", TARGETS[present])


def first_answer(connection, number):
    port = 9000 + number
    start = time.perf_counter()
    create(connection, f"new{number}", port)
    connection.call("RegisterInstancesWithLoadBalancer", LoadBalancerName=f"new{number}",
                    Instances=instances(f"{INSTANCE_ADDRESS}:8080"))
    while not answers(port):
        if time.perf_counter() - start > 30:
            raise RuntimeError("no answer within 30 s")
        time.sleep(0.001)
    return time.perf_counter() - start


def answers(port):
    request = http.client.HTTPConnection(BALANCER_ADDRESS, port, timeout=5)
    try:
        request.request("GET", "/")
        return request.getresponse().status == 200
    except OSError:
        return False
    finally:
        request.close()

"""A thousand registrations, in one call and in a thousand calls."""

import threading

from common import Connection, create, instances, running_node, timed

COUNT = 1000


def measure(quick):
    count = 200 if quick else COUNT
    ids = [f"127.61.{number // 250}.{number % 250 + 1}" for number in range(count)]
    for durable, where in ((True, "SQLite on disk"), (False, "without fsync")):
        with running_node(durable=durable) as node, Connection(node) as connection:
            create(connection, "bench", 8000)
            before = node.generation()
            took = timed(lambda: register(connection, ids))
            yield line(f"{count} instances in one call, {where}", took, node.generation() - before)
        with running_node(durable=durable) as node:
            with Connection(node) as connection:
                create(connection, "bench", 8000)
            before = node.generation()
            took = timed(lambda: concurrently(node, ids))
            yield line(f"{count} instances in {count} concurrent calls, {where}", took, node.generation() - before)


def line(what, took, reloads):
    return (what, f"{took * 1000:.0f} ms, {reloads} reload(s)", "–", "–", "≤ 1 s, at most two reloads")


def register(connection, ids):
    connection.call("RegisterInstancesWithLoadBalancer", LoadBalancerName="bench", Instances=instances(*ids))


def concurrently(node, ids, clients=200):
    """All calls are under way at once, as far as the server's limit of connections for one peer lets them."""
    connections = [Connection(node) for _ in range(min(clients, len(ids)))]
    threads = [threading.Thread(target=lambda mine=mine, connection=connection: [register(connection, [one])
                                                                                  for one in mine])
               for connection, mine in ((connection, ids[start::len(connections)])
                                        for start, connection in enumerate(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.__exit__()

"""Register and deregister over the API, against the same commands on HAProxy's own socket."""

import socket
import threading

from common import Connection, create, instances, quantile, ratio, running_node, spread, timed

BALANCER = {"LoadBalancerName": "bench"}
INSTANCE = "127.60.0.3:9"


def measure(quick):
    rounds = 100 if quick else 1000
    with running_node(durable=False) as node:
        reference = bare_commands(node, rounds)
    for durable, where in ((True, "SQLite on disk"), (False, "without fsync")):
        for clients in (1, 8):
            with running_node(durable=durable) as node:
                ours = over_api(node, clients, rounds // clients)
            target = "median ≤ 5 ms, p99 ≤ 20 ms" if durable else "≤ 3 × (one client)"
            yield (f"register or deregister, {clients} client(s), {where}: median / p99", spread(ours),
                   spread(reference), ratio(quantile(ours, 0.5), quantile(reference, 0.5)), target)


def over_api(node, clients, rounds):
    times = []
    with Connection(node) as connection:
        for client in range(clients):
            create(connection, f"bench{client}", 8000 + client)

    def work(client):
        with Connection(node) as connection:
            balancer = {"LoadBalancerName": f"bench{client}", "Instances": instances(INSTANCE)}
            for _ in range(rounds):
                times.append(timed(lambda: connection.call("RegisterInstancesWithLoadBalancer", **balancer)))
                times.append(timed(lambda: connection.call("DeregisterInstancesFromLoadBalancer", **balancer)))

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def bare_commands(node, rounds):
    """What the daemon sends for one change, on one open connection, its read-back included."""
    with Connection(node) as connection:
        create(connection, "bench0", 8000)
    check, backend = "hc:bench0/s1", "b:bench0:8000/s1"
    read_back = ["show servers state hc:bench0", "show servers state b:bench0:8000"]
    register = [f"set server {check} addr 127.60.0.3 port 9", f"set server {backend} addr 127.60.0.3 port 9",
                f"set server {check} state drain", f"set server {check} health down", *read_back]
    deregister = [f"set server {check} state maint", f"shutdown sessions server {backend}",
                  f"set server {check} addr 192.0.2.1 port 1", f"set server {backend} addr 192.0.2.1 port 1",
                  *read_back]
    path = node.data / "run" / f"gen-{node.generation()}.sock"
    with socket.socket(socket.AF_UNIX) as stats:
        stats.connect(str(path))
        exchange(stats, ["prompt"])
        times = []
        for _ in range(rounds):
            times.append(timed(lambda: exchange(stats, register)))
            times.append(timed(lambda: exchange(stats, deregister)))
    return times


def exchange(stats, commands):
    stats.sendall("".join(command + "\n" for command in commands).encode())
    answer = b""
    while answer.count(b"\n> ") < len(commands):
        answer += stats.recv(65536)

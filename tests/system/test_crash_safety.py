"""Whatever is killed, and whenever: traffic goes on or comes back, and no acknowledged change is lost."""

import concurrent.futures
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import threading
import time

import botocore.exceptions
import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.http import get
from support.load import Load
from support.node import http_listener, instances
from support.processes import is_alive, kill
from support.waiting import LONG, USUAL, eventually, measured, report


@pytest.fixture
def backends(make_backend):
    return [make_backend("one"), make_backend("two")]


@pytest.fixture
def web(own_node, backends):
    """A node with a load balancer over both back ends, which are healthy."""
    own_node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    own_node.check_quickly("web", f"HTTP:{INSTANCE_PORT}/health")
    own_node.register("web", *(backend.address for backend in backends))
    own_node.await_state("web", "InService")
    return own_node


@contextlib.contextmanager
def steady_load(node, host="load.test"):
    """New and kept connections; none may fail."""
    with Load(node.address, HTTP_PORT, host) as new, Load(node.address, HTTP_PORT, host, keep_alive=True) as kept:
        new.more(), kept.more()
        yield lambda count=100: (new.more(count), kept.more(count))
        new.more(), kept.more()
    report(f"new connections: {new.summary()}; kept ones: {kept.summary()}")
    new.assert_nothing_failed()
    kept.assert_nothing_failed()


def is_open(address, port):
    with socket.socket() as connection:
        return connection.connect_ex((address, port)) == 0


def await_one_haproxy(node):
    """Those of generations before leave when their last connection has ended."""
    eventually(lambda: len(node.haproxies()) == 1, "one HAProxy is left")


def await_another_haproxy(node, killed):
    """Until the one that was killed is replaced, and the new one serves."""

    def serves():
        new = [pid for pid in node.haproxies() if pid != killed]
        return not is_alive(killed) and new and get(node.address, HTTP_PORT).status == 200

    def tried():
        with contextlib.suppress(OSError):
            return serves()

    eventually(tried, "another HAProxy serves")


class Writer:
    """Creates, registers and deletes until the daemon is gone or it is told to stop, and remembers what was acknowledged.

    What is neither in `there` nor in `gone` was not acknowledged, and may be either way.
    """

    def __init__(self, node, prefix, ports, address):
        self._client, self._prefix, self._ports, self._address = node.client(), prefix, ports, address
        self._stopping = threading.Event()
        self.there = {}  # name: (port, registered)
        self.gone = {}  # name: port
        self.acknowledged = 0

    def run(self):
        with contextlib.suppress(botocore.exceptions.EndpointConnectionError, botocore.exceptions.HTTPClientError):
            for number in itertools.count():
                if self._stopping.is_set():
                    return
                self._step(f"{self._prefix}-{number}", next(self._ports), delete=number % 3 == 2)

    def stop(self):
        """For the test that fails: who waits for the writer then must not wait for ever."""
        self._stopping.set()

    def _step(self, name, port, delete):
        self._client.create_load_balancer(LoadBalancerName=name, AvailabilityZones=["a"],
                                          Listeners=[http_listener(port, 80)])
        self._done(name, port, registered=False)
        self._client.register_instances_with_load_balancer(LoadBalancerName=name, Instances=instances(self._address))
        self._done(name, port, registered=True)
        if delete:
            del self.there[name]
            self._client.delete_load_balancer(LoadBalancerName=name)
            self.acknowledged += 1
            self.gone[name] = port

    def _done(self, name, port, registered):
        self.there[name] = (port, registered)
        self.acknowledged += 1


@pytest.mark.parametrize("changes", [1, 10, 25])
def test_kill_9_of_the_daemon_in_the_middle_of_a_burst(web, block, changes):
    ports = iter(range(20000, 30000))
    writers = [Writer(web, f"burst-{number}", ports, block.address()) for number in range(4)]
    with steady_load(web) as more, concurrent.futures.ThreadPoolExecutor(4) as pool, contextlib.ExitStack() as ends:
        for writer in writers:
            ends.callback(writer.stop)
        running = [pool.submit(writer.run) for writer in writers]
        # Each creation is a reload, and those are paced by the connections that older generations still serve.
        eventually(lambda: sum(writer.acknowledged for writer in writers) >= changes, f"{changes} changes",
                   within=4 * LONG, every=0.001)
        web.kill()
        for writer in running:
            writer.result(90)
        more()
        web.start()
        more()

        there = {name: known for writer in writers for name, known in writer.there.items()}
        gone = {name: port for writer in writers for name, port in writer.gone.items()}
        report(f"{sum(writer.acknowledged for writer in writers)} changes were acknowledged before the kill")
        described = {item["LoadBalancerName"]: item for item in web.describe_all()}
        assert set(there) <= set(described)
        assert not set(gone) & set(described)
        for name, (_, registered) in there.items():
            assert len(described[name]["Instances"]) >= registered
        # HAProxy does what the store says.
        for item in described.values():
            port = item["ListenerDescriptions"][0]["Listener"]["LoadBalancerPort"]
            assert get(web.address, port, item["DNSName"]).status in (200, 503)
        for port in gone.values():
            assert not is_open(web.address, port)
        assert set(web.health("web").values()) == {("InService", "N/A", "N/A")}
    await_one_haproxy(web)


def test_a_restart_after_kill_9_adopts_the_running_haproxy(web, block):
    """Nothing structural changed: the same process, no reload."""
    others = block.addresses(20)
    web.register("web", *others)  # now there are slots enough for what follows
    eventually(lambda: len(web.haproxies()) == 1, "the reload is over")
    pid, generation = web.haproxy(), web.generation()
    acknowledged = {address: True for address in others}
    with steady_load(web) as more, concurrent.futures.ThreadPoolExecutor(4) as pool, contextlib.ExitStack() as ends:
        stopping = threading.Event()
        ends.callback(stopping.set)

        def toggle(mine):
            client = web.client()
            with contextlib.suppress(botocore.exceptions.EndpointConnectionError,
                                     botocore.exceptions.HTTPClientError):
                for address in itertools.cycle(mine):
                    if stopping.is_set():
                        return
                    verb = (client.deregister_instances_from_load_balancer if acknowledged[address]
                            else client.register_instances_with_load_balancer)
                    wanted, acknowledged[address] = not acknowledged[address], None
                    verb(LoadBalancerName="web", Instances=instances(address))
                    acknowledged[address] = wanted

        running = [pool.submit(toggle, others[start::4]) for start in range(4)]
        more(200)
        web.kill()
        for toggled in running:
            toggled.result(90)
        assert web.haproxies() == [pid]
        more()
        seconds = measured(lambda: web.start(), "the daemon is back")
        report(f"started again and adopted HAProxy in {seconds:.2f} s")
        more()
        assert (web.haproxy(), web.generation(), web.haproxies()) == (pid, generation, [pid])

    registered = {item["InstanceId"] for item in web.describe("web")["Instances"]}
    for address, there in acknowledged.items():
        assert there is None or (address in registered) == there
    assert sum(there is None for there in acknowledged.values()) <= 4
    states = web.health("web")
    assert set(states) == registered
    # And it is in charge: changes have their effect.
    web.deregister("web", *others[:3], web.describe("web")["Instances"][0]["InstanceId"])
    assert web.haproxy() == pid


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_what_was_changed_just_before_the_end_is_not_done_again(web, block, make_backend, end):
    """HAProxy's file follows its run time by a moment; a daemon that reads the older file must not start over with
    instances that serve already."""
    late = make_backend("late")
    web.deregister("web", web.describe("web")["Instances"][0]["InstanceId"])
    web.register("web", late.address)
    web.await_state("web", "InService")
    pid = web.haproxy()
    with Load(web.address, HTTP_PORT) as load:
        load.more(10)
        getattr(web, end)()
        web.start()
        load.more()
    load.assert_nothing_failed()
    assert set(load.answers) == {"late", "two"}
    assert web.haproxy() == pid
    assert "is registering" not in web.log_text().rsplit("API at", 1)[1]


def test_instances_are_checked_on_after_an_adoption(web, backends):
    """One that was registering when the daemon was killed is not forgotten."""
    new = backends[1]
    web.deregister("web", new.address)
    new.health_status = 500
    web.register("web", new.address)
    eventually(lambda: new.health_checks, "it is checked")
    web.kill()
    web.start()
    assert web.health("web", new.address)[new.address][0] == "OutOfService"
    assert {get(web.address, HTTP_PORT).text for _ in range(20)} == {"one"}
    new.health_status = 200
    web.await_state("web", "InService", new.address)
    assert {get(web.address, HTTP_PORT).text for _ in range(20)} == {"one", "two"}


def test_kill_9_of_haproxy(web, backends):
    with Load(web.address, HTTP_PORT) as load:
        for _ in range(3):
            load.more()
            killed = web.haproxy()
            os.kill(killed, signal.SIGKILL)
            await_another_haproxy(web, killed)
            web.await_state("web", "InService")
            ok = load.ok
            eventually(lambda: load.ok > ok + 100, "traffic is served again")
    report(f"HAProxy was killed 3 times: {load.summary()}; nobody was answered for {load.longest_gap:.3f} s at most")
    assert set(load.failures) <= {"refused", "closed without an answer", "cut answer",
                                  "ConnectionResetError while waiting for the answer",
                                  "BrokenPipeError while waiting for the answer"}
    assert {get(web.address, HTTP_PORT).text for _ in range(20)} == {"one", "two"}
    await_one_haproxy(web)


def test_an_unhealthy_instance_is_not_healthy_because_haproxy_died(web, backends):
    bad = backends[1]
    bad.health_status = 500
    web.await_state("web", "OutOfService", bad.address, within=30)
    asked = bad.requests
    killed = web.haproxy()
    os.kill(killed, signal.SIGKILL)
    await_another_haproxy(web, killed)
    with Load(web.address, HTTP_PORT) as load:
        load.more(300)
    load.assert_nothing_failed()
    assert bad.requests == asked
    web.await_state("web", "OutOfService", bad.address)  # Unknown while the new HAProxy cannot be asked yet


@pytest.mark.parametrize("first", ["daemon", "HAProxy"])
def test_kill_9_of_both(web, backends, first):
    haproxy = web.haproxy()
    if first == "daemon":
        web.kill()
        kill(haproxy)
    else:
        os.kill(haproxy, signal.SIGKILL)
        web.kill()  # it may have started another one by now
    web.kill_everything()
    eventually(lambda: not is_open(web.address, HTTP_PORT), "nothing serves")
    web.start()
    web.await_state("web", "InService")
    assert {get(web.address, HTTP_PORT).text for _ in range(20)} == {"one", "two"}
    assert len(web.haproxies()) == 1


def test_kill_9_of_haproxy_while_the_daemon_is_down(web):
    web.terminate()
    kill(web.haproxy())
    web.start()
    web.await_state("web", "InService")
    assert get(web.address, HTTP_PORT).status == 200


def test_sigterm_leaves_haproxy_serving(web):
    pid = web.haproxy()
    with steady_load(web) as more:
        assert web.terminate() == 0
        assert web.processes() == [pid]
        more()
        web.start()
        assert web.haproxies() == [pid]


def test_five_restarts_under_load(web):
    pid = web.haproxy()
    with steady_load(web) as more:
        for number in range(5):
            assert web.terminate() == 0
            web.start()
            assert len(web.describe_all()) == 1
            more(20)
    assert web.haproxies() == [pid]


def test_kill_9_at_any_moment_of_a_start(web):
    pid = web.haproxy()
    with steady_load(web):
        web.kill()
        for number in range(12):
            with web.log.open("ab") as log:
                web.process = subprocess.Popen(web.command("--daemon"), stdout=log, stderr=log)
            time.sleep(number * 0.015)  # from before its first line to after it is ready
            web.kill()
        web.start()
        assert web.haproxies() == [pid]
    assert set(web.health("web").values()) == {("InService", "N/A", "N/A")}


def test_kill_9_at_any_moment_of_a_very_first_start(make_node):
    node = make_node()
    for number in range(12):
        with node.log.open("ab") as log:
            node.process = subprocess.Popen(node.command("--daemon"), stdout=log, stderr=log)
        time.sleep(number * 0.015)
        node.kill()
    node.start()
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    assert get(node.address, HTTP_PORT).status == 503
    await_one_haproxy(node)


@pytest.mark.parametrize("daemon", ["running", "terminated", "killed"])
def test_stop_traffic_ends_everything(web, daemon):
    if daemon == "terminated":
        web.terminate()
    if daemon == "killed":
        web.kill()
    stopped = web.stop_traffic()
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert web.processes() == []
    assert not is_open(web.address, HTTP_PORT)
    again = web.stop_traffic()
    assert (again.returncode, again.stderr) == (0, "")

    web.start()
    web.await_state("web", "InService")
    assert get(web.address, HTTP_PORT).status == 200


def test_stop_alone_leaves_the_traffic(web):
    pid = web.haproxy()
    with steady_load(web):
        stopped = subprocess.run(web.command("stop"), capture_output=True, text=True, timeout=60)
        assert stopped.returncode == 0, stopped.stderr
        assert web.process.wait(USUAL) == 0
        web.process = None
        assert web.processes() == [pid]


def test_stop_traffic_ends_old_generations_too(web):
    """One that still serves a long download after a reload."""
    with socket.create_connection((web.address, HTTP_PORT)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100)
        web.create("other", http_listener(20000, 80))  # a reload; the kept connection holds the generation before
        assert len(web.haproxies()) == 2
        assert web.stop_traffic().returncode == 0
    assert web.processes() == []

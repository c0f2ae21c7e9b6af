"""Reloads under load: nobody notices, and a reload that goes wrong changes nothing."""

import botocore.exceptions
import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.http import get
from support.load import Load
from support.node import http_listener
from support.waiting import eventually, report


@pytest.fixture
def serve(make_backend):
    def make(node, name="web"):
        backend = make_backend(f"of {name}")
        backend.dns_name = node.create(name, http_listener(HTTP_PORT, INSTANCE_PORT))
        node.register(name, backend.address)
        node.await_state(name, "InService")
        return backend

    return make


def reload_ten_times(node, new_port):
    """Each load balancer that comes or goes is a reload."""
    for number in range(5):
        node.create(f"other-{number}", http_listener(new_port(), INSTANCE_PORT))
    for number in range(5):
        node.elb.delete_load_balancer(LoadBalancerName=f"other-{number}")


@pytest.mark.parametrize("port", ["of its own", "shared"])
def test_others_come_and_go_under_load(own_node, serve, ports, port):
    """20 reloads; on a shared port the frontend of the one under load itself changes."""
    node = own_node
    backend = serve(node)
    new_port = ports if port == "of its own" else lambda: HTTP_PORT
    before = node.generation()
    with Load(node.address, HTTP_PORT, backend.dns_name) as new, \
            Load(node.address, HTTP_PORT, backend.dns_name, keep_alive=True, clients=8) as kept:
        new.more(), kept.more()
        for _ in range(2):
            reload_ten_times(node, new_port)
        new.more(), kept.more()
    reloads = node.generation() - before
    report(f"{reloads} reloads: new connections: {new.summary()}; kept ones: {kept.summary()}; "
           f"longest time without an answer {new.longest_gap * 1000:.0f} ms")
    assert reloads == 20
    new.assert_nothing_failed()
    kept.assert_nothing_failed()
    assert backend.health_checks is not None and node.health("web") == {backend.address: ("InService", "N/A", "N/A")}
    # Whoever still had a kept connection is gone now.
    eventually(lambda: len(node.haproxies()) == 1, "the old generations are gone")


def test_others_come_and_go_under_load_with_a_pool(make_node, block, serve):
    addresses = block.addresses(6)
    node = make_node(pool=[f"{addresses[0]}-{addresses[-1]}"]).start()
    backend = serve(node)
    where = (node.data / "hosts").read_text().split("\n")[1].split()[0]
    before = node.generation()
    with Load(where, HTTP_PORT) as new, Load(where, HTTP_PORT, keep_alive=True) as kept:
        new.more(), kept.more()
        reload_ten_times(node, lambda: HTTP_PORT)
        new.more(), kept.more()
    assert node.generation() - before == 10
    new.assert_nothing_failed()
    kept.assert_nothing_failed()
    assert set(new.answers) == {backend.name}


def test_a_slow_answer_survives_reloads(own_node, serve, ports):
    node = own_node
    backend = serve(node)
    backend.delay = 1.0
    with Load(node.address, HTTP_PORT, clients=8, pause=0.05) as load:
        eventually(lambda: backend.requests, "requests are on their way")
        reload_ten_times(node, ports)
        load.more(8)
    load.assert_nothing_failed()


def test_removing_a_listener_leaves_the_others_alone(own_node, serve, ports):
    node = own_node
    serve(node)
    extra = ports()
    with Load(node.address, HTTP_PORT) as load:
        load.more()
        for _ in range(5):
            node.elb.create_load_balancer_listeners(LoadBalancerName="web",
                                                    Listeners=[http_listener(extra, INSTANCE_PORT)])
            assert get(node.address, extra).status == 200
            node.elb.delete_load_balancer_listeners(LoadBalancerName="web", LoadBalancerPorts=[extra])
            with pytest.raises(ConnectionRefusedError):
                get(node.address, extra)
    load.assert_nothing_failed()


# ---------------------------------------------------------------------------------- a HAProxy that does not start

# In place of HAProxy; a file says how it fails when it is to become the next generation (-D).
DOUBLE = """#!/bin/sh
here=$(dirname "$0")
case "$1" in
-D)
    if [ -e "$here/refuses" ]; then
        echo "[ALERT]    (1) : config : parsing [haproxy.cfg:1] : made up by a test" >&2
        exit 1
    fi
    [ ! -e "$here/vanishes" ] || exit 0
    ;;
esac
exec /usr/sbin/haproxy "$@"
"""


@pytest.fixture
def fragile_node(make_node, tmp_path):
    double = tmp_path / "haproxy"
    double.write_text(DOUBLE)
    double.chmod(0o755)
    node = make_node(more=f'binary = "{double}"').start()
    node.fault = lambda how: tmp_path / how
    return node


@pytest.mark.parametrize("how", ["refuses", "vanishes"])
def test_a_generation_that_does_not_come_up_changes_nothing(fragile_node, serve, ports, how):
    node = fragile_node
    backend = serve(node)
    pid, before = node.haproxy(), node.describe_all()
    port = ports()
    with Load(node.address, HTTP_PORT) as load:
        load.more()
        node.fault(how).touch()
        for attempt in (
            lambda: node.create("other", http_listener(port, INSTANCE_PORT)),
            lambda: node.elb.create_load_balancer_listeners(LoadBalancerName="web",
                                                            Listeners=[http_listener(port, INSTANCE_PORT)]),
            lambda: node.elb.delete_load_balancer(LoadBalancerName="web"),
        ):
            with pytest.raises(botocore.exceptions.ClientError) as caught:
                attempt()
            assert caught.value.response["Error"]["Code"] == "InvalidConfigurationRequest", caught.value
            eventually(lambda: node.describe_all() == before, "what was refused is not kept")
            load.more()
        assert pid in node.haproxies()
        node.fault(how).unlink()
        node.create("other", http_listener(port, INSTANCE_PORT))
        assert get(node.address, port).status == 503
        load.more()
    load.assert_nothing_failed()
    assert set(load.answers) == {backend.name}

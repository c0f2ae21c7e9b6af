import itertools
import pathlib
import shutil
import tempfile

import pytest

from support.addresses import INSTANCE_PORT, Block
from support.backends import HttpBackend, TcpBackend
from support.certificate import Authority, make_certificate
from support.node import Node, http_listener
from support.refusals import Refused


_running = []  # nodes that have not been closed

LOG_LINES = 60  # of a node, shown with a test that failed


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A test that fails shows what its nodes said last."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for node in _running:
            last = node.log_text().splitlines()[-LOG_LINES:] if node.log.exists() else []
            report.sections.append((f"the last lines of the daemon at {node.api_address}", "\n".join(last)))


@pytest.fixture(scope="session")
def block():
    """This process' own loopback addresses."""
    block = Block()
    yield block
    block.close()


@pytest.fixture(scope="session")
def short_folders():
    """Makes folders with short names: the sockets in them may have 107 bytes in all."""
    made = []

    def make():
        made.append(pathlib.Path(tempfile.mkdtemp(prefix="eh-")))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


def _node_maker(block, short_folders):
    nodes = []

    def make(pool=None, **options):
        addresses = None if pool else [block.address()]
        node = Node(short_folders(), block.address(), addresses, pool, **options)
        nodes.append(node)
        _running.append(node)
        return node

    def close_all():
        problems = []
        for node in nodes:
            try:
                node.close()
            except AssertionError as problem:
                problems.append(str(problem))
            _running.remove(node)
        assert not problems, "\n".join(problems)

    return make, close_all


@pytest.fixture
def make_node(block, short_folders):
    """Makes nodes for one test; they are not started."""
    make, close_all = _node_maker(block, short_folders)
    yield make
    close_all()


@pytest.fixture
def own_node(make_node):
    """A started node that the test may kill. Its load balancers share one address."""
    return make_node().start()


@pytest.fixture(scope="module")
def make_lasting_node(block, short_folders):
    """Makes nodes for all tests of a file; they are not started."""
    make, close_all = _node_maker(block, short_folders)
    yield make
    close_all()


@pytest.fixture(scope="module")
def shared_node(make_lasting_node):
    return make_lasting_node().start()


@pytest.fixture
def node(shared_node):
    """A started node, empty before and after each test."""
    yield shared_node
    for description in shared_node.describe_all():
        shared_node.elb.delete_load_balancer(LoadBalancerName=description["LoadBalancerName"])
    for metadata in shared_node.iam.list_server_certificates()["ServerCertificateMetadataList"]:
        shared_node.iam.delete_server_certificate(ServerCertificateName=metadata["ServerCertificateName"])


@pytest.fixture
def refused(node):
    """refused(code, text, call, …): the call is refused so, and changes nothing."""
    with Refused(node) as refused:
        yield refused


@pytest.fixture
def web(node, ports):
    """An HTTP load balancer of that name; gives its port."""
    port = ports()
    node.create("web", http_listener(port, INSTANCE_PORT))
    return port


@pytest.fixture
def make_backend(block):
    """make_backend("one") is an HTTP server, make_backend("one", kind=TcpBackend) another; all on addresses of their
    own and, unless told otherwise, on one port."""
    backends = []

    def make(name, kind=HttpBackend, address=None, port=INSTANCE_PORT, **options):
        backends.append(kind(name, address or block.address(), port, **options))
        return backends[-1]

    yield make
    for backend in backends:
        backend.close()


@pytest.fixture
def make_tcp_backend(make_backend):
    return lambda name, **options: make_backend(name, kind=TcpBackend, **options)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ports():
    """Ports for listeners, different ones within a test."""
    counter = itertools.count(10000)
    return lambda: next(counter)

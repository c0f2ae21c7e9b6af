"""A node: the daemon, its HAProxy, its data, and clients that talk to it."""

import contextlib
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess

import boto3
import botocore.config

from . import http
from .addresses import API_PORT
from .processes import is_alive, kill, processes_naming
from .signing import signed_headers
from .waiting import USUAL, eventually

PROGRAM = os.environ["ELASTIC_HAPROXY"]
AWS = "/usr/bin/aws"


class Node:
    """One daemon in a folder of its own. Tests that kill it do so through here, so that `close` knows."""

    def __init__(self, folder, api_address, addresses=None, pool=None, more="", tls=False, api=""):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "d"
        self.config = self.folder / "elastic.toml"
        self.log = self.folder / "log"
        self.api_address = api_address
        self.addresses = addresses
        self.speaks_tls = tls
        self.url = f"{'https' if tls else 'http'}://{api_address}:{API_PORT}"
        self.process = None
        self.prefix = []  # a command that becomes the daemon
        where = f"address_pool = {json.dumps(pool)}" if pool else f"addresses = {json.dumps(addresses)}"
        # [haproxy] comes last, so that `more` may begin with further keys of it; `api` is further keys of [api].
        always = 'tls = "always"\n' if tls else ""
        self.config.write_text(f'[api]\nlisten = ["{api_address}:{API_PORT}"]\n{always}{api}\n\n[haproxy]\n{where}\n{more}\n')

    @property
    def address(self):
        """The one that all load balancers share."""
        return self.addresses[0]

    # Life

    def command(self, *arguments):
        return [PROGRAM, *arguments, "--config", str(self.config), "--data-dir", str(self.data)]

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*self.prefix, *self.command("--daemon")], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        eventually(self._is_ready, "the node is ready", within=USUAL)
        return self

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the daemon ended with {self.process.returncode}:\n{self.log_text()}")
        with contextlib.suppress(OSError):
            return http.get(self.api_address, API_PORT, path="/readyz", tls=self.tls).status == 200
        return False

    def kill(self):
        """kill -9 of the daemon."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def terminate(self):
        """SIGTERM; gives the exit code."""
        self.process.terminate()
        code = self.process.wait(USUAL)
        self.process = None
        return code

    def restart(self):
        self.terminate()
        return self.start()

    def run(self, *arguments, **environment):
        """A subcommand, as somebody would type it; `environment` is added to one without anything of AWS in it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, env={**kept, "HOME": str(self.folder), **environment})

    def stop_traffic(self):
        stopped = subprocess.run(self.command("stop", "--traffic"), capture_output=True, text=True, timeout=60)
        if stopped.returncode == 0 and self.process:
            self.process.wait(USUAL)
            self.process = None
        return stopped

    def close(self):
        """Ends what is left. A daemon that still runs must end well: instrumented builds tell of mistakes then."""
        code = 0
        try:
            if self.process and self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                try:
                    code = self.process.wait(USUAL)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    code = self.process.wait()
        finally:
            self.kill_everything()
        text = self.log_text()
        assert code == 0, f"the daemon ended with {code}:\n{text}"
        assert not re.search(r"AddressSanitizer|LeakSanitizer|runtime error:", text), text

    def kill_everything(self):
        """Also what was just being started."""

        def gone():
            found = self.processes()
            for pid in found:
                kill(pid)
            return not found

        eventually(gone, "no process of the node is left")
        if self.process:
            self.process.wait()
            self.process = None

    # Its processes and files

    def processes(self):
        """All that name this node's data, the daemon included."""
        return processes_naming(str(self.data))

    def haproxies(self):
        """The living HAProxy processes, the current generation and those that are leaving."""
        mine = self.process.pid if self.process else None
        return [pid for pid in self.processes() if pid != mine]

    def generation(self):
        """The number of the newest generation."""
        return max(int(path.name.split("-")[1]) for path in (self.data / "haproxy").glob("gen-*"))

    def haproxy(self):
        """The process of the newest generation."""
        pid = int((self.data / "run" / f"gen-{self.generation()}.pid").read_text())
        assert is_alive(pid)
        return pid

    def haproxy_config(self):
        return (self.data / "haproxy" / f"gen-{self.generation()}" / "haproxy.cfg").read_text()

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # Clients

    @property
    def certificate(self):
        """The file with what it shows to who comes by TLS."""
        return self.data / "api-certificate.pem"

    @property
    def tls(self):
        """What trusts this node alone; None where it speaks plain HTTP."""
        return ssl.create_default_context(cafile=str(self.certificate)) if self.speaks_tls else None

    @property
    def key(self):
        first = json.loads((self.data / "first-key.json").read_text())
        return first["AccessKeyId"], first["SecretAccessKey"]

    def client(self, service="elb", key=None, **config):
        """A boto3 client that repeats nothing, so that every failure shows."""
        identity, secret = key or self.key
        settings = {"retries": {"max_attempts": 0}, "read_timeout": 60, "max_pool_connections": 64, **config}
        return boto3.session.Session().client(
            service, endpoint_url=self.url, region_name="local", aws_access_key_id=identity,
            aws_secret_access_key=secret, verify=str(self.certificate) if self.speaks_tls else None,
            config=botocore.config.Config(**settings))

    @property
    def elb(self):
        """A client that sends also what botocore itself would refuse."""
        if not hasattr(self, "_elb"):
            self._elb = self.client(parameter_validation=False)
        return self._elb

    @property
    def iam(self):
        if not hasattr(self, "_iam"):
            self._iam = self.client("iam", parameter_validation=False)
        return self._iam

    def request(self, method="POST", path="/", body=b"", headers=None, key=None, **signing):
        """One signed request."""
        body = body.encode() if isinstance(body, str) else body
        headers = signed_headers(self.url + path, key or self.key, method, body, headers, **signing)
        return http.request(self.api_address, API_PORT, method, path, headers, body, tls=self.tls)

    def query(self, parameters):
        return self.request(body=parameters, headers={"Content-Type": "application/x-www-form-urlencoded"})

    def ask(self, action, **parameters):
        """An ELB request as text, for what no client would send; "__" stands for a dot in names."""
        pairs = {"Action": action, "Version": "2012-06-01", **parameters}
        return self.query("&".join(f"{name.replace('__', '.')}={value}" for name, value in pairs.items()))

    def action(self, verb, **members):
        """POST /v1/actions/VERB."""
        return self.request(path=f"/v1/actions/{verb}", body=json.dumps(members),
                            headers={"Content-Type": "application/json"})

    def aws_environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**kept, "AWS_SHARED_CREDENTIALS_FILE": str(self.data / "aws-credentials"),
                "AWS_CONFIG_FILE": "/dev/null", "AWS_DEFAULT_REGION": "local", "AWS_PAGER": "", "LC_ALL": "C.UTF-8",
                "AWS_EC2_METADATA_DISABLED": "true"}

    def start_aws(self, *arguments, service="elb", **environment):
        """`aws elb …`, as somebody would type it."""
        return subprocess.Popen([AWS, "--endpoint-url", self.url, service, *arguments], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                env={**self.aws_environment(), **environment})

    def aws_ends_with(self, *arguments, **environment):
        """(exit code, standard output, standard error)"""
        with self.start_aws(*arguments, **environment) as process:
            try:
                output, errors = process.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return process.returncode, output, errors

    def aws(self, *arguments, **options):
        """The answer of a command that must succeed."""
        code, output, errors = self.aws_ends_with(*arguments, **options)
        assert code == 0, f"aws {' '.join(arguments)}: {code}\n{errors}"
        return json.loads(output) if output.strip() else None

    # Shorthands for what most tests begin with

    def create(self, name, *listeners, **parameters):
        """Creates a load balancer; listeners as http(80, 8080) and tcp(25, 2525) give them. Gives its DNS name."""
        parameters.setdefault("AvailabilityZones", ["local-a"])
        return self.elb.create_load_balancer(LoadBalancerName=name, Listeners=list(listeners), **parameters)["DNSName"]

    def upload(self, name, made, **more):
        """Uploads what support.certificate made; gives its ARN."""
        answer = self.iam.upload_server_certificate(ServerCertificateName=name, **made.parameters, **more)
        return answer["ServerCertificateMetadata"]["Arn"]

    def register(self, name, *ids):
        answer = self.elb.register_instances_with_load_balancer(LoadBalancerName=name, Instances=instances(*ids))
        return [instance["InstanceId"] for instance in answer["Instances"]]

    def deregister(self, name, *ids):
        answer = self.elb.deregister_instances_from_load_balancer(LoadBalancerName=name, Instances=instances(*ids))
        return [instance["InstanceId"] for instance in answer["Instances"]]

    def describe(self, name):
        return self.elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]

    def describe_all(self):
        return self.elb.describe_load_balancers()["LoadBalancerDescriptions"]

    def check_quickly(self, name, target):
        """The shortest health check there is: each change of state takes two checks, 5 s apart."""
        self.elb.configure_health_check(LoadBalancerName=name, HealthCheck=quick_check(target))

    def health(self, name, *ids):
        """{id: (State, ReasonCode, Description)}"""
        wanted = {"Instances": instances(*ids)} if ids else {}
        states = self.elb.describe_instance_health(LoadBalancerName=name, **wanted)["InstanceStates"]
        return {state["InstanceId"]: (state["State"], state["ReasonCode"], state["Description"]) for state in states}

    def await_state(self, name, state, *ids, within=USUAL):
        def reached():
            health = self.health(name, *ids)
            assert health and all(found[0] == state for found in health.values()), health
            return True

        eventually(reached, f"{ids or 'all instances'} of {name} are {state}", within)


def instances(*ids):
    return [{"InstanceId": identity} for identity in ids]


def listener(protocol, port, instance_port, instance_protocol=None):
    return {"Protocol": protocol, "LoadBalancerPort": port, "InstanceProtocol": instance_protocol or protocol,
            "InstancePort": instance_port}


def http_listener(port, instance_port, instance_protocol="HTTP"):
    return listener("HTTP", port, instance_port, instance_protocol)


def tcp_listener(port, instance_port, instance_protocol="TCP"):
    return listener("TCP", port, instance_port, instance_protocol)


def https_listener(port, instance_port, certificate, protocol="HTTPS", instance_protocol="HTTP"):
    return {**listener(protocol, port, instance_port, instance_protocol), "SSLCertificateId": certificate}


def quick_check(target):
    return {"Target": target, "Interval": 5, "Timeout": 2, "UnhealthyThreshold": 2, "HealthyThreshold": 2}

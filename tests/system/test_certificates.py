"""Server certificates from their upload to what clients of a listener see."""

import json
import re
import socket
import ssl
import subprocess

import botocore.exceptions
import pytest

from support.addresses import INSTANCE_PORT
from support.backends import TcpBackend
from support.http import get
from support.load import Load
from support.node import http_listener, https_listener
from support.waiting import eventually

HTTPS_PORT = 8443


def arn(name, path="/"):
    return f"arn:aws:iam::000000000000:server-certificate{path}{name}"


def refused(call, **parameters):
    """(code, message, status) of an error that must come."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    error = caught.value.response
    return error["Error"]["Code"], error["Error"]["Message"], error["ResponseMetadata"]["HTTPStatusCode"]


def shown(address, port, host=None, **settings):
    """The certificate that a client of TLS gets to see, as DER."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for name, value in settings.items():
        setattr(context, name, value)
    with socket.create_connection((address, port), timeout=15) as connection, \
            context.wrap_socket(connection, server_hostname=host) as secure:
        return secure.getpeercert(binary_form=True)


def trusting(authority):
    return ssl.create_default_context(cafile=authority.trust)


def private_parts(node):
    """Everything the daemon wrote that others may come to see."""
    texts = [node.log_text()]
    for path in ("/v1/revisions", "/v1/load-balancers", "/v1/node"):
        texts.append(node.request("GET", path).text)
    return "\n".join(texts)


@pytest.fixture
def pooled(make_node, block):
    """A started node that gives each load balancer an address of its own."""
    return make_node(pool=[block.address() for _ in range(3)]).start()


def address_of(node, dns_name):
    for line in (node.data / "hosts").read_text().splitlines():
        if dns_name in line.split():
            return line.split()[0]
    return None


def addressed(node, dns_name):
    eventually(lambda: address_of(node, dns_name), "the name has an address")
    return address_of(node, dns_name)


# --------------------------------------------------------------------------------- IAM


def test_a_certificate_from_its_upload_to_its_deletion(node, authority):
    made = authority.issue("life.example")
    iam = node.iam
    answer = iam.upload_server_certificate(ServerCertificateName="life", Path="/web/", **made.parameters,
                                           Tags=[{"Key": "team", "Value": "web"}])
    metadata = answer["ServerCertificateMetadata"]
    assert metadata["Arn"] == arn("life", "/web/")
    assert re.fullmatch(r"ASCA[A-Z2-7]{17}", metadata["ServerCertificateId"])
    assert metadata["Expiration"] > metadata["UploadDate"]
    assert answer["Tags"] == [{"Key": "team", "Value": "web"}]

    told = iam.get_server_certificate(ServerCertificateName="life")["ServerCertificate"]
    assert told["ServerCertificateMetadata"] == metadata
    assert (told["CertificateBody"], told["CertificateChain"]) == (made.body, made.chain)
    assert set(told) == {"ServerCertificateMetadata", "CertificateBody", "CertificateChain", "Tags"}
    assert iam.list_server_certificates(PathPrefix="/web/")["ServerCertificateMetadataList"] == [metadata]
    assert iam.list_server_certificates(PathPrefix="/other/")["ServerCertificateMetadataList"] == []

    iam.tag_server_certificate(ServerCertificateName="life", Tags=[{"Key": "stage", "Value": "test"}])
    iam.untag_server_certificate(ServerCertificateName="life", TagKeys=["team"])
    assert iam.list_server_certificate_tags(ServerCertificateName="life")["Tags"] == [
        {"Key": "stage", "Value": "test"}]

    iam.update_server_certificate(ServerCertificateName="life", NewPath="/", NewServerCertificateName="still")
    assert iam.get_server_certificate(ServerCertificateName="still")["ServerCertificate"][
        "ServerCertificateMetadata"]["Arn"] == arn("still")
    assert refused(iam.get_server_certificate, ServerCertificateName="life") == (
        "NoSuchEntity", "The Server Certificate with name life cannot be found.", 404)
    iam.delete_server_certificate(ServerCertificateName="still")
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []


def test_listing_page_by_page(node, authority):
    made = authority.issue("page.example")
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        node.upload(name, made)
    pages = list(node.iam.get_paginator("list_server_certificates").paginate(PaginationConfig={"PageSize": 2}))
    assert [[item["ServerCertificateName"] for item in page["ServerCertificateMetadataList"]] for page in pages] == [
        names[:2], names[2:4], names[4:]]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]


def test_the_aws_cli_uploads_from_files(node, authority):
    made = authority.issue("cli.example")
    (made.folder / "chain.pem").write_text(made.chain)
    answer = node.aws("upload-server-certificate", "--server-certificate-name", "cli",
                      "--certificate-body", f"file://{made.folder}/cli.example.crt",
                      "--private-key", f"file://{made.folder}/cli.example.key",
                      "--certificate-chain", f"file://{made.folder}/chain.pem", service="iam")
    assert answer["ServerCertificateMetadata"]["Arn"] == arn("cli")
    listed = node.aws("list-server-certificates", service="iam")["ServerCertificateMetadataList"]
    assert [item["ServerCertificateName"] for item in listed] == ["cli"]
    assert node.aws("delete-server-certificate", "--server-certificate-name", "cli", service="iam") is None


def test_bad_certificates_are_told_why(node, authority):
    made, other = authority.issue("bad.example"), authority.issue("other.example")
    expired = authority.issue("expired.example", days=-1)

    def upload(**parts):
        parameters = {**made.parameters, **{key: value for key, value in parts.items() if value is not None}}
        return refused(node.iam.upload_server_certificate, ServerCertificateName="bad", **parameters)

    assert upload(PrivateKey=other.key)[::2] == ("KeyPairMismatch", 400)
    assert upload(PrivateKey=authority.encrypted_key(made)) == (
        "MalformedCertificate", "The private key is encrypted: it must be given without a passphrase", 400)
    assert upload(CertificateBody=expired.body, PrivateKey=expired.key) == (
        "MalformedCertificate", "The certificate has expired", 400)
    assert upload(CertificateChain=authority.root.body + authority.between.body)[::2] == ("MalformedCertificate", 400)
    assert upload(CertificateBody="rubbish")[0] == "MalformedCertificate"
    assert upload(CertificateBody=made.body[:300])[0] == "MalformedCertificate"
    assert upload(CertificateBody=made.body + made.chain)[0] == "MalformedCertificate"
    assert upload(CertificateBody="A" * 20000)[0] == "ValidationError"
    assert upload(PrivateKey="A" * 20000) == (
        "ValidationError", "1 validation error detected: Value '***' at 'privateKey' failed to satisfy constraint: "
                           "Member must have length less than or equal to 16384", 400)
    too_large = node.action("UploadServerCertificate", ServerCertificateName="bad",
                            **{**made.parameters, "CertificateBody": "A" * 10_000_000})
    assert too_large.status == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    upload_rubbish = "Action=UploadServerCertificate&Version=2010-05-08&ServerCertificateName=bad&CertificateChain="
    assert node.request(body=upload_rubbish + "A" * 10_000_000, headers=form).status == 413
    # Less than the API takes at once, and less than a chain may have.
    for rubbish in ("A" * 900_000, "-" * 900_000, made.chain * 400 + "x"):
        assert upload(CertificateChain=rubbish)[::2] == ("MalformedCertificate", 400)
    assert node.iam.list_server_certificates()["ServerCertificateMetadataList"] == []
    node.upload("bad", made)
    assert refused(node.iam.upload_server_certificate, ServerCertificateName="bad", **made.parameters) == (
        "EntityAlreadyExists", "The Server Certificate with name bad already exists.", 409)


def test_the_json_api_has_the_same_verbs(node, authority):
    made = authority.issue("json.example")
    answer = node.action("UploadServerCertificate", ServerCertificateName="json", **made.parameters)
    assert answer.status == 200, answer.text
    assert json.loads(answer.text)["ServerCertificateMetadata"]["Arn"] == arn("json")
    told = json.loads(node.action("GetServerCertificate", ServerCertificateName="json").text)
    assert told["ServerCertificate"]["CertificateBody"] == made.body
    missing = node.action("GetServerCertificate", ServerCertificateName="none")
    assert (missing.status, json.loads(missing.text)["code"]) == (404, "NoSuchEntity")


# --------------------------------------------------------------------------------- listeners


def test_an_https_listener_shows_its_certificate(pooled, authority, make_backend):
    node, backend = pooled, make_backend("one")
    made = authority.issue("web.example")
    certificate = node.upload("web", made)
    dns_name = node.create("web", https_listener(HTTPS_PORT, INSTANCE_PORT, certificate))
    address = addressed(node, dns_name)
    assert shown(address, HTTPS_PORT) == made.der
    node.register("web", backend.address)
    node.await_state("web", "InService")

    # curl knows nothing of us: it trusts the root alone, and asks for the certificate's own name.
    curl = subprocess.run(["curl", "-sS", "--cacert", authority.trust, "--resolve",
                           f"web.example:{HTTPS_PORT}:{address}", f"https://web.example:{HTTPS_PORT}/"],
                          capture_output=True, text=True, timeout=30, check=True)
    assert curl.stdout == "one"
    listener = node.describe("web")["ListenerDescriptions"][0]
    assert listener["Listener"]["SSLCertificateId"] == certificate
    assert listener["PolicyNames"] == ["ELBSecurityPolicy-2016-08"]
    assert refused(node.iam.delete_server_certificate, ServerCertificateName="web")[::2] == ("DeleteConflict", 409)


def test_an_ssl_listener_ends_tls(pooled, authority, make_backend):
    node = pooled
    backend = make_backend("raw", kind=TcpBackend)
    certificate = node.upload("raw", authority.issue_rsa("raw.example"))
    dns_name = node.create("raw", https_listener(9443, INSTANCE_PORT, certificate, "SSL", "TCP"))
    node.register("raw", backend.address)
    node.await_state("raw", "InService")
    context = trusting(authority)
    with socket.create_connection((addressed(node, dns_name), 9443), timeout=15) as connection, \
            context.wrap_socket(connection, server_hostname="raw.example") as secure:
        secure.sendall(b"hello\n")
        assert secure.recv(100)


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"])
def test_the_policy_says_which_versions_are_spoken(pooled, authority, version):
    node = pooled
    certificate = node.upload("versions", authority.issue_rsa("versions.example"))
    dns_name = node.create("versions", https_listener(HTTPS_PORT, INSTANCE_PORT, certificate),
                           https_listener(HTTPS_PORT + 1, INSTANCE_PORT, certificate),
                           https_listener(HTTPS_PORT + 2, INSTANCE_PORT, certificate))
    new = [{"AttributeName": "Reference-Security-Policy", "AttributeValue": "ELBSecurityPolicy-TLS-1-2-2017-01"}]
    gap = [{"AttributeName": name, "AttributeValue": "true"}
           for name in ("Protocol-TLSv1", "Protocol-TLSv1.2", "AES128-SHA", "Server-Defined-Cipher-Order")]
    for port, name, attributes in [(HTTPS_PORT + 1, "new", new), (HTTPS_PORT + 2, "gap", gap)]:
        node.elb.create_load_balancer_policy(LoadBalancerName="versions", PolicyName=name,
                                             PolicyTypeName="SSLNegotiationPolicyType", PolicyAttributes=attributes)
        node.elb.set_load_balancer_policies_of_listener(LoadBalancerName="versions", LoadBalancerPort=port,
                                                        PolicyNames=[name])
    address = addressed(node, dns_name)

    def speaks(port):
        wanted = ssl.TLSVersion[version]
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = wanted
        try:
            with socket.create_connection((address, port), timeout=15) as connection, \
                    context.wrap_socket(connection) as secure:
                secure.sendall(b"GET / HTTP/1.0\r\n\r\n")
                return secure.recv(100) != b""
        except OSError:
            return False

    spoken = {port - HTTPS_PORT for port in range(HTTPS_PORT, HTTPS_PORT + 3) if speaks(port)}
    assert spoken == {"TLSv1": {0, 2}, "TLSv1_1": {0}, "TLSv1_2": {0, 1, 2}, "TLSv1_3": set()}[version]


def test_shared_addresses_show_a_certificate_by_name(node, authority, make_backend):
    served = {}
    for name in ("red", "blue"):
        backend = make_backend(name)
        made = authority.issue(f"{name}.example")
        tags = [{"Key": "elastic-haproxy:hostnames", "Value": f"{name}.example"}]
        node.create(name, https_listener(HTTPS_PORT, INSTANCE_PORT, node.upload(name, made)), Tags=tags)
        node.register(name, backend.address)
        served[name] = made
    for name, made in served.items():
        node.await_state(name, "InService")
        assert shown(node.address, HTTPS_PORT, f"{name}.example") == made.der
        context = trusting(authority)
        context.check_hostname = False
        with socket.create_connection((node.address, HTTPS_PORT), timeout=15) as connection, \
                context.wrap_socket(connection, server_hostname=f"{name}.example") as secure:
            secure.sendall(f"GET / HTTP/1.0\r\nHost: {name}.example:{HTTPS_PORT}\r\n\r\n".encode())
            assert secure.makefile().read().endswith(f"\n{name}")
    # Those who do not say a name get one of them.
    assert shown(node.address, HTTPS_PORT) in {made.der for made in served.values()}


def test_what_shares_a_port_must_agree(node, authority, ports):
    port = ports()
    certificate = node.upload("agree", authority.issue("agree.example"))
    node.create("first", https_listener(port, INSTANCE_PORT, certificate))
    node.create("second", https_listener(port, INSTANCE_PORT, certificate))
    code, message, _ = refused(node.elb.create_load_balancer, LoadBalancerName="third",
                               Listeners=[http_listener(port, INSTANCE_PORT)], AvailabilityZones=["a"])
    assert code == "InvalidConfigurationRequest" and "first" in message
    attributes = [{"AttributeName": name, "AttributeValue": "true"}
                  for name in ("Protocol-TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256")]  # and the client's order
    node.elb.create_load_balancer_policy(LoadBalancerName="second", PolicyName="own", PolicyAttributes=attributes,
                                         PolicyTypeName="SSLNegotiationPolicyType")
    code, message, _ = refused(node.elb.set_load_balancer_policies_of_listener, LoadBalancerName="second",
                               LoadBalancerPort=port, PolicyNames=["own"])
    assert code == "InvalidConfigurationRequest" and "first" in message


def test_a_certificate_must_be_there(node, authority, ports):
    missing = arn("missing")
    assert refused(node.elb.create_load_balancer, LoadBalancerName="none", AvailabilityZones=["a"],
                   Listeners=[https_listener(ports(), INSTANCE_PORT, missing)]) == (
        "CertificateNotFound", f"Server Certificate not found for the key: {missing}", 400)
    assert refused(node.elb.create_load_balancer, LoadBalancerName="none", AvailabilityZones=["a"],
                   Listeners=[https_listener(ports(), INSTANCE_PORT, "")])[::2] == (
        "InvalidConfigurationRequest", 409)
    certificate = node.upload("there", authority.issue("there.example"))
    forbidden = {**http_listener(ports(), INSTANCE_PORT), "SSLCertificateId": certificate}
    assert refused(node.elb.create_load_balancer, LoadBalancerName="none", AvailabilityZones=["a"],
                   Listeners=[forbidden])[::2] == ("InvalidConfigurationRequest", 409)


# --------------------------------------------------------------------------------- another certificate


def swap(node, name, certificate):
    node.elb.set_load_balancer_listener_ssl_certificate(LoadBalancerName=name, LoadBalancerPort=HTTPS_PORT,
                                                        SSLCertificateId=certificate)


def test_a_certificate_is_swapped_under_load(pooled, authority, make_backend):
    """Twenty times, with keep-alive clients and such that shake hands for each request; none loses one."""
    node, backend = pooled, make_backend("one")
    made = {name: authority.issue_rsa(f"{name}.example") for name in ("old", "new")}
    arns = {name: node.upload(name, one) for name, one in made.items()}
    dns_name = node.create("web", https_listener(HTTPS_PORT, INSTANCE_PORT, arns["old"]))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    address = addressed(node, dns_name)
    before = node.generation()
    tls = trusting(authority)
    tls.check_hostname = False
    with Load(address, HTTPS_PORT, dns_name, tls=tls) as new, \
            Load(address, HTTPS_PORT, dns_name, keep_alive=True, tls=tls) as kept:
        for number in range(20):
            name = ("new", "old")[number % 2]
            swap(node, "web", arns[name])
            assert shown(address, HTTPS_PORT) == made[name].der
            new.more(5)
            kept.more(5)
    new.assert_nothing_failed()
    kept.assert_nothing_failed()
    assert node.generation() == before, "no reload was needed"


def test_a_swapped_certificate_outlives_everything(pooled, authority):
    node = pooled
    made = {name: authority.issue(f"{name}.example") for name in ("old", "new")}
    arns = {name: node.upload(name, one) for name, one in made.items()}
    address = addressed(node, node.create("web", https_listener(HTTPS_PORT, INSTANCE_PORT, arns["old"])))
    swap(node, "web", arns["new"])
    node.kill()  # before the file says so
    node.start()
    assert shown(address, HTTPS_PORT) == made["new"].der
    node.create("other", http_listener(8080, INSTANCE_PORT))  # a reload
    assert shown(address, HTTPS_PORT) == made["new"].der
    swap(node, "web", arns["old"])
    node.restart()
    assert shown(address, HTTPS_PORT) == made["old"].der


def test_a_long_chain_needs_a_reload(pooled, make_backend, tmp_path, authority):
    """Its payload does not fit into a command of HAProxy's."""
    node = pooled
    long = authority.issue("long.example", extra="nsComment = \"" + "x" * 10500 + "\"")
    short = authority.issue("short.example")
    arns = {"long": node.upload("long", long), "short": node.upload("short", short)}
    address = addressed(node, node.create("web", https_listener(HTTPS_PORT, INSTANCE_PORT, arns["short"])))
    before = node.generation()
    swap(node, "web", arns["long"])
    assert shown(address, HTTPS_PORT) == long.der
    assert node.generation() == before + 1
    swap(node, "web", arns["short"])
    assert shown(address, HTTPS_PORT) == short.der
    assert node.generation() == before + 1


# --------------------------------------------------------------------------------- secrets


def test_private_keys_stay_where_they_belong(pooled, authority):
    node = pooled
    made, other = authority.issue("secret.example"), authority.issue("second.example")
    certificate, second = node.upload("secret", made), node.upload("second", other)
    node.create("web", https_listener(HTTPS_PORT, INSTANCE_PORT, certificate))
    preview = node.request(path="/v1/actions/SetLoadBalancerListenerSSLCertificate?dryRun=true", body=json.dumps(
        {"LoadBalancerName": "web", "LoadBalancerPort": HTTPS_PORT, "SSLCertificateId": second}),
        headers={"Content-Type": "application/json"})
    plan = json.loads(preview.text)
    assert plan["Kind"] == "RuntimeChange", plan
    assert plan["Commands"] == ["set ssl cert listener-web-8443.pem", "commit ssl cert listener-web-8443.pem"]
    assert any("certificate second, expires" in line for line in plan["Diff"]), plan
    swap(node, "web", second)
    dry = node.request(path="/v1/actions/UploadServerCertificate?dryRun=true", body=json.dumps(
        {"ServerCertificateName": "dry", **made.parameters}), headers={"Content-Type": "application/json"})

    assert "--private-key file://PrivateKey.pem" in json.loads(dry.text)["CommandLine"]

    secrets = [line for one in (made, other) for line in one.key.splitlines()[1:-1]]
    visible = private_parts(node) + preview.text + dry.text
    assert not [line for line in secrets if line in visible]
    for path in node.data.rglob("*"):
        if not path.is_file() or path.suffix == ".sock":
            continue
        content = path.read_bytes()
        if any(line.encode() in content for line in secrets):
            assert path.suffix == ".pem" and path.stat().st_mode & 0o777 == 0o600, path


def test_only_admins_change_certificates(node, authority):
    assert node.request(body="Action=GetUser&Version=2010-05-08",
                        headers={"Content-Type": "application/x-www-form-urlencoded"}).status == 200

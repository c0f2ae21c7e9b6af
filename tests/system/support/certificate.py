"""Certificates of its own for one test run."""

import ssl
import subprocess


def make_certificate(folder):
    """Writes one and gives (certificate file, key file)."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=back end of a test", "-days", "2", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True)
    return certificate, key


class Made:
    """A certificate with its key, and the chain of those that issued it."""

    def __init__(self, folder, name, body, key, chain=""):
        self.folder, self.name, self.body, self.key, self.chain = folder, name, body, key, chain

    @property
    def parameters(self):
        """As IAM takes them."""
        chain = {"CertificateChain": self.chain} if self.chain else {}
        return {"CertificateBody": self.body, "PrivateKey": self.key, **chain}

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.body)


class Authority:
    """Issues certificates in a folder of its own: a root, and an authority below it that signs."""

    def __init__(self, folder):
        self.folder = folder
        self.root = self._issue("root", authority=True)
        self.between = self._issue("between", by=self.root, authority=True)

    def _openssl(self, *arguments, **options):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, cwd=self.folder, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _issue(self, name, by=None, authority=False, days=30, extra="",
               key_type=("EC", "ec_paramgen_curve:prime256v1")):
        self._openssl("genpkey", "-algorithm", key_type[0], "-pkeyopt", key_type[1], "-out", f"{name}.key")
        ability = "CA:TRUE" if authority else "CA:FALSE"
        (self.folder / f"{name}.cnf").write_text(
            f"basicConstraints = critical,{ability}\nsubjectAltName = DNS:{name}\n{extra}\n")
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        issuer = ["-CA", f"{by.name}.crt", "-CAkey", f"{by.name}.key", "-CAcreateserial"] if by else \
            ["-signkey", f"{name}.key"]
        self._openssl("x509", "-req", "-in", f"{name}.csr", *issuer, "-days", str(days), "-extfile", f"{name}.cnf",
                      "-out", f"{name}.crt")
        body, key = ((self.folder / f"{name}.{kind}").read_text() for kind in ("crt", "key"))
        return Made(self.folder, name, body, key, by.body if by else "")

    def issue(self, name, **options):
        """A server's certificate for that host name, with its chain up to below the root."""
        made = self._issue(name, by=self.between, **options)
        made.chain = self.between.body
        return made

    def issue_rsa(self, name):
        return self.issue(name, key_type=("RSA", "rsa_keygen_bits:2048"))

    def encrypted_key(self, made):
        return self._openssl("pkey", "-in", f"{made.name}.key", "-aes128", "-passout", "pass:secret")

    @property
    def trust(self):
        """The file to verify servers with."""
        return str(self.folder / "root.crt")

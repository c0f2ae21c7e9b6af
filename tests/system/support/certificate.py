"""A self-signed certificate of its own for one test run."""

import subprocess


def make_certificate(folder):
    """Writes one and gives (certificate file, key file)."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=back end of a test", "-days", "2", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True)
    return certificate, key

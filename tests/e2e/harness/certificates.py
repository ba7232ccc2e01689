"""Certificates of the test's own, made by the openssl command."""

import os
import subprocess
from dataclasses import dataclass

# Without it openssl would add extensions of its own.
_CONFIG = "[req]\ndistinguished_name = dn\n[dn]\n"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
LOCAL = "DNS:localhost,DNS:redis.test,IP:127.0.0.1"


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")


@dataclass
class Pair:
    certificate: str
    key: str


class Authority:
    """Signs; `certificate` is what its clients have to trust."""

    def __init__(self, folder, name="authority"):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        with open(self._path("config"), "w") as file:
            file.write(_CONFIG)
        self.own = Pair(self._path("own.crt"), self._path("own.key"))
        usage = ("-addext", "basicConstraints=critical,CA:TRUE")
        self._request("own", name, *usage, "-x509", "-days", "2", "-out", self.own.certificate)

    @property
    def certificate(self):
        return self.own.certificate

    def issue(self, name, hosts=LOCAL, days=2, password=None):
        """A certificate for these hosts and its key; with -1 days it expired yesterday."""
        pair = Pair(self._path(f"{name}.crt"), self._path(f"{name}.key"))
        request = self._path(f"{name}.csr")
        self._request(
            name, name, "-addext", f"subjectAltName={hosts}", "-out", request, password=password
        )
        signer = ("-CA", self.own.certificate, "-CAkey", self.own.key, "-CAcreateserial")
        lasting = ("-days", str(days), "-copy_extensions", "copy")
        openssl("x509", "-req", "-in", request, *signer, *lasting, "-out", pair.certificate)
        return pair

    def hashed_folder(self):
        """A folder in which OpenSSL finds the authority by the hash of its name."""
        folder = self._path("hashed")
        os.makedirs(folder, exist_ok=True)
        link = os.path.join(folder, "authority.pem")
        if not os.path.exists(link):
            os.symlink(self.own.certificate, link)
        openssl("rehash", folder)
        return folder

    def _request(self, file, subject, *arguments, password=None):
        protection = ["-passout", f"pass:{password}"] if password else ["-noenc"]
        key = ["-keyout", self._path(f"{file}.key"), *_KEY, *protection]
        config = ["-config", self._path("config"), "-subj", f"/CN={subject}"]
        openssl("req", *config, *key, *arguments)

    def _path(self, name):
        return os.path.join(self.folder, name)


def server_options(authority, pair, clients="no"):
    """What redis-server has to be told; `clients` says whether they need a certificate too."""
    files = ["--tls-cert-file", pair.certificate, "--tls-key-file", pair.key]
    files += ["--tls-ca-cert-file", authority.certificate]
    return [*files, "--tls-auth-clients", clients]

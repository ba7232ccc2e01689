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
        # All of RFC 5280's: Python 3.13 is strict about them.
        extensions = []
        for one in (
            "basicConstraints=critical,CA:TRUE",
            "keyUsage=critical,keyCertSign,cRLSign",
            "subjectKeyIdentifier=hash",
        ):
            extensions += ["-addext", one]
        lasting = ("-x509", "-days", "2", "-out", self.own.certificate)
        self._request("own", name, *extensions, *lasting)
        with open(self._path("signed"), "w") as file:
            file.write("authorityKeyIdentifier=keyid\n")

    @property
    def certificate(self):
        return self.own.certificate

    def issue(self, name, hosts=LOCAL, days=2, password=None):
        """A certificate for these hosts and its key; with 0 days it ends at once."""
        pair = Pair(self._path(f"{name}.crt"), self._path(f"{name}.key"))
        request = self._path(f"{name}.csr")
        self._request(
            name, name, "-addext", f"subjectAltName={hosts}", "-out", request, password=password
        )
        signer = ("-CA", self.own.certificate, "-CAkey", self.own.key, "-CAcreateserial")
        extensions = ("-copy_extensions", "copy", "-extfile", self._path("signed"))
        lasting = ("-days", str(days), *extensions)
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

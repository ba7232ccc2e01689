"""TLS as redis-py's URLs ask for it: verified unless told otherwise, by every way to say whom to trust."""

import os

from harness import test
from harness.certificates import Authority
from harness.probe import one_liner
from harness.tls import VALUE, TlsCase
from harness.tls_front import TlsFront

SECRET = "k8-Quite/Secret"
IN_URL = "k8-Quite%2FSecret"


class Trust(TlsCase):
    @test("an authority is trusted by a file or a folder, in the URL or in the environment")
    def test_authority(self):
        self.start_tls()
        file, folder = self.authority.certificate, self.authority.hashed_folder()
        self.assert_passes(self.url_with(f"ssl_ca_certs={file}"))
        self.assert_passes(self.url_with(f"ssl_ca_path={folder}"))
        self.assert_passes(self.url_with(), SSL_CERT_FILE=file)
        self.assert_passes(self.url_with(), SSL_CERT_DIR=folder)
        # The one-liner reads the same URL.
        self.assertEqual(one_liner("ingestion", self.url_with(f"ssl_ca_certs={file}")), 0)

    @test("the certificate of an authority that nobody trusts is [tls], also by its own file")
    def test_unknown_authority(self):
        self.start_tls()
        other = Authority(self.folder, "other")
        self.assert_refused(self.url_with(), "certificate")
        self.assert_refused(self.url_with(f"ssl_ca_certs={other.certificate}"), "certificate")
        self.assert_refused(self.url_with(f"ssl_ca_path={other.hashed_folder()}"), "certificate")
        self.assert_refused(self.url_with(), "certificate", SSL_CERT_FILE=other.certificate)
        # What the URL says is not widened by the environment.
        self.assert_refused(
            self.url_with(f"ssl_ca_certs={other.certificate}"),
            SSL_CERT_FILE=self.authority.certificate,
        )

    @test("a file of authorities that cannot be read is [tls], by its name")
    def test_no_such_file(self):
        self.start_tls()
        nowhere = os.path.join(self.folder, "nowhere.pem")
        self.assert_refused(self.url_with(f"ssl_ca_certs={nowhere}"), "nowhere.pem")
        empty = os.path.join(self.folder, "empty.pem")
        open(empty, "w").close()
        self.assert_refused(self.url_with(f"ssl_ca_certs={empty}"), "empty.pem")

    @test("an expired certificate is [tls], whatever is said about names")
    def test_expired(self):
        self.start_tls(self.authority.issue("expired", days=-1))
        self.assert_refused(self.url_with(self.trusting), "expired")
        self.assert_refused(self.url_with(f"{self.trusting}&ssl_check_hostname=false"), "expired")

    @test("the certificate of another host is [tls], unless names are not to be compared")
    def test_wrong_host(self):
        self.start_tls(self.authority.issue("elsewhere", "DNS:elsewhere.test,IP:127.0.0.9"))
        for host in ("127.0.0.1", "localhost"):
            self.assert_refused(self.url_with(self.trusting, host), "mismatch")
            for no in ("false", "False", "0", "no"):
                query = f"{self.trusting}&ssl_check_hostname={no}"
                self.assert_passes(self.url_with(query, host))
            self.assert_refused(self.url_with(f"{self.trusting}&ssl_check_hostname=true", host))
            # Who the other is still counts.
            self.assert_refused(self.url_with("ssl_check_hostname=false", host), "certificate")

    @test("names in certificates: a host by its name, an address by its address")
    def test_names(self):
        self.start_tls(self.authority.issue("by-name", "DNS:localhost"))
        self.assert_passes(self.url_with(self.trusting, "localhost"))
        self.assert_refused(self.url_with(self.trusting, "127.0.0.1"), "mismatch")
        self.redis.stop()
        self.start_tls(self.authority.issue("by-address", "IP:127.0.0.1"))
        self.assert_passes(self.url_with(self.trusting, "127.0.0.1"))
        self.assert_refused(self.url_with(self.trusting, "localhost"), "mismatch")

    @test("ssl_cert_reqs in all its spellings: none passes, the others verify")
    def test_requirements(self):
        self.start_tls(self.authority.issue("elsewhere", "DNS:elsewhere.test"))
        for none in ("none", "None", "NONE", "CERT_NONE"):
            self.assert_passes(self.url_with(f"ssl_cert_reqs={none}"))
        for verify in ("optional", "required", "CERT_OPTIONAL", "CERT_REQUIRED"):
            self.assert_refused(self.url_with(f"ssl_cert_reqs={verify}"), "certificate")


class ClientCertificate(TlsCase):
    def query(self, authority, password=None, told=True):
        name = f"client-{password}"
        pair = authority.issue(name, "DNS:client.test", password=password)
        query = f"{self.trusting}&ssl_certfile={pair.certificate}&ssl_keyfile={pair.key}"
        return f"{query}&ssl_password={password}" if password and told else query

    def check(self, protocol):
        self.start_tls(clients="yes", options=["--tls-protocols", protocol])
        self.assert_passes(self.url_with(self.query(self.authority)))
        self.assert_refused(self.url_with(self.trusting), "certificate")
        stranger = Authority(self.folder, "stranger")
        self.assert_refused(self.url_with(self.query(stranger)))

    @test("a server that wants a client certificate: it is shown, or its lack is [tls] (TLS 1.3)")
    def test_demanded(self):
        self.check("TLSv1.3")

    @test("a server that wants a client certificate: it is shown, or its lack is [tls] (TLS 1.2)")
    def test_demanded_early(self):
        self.check("TLSv1.2")

    @test("the password of a client's key is used, never shown, and never asked for")
    def test_key_password(self):
        self.start_tls(clients="yes")
        self.assert_passes(self.url_with(self.query(self.authority, "open5esame")))
        for query in (
            self.query(self.authority, "open5esame", told=False),
            self.query(self.authority, "open5esame", told=False) + "&ssl_password=wrong5esame",
        ):
            found = self.ask(self.url_with(query))
            self.assertEqual(found.found, (1, "unknown", "tls"), found)
            self.assertNotIn("5esame", found.stdout + found.stderr)


class Speech(TlsCase):
    @test("a host name goes along in the handshake, an address does not")
    def test_server_name(self):
        self.start_redis()
        self.client.setex("health:ingestion", 60, VALUE)
        front = TlsFront(self.redis.socket, self.authority.issue("front"))
        self.addCleanup(front.close)
        for host, name in (("localhost", "localhost"), ("127.0.0.1", None)):
            front.names.clear()
            self.assert_passes(f"rediss://{host}:{front.port}?{self.trusting}")
            self.assertEqual(set(front.names), {name})

    @test("rediss:// and valkeys:// with user, password and database")
    def test_login(self):
        self.start_tls(options=["--requirepass", SECRET])
        self.client = self.redis.client(password=SECRET, db=3)
        self.client.setex("health:ingestion", 60, VALUE)
        for scheme in ("rediss", "valkeys"):
            for login in (f":{IN_URL}@", f"default:{IN_URL}@"):
                self.assert_passes(self.url_with(self.trusting, "127.0.0.1", scheme, login, "/3"))
        other = self.ask(self.url_with(self.trusting, login=f":{IN_URL}@", path="/4"))
        self.assertEqual(other.found, (1, "unhealthy", "missing"), other)
        refused = self.ask(self.url_with(self.trusting))
        self.assertEqual(refused.found, (1, "unknown", "auth"), refused)
        wrong = self.ask(self.url_with(self.trusting, login=":w3-Also-Secret@"))
        self.assertEqual(wrong.found, (1, "unknown", "auth"), wrong)
        self.assertNotIn("w3-Also-Secret", wrong.stdout)

    @test("the two of TLS and plain text that do not match are [tls]")
    def test_mismatch(self):
        self.start_tls()
        self.assert_refused(self.url_with(scheme="redis"))
        self.redis.stop()
        self.start_redis(tcp=True)
        self.assert_refused(self.url_with(self.trusting))

    @test("a server that hangs before the handshake costs no more than --timeout")
    def test_silence(self):
        self.start_tls()
        self.redis.freeze()
        found = self.ask(self.url_with(self.trusting), "--timeout", "500ms")
        self.assertEqual(found.found, (1, "unknown", "timeout"), found)
        self.assertIn("TLS", found.text)
        self.assertLess(found.seconds, 0.5 + 5)

    @test("large documents pass through TLS whole")
    def test_large(self):
        self.start_tls()
        filler = "x" * 60_000
        self.client.setex("health:ingestion", 60, f'{{"status": "healthy", "note": "{filler}"}}')
        self.assert_passes(self.url_with(self.trusting))

"""TLS beyond trust: certificates of clients, names, logins, and what does not speak it."""

from harness import test
from harness.certificates import Authority
from harness.tls import VALUE, TlsCase
from harness.tls_front import TlsFront

SECRET = "k8-Quite/Secret"
IN_URL = "k8-Quite%2FSecret"


class ClientCertificate(TlsCase):
    def query(self, authority, password=None, told=True):
        pair = authority.issue("client", "DNS:client.test", password=password)
        query = f"{self.trusting}&ssl_certfile={pair.certificate}&ssl_keyfile={pair.key}"
        return f"{query}&ssl_password={password}" if password and told else query

    def check(self, protocol, words):
        self.start_tls(clients="yes", options=["--tls-protocols", protocol])
        self.assert_passes(self.url_with(self.query(self.authority)))
        self.assert_refused(self.url_with(self.trusting), words)
        stranger = Authority(self.folder, "stranger")
        self.assert_refused(self.url_with(self.query(stranger)))

    @test("a server that wants a client certificate: it is shown, or its lack is [tls] (TLS 1.3)")
    def test_demanded(self):
        self.check("TLSv1.3", "certificate")

    @test("a server that wants a client certificate: it is shown, or its lack is [tls] (TLS 1.2)")
    def test_demanded_early(self):
        self.check("TLSv1.2", "demands a client certificate")

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
        self.start_tls(options=["--requirepass", SECRET], password=SECRET, db=3)
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

    @test("a Redis without TLS behind rediss:// fails in the handshake")
    def test_plain_server(self):
        self.start_redis(tcp=True)
        found = self.ask(self.url_with(self.trusting), "--timeout", "1s")
        # It takes the handshake for a line that is not yet complete, unless it holds an LF.
        self.assertIn(found.reason, ("timeout", "tls"), found)
        self.assertEqual((found.exit, found.verdict), (1, "unknown"), found)
        self.assertIn("TLS", found.text)

    @test("a Redis with TLS behind redis:// is a failure of the connection")
    def test_plain_client(self):
        self.start_tls()
        found = self.ask(self.url_with(scheme="redis"))
        # This server resets the connection without a word; another may send an alert first.
        self.assertIn(found.reason, ("unreachable", "tls"), found)
        self.assertEqual((found.exit, found.verdict), (1, "unknown"), found)

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

"""Whom a TLS client trusts: by every way to say so that redis-py's URLs have, and by no other."""

import os
import time

from harness import test
from harness.certificates import Authority
from harness.probe import one_liner
from harness.tls import TlsCase


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
        expired = self.authority.issue("expired", days=0)
        ended = time.time() + 1
        self.start_tls(expired)
        self.wait_until(lambda: time.time() > ended, 5, "the second is over")
        self.assert_refused(self.url_with(self.trusting), "expired")
        self.assert_refused(self.url_with(f"{self.trusting}&ssl_check_hostname=false"), "expired")

    @test("the certificate of another host is [tls], unless names are not to be compared")
    def test_wrong_host(self):
        self.start_tls(self.authority.issue("elsewhere", "DNS:elsewhere.test,IP:127.0.0.9"))
        for host in ("127.0.0.1", "localhost"):
            self.assert_refused(self.url_with(self.trusting, host), f"not for '{host}'")
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
        self.assert_refused(self.url_with(self.trusting, "127.0.0.1"), "not for '127.0.0.1'")
        self.redis.stop()
        self.start_tls(self.authority.issue("by-address", "IP:127.0.0.1"))
        self.assert_passes(self.url_with(self.trusting, "127.0.0.1"))
        self.assert_refused(self.url_with(self.trusting, "localhost"), "not for 'localhost'")

    @test("ssl_cert_reqs in all its spellings: none passes, the others verify")
    def test_requirements(self):
        self.start_tls(self.authority.issue("elsewhere", "DNS:elsewhere.test"))
        for none in ("none", "None", "NONE", "CERT_NONE"):
            self.assert_passes(self.url_with(f"ssl_cert_reqs={none}"))
        for verify in ("optional", "required", "CERT_OPTIONAL", "CERT_REQUIRED"):
            self.assert_refused(self.url_with(f"ssl_cert_reqs={verify}"), "certificate")

"""Whom a TLS client trusts: by every way to say so that redis-py's URLs have, and by no other."""

import time

import pytest

from harness.probe import one_liner
from harness.waiting import wait_until

HOSTS = pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])


def test_an_authority_is_trusted_by_a_file_or_a_folder_in_the_url_or_in_the_environment(tls):
    tls.start()
    file, folder = tls.authority.certificate, tls.authority.hashed_folder()
    tls.assert_passes(tls.url(f"ssl_ca_certs={file}"))
    tls.assert_passes(tls.url(f"ssl_ca_path={folder}"))
    tls.assert_passes(tls.url(), SSL_CERT_FILE=file)
    tls.assert_passes(tls.url(), SSL_CERT_DIR=folder)
    # The one-liner reads the same URL.
    assert one_liner("ingestion", tls.url(f"ssl_ca_certs={file}")) == 0


def test_the_certificate_of_an_authority_that_nobody_trusts_is_tls(tls, stranger):
    tls.start()
    tls.assert_refused(tls.url(), "certificate")
    tls.assert_refused(tls.url(f"ssl_ca_certs={stranger.certificate}"), "certificate")
    tls.assert_refused(tls.url(f"ssl_ca_path={stranger.hashed_folder()}"), "certificate")
    tls.assert_refused(tls.url(), "certificate", SSL_CERT_FILE=stranger.certificate)
    # What the URL says is not widened by the environment.
    url = tls.url(f"ssl_ca_certs={stranger.certificate}")
    tls.assert_refused(url, SSL_CERT_FILE=tls.authority.certificate)


def test_a_file_of_authorities_that_cannot_be_read_is_tls_by_its_name(tls, tmp_path):
    tls.start()
    (tmp_path / "empty.pem").touch()
    for name in ("nowhere.pem", "empty.pem"):
        tls.assert_refused(tls.url(f"ssl_ca_certs={tmp_path / name}"), name)


def test_an_expired_certificate_is_tls_whatever_is_said_about_names(tls):
    expired = tls.authority.issue("expired", days=0)
    ended = time.time() + 1
    tls.start(expired)
    wait_until(lambda: time.time() > ended, 60, "the second is over")
    tls.assert_refused(tls.url(tls.trusting), "expired")
    tls.assert_refused(tls.url(f"{tls.trusting}&ssl_check_hostname=false"), "expired")


@HOSTS
def test_the_certificate_of_another_host_is_tls_unless_names_are_not_to_be_compared(tls, host):
    tls.start(tls.authority.issue("elsewhere", "DNS:elsewhere.test,IP:127.0.0.9"))
    tls.assert_refused(tls.url(tls.trusting, host), f"not for '{host}'")
    for no in ("false", "False", "0", "no"):
        tls.assert_passes(tls.url(f"{tls.trusting}&ssl_check_hostname={no}", host))
    tls.assert_refused(tls.url(f"{tls.trusting}&ssl_check_hostname=true", host))
    # Who the other is still counts.
    tls.assert_refused(tls.url("ssl_check_hostname=false", host), "certificate")


@pytest.mark.parametrize(
    "names, passes, fails",
    [("DNS:localhost", "localhost", "127.0.0.1"), ("IP:127.0.0.1", "127.0.0.1", "localhost")],
)
def test_names_in_certificates_a_host_by_its_name_an_address_by_its_address(
    tls, names, passes, fails
):
    tls.start(tls.authority.issue("named", names))
    tls.assert_passes(tls.url(tls.trusting, passes))
    tls.assert_refused(tls.url(tls.trusting, fails), f"not for '{fails}'")


def test_ssl_cert_reqs_in_all_its_spellings_none_passes_the_others_verify(tls):
    tls.start(tls.authority.issue("elsewhere", "DNS:elsewhere.test"))
    for none in ("none", "None", "NONE", "CERT_NONE"):
        tls.assert_passes(tls.url(f"ssl_cert_reqs={none}"))
    for verify in ("optional", "required", "CERT_OPTIONAL", "CERT_REQUIRED"):
        tls.assert_refused(tls.url(f"ssl_cert_reqs={verify}"), "certificate")

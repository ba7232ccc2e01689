"""Redis does not let the probe in, or not do what it asks."""

import subprocess

import pytest

from harness.fake_redis import close
from harness.fault import SECRET, Fault, Scene, parameters, scripted
from harness.network import Network


def without_password(stage):
    server, _ = stage.redis()
    return Scene(server.url, knows_secret=False)


def other_password(stage):
    server, _ = stage.redis(password="another")
    return server.url


def nobody(stage):
    server, _ = stage.redis()
    return Scene(server.url, user="nobody")


def open_to_all(stage):
    server, _ = stage.redis(password=None)
    return server.url


def without_auth(stage):
    """It does not know the command, and shows what came with it."""
    server, _ = stage.redis(password=None, options=["--rename-command", "AUTH", ""])
    return server.url


def echo_cut_short(peer):
    """So does Redis with more than 128 bytes: the secret is there, but not as a whole."""
    part = peer.words[-1][:9].decode()
    peer.send(f"-ERR unknown command 'AUTH', with args beginning with: '{part}")


def user_with(rules, query=""):
    """A user who may read documents, but for these rules."""

    def scene(stage):
        server, client = stage.redis()
        words = ["on", f">{SECRET}", "resetkeys", "%R~health:*", *rules.split()]
        client.execute_command("ACL", "SETUSER", "limited", *words)
        return Scene(server.url + query, user="limited")

    return scene


def protected(stage):
    """It talks to this host alone, and an address of it that is not loopback's is not this host."""
    network = Network.made(stage.cleanup)
    address = ("ip", "address", "add", "192.0.2.1/32", "dev", "lo")
    subprocess.run([*network.inside, *address], check=True)
    options = {"tcp": True, "wrapper": network.inside, "options": ["--bind", "*"]}
    server, _ = stage.redis(password=None, **options)
    return Scene(f"redis://192.0.2.1:{server.port}", command=tuple(network.inside))


DENIED = "-DENIED Redis is running in protected mode because protected mode is enabled"

SECRETS = [
    Fault("NOAUTH, real", without_password, "auth", "NOAUTH|password"),
    Fault("WRONGPASS, real", other_password, "auth"),
    Fault("WRONGPASS for a user, real", nobody, "auth"),
    Fault("AUTH where no password is configured, real", open_to_all, "auth"),
    Fault("a wrong password, before Redis 6", scripted(AUTH="-ERR invalid password"), "auth"),
    Fault("AUTH is unknown, and echoed, real", without_auth, "redis-error", "AUTH"),
    Fault("AUTH is unknown, and half echoed", scripted(AUTH=echo_cut_short), "redis-error"),
]

PERMISSIONS = [
    Fault("NOPERM for GETRANGE, real", user_with("+@all -getrange"), "denied", "(?i)getrange"),
    Fault("NOPERM for PTTL, real", user_with("+@all -pttl"), "denied", "(?i)pttl"),
    Fault("NOPERM for SELECT, real", user_with("+@all -select", "?db=1"), "denied", "(?i)select"),
    Fault("NOPERM for the key, real", user_with("resetkeys ~other:* +@all"), "denied"),
    Fault("protected mode", scripted(accept=[DENIED, close]), "denied"),
    Fault("protected mode, real", protected, "denied"),
]

FAULTS = [*SECRETS, *PERMISSIONS]


@pytest.mark.parametrize("fault", parameters(SECRETS))
def test_a_secret_that_redis_does_not_take_has_its_reason(fault_check, fault):
    fault_check.assert_found(fault)


@pytest.mark.parametrize("fault", parameters(PERMISSIONS))
def test_what_redis_does_not_permit_is_denied_and_named(fault_check, fault):
    fault_check.assert_found(fault)

"""The Docker Engine of the tests: the machine's where one answers, else one of our own."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time

START_LIMIT = 120.0
STOP_LIMIT = 30.0
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """Why this machine cannot have an engine."""


class Engine:
    """Runs docker(1) and docker-compose(1); `proc` is where it sees the processes."""

    proc = "/proc"
    private = False

    def __init__(self, host=None):
        self.environment = dict(os.environ)
        if host:
            self.environment.pop("DOCKER_CONTEXT", None)
            self.environment["DOCKER_HOST"] = host
        if self.docker("buildx", "version", check=False).returncode != 0:
            self.environment["DOCKER_BUILDKIT"] = "0"

    def docker(self, *arguments, check=True, timeout=300, **options):
        return self.run("docker", *arguments, check=check, timeout=timeout, **options)

    def run(self, *command, check=True, timeout=300, variables=None, text=None, folder=None):
        """What became of the command; `text` is its input."""
        done = subprocess.run(
            command,
            input=text or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            cwd=folder,
            env={**self.environment, **(variables or {})},
        )
        if check and done.returncode != 0:
            raise RuntimeError(
                f"{' '.join(command)}: exit status {done.returncode}\n"
                f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
        return done

    def stop(self):
        pass


class PrivateEngine(Engine):
    """A dockerd of our own, in namespaces that end with it and with us.

    It touches no packet filter and makes no bridge of its own: the networks of a
    stack lead to nowhere else, and a build uses the network of this machine. What it
    has built stays in `data_root`, for the next run to be quick. Only one dockerd
    can use that folder: until this one ends, it keeps the file `lock` locked.
    """

    private = True

    def __init__(self, data_root, lock):
        self.lock = lock
        self.folder = tempfile.mkdtemp(prefix="engine-")
        socket = os.path.join(self.folder, "docker.sock")
        self.log = os.path.join(self.folder, "log")
        self.cgroup = os.path.basename(self.folder)
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        command += ["dockerd", "--data-root", data_root, "-H", f"unix://{socket}"]
        command += ["--exec-root", os.path.join(self.folder, "run")]
        command += ["--pidfile", os.path.join(self.folder, "docker.pid")]
        command += ["--cgroup-parent", self.cgroup, "--bridge=none"]
        command += ["--iptables=false", "--ip-forward=false", "--ip-masq=false"]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
            )
        super().__init__(f"unix://{socket}")
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        self.proc = f"/proc/{self._daemon()}/root/proc"
        self._clear()

    def _clear(self):
        """What a run that was killed has left."""
        for container in self.docker("ps", "-aq").stdout.split():
            self.docker("rm", "-f", "-v", container)
        self.docker("network", "prune", "-f")

    def _wait_until_it_answers(self):
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            if answers(self):
                return
            time.sleep(0.2)
        with open(self.log) as log:
            reasons = [line for line in log.read().splitlines() if "failed" in line or "rror" in line]
        raise Unavailable(f"dockerd does not start: {' '.join(reasons[-1:])[-300:]}")

    def _daemon(self):
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            return int(children.read().split()[0])

    def stop(self):
        if self.process.poll() is None:
            try:
                os.kill(self._daemon(), signal.SIGTERM)
                self.process.wait(STOP_LIMIT)
            except (OSError, IndexError, subprocess.TimeoutExpired):
                self.process.kill()  # and with it all that runs in its namespaces
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        remove_cgroups(self.cgroup)
        self.lock.close()


def remove_cgroups(name):
    """The kernel keeps empty ones until they are removed, the inner ones first."""
    for top, folders, _ in os.walk("/sys/fs/cgroup", topdown=False):
        for folder in folders:
            path = os.path.join(top, folder)
            if f"/{name}" in path and not os.path.islink(path):
                try:
                    os.rmdir(path)
                except OSError:
                    pass


def answers(engine):
    try:
        return engine.docker("version", check=False, timeout=60).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def find_engine(data_root):
    if not shutil.which("docker"):
        raise Unavailable("there is no docker (scripts/packages engine)")
    engine = Engine()
    if answers(engine):
        return engine
    if os.geteuid() != 0:
        raise Unavailable("no Docker Engine answers, and only root can start one")
    if not shutil.which("dockerd"):
        raise Unavailable("no Docker Engine answers, and there is no dockerd (scripts/packages engine)")
    os.makedirs(data_root, exist_ok=True)
    lock = open(f"{data_root}.lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)  # another run may still be building
    return PrivateEngine(data_root, lock)

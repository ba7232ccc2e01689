"""How the package finds libheartbeat.so, and what it says when it does not."""

import os
import shutil
import subprocess
import sys

import pytest

import heartbeat
from heartbeat import _find_library

LIBRARY = os.environ["HEARTBEAT_LIBRARY"]


@pytest.fixture
def run_import(tmp_path):
    """Imports a copy of the package that lies in the test's folder."""
    package = tmp_path / "heartbeat"
    shutil.copytree(os.path.dirname(heartbeat.__file__), package)

    def run(code="import heartbeat; print(heartbeat._backend.backend.PATH)", **variables):
        kept = {name: os.environ[name] for name in ("LD_PRELOAD", "ASAN_OPTIONS")
                if name in os.environ}  # fmt: skip
        return subprocess.run(
            [sys.executable, "-B", "-c", code],
            env={**kept, **variables}, cwd=tmp_path, capture_output=True, text=True, timeout=180,
        )  # fmt: skip

    return run


def test_the_variable_decides(tmp_path, run_import):
    shutil.copy(LIBRARY, tmp_path / "libheartbeat.so.0")
    assert run_import(HEARTBEAT_LIBRARY=LIBRARY).stdout.strip() == LIBRARY


@pytest.mark.parametrize("folder", ["", "heartbeat"], ids=["beside the package", "in it"])
@pytest.mark.parametrize("name", ["libheartbeat.so", "libheartbeat.so.0"])
def test_the_library_is_found_with_the_package(tmp_path, run_import, name, folder):
    shutil.copy(LIBRARY, tmp_path / folder / name)
    assert run_import().stdout.strip() == str(tmp_path / folder / name)


def test_the_library_is_found_on_the_system(tmp_path, run_import):
    system = tmp_path / "system"
    system.mkdir()
    shutil.copy(LIBRARY, system / "libheartbeat.so.0")
    found = run_import(LD_LIBRARY_PATH=str(system))
    assert found.stdout.strip() == "libheartbeat.so.0", found.stderr


# --- What it says when it finds none, or none that it can load ---------------------


@pytest.fixture
def error_of_import(run_import):
    def error(**variables):
        done = run_import(HEARTBEAT_IMPLEMENTATION="library", **variables)
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("ImportError: heartbeat: ")
        return last[len("ImportError: heartbeat: ") :]

    return error


@pytest.fixture
def changed(tmp_path):
    """A copy of the library beside the module, with some bytes replaced."""

    def change(where, new):
        with open(LIBRARY, "rb") as file:
            content = bytearray(file.read())
        at = content.index(where) if isinstance(where, bytes) else where
        content[at : at + len(new)] = new
        path = tmp_path / "libheartbeat.so.0"
        path.write_bytes(content)
        return path

    return change


def test_where_it_looked_if_none_is_there(tmp_path, error_of_import):
    assert error_of_import() == (
        f"no libheartbeat.so.0: looked in {tmp_path}/heartbeat, in {tmp_path} "
        "and where the system keeps libraries"
    )


@pytest.mark.parametrize("named", ["/nowhere.so", "libnowhere.so"])
def test_the_variable_names_none(error_of_import, named):
    assert error_of_import(HEARTBEAT_LIBRARY=named) == (
        f"HEARTBEAT_LIBRARY={named}: there is no such library"
    )


@pytest.mark.parametrize("way", ["beside", "by the variable"])
def test_a_library_it_needs_is_missing(changed, error_of_import, way):
    path = changed(b"libm.so.6\0", b"libm.so.x\0")
    error = error_of_import(**({"HEARTBEAT_LIBRARY": str(path)} if way != "beside" else {}))
    assert error.startswith(f"cannot load {path}: libm.so.x: ")
    assert "No such file or directory" in error


def test_a_library_that_the_one_on_the_system_needs_is_missing(tmp_path, changed, error_of_import):
    path = changed(b"libm.so.6\0", b"libm.so.x\0")
    system = tmp_path / "system"
    system.mkdir()
    path.rename(system / path.name)
    error = error_of_import(LD_LIBRARY_PATH=str(system))
    assert error.startswith("cannot load libheartbeat.so.0: libm.so.x: ")


@pytest.mark.parametrize(
    "machine, name", [(183, "aarch64"), (3, "i386"), (9999, "processor 9999")]
)
def test_another_processor(changed, error_of_import, machine, name):
    path = changed(18, machine.to_bytes(2, sys.byteorder))
    own = _find_library.processor("/proc/self/exe")
    assert error_of_import() == f"cannot load {path}: it is for {name}, and this Python for {own}"


@pytest.mark.parametrize(
    "words",
    [
        "Error relocating /app/libheartbeat.so.0: __snprintf_chk: symbol not found",
        "Error loading shared library libm.so.6: No such file or directory",
    ],
)
def test_musl(words):
    why = _find_library.why_not(LIBRARY, OSError(words))
    assert why == f"{words} (this Python uses musl, as on Alpine: the library must too)"


def test_a_link_without_its_file(tmp_path, error_of_import):
    path = tmp_path / "libheartbeat.so.0"
    path.symlink_to("libheartbeat.so.0.9.9")
    assert error_of_import() == (
        f"cannot load {path}: it links to libheartbeat.so.0.9.9, which is not there"
    )


def test_a_file_that_is_no_library(tmp_path, error_of_import):
    path = tmp_path / "libheartbeat.so.0"
    path.write_text("version https://git-lfs.github.com/spec/v1\n" * 10)
    assert error_of_import().startswith(f"cannot load {path}: ")


def test_one_that_cannot_be_loaded_hides_no_good_one(tmp_path, changed, run_import):
    changed(18, b"\xff\xff")
    shutil.copy(LIBRARY, tmp_path / "libheartbeat.so")
    assert run_import().stdout.strip() == str(tmp_path / "libheartbeat.so")


def test_an_older_library(changed, error_of_import):
    path = changed(b"heartbeat_get_writer\0", b"heartbeat_got_writer\0")
    assert error_of_import() == (
        f"{path} is version {heartbeat.__version__}, older than this Python package: "
        "it has no heartbeat_get_writer"
    )


def test_another_library(error_of_import):
    assert error_of_import(HEARTBEAT_LIBRARY="libm.so.6") == (
        "libm.so.6 is not libheartbeat.so.0: it has no heartbeat_version"
    )


# --- Without its extension ---------------------------------------------------------


@pytest.mark.parametrize("extension", [None, b"", b"\x7fELF of another processor"])
def test_ctypes_makes_the_hot_calls_without_the_extension(tmp_path, run_import, extension):
    path = tmp_path / "heartbeat" / "_hot_calls.abi3.so"
    if path.exists():
        path.unlink()
    if extension is not None:
        path.write_bytes(extension)
    shutil.copy(LIBRARY, tmp_path / "libheartbeat.so.0")
    code = (
        "import heartbeat; beat = heartbeat.Heartbeat('s', redis_url='none'); ticks = beat.activity('t');"
        "ticks.mark(); ticks.mark(2); print(heartbeat._backend.backend.hot_calls, ticks.total)"
    )
    done = run_import(code)
    assert (done.stdout, done.stderr) == ("None 3\n", "")


# --- What replaces it --------------------------------------------------------------


def test_a_library_that_cannot_be_loaded_is_replaced_with_one_warning(tmp_path, run_import):
    (tmp_path / "libheartbeat.so.0").write_text("a pointer of git-lfs")
    done = run_import()
    assert done.stdout == "None\n"
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"heartbeat: cannot load {tmp_path}/libheartbeat.so.0: ")
    assert line.endswith(": the writer in Python replaces it")


def test_an_older_library_is_replaced_with_a_warning_too(changed, run_import):
    changed(b"heartbeat_get_writer\0", b"heartbeat_got_writer\0")
    done = run_import()
    assert done.stdout == "None\n"
    assert "older than this Python package" in done.stderr


def test_a_library_that_the_variable_names_is_missed(run_import):
    assert "/nowhere.so: there is no such library" in run_import(HEARTBEAT_LIBRARY="/nowhere.so").stderr


def test_without_a_library_there_is_no_warning(run_import):
    done = run_import()
    assert (done.stdout, done.stderr) == ("None\n", "")


def test_the_writer_in_python_can_be_demanded(run_import):
    done = run_import(HEARTBEAT_IMPLEMENTATION="python", HEARTBEAT_LIBRARY=LIBRARY)
    assert (done.stdout, done.stderr) == ("None\n", "")


def test_another_implementation_is_refused(run_import):
    done = run_import(HEARTBEAT_IMPLEMENTATION="rust")
    assert "HEARTBEAT_IMPLEMENTATION=rust is neither library nor python" in done.stderr
    assert done.returncode == 1

"""The bundled PostgreSQL starts, survives and stays apart."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from steward.kernel.database import binaries, bundled, place

FAST = {"fsync": "off", "shared_buffers": "16MB"}
ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def scalar(url: str, sql: str) -> object:
    """Ask a server one thing."""
    with psycopg.connect(url) as connection:
        row = connection.execute(sql).fetchone()
        assert row is not None
        return row[0]


def postmaster(home: Path) -> int:
    """Return the number of a home's server process."""
    pid = bundled.status(home).pid
    assert pid is not None
    return pid


def test_a_first_call_makes_a_server_that_listens_on_its_socket_alone(home: Path) -> None:
    url = bundled.ensure_running(home, FAST)

    assert scalar(url, "SHOW listen_addresses") == ""
    assert scalar(url, "SHOW unix_socket_permissions") == "0700"
    assert scalar(url, "SHOW server_encoding") == "UTF8"
    assert scalar(url, "SELECT lower('ÄÖ')") == "äö"
    assert (home / "pg").stat().st_mode & 0o077 == 0


def test_a_second_call_adopts_the_server_that_runs(home: Path) -> None:
    bundled.ensure_running(home, FAST)
    first = postmaster(home)

    bundled.ensure_running(home)

    assert postmaster(home) == first


def test_what_was_committed_outlives_a_kill_of_every_process(home: Path) -> None:
    url = bundled.ensure_running(home)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS it")
    server = psutil.Process(postmaster(home))
    for process in (server, *server.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()

    again = bundled.ensure_running(home)

    assert scalar(again, "SELECT it FROM kept") == 1


def test_a_killed_postmaster_is_replaced_though_its_children_linger(home: Path) -> None:
    url = bundled.ensure_running(home, FAST)
    killed = postmaster(home)
    busy = psycopg.connect(url, autocommit=True)
    # A backend that works does not notice for minutes that its postmaster has gone.
    busy.pgconn.send_query(b"DO $$ BEGIN FOR i IN 1..10000000000 LOOP END LOOP; END $$")
    busy.pgconn.flush()
    os.kill(killed, signal.SIGKILL)

    again = bundled.ensure_running(home, FAST)
    busy.close()

    assert scalar(again, "SELECT 1") == 1
    assert postmaster(home) != killed


def test_a_lock_file_that_names_a_strangers_process_does_not_keep_it_down(home: Path) -> None:
    bundled.ensure_running(home, FAST)
    os.kill(postmaster(home), signal.SIGKILL)
    time.sleep(0.5)
    lock = home / "pg" / "data" / "postmaster.pid"
    _, _, rest = lock.read_text().partition("\n")
    lock.write_text(f"{os.getpid()}\n{rest}")

    url = bundled.ensure_running(home, FAST)

    assert scalar(url, "SELECT 1") == 1


def test_two_homes_do_not_disturb_each_other(home: Path) -> None:
    one, two = home / "one", home / "two"
    url_one, url_two = bundled.ensure_running(one, FAST), bundled.ensure_running(two, FAST)
    with psycopg.connect(url_one) as connection:
        connection.execute("CREATE TABLE only_here ()")

    bundled.stop(one)

    assert scalar(url_two, "SELECT to_regclass('only_here')") is None
    assert not bundled.status(one).running
    bundled.remove(two)
    bundled.remove(one)


def test_processes_that_race_share_one_server(home: Path) -> None:
    program = (
        "from pathlib import Path; from steward.kernel.database import bundled;"
        f"bundled.ensure_running(Path({str(home)!r}))"
    )

    def start(_: int) -> int:
        return subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60).returncode

    with ThreadPoolExecutor(3) as threads:
        codes = list(threads.map(start, range(3)))

    data = bundled.status(home).data
    assert codes == [0, 0, 0]
    servers = [p for p in psutil.process_iter(["cmdline"]) if str(data) in (p.info["cmdline"] or [])]
    assert len(servers) == 1


def test_a_path_too_long_for_a_socket_puts_the_socket_elsewhere(home: Path) -> None:
    deep = home / ("a" * 60) / ("b" * 60)

    url = bundled.ensure_running(deep, FAST)

    assert scalar(url, "SELECT 1") == 1
    socket_folder = place.prepare_place(deep).socket_folder
    assert socket_folder.stat().st_mode & 0o077 == 0
    bundled.remove(deep)
    assert not socket_folder.exists()


def test_a_creation_that_was_broken_off_is_begun_anew(home: Path) -> None:
    (home / "pg" / "pg.init" / "base").mkdir(parents=True)

    url = bundled.ensure_running(home, FAST)

    assert scalar(url, "SELECT 1") == 1


def test_a_wrong_server_setting_is_reported_in_postgres_own_words(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "REFUSAL_LIMIT_S", 0.0)

    with pytest.raises(binaries.BundledDatabaseError, match="shared_buffers"):
        bundled.ensure_running(home, {"shared_buffers": "plenty"})


def test_a_temporary_server_leaves_nothing_behind(home: Path) -> None:
    folder = home / "bench"
    with bundled.temporary_server(folder, {**FAST, "work_mem": "9MB"}) as url:
        assert scalar(url, "SHOW work_mem") == "9MB"
        pid = postmaster(folder)

    assert not folder.exists()
    # Where nobody reaps, a process that has ended stays as a zombie.
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_stop_says_whether_there_was_anything_to_stop(home: Path) -> None:
    bundled.ensure_running(home, FAST)

    assert bundled.stop(home)
    assert not bundled.stop(home)


@as_root
def test_root_keeps_the_data_elsewhere_when_the_servers_user_cannot_enter(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)

    url = bundled.ensure_running(closed / "home", FAST)

    data = bundled.status(closed / "home").data
    assert data is not None
    assert data.is_relative_to("/var/lib")
    assert str(data.parent) in capsys.readouterr().err
    assert closed.stat().st_mode & 0o777 == 0o700
    assert scalar(url, "SELECT 1") == 1
    bundled.remove(closed / "home")
    assert not data.parent.exists()


@as_root
def test_root_lets_the_servers_user_run_a_copy_of_binaries_it_cannot_reach(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    original = binaries.wheel_install()
    shutil.copytree(original.parent, closed / original.parent.name, ignore=shutil.ignore_patterns("pginstall"))
    libraries = original.parent.with_name(original.parent.name + ".libs")
    shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.setattr(binaries, "wheel_install", lambda: closed / original.parent.name / original.name)

    url = bundled.ensure_running(home / "home", FAST)

    assert scalar(url, "SELECT 1") == 1
    assert str(closed) not in psutil.Process(postmaster(home / "home")).exe()
    bundled.remove(home / "home")


@as_root
def test_an_ordinary_user_runs_it_as_himself() -> None:
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="steward-test-") as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        program = (
            "from pathlib import Path; from steward.kernel.database import bundled;"
            f"home = Path({folder!r}); bundled.ensure_running(home);"
            "print(bundled.status(home).pid); bundled.stop(home)"
        )
        # This interpreter may lie where others cannot go; the system's own can borrow its packages.
        python = sys.executable if _may_run(sys.executable) else None
        if python is None:
            python, path = "/usr/bin/python3", [str(ROOT), *(p for p in sys.path if "site-packages" in p)]
        else:
            path = [str(ROOT)]
        result = subprocess.run(
            [python, "-c", program],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            env={"PYTHONPATH": ":".join(path), "PATH": os.defpath, "HOME": folder},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().isdigit()


def _may_run(program: str) -> bool:
    runner = binaries.Runner(uid=65534, gid=65534, name="nobody")
    return runner.can_execute(Path(program))

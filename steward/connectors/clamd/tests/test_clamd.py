"""Ask a daemon on the loopback that speaks ClamAV's protocol."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from steward.connectors import clamd, development
from steward.connectors.clamd.daemon import ClamdScanner, read_answer
from steward.modules.messaging.ports import Verdict


class Daemon:
    """Reads one file per connection and finds the test virus in it, as clamd does."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.heard: list[bytes] = []
        self.answer: bytes | None = None

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!L", stream.read(4))[0]:
                    content += stream.read(size)
                self.heard.append(content)
                virus = b"Win.Test.EICAR_HDB-1 FOUND" if development.EICAR in content else b"OK"
                connection.sendall(self.answer if self.answer is not None else b"stream: " + virus + b"\0")


@contextmanager
def running(family: int, address: object) -> Iterator[Daemon]:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.bind(address)  # type: ignore[arg-type]
    listener.listen()
    daemon = Daemon(listener)
    thread = threading.Thread(target=daemon.serve)
    thread.start()
    try:
        yield daemon
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_a_file_is_sent_in_pieces_and_the_verdict_read(tmp_path: Path) -> None:
    path = str(tmp_path / "clamd.ctl")
    large = b"x" * 200_000 + development.EICAR
    with running(socket.AF_UNIX, path) as daemon:
        scanner = ClamdScanner(f"unix:{path}")
        verdicts = [scanner.scan(b"a letter"), scanner.scan(large), scanner.scan(b"")]

    assert verdicts == [Verdict("clean"), Verdict("infected", "Win.Test.EICAR_HDB-1"), Verdict("clean")]
    assert daemon.heard == [b"a letter", large, b""]


def test_it_is_asked_over_tcp_too_and_an_error_leaves_the_file_unscanned() -> None:
    with running(socket.AF_INET, ("127.0.0.1", 0)) as daemon:
        daemon.answer = b"INSTREAM size limit exceeded. ERROR\0"
        port = daemon.listener.getsockname()[1]
        verdict = ClamdScanner(f"127.0.0.1:{port}").scan(b"x")

    assert verdict == Verdict("unscanned", "INSTREAM size limit exceeded. ERROR")


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "127.0.0.1:1", "no address"])
def test_a_daemon_that_cannot_be_asked_leaves_the_file_unscanned(address: str) -> None:
    verdict = ClamdScanner(address, timeout_s=1).scan(b"x")

    assert verdict.state == "unscanned"
    assert verdict.detail


def test_an_empty_answer_is_no_verdict() -> None:
    assert read_answer("").state == "unscanned"


def test_the_setting_chooses_who_looks(settings: Settings) -> None:
    settings.CLAMD = ""
    assert clamd.scanner().name == "development"
    settings.CLAMD = "unix:/run/clamav/clamd.ctl"
    assert clamd.scanner().name == "clamd"

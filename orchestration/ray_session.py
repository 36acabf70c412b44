"""Ray, started or joined: always on this machine alone unless the user names an address, never with telemetry."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from orchestration.errors import RayUnavailableError

_OBJECT_STORE_BYTES: Final = 512 * 1024**2
_PROBE_SECONDS: Final = 3.0
_SETTINGS: Final = 4
_NOWHERE: Final = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class RaySession:
    """A connection to Ray.

    Parameters
    ----------
    joined : str
        What was joined: an address, ``this process's`` when Ray ran here already, '' when started by us.
    """

    joined: str

    def close(self) -> None:
        """Stop what was started; leave what was joined by others in this process alone."""
        import ray

        if self.joined != _THIS_PROCESS and ray.is_initialized():
            ray.shutdown()


_THIS_PROCESS: Final = "this process"


def open_ray(address: str | None = None, *, cpus: int | None = None) -> RaySession:
    """Start a local Ray, or join the one at `address` (or in ``RAY_ADDRESS``), or use this process's own.

    A Ray that others run on this machine is left alone: ours is started beside it, on free ports.

    Raises
    ------
    RayUnavailableError
        When Ray cannot be started, or nothing that is Ray answers at the address.
    """
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    _set_environment(address)
    import ray

    if ray.is_initialized():
        return RaySession(_THIS_PROCESS)
    if address != "local":
        return _join(address)
    try:
        with _dashboard_kept_at_home(), _signals_kept():
            ray.init(
                address="local",
                num_cpus=cpus,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
                object_store_memory=_OBJECT_STORE_BYTES,
                _node_ip_address="127.0.0.1",
            )
    except Exception as error:
        raise RayUnavailableError(
            f"a local Ray could not be started ({type(error).__name__}: {_first_line(error)})",
            hint="Run `qam doctor`: it checks memory, disk and ports.",
        ) from error
    return RaySession("")


@contextmanager
def _dashboard_kept_at_home() -> Iterator[None]:
    """Keep Ray's dashboard process from asking the metadata services of three clouds where it runs.

    It does so at each start, before it looks whether usage statistics are off (Ray 2.60,
    `usage_lib.get_cloud_from_metadata_requests`), and has no switch for it. Its HTTP goes to a proxy on this machine
    where nobody listens; no other process is given that setting.
    """
    from ray._private import services

    start = services.start_ray_process

    def start_at_home(command: list[str], process_type: str, *args: Any, **more: Any) -> Any:
        if process_type == "dashboard":
            names = [name for name in ("http_proxy", "HTTP_PROXY") if name == "HTTP_PROXY" or name in os.environ]
            more["env_updates"] = {**(more.get("env_updates") or {}), **dict.fromkeys(names, _NOWHERE)}
        return start(command, process_type, *args, **more)

    services.start_ray_process = start_at_home
    try:
        yield
    finally:
        services.start_ray_process = start


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Leave SIGTERM to a program that has a handler of its own: Ray would end the process with exit code 15.

    Where there is none, Ray's stands: it stops what was started.
    """
    from ray._private import utils

    own = signal.getsignal(signal.SIGTERM)
    if not callable(own):
        yield
        return
    ours = utils.set_sigterm_handler
    utils.set_sigterm_handler = lambda _: None
    try:
        yield
    finally:
        utils.set_sigterm_handler = ours


def _set_environment(address: str) -> None:
    """Set what Ray reads when it is imported: no usage statistics, and its token authentication."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address == "local" or _token_file().exists():
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def _join(address: str) -> RaySession:
    import ray

    _probe(address)
    try:
        with _signals_kept():
            ray.init(address=address, log_to_driver=False, configure_logging=False)
    except Exception as error:
        raise RayUnavailableError(
            f"no Ray of this version could be joined at {address!r} ({type(error).__name__}: {_first_line(error)})",
            hint="Check that `ray status` works there, that both sides run the same Ray and Python, and that "
            f"{_token_file()} holds the token of that cluster.",
            address=address,
        ) from error
    return RaySession(address)


def _token_file() -> Path:
    """Where Ray keeps the token that lets a client in."""
    return Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")


def _probe(address: str) -> None:
    """Fail fast where Ray itself would try for a minute: nobody listens, or what listens is not Ray."""
    if address == "auto" or "://" in address:
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise RayUnavailableError(
            f"{address!r} is no address of Ray", hint="Write HOST:PORT, or auto.", address=address
        )
    try:
        with socket.create_connection((host, int(port)), timeout=_PROBE_SECONDS) as probe:
            speaks = _speaks_grpc(probe)
    except OSError as error:
        raise RayUnavailableError(
            f"nothing answers at {address!r} ({error.strerror or type(error).__name__})",
            hint="Start Ray there (`ray start --head`), or leave the address out to start a local one.",
            address=address,
        ) from None
    if not speaks:
        raise RayUnavailableError(
            f"port {port} of {host} is taken by something that is not Ray",
            hint="Give the address of Ray's head, or leave it out to start a local one.",
            address=address,
        )


def _speaks_grpc(probe: socket.socket) -> bool:
    """Whether HTTP/2 is spoken: its first frame from a server is SETTINGS (RFC 9113, section 3.4)."""
    probe.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, _SETTINGS, 0, 0, 0, 0, 0]))
    try:
        head = probe.recv(9)
    except OSError:
        return False
    return len(head) > 3 and head[3] == _SETTINGS


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else "no message"

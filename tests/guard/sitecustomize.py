"""Loaded by every Python process that a test starts: it ends a process that reaches for another machine.

What it saw goes into the file that QAM_GUARD_LOG names, so that a test can read it.
"""

import ipaddress
import os
import socket
import sys

_OWN = {"0.0.0.0", "::"}


def _elsewhere(address):
    if not isinstance(address, tuple) or not address or not isinstance(address[0], str):
        return False
    try:
        found = ipaddress.ip_address(address[0])
    except ValueError:
        return address[0] != "localhost"
    if not _OWN - {"0.0.0.0", "::"}:
        _OWN.update(info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None))
    return not (found.is_loopback or address[0] in _OWN)


def _watch(event, args):
    if event == "socket.connect" and _elsewhere(args[1]):
        log = os.environ.get("QAM_GUARD_LOG")
        if log:
            with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123
                file.write(f"{args[1][0]} {sys.argv[:1]}\n")
        raise RuntimeError(f"this process tried to reach another machine ({args[1][0]})")


sys.addaudithook(_watch)

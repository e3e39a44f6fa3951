"""Whose process is at the other end of a connection within this machine.

Linux tells it of any connection (sock_diag(7)). Its list of all of them, ``/proc/net/tcp``, is no way: reading it takes
10 ms, and anyone may connect.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys

Address = tuple[str, int]

_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST = 4, 20, 1
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, process
_QUESTION = struct.Struct("=BBBxI")  # family, protocol, extensions, states
_ID = struct.Struct("!HH4s12x4s12x4x8s")  # ports, addresses, interface, cookie
_FIRST = struct.Struct("=BBBB")  # family, state, timer, retransmissions
_REST = struct.Struct("=IIIII")  # expires, queues, user, inode
_ANY = b"\xff" * 8


def user_of(near: Address, far: Address) -> int | None:
    """The number of the user whose process holds the end ``far`` of a connection; None where it cannot be told."""
    if sys.platform != "linux":
        return None
    asked = _QUESTION.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0xFFFFFFFF) + _ID.pack(
        far[1], near[1], socket.inet_aton(far[0]), socket.inet_aton(near[0]), _ANY
    )
    head = _HEADER.pack(_HEADER.size + len(asked), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 0, 0)
    answer = b""
    with contextlib.suppress(OSError), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(1)
        kernel.send(head + asked)
        answer = kernel.recv(4096)
    rest = _HEADER.size + _FIRST.size + _ID.size
    if len(answer) < rest + _REST.size or _HEADER.unpack_from(answer)[1] != _SOCK_DIAG_BY_FAMILY:
        return None
    return int(_REST.unpack_from(answer, rest)[3])

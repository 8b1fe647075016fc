# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire between two programs that can be told to misbehave: it hands TCP on, byte by byte, and knows where a TLS record
begins and ends."""

import asyncio
import contextlib
import socket
import struct

from .process import free_port

APPLICATION_DATA = 23


def _reset(writer):
    """Ends the connection with a RST, the way a crashed machine or an angry firewall does."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Relay:
    """From `address`:port to (`host`, `to`). `connections` counts what was taken. `tls`: nothing but TLS passes."""

    def __init__(self, host, to, address="127.0.0.1", tls=True):
        self.address, self.port = address, free_port(address)
        self.connections = 0
        self.broken = 0      # records cut or falsified so far
        self._target = (host, to)
        self._tls = tls
        self._server = None
        self._pairs = set()
        self._open = asyncio.Event()
        self._next = None    # what happens to the next record of application data: "cut" or "falsify"

    async def start(self):
        self._open.set()
        self._server = await asyncio.start_server(self._take, self.address, self.port)
        return self

    async def _take(self, reader, writer):
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _reset(writer)
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._pairs.discard(pair)
            for one in pair:
                _reset(one)

    async def _pass(self, reader, writer):
        """One way, a TLS record at a time."""
        while not self._tls:
            data = await reader.read(1 << 16)
            if not data:
                raise ConnectionResetError("ended")
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        while True:
            head = await reader.readexactly(5)
            kind, length = head[0], int.from_bytes(head[3:5], "big")
            body = await reader.readexactly(length)
            await self._open.wait()
            if kind == APPLICATION_DATA and self._next is not None and length > 64:
                what, self._next = self._next, None
                self.broken += 1
                if what == "cut":
                    writer.write(head + body[:length // 2])
                    await writer.drain()
                    raise ConnectionResetError("cut")
                body = body[:-1] + bytes([body[-1] ^ 1])
            writer.write(head + body)
            await writer.drain()

    def reset(self):
        """Every connection is reset; new ones are taken."""
        for pair in list(self._pairs):
            for one in pair:
                _reset(one)

    def freeze(self):
        """Nothing passes, and nobody is told."""
        self._open.clear()

    def thaw(self):
        self._open.set()

    def cut_next_record(self):
        """The next record of some size ends in its middle, and so does its connection."""
        self._next = "cut"

    def falsify_next_record(self):
        self._next = "falsify"

    async def stop(self):
        self.thaw()
        if self._server is not None:
            self._server.close()
        self.reset()

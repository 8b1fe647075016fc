# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed-in connection to the embedded front end, for a program that knows neither TLS nor digest (SIPp): its bytes go through
as they are, both ways."""

import asyncio
import re
import ssl

from sip_peer import SipUser, parse


class Door(SipUser):
    """A program connects to `port`, or is called at `program` (address, port) with the first request that comes."""

    def __init__(self, uri, password, host, port, ca, program=None):
        super().__init__(uri, password, host, port, ca)
        self._program = program
        self._inside = None  # the writer to the program
        self._copying = []
        self._server = None
        self.port = None

    async def open(self):
        await self.start()
        if self._program is None:
            self._server = await asyncio.start_server(self._enter, self._endpoint[0], 0)
            self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _enter(self, reader, writer):
        self._inside = writer
        await self._out(reader)

    async def _out(self, reader):
        while data := await reader.read(65536):
            self.write(data)

    async def _in(self, data):
        if self._inside is None:
            reader, self._inside = await asyncio.open_connection(*self._program)
            self._copying.append(asyncio.ensure_future(self._out(reader)))
        self._inside.write(data)

    async def _read(self, reader):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n"))[:-4].lstrip(b"\r\n")
                if not head:
                    continue
                length = re.search(rb"^(?:content-length|l)\s*:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
                body = await reader.readexactly(int(length.group(1))) if length else b""
                packet = parse(head, body)
                if packet.status is not None and packet.method == "REGISTER":
                    self._on_packet(packet)
                else:
                    await self._in(head + b"\r\n\r\n" + body)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass

    async def close(self):
        if self._server is not None:
            self._server.close()
        if self._inside is not None:
            self._inside.close()
        for task in self._copying:
            task.cancel()
        await self.stop()

# SPDX-License-Identifier: GPL-3.0-or-later
"""A SIP partner's server by script: connections it opens to us with a certificate of its own, over which anything may be
written, and a server (TLS or TCP) that answers as it is told. Real partners are Kamailio's; this one does what no server
does on purpose."""

import asyncio
import contextlib
import re
import ssl

from lab.journal import Journal
from sip_peer import SipUser, parse, tag, token


def context(server, certificate=None, key=None):
    """Whom it talks to is not its affair; what it shows is."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        made.load_cert_chain(certificate, key)
    return made


class PartnerLink(SipUser):
    """A connection of a partner's server to us. `uri` is who its requests are from, unless they say otherwise."""

    def __init__(self, uri, host, port, shown, source=None):
        super().__init__(uri, "", host, port, None)
        self._shown = shown
        self._source = (source, 0) if source else None
        self.packets = Journal(f"{uri} packets")
        self.ended = asyncio.Event()

    async def connect(self):
        reader, self._writer = await asyncio.open_connection(*self._endpoint, ssl=self._shown,
                                                             local_addr=self._source)
        self._local = "%s:%d" % self._writer.get_extra_info("sockname")[:2]
        self._reading = asyncio.ensure_future(self._read(reader))
        self._reading.add_done_callback(lambda _: self.ended.set())
        return self

    def _on_packet(self, packet):
        self.packets.add(packet)
        super()._on_packet(packet)

    def _take_challenge(self, response, algorithm=None):
        return False

    async def status(self, method, to, deadline=20.0, **options):
        """The status a request for `to` ends with; None when the connection went first."""
        response = await asyncio.wait_for(self.send(method, to, f"<{to}>", **options), deadline)
        return response.status if response is not None else None

    async def stop(self):
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading


class SipServer:
    """`answer (packet)` gives a status, a (status, header lines) pair, or None for silence."""

    def __init__(self, address, port, shown=None, answer=lambda packet: 200):
        self.address, self.port = address, port
        self._shown = shown
        self.answer = answer
        self.requests = Journal(f"requests at {address}:{port}")
        self.accepted = 0
        self.pings = 0
        self.pongs = True  # a ping is answered (RFC 5626 4.4.1)
        self._server = None
        self._writers = set()
        self._held = []  # (writer, packet) without an answer yet

    async def start(self):
        self._server = await asyncio.start_server(self._serve, self.address, self.port, ssl=self._shown)
        return self

    async def _serve(self, reader, writer):
        self.accepted += 1
        self._writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n"))[:-4].lstrip(b"\r\n")
                if not head:
                    self.pings += 1
                    if self.pongs:
                        writer.write(b"\r\n")
                    continue
                length = re.search(rb"^(?:content-length|l)\s*:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
                packet = parse(head, await reader.readexactly(int(length.group(1))) if length else b"")
                if packet.status is None:
                    self.requests.add(packet)
                    self._respond(writer, packet)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _respond(self, writer, packet):
        given = self.answer(packet)
        if given is None and packet.method != "ACK":
            self._held.append((writer, packet))
        if given is None or packet.method == "ACK":
            return
        self._write(writer, packet, given)

    def release(self, given=200):
        """Answers all that got none."""
        held, self._held = self._held, []
        for writer, packet in held:
            self._write(writer, packet, given)

    @property
    def held(self):
        return len(self._held)

    @staticmethod
    def _write(writer, packet, given):
        status, extra = given if isinstance(given, tuple) else (given, [])
        lines = [f"SIP/2.0 {status} Scripted"]
        for name in ("via", "record-route", "from", "to", "call-id", "cseq"):
            for value in packet.all(name):
                if name == "to" and tag(value) is None:
                    value += f";tag={token()}"
                lines.append(f"{name.title()}: {value}")
        lines += [*extra, "Content-Length: 0"]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape"))

    def drop_all(self):
        for writer in list(self._writers):
            writer.transport.abort()

    async def stop(self):
        if self._server is not None:
            self._server.close()
            self.drop_all()

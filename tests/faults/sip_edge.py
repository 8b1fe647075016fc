# SPDX-License-Identifier: GPL-3.0-or-later
"""A partner's Access Edge by script, over mutual TLS: for what no packaged server does on request. It listens, answers every
request with `status` (None: silence), keeps what came, and asks."""

import asyncio
import ssl

from lab.journal import Journal
from lab.process import free_port
from sip_peer import parse, token


class SipPartner:
    """`address` is a literal of either family; `port` 0: a free one; `name` is what it calls itself in Via."""

    def __init__(self, domain, certificate, key, ca, address, port=0, name=None):
        self.domain, self.address = domain, address
        self.name = name or f"sip.{domain}"
        self.port = port or free_port(address)
        self.status = 200
        self.requests = Journal(f"{self.name} requests")
        self.connections = 0
        self._writers = set()
        self._pending = {}  # branch → future
        self._contexts = []
        for purpose in (ssl.Purpose.CLIENT_AUTH, ssl.Purpose.SERVER_AUTH):
            context = ssl.create_default_context(purpose, cafile=str(ca))
            context.check_hostname = False
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_cert_chain(certificate, key)
            self._contexts.append(context)
        self._server = None
        self._edge = None  # our own connection to the edge

    async def start(self):
        self._server = await asyncio.start_server(self._serve, self.address, self.port, ssl=self._contexts[0])
        return self

    async def stop(self):
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()
        if self._edge is not None:
            self._edge.close()
            self._edge = None

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        self.connections += 1
        try:
            await self._read(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _read(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n"))[:-4].lstrip(b"\r\n")
                if not head:
                    continue
                packet = parse(head, b"")
                packet.body = await reader.readexactly(int(packet.get("content-length", "0")))
                if packet.status is not None:
                    self._on_response(packet)
                    continue
                self.requests.add(packet)
                if packet.method != "ACK" and self.status is not None:
                    writer.write(self.response(packet, self.status))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            for future in self._pending.values():
                if not future.done():
                    future.set_result(None)

    def _on_response(self, packet):
        future = self._pending.get(packet.get("via").partition("branch=")[2].partition(";")[0])
        if future is not None and packet.status >= 200 and not future.done():
            future.set_result(packet)

    def response(self, request, status):
        tag = "" if ";tag=" in request.get("to") else f";tag={token()}"
        lines = [f"SIP/2.0 {status} As told", *(f"Via: {via}" for via in request.all("via")),
                 *(f"Record-Route: {route}" for route in request.all("record-route")),
                 f"From: {request.get('from')}", f"To: {request.get('to')}{tag}", f"Call-ID: {request.get('call-id')}",
                 f"CSeq: {request.get('cseq')}", f"Contact: <sip:carol@{self.name}:{self.port};transport=tls>",
                 "Content-Length: 0", "", ""]
        return "\r\n".join(lines).encode()

    async def connect(self, address, port):
        """Our own connection to the edge, for what follows."""
        reader, self._edge = await asyncio.open_connection(address, port, ssl=self._contexts[1])
        self._reading = asyncio.ensure_future(self._read(reader, self._edge))
        return self

    def send(self, method, uri, sender, to=None, headers=(), body=b"", call_id=None, branch=None):
        """A request on our own connection; a future of its final response, None when the connection was lost."""
        branch = branch or f"z9hG4bK{token()}"
        lines = [f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/TLS {self.name}:{self.port};branch={branch}", "Max-Forwards: 70",
                 f"From: <{sender}>;tag={token()}", f"To: {to or f'<{uri}>'}", f"Call-ID: {call_id or token()}",
                 f"CSeq: 1 {method}", *headers, f"Content-Length: {len(body)}", "", ""]
        future = asyncio.get_running_loop().create_future()
        self._pending[branch] = future
        self._edge.write("\r\n".join(lines).encode() + body)
        return future

    async def ask(self, method, uri, sender, deadline=35.0, **options):
        return await asyncio.wait_for(self.send(method, uri, sender, **options), deadline)

    async def say(self, to, text, sender=None, **options):
        """The status of a MESSAGE; None when the connection was lost."""
        answer = await self.ask("MESSAGE", to, sender or f"sip:carol@{self.domain}",
                                headers=["Content-Type: text/plain"], body=text.encode(), **options)
        return answer.status if answer else None

    @property
    def is_connected(self):
        return self._edge is not None and not self._reading.done()

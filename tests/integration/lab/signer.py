# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs in for a SIP client that cannot: pidgin-sipe knows NTLM, Kerberos and TLS-DSK, our front end knows Digest. Every byte goes
on as it is but for requests that are challenged: these go once more, with the answer, and the challenge is not passed on."""

import asyncio
import re
import ssl

from sip_peer import SipUser, parse


class Signer:
    def __init__(self, user, password, edge, ca, host, certificate, key):
        self._digest = SipUser(user, password, *edge, ca)
        self._edge, self._ca, self._host = edge, ca, host
        self._files = certificate, key
        self._server = None
        self.port = None
        self.requests = []       # what the client sent, as packets

    async def start(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, self._files))
        self._server = await asyncio.start_server(self._serve, self._host, 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        self._server.close()

    async def _serve(self, reader, writer):
        context = ssl.create_default_context(cafile=str(self._ca))
        context.check_hostname = False
        far_reader, far_writer = await asyncio.open_connection(*self._edge, ssl=context)
        sent = {}  # branch → head and body

        async def outwards():
            while True:
                head, body = await self._read(reader)
                packet = parse(head, body)
                if packet.status is None:
                    self.requests.append(packet)
                    sent[self._branch(packet)] = head, body
                far_writer.write(head + b"\r\n\r\n" + body)

        async def inwards():
            while True:
                head, body = await self._read(far_reader)
                packet = parse(head, body)
                if packet.status in (401, 407) and self._branch(packet) in sent and self._digest._take_challenge(packet):
                    head, body = sent.pop(self._branch(packet))
                    request = parse(head, body)
                    line = self._digest._credentials(request.method, request.uri)
                    far_writer.write(head + b"\r\n" + line.encode() + b"\r\n\r\n" + body)
                    continue
                writer.write(head + b"\r\n\r\n" + body)

        try:
            await asyncio.gather(outwards(), inwards())
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()
            far_writer.close()

    @staticmethod
    async def _read(reader):
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4].lstrip(b"\r\n")
        length = re.search(rb"^(?:content-length|l)\s*:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
        return head, await reader.readexactly(int(length.group(1))) if length else b""

    @staticmethod
    def _branch(packet):
        found = re.search(r"branch=([^;\s,]+)", packet.get("via"))
        return found.group(1) if found else None

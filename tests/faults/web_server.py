# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server over TLS, by script: what it answers for a host and path is a function of the test's, and may be to say
nothing at all."""

import asyncio
import ssl

SILENCE = object()


class WebServer:
    """`answer (host, path)` gives (status, {header: value}, body), or SILENCE: the connection stays open and quiet.
    `requests` keeps (host, path) of all there were."""

    def __init__(self, address, certificate, key, answer, port=443):
        self.address, self.port = address, port
        self.requests = []
        self._answer = answer
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._server = None
        self._tasks = set()

    async def start(self):
        self._server = await asyncio.start_server(self._serve, self.address, self.port, ssl=self._context)
        return self

    async def stop(self):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            host = fields["host"].partition(":")[0]
            self.requests.append((host, path))
            answer = self._answer(host, path)
            if answer is SILENCE:
                await asyncio.Event().wait()
            status, headers, body = answer
            lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            writer.close()

# SPDX-License-Identifier: GPL-3.0-or-later
"""A program of somebody's, started, watched and ended."""

import asyncio
import ctypes
import os
import signal
import socket

from .journal import Journal, Missed

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_us():
    """Nothing a test started outlives a test that was killed (baresip spins on a closed standard input)."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """Runs `argv` in a session of its own; every line it writes goes to `lines` and to `log_path`."""

    def __init__(self, name, argv, log_path, cwd=None, env=None, stdin=False):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.log_path = log_path
        self.cwd = cwd
        self.env = env
        self.wants_stdin = stdin
        self.lines = Journal(f"{name} output")
        self.child = None
        self._reader = None

    @property
    def running(self):
        return self.child is not None and self.child.returncode is None

    @property
    def pid(self):
        return self.child.pid

    async def start(self):
        self.child = await asyncio.create_subprocess_exec(
            *self.argv, cwd=self.cwd, env=self.env, start_new_session=True, limit=1 << 20, preexec_fn=_die_with_us,
            stdin=asyncio.subprocess.PIPE if self.wants_stdin else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        self._reader = asyncio.ensure_future(self._read())
        return self

    async def _read(self):
        with open(self.log_path, "ab", buffering=0) as log:
            while True:
                try:
                    line = await self.child.stdout.readline()
                except ValueError:  # a line beyond the limit: keep what comes after it
                    continue
                if not line:
                    break
                log.write(line)
                self.lines.add(line.decode(errors="replace").rstrip("\r\n"))
        await self.child.wait()

    def tail(self, count=30):
        return "\n".join(self.lines.entries[-count:])

    async def ready(self, host, port, deadline=30.0):
        """Waits until something listens on (host, port), and fails at once when the program ends instead."""
        loop = asyncio.get_running_loop()
        end = loop.time() + deadline
        while True:
            if not self.running:
                raise Missed(f"{self.name} ended with {self.child.returncode}:\n{self.tail()}")
            try:
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                return
            except OSError:
                if loop.time() > end:
                    raise Missed(f"{self.name} does not listen on {host}:{port}:\n{self.tail()}") from None
                await asyncio.sleep(0.03)

    def signal(self, number):
        """To the whole session: no helper of the program outlives it."""
        if self.running:
            try:
                os.killpg(self.child.pid, number)
            except ProcessLookupError:
                pass

    async def kill(self):
        """kill -9, the way machines die."""
        self.signal(signal.SIGKILL)
        return await self.wait(5)

    async def stop(self, deadline=10.0):
        """Asks it to end, insists after `deadline`; returns its status."""
        self.signal(signal.SIGTERM)
        try:
            return await self.wait(deadline)
        except asyncio.TimeoutError:
            return await self.kill()

    async def wait(self, deadline=None):
        if self.child is None:
            return None
        await asyncio.wait_for(asyncio.shield(self._reader), deadline)
        return self.child.returncode


def literal(address):
    """An address as it stands before a port."""
    return f"[{address}]" if ":" in address else address


def free_port(address="127.0.0.1", kind=socket.SOCK_STREAM):
    """A port nobody listens on now."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]

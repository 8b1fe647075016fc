# SPDX-License-Identifier: GPL-3.0-or-later
"""Our service on a private bus, and its command line."""

import asyncio
import json
import os
import pathlib
import re
import shutil

from .bus import Bus
from .process import Process

_ALARM = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|-CRITICAL \*\*|-WARNING \*\*")

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="false"/>
    <allow eavesdrop="false"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class CommandFailed(AssertionError):
    def __init__(self, words, status, output, errors):
        super().__init__(f"oreectl {' '.join(words)}: status {status}\n{output}{errors}")
        self.status = status
        self.output = output
        self.errors = errors


class PrivateBus:
    def __init__(self, directory):
        self.socket = directory / "bus"
        self.address = f"unix:path={self.socket}"
        self._directory = directory
        self.process = None

    async def start(self):
        config = self._directory / "bus.conf"
        config.write_text(BUS_CONFIG.format(socket=self.socket))
        self.process = await Process("dbus-daemon", ["dbus-daemon", f"--config-file={config}", "--nofork",
                                                     "--nopidfile", "--print-address"],
                                     self._directory / "bus.log").start()
        await self.process.lines.wait(lambda line: line.startswith("unix:"), what="address")
        return self

    async def stop(self):
        if self.process is not None:
            await self.process.stop()


class Edge:
    """oreed with a bootstrap file of our writing. `build` is a meson build directory; `settings` maps
    (group, key) of oreed.conf to a value."""

    def __init__(self, build, directory, bus_address, profile="lab", settings=None, wrapper=()):
        self.build = pathlib.Path(build)
        self.directory = directory
        self.bus_address = bus_address
        self.state = directory / "state"
        self.config = directory / "oreed.conf"
        self.wrapper = list(wrapper)
        self.settings = {
            ("service", "state-directory"): str(self.state),
            ("service", "bus"): bus_address,
            ("service", "authorization"): "same-uid",
            ("service", "profile"): profile,
            ("service", "workers"): os.environ.get("OREE_TEST_WORKERS", "1"),
            ("service", "log-level"): os.environ.get("OREE_TEST_LOG_LEVEL", "info"),
        }
        self.settings.update(settings or {})
        self.preload = []       # libraries
        self.environment = {}   # and what they want to know
        self.process = None
        self.bus = None
        directory.mkdir(parents=True, exist_ok=True)

    def weigh(self):
        """From its next start on its memory is what it holds: no checker keeps or fills what was given back."""
        self.environment["MALLOC_PERTURB_"] = "0"
        self.environment["ASAN_OPTIONS"] = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=0",
                                                                  "thread_local_quarantine_size_kb=0", "max_redzone=16"]))

    @property
    def program(self):
        return self.build / "service" / "oreed"

    @property
    def ctl(self):
        return self.build / "service" / "ctl" / "oreectl"

    def write_config(self):
        groups = {}
        for (group, key), value in self.settings.items():
            if value is not None:
                groups.setdefault(group, []).append(f"{key}={value}")
        self.config.write_text("".join(f"[{group}]\n" + "\n".join(lines) + "\n\n"
                                       for group, lines in groups.items()))

    async def start(self, deadline=30.0):
        self.write_config()
        self.state.mkdir(mode=0o700, exist_ok=True)
        env = dict(os.environ, G_DEBUG="fatal-criticals", **self.environment)
        preload = list(self.preload)
        shim = self.build / "tests" / "lib" / "libtsan-glib.so"
        if shim.exists():
            # GLib's slices wander between threads by ways the sanitizer cannot see.
            preload.append(shim)
            env["G_SLICE"] = "always-malloc"
        if preload:
            env["LD_PRELOAD"] = " ".join(map(str, preload))
            # The sanitizer's own library comes after them.
            env["ASAN_OPTIONS"] = ":".join(filter(None, [env.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
        self.process = await Process("oreed", [*self.wrapper, self.program, "--config", self.config],
                                     self.directory / "oreed.log", env=env).start()
        if self.bus is None:
            self.bus = await Bus(self.bus_address).start()
        await self.bus.running(self.process, deadline)
        return self

    async def look_away(self):
        """Nobody hears the service's signals any more, as of one left alone: what nobody hears it does not send."""
        if self.bus is not None:
            await self.bus.stop()
            self.bus = None

    async def stop(self, deadline=20.0):
        status = None
        if self.process is not None:
            status = await self.process.stop(deadline)
        await self.look_away()
        self.check_log()
        assert status in (0, None), f"oreed ended with {status}:\n{self.process.tail()}"

    def check_log(self):
        """A sanitizer that spoke, or a warning of GLib's, fails whatever test was running."""
        log = self.directory / "oreed.log"
        if log.exists():
            found = _ALARM.search(log.read_text(errors="replace"))
            if found:
                text = log.read_text(errors="replace")[found.start():][:6000]
                raise AssertionError(f"oreed: {text}")

    async def kill(self):
        await self.process.kill()

    async def run_ctl(self, *words, language="C", stdin=None):
        """oreectl with `words`: (status, output, errors)."""
        env = dict(os.environ, OREE_BUS=self.bus_address, LC_ALL="C.UTF-8", LANGUAGE=language,
                   OREE_LOCALEDIR=str(self.build / "po"), TSAN_OPTIONS="report_bugs=0")
        child = await asyncio.create_subprocess_exec(
            str(self.ctl), *map(str, words), env=env,
            stdin=asyncio.subprocess.PIPE if stdin is not None else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        output, errors = await asyncio.wait_for(child.communicate(None if stdin is None else stdin.encode()), 30)
        return child.returncode, output.decode(), errors.decode()

    async def oreectl(self, *words, **options):
        """The output; anything but success is a failure of the test."""
        status, output, errors = await self.run_ctl(*words, **options)
        if status != 0:
            raise CommandFailed([str(word) for word in words], status, output, errors)
        return output

    async def oreectl_json(self, *words):
        return json.loads(await self.oreectl("--json", *words))

    def forget(self):
        """Everything it stored."""
        shutil.rmtree(self.state, ignore_errors=True)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command on a desktop of its own that nobody sees: an X server, a window manager, a compositor, a session bus, a
home that is thrown away. Nothing of the user's is touched; several run side by side.

usage: headless.py COMMAND [ARGUMENT…]

OREE_SCREEN is the size of the screen (1280x900). The command's status is ours."""

import contextlib
import ctypes
import os
import pathlib
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SIZE = os.environ.get("OREE_SCREEN", "1280x900")

# The font Adwaita is drawn with, which nobody tells GTK here; nothing that moves, so that two pictures are the same.
SETTINGS = """[Settings]
gtk-font-name=Cantarell {points}
gtk-enable-animations=0
gtk-cursor-blink=0
"""

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={directory}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>/usr/share/dbus-1/accessibility-services</servicedir>
  <servicedir>{directory}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

# Letters that the keyboard of the screen lacks, each on a key of its own: what xdotool maps while it types comes too late
# for the program that hears the first of them.
LETTERS = "éèêëàâùûçôîïÉÈÀÇœŒ’«»–—…ßüöäñ漢字العرب"

# Only the accessibility bus can be activated: no portal, no settings daemon, nothing of the machine's.
A11Y_SERVICE = pathlib.Path("/usr/share/dbus-1/services/org.a11y.Bus.service")

# What would tie the programs to the desktop this was started from.
FOREIGN = ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS", "XDG_CURRENT_DESKTOP", "XDG_DATA_HOME",
           "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "GTK_THEME", "GTK_A11Y", "GTK_DEBUG", "GTK_IM_MODULE", "DESKTOP_SESSION")

_libc = ctypes.CDLL(None)


def _die_with_us():
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Desktop:
    def __init__(self, points=11):
        self._points = points
        self._children = []
        self.directory = None
        self.environment = {}

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="oree-desktop-"))
        home, run = self.directory / "home", self.directory / "run"
        for place in (home / ".config" / "gtk-4.0", run, self.directory / "services"):
            place.mkdir(parents=True)
        run.chmod(0o700)
        (home / ".config" / "gtk-4.0" / "settings.ini").write_text(SETTINGS.format(points=self._points))
        (self.directory / "bus.conf").write_text(BUS.format(directory=self.directory))
        shutil.copy(A11Y_SERVICE, self.directory / "services")
        self.environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment.update(
            HOME=str(home), XDG_RUNTIME_DIR=str(run), GDK_BACKEND="x11", GSK_RENDERER="cairo",
            LIBGL_ALWAYS_SOFTWARE="1", GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="0", OREE_DESKTOP=str(self.directory),
            DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.directory}/bus")
        try:
            self.environment["DISPLAY"] = self._start_screen()
            self._start("dbus-daemon", f"--config-file={self.directory}/bus.conf", "--nofork", "--nopidfile")
            # The window manager places dialogs; without the compositor a popover has a black rectangle around it.
            self._start("openbox", "--sm-disable")
            self._start("xcompmgr")
            self._until("the session bus", (self.directory / "bus").exists)
            self._until("the window manager", self._managed)
            self._learn_letters()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _start(self, *words, **options):
        log = open(self.directory / f"{words[0]}.log", "wb")
        child = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment,
                                 preexec_fn=_die_with_us, **options)
        self._children.append(child)
        return child

    def _start_screen(self):
        """A display of a number of our own choosing, which the server locks: left to itself it looks for a free one in
        its network, and takes the socket of a server in another."""
        for _ in range(20):
            display = f":{random.randrange(100, 30000)}"
            if self._serve(display):
                return display
        raise RuntimeError("headless: no X server started: " + (self.directory / "Xvfb.log").read_text())

    def _serve(self, display, seconds=20):
        ours, theirs = os.pipe()
        self._start("Xvfb", display, "-displayfd", str(theirs), "-screen", "0", f"{SIZE}x24", "-nolisten", "tcp", "-noreset",
                    pass_fds=(theirs,))
        os.close(theirs)
        try:
            # It writes its number and a line break when it is ready, in two pieces, and closes the pipe when it ends.
            said = b""
            while not said.endswith(b"\n") and select.select([ours], [], [], seconds)[0]:
                some = os.read(ours, 16)
                if not some:
                    return False
                said += some
            return said.endswith(b"\n")
        finally:
            os.close(ours)

    def _learn_letters(self):
        """Keys nobody needs (free ones, those that play music) get the letters."""
        said = subprocess.run(["xmodmap", "-pke"], env=self.environment, capture_output=True, text=True, check=True).stdout
        free = [line.split()[1] for line in said.splitlines() if line.rstrip().endswith("=") or "XF86" in line]
        lines = "".join(f"keycode {key} = U{ord(letter):04X}\n" for key, letter in zip(reversed(free), LETTERS))
        subprocess.run(["xmodmap", "-"], input=lines, env=self.environment, text=True, check=True)

    def _managed(self):
        said = subprocess.run(["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], env=self.environment, capture_output=True,
                              text=True)
        return "window id" in said.stdout

    def _until(self, what, check, seconds=20):
        end = time.monotonic() + seconds
        while not check():
            if time.monotonic() > end:
                raise RuntimeError(f"headless: {what} did not start in {seconds} s")
            time.sleep(0.02)

    def __exit__(self, *_):
        for child in reversed(self._children):
            child.terminate()
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            child.kill()
            child.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with Desktop(points=os.environ.get("OREE_FONT_POINTS", "11")) as desktop:
        child = subprocess.Popen(sys.argv[1:], env=desktop.environment)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda got, _frame: child.send_signal(got))
        status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())

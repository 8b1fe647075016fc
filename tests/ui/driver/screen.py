# SPDX-License-Identifier: GPL-3.0-or-later
"""The screen of tests/ui/headless.py: real keys, a real mouse, pictures."""

import os
import pathlib
import re
import subprocess

from PIL import Image, ImageGrab


def _run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.strip()}"
    return done.stdout


class Screen:
    def __init__(self):
        self.display = os.environ["DISPLAY"]

    def key(self, *keys):
        """Keys as xdotool names them: ctrl+n, Down, Return."""
        _run("xdotool", "key", "--clearmodifiers", *keys)

    def type(self, text, delay=4):
        """Types, accents and all; a line break is Return."""
        _run("xdotool", "type", "--delay", str(delay), "--", text)

    def move(self, x, y):
        _run("xdotool", "mousemove", str(int(x)), str(int(y)))

    def click(self, x, y, button=1, count=1):
        _run("xdotool", "mousemove", str(int(x)), str(int(y)), "click", "--repeat", str(count), "--delay", "40", str(button))

    def active_window(self):
        done = subprocess.run(["xdotool", "getactivewindow"], capture_output=True, text=True, timeout=20)
        return int(done.stdout) if done.returncode == 0 else None

    def origin(self, window):
        """Where on the screen the point (0, 0) of this X window's content lies: shadows are no content."""
        geometry = dict(line.split("=", 1) for line in
                        _run("xdotool", "getwindowgeometry", "--shell", str(window)).splitlines() if "=" in line)
        extents = re.findall(r"\d+", _run("xprop", "-id", str(window), "_GTK_FRAME_EXTENTS").partition("=")[2])
        left, _right, top, _bottom = map(int, extents) if len(extents) == 4 else (0, 0, 0, 0)
        return int(geometry["X"]) + left, int(geometry["Y"]) + top

    def resize(self, window, width, height):
        """`window`'s content, without its shadows."""
        extents = re.findall(r"\d+", _run("xprop", "-id", str(window), "_GTK_FRAME_EXTENTS").partition("=")[2])
        left, right, top, bottom = map(int, extents) if len(extents) == 4 else (0, 0, 0, 0)
        _run("xdotool", "windowsize", str(window), str(width + left + right), str(height + top + bottom))

    def windows_of(self, pid):
        """The visible X windows of a program, popovers among them."""
        done = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(pid)], capture_output=True, text=True)
        return [int(word) for word in done.stdout.split()]

    def grab(self, box=None):
        """A picture, of PIL's."""
        return ImageGrab.grab(bbox=box, xdisplay=self.display).convert("RGB")

    def picture(self, path, box=None):
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.grab(box).save(path)
        return path


def contact_sheet(paths, target, columns=4, width=480):
    """Many pictures on one."""
    pictures = [Image.open(path) for path in paths]
    pictures = [picture.resize((width, picture.height * width // picture.width)) for picture in pictures]
    rows = [pictures[start:start + columns] for start in range(0, len(pictures), columns)]
    heights = [max(picture.height for picture in row) for row in rows]
    sheet = Image.new("RGB", (width * columns, sum(heights)), "white")
    top = 0
    for row, height in zip(rows, heights):
        for column, picture in enumerate(row):
            sheet.paste(picture, (column * width, top))
        top += height
    sheet.save(target)

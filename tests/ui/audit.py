# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of everything that is shown, in every dress: is every control named? Does the keyboard reach it? Is a text cut
at 900×600? Is every text 4.5 times as bright as its ground, or as dark? Was it translated? A program is walked through once
in each language and wears one dress after the other at each place (inspect.c); a picture is kept of each."""

import os
import re

from conftest import LONG, SHOTS, build_directory
from driver import pseudo
from driver.inspect import Inspector

MODULE = build_directory() / "tests" / "ui" / "inspect.so"

LANGUAGES = ["en", "fr", pseudo.LANGUAGE]
# Its name and what inspect.c takes. In the first things are opened.
DRESSES = {"light": "light normal 11", "dark": "dark normal 11", "dark-high": "dark high 11", "high": "light high 11",
           "large": "light normal 15"}
# Colours are the same in every language, and a text's room is the same in every colour: where time is short each dress is
# worn once, in one language. Large text and the language nobody speaks, a third longer than any, are not asked for together.
WORN = {"en": tuple(DRESSES) if LONG else ("high", "dark-high"), "fr": tuple(DRESSES) if LONG else ("light", "dark", "large"),
        pseudo.LANGUAGE: [dress for dress in DRESSES if dress != "large"] if LONG else ("light",)}

CONTROLS = ("button", "toggle button", "switch", "checkbox", "radio button", "text box", "entry", "combo box", "list item",
            "search box", "spin button", "tab", "menu item", "image")


def pale(widgets):
    """Texts that cannot be read for want of contrast, of the window in front."""
    for widget in widgets:
        _x, _y, width, height = widget.box
        if not widget.active_window or not widget.text.strip() or not widget.sensitive or not widget.in_view or widget.cut \
                or width < 4 or height < 4:
            continue
        if widget.contrast < (4.5 if len(widget.text.strip()) > 1 else 3):  # a mark, or a digit too thin to be as dark as its colour
            yield f"contrast {widget.contrast:.1f}: {widget}"


def cut(widgets, language):
    """Texts of ours that are cut. What people typed may be: a cell of a list has a width. So may the header of a column in a
    language that nobody speaks: the menu Sort by has it whole, and columns are made wider with the mouse."""
    for widget in widgets:
        if language == pseudo.LANGUAGE and widget.inside("GtkColumnViewTitle"):
            continue
        if (widget.ellipsized or widget.cut) and widget.text and not widget.cell:
            yield f"cut: {widget}"


def holds(outer, inner):
    left, top, width, height = outer.box
    x, y, _width, _height = inner.box
    return inner.path.startswith(outer.path + "/") and left <= x < left + width and top <= y < top + height


def unreached(widgets):
    """Controls that Tab never came to, nor into, in the window in front. In a list the arrows go on; headers of columns
    cannot have the keyboard in GTK 4.8, which is why there is a menu Sort by. Of the rows of a choice one is a stop, and the
    arrows lead to the others."""
    choices = [widget for widget in widgets if widget.type == "GtkCheckButton" and "AdwActionRow" in widget.path]
    chosen = {widget.path for widget in choices if widget.reached}
    for widget in widgets:
        if not widget.control or not widget.active_window or not widget.sensitive or widget.reached:
            continue
        if widget.type in ("GtkCheckButton", "GtkToggleButton") or widget.inside("GtkSpinButton"):
            continue  # the arrows lead from one to the next; part of a control that is judged itself
        if widget.type == "AdwActionRow" and any(holds(widget, choice) and choice.path in chosen for choice in choices):
            continue
        if widget.inside("GtkWindowControls") or widget.inside("OreeTabBin"):
            continue
        if widget.cell or widget.inside("GtkColumnView") and "Title" in widget.path or widget.inside("GtkScrollbar"):
            continue
        yield f"no key leads to: {widget}"


def nameless(root):
    """Controls and images that a screen reader cannot call by a name. GTK 4.8 makes some of two nodes: one name is enough."""
    for node in root.walk():
        if node.role not in CONTROLS or not node.shown:
            continue
        bad = not node.name or node.name.startswith(("Gtk", "Adw", "Oree")) or "_" in node.name
        if not bad:
            continue
        near = [node.parent, *node.children]
        if any(other is not None and other.role in CONTROLS and other.name and not other.name.startswith(("Gtk", "Adw"))
               for other in near):
            continue
        yield f"no name: {node!r} in {[up.name or up.role for up in node.ancestors()][:4]}"


# What is the same in every language: domains, addresses, paths, protocols, and dates, which are the system’s.
_THEIRS = re.compile(r"(?:sip:)?[\w.*@-]+\.(?:test|com|net)\b|\d{1,2} \w+ \d{4}|(?:/[\w.-]+)+|\b(?:SIP|XMPP|TLS)\b")


def plain(widgets, known):
    """Sentences that were never translated: words of ours without the marks of the language nobody speaks."""
    for widget in widgets:
        # An entry's own text was typed; the keys beside a menu's words are GTK's.
        if widget.cell or widget.type == "GtkText" or widget.inside("GtkModelButton") or pseudo.FIRST in widget.text:
            continue
        left = _THEIRS.sub("", widget.text)
        for words in known:
            left = left.replace(words, "")
        if re.search(r"[A-Za-z]{3}", left):
            yield f"not translated: {widget}"


class Audit:
    """One walk: a program started with its `environment`, judged at one place after the other."""

    def __init__(self, directory, name, language, size=(900, 600), known=()):
        self.known = known
        self.language = language
        self.size = size
        self.problems = []
        self.inspector = None
        self._pictures = SHOTS / name
        self._socket = directory / "inspect"
        self._program = None
        self.environment = {"OREE_INSPECT": str(self._socket), "LD_PRELOAD": str(MODULE),
                            # The sanitizer's own library comes after it.
                            "ASAN_OPTIONS": ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))}
        if language == pseudo.LANGUAGE:
            catalogue = build_directory() / "po" / "fr" / "LC_MESSAGES" / "oree.mo"
            self.environment["OREE_LOCALEDIR"] = str(pseudo.make(catalogue, directory / "locale"))

    def begin(self, program):
        self._program = program
        self.inspector = Inspector(self._socket)
        self._pictures.mkdir(parents=True, exist_ok=True)
        program.pictures = self._pictures

    def judge(self, name, menu=False, foreign=False):
        """Every question, in every dress, of what is shown now; of a menu alone; of a window that is not ours (libadwaita's)
        none: but its picture is kept."""
        for dress in WORN[self.language]:
            first = dress == "light"
            if not first:
                self.inspector.order(f"wear {DRESSES[dress]}")
            widgets = self.inspector.widgets("judge")
            self.inspector.order(f"picture {self._pictures / f'{name}-{self.language}-{dress}.png'}")
            if menu:
                widgets = [widget for widget in widgets if widget.inside("GtkPopoverMenu")]
            if foreign:
                continue
            found = [*pale(widgets), *cut(widgets, self.language), *self._grown()]
            if first:
                found += nameless(self._program.take())
                if self.language == pseudo.LANGUAGE:
                    found += plain(widgets, self.known)
            if dress in ("light", "large") and not menu:
                self.inspector.order("forget")
                self.inspector.order("tab")
                found += unreached(self.inspector.widgets())
            self.problems += [f"{name}, {dress}: {problem}" for problem in found]
        if not first:
            self.inspector.order("wear " + DRESSES["light"])
        (self._pictures / f"problems-{self.language}.txt").write_text("\n".join(self.problems) + "\n")

    def _grown(self):
        width, height = map(int, self.inspector.ask("size").split())
        if width > self.size[0] or height > self.size[1]:
            yield f"the window is {width}×{height}"

    def end(self):
        self.inspector.close()
        assert not self.problems, f"{len(self.problems)}:\n" + "\n".join(self.problems)

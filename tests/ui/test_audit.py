# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page, editor, detail, menu and dialog of the panel, one after the other, in one dress after the other: a picture of
each, and at each the same questions. Is every control named? Does the keyboard reach it? Is a text cut at 900×600? Is every
text 4.5 times as bright as its ground, or as dark?

The short run is in French, in light; the long run wears every dress. Pictures: build/shots/audit/SCENE-LANGUAGE-DRESS.png"""

import os
import re
import time
from dataclasses import dataclass
from functools import lru_cache

import pytest

from conftest import SHOTS, build_directory, run
from driver import pseudo
from driver.inspect import Inspector
from sip_users import both_ways, sip_user
from world import PARTNER_DOMAIN, World

LONG = bool(os.environ.get("OREE_TEST_LONG"))
MODULE = build_directory() / "tests" / "ui" / "inspect.so"

# language, dark, high contrast
SHORT_LOOKS = [("fr", False, False)]
ALL_LOOKS = [(language, dark, contrast) for language in ("en", "fr", pseudo.LANGUAGE)
             for dark in (False, True) for contrast in (False, True)]

CONTROLS = ("button", "toggle button", "switch", "checkbox", "radio button", "text box", "entry", "combo box", "list item",
            "search box", "spin button", "tab", "menu item", "image")

SEEDS = [
    ["xmpp-partner", "add", "google.test", "partner-type=public-unverified", "description=Un grand fournisseur"],
    ["allowed-domain", "add", "litware.test", "proxy-fqdn=sip.litware.test", "comment=Our supplier"],
    ["allowed-domain", "add", "adatum.test"],
    ["blocked-domain", "add", "spam.test", "include-subdomains=true", "comment=since 2019"],
    ["site", "add", "Paris"],
    ["external-access-policy", "add", "site:Paris", "enable-federation-access=true", "enable-xmpp-access=true"],
    ["external-access-policy", "add", "Sales", "enable-federation-access=true", "description=Sales people"],
    ["hosting-provider", "add", "LyncOnline", "proxy-fqdn=sipfed.online.test", "enabled=true"],
    ["public-provider", "add", "Messenger", "proxy-fqdn=federation.messenger.test"],
    ["sip-domain", "add", "corp.contoso.test"],
    ["user", "set", "sip:bob@contoso.test", "external-access-policy=Sales", "site=Paris"],
]


@pytest.fixture(scope="module")
def furnished():
    """A lab where everything has something to show: records of every kind, a partner with living streams."""
    world = World()
    try:
        run(world.start_lab())
        run(furnish(world))
        yield world
    finally:
        run(world.stop())


async def furnish(world):
    await world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated",
                             f"additional-domains=corp.{PARTNER_DOMAIN}", "description=Société Fabrikam")
    for words in SEEDS:
        await world.edge.oreectl(*words)
    alice, juliet = world.keep(await sip_user(world, "alice")), await world.xmpp_user("juliet")
    await both_ways(juliet, alice, "a word")


# --- scenes ---------------------------------------------------------------------------------------
#
# `place` is what win.go takes; the keys and actions that follow open what is to be seen.

@dataclass
class Scene:
    name: str
    place: str
    steps: tuple

    def __init__(self, name, place, *steps):
        self.name, self.place, self.steps = name, place, steps


SCENES = [
    Scene("home", "home"),
    Scene("policies", "policies"),
    Scene("policy", "policies/Sales"),
    Scene("policy-new", "policies/+external-access-policy"),
    Scene("policy-site", "policies/+site"),
    Scene("edge", "edge"),
    Scene("edge-editor", "edge/global"),
    Scene("domains", "domains"),
    Scene("domain", "domains/litware.test"),
    Scene("domain-blocked", "domains/+blocked-domain"),
    Scene("domain-delete", "domains/litware.test", "alt+Left", "Delete"),
    Scene("domain-new-menu", "domains", "ctrl+n"),
    Scene("domain-menu", "domains/litware.test", "alt+Left", "shift+F10"),
    Scene("domain-sort-menu", "domains", "ctrl+shift+s"),
    Scene("domain-no-match", "domains", "ctrl+f", "z", "q", "z"),
    Scene("providers", "providers"),
    Scene("provider-hosting", "providers/LyncOnline"),
    Scene("provider-public", "providers/+public-provider"),
    Scene("xmpp", "xmpp"),
    Scene("partner", f"xmpp/{PARTNER_DOMAIN}"),
    Scene("partner-new", "xmpp/+xmpp-partner"),
    Scene("partner-error", "xmpp/+xmpp-partner", "a", "space", "b"),
    Scene("partner-leave", "xmpp/+xmpp-partner", "a", "Escape"),
    Scene("services", "services"),
    Scene("service-front-end", "services/front-end"),
    Scene("service-stop", "services/xmpp-proxy", "do page.stop"),
    Scene("service-drain", "services/xmpp-proxy", "do page.drain"),
    Scene("certificates", "certificates"),
    Scene("connections", "connections"),
    Scene("connection-partner", f"connections/{PARTNER_DOMAIN}"),
    Scene("connections-all", "connections/+connections"),
    Scene("connection", "connections/+connections", "do page.select-all", "do page.open"),
    Scene("events", "events"),
    Scene("topology", "edge-server"),
    Scene("topology-domains", "own-domains"),
    Scene("topology-domain", "own-domains/corp.contoso.test"),
    Scene("sites", "sites"),
    Scene("site-new", "sites/+site"),
    Scene("users", "people"),
    Scene("user", "people/sip:bob@contoso.test"),
    Scene("user-new", "people/+user"),
    Scene("user-grant", "people/sip:bob@contoso.test", "alt+Left", "do page.grant"),
    Scene("allow-entries", "allow-entries"),
    Scene("history", "history"),
    Scene("revision", "history/3"),
    Scene("revision-back", "history/3", "do history.go-back 3"),
    Scene("shortcuts", "home", "ctrl+question"),
    Scene("about", "home", "do app.about"),
]


def leave(inspector, scene):
    """Back to the first page: no menu, no dialog, nothing half typed."""
    end = time.monotonic() + 20
    while True:
        inspector.order("leave")
        inspector.settle()
        inspector.order("go home")
        inspector.settle()
        if inspector.ask("windows") == "1":
            return
        assert time.monotonic() < end, f"{scene.name} is not left"


# libadwaita's own windows.
OTHERS = ("about", "shortcuts")


def walk_to(p, inspector, scene):
    inspector.order(f"go {scene.place}")
    inspector.settle()
    for step in scene.steps:
        if step.startswith("do "):
            inspector.order(step)
        else:
            p.key(step)
        inspector.settle()
    if any(len(step) == 1 for step in scene.steps):
        inspector.settle(looks=10)  # what is typed is judged after a pause



# --- questions ------------------------------------------------------------------------------------

@lru_cache(maxsize=None)
def luminance(colour):
    parts = [value / 255 for value in colour]
    parts = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(picture):
    """Between the commonest colour and the one farthest from it: ground and ink."""
    colours = picture.getcolors(maxcolors=1 << 20)
    ground = luminance(max(colours)[1])
    return max((max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) for ink in (luminance(colour) for _, colour in colours))


def still(p, inspector):
    """The widgets and a picture of the same moment: nothing moved while both were taken."""
    for _ in range(20):
        before = inspector.ask("digest")
        widgets, picture = inspector.widgets(), p.screen.grab()
        if inspector.ask("digest") == before:
            break
    return widgets, picture


def pale(p, widgets, picture):
    """Texts that cannot be read for want of contrast, of the window in front."""
    window = p.screen.active_window()
    left, top = p.screen.origin(window)
    for widget in widgets:
        x, y, width, height = widget.box
        if not widget.active_window or not widget.text.strip() or not widget.sensitive or not widget.in_view or widget.cut or width < 4 or height < 4:
            continue
        ratio = contrast(picture.crop((left + x, top + y, left + x + width, top + y + height)))
        if ratio < (4.5 if len(widget.text.strip()) > 1 else 3):  # a mark, or a digit too thin to be as dark as its colour
            yield f"contrast {ratio:.1f}: {widget}"


def cut(widgets, language):
    """Texts of ours that are cut. What people typed may be: a cell of a list has a width. So may the header of a column in a
    language that nobody speaks: the menu Sort by has it whole, and columns are made wider with the mouse."""
    for widget in widgets:
        if language == pseudo.LANGUAGE and widget.inside("GtkColumnViewTitle") or widget.inside("GtkSearchEntry"):
            continue  # beside the magnifying glass the word is for who has room
        if (widget.ellipsized or widget.cut) and widget.text and not widget.cell:
            yield f"cut: {widget}"


def unreached(widgets):
    """Controls that Tab never came to, nor into, in the window in front. In a list the arrows go on; headers of columns
    cannot have the keyboard in GTK 4.8, which is why there is a menu Sort by."""
    for widget in widgets:
        if not widget.control or not widget.active_window or not widget.sensitive or widget.reached:
            continue
        if widget.type in ("GtkCheckButton", "GtkToggleButton") or widget.inside("GtkSpinButton"):
            continue  # the arrows lead from one to the next; part of a control that is judged itself
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


def plain(widgets):
    """Sentences that were never translated: words of ours without the marks of the language nobody speaks."""
    for widget in widgets:
        if re.search(r"[A-Za-z]{3}", widget.text) and pseudo.FIRST not in widget.text and not widget.cell:
            yield f"not translated: {widget}"


@pytest.mark.parametrize("language, dark, high", ALL_LOOKS if LONG else SHORT_LOOKS)
async def test_every_page_and_dialog(furnished, panel, tmp_path, language, dark, high):
    environment = {"OREE_INSPECT": str(tmp_path / "inspect"), "LD_PRELOAD": str(MODULE),
                   # The sanitizer's own library comes after it.
                   "ASAN_OPTIONS": ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))}
    if language == pseudo.LANGUAGE:
        catalogue = build_directory() / "po" / "fr" / "LC_MESSAGES" / "oree.mo"
        environment["OREE_LOCALEDIR"] = str(pseudo.make(catalogue, tmp_path / "locale"))
    p = await panel(furnished, "--page=home", "--size=900x600", language=language, dark=dark, contrast=high,
                    environment=environment)
    inspector = Inspector(tmp_path / "inspect")
    p.pictures = SHOTS / "audit"
    p.pictures.mkdir(parents=True, exist_ok=True)
    dress = f"{language}-{'dark' if dark else 'light'}{'-high' if high else ''}"
    problems = []
    for scene in SCENES:
        walk_to(p, inspector, scene)
        widgets, picture = still(p, inspector)
        if scene.name.endswith("-menu"):
            widgets = [widget for widget in widgets if widget.inside("GtkPopoverMenu")]
        picture.save(p.pictures / f"{scene.name}-{dress}.png")
        found = [] if scene.name in OTHERS else [*pale(p, widgets, picture), *cut(widgets, language), *nameless(p.take())]
        if not dark and not high and not scene.name.endswith("-menu"):
            inspector.order("forget")
            inspector.order("tab")
            found += unreached(inspector.widgets())
        problems += [f"{scene.name}: {problem}" for problem in found]
        leave(inspector, scene)
        (SHOTS / "audit" / f"problems-{dress}.txt").write_text("\n".join(problems) + "\n")
    inspector.close()
    assert not problems, f"{len(problems)}:\n" + "\n".join(problems)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page of the certificate wizard, in both languages: pictured, every control named, every control reached by Tab."""

import pytest
from conftest import LONG
from test_pages import nameless
from wizard import contoso, waiting, wizard  # noqa: F401

PAGES = {
    "request": ["tasks", "usage", "timing", "file", "template", "security", "organization", "geography", "subject", "sip-domains",
                "extra-sans", "summary"],
    "pending": ["pending", "import"],
    "import": ["import"],
    "assign": ["assign-usage", "store"],
    "manage": ["manage"],
}
# Where there is most to lead to; the others too when there is time.
WALKED = ("tasks", "security", "sip-domains", "extra-sans", "import", "assign-usage", "manage")
PRESSED = ("button", "toggle button", "switch", "checkbox", "text box", "combo box", "search box")
# Of the window, which the desktop's own keys close and shrink.
FRAME = ("Minimize", "Maximize", "Close", "Réduire", "Maximiser", "Fermer")


def pressable(root):
    """What a mouse could press, of our making: shown, allowed, with a place."""
    for node in root.walk():
        outer = node.parent
        # A row that cannot be pressed says so for what is in it.
        if not all(one.has("sensitive") for one in node.ancestors() if one.parent is not None):
            continue
        if node.role in PRESSED and node.shown and node.has("sensitive") and node.name not in FRAME and node.extents()[2] > 0 \
                and not (outer is not None and outer.role == "combo box") \
                and not any(one.name in FRAME for one in node.ancestors()):
            yield node


async def missed(w, wanted):
    """Those of the nodes, by their paths, that neither Tab leads to nor, from the choice that is a stop, the arrow keys."""
    left, stops, choices, lost = set(wanted), set(), 0, 0
    for _ in range(60):
        node = await w.step()
        lost = lost + 1 if node is None else 0
        if lost == 1:
            continue
        if node is None or node.path in stops or not left:
            break
        stops.add(node.path)
        left -= {node.path, *(one.path for one in node.ancestors())}
    while left and choices <= len(stops):
        choices += 1
        node = await w.step()
        while left and node is not None and node.role == "checkbox":
            before = node.path
            node = await w.step("Down")
            left -= {node.path}
            if node.path == before:
                break
    return [wanted[path] for path in left]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("task", PAGES)
async def test_pages(contoso, wizard, tmp_path, task, language):
    if not await waiting(contoso):
        await contoso.edge.oreectl("certificate", "request", "--usage", "external", "--out", tmp_path / "one.csr",
                                   "organization=Contoso", "friendly-name=External 2026")
    for page in PAGES[task]:
        w = await wizard(contoso, "--no-memory", f"--task={task}", f"--page={page}", language=language)
        await w.until(lambda root: any(w.match(root, role="button", sensitive=True)), "with a button")
        root = w.take()
        w.picture(f"{task}-{page}-{language}")
        wrong = [repr(node) for node in root.walk() if nameless(node)]
        assert not wrong, f"{task}, {page}: {wrong}"
        if language == "en" and (LONG or page in WALKED):
            wanted = {node.path: repr(node) for node in pressable(root)}
            unreached = await missed(w, wanted)
            assert not unreached, f"{task}, {page}: the keyboard does not lead to {unreached}"
        await w.stop()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every place of the navigation: reached by the keyboard, its controls named, pictured in both languages."""

import pytest

PLACES = {
    "en": ["Home", "Federation and External Access", "Services", "Certificates", "Partner Connections", "Event Log",
           "Topology", "Users", "History"],
    "fr": ["Accueil", "Fédération et accès externe", "Services", "Certificats", "Connexions partenaires",
           "Journal des événements", "Topologie", "Utilisateurs", "Historique"],
}
CONTROLS = ("button", "toggle button", "switch", "checkbox", "text box", "combo box", "list item", "search box", "tab")


def nameless(node):
    """A control on the screen that a screen reader cannot call by its name. GTK 4.8 makes some of two nodes: a drop-down and
    the button in it, a menu button and its button; one name is enough."""
    if node.parent is not None and node.parent.role in CONTROLS and node.parent.name and "Gtk" not in node.parent.name:
        return False
    return (node.role in CONTROLS and node.shown and (not node.name or node.name.startswith(("Gtk", "Adw")) or "_" in node.name)
            and node.extents()[2] > 0 and not any(child.role in CONTROLS and child.name for child in node.children))


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_place(alone, panel, language):
    p = await panel(alone, "--page=home", "--size=900x600", language=language)
    for number, title in enumerate(PLACES[language], 1):
        p.key(f"alt+{number}")
        await p.find(title, "list item", selected=True)
        root = await p.until(lambda root: root if len(list(p.match(root, title, "label"))) > 1 else None, f"titled {title}")
        p.picture(f"{number}-{language}")
        wrong = [repr(node) for node in root.walk() if nameless(node)]
        assert not wrong, f"{title}: {wrong}"

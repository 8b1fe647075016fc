# SPDX-License-Identifier: GPL-3.0-or-later
"""What people type is shown as they typed it wherever it turns up: questions, toasts, sentences, the wizard."""

import re

from audit import Audit
from wizard import contoso, wizard  # noqa: F401

NAME = "<b>P</b> &amp; 100%s %n"
TURNED = "\u202eevitcA\u202c \u2066x\u2069"


def wrong(widgets):
    """Texts that are markup to their label and hold what was typed: it would be bold, or vanish."""
    return [str(widget) for widget in widgets if "<b>P</b>" not in widget.text and re.search(r"\bP\b.{0,3} & 100", widget.text)]


async def test_names_in_rows_and_sentences(alone, panel, tmp_path):
    before = (await alone.edge.bus.status())["revision"]
    audit = Audit(tmp_path, "hostile", "en")
    await alone.edge.oreectl("user", "add", "sip:hostile@contoso.test", f"display-name={NAME}")
    try:
        p = await panel(alone, "--page=people", environment=audit.environment)
        audit.begin(p)
        await p.see(NAME)
        await p.click(NAME, "label")
        p.key("Delete")
        await p.find("Delete", "button", sensitive=True)
        assert not wrong(audit.inspector.widgets())
        p.picture("delete")
        p.key("Escape")
        # A name that is refused is not repeated as markup.
        audit.inspector.order("go sites/+site")
        await p.see("New Site")
        await p.fill("Name (required)", NAME)
        await p.see(re.compile("^✖"))
        assert not wrong(audit.inspector.widgets())
        p.picture("refused")
        # A text that turns the direction of writing goes in as it came.
        await p.paste("Name (required)", TURNED)
        await p.until(lambda root: any(node.text() == TURNED for node in p.match(root, "Name (required)", "text box")), TURNED)
        p.picture("turned")
    finally:
        await alone.edge.oreectl("restore", before)


async def test_the_wizard_repeats_what_was_typed(contoso, wizard, tmp_path):
    audit = Audit(tmp_path, "hostile", "en")
    w = await wizard(contoso, "--no-memory", "--task=request", environment=audit.environment)
    audit.begin(w)
    audit.inspector.order("do wizard.go-to organization")
    await w.fill("Organization (required)", NAME)
    # What is too long for a certificate is said to be, and goes no further.
    await w.paste("Organizational unit", "<i>" * 3000)
    await w.see(re.compile("^✖ .*64"))
    await w.find("Next", "button", sensitive=False)
    w.picture("wizard-organization")
    await w.paste("Organizational unit", TURNED[:5])
    audit.inspector.order("do wizard.go-to summary")
    await w.see(re.compile(re.escape(NAME)))
    assert not wrong(audit.inspector.widgets())
    w.picture("wizard-summary")

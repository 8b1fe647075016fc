# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page of the certificate wizard, in every dress: a picture of each, and at each the questions of audit.py. Pictures:
build/shots/wizard/TASK-PAGE-LANGUAGE-DRESS.png"""

import pytest
from audit import LANGUAGES, Audit
from wizard import contoso, waiting, wizard  # noqa: F401

PAGES = {
    "request": ["tasks", "usage", "timing", "file", "template", "security", "organization", "geography", "subject", "sip-domains",
                "extra-sans", "summary"],
    "pending": ["pending", "import"],
    "assign": ["assign-usage", "store"],
    "manage": ["manage"],
}
# What the edge was told, and what the wizard proposes, which is the same in every language; units and names of algorithms.
KNOWN = ("Contoso", "External 2026", "FQDN", "RSA", "PEM", "DER", "PKCS", "SHA", "CSR")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", PAGES)
async def test_every_page(contoso, wizard, tmp_path, task, language):
    if not await waiting(contoso):
        await contoso.edge.oreectl("certificate", "request", "--usage", "external", "--out", tmp_path / "one.csr",
                                   "organization=Contoso", "friendly-name=External 2026")
    audit = Audit(tmp_path, "wizard", language, known=KNOWN)
    w = await wizard(contoso, "--no-memory", f"--task={task}", "--size=900x600", language=language, environment=audit.environment)
    audit.begin(w)
    for page in PAGES[task]:
        audit.inspector.order(f"do wizard.go-to {page}")
        audit.inspector.settle()
        audit.judge(f"{task}-{page}")
    audit.end()

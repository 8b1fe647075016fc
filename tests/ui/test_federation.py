# SPDX-License-Identifier: GPL-3.0-or-later
"""Federation and External Access: the five tabs, their editors, commit, conflict, undo, absence, import."""

import re

from lab.journal import until


async def listed(world, kind):
    """The records of a kind, as the service has them."""
    return {record["id"]: record for record in await world.edge.oreectl_json(kind, "list")}


RADIO = ("radio button", "radio", "checkbox", "check box")


async def test_a_partner_is_added(alone, panel):
    p = await panel(alone, "--page=xmpp")
    await p.see("No XMPP Partners")
    p.key("ctrl+n")
    await p.see("New XMPP Federated Partner")
    await p.find("Commit", "button", sensitive=False)
    # The first field has the keyboard.
    p.type("fabrikam..test")
    await p.see(re.compile("not a valid domain name"))
    await p.see("Correct 1 field")
    await p.fill("Primary domain (required)", "Fabrikam.TEST.")
    await p.fill("Description", "Société d’essai")
    # What was left is in its normal form.
    await p.until(lambda root: any(node.text() == "fabrikam.test" for node in p.match(root, "Primary domain (required)", "text box")),
                  "with the normal form")
    await p.see(re.compile("SASL over TLS, TLS dialback"))
    await p.fill("Additional domains", "corp.fabrikam.test")
    p.key("Return")
    await p.see("corp.fabrikam.test")
    p.key("ctrl+Return")
    await p.see("Partner fabrikam.test committed")
    await p.see("1 partner")
    record = (await listed(alone, "xmpp-partner"))["fabrikam.test"]
    assert record["description"] == "Société d’essai"
    assert record["additional-domains"] == ["corp.fabrikam.test"]
    await p.click("Undo")
    await p.see("No XMPP Partners")
    assert await listed(alone, "xmpp-partner") == {}


async def test_seven_combinations_are_refused(alone, panel):
    p = await panel(alone, "--page=xmpp/+", "--size=1200x860")
    await p.see("New XMPP Federated Partner")
    p.type("fabrikam.test")
    await p.click("Partner type (required)", "label", button=5, count=8)  # the wheel
    # Dialback off, then SASL not supported: nothing is left to prove anything.
    await p.click(re.compile("^Support server dialback"), "switch")
    await p.see("✔ SASL over TLS")
    await p.choose("SASL negotiation", 2)
    await p.see(re.compile("^✖ The partner could not prove who it is"))
    await p.find("Commit", "button", sensitive=False)
    await p.choose("TLS negotiation", 2)
    await p.choose("SASL negotiation", 0)
    await p.see(re.compile("^✖ SASL requires TLS"))
    # Leaving with changes asks.
    p.key("Escape")
    await p.see("Commit the Changes to “fabrikam.test”?")
    await p.click("Discard")
    await p.see("No XMPP Partners")


async def test_allowed_and_blocked(alone, panel):
    await alone.edge.oreectl("allowed-domain", "add", "litware.test")
    p = await panel(alone, "--page=domains/+blocked-domain")
    await p.see("New SIP Federated Domain: Blocked")
    p.type("litware.test")
    # Only the service knows the other list: it says so while one types.
    await p.see(re.compile("This name is already used by: allowed-domain litware.test"))
    await p.find("Commit", "button", sensitive=False)
    p.key("Escape")
    await p.click("Discard")
    await p.click("litware.test", "label")
    await p.click("Action", "button")
    await p.press("Block…", "menu item")
    await p.see("Block 1 Domain?")
    await p.click("Block")
    await p.see("1 domain blocked")
    await p.see("✖ Blocked")
    assert set(await listed(alone, "blocked-domain")) == {"litware.test"}
    p.key("ctrl+z")
    await p.see("✔ Allowed")
    assert set(await listed(alone, "allowed-domain")) == {"litware.test"}
    await p.click("litware.test", "label")
    p.key("Delete")
    await p.see("Delete 1 Domain?")
    await p.click("Delete")
    await p.see("No Federated Domains")


async def test_a_provider_is_added_and_enabled(alone, panel):
    """A4."""
    p = await panel(alone, "--page=providers/+hosting-provider")
    await p.see("New SIP Federated Provider: Hosted")
    await p.find("Commit", "button", sensitive=False)
    await p.fill("Provider name (required)", "Northwind")
    await p.fill("Access Edge service (FQDN) (required)", "sip.northwind.test")
    p.key("ctrl+Return")
    await p.see("Provider Northwind committed")
    record = (await listed(alone, "hosting-provider"))["Northwind"]
    assert not record["enabled"] and record["verification-level"] == "always-unverifiable"
    await p.click("Northwind", "label")
    await p.click("Action", "button")
    await p.press("Enable", "menu item")
    await p.see("1 provider enabled")
    await p.see("✔")
    assert (await listed(alone, "hosting-provider"))["Northwind"]["enabled"]
    await p.click("Northwind", "label", count=2)
    await p.see("Edit SIP Federated Provider: Hosted")
    chosen = re.compile("only with people on their Contacts list")
    await p.find(chosen, RADIO, checked=True)
    await p.click(re.compile("^Allow users to communicate with everyone"), RADIO)
    await p.find(chosen, RADIO, checked=False)
    await p.see(re.compile("No restriction on who can contact your users"))
    revision = (await alone.edge.bus.status())["revision"]
    p.key("Escape")
    await p.click("Discard", "button")
    await p.gone("Edit SIP Federated Provider: Hosted", "label")
    assert (await alone.edge.bus.status())["revision"] == revision
    await alone.edge.oreectl("hosting-provider", "remove", "Northwind")


async def test_two_people_change_the_same(alone, panel):
    await alone.edge.oreectl("allowed-domain", "add", "adatum.test", "comment=before")
    p = await panel(alone, "--page=domains/adatum.test")
    await p.fill("Comment", "mine")
    await alone.edge.oreectl("allowed-domain", "set", "adatum.test", "comment=theirs")
    p.key("ctrl+Return")
    await p.see("“adatum.test” Was Changed")
    await p.see("theirs")
    await p.see("mine")
    await p.click("Overwrite")
    await p.see("Domain adatum.test committed")
    assert (await listed(alone, "allowed-domain"))["adatum.test"]["comment"] == "mine"
    await alone.edge.oreectl("allowed-domain", "remove", "adatum.test")


async def test_policies_and_the_switch(alone, panel):
    await alone.edge.oreectl("access-edge", "set", "allow-federated-users=false")
    p = await panel(alone, "--page=policies")
    await p.see(re.compile("^Federation is disabled in the Access Edge configuration"))
    await p.click("Open", "button")
    await p.see("Edit Access Edge Configuration")
    await p.click(re.compile("^Enable federation and public IM"), "switch")
    p.key("ctrl+Return")
    await p.see("Access Edge configuration committed")
    await p.click("Policies", ("tab", "radio button", "radio"))
    await p.gone(re.compile("^Federation is disabled"), "label")
    # The child is off when the parent is switched off.
    await p.click("Global", "label", count=2)
    await p.see("Edit External Access Policy")
    await p.click(re.compile("^Enable communications with federated users"), "switch")
    await p.until(lambda root: any(not node.has("checked") for node in
                                   p.match(root, re.compile("^Enable communications with XMPP"), "switch")), "off")
    p.key("ctrl+Return")
    await p.see("Policy global committed")
    record = (await listed(alone, "external-access-policy"))["global"]
    assert not record["enable-federation-access"] and not record["enable-xmpp-access"]
    p.key("ctrl+z")
    await p.see("Undone")
    # What cannot be deleted goes back to what it was at the beginning.
    await alone.edge.oreectl("external-access-policy", "set", "global", "enable-federation-access=true")
    await p.click("Global", "label")
    p.key("Delete")
    await p.see(re.compile("The global one is reset to its defaults instead"))
    await p.click("Delete", "button")
    await until(lambda: reset(alone), 30, "the policy reset")


async def reset(world):
    record = (await listed(world, "external-access-policy"))["global"]
    return not record["enable-federation-access"] and not record["enable-xmpp-access"]


async def test_the_service_goes_and_comes(alone, panel):
    p = await panel(alone, "--page=domains/+")
    await p.see("New SIP Federated Domain: Allowed")
    p.type("treyresearch.test")
    await alone.edge.stop()
    await p.see(re.compile("^The edge service is not running. Showing the last known settings"))
    await p.see("Waiting for the service")
    await alone.start_edge()
    # What was typed is still there, and can be committed.
    await p.find("Commit", "button", sensitive=True, deadline=15)
    p.key("ctrl+Return")
    await p.see("Domain treyresearch.test committed")
    assert "treyresearch.test" in await listed(alone, "allowed-domain")
    await alone.edge.oreectl("allowed-domain", "remove", "treyresearch.test")


async def test_a_list_is_imported(alone, panel, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    bad.write_text("domain,status\nfabrikam.test,allowed\nnot a domain,allowed\nx.test,perhaps\n")
    good.write_text("a.test\nb.test,blocked,,spam\n\"c.test\",allowed,sip.c.test,\"one, two\"\n")
    p = await panel(alone, "--page=domains")
    for path in (bad, good):
        await p.click("New", "button")
        await p.press("Import a list…", "menu item")
        await p.find(re.compile("Open$"), "button")
        p.type(str(path))
        p.key("Return")
        await p.see(f"Import “{path.name}”?")
        if path is bad:
            await p.see(re.compile("Line 3:.*\nLine 4:"))
            await p.find("Import", "button", sensitive=False)
            p.key("Escape")
        else:
            await p.see("2 allowed domains, 1 blocked domain.")
            await p.click("Import", "button")
            await p.see("3 domains imported")
    assert (await listed(alone, "allowed-domain"))["c.test"]["comment"] == "one, two"
    p.key("ctrl+z")
    await p.see("No Federated Domains")


async def test_french_by_keyboard_alone(alone, panel):
    p = await panel(alone, "--page=xmpp", language="fr")
    await p.see("Aucun partenaire XMPP")
    p.key("ctrl+n")
    await p.see("Nouveau partenaire fédéré XMPP")
    p.type("fabrikam.test")
    p.key("Tab")
    p.type("Société Générale")
    p.key("ctrl+Return")
    await p.see("Partenaire fabrikam.test validé")
    p.key("Return")
    await p.see("Modifier le partenaire fédéré XMPP")
    p.key("alt+Left")
    await p.see("1 partenaire")
    p.key("Delete")
    await p.see(re.compile("^Supprimer 1 partenaire"))
    p.key("Tab", "Return")
    await p.see("Aucun partenaire XMPP")


async def test_authorities_and_profile_of_a_partner(alone, panel):
    await alone.edge.oreectl("xmpp-partner", "add", "adatum.test")
    await alone.edge.oreectl("boundary-profile", "add", "strict")
    p = await panel(alone, "--page=xmpp/adatum.test", "--size=1100x880")
    await p.see("Edit XMPP Federated Partner")
    await p.click("Partner type (required)", "label", button=5, count=20)  # the wheel
    await p.click("Certificates", "label")
    await p.click("Partner type (required)", "label", button=5, count=20)
    await p.see("Those of the edge")
    await p.press("Certification authorities of this partner", "button")
    anchors = next(alone.directory.rglob("ca*.pem"), None) or next(alone.directory.rglob("*.crt"))
    await p.find(re.compile("Open$"), "button")
    p.type(str(anchors))
    p.key("Return")
    await p.see("1 certificate")
    await p.click("Expected authentication", "label", button=5, count=20)
    await p.click("What may cross", "label")
    await p.click("What may cross", "label", button=5, count=20)
    await p.choose("Boundary profile", 1)
    p.key("ctrl+Return")
    await p.see("Partner adatum.test committed")
    record = (await listed(alone, "xmpp-partner"))["adatum.test"]
    assert record["boundary-profile"] == "strict"
    assert record["trust-anchors"].startswith("-----BEGIN CERTIFICATE-----")
    p.key("ctrl+z")
    await p.see("Undone")


async def test_the_passphrase_is_written_and_never_read(alone, panel):
    p = await panel(alone, "--page=xmpp/=xmpp-gateway", "--size=1100x880")
    await p.see("XMPP Gateway Settings")
    await p.click("Limits", "label", button=5, count=20)
    await p.fill("Passphrase of the dialback keys", "something that nobody guesses")
    p.key("ctrl+Return")
    await p.see("Gateway settings committed")
    assert "dialback-passphrase" not in await alone.edge.oreectl_json("xmpp-gateway", "show")
    history = await alone.edge.oreectl("history")
    assert "xmpp-gateway" in str(history) and "nobody guesses" not in str(history)


async def test_a_policy_tells_its_users(alone, panel):
    await alone.edge.oreectl("external-access-policy", "add", "Partners")
    p = await panel(alone, "--page=policies/Partners")
    await p.see("None yet: it has no effect until it is granted on the Users page.")
    await alone.edge.oreectl("user", "set", "sip:alice@contoso.test", "external-access-policy=Partners")
    await p.see("sip:alice@contoso.test")
    await p.click("Enable communications with federated users", "label", button=5, count=20)
    await p.press("Show users", "button")
    await p.see("1 of 2 shown")

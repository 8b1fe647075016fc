# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate wizard's rarer choices: a pair of identities, names for private authorities, a roll at a date."""

import datetime
import re

import pytest
from authority import Office, names_of, openssl
from conftest import LONG
from wizard import WORDS, contoso, pick, stands, wizard  # noqa: F401

CHOICES = {
    "en": {"usage": "Key usage", "server": "Server authentication", "pair": "Prepare a pair", "sunset": "Public authorities no longer issue",
           "second": "The client identity of the pair", "make-second": "Request Now", "client": "Client identity certificate",
           "srv": "Add SRVNames of the XMPP domains", "xmpp": "Add xmppAddr names of the XMPP domains", "private": "Only private authorities",
           "ejabberd": "ejabberd servers", "av": "A/V authentication", "roll": "Effective Date", "later": "From a date on (roll)",
           "date": "Date", "time": "Time", "past": "lies in the past", "shape": "Enter a date as", "from": "Effective from",
           "waits": "Waits: in use from", "undo": "Undo the assignment", "withdrawn": "Withdrawn: the certificate in use stays",
           "store": "Certificate Store", "usage-page": "Certificate Assignment", "accept": "Assign it in spite"},
    "fr": {"usage": "Utilisation de la clé", "server": "Authentification du serveur", "pair": "Préparer une paire",
           "sunset": "Les autorités publiques n", "second": "L’identité client de la paire", "make-second": "Demander maintenant",
           "client": "Certificat d’identité client", "srv": "Ajouter les SRVName des domaines XMPP",
           "xmpp": "Ajouter les noms xmppAddr des domaines XMPP", "private": "Seules les autorités privées", "ejabberd": "serveurs ejabberd",
           "av": "Authentification A/V", "roll": "Date d’effet", "later": "À partir d’une date (remplacement différé)", "date": "Date",
           "time": "Heure", "past": "passé", "shape": "Indiquez une date comme", "from": "À partir du",
           "waits": "En attente.*en service à partir du", "undo": "Annuler l’affectation",
           "withdrawn": "Retiré.*le certificat utilisé reste en service", "store": "Magasin de certificats",
           "usage-page": "Affectation de certificat", "accept": "malgré"},
}
LANGUAGES = ["en", "fr"] if LONG else ["fr"]


async def tick(w, name):
    """The box of this name, by the keyboard."""
    node = await w.tab_to(name, "checkbox")
    w.key("space")
    await w.find(node.name, "checkbox", checked=not node.has("checked"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_pair_and_names_for_private_authorities(contoso, wizard, tmp_path, language):
    """A pair: the server's identity first, then the wizard proposes the client's. Names that only private authorities grant are asked
    for with what speaks against them, and stand in the request."""
    words = WORDS[language] | CHOICES[language]
    titles, path = words["titles"], tmp_path / "pair.csr"
    w = await wizard(contoso, "--no-memory", "--task=request", "--page=file", language=language)
    await w.type_into(words["file"], str(path))
    w.key(words["next"])
    await stands(w, titles[4])
    w.key(words["next"])
    await stands(w, titles[5])
    # Client authentication is what public authorities no longer grant.
    await w.tab_to(words["usage"], "combo box")
    w.key("space", "End", "Return")
    await w.see(re.compile(words["sunset"]))
    w.picture(f"both-{language}")
    await tick(w, re.compile(words["pair"]))
    await w.see(words["server"])
    await w.gone(re.compile(words["sunset"]), "label")
    w.picture(f"pair-{language}")
    w.key(words["next"])
    await stands(w, titles[6])
    await w.type_into(words["organization"], "Contoso")
    for title in titles[7:11]:
        w.key(words["next"])
        await stands(w, title)
    for name, doubt in (("srv", "private"), ("xmpp", "ejabberd")):
        await tick(w, words[name])
        await w.see(re.compile(words[doubt]))
    for name in ("SRVName: _xmpp-server.contoso.com", "xmppAddr: fabrikam.com"):
        await w.see(name)
    w.picture(f"private-{language}")
    w.key(words["next"])
    await stands(w, titles[11])
    w.key(words["generate"])
    await stands(w, titles[12])
    await w.find(words["next-name"], "button", sensitive=True)
    w.key(words["next"])
    await stands(w, titles[13])
    said = openssl("req", "-in", path, "-noout", "-text", "-verify")
    assert "TLS Web Server Authentication" in said and "TLS Web Client Authentication" not in said
    assert said.count("othername") == 4, said

    await w.see(words["second"])
    await w.tab_to(re.compile(words["make-second"]), "button")
    w.key("space")
    await w.find(words["client"], "checkbox", checked=True)
    w.picture(f"second-{language}")
    for title in (titles[2], titles[3], titles[4], titles[5], titles[6], titles[7], titles[8], titles[9], titles[10], titles[11]):
        w.key(words["next"])
        await stands(w, title)
    w.key(words["generate"])
    await stands(w, titles[12])
    await w.find(words["next-name"], "button", sensitive=True)
    second = tmp_path / "pair-client.csr"
    said = openssl("req", "-in", second, "-noout", "-text", "-verify")
    assert "TLS Web Client Authentication" in said and "TLS Web Server Authentication" not in said
    assert names_of(second)
    w.key("ctrl+w")
    await w.ends()


async def av_row(world):
    _certificates, _requests, usages = await world.edge.bus.call("Certificates", "List", "(a{sv})", {})
    return next(row for row in usages if row["usage"] == "av-authentication")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_roll_of_the_av_certificate(contoso, wizard, tmp_path, language):
    """It takes effect at a date, which is judged as it is typed; it waits in the service; it can be withdrawn."""
    words = WORDS[language] | CHOICES[language]
    office, request = Office(tmp_path), tmp_path / "av.csr"
    await contoso.edge.oreectl("certificate", "request", "--usage", "av", "--out", request, "organization=Contoso",
                               f"friendly-name=Relay {language}")
    answer = office.sign(request, "av")
    answer.write_bytes(answer.read_bytes() + office.intermediate.read_bytes() + office.root.read_bytes())
    await contoso.edge.oreectl("certificate", "import", answer)
    before = await av_row(contoso)

    w = await wizard(contoso, "--no-memory", "--task=assign", language=language)
    await stands(w, words["usage-page"])
    for row in await w.until(lambda root: list(w.match(root, role="checkbox", checked=True)), "with a usage"):
        await tick(w, row.name)
    await tick(w, words["av"])
    w.key(words["next"])
    await stands(w, words["store"])
    await pick(w, f"Relay {language}")
    w.key(words["next"])
    await stands(w, words["roll"])
    await pick(w, words["later"])
    for date, time, doubt in (("2020-01-01", "06:00", "past"), ("31/12/2030", "06:00", "shape"), ("2020-01-01", "6 h", "shape")):
        await w.type_into(words["date"], date)
        await w.type_into(words["time"], time)
        await w.see(re.compile(words[doubt]))
        await w.find(words["next-name"], "button", sensitive=False)
    w.picture(f"roll-problem-{language}")
    day = datetime.date.today() + datetime.timedelta(days=3)
    await w.type_into(words["date"], day.isoformat())
    await w.type_into(words["time"], "06:00")
    await w.find(words["next-name"], "button", sensitive=True)
    w.picture(f"roll-{language}")
    w.key(words["next"])
    await stands(w, words["assign"])
    await w.see(words["from"])
    # Its authority is not among the trusted: said, and accepted.
    await tick(w, re.compile(words["accept"]))
    w.picture(f"roll-summary-{language}")
    w.key(words["do-assign"])
    await stands(w, words["assigned"])
    await w.see(re.compile(words["waits"]))
    w.picture(f"roll-waits-{language}")
    row = await av_row(contoso)
    when = datetime.datetime.combine(day, datetime.time(6)).astimezone()
    assert row["effective"] == when.timestamp() * 1e6 and row["next"] and row["source"] == before["source"], row
    await w.tab_to(words["undo"], "button")
    w.key("space")
    await w.see(re.compile(words["withdrawn"]))
    assert not (await av_row(contoso)).get("next")
    w.key(words["finish"])
    await w.ends()

# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate wizard, from the first page to a request on disk, in both languages, by keys alone; left and resumed."""

import pathlib
import re
import shutil

import pytest
from authority import NAMES, names_of, openssl
from conftest import LONG
from wizard import WORDS, assigned, at, contoso, pick, stands, waiting, wizard  # noqa: F401


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_from_the_first_page_to_a_request_on_disk(contoso, wizard, tmp_path, language):
    """A9, by keys alone. The window has one; each title is the document's."""
    words = WORDS[language]
    titles = words["titles"]
    path = tmp_path / "cert_external_edge.csr"
    w = await wizard(contoso, "--no-memory", language=language)

    for step in (1, 2, 3):
        await at(w, step, titles[step - 1])
        w.picture(f"{step:02}-{language}")
        w.key(words["next"])
    await at(w, 4, titles[3])
    await w.type_into(words["file"], str(path))
    w.picture(f"04-{language}")
    w.key(words["next"])
    for step in (5, 6):
        await at(w, step, titles[step - 1])
        w.picture(f"{step:02}-{language}")
        w.key(words["next"])
    await at(w, 7, titles[6])
    await w.find(words["next-name"], "button", sensitive=False)
    await w.type_into(words["organization"], "Contoso")
    w.picture(f"07-{language}")
    w.key(words["next"])
    await at(w, 8, titles[7])
    await w.type_into(words["city"], "Paris")
    w.picture(f"08-{language}")
    # Back loses nothing.
    w.key(words["back"])
    await at(w, 7, titles[6])
    assert (await w.find(words["organization"], "text box")).text() == "Contoso"
    w.key(words["next"])
    await at(w, 8, titles[7])
    assert (await w.find(words["city"], "text box")).text() == "Paris"
    w.key(words["next"])

    await at(w, 9, titles[8])
    for name, reason in zip(NAMES, words["reasons"]):
        await w.see(name)
        await w.see(reason)
    w.picture(f"09-{language}")
    w.key(words["next"])
    await at(w, 10, titles[9])
    w.picture(f"10-{language}")
    w.key(words["next"])

    await at(w, 11, titles[10])
    await w.type_into(words["add-field"], "*.contoso.com")
    await w.see(re.compile(words["wildcard"]))
    await w.type_into(words["add-field"], "CONTOSO.com")
    await w.see(re.compile(words["included"]))
    w.picture(f"11-problem-{language}")
    await w.type_into(words["add-field"], "XMPP.contoso.com")
    w.key("Return")
    await w.see("xmpp.contoso.com")
    w.picture(f"11-{language}")
    w.key(words["next"])
    await at(w, 12, titles[11])
    await w.find(words["generate-name"], "button", sensitive=True)
    w.picture(f"12-{language}")
    assert not path.exists()
    w.key(words["generate"])
    await at(w, 13, titles[12])
    await w.find(words["next-name"], "button", sensitive=True)
    w.picture(f"13-{language}")
    w.key(words["next"])
    await at(w, 14, titles[13])
    w.picture(f"14-{language}")

    said = openssl("req", "-in", path, "-noout", "-text", "-verify")
    assert "Subject: " in said and "CN = sip.contoso.com" in said and "O = Contoso" in said and "L = Paris" in said
    assert names_of(path) == [*NAMES, "xmpp.contoso.com"]
    assert "Public-Key: (2048 bit)" in said and "TLS Web Server Authentication" in said
    # The private key is the service's alone.
    for found in contoso.edge.state.rglob("*"):
        if found.is_file():
            assert found.stat().st_mode & 0o077 == 0 or b"PRIVATE KEY" not in found.read_bytes(), found
    w.key(words["finish"])
    await w.ends()
    listed = await contoso.edge.oreectl("certificate", "list")
    assert "sip.contoso.com" in listed


async def leave(w, words):
    """By Escape, and the question about what was typed."""
    w.key("Escape")
    await w.see(re.compile(words["leave"]))
    w.key(words["do-leave"])
    await w.ends()


@pytest.mark.parametrize("language", ["en", "fr"] if LONG else ["fr"])
async def test_left_and_resumed(contoso, wizard, tmp_path, language):
    """What was typed is there the next time; a request that was made waits in the service, though the wizard was closed and the
    service was killed."""
    words = WORDS[language]
    path, name = tmp_path / "resumed.csr", f"Weighed {language}"
    before = await waiting(contoso)
    config = shutil.copytree(pathlib.Path.home() / ".config", tmp_path / "config")  # the desktop's settings of GTK are in it
    memory = {"environment": {"XDG_CONFIG_HOME": str(config)}, "language": language}

    w = await wizard(contoso, "--task=request", "--page=organization", **memory)
    await stands(w, words["titles"][6])
    await w.type_into(words["organization"], "Société Générale")
    # Cancelling the question stays, and keeps what was typed.
    w.key("Escape")
    await w.see(re.compile(words["leave"]))
    w.picture(f"leave-{language}")
    w.key("Escape")
    await w.gone(re.compile(words["leave"]), "label")
    assert (await w.find(words["organization"], "text box")).text() == "Société Générale"
    await leave(w, words)
    assert await waiting(contoso) == before

    w = await wizard(contoso, "--task=request", "--page=file", **memory)
    await w.type_into(words["file"], str(path))
    for title in words["titles"][4:7]:
        w.key(words["next"])
        await stands(w, title)
        if title == words["titles"][5]:
            await w.type_into(words["friendly"], name)
    assert (await w.find(words["organization"], "text box")).text() == "Société Générale"
    for title in words["titles"][7:12]:
        w.key(words["next"])
        await stands(w, title)
    w.key(words["generate"])
    await stands(w, words["titles"][12])
    await w.find(words["next-name"], "button", sensitive=True)
    # Nothing is left to ask about: the request is made.
    w.key("ctrl+w")
    await w.ends()
    assert await waiting(contoso) == [name, *before] and path.exists()

    await contoso.edge.kill()
    await contoso.edge.start()
    assert await waiting(contoso) == [name, *before]
    w = await wizard(contoso, **memory)
    await stands(w, words["titles"][0])
    await pick(w, words["process"])
    w.key(words["next"])
    await stands(w, words["pending"])
    await w.see(name)
    w.picture(f"resumed-{language}")
    # Who requests is remembered, what was requested is not.
    w.key("ctrl+w")
    await w.ends()
    w = await wizard(contoso, "--task=request", "--page=organization", **memory)
    assert (await w.find(words["organization"], "text box")).text() == "Société Générale"
    w.key("ctrl+w")
    await w.ends()
    assert await assigned(contoso) == []

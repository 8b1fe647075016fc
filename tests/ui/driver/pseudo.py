# SPDX-License-Identifier: GPL-3.0-or-later
"""A language nobody speaks: every sentence of the catalogue with accents and a third longer. What stays plain was never
offered to translators; what no longer fits will not fit in some language."""

import gettext
import re
import subprocess

LANGUAGE = "eo"  # a code that GTK and GLib have no sentences of importance for
FIRST, LAST = "⟦", "⟧"
_ACCENTS = str.maketrans("aceginorsuyzACEGINORSUYZ", "áçéğíñóřšúýžÁÇÉĞÍÑÓŘŠÚÝŽ")
# What must stay as it is: formats, entities, elements, mnemonics and their letter.
_KEPT = re.compile(r"%%|%[-+ #0']*\d*(?:\.\d+)?(?:l{0,2}|[hjztL])?[a-zA-Z]|&\w+;|</?\w+>|\{\w+\}|_\w|\n")


def sentence(text):
    """`text` as it is shown in that language."""
    parts, place = [], 0
    for kept in _KEPT.finditer(text):
        parts += [text[place:kept.start()].translate(_ACCENTS), kept.group()]
        place = kept.end()
    parts.append(text[place:].translate(_ACCENTS))
    letters = len(re.sub(r"\W", "", _KEPT.sub("", text)))
    if letters == 0 or text != text.strip("\n"):
        return text  # a format of dates; a page of help, which windows do not show
    return FIRST + "".join(parts) + "~" * max(1, round(letters * 0.3)) + LAST


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def make(catalogue, directory):
    """Writes the catalogue of that language below `directory`, from the compiled `catalogue` of another (its sentences are
    the same); gives `directory`."""
    with open(catalogue, "rb") as file:
        known = gettext.GNUTranslations(file)._catalog
    lines = ['msgid ""', 'msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"', ""]
    with open(catalogue, "rb") as file:
        plurals = _plurals(file.read())
    for key in known:
        if isinstance(key, tuple) or not key:
            continue
        context, found, text = key.rpartition("\x04")
        lines += [f"msgctxt {_quoted(context)}"] if found else []
        lines += [f"msgid {_quoted(text)}", f"msgstr {_quoted(sentence(text))}", ""]
    for context, one, many in plurals:
        lines += [f"msgctxt {_quoted(context)}"] if context else []
        lines += [f"msgid {_quoted(one)}", f"msgid_plural {_quoted(many)}", f"msgstr[0] {_quoted(sentence(one))}",
                  f"msgstr[1] {_quoted(sentence(many))}", ""]
    place = directory / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    source = directory / "pseudo.po"
    source.write_text("\n".join(lines))
    subprocess.run(["msgfmt", "-o", str(place / "oree.mo"), str(source)], check=True)
    return directory


def _plurals(data):
    """(context, singular, plural) of a compiled catalogue: the class of Python forgets the plural."""
    order = "little" if data[:4] == b"\xde\x12\x04\x95" else "big"
    word = lambda at: int.from_bytes(data[at:at + 4], order)
    for index in range(word(8)):
        entry = word(12) + 8 * index
        text = data[word(entry + 4):word(entry + 4) + word(entry)].decode()
        context, _, text = text.rpartition("\x04")
        one, found, many = text.partition("\x00")
        if found:
            yield context, one, many

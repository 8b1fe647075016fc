# SPDX-License-Identifier: GPL-3.0-or-later
"""The bus: every member documented, every method in the permission table with the action its text names, every
action in the polkit policy, in both languages."""

import re
import xml.etree.ElementTree as ElementTree

from source import Finding

_MEMBER = re.compile(r'<(method|signal|property)\s+name="([^"]+)"')
_COMMENT = re.compile(r"-->\s*$")
_ROW = re.compile(r'\{\s*OREE_IFACE_(\w+)\s*,\s*"(\w+)"\s*,\s*OREE_ACTION_(\w+)')
_DEFINE = re.compile(r'#define\s+(OREE_(?:IFACE|ACTION)_\w+)\s+"([^"]+)"')


def _documented(path, text):
    """Yields (finding or None, kind, member, needs) for each member of one XML file."""
    for member in _MEMBER.finditer(text):
        kind, name = member.groups()
        line = text.count("\n", 0, member.start()) + 1
        before = text[:member.start()]
        said = before[before.rfind("<!--"):] if _COMMENT.search(before) else ""
        if not re.search(rf"^\s*{name}:\s*$", said, re.MULTILINE) or "@since:" not in said:
            yield Finding("undocumented-member", path, line, f"{kind} {name} has no comment with @since"), kind, name, None
            continue
        element = text[member.start():text.find(f"</{kind}>", member.start())]
        for argument in re.findall(r'<arg name="([^"]+)"', element):
            if kind == "method" and f"@{argument}:" not in said:
                yield Finding("undocumented-member", path, line, f"{name} says nothing of {argument}"), kind, name, None
        needs = re.search(r"Needs: +(\S+)", said)
        yield None, kind, name, needs.group(1) if needs else None


def check(top):
    names = dict(_DEFINE.findall((top / "common/base/oree-names.h").read_text()))
    table_path = "service/bus/oree-bus-auth.c"
    table_file = top / table_path
    rows = {}
    if table_file.exists():
        for interface, method, action in _ROW.findall(table_file.read_text()):
            rows[names.get(f"OREE_IFACE_{interface}", interface), method] = names.get(f"OREE_ACTION_{action}", action)
    methods = set()
    for file in sorted((top / "data/dbus").glob("*.xml")):
        path, text = file.relative_to(top).as_posix(), file.read_text()
        interface = ElementTree.fromstring(text.encode()).find("interface").get("name")
        for finding, kind, name, needs in _documented(path, text):
            if finding:
                yield finding
                continue
            if kind != "method":
                continue
            methods.add((interface, name))
            if needs is None:
                yield Finding("permission-table", path, 1, f"{name}: no line “Needs: action”")
            elif rows.get((interface, name)) != needs:
                yield Finding("permission-table", path, 1, f"{name} needs {needs} here and "
                              f"{rows.get((interface, name), 'nothing')} in {table_path}")
    for interface, method in sorted(set(rows) - methods):
        yield Finding("permission-table", table_path, 1, f"{interface}.{method} is in no XML file")
    yield from _check_policy(top, {action for action in rows.values()})


def _check_policy(top, actions):
    files = sorted((top / "data/polkit").glob("*.policy*"))
    described = set()
    for file in files:
        path = file.relative_to(top).as_posix()
        for action in ElementTree.fromstring(file.read_bytes()).iter("action"):
            described.add(action.get("id"))
            languages = {element.get("{http://www.w3.org/XML/1998/namespace}lang")
                         for element in action.findall("message")}
            if not {None, "fr"} <= languages:
                yield Finding("polkit-policy", path, 1, f"{action.get('id')}: no message in both languages")
            default = action.find("defaults/allow_any")
            if default is None or default.text.strip() == "yes":
                yield Finding("polkit-policy", path, 1, f"{action.get('id')}: anybody is allowed")
    for action in sorted(actions - described):
        yield Finding("polkit-policy", "data/polkit", 1, f"{action} is in no policy file")

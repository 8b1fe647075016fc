# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that must not stand in the code: unbounded string functions, numbers parsed without checks, timers and
blocking calls in the data plane, sentences where only codes belong."""

import re

from source import Finding, bare, c_files, line_of

# rule, where (a pattern on the path), what, why
RULES = [
    ("unbounded-string", r".", r"\b(?:strcpy|strcat|stpcpy|v?sprintf|gets|strtok|alloca|g_alloca)\s*\(",
     "no bound: use spans, g_strlcpy, g_strdup_printf or GString"),
    ("unchecked-number", r".", r"\b(?:ato[ilf]|atoll|strto(?:l|ll|ul|ull|d|f)|sscanf|g_ascii_strto\w+)\s*\(",
     "use oree_span_to_uint or g_ascii_string_to_unsigned"),
    ("goto", r".", r"\bgoto\s+\w", "use g_autoptr and an early return"),
    ("timer-outside-the-wheel", r"^service/(?:roles|net)/", r"\bg_(?:timeout|idle)_(?:add|source_new)\w*\s*\(",
     "a deadline goes to the worker's wheel"),
    ("blocking-call", r"^service/(?!ctl/|store/|pki/|main\.c)", r"\b\w+_sync\s*\(", "would hold a thread that others wait for"),
    ("blocking-call", r"^service/(?:roles|net|proto|gateway|codec|policy)/",
     r"\b(?:getaddrinfo|gethostbyname\w*|g_usleep|usleep|nanosleep|sleep)\s*\(", "would hold a worker"),
    ("clock-in-pure-code", r"^service/(?:codec|policy|proto|gateway)/",
     r"\b(?:g_get_monotonic_time|g_get_real_time|clock_gettime|gettimeofday|time|oree_time_now|g_date_time_new_now\w*)\s*\(",
     "time is passed in"),
    ("log-in-pure-code", r"^service/(?:codec|policy|proto|gateway)/",
     r"\b(?:g_(?:message|warning|debug|info|critical|print|printerr)|oree_log\w*|printf|fprintf)\s*\(",
     "pure code returns values"),
    ("sentence-outside-the-clients", r"^service/(?!ctl/)|^common/(?!client/|ui/)",
     r"(?<![\w_])(?:_|C_|N_|NC_|ngettext|gettext|g_dngettext)\s*\(", "the service speaks in codes"),
]
_TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\s*\(#\d+\))")


def check(top):
    for path, text in c_files(top):
        code = bare(text)
        for rule, where, what, why in RULES:
            if not re.search(where, path):
                continue
            for match in re.finditer(what, code):
                yield Finding(rule, path, line_of(code, match.start()), f"{match.group().strip()}…: {why}")
        for match in _TODO.finditer(text):
            yield Finding("todo-without-issue", path, line_of(text, match.start()), "write the issue's number")
        if not text.startswith("/* SPDX-License-Identifier: GPL-3.0-or-later */"):
            yield Finding("licence", path, 1, "the first line says the licence")

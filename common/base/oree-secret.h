/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte strings that are wiped before they are freed, and constant-time comparison. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Overwrites `length` bytes in a way the compiler keeps. */
void oree_secret_wipe (void *data, gsize length);
/* Wipes and frees a NUL-terminated string; NULL is fine. */
void oree_secret_free (char *secret);
/* TRUE when equal; time depends on `length` only. */
gboolean oree_secret_equal (const void *a, const void *b, gsize length);
/* `n` bytes from the kernel's generator (getrandom); never fails, aborts when the kernel has none. */
void oree_random_bytes (void *out, gsize n);
/* `n_bytes` random bytes as lower-case hex; owned. */
char *oree_random_hex (gsize n_bytes);

G_END_DECLS

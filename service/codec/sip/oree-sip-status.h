/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP status codes and their phrases. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* "Not Found"; for a code without a phrase of its own, that of its class. Never NULL. */
const char *oree_sip_status_phrase (guint status);
/* 100 to 699? */
gboolean oree_sip_status_is_valid (guint status);
/* Final: 200 and up. */
static inline gboolean
oree_sip_status_is_final (guint status)
{
  return status >= 200;
}
static inline gboolean
oree_sip_status_is_success (guint status)
{
  return status >= 200 && status <= 299;
}

G_END_DECLS

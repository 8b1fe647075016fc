/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OreePartnerForm: the edit page of an XMPP partner. It shows live which methods the choices allow. */
#pragma once
#include <adwaita.h>

G_BEGIN_DECLS

#define OREE_TYPE_PARTNER_FORM (oree_partner_form_get_type ())
/* Property: "draft" (OreeClientDraft). */
G_DECLARE_FINAL_TYPE (OreePartnerForm, oree_partner_form, OREE, PARTNER_FORM, AdwPreferencesPage)

/* "SASL over TLS, TLS dialback"; static or owned: owned. What no method is called, too. */
char *oree_partner_form_methods (guint methods);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From when on? A certificate of the media relay's can take over at a date: tokens signed with the former key live on till then. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_ROLL (oree_cert_page_roll_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageRoll, oree_cert_page_roll, OREE, CERT_PAGE_ROLL, OreeCertPage)

G_END_DECLS

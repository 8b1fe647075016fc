/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that follow from the topology; to be looked at. */
#pragma once
#include "wizards/certificate/oree-cert-page.h"

G_BEGIN_DECLS

#define OREE_TYPE_CERT_PAGE_SUBJECT (oree_cert_page_subject_get_type ())
G_DECLARE_FINAL_TYPE (OreeCertPageSubject, oree_cert_page_subject, OREE, CERT_PAGE_SUBJECT, OreeCertPage)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user: a person of ours. The id is the address of record, "sip:alice@contoso.test". */
#pragma once
#include "model/oree-field.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_HOME_EMBEDDED, /* the embedded front end */
  OREE_HOME_NEXT_HOP  /* the server behind topology's next-hop */
} OreeUserHome;

typedef struct
{
  OreeRecord record;
  char *display_name;
  char *external_access_policy; /* id of a user policy; "": site, then global */
  char *site;                   /* "": the edge's own site */
  int home;                     /* OreeUserHome */
  char *password;               /* only during a patch; always "" afterwards */
  char *ha1_sha256;             /* H(user:domain:password), lower-case hex; "" = cannot sign in */
  char *ha1_md5;
} OreeUser;

extern const OreeKind oree_user_kind;

/* The digest user name (the decoded user part) and the realm (the domain) of a user id; owned. */
char *oree_user_digest_name (const char *id);
char *oree_user_domain (const char *id);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*   asked ─► may the policy? ─► what stands? ─► open a stream ─► an event tells ─► what stands? ─► answer
 *                                                            └► the deadline                            */
#include "control/oree-partner-test.h"

#include "base/oree-error.h"
#include "base/oree-limits.h"
#include "policy/oree-decide-xmpp.h"

#include <string.h>

typedef struct
{
  OreePartnerTests *owner;
  char *local;
  char *domain;
  gboolean asked; /* a stream was asked for: what stands now is what came of it */
  guint deadline; /* source; 0 none */
  guint waiting;  /* answers of the data plane that are still to come */
  OreePartnerTested done; /* NULL: told; only answers of the data plane are waited for */
  gpointer data;
} Test;

struct _OreePartnerTests
{
  OreeRoles *roles;
  GQueue tests; /* Test */
};

static void
test_free (Test *test)
{
  g_clear_handle_id (&test->deadline, g_source_remove);
  g_free (test->local);
  g_free (test->domain);
  g_free (test);
}

static void
forget_if_over (Test *test)
{
  if (test->done != NULL || test->waiting > 0)
    return;
  g_queue_remove (&test->owner->tests, test);
  test_free (test);
}

/* Tells once; `test` may be gone afterwards. */
static void
answer (Test *test, GVariant *result)
{
  OreePartnerTested done = g_steal_pointer (&test->done);

  g_clear_handle_id (&test->deadline, g_source_remove);
  done (result, test->data);
  forget_if_over (test);
}

static void
fail (Test *test, const char *reason, const char *detail)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "partner", "s", test->domain);
  g_variant_dict_insert (&dict, "outcome", "s", "failed");
  g_variant_dict_insert (&dict, "reason", "s", reason);
  if (detail != NULL && *detail != '\0')
    g_variant_dict_insert (&dict, "detail", "s", detail);
  answer (test, g_variant_dict_end (&dict));
}

/* TRUE while somebody still wants to know. */
static gboolean
came_back (Test *test)
{
  test->waiting--;
  if (test->done != NULL)
    return TRUE;
  forget_if_over (test);
  return FALSE;
}

/* The row of a stream of ours to the domain that is ready; owned. */
static GVariant *
standing (GVariant *rows, const char *domain)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *protocol = "", *direction = "", *state = "", *partner = "";

      g_variant_lookup (row, "protocol", "&s", &protocol);
      g_variant_lookup (row, "direction", "&s", &direction);
      g_variant_lookup (row, "state", "&s", &state);
      g_variant_lookup (row, "partner", "&s", &partner);
      if (g_str_equal (protocol, "xmpp") && g_str_equal (direction, "out") && g_str_equal (state, "ready")
          && g_str_equal (partner, domain))
        return g_steal_pointer (&row);
    }
  return NULL;
}

static void
on_opened (GVariant *result, gpointer data)
{
  Test *test = data;
  gboolean runs = FALSE;

  if (!came_back (test))
    return;
  g_variant_lookup (result, "found", "b", &runs);
  if (!runs)
    fail (test, "xmpp-proxy-not-running", NULL);
}

static void
on_rows (GVariant *rows, gpointer data)
{
  Test *test = data;
  g_autoptr (GVariant) row = NULL;
  GVariantDict dict;

  if (!came_back (test))
    return;
  row = standing (rows, test->domain);
  if (row != NULL)
    {
      g_variant_dict_init (&dict, row);
      g_variant_dict_insert (&dict, "outcome", "s", "ready");
      g_variant_dict_insert (&dict, "already", "b", !test->asked);
      answer (test, g_variant_dict_end (&dict));
    }
  else if (!test->asked)
    {
      test->asked = TRUE;
      test->waiting++;
      oree_roles_open_stream (test->owner->roles, test->local, test->domain, on_opened, test);
    }
  else
    fail (test, "connection-lost", NULL); /* it stood, and fell before we looked */
}

static void
look (Test *test)
{
  test->waiting++;
  oree_roles_list (test->owner->roles, "connections", on_rows, test);
}

static gboolean
on_deadline (gpointer data)
{
  Test *test = data;

  test->deadline = 0;
  fail (test, "establish-timeout", NULL);
  return G_SOURCE_REMOVE;
}

OreePartnerTests *
oree_partner_tests_new (OreeRoles *roles)
{
  OreePartnerTests *self = g_new0 (OreePartnerTests, 1);

  self->roles = roles;
  g_queue_init (&self->tests);
  return self;
}

void
oree_partner_tests_free (OreePartnerTests *self)
{
  Test *test;

  /* The data plane is gone: nothing of what it was asked will be answered. */
  while ((test = g_queue_pop_head (&self->tests)) != NULL)
    {
      if (test->done != NULL)
        test->done (NULL, test->data);
      test_free (test);
    }
  g_free (self);
}

/* The domain of ours that would call: the primary one, where it speaks XMPP. */
static const char *
our_domain (const OreePolicy *policy)
{
  const OreeSipDomain *primary = oree_policy_default_domain (policy);
  const GPtrArray *domains = oree_record_set_list (oree_policy_records (policy), &oree_sip_domain_kind);

  if (primary != NULL && primary->xmpp)
    return primary->record.id;
  for (guint i = 0; domains != NULL && i < domains->len; i++)
    if (((const OreeSipDomain *) g_ptr_array_index (domains, i))->xmpp)
      return ((const OreeRecord *) g_ptr_array_index (domains, i))->id;
  return NULL;
}

gboolean
oree_partner_tests_ask (OreePartnerTests *self, OreePolicy *policy, const char *domain, OreePartnerTested done,
                        gpointer data, GError **error)
{
  const char *local = our_domain (policy);
  OreeXmppFacts facts = {
    .direction = OREE_DIRECTION_OUT, .ask = OREE_XMPP_STREAM, .local_domain = local, .remote_domain = domain,
    .auth = OREE_XMPP_AUTH_PENDING,
  };
  OreeVerdict verdict;
  Test *test;

  if (oree_policy_xmpp_partner (policy, domain) == NULL)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_NOT_FOUND, "%s is no XMPP partner", domain);
      return FALSE;
    }
  if (self->tests.length >= OREE_PARTNER_TESTS_MAX)
    {
      g_set_error (error, OREE_ERROR, OREE_ERROR_BUSY, "%u partners are being tested", self->tests.length);
      return FALSE;
    }
  test = g_new0 (Test, 1);
  test->owner = self;
  test->local = g_strdup (local);
  test->domain = g_strdup (domain);
  test->done = done;
  test->data = data;
  g_queue_push_tail (&self->tests, test);
  if (local == NULL)
    {
      fail (test, "domain-without-xmpp", NULL);
      return TRUE;
    }
  verdict = oree_decide_xmpp (policy, &facts, NULL);
  if (!verdict.allow)
    {
      fail (test, oree_reason_nick (verdict.reason), NULL);
      return TRUE;
    }
  test->deadline = g_timeout_add_seconds (OREE_PARTNER_TEST_SECONDS, on_deadline, test);
  look (test);
  return TRUE;
}

void
oree_partner_tests_heard (OreePartnerTests *self, const OreeEvent *event)
{
  g_autoptr (GList) open = NULL;
  const char *partner = "", *direction = "", *reason = "", *detail = NULL;

  if (self->tests.length == 0
      || (event->id != OREE_EVENT_STREAM_READY && event->id != OREE_EVENT_STREAM_FAILED
          && event->id != OREE_EVENT_LIMIT_HIT))
    return;
  g_variant_lookup (event->details, event->id == OREE_EVENT_LIMIT_HIT ? "peer" : "partner", "&s", &partner);
  g_variant_lookup (event->details, "direction", "&s", &direction);
  g_variant_lookup (event->details, "reason", "&s", &reason);
  g_variant_lookup (event->details, "detail", "&s", &detail);
  open = g_list_copy (self->tests.head);
  for (GList *l = open; l != NULL; l = l->next)
    {
      Test *test = l->data;

      if (test->done == NULL || !test->asked || !g_str_equal (test->domain, partner))
        continue;
      if (event->id == OREE_EVENT_LIMIT_HIT)
        fail (test, "connection-limit", NULL);
      else if (!g_str_equal (direction, "out"))
        continue;
      else if (event->id == OREE_EVENT_STREAM_READY)
        look (test);
      else
        fail (test, reason, detail);
    }
}

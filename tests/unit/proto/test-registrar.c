/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/oree-limits.h"
#include "proto/sip/oree-registrar.h"
#include "sip-text.h"

#define AOR "sip:otto@contoso.test"
#define AT(seconds) ((OreeTime) (seconds) *OREE_SECOND)
#define WALL G_GINT64_CONSTANT (1900000000000000)

static const OreeRegistrarRules rules = OREE_REGISTRAR_RULES_DEFAULT;

#define WHO "From: <" AOR ">;tag=1\r\nTo: <" AOR ">\r\n"

static void
make (SipText *text, const char *ruri, const char *call_id, guint cseq, const char *lines)
{
  g_autofree char *all = g_strdup_printf (WHO "Call-ID: %s\r\n%s", call_id, lines);

  sip_text_init (text, "REGISTER", ruri, cseq, all, "");
}

/* Registers and says how it went; `kept` and `removed` (may be NULL) receive how many. */
static guint
do_register (OreeRegistrar *registrar, const char *call_id, guint cseq, const char *lines, guint64 flow, OreeTime now,
             guint *kept, guint *removed)
{
  g_auto (SipText) text = { NULL };
  g_auto (OreeRegisterResult) result = { 0 };
  OreeRegisterRequest request;
  guint status;

  make (&text, "sip:contoso.test", call_id, cseq, lines);
  status = oree_register_read (&request, &text.msg, &rules);
  if (status != 0)
    return status;
  oree_registrar_register (registrar, AOR, &request, flow, 1, now, &result);
  if (kept != NULL)
    *kept = result.kept->len;
  if (removed != NULL)
    *removed = result.removed->len;
  g_assert_cmpint (result.is_bound, ==, oree_registrar_is_bound (registrar, AOR, now));
  return result.status;
}

/* "uri@until" of the live bindings, in order of preference. */
static char *
bindings (OreeRegistrar *registrar, OreeTime now)
{
  g_autoptr (GPtrArray) list = oree_registrar_bindings (registrar, AOR, now);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const OreeBinding *b = g_ptr_array_index (list, i);

      g_string_append_printf (out, "%s%s@%d", i ? " " : "", b->uri, (int) (b->until / OREE_SECOND));
    }
  return g_string_free (out, FALSE);
}

static void
assert_bindings (OreeRegistrar *registrar, OreeTime now, const char *expected)
{
  g_autofree char *text = bindings (registrar, now);

  g_assert_cmpstr (text, ==, expected);
}

static void
requests_are_read_by_the_book (void)
{
  static const struct
  {
    const char *ruri, *lines;
    guint status, n_contacts;
    guint32 expires;
    guint q;
  } cases[] = {
    { "sip:contoso.test", "", 0, 0, 0, 0 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4>\r\n", 0, 1, 3600, 1000 },
    { "sip:contoso.test", "Contact: sip:o@1.2.3.4;expires=70\r\nExpires: 90\r\n", 0, 1, 70, 1000 },
    { "sip:contoso.test", "Contact: sip:o@1.2.3.4\r\nExpires: 90\r\n", 0, 1, 90, 1000 },
    { "sip:contoso.test", "m: sip:o@1.2.3.4;q=0.5, <sip:p@1.2.3.4>;q=0\r\n", 0, 2, 3600, 500 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4>;expires=99999999999\r\n", 0, 1, G_MAXUINT32, 1000 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4>;expires=soon\r\nExpires: 80\r\n", 0, 1, 80, 1000 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4>;q=1.5\r\n", 400, 0, 0, 0 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4>;q=0.1234\r\n", 400, 0, 0, 0 },
    { "sip:contoso.test", "Contact: *\r\nExpires: 0\r\n", 0, 0, 0, 0 },
    { "sip:contoso.test", "Contact: *\r\n", 400, 0, 0, 0 },
    { "sip:contoso.test", "Contact: *\r\nExpires: 60\r\n", 400, 0, 0, 0 },
    { "sip:contoso.test", "Contact: *, <sip:o@1.2.3.4>\r\nExpires: 0\r\n", 400, 0, 0, 0 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4>\r\nContact: *\r\nExpires: 0\r\n", 400, 0, 0, 0 },
    { "sip:contoso.test", "Contact: <tel:+1234>\r\n", 403, 0, 0, 0 },
    { "sip:contoso.test", "Contact: <mailto:o@contoso.test>\r\n", 403, 0, 0, 0 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4\r\n", 400, 0, 0, 0 },
    { "sip:contoso.test", "Require: outbound\r\nContact: <sip:o@1.2.3.4>\r\n", 0, 1, 3600, 1000 },
    { "sip:contoso.test", "Require: outbound, gruu\r\n", 420, 0, 0, 0 },
    { "sip:contoso.test", "Contact: <sips:o@1.2.3.4>\r\n", 400, 0, 0, 0 },
    { "sips:contoso.test", "Contact: <sips:o@1.2.3.4>\r\n", 0, 1, 3600, 1000 },
    { "sip:contoso.test", "Contact: <sip:o@1.2.3.4>;+sip.instance=\"<urn:x y>\";reg-id=1\r\n", 400, 0, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (SipText) text = { NULL };
      OreeRegisterRequest request;

      g_test_message ("%s", cases[i].lines);
      make (&text, cases[i].ruri, "c", 1, cases[i].lines);
      g_assert_cmpuint (oree_register_read (&request, &text.msg, &rules), ==, cases[i].status);
      if (cases[i].status != 0)
        continue;
      g_assert_cmpuint (request.n_contacts, ==, cases[i].n_contacts);
      if (request.n_contacts > 0)
        {
          g_assert_cmpuint (request.contacts[0].expires, ==, cases[i].expires);
          g_assert_cmpuint (request.contacts[0].q, ==, cases[i].q);
        }
    }
}

static void
refusals_carry_what_they_must (void)
{
  static const struct
  {
    guint status;
    const char *line;
  } cases[] = {
    { 423, "Min-Expires: 60\r\n" },
    { 420, "Unsupported: gruu, foo\r\n" },
    { 503, "Retry-After: 60\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (SipText) text = { NULL };
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      g_autofree char *out = NULL;

      make (&text, "sip:contoso.test", "c", 1, "Require: gruu, outbound, foo\r\n");
      oree_sip_write_response (&writer, &text.msg, cases[i].status, NULL, "t", FALSE);
      oree_register_write_refusal (cases[i].status, &text.msg, &rules, &writer);
      out = sip_text_finish (&writer);
      g_assert_nonnull (strstr (out, cases[i].line));
    }
}

static void
keep_alive_is_agreed_on (void)
{
  static const struct
  {
    const char *lines;
    gboolean agreed;
  } cases[] = {
    { "ms-keep-alive: UAC;hop-hop=yes\r\n", TRUE },
    { "Ms-Keep-Alive : uac ;tcp=no; Hop-Hop=YES;timeout=30\r\n", TRUE },
    { "ms-keep-alive: UAC;hop-hop=no;end-end=yes\r\n", FALSE },
    { "ms-keep-alive: UAC;tcp=yes\r\n", FALSE },
    { "ms-keep-alive: UAS;hop-hop=yes\r\n", FALSE },
    { "ms-keep-alive: UAC\r\n", FALSE },
    { "ms-keep-alive: ;;;\r\n", FALSE },
    { "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (SipText) text = { NULL };
      g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
      g_autofree char *out = NULL;

      make (&text, "sip:contoso.test", "c", 1, cases[i].lines);
      oree_sip_write_response (&writer, &text.msg, 200, NULL, "t", FALSE);
      oree_register_write_keep_alive (&text.msg, &writer);
      out = sip_text_finish (&writer);
      g_assert_cmpint (strstr (out, "ms-keep-alive: UAS;tcp=no;hop-hop=yes;end-end=no;timeout=300\r\n") != NULL, ==,
                       cases[i].agreed);
      g_assert_cmpint (strstr (out, "keep-alive") != NULL, ==, cases[i].agreed);
    }
}

/* One registrar, one step after the other. */
static void
contacts_come_and_go (void)
{
  static const struct
  {
    int at;
    const char *call_id;
    guint cseq;
    const char *lines;
    guint status, kept, removed;
    const char *after;
  } steps[] = {
    { 0, "a", 1, "Contact: <sip:o@1.1.1.1>\r\n", 200, 1, 0, "sip:o@1.1.1.1@3600" },
    { 1, "b", 1, "Contact: <sip:o@2.2.2.2>;expires=100\r\n", 200, 1, 0, "sip:o@2.2.2.2@101 sip:o@1.1.1.1@3600" },
    { 2, "a", 2, "", 200, 0, 0, "sip:o@2.2.2.2@101 sip:o@1.1.1.1@3600" },
    /* the same contact, said otherwise: refreshed, not doubled */
    { 3, "a", 3, "Contact: <sip:o@1.1.1.1;unknown=x>;q=0.2\r\n", 200, 1, 1,
      "sip:o@2.2.2.2@101 sip:o@1.1.1.1;unknown=x@3603" },
    /* same Call-ID, CSeq not higher: nothing happens, of any of its contacts */
    { 4, "a", 3, "Contact: <sip:o@3.3.3.3>, <sip:o@1.1.1.1;unknown=x>\r\n", 500, 0, 0,
      "sip:o@2.2.2.2@101 sip:o@1.1.1.1;unknown=x@3603" },
    { 5, "a", 2, "Contact: *\r\nExpires: 0\r\n", 500, 0, 0, "sip:o@2.2.2.2@101 sip:o@1.1.1.1;unknown=x@3603" },
    /* another Call-ID replaces whatever the CSeq */
    { 6, "z", 1, "Contact: <sip:o@1.1.1.1;unknown=x>;expires=60\r\n", 200, 1, 0,
      "sip:o@1.1.1.1;unknown=x@66 sip:o@2.2.2.2@101" },
    { 7, "z", 2, "Contact: <sip:o@4.4.4.4>;expires=59\r\n", 423, 0, 0, "sip:o@1.1.1.1;unknown=x@66 sip:o@2.2.2.2@101" },
    { 8, "z", 3, "Contact: <sip:o@4.4.4.4>;expires=999999\r\n", 200, 1, 0,
      "sip:o@4.4.4.4@7208 sip:o@1.1.1.1;unknown=x@66 sip:o@2.2.2.2@101" },
    { 9, "z", 4, "Contact: <sip:o@2.2.2.2>;expires=0\r\n", 200, 0, 1, "sip:o@4.4.4.4@7208 sip:o@1.1.1.1;unknown=x@66" },
    { 10, "z", 5, "Contact: <sip:none@9.9.9.9>;expires=0\r\n", 200, 0, 0,
      "sip:o@4.4.4.4@7208 sip:o@1.1.1.1;unknown=x@66" },
    /* an expired one goes along */
    { 70, "z", 6, "", 200, 0, 1, "sip:o@4.4.4.4@7208" },
    { 71, "z", 7, "Contact: <sip:o@5.5.5.5>, <sip:o@5.5.5.5>;q=0.3\r\n", 200, 1, 0,
      "sip:o@4.4.4.4@7208 sip:o@5.5.5.5@3671" },
    { 72, "z", 8, "Contact: *\r\nExpires: 0\r\n", 200, 0, 2, "" },
  };
  g_autoptr (OreeRegistrar) registrar = oree_registrar_new (&rules);

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      guint kept = 0, removed = 0;

      g_test_message ("step %u: %s", (guint) i, steps[i].lines);
      g_assert_cmpuint (do_register (registrar, steps[i].call_id, steps[i].cseq, steps[i].lines, 7, AT (steps[i].at),
                                     &kept, &removed),
                        ==, steps[i].status);
      g_assert_cmpuint (kept, ==, steps[i].kept);
      g_assert_cmpuint (removed, ==, steps[i].removed);
      assert_bindings (registrar, AT (steps[i].at), steps[i].after);
    }
  g_assert_cmpuint (oree_registrar_n_bindings (registrar), ==, 0);
  g_assert_cmpint (oree_registrar_deadline (registrar), ==, OREE_TIME_NEVER);
}

static void
contacts_are_capped (void)
{
  g_autoptr (OreeRegistrar) registrar = oree_registrar_new (&rules);
  g_autoptr (GString) many = g_string_new (NULL);

  for (int i = 0; i < OREE_SIP_CONTACTS_MAX; i++)
    {
      g_autofree char *lines = g_strdup_printf ("Contact: <sip:o@1.1.1.%d>\r\n", i);

      g_assert_cmpuint (do_register (registrar, "a", (guint) i + 1, lines, 1, AT (1), NULL, NULL), ==, 200);
    }
  g_assert_cmpuint (do_register (registrar, "a", 90, "Contact: <sip:o@2.2.2.2>\r\n", 1, AT (1), NULL, NULL), ==, 503);
  /* one for one is fine */
  g_assert_cmpuint (do_register (registrar, "a", 91, "Contact: <sip:o@1.1.1.0>;expires=0, <sip:o@2.2.2.2>\r\n", 1, AT (1),
                                 NULL, NULL),
                    ==, 200);
  g_assert_cmpuint (oree_registrar_n_bindings (registrar), ==, OREE_SIP_CONTACTS_MAX);

  for (int i = 0; i <= OREE_SIP_CONTACTS_MAX; i++)
    g_string_append_printf (many, "Contact: <sip:o@3.3.3.%d>;expires=0\r\n", i);
  g_assert_cmpuint (do_register (registrar, "a", 92, many->str, 1, AT (1), NULL, NULL), ==, 503);
}

#define INSTANCE "+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\""

static void
flows_are_one_binding_wherever_they_come_from (void)
{
  g_autoptr (OreeRegistrar) registrar = oree_registrar_new (&rules);
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_binding_free);
  guint kept = 0, gone = 0;

  g_assert_cmpuint (do_register (registrar, "a", 1, "Contact: <sip:o@1.1.1.1>;" INSTANCE ";reg-id=1\r\n", 11, AT (0),
                                 &kept, &gone),
                    ==, 200);
  /* moved: another address, the same flow; its row is the same too */
  g_assert_cmpuint (do_register (registrar, "b", 1, "Contact: <sip:o@9.9.9.9>;" INSTANCE ";reg-id=1\r\n", 12, AT (1),
                                 &kept, &gone),
                    ==, 200);
  g_assert_cmpuint (kept, ==, 1);
  g_assert_cmpuint (gone, ==, 0);
  assert_bindings (registrar, AT (1), "sip:o@9.9.9.9@3601");
  /* a second flow of the same device */
  g_assert_cmpuint (do_register (registrar, "b", 2, "Contact: <sip:o@9.9.9.9>;" INSTANCE ";reg-id=2\r\n", 13, AT (2), NULL,
                                 NULL),
                    ==, 200);
  assert_bindings (registrar, AT (2), "sip:o@9.9.9.9@3602 sip:o@9.9.9.9@3601");

  oree_registrar_on_flow_closed (registrar, 11, removed); /* an old connection: nothing hangs on it any more */
  g_assert_cmpuint (removed->len, ==, 0);
  oree_registrar_on_flow_closed (registrar, 12, removed);
  g_assert_cmpuint (removed->len, ==, 1);
  {
    g_autofree char *key = oree_binding_key (g_ptr_array_index (removed, 0));

    g_assert_cmpstr (key, ==, AOR " <urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>;1");
  }
  assert_bindings (registrar, AT (2), "sip:o@9.9.9.9@3602");
  oree_registrar_on_flow_closed (registrar, 0, removed);
  oree_registrar_on_flow_closed (registrar, 13, removed);
  g_assert_cmpuint (removed->len, ==, 2);
  g_assert_false (oree_registrar_is_bound (registrar, AOR, AT (2)));
}

static void
the_200_lists_every_binding (void)
{
  g_autoptr (OreeRegistrar) registrar = oree_registrar_new (&rules);
  g_auto (SipText) text = { NULL };
  g_auto (OreeRegisterResult) result = { 0 };
  g_auto (OreeSipWriter) writer = OREE_SIP_WRITER_INIT;
  g_autofree char *out = NULL;
  OreeRegisterRequest request;

  do_register (registrar, "x", 1, "Contact: <sip:o@1.1.1.1>;q=0.25\r\n", 1, AT (0), NULL, NULL);
  make (&text, "sip:contoso.test", "a", 1, "Contact: <sip:o@2.2.2.2;transport=tls>;" INSTANCE ";reg-id=1;expires=120\r\n");
  g_assert_cmpuint (oree_register_read (&request, &text.msg, &rules), ==, 0);
  oree_registrar_register (registrar, AOR, &request, 5, 2, AT (10), &result);
  g_assert_false (result.was_bound == FALSE);
  g_assert_cmpuint (((const OreeBinding *) g_ptr_array_index (result.kept, 0))->flow, ==, 5);
  g_assert_cmpuint (((const OreeBinding *) g_ptr_array_index (result.kept, 0))->worker, ==, 2);

  oree_sip_write_response (&writer, &text.msg, 200, NULL, "t", FALSE);
  oree_registrar_write_bindings (registrar, AOR, &request, AT (10) + 1, &writer);
  out = sip_text_finish (&writer);
  g_assert_nonnull (strstr (out, "Contact: <sip:o@2.2.2.2;transport=tls>;expires=120;" INSTANCE ";reg-id=1\r\n"
                                 "Contact: <sip:o@1.1.1.1>;expires=3590;q=0.250\r\n"
                                 "Require: outbound\r\n"
                                 "Expires: 120\r\n"));
}

static void
bindings_survive_a_restart (void)
{
  g_autoptr (OreeRegistrar) registrar = oree_registrar_new (&rules);
  g_autoptr (OreeRegistrar) again = oree_registrar_new (&rules);
  g_autoptr (GPtrArray) list = NULL, restored = NULL;
  g_autoptr (GVariant) value = NULL, damaged = NULL;
  const OreeBinding *b;

  do_register (registrar, "a", 7, "Contact: <sip:o@1.1.1.1>;" INSTANCE ";reg-id=3;expires=100;q=0.5\r\n", 5, AT (1000), NULL,
               NULL);
  list = oree_registrar_bindings (registrar, AOR, AT (1000));
  value = g_variant_ref_sink (oree_binding_to_variant (g_ptr_array_index (list, 0), AT (1010), WALL));

  /* Another boot: the monotonic clock began anew, 20 seconds went by. */
  g_assert_true (oree_registrar_restore (again, value, AT (5), WALL + AT (20)));
  restored = oree_registrar_bindings (again, AOR, AT (5));
  g_assert_cmpuint (restored->len, ==, 1);
  b = g_ptr_array_index (restored, 0);
  g_assert_cmpstr (b->uri, ==, "sip:o@1.1.1.1");
  g_assert_cmpint (b->until, ==, AT (5 + 90 - 20));
  g_assert_cmpuint (b->cseq, ==, 7);
  g_assert_cmpuint (b->reg_id, ==, 3);
  g_assert_cmpuint (b->q, ==, 500);
  g_assert_cmpuint (b->flow, ==, 0);

  g_assert_false (oree_registrar_restore (again, value, AT (5), WALL + AT (91))); /* over */
  damaged = g_variant_ref_sink (g_variant_new_parsed ("{'aor': <1>}"));
  g_assert_false (oree_registrar_restore (again, damaged, AT (5), WALL));
}

static void
time_takes_bindings_away (void)
{
  g_autoptr (OreeRegistrar) registrar = oree_registrar_new (&rules);
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_binding_free);
  g_autoptr (GPtrArray) aors = NULL;

  do_register (registrar, "a", 1, "Contact: <sip:o@1.1.1.1>;expires=100\r\n", 1, AT (0), NULL, NULL);
  do_register (registrar, "a", 2, "Contact: <sip:o@2.2.2.2>;expires=60\r\n", 1, AT (0), NULL, NULL);
  g_assert_cmpint (oree_registrar_deadline (registrar), ==, AT (60));
  oree_registrar_on_deadline (registrar, AT (59), removed);
  g_assert_cmpuint (removed->len, ==, 0);
  assert_bindings (registrar, AT (60), "sip:o@1.1.1.1@100");
  oree_registrar_on_deadline (registrar, AT (60), removed);
  g_assert_cmpuint (removed->len, ==, 1);
  g_assert_cmpint (oree_registrar_deadline (registrar), ==, AT (100));

  do_register (registrar, "a", 3, "Contact: <sip:o@1.1.1.1>;expires=100\r\n", 1, AT (90), NULL, NULL);
  g_assert_cmpint (oree_registrar_deadline (registrar), ==, AT (190));
  aors = oree_registrar_aors (registrar);
  g_assert_cmpuint (aors->len, ==, 1);
  oree_registrar_remove (registrar, AOR, removed);
  oree_registrar_remove (registrar, "sip:nobody@contoso.test", removed);
  g_assert_cmpuint (removed->len, ==, 2);
  g_assert_cmpuint (oree_registrar_n_bindings (registrar), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sip/registrar/requests-are-read-by-the-book", requests_are_read_by_the_book);
  g_test_add_func ("/proto/sip/registrar/keep-alive-is-agreed-on", keep_alive_is_agreed_on);
  g_test_add_func ("/proto/sip/registrar/refusals-carry-what-they-must", refusals_carry_what_they_must);
  g_test_add_func ("/proto/sip/registrar/contacts-come-and-go", contacts_come_and_go);
  g_test_add_func ("/proto/sip/registrar/contacts-are-capped", contacts_are_capped);
  g_test_add_func ("/proto/sip/registrar/flows-are-one-binding", flows_are_one_binding_wherever_they_come_from);
  g_test_add_func ("/proto/sip/registrar/the-200-lists-every-binding", the_200_lists_every_binding);
  g_test_add_func ("/proto/sip/registrar/bindings-survive-a-restart", bindings_survive_a_restart);
  g_test_add_func ("/proto/sip/registrar/time-takes-bindings-away", time_takes_bindings_away);
  return g_test_run ();
}

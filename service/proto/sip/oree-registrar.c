/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sip/oree-registrar.h"
#include "base/oree-limits.h"
#include "codec/sip/oree-sip-addr.h"
#include "codec/sip/oree-sip-misc.h"
#include "ident/oree-sip-uri.h"
#include "proto/sip/oree-sip-admit.h"

#define KEEP_ALIVE "ms-keep-alive"

#define EXPIRES_MAX G_MAXUINT32

typedef struct
{
  char *aor;
  GPtrArray *bindings; /* OreeBinding *, in the order they were made; owns them */
} Record;

/* A binding in the expiry queue; its place moves with each refresh. */
typedef struct
{
  OreeBinding binding;
  GSequenceIter *place;
} Entry;

struct _OreeRegistrar
{
  OreeRegistrarRules rules;
  GHashTable *records;  /* aor → Record */
  GSequence *by_expiry; /* Entry *, borrowed, soonest first */
  GHashTable *by_flow;  /* flow → set of Entry *, borrowed */
};

/* --- Bindings --- */

void
oree_binding_free (OreeBinding *self)
{
  if (self == NULL)
    return;
  g_free (self->aor);
  g_free (self->uri);
  g_free (self->instance);
  g_free (self->call_id);
  g_free (self);
}

char *
oree_binding_key (const OreeBinding *self)
{
  if (self->reg_id > 0)
    return g_strdup_printf ("%s %s;%u", self->aor, self->instance, self->reg_id);
  return g_strdup_printf ("%s %s", self->aor, self->uri);
}

GVariant *
oree_binding_to_variant (const OreeBinding *self, OreeTime now, gint64 wall)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "aor", g_variant_new_string (self->aor));
  g_variant_builder_add (&builder, "{sv}", "uri", g_variant_new_string (self->uri));
  g_variant_builder_add (&builder, "{sv}", "instance", g_variant_new_string (self->instance));
  g_variant_builder_add (&builder, "{sv}", "reg-id", g_variant_new_uint32 (self->reg_id));
  g_variant_builder_add (&builder, "{sv}", "call-id", g_variant_new_string (self->call_id));
  g_variant_builder_add (&builder, "{sv}", "cseq", g_variant_new_uint32 (self->cseq));
  g_variant_builder_add (&builder, "{sv}", "q", g_variant_new_uint32 (self->q));
  g_variant_builder_add (&builder, "{sv}", "since", g_variant_new_int64 (wall + (self->since - now)));
  g_variant_builder_add (&builder, "{sv}", "until", g_variant_new_int64 (wall + (self->until - now)));
  return g_variant_builder_end (&builder);
}

static OreeBinding *
binding_from_variant (GVariant *value, OreeTime now, gint64 wall)
{
  Entry *entry;
  OreeBinding *b;
  gint64 since, until;
  const char *aor, *uri, *instance, *call_id;
  guint32 reg_id, cseq, q;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) || !g_variant_lookup (value, "aor", "&s", &aor)
      || !g_variant_lookup (value, "uri", "&s", &uri) || !g_variant_lookup (value, "instance", "&s", &instance)
      || !g_variant_lookup (value, "call-id", "&s", &call_id) || !g_variant_lookup (value, "reg-id", "u", &reg_id)
      || !g_variant_lookup (value, "cseq", "u", &cseq) || !g_variant_lookup (value, "q", "u", &q)
      || !g_variant_lookup (value, "since", "x", &since) || !g_variant_lookup (value, "until", "x", &until)
      || until <= wall || since > until)
    return NULL;

  entry = g_new0 (Entry, 1);
  b = &entry->binding;
  b->aor = g_strdup (aor);
  b->uri = g_strdup (uri);
  b->instance = g_strdup (instance);
  b->reg_id = reg_id;
  b->call_id = g_strdup (call_id);
  b->cseq = cseq;
  b->q = MIN (q, 1000);
  b->since = now + (since - wall);
  /* A clock set back must not make it eternal. */
  b->until = now + MIN (until - wall, (gint64) EXPIRES_MAX * OREE_SECOND);
  return b;
}

/* --- Reading a REGISTER --- */

static const char *const known_options[] = { "outbound", NULL };

/* "0.5" → 500; at most three decimals, 0 to 1 (RFC 3261 25.1 qvalue). */
static gboolean
read_q (OreeSpan text, guint *q)
{
  static const guint weights[] = { 100, 10, 1 };
  guint value;

  if (text.length < 1 || text.length > 5 || (text.data[0] != '0' && text.data[0] != '1')
      || (text.length > 1 && text.data[1] != '.'))
    return FALSE;
  value = text.data[0] == '1' ? 1000 : 0;
  for (gsize i = 2; i < text.length; i++)
    {
      if (!g_ascii_isdigit (text.data[i]))
        return FALSE;
      value += (guint) (text.data[i] - '0') * weights[i - 2];
    }
  *q = value;
  return value <= 1000;
}

static guint
read_contact (OreeRegisterContact *self, const OreeSipAddr *addr, guint32 header_expires)
{
  OreeSipParam param;
  OreeSipUri uri;
  guint64 reg_id = 0;

  *self = (OreeRegisterContact){ .uri = addr->uri, .expires = header_expires, .q = 1000 };

  if (addr->uri.length > OREE_SIP_URI_MAX || !oree_sip_uri_parse (&uri, addr->uri)
      || (uri.scheme != OREE_SIP_SCHEME_SIP && uri.scheme != OREE_SIP_SCHEME_SIPS))
    return 403;
  if (oree_sip_addr_param (addr, "expires", &param))
    oree_sip_admit_seconds (param.value, &self->expires);
  if (oree_sip_addr_param (addr, "q", &param) && !read_q (param.value, &self->q))
    return 400;
  if (oree_sip_addr_param (addr, "+sip.instance", &param))
    {
      /* A URN in <>: nothing that would need quoting (RFC 5626 4.1). */
      for (gsize i = 0; i < param.value.length; i++)
        if (param.value.data[i] <= ' ' || param.value.data[i] == '"' || param.value.data[i] == '\\')
          return 400;
      self->instance = param.value;
      if (oree_sip_addr_param (addr, "reg-id", &param)
          && oree_span_to_uint (param.value, G_MAXINT32, &reg_id))
        self->reg_id = (guint32) reg_id;
    }
  return 0;
}

/* RFC 5630 5.2: a secure contact only where the way to it is secure. */
static gboolean
contacts_fit_scheme (const OreeRegisterRequest *self)
{
  OreeSipUri uri;

  for (guint i = 0; i < self->n_contacts && !self->sips; i++)
    if (oree_sip_uri_parse (&uri, self->contacts[i].uri) && uri.scheme == OREE_SIP_SCHEME_SIPS)
      return FALSE;
  return TRUE;
}

guint
oree_register_read (OreeRegisterRequest *self, const OreeSipMsg *msg, const OreeRegistrarRules *rules)
{
  guint32 expires = oree_sip_expires (msg, rules->default_expires);
  guint32 written = 0;
  OreeSipValues values;
  OreeSpan value;
  OreeSipUri ruri;

  *self = (OreeRegisterRequest){ .call_id = oree_sip_msg_value (msg, OREE_SIP_HDR_CALL_ID), .cseq = msg->cseq };
  if (oree_sip_admit_requires_unknown (msg, known_options, NULL))
    return 420;
  if (!oree_sip_uri_parse (&ruri, msg->ruri))
    return 400;
  self->sips = ruri.scheme == OREE_SIP_SCHEME_SIPS;

  oree_sip_values_init (&values, msg, OREE_SIP_HDR_CONTACT);
  while (oree_sip_values_next (&values, &value))
    {
      OreeSipAddr addr;
      guint status;

      if (oree_sip_addr_parse (&addr, value) <= 0)
        return 400;
      if (self->star || (addr.star && self->n_contacts > 0))
        return 400;
      if (addr.star)
        {
          self->star = TRUE;
          continue;
        }
      if (self->n_contacts == OREE_SIP_CONTACTS_MAX)
        return 503;
      status = read_contact (&self->contacts[self->n_contacts], &addr, expires);
      if (status != 0)
        return status;
      self->n_contacts++;
    }

  /* Step 6: the star stands alone and with Expires: 0. */
  if (self->star && (!oree_sip_number (msg, OREE_SIP_HDR_EXPIRES, EXPIRES_MAX, &written) || written != 0))
    return 400;
  return contacts_fit_scheme (self) ? 0 : 400;
}

void
oree_register_write_keep_alive (const OreeSipMsg *msg, OreeSipWriter *writer)
{
  const OreeSipHeader *offer = oree_sip_msg_header_named (msg, KEEP_ALIVE);
  g_autofree char *answer = NULL;
  OreeSpan role, rest;
  OreeSipParam param;

  if (offer == NULL)
    return;
  oree_span_cut (offer->value, ';', &role, &rest);
  if (!oree_span_equal_nocase_str (oree_span_trim (role), "UAC")
      || !oree_sip_hdr_find_param (oree_span_from (offer->value, role.length), "hop-hop", &param)
      || !oree_span_equal_nocase_str (param.value, "yes"))
    return;
  answer = g_strdup_printf ("UAS;tcp=no;hop-hop=yes;end-end=no;timeout=%u", OREE_SIP_KEEP_ALIVE_SECONDS);
  oree_sip_write_header_named (writer, KEEP_ALIVE, oree_span_str (answer));
}

void
oree_register_write_refusal (guint status, const OreeSipMsg *msg, const OreeRegistrarRules *rules,
                             OreeSipWriter *writer)
{
  oree_sip_admit_write_refusal (status, msg, known_options, rules->min_expires, writer);
}

void
oree_register_result_clear (OreeRegisterResult *self)
{
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
}

/* --- The registrar --- */

static void
record_free (gpointer data)
{
  Record *record = data;

  g_free (record->aor);
  g_ptr_array_unref (record->bindings);
  g_free (record);
}

OreeRegistrar *
oree_registrar_new (const OreeRegistrarRules *rules)
{
  OreeRegistrar *self = g_new0 (OreeRegistrar, 1);

  self->rules = *rules;
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, record_free);
  self->by_expiry = g_sequence_new (NULL);
  self->by_flow = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  return self;
}

void
oree_registrar_free (OreeRegistrar *self)
{
  if (self == NULL)
    return;
  g_sequence_free (self->by_expiry);
  g_hash_table_unref (self->by_flow);
  g_hash_table_unref (self->records);
  g_free (self);
}

static int
compare_expiry (gconstpointer a, gconstpointer b, gpointer data)
{
  const OreeBinding *x = a, *y = b;

  return x->until < y->until ? -1 : x->until > y->until;
}

static Record *
get_record (OreeRegistrar *self, const char *aor)
{
  Record *record = g_hash_table_lookup (self->records, aor);

  if (record == NULL)
    {
      record = g_new0 (Record, 1);
      record->aor = g_strdup (aor);
      record->bindings = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_binding_free);
      g_hash_table_insert (self->records, record->aor, record);
    }
  return record;
}

/* Out of all tables; the caller owns it. The record stays, perhaps empty. */
static OreeBinding *
detach (OreeRegistrar *self, Record *record, guint index)
{
  OreeBinding *binding = g_ptr_array_index (record->bindings, index);
  Entry *entry = (Entry *) binding;

  GHashTable *flow = g_hash_table_lookup (self->by_flow, &binding->flow);

  g_sequence_remove (entry->place);
  entry->place = NULL;
  if (flow != NULL && g_hash_table_remove (flow, binding) && g_hash_table_size (flow) == 0)
    g_hash_table_remove (self->by_flow, &binding->flow);
  g_ptr_array_steal_index (record->bindings, index);
  return binding;
}

static void
drop_if_empty (OreeRegistrar *self, Record *record)
{
  if (record->bindings->len == 0)
    g_hash_table_remove (self->records, record->aor);
}

static void
attach (OreeRegistrar *self, Record *record, OreeBinding *binding)
{
  GHashTable *flow = g_hash_table_lookup (self->by_flow, &binding->flow);

  g_ptr_array_add (record->bindings, binding);
  ((Entry *) binding)->place = g_sequence_insert_sorted (self->by_expiry, binding, compare_expiry, NULL);
  if (binding->flow == 0)
    return;
  if (flow == NULL)
    {
      flow = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (self->by_flow, g_memdup2 (&binding->flow, sizeof binding->flow), flow);
    }
  g_hash_table_add (flow, binding);
}

/* RFC 5626 6: instance and reg-id name a flow, whatever the address; else URIs compare (RFC 3261 19.1.4). */
static gboolean
is_for (const OreeBinding *binding, const OreeRegisterContact *contact)
{
  OreeSipUri a, b;

  if (contact->instance.length > 0 && contact->reg_id > 0 && binding->reg_id > 0)
    return binding->reg_id == contact->reg_id && oree_span_equal_str (contact->instance, binding->instance);
  return oree_sip_uri_parse (&a, oree_span_str (binding->uri)) && oree_sip_uri_parse (&b, contact->uri)
         && oree_sip_uri_equal (&a, &b);
}

/* Step 9: within one Call-ID, CSeq has to grow. */
static gboolean
in_order (const OreeBinding *binding, const OreeRegisterRequest *request)
{
  return !oree_span_equal_str (request->call_id, binding->call_id) || request->cseq > binding->cseq;
}

static gboolean
find (const Record *record, const OreeRegisterContact *contact, guint *index)
{
  for (guint i = 0; i < record->bindings->len; i++)
    if (is_for (g_ptr_array_index (record->bindings, i), contact))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

/* A row that is only written over needs no forgetting. */
static gboolean
same_row (const OreeBinding *a, const OreeBinding *b)
{
  g_autofree char *x = oree_binding_key (a);
  g_autofree char *y = oree_binding_key (b);

  return g_str_equal (x, y);
}

/* Everything that can refuse, before anything is changed. 200: go on. */
static guint
judge (const OreeRegistrar *self, const Record *record, const OreeRegisterRequest *request)
{
  guint made = 0, gone = 0, index;

  for (guint i = 0; request->star && i < record->bindings->len; i++)
    if (!in_order (g_ptr_array_index (record->bindings, i), request))
      return 500;

  for (guint i = 0; i < request->n_contacts; i++)
    {
      const OreeRegisterContact *contact = &request->contacts[i];
      gboolean known = find (record, contact, &index);

      if (oree_sip_admit_too_brief (contact->expires, self->rules.min_expires))
        return 423;
      if (known && !in_order (g_ptr_array_index (record->bindings, index), request))
        return 500;
      if (!known && contact->expires > 0)
        made++;
      if (known && contact->expires == 0)
        gone++;
    }
  return record->bindings->len + made - gone > OREE_SIP_CONTACTS_MAX ? 503 : 200;
}

static OreeBinding *
make_binding (const OreeRegistrar *self, const char *aor, const OreeRegisterRequest *request,
              const OreeRegisterContact *contact, guint64 flow, guint worker, OreeTime now)
{
  Entry *entry = g_new0 (Entry, 1);
  OreeBinding *b = &entry->binding;

  b->aor = g_strdup (aor);
  b->uri = oree_span_dup (contact->uri);
  b->instance = oree_span_dup (contact->instance);
  b->reg_id = contact->reg_id;
  b->call_id = oree_span_dup (request->call_id);
  b->cseq = request->cseq;
  b->q = contact->q;
  b->since = now;
  b->until = now + (OreeTime) MIN (contact->expires, self->rules.max_expires) * OREE_SECOND;
  b->flow = flow;
  b->worker = worker;
  return b;
}

static void
carry_out (OreeRegistrar *self, Record *record, const OreeRegisterRequest *request, guint64 flow, guint worker,
           OreeTime now, OreeRegisterResult *result)
{
  guint index;

  while (request->star && record->bindings->len > 0)
    g_ptr_array_add (result->removed, detach (self, record, 0));

  for (guint i = 0; i < request->n_contacts; i++)
    {
      const OreeRegisterContact *contact = &request->contacts[i];
      OreeBinding *old = NULL, *made = NULL;

      if (find (record, contact, &index))
        {
          old = detach (self, record, index);
          /* The same contact named twice in one request: the later wins. */
          g_ptr_array_remove (result->kept, old);
        }
      if (contact->expires > 0)
        {
          made = make_binding (self, record->aor, request, contact, flow, worker, now);
          attach (self, record, made);
          g_ptr_array_add (result->kept, made);
        }
      if (old != NULL && made != NULL && same_row (old, made))
        oree_binding_free (old);
      else if (old != NULL)
        g_ptr_array_add (result->removed, old);
    }
}

/* What is over goes to `removed`. */
static void
expire (OreeRegistrar *self, Record *record, OreeTime now, GPtrArray *removed)
{
  for (guint i = record->bindings->len; i-- > 0;)
    if (((const OreeBinding *) g_ptr_array_index (record->bindings, i))->until <= now)
      g_ptr_array_add (removed, detach (self, record, i));
}

void
oree_registrar_register (OreeRegistrar *self, const char *aor, const OreeRegisterRequest *request, guint64 flow,
                         guint worker, OreeTime now, OreeRegisterResult *result)
{
  Record *record = get_record (self, aor);

  *result = (OreeRegisterResult){ .was_bound = record->bindings->len > 0 };
  result->kept = g_ptr_array_new ();
  result->removed = g_ptr_array_new_with_free_func ((GDestroyNotify) oree_binding_free);
  expire (self, record, now, result->removed);

  result->status = judge (self, record, request);
  if (result->status == 200)
    carry_out (self, record, request, flow, worker, now, result);
  result->is_bound = record->bindings->len > 0;
  drop_if_empty (self, record);
}

static int
compare_preference (gconstpointer a, gconstpointer b)
{
  const OreeBinding *x = *(OreeBinding *const *) a, *y = *(OreeBinding *const *) b;

  if (x->q != y->q)
    return x->q > y->q ? -1 : 1;
  return x->since > y->since ? -1 : x->since < y->since;
}

GPtrArray *
oree_registrar_bindings (OreeRegistrar *self, const char *aor, OreeTime now)
{
  const Record *record = g_hash_table_lookup (self->records, aor);
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; record != NULL && i < record->bindings->len; i++)
    if (((const OreeBinding *) g_ptr_array_index (record->bindings, i))->until > now)
      g_ptr_array_add (list, g_ptr_array_index (record->bindings, i));
  g_ptr_array_sort (list, compare_preference);
  return list;
}

gboolean
oree_registrar_is_bound (OreeRegistrar *self, const char *aor, OreeTime now)
{
  g_autoptr (GPtrArray) list = oree_registrar_bindings (self, aor, now);

  return list->len > 0;
}

guint
oree_registrar_n_bindings (const OreeRegistrar *self)
{
  return (guint) g_sequence_get_length (self->by_expiry);
}

GPtrArray *
oree_registrar_aors (const OreeRegistrar *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer aor;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, &aor, NULL))
    g_ptr_array_add (list, g_strdup (aor));
  return list;
}

void
oree_registrar_write_bindings (OreeRegistrar *self, const char *aor, const OreeRegisterRequest *request, OreeTime now,
                               OreeSipWriter *writer)
{
  g_autoptr (GPtrArray) list = oree_registrar_bindings (self, aor, now);
  gboolean outbound = FALSE;
  guint index;

  for (guint i = 0; i < list->len; i++)
    {
      const OreeBinding *b = g_ptr_array_index (list, i);
      g_autoptr (GString) value = g_string_new (NULL);
      OreeTime left = (b->until - now + OREE_SECOND - 1) / OREE_SECOND;

      g_string_append_printf (value, "<%s>;expires=%" G_GINT64_FORMAT, b->uri, left);
      if (b->q < 1000)
        g_string_append_printf (value, ";q=0.%03u", b->q);
      if (b->instance[0] != '\0')
        {
          g_string_append (value, ";+sip.instance=\"");
          g_string_append (value, b->instance);
          g_string_append_c (value, '"');
        }
      if (b->reg_id > 0)
        g_string_append_printf (value, ";reg-id=%u", b->reg_id);
      oree_sip_write_header (writer, OREE_SIP_HDR_CONTACT, value->str);
    }

  for (guint i = 0; i < request->n_contacts; i++)
    outbound = outbound || (request->contacts[i].reg_id > 0 && request->contacts[i].expires > 0);
  if (outbound)
    oree_sip_write_header (writer, OREE_SIP_HDR_REQUIRE, "outbound");

  if (request->n_contacts > 0)
    {
      const Record *record = g_hash_table_lookup (self->records, aor);
      OreeTime left = 0;

      if (record != NULL && find (record, &request->contacts[0], &index))
        left = ((const OreeBinding *) g_ptr_array_index (record->bindings, index))->until - now;
      oree_sip_write_header_uint (writer, OREE_SIP_HDR_EXPIRES, (guint64) ((left + OREE_SECOND - 1) / OREE_SECOND));
    }
}

gboolean
oree_registrar_restore (OreeRegistrar *self, GVariant *value, OreeTime now, gint64 wall)
{
  OreeBinding *binding = binding_from_variant (value, now, wall);
  Record *record;

  if (binding == NULL)
    return FALSE;
  record = get_record (self, binding->aor);
  if (record->bindings->len >= OREE_SIP_CONTACTS_MAX)
    {
      oree_binding_free (binding);
      return FALSE;
    }
  attach (self, record, binding);
  return TRUE;
}

void
oree_registrar_on_flow_closed (OreeRegistrar *self, guint64 flow, GPtrArray *removed)
{
  GHashTable *set = g_hash_table_lookup (self->by_flow, &flow);
  g_autoptr (GList) members = set ? g_hash_table_get_keys (set) : NULL;

  for (const GList *l = members; l != NULL; l = l->next)
    {
      const OreeBinding *binding = l->data;
      Record *record = g_hash_table_lookup (self->records, binding->aor);
      guint index;

      if (g_ptr_array_find (record->bindings, binding, &index))
        g_ptr_array_add (removed, detach (self, record, index));
      drop_if_empty (self, record);
    }
}

void
oree_registrar_remove (OreeRegistrar *self, const char *aor, GPtrArray *removed)
{
  Record *record = g_hash_table_lookup (self->records, aor);

  if (record == NULL)
    return;
  while (record->bindings->len > 0)
    g_ptr_array_add (removed, detach (self, record, 0));
  drop_if_empty (self, record);
}

static const OreeBinding *
soonest (const OreeRegistrar *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->by_expiry);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

void
oree_registrar_on_deadline (OreeRegistrar *self, OreeTime now, GPtrArray *removed)
{
  const OreeBinding *next;

  while ((next = soonest (self)) != NULL && next->until <= now)
    {
      Record *record = g_hash_table_lookup (self->records, next->aor);

      expire (self, record, now, removed);
      drop_if_empty (self, record);
    }
}

OreeTime
oree_registrar_deadline (const OreeRegistrar *self)
{
  const OreeBinding *next = soonest (self);

  return next ? next->until : OREE_TIME_NEVER;
}

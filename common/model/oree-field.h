/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Field tables: one declaration of a field gives its GVariant, SQL and text forms, defaults, checks, equality,
 * diff, documentation. A record kind is a table of fields over a struct whose first member is OreeRecord. */
#pragma once
#include "base/oree-enum.h"
#include "model/oree-problem.h"

G_BEGIN_DECLS

typedef enum
{
  OREE_FIELD_TYPE_STRING,  /* char *, never NULL, "" = not set;  GVariant s;  SQL TEXT */
  OREE_FIELD_TYPE_BOOLEAN, /* gboolean;                          GVariant b;  SQL INTEGER 0/1; text true/false */
  OREE_FIELD_TYPE_UINT,    /* guint64;                           GVariant t (any integer type accepted);
                              SQL INTEGER (every max fits 63 bits) */
  OREE_FIELD_TYPE_ENUM,    /* int, of `choices`;                 GVariant s (the nick);  SQL TEXT */
  OREE_FIELD_TYPE_LIST,    /* char **, never NULL;               GVariant as; SQL TEXT; text: joined by "," */
  OREE_FIELD_TYPE_SECRET   /* char *, never NULL, wiped on free; GVariant s;  SQL TEXT */
} OreeFieldType;

typedef enum
{
  OREE_FIELD_FLAG_NONE = 0,
  OREE_FIELD_FLAG_REQUIRED = 1 << 0,   /* must not be empty */
  OREE_FIELD_FLAG_WRITE_ONCE = 1 << 1, /* given by add, never changed by set or reset */
  OREE_FIELD_FLAG_SECRET = 1 << 2,     /* never in List, Export, audit, log */
  OREE_FIELD_FLAG_HIDDEN = 1 << 3,     /* stored, but not spoken on the bus: no client names it */
  OREE_FIELD_FLAG_NOT_STORED = 1 << 4, /* spoken on the bus, but has no column: setting it sets others (password) */
  OREE_FIELD_FLAG_NO_EFFECT = 1 << 5,  /* nothing uses it in this version: Describe says so */
  OREE_FIELD_FLAG_LINES = 1 << 6       /* a STRING of several lines, each ended by a line feed */
} OreeFieldFlags;

/* A setting people look for in a kind that has none of the name; why it has none. A table of these ends in { NULL }. */
typedef struct
{
  const char *name;
  OreeProblemCode problem;
} OreeFieldMissing;

typedef struct _OreeField OreeField;
typedef struct _OreeKind OreeKind;
typedef struct _OreeRecord OreeRecord;

/* Checks and normalises one text (a string field, or one entry of a list). Never sees "".
 * Owned normal form, or NULL with `*code` set. */
typedef char *(*OreeNormalise) (const char *text, OreeProblemCode *code);

struct _OreeField
{
  const char *name; /* kebab-case: on bus, CLI, JSON. The SQL column is the same with '_' */
  OreeFieldType type;
  gsize offset;
  OreeFieldFlags flags;
  const char *fallback;        /* the default as text; NULL = "", false, 0, the first choice, empty list */
  guint64 min, max;            /* UINT: the range; STRING: max characters (0 = OREE_TEXT_MAX); LIST: max entries */
  const OreeEnumValue *choices;/* ENUM */
  OreeNormalise normalise;     /* STRING, LIST, SECRET; may be NULL */
  const char *doc;             /* one English sentence, for Describe and the manual */
};

/* First member of every record struct. Records are built alone, then shared: after a record entered a set or
 * a policy it is never written again. */
struct _OreeRecord
{
  const OreeKind *kind;
  char *id; /* normalised; "global" for singletons */
  gatomicrefcount refs;
};

struct _OreeKind
{
  const char *name;  /* "xmpp-partner"; the SQL table is the same with '_' */
  gboolean singleton;/* exactly one record, id "global", always there */
  gsize size;        /* of the record struct */
  const OreeField *fields;
  gsize n_fields;    /* may be 0: then the id is all */
  const OreeFieldMissing *missing; /* may be NULL */
  OreeNormalise normalise_id;
  const char *id_doc;/* one English sentence: what the id is */
  const char *doc;   /* one English sentence: what the kind is */
  /* After a patch or reset that named a NOT_STORED field: set what follows from it (the password's digests) and
   * empty it again. May be NULL. */
  void (*derive) (OreeRecord *record);
  /* Rules over several fields. May be NULL. */
  void (*check) (const OreeRecord *record, OreeProblems *problems);
};

/* Every kind in an order in which a record only ever names records of earlier kinds; static. */
const OreeKind *const *oree_kinds (guint *n_kinds);
/* NULL when unknown. */
const OreeKind *oree_kind_by_name (const char *name);
/* NULL when the kind has no such field. Finds hidden fields too. */
const OreeField *oree_kind_field (const OreeKind *kind, const char *name);
/* "string" "boolean" "uint" "enum" "list" "secret"; static. */
const char *oree_field_type_nick (OreeFieldType type);
/* The text form of the default; static. */
const char *oree_field_default_text (const OreeField *field);
/* UINT: the greatest value; STRING, SECRET: characters; LIST: entries; else 0. */
guint64 oree_field_max (const OreeField *field);
/* aa{sv}, one row per field that is spoken on the bus, the first named "id": name s, type s, default s (text form;
 * not for secrets), min t, max t, choices as, flags as ("required" "write-once" "secret" "no-effect-yet" "lines"), doc s; floating. */
GVariant *oree_kind_describe (const OreeKind *kind);
/* The id in normal form, owned; NULL with `*code` when it cannot be one. "" means "global" for a singleton. */
char *oree_kind_normalise_id (const OreeKind *kind, const char *id, OreeProblemCode *code);

/* A record with defaults. `id` must be normal already. Starts with one reference. */
OreeRecord *oree_record_new (const OreeKind *kind, const char *id);
/* A deep, private copy. */
OreeRecord *oree_record_copy (const OreeRecord *self);
OreeRecord *oree_record_ref (OreeRecord *self);
void oree_record_unref (OreeRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OreeRecord, oree_record_unref)
/* Same kind, id and every stored field. */
gboolean oree_record_equal (const OreeRecord *a, const OreeRecord *b);

typedef enum
{
  OREE_RECORD_PUBLIC, /* as the bus speaks: no secrets, no hidden fields */
  OREE_RECORD_STORED  /* as the store keeps: every stored field, secrets included; trusted */
} OreeRecordView;

/* a{sv} of the fields of `view`, without the id; floating. */
GVariant *oree_record_to_variant (const OreeRecord *self, OreeRecordView view);
/* Sets the fields named in `fields` (a{sv}); the others stay. Each bad field is a problem and left as it was.
 * `is_new` allows WRITE_ONCE. In the STORED view hidden fields are accepted and WRITE_ONCE is not enforced.
 * A list also takes "NAME+" (add entries) and "NAME-" (remove entries) with s or as.
 * FALSE when it added an error. Does not run oree_record_check (). */
gboolean oree_record_patch (OreeRecord *self, GVariant *fields, OreeRecordView view, gboolean is_new,
                            OreeProblems *problems);
/* Back to the default; FALSE with a problem for unknown, REQUIRED or WRITE_ONCE fields. */
gboolean oree_record_reset_field (OreeRecord *self, const char *name, OreeProblems *problems);
/* Every field that is neither REQUIRED, WRITE_ONCE, SECRET nor HIDDEN back to its default. */
void oree_record_reset (OreeRecord *self);
/* Rules of this record alone: required fields and kind->check. FALSE when it added an error. */
gboolean oree_record_check (const OreeRecord *self, OreeProblems *problems);

/* The text form of one field: what the CLI shows and SQL TEXT holds. Secrets too: the caller filters. Owned. */
char *oree_record_get_text (const OreeRecord *self, const OreeField *field);
/* The GVariant of one field; floating. */
GVariant *oree_record_get_variant (const OreeRecord *self, const OreeField *field);
/* CLI text → GVariant of the field's type, floating; NULL when `text` has not that form (the range is not checked). */
GVariant *oree_field_variant_from_text (const OreeField *field, const char *text);

/* Direct reading for generic code; `field` must be of the record's kind and of the type the name says. */
gboolean oree_record_get_boolean (const OreeRecord *self, const OreeField *field);
guint64 oree_record_get_uint (const OreeRecord *self, const OreeField *field);
int oree_record_get_enum (const OreeRecord *self, const OreeField *field);
const char *oree_record_get_string (const OreeRecord *self, const OreeField *field);
const char *const *oree_record_get_list (const OreeRecord *self, const OreeField *field);

/* For the audit: aa{sv} of the fields that differ: field s, old s, new s (text forms). A secret or hidden field has
 * neither old nor new. Either side may be NULL (the record was added, removed); floating. */
GVariant *oree_record_diff (const OreeRecord *old_record, const OreeRecord *new_record);

/* Declares a field in a table: OREE_FIELD (STRUCT, member, "name", TYPE, flags, "default", min, max, choices, normalise, doc). */
#define OREE_FIELD(Struct, member, name_, TYPE, flags_, fallback_, min_, max_, choices_, normalise_, doc_)    \
  {                                                                                                           \
    .name = name_, .type = OREE_FIELD_TYPE_##TYPE, .offset = G_STRUCT_OFFSET (Struct, member),                \
    .flags = (OreeFieldFlags) (flags_), .fallback = fallback_, .min = min_, .max = max_,                      \
    .choices = choices_, .normalise = normalise_, .doc = doc_                                                 \
  }

G_END_DECLS

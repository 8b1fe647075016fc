/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every command of oreectl is given and answers. */
#pragma once
#include "client/oree-client.h"

G_BEGIN_DECLS

/* Exit statuses: documented in oreectl(1), never renumbered. */
typedef enum
{
  OREECTL_OK = 0,
  OREECTL_REFUSED = 1,     /* the service found problems in what was asked, or a decision says no */
  OREECTL_USAGE = 2,       /* the command line is wrong */
  OREECTL_NO_SERVICE = 3,  /* the service or its bus cannot be reached */
  OREECTL_DENIED = 4,      /* not permitted */
  OREECTL_CONFLICT = 5,    /* somebody else changed the same record */
  OREECTL_NOT_FOUND = 6,   /* there is nothing with this name */
  OREECTL_BUSY = 7,        /* not now: another operation is under way, or the state does not allow it */
  OREECTL_TIMED_OUT = 8,   /* no answer in time */
  OREECTL_FAILED = 9       /* anything else */
} OreectlStatus;

typedef struct
{
  const char *bus; /* --bus; NULL: $OREE_BUS */
  gboolean json;   /* --json */
  gboolean brief;  /* --brief: names only, one per line */
  gboolean watch;  /* --watch */
  gboolean from_discovered; /* --from-discovered */
  gint64 limit;    /* --limit; 0: not given */
  gint64 after;    /* --after; -1: not given */
  int deadline;    /* --deadline in seconds; -1: not given */
  char **usages;        /* --usage, with commas split; NULL: none */
  const char *out;      /* --out */
  const char *at;       /* --at */
  const char *password_file; /* --password-file */
  gboolean dry_run;     /* --dry-run */
  gboolean accept_warnings; /* --accept-warnings */
  OreeClient *client; /* connected when a command first asks */
} Oreectl;

typedef struct
{
  const char *name;
  const char *arguments; /* for the help; N_() */
  const char *help;      /* N_() */
  OreectlStatus (*run) (Oreectl *ctl, int argc, char **argv); /* argv[0] is the first word after the name */
} OreectlCommand;

extern const OreectlCommand oreectl_file_commands[];    /* apply, check, export, import */
extern const OreectlCommand oreectl_history_commands[]; /* history, undo, restore */
extern const OreectlCommand oreectl_service_commands[]; /* service, status */
extern const OreectlCommand oreectl_monitor_commands[]; /* connections, …, events */
extern const OreectlCommand oreectl_explain_commands[]; /* explain */
extern const OreectlCommand oreectl_forecast_commands[]; /* forecast */
extern const OreectlCommand oreectl_partner_commands[];  /* test, reset */
extern const OreectlCommand oreectl_servers_commands[]; /* servers */
extern const OreectlCommand oreectl_certificate_commands[]; /* certificate */

/* Records: `oreectl KIND VERB …`; `argv[0]` is the kind, which exists. */
OreectlStatus oreectl_record (Oreectl *ctl, int argc, char **argv);
/* One row per kind of record. */
OreectlStatus oreectl_kinds (Oreectl *ctl, int argc, char **argv);

/* Says `text` (translated) on the error output and answers USAGE. */
OreectlStatus oreectl_usage (const char *text);
/* The same for what should be a domain name, and is `text`. */
OreectlStatus oreectl_no_domain (const char *text);
/* The same for --dry-run with a command that has no trial. */
OreectlStatus oreectl_not_dry (const char *name);
/* Says what went wrong and answers the status it stands for; takes `error`. */
OreectlStatus oreectl_fail (GError *error);
/* Calls and answers the reply, or NULL with `*status` set and the error said. `parameters` is sunk. */
GVariant *oreectl_call (Oreectl *ctl, OreeCall call, GVariant *parameters, OreectlStatus *status);
/* An empty a{sv}; floating. */
GVariant *oreectl_no_options (void);
/* Wall microseconds → local date and time; owned. */
char *oreectl_time (gint64 wall);

G_END_DECLS

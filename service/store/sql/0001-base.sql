-- SPDX-License-Identifier: GPL-3.0-or-later
-- Everything but the record tables, which follow the field tables of common/model (oree-repo.c).

-- One row per name; 'revision' grows by one with every transaction of records.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO meta (name, value) VALUES ('revision', 0);

-- What every transaction changed; a body is the record as GVariant text, NULL when there was or is none.
CREATE TABLE history (
  revision BIGINT NOT NULL,
  place BIGINT NOT NULL,
  written BIGINT NOT NULL,
  who TEXT NOT NULL,
  operation TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  old_body TEXT,
  new_body TEXT,
  PRIMARY KEY (revision, place)
);

-- One line per call over the bus; body is GVariant text.
CREATE TABLE audit (
  number BIGINT PRIMARY KEY,
  written BIGINT NOT NULL,
  body TEXT NOT NULL
);

-- Durable state of the roles, outside revision and history.
CREATE TABLE runtime (
  space TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (space, name)
);

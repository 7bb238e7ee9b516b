-- Times are microseconds since 1970 UTC; 0 where a time is unknown.

CREATE TABLE lake (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  generation INTEGER NOT NULL, -- of the last commit
  interval   INTEGER NOT NULL, -- of NTANetAnalytics, in seconds
  created    INTEGER NOT NULL
);

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE commits (
  generation INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  writer     TEXT NOT NULL,
  at         INTEGER NOT NULL
);

-- Lists of columns: most segments of a table have the same.
CREATE TABLE column_sets (
  id      INTEGER PRIMARY KEY,
  columns TEXT NOT NULL UNIQUE -- JSON array
);

CREATE TABLE segments (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  name           TEXT NOT NULL UNIQUE,
  table_name     TEXT NOT NULL,
  day            TEXT NOT NULL,
  row_count      INTEGER NOT NULL,
  bytes          INTEGER NOT NULL,
  min_time       INTEGER NOT NULL,
  max_time       INTEGER NOT NULL,
  min_flow_start INTEGER NOT NULL,
  max_flow_start INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  writer         TEXT NOT NULL,
  commit_id      TEXT NOT NULL,
  created        INTEGER NOT NULL,
  level          INTEGER NOT NULL,
  partial        INTEGER NOT NULL,
  interval       INTEGER NOT NULL, -- seconds
  column_set     INTEGER NOT NULL REFERENCES column_sets (id),
  subscriptions  TEXT NOT NULL,    -- JSON array
  address_filter BLOB,
  added          INTEGER NOT NULL,           -- generation
  ended          INTEGER NOT NULL DEFAULT 0, -- generation; 0 while live
  ended_at       INTEGER NOT NULL DEFAULT 0,
  replaced_by    TEXT NOT NULL DEFAULT ''    -- commit that took its rows over
);
CREATE INDEX segments_time ON segments (table_name, min_time);
CREATE INDEX segments_ended ON segments (ended) WHERE ended > 0;
CREATE INDEX segments_commit ON segments (commit_id);

CREATE TABLE blobs (
  id            INTEGER PRIMARY KEY,
  blob          TEXT NOT NULL UNIQUE,
  generation    INTEGER NOT NULL DEFAULT 0,
  revision      INTEGER NOT NULL DEFAULT 0,
  byte_offset   INTEGER NOT NULL DEFAULT 0,
  next_record   INTEGER NOT NULL DEFAULT 0,
  next_tuple    INTEGER NOT NULL DEFAULT 0,
  container     TEXT NOT NULL DEFAULT '',
  account       TEXT NOT NULL DEFAULT '',
  hour          INTEGER NOT NULL DEFAULT 0,
  mac           TEXT NOT NULL DEFAULT '',
  bytes         INTEGER NOT NULL DEFAULT 0,
  records       INTEGER NOT NULL DEFAULT 0,
  tuples        INTEGER NOT NULL DEFAULT 0,
  errors        INTEGER NOT NULL DEFAULT 0,
  etag          TEXT NOT NULL DEFAULT '',
  last_block_id TEXT NOT NULL DEFAULT '',
  first_record  BLOB,
  first_seen    INTEGER NOT NULL DEFAULT 0,
  last_read     INTEGER NOT NULL DEFAULT 0,
  final         INTEGER NOT NULL DEFAULT 0,
  forgotten     INTEGER NOT NULL DEFAULT 0,
  gone          INTEGER NOT NULL DEFAULT 0, -- tuples of this generation whose rows expired or were forgotten
  claimed_by    TEXT NOT NULL DEFAULT '',   -- writer
  claimed_until INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX blobs_claimed ON blobs (claimed_by) WHERE claimed_by <> '';

CREATE TABLE segment_blobs (
  segment    INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
  blob       INTEGER NOT NULL REFERENCES blobs (id),
  generation INTEGER NOT NULL,
  first      INTEGER NOT NULL,
  last       INTEGER NOT NULL,
  row_count  INTEGER NOT NULL,
  PRIMARY KEY (segment, blob, generation, first)
) WITHOUT ROWID;
CREATE INDEX segment_blobs_blob ON segment_blobs (blob, generation);

CREATE TABLE tombstones (
  blob       INTEGER NOT NULL REFERENCES blobs (id),
  generation INTEGER NOT NULL,
  added      INTEGER NOT NULL, -- lake generation
  PRIMARY KEY (blob, generation)
) WITHOUT ROWID;

-- Rows of a segment that were forgotten otherwise than by blob.
CREATE TABLE cuts (
  segment      INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
  before       INTEGER NOT NULL, -- rows earlier than this; 0 for none
  subscription TEXT NOT NULL,    -- rows of this one; '' for none
  added        INTEGER NOT NULL, -- lake generation
  PRIMARY KEY (segment, before, subscription)
) WITHOUT ROWID;

CREATE TABLE rules (
  id         INTEGER PRIMARY KEY,
  acl_group  TEXT NOT NULL,
  acl_rule   TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  hits       INTEGER NOT NULL,
  denied     INTEGER NOT NULL,
  UNIQUE (acl_group, acl_rule)
);

-- What a blob's current generation added to rules, to take it back on a rewrite.
CREATE TABLE blob_rules (
  blob       INTEGER NOT NULL REFERENCES blobs (id),
  generation INTEGER NOT NULL,
  rule       INTEGER NOT NULL REFERENCES rules (id),
  hits       INTEGER NOT NULL,
  denied     INTEGER NOT NULL,
  PRIMARY KEY (blob, generation, rule)
) WITHOUT ROWID;

CREATE TABLE capture_hours (
  hour          INTEGER NOT NULL,
  mac           TEXT NOT NULL,
  nic           TEXT NOT NULL,
  flow_log_type TEXT NOT NULL,
  PRIMARY KEY (hour, mac, nic, flow_log_type)
) WITHOUT ROWID;

CREATE TABLE local_addresses (
  hour INTEGER NOT NULL,
  ip   TEXT NOT NULL,
  mac  TEXT NOT NULL,
  vnet TEXT NOT NULL,
  PRIMARY KEY (hour, ip, mac, vnet)
) WITHOUT ROWID;

CREATE TABLE open_rollovers (
  key     TEXT PRIMARY KEY,
  mac     TEXT NOT NULL,
  payload BLOB
) WITHOUT ROWID;
CREATE INDEX open_rollovers_mac ON open_rollovers (mac);

CREATE TABLE ingest_errors (
  id      INTEGER PRIMARY KEY,
  time    INTEGER NOT NULL,
  blob    TEXT NOT NULL,
  record  INTEGER NOT NULL,
  tuple   INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  reason  TEXT NOT NULL,
  raw     TEXT NOT NULL,
  retried INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX ingest_errors_blob ON ingest_errors (blob);
CREATE INDEX ingest_errors_time ON ingest_errors (time);

CREATE TABLE ip_details (
  ip                  TEXT PRIMARY KEY,
  time_generated      INTEGER NOT NULL,
  flow_type           TEXT NOT NULL,
  location            TEXT NOT NULL,
  public_ip_details   TEXT NOT NULL,
  threat_type         TEXT NOT NULL,
  threat_description  TEXT NOT NULL,
  dns_domain          TEXT NOT NULL,
  url                 TEXT NOT NULL,
  port                INTEGER NOT NULL,
  flow_interval_start INTEGER NOT NULL,
  flow_interval_end   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE dirty_intervals (
  start    INTEGER NOT NULL,
  mac      TEXT NOT NULL,
  flow_log TEXT NOT NULL,
  since    INTEGER NOT NULL, -- generation of the last commit that touched it
  PRIMARY KEY (start, mac, flow_log)
) WITHOUT ROWID;

CREATE TABLE retention (
  table_name TEXT PRIMARY KEY,
  seconds    INTEGER NOT NULL
) WITHOUT ROWID;

-- How far each file and blob of inventory was read.
CREATE TABLE inventory_blobs (
  blob          TEXT PRIMARY KEY,
  version       TEXT NOT NULL,
  byte_offset   INTEGER NOT NULL, -- 0 for what is read as a whole
  lines         INTEGER NOT NULL, -- before that
  last_block_id TEXT NOT NULL,
  head          BLOB,
  last_read     INTEGER NOT NULL
) WITHOUT ROWID;

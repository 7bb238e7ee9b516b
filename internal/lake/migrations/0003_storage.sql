-- What was asked of storage accounts, to estimate what that costs.
CREATE TABLE source_usage (
  day       TEXT NOT NULL, -- UTC, 2006-01-02
  account   TEXT NOT NULL,
  operation TEXT NOT NULL, -- class of the price list: list, read, other
  requests  INTEGER NOT NULL,
  bytes     INTEGER NOT NULL, -- of the answers
  PRIMARY KEY (day, account, operation)
) WITHOUT ROWID;

-- When each source was last read to its end.
CREATE TABLE source_passes (
  source  TEXT PRIMARY KEY,
  started INTEGER NOT NULL, -- of the last pass that left nothing behind
  ended   INTEGER NOT NULL
) WITHOUT ROWID;

-- The inventory by which the owners in a segment's rows were named: when the
-- last of it was taken in, 0 for none.
ALTER TABLE segments ADD COLUMN inventory INTEGER NOT NULL DEFAULT 0;

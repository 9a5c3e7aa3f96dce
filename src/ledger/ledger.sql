-- step 1
CREATE TABLE ledger_leaf (
  idx @int PRIMARY KEY,
  leaf @blob NOT NULL,
  leaf_hash @blob NOT NULL
) @strict;
CREATE TABLE ledger_body (
  idx @int PRIMARY KEY REFERENCES ledger_leaf (idx),
  salt @blob NOT NULL,
  body @blob NOT NULL
) @strict;
-- One row: the size of the log and the roots of its perfect subtrees, largest first.
CREATE TABLE ledger_head (
  one @int PRIMARY KEY CHECK (one = 1),
  size @int NOT NULL,
  frontier @blob NOT NULL
) @strict;

CREATE TABLE ledger_checkpoint (
  size @int PRIMARY KEY,
  root @blob NOT NULL,
  note TEXT NOT NULL,
  signed_at @int NOT NULL
) @strict;
CREATE TABLE ledger_subject (
  subject TEXT NOT NULL,
  idx @int NOT NULL REFERENCES ledger_leaf (idx),
  PRIMARY KEY (subject, idx)
) @strict;
-- step 2
-- The head is there from the start: on PostgreSQL two first appends wait for each other on this row.
INSERT INTO ledger_head (one, size, frontier) VALUES (1, 0, CAST('' AS @blob)) ON CONFLICT (one) DO NOTHING;
-- step 3
-- Verification reads the subjects beside the leaves.
CREATE INDEX ledger_subject_of ON ledger_subject (idx);
-- step 4
-- What is about this subject stays past its three years, until then and for this reason.
CREATE TABLE ledger_hold (
  subject TEXT PRIMARY KEY,
  until @int NOT NULL,
  motive TEXT NOT NULL,
  made @int NOT NULL,
  made_by TEXT NOT NULL
) @strict;
-- step 5
-- Roots of the blocks of 256 leaves that are full: a proof reads hundreds of rows, not all. What is missing here is read from the leaves.
CREATE TABLE ledger_block (
  block @int PRIMARY KEY,
  root @blob NOT NULL
) @strict;

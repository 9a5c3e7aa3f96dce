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
-- step 6
-- What full blocks of 256 leaves hold, for the questions that the journal is asked: the first and the last time of each, and of each who acted and of
-- each recipient which of its entries, a bit each (what -1: whatever was done, 0 to 5: that act, 6: to whom it went; who '': anybody). What is missing
-- here is read from the leaves.
CREATE TABLE ledger_span (
  block @int PRIMARY KEY,
  since @int NOT NULL,
  until @int NOT NULL
) @strict;
CREATE TABLE ledger_part (
  what @int NOT NULL,
  who TEXT NOT NULL,
  block @int NOT NULL,
  bits @blob NOT NULL,
  PRIMARY KEY (what, who, block)
) @strict;
CREATE INDEX ledger_part_recipient ON ledger_part (block) WHERE what = 6;

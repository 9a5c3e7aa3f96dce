-- step 1
-- What was done here (origin '') and on other instances (origin: their key in hex), as the very lines that are signed: each holds the hash of the one
-- before it.
CREATE TABLE merge_event (
  id @pk,
  origin TEXT NOT NULL,
  seq @int NOT NULL,
  hash TEXT NOT NULL,
  line TEXT NOT NULL,
  UNIQUE (origin, seq)
) @strict;
-- The newest head that an origin signed for what is here, so that its lines can be passed on and checked again.
CREATE TABLE merge_head (
  origin TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  seq @int NOT NULL,
  signature TEXT NOT NULL,
  imported @int NOT NULL,
  clock_back @int NOT NULL
) @strict;
CREATE TABLE merge_peer (
  origin TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  trusted @int NOT NULL,
  ended @int
) @strict;

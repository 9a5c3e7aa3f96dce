-- step 1
CREATE TABLE share_convention (
  id @pk,
  pid text NOT NULL UNIQUE,
  partner @int NOT NULL,
  direction @int NOT NULL CHECK (direction BETWEEN 1 AND 3),
  max_tlp @int NOT NULL,
  max_pap @int NOT NULL,
  from_time @int NOT NULL,
  to_time @int NOT NULL CHECK (to_time > from_time),
  purposes text NOT NULL,
  classes text NOT NULL,
  made @int NOT NULL,
  made_by text NOT NULL
) @strict;
CREATE INDEX share_convention_partner ON share_convention (partner, from_time);
CREATE TABLE share_release (
  id @pk,
  time @int NOT NULL,
  object text NOT NULL,
  org @int NOT NULL,
  purpose text NOT NULL,
  allowed @bool NOT NULL,
  rule text NOT NULL,
  arg1 text NOT NULL,
  arg2 text NOT NULL,
  convention text NOT NULL,
  ledger @int
) @strict;
CREATE INDEX share_release_org ON share_release (org, id);
-- step 2
-- A question that travels: request is its id here, origin its id at who asked first.
CREATE TABLE share_exchange (
  id @pk,
  request text NOT NULL,
  origin text NOT NULL,
  org @int NOT NULL,
  sent @bool NOT NULL,
  deadline @int,
  time @int NOT NULL,
  UNIQUE (origin, org, sent)
) @strict;
CREATE INDEX share_exchange_request ON share_exchange (request);

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
-- step 3
-- What stands in the collections of an organisation; convention '' is everybody's. version: of the object, ns. content: the row that
-- intelligence keeps it in; body: an object of ours that it does not keep (questions and answers). state 0 may not go, 1 goes, 2 waits for
-- what it links, 3 just came and may wait, 4 taken off by the reader's side.
CREATE TABLE share_shelf (
  id @pk,
  org @int NOT NULL,
  convention text NOT NULL,
  purpose text NOT NULL,
  object text NOT NULL,
  type text NOT NULL,
  spec text NOT NULL,
  version @int NOT NULL,
  content @int,
  body text,
  tlp @int NOT NULL,
  pap @int NOT NULL,
  state @int NOT NULL,
  added @int,
  UNIQUE (org, convention, purpose, object, version)
) @strict;
CREATE INDEX share_shelf_added ON share_shelf (org, convention, purpose, added);
-- seen: the last row of intelligence that was considered; last: the last time of coming.
CREATE TABLE share_collection (
  id @pk,
  org @int NOT NULL,
  convention text NOT NULL,
  purpose text NOT NULL,
  seen @int NOT NULL,
  last @int NOT NULL,
  UNIQUE (org, convention, purpose)
) @strict;
-- How far a collection elsewhere was fetched (push 0) or filled (push 1).
CREATE TABLE share_peer (
  id @pk,
  url text NOT NULL,
  collection text NOT NULL,
  push @bool NOT NULL,
  added text NOT NULL,
  next text NOT NULL,
  shelf @int NOT NULL,
  objects @int NOT NULL,
  time @int,
  UNIQUE (url, collection, push)
) @strict;
-- step 4
-- Contents written with a partner (NULL: among ourselves): side is the organisation of who wrote or reviewed, 0 ours.
CREATE TABLE share_content (
  id @pk,
  pid text NOT NULL UNIQUE,
  kind text NOT NULL,
  title text NOT NULL,
  about text NOT NULL,
  zone text NOT NULL,
  sector text NOT NULL,
  size text NOT NULL,
  tlp @int NOT NULL,
  pap @int NOT NULL,
  partner @int,
  made @int NOT NULL,
  made_by text NOT NULL
) @strict;
CREATE TABLE share_content_version (
  id @pk,
  content @int NOT NULL REFERENCES share_content (id),
  n @int NOT NULL,
  body text NOT NULL,
  motive text NOT NULL,
  author text NOT NULL,
  author_name text NOT NULL,
  side @int NOT NULL,
  time @int NOT NULL,
  UNIQUE (content, n)
) @strict;
CREATE TABLE share_content_review (
  id @pk,
  content @int NOT NULL REFERENCES share_content (id),
  n @int NOT NULL,
  reviewer text NOT NULL,
  name text NOT NULL,
  side @int NOT NULL,
  approved @bool NOT NULL,
  comment text NOT NULL,
  time @int NOT NULL
) @strict;
CREATE INDEX share_content_review_of ON share_content_review (content, n);
-- Where a version went: a place, or the organisation that got it as a bulletin.
CREATE TABLE share_content_sent (
  id @pk,
  content @int NOT NULL REFERENCES share_content (id),
  n @int NOT NULL,
  org @int,
  place text NOT NULL,
  time @int NOT NULL
) @strict;
CREATE INDEX share_content_sent_of ON share_content_sent (content, n);
-- step 5
CREATE INDEX share_release_convention ON share_release (convention, rule);
-- step 6
CREATE INDEX share_release_object ON share_release (object, id);
-- step 7
-- The key by which a partner signs what is carried by hand, as it was first learnt another way.
CREATE TABLE share_key (
  org @int PRIMARY KEY REFERENCES territory_org (id),
  key text NOT NULL,
  since @int NOT NULL,
  kept_by text NOT NULL
) @strict;
-- step 8
-- What of the contents offered to an organisation a person was last told of, on which day: looking again tells the journal nothing new.
CREATE TABLE share_shown (
  org @int NOT NULL REFERENCES territory_org (id),
  actor TEXT NOT NULL,
  day @int NOT NULL,
  offered TEXT NOT NULL,
  PRIMARY KEY (org, actor)
) @strict;
-- step 9
-- A convention that another instance recorded is known here, and opens nothing until an administrator of this instance admits it.
ALTER TABLE share_convention ADD COLUMN admitted @bool NOT NULL DEFAULT 1;

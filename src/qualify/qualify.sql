-- step 1
CREATE TABLE qualify_request (
  id @pk,
  pid text NOT NULL UNIQUE,
  type text NOT NULL,
  value text NOT NULL,
  question text NOT NULL,
  asked_by text NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'asked', 'answered', 'decided', 'released')),
  opened @int NOT NULL
) @strict;
CREATE TABLE qualify_answer (
  id @pk,
  request @int NOT NULL REFERENCES qualify_request (id),
  source text NOT NULL,
  verdict @int NOT NULL,
  admiralty text NOT NULL,
  answer text NOT NULL,
  time @int NOT NULL
) @strict;
CREATE TABLE qualify_piece (
  request @int NOT NULL REFERENCES qualify_request (id),
  piece text NOT NULL,
  why text NOT NULL,
  PRIMARY KEY (request, piece)
) @strict;
CREATE TABLE qualify_verdict (
  request @int NOT NULL PRIMARY KEY REFERENCES qualify_request (id),
  verdict @int NOT NULL,
  probability @real NOT NULL,
  confidence @int NOT NULL,
  motive text NOT NULL,
  proposed_by text NOT NULL,
  proposed_name text NOT NULL,
  decided @int NOT NULL,
  confirmed_by text,
  confirmed_name text,
  released @int,
  CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by)
) @strict;
CREATE TABLE qualify_event (
  id @pk,
  request @int NOT NULL REFERENCES qualify_request (id),
  time @int NOT NULL,
  what text NOT NULL,
  who text NOT NULL,
  body text NOT NULL
) @strict;
-- step 2
CREATE TABLE qualify_source (
  id @pk,
  source text NOT NULL,
  reliability text NOT NULL CHECK (reliability IN ('A', 'B', 'C', 'D', 'E', 'F')),
  why text NOT NULL,
  rated_by text NOT NULL,
  rated @int NOT NULL
) @strict;
CREATE INDEX qualify_source_name ON qualify_source (source, id);
CREATE INDEX qualify_request_subject ON qualify_request (type, value, state);
CREATE INDEX qualify_answer_request ON qualify_answer (request);
-- step 3
-- What pairs of sources have in common, as last measured; one < other.
CREATE TABLE qualify_overlap (
  one text NOT NULL,
  other text NOT NULL,
  common @int NOT NULL,
  one_first @int NOT NULL,
  other_first @int NOT NULL,
  PRIMARY KEY (one, other)
) @strict;
CREATE TABLE qualify_listed (
  source text NOT NULL PRIMARY KEY,
  listed @int NOT NULL
) @strict;
CREATE TABLE qualify_warning_list (
  id @pk,
  name text NOT NULL UNIQUE,
  kind @int NOT NULL,
  below @int NOT NULL,
  imported @int NOT NULL
) @strict;
CREATE TABLE qualify_warning (
  type text NOT NULL,
  value text NOT NULL,
  list @int NOT NULL REFERENCES qualify_warning_list (id),
  PRIMARY KEY (value, type, list)
) @strict;
CREATE INDEX qualify_warning_of ON qualify_warning (list);
-- step 4
ALTER TABLE qualify_request ADD COLUMN asked_to text NOT NULL DEFAULT '';
ALTER TABLE qualify_request ADD COLUMN basis text NOT NULL DEFAULT '';
ALTER TABLE qualify_request ADD COLUMN deadline @int;
ALTER TABLE qualify_request ADD COLUMN tlp @int NOT NULL DEFAULT 2;
ALTER TABLE qualify_request ADD COLUMN pap @int NOT NULL DEFAULT 2;
-- step 5
-- What is on an imported warning list; below: the list speaks for what lies below its names too.
CREATE VIEW qualify_v_warning AS SELECT w.type, w.value, l.name AS list, l.below FROM qualify_warning w JOIN qualify_warning_list l ON l.id = w.list;
-- step 6
-- An answer has a name of its own, by which other instances know it.
ALTER TABLE qualify_answer ADD COLUMN uid text NOT NULL DEFAULT '';
UPDATE qualify_answer SET uid = (SELECT r.pid FROM qualify_request r WHERE r.id = qualify_answer.request) || '/answer/' || id;
CREATE UNIQUE INDEX qualify_answer_uid ON qualify_answer (uid);

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
-- step 2
-- Versions of what may change on two instances (see merge.h), and which replaces which: the later one may come first.
CREATE TABLE merge_version (
  uid TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  person TEXT NOT NULL,
  at @int NOT NULL
) @strict;
CREATE INDEX merge_version_subject ON merge_version (subject, field);
CREATE TABLE merge_after (
  earlier TEXT NOT NULL,
  later TEXT NOT NULL,
  PRIMARY KEY (earlier, later)
) @strict;
CREATE TABLE merge_person (
  pid TEXT PRIMARY KEY,
  name TEXT NOT NULL
) @strict;
CREATE VIEW merge_v_person AS SELECT pid, name FROM merge_person;
CREATE VIEW merge_v_force AS
  SELECT v.uid, v.kind, v.subject, v.field, v.value, COALESCE(p.name, v.person) AS person_name, v.at FROM merge_version v
  LEFT JOIN merge_person p ON p.pid = v.person WHERE NOT EXISTS (SELECT 1 FROM merge_after a WHERE a.earlier = v.uid);
CREATE VIEW merge_v_conflict AS
  SELECT subject, field, MAX(uid) AS shows FROM merge_v_force GROUP BY subject, field HAVING COUNT(DISTINCT value) > 1;
-- Events whose subject is not known here yet.
CREATE TABLE merge_waiting (
  id @pk,
  origin TEXT NOT NULL,
  seq @int NOT NULL,
  subject TEXT NOT NULL,
  UNIQUE (origin, seq)
) @strict;
CREATE INDEX merge_waiting_subject ON merge_waiting (subject);
-- step 3
-- why: '' the line is here; withheld: its digest stands in its place; erased: the same, and it does not come back.
ALTER TABLE merge_event ADD COLUMN why TEXT NOT NULL DEFAULT '';
-- at: when it was, as its line says; NULL: a line of version 1, or withheld.
ALTER TABLE merge_event ADD COLUMN at @int;
CREATE INDEX merge_event_at ON merge_event (at) WHERE why = '';
ALTER TABLE merge_version ADD COLUMN depth @int NOT NULL DEFAULT 1;
-- The ledger of another instance as it last showed it (a signed checkpoint); proved: that it only grew since the time before.
CREATE TABLE merge_ledger (
  origin TEXT PRIMARY KEY,
  size @int NOT NULL,
  root @blob NOT NULL,
  note TEXT NOT NULL,
  proved @bool NOT NULL,
  seen @int NOT NULL
) @strict;
-- Sizes of the own ledger that went out with events: proofs start from the newest of them.
CREATE TABLE merge_told (size @int PRIMARY KEY) @strict;
DROP VIEW merge_v_conflict;
DROP VIEW merge_v_force;
CREATE VIEW merge_v_version AS
  SELECT v.uid, v.kind, v.subject, v.field, v.value, v.person, COALESCE(p.name, v.person) AS person_name, v.at, v.depth,
    CASE WHEN EXISTS (SELECT 1 FROM merge_after a WHERE a.earlier = v.uid) THEN 0 ELSE 1 END AS in_force
  FROM merge_version v LEFT JOIN merge_person p ON p.pid = v.person;
CREATE VIEW merge_v_force AS
  SELECT uid, kind, subject, field, value, person, person_name, at, depth FROM merge_v_version WHERE in_force = 1;
CREATE VIEW merge_v_conflict AS
  SELECT subject, field, MIN(kind) AS kind, MAX(uid) AS shows FROM merge_v_force GROUP BY subject, field HAVING COUNT(DISTINCT value) > 1;
CREATE VIEW merge_v_after AS SELECT earlier, later FROM merge_after;
-- step 4
-- When what older versions had made without events was written down; a store that begins with this version has nothing of the kind.
CREATE TABLE merge_adopted (at @int PRIMARY KEY) @strict;
INSERT INTO merge_adopted (at) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM ledger_leaf);
-- step 5
-- Subjects that were erased: no event of theirs comes in with its text, from however old a file.
CREATE TABLE merge_gone (subject TEXT PRIMARY KEY) @strict;
-- step 6
-- May its orders to erase be carried out here, whoever opened the case? Set by hand.
ALTER TABLE merge_peer ADD COLUMN orders @bool NOT NULL DEFAULT 0;
-- step 7
-- Diagnoses, actions and major events are written down too, once more in a store that was there before; what was told already is not told again.
DELETE FROM merge_adopted WHERE EXISTS (SELECT 1 FROM ledger_leaf);
-- step 8
-- Obstacles too.
DELETE FROM merge_adopted WHERE EXISTS (SELECT 1 FROM ledger_leaf);
-- step 9
-- A field of one version is in no conflict: only those of several are looked at.
DROP VIEW merge_v_conflict;
CREATE VIEW merge_v_conflict AS
  SELECT v.subject, v.field, MIN(v.kind) AS kind, MAX(v.uid) AS shows
  FROM (SELECT subject, field FROM merge_version GROUP BY subject, field HAVING COUNT(*) > 1) m CROSS JOIN merge_version v
  WHERE v.subject = m.subject AND v.field = m.field AND NOT EXISTS (SELECT 1 FROM merge_after a WHERE a.earlier = v.uid)
  GROUP BY v.subject, v.field HAVING COUNT(DISTINCT v.value) > 1;
-- step 10
-- What was noted here had no time of its own, and was old from the start; its line says it (to the second).
-- step 11
-- The same for people: mandates, capacity, conflicts of interest.
DELETE FROM merge_adopted WHERE EXISTS (SELECT 1 FROM ledger_leaf);
-- How far this instance's own events went out: what others have may not be numbered anew.
CREATE TABLE merge_given (seq @int PRIMARY KEY) @strict;
-- step 12
-- Sightings, conventions, marks of the watch and what came of warnings too.
DELETE FROM merge_adopted WHERE EXISTS (SELECT 1 FROM ledger_leaf);
-- step 13
-- Fields of which an import left more than one version in force: only an import can. What has been settled since is in no conflict.
CREATE TABLE merge_several (
  subject TEXT NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (subject, field)
) @strict;
INSERT INTO merge_several (subject, field) SELECT subject, field FROM merge_v_conflict;
DROP VIEW merge_v_conflict;
CREATE VIEW merge_v_conflict AS
  SELECT v.subject, v.field, MIN(v.kind) AS kind, MAX(v.uid) AS shows FROM merge_several m CROSS JOIN merge_version v
  WHERE v.subject = m.subject AND v.field = m.field AND NOT EXISTS (SELECT 1 FROM merge_after a WHERE a.earlier = v.uid)
  GROUP BY v.subject, v.field HAVING COUNT(DISTINCT v.value) > 1;
CREATE INDEX merge_event_withheld ON merge_event (origin) WHERE why = 'withheld';
-- step 14
-- What the instances that are accepted here are called.
CREATE VIEW merge_v_origin AS SELECT origin, name FROM merge_peer;
-- Rows attached to an event that waits for what it is about.
CREATE TABLE merge_attached (
  origin TEXT NOT NULL,
  seq @int NOT NULL,
  number @int NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (origin, seq, number)
) @strict;

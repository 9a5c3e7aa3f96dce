-- step 1
-- rules: canonical JSON text, registered with its hash in the ledger before anything opens. breakdown: "", "group", "zone" or "group,zone".
CREATE TABLE evaluation_plan (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  breakdown TEXT NOT NULL,
  threshold @int NOT NULL,
  state TEXT NOT NULL,
  entry @int NOT NULL,
  planned @int NOT NULL,
  opened @int,
  closed @int
) @strict;
CREATE TABLE evaluation_question (
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  number @int NOT NULL,
  code TEXT NOT NULL,
  text_fr TEXT NOT NULL,
  text_en TEXT NOT NULL,
  PRIMARY KEY (plan, code)
) @strict;
-- How many were asked, in each declared cell.
CREATE TABLE evaluation_asked (
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  grp TEXT NOT NULL,
  zone TEXT NOT NULL,
  asked @int NOT NULL,
  PRIMARY KEY (plan, grp, zone)
) @strict;
-- One-time tokens, as hashes. No time, no order, no answer: a used one is deleted. All are gone when the survey closes.
CREATE TABLE evaluation_token (
  hash TEXT PRIMARY KEY,
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  grp TEXT NOT NULL,
  zone TEXT NOT NULL
) @strict;
-- sheet: random, joins the answers of one sheet and nothing else. No person, no token, no time; rewritten in order of sheet at closing.
CREATE TABLE evaluation_answer (
  sheet TEXT NOT NULL,
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  grp TEXT NOT NULL,
  zone TEXT NOT NULL,
  code TEXT NOT NULL,
  value @int NOT NULL,
  PRIMARY KEY (sheet, code)
) @strict;
CREATE INDEX evaluation_answer_plan ON evaluation_answer (plan, code);
CREATE TABLE evaluation_obstacle (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  family TEXT NOT NULL,
  title TEXT NOT NULL,
  zone TEXT NOT NULL,
  severity @int NOT NULL,
  owner TEXT NOT NULL,
  due @int,
  opened @int NOT NULL,
  removed @int,
  evidence TEXT NOT NULL
) @strict;
-- step 2
-- issue and axis ("importance", "performance"): what the question tells about an issue of the map. audience: the groups that it is put to, a space
-- before and after each; "" all.
ALTER TABLE evaluation_question ADD COLUMN issue TEXT NOT NULL DEFAULT '';
ALTER TABLE evaluation_question ADD COLUMN axis TEXT NOT NULL DEFAULT '';
ALTER TABLE evaluation_question ADD COLUMN audience TEXT NOT NULL DEFAULT '';
-- A version never changes; the next one is added.
CREATE TABLE evaluation_questionnaire (
  id @pk,
  code TEXT NOT NULL,
  version @int NOT NULL,
  body TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  entry @int NOT NULL,
  added @int NOT NULL,
  UNIQUE (code, version)
) @strict;
-- Files of counts that a verdict rests on; of several the newest counts, the others stay.
CREATE TABLE evaluation_data (
  id @pk,
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  entry @int NOT NULL,
  added @int NOT NULL
) @strict;
CREATE INDEX evaluation_data_plan ON evaluation_data (plan, kind, id);
-- What an obstacle rests on: a public id, or "EVALUATION/CODE" for the answers to a question.
CREATE TABLE evaluation_obstacle_link (
  obstacle @int NOT NULL REFERENCES evaluation_obstacle (id),
  ref TEXT NOT NULL,
  added @int NOT NULL,
  PRIMARY KEY (obstacle, ref)
) @strict;
-- step 3
-- removal: it shows that the obstacle is gone, 0: that it stands.
ALTER TABLE evaluation_obstacle_link ADD COLUMN removal @bool NOT NULL DEFAULT 0;
-- step 4
-- A survey that was closed on another instance: what may be shown of it. entry: of that instance's ledger, the greatest is the newest.
CREATE TABLE evaluation_away (
  plan @int PRIMARY KEY REFERENCES evaluation_plan (id),
  asked @int NOT NULL,
  sheets @int NOT NULL,
  entry @int NOT NULL,
  results TEXT NOT NULL
) @strict;
-- The results that other instances were last told.
CREATE TABLE evaluation_told (
  plan @int PRIMARY KEY REFERENCES evaluation_plan (id),
  sha256 TEXT NOT NULL
) @strict;
-- step 5
-- evaluation.sqlite.sql: answers and tokens lie in the order of random values from the first on. PostgreSQL keeps the order of arrival until the closing.
CREATE INDEX evaluation_asked_cell ON evaluation_asked (grp, zone);
-- step 6
-- evaluation_open_answer, as evaluation_answer, holds the answers of open surveys until the closing puts them there. Its form is the engine's:
-- evaluation.sqlite.sql, evaluation.pg.sql.
-- step 7
-- What stands behind an obstacle, as each instance linked it; a case by the name that it has everywhere, not by its reference here.
CREATE TABLE evaluation_link (
  id @pk,
  obstacle @int NOT NULL REFERENCES evaluation_obstacle (id),
  ref TEXT NOT NULL,
  added @int NOT NULL,
  removal @bool NOT NULL,
  UNIQUE (obstacle, ref, added, removal)
) @strict;
INSERT INTO evaluation_link (obstacle, ref, added, removal)
  SELECT l.obstacle, COALESCE((SELECT c.pid FROM casework_v_case c WHERE c.ref = l.ref), l.ref), l.added, l.removal
  FROM evaluation_obstacle_link l WHERE 1 = 1 ORDER BY l.obstacle, l.added, l.ref ON CONFLICT DO NOTHING;
DROP TABLE evaluation_obstacle_link;
CREATE VIEW evaluation_v_link AS SELECT obstacle, ref, MIN(added) AS added, MAX(removal) AS removal FROM evaluation_link GROUP BY obstacle, ref;
CREATE VIEW evaluation_v_obstacle AS SELECT pid, family, title, zone, severity, owner, due, opened, removed, evidence FROM evaluation_obstacle;

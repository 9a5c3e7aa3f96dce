-- step 5
-- Without rows' hidden numbers, which count up in the order of arrival: what is stored lies in the order of random values.
CREATE TABLE evaluation_token_5 (
  hash TEXT PRIMARY KEY,
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  grp TEXT NOT NULL,
  zone TEXT NOT NULL
) WITHOUT ROWID, @strict;
INSERT INTO evaluation_token_5 (hash, plan, grp, zone) SELECT hash, plan, grp, zone FROM evaluation_token ORDER BY hash;
DROP TABLE evaluation_token;
ALTER TABLE evaluation_token_5 RENAME TO evaluation_token;
CREATE TABLE evaluation_answer_5 (
  sheet TEXT NOT NULL,
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  grp TEXT NOT NULL,
  zone TEXT NOT NULL,
  code TEXT NOT NULL,
  value @int NOT NULL,
  PRIMARY KEY (sheet, code)
) WITHOUT ROWID, @strict;
INSERT INTO evaluation_answer_5 (sheet, plan, grp, zone, code, value)
  SELECT sheet, plan, grp, zone, code, value FROM evaluation_answer ORDER BY sheet, code;
DROP TABLE evaluation_answer;
ALTER TABLE evaluation_answer_5 RENAME TO evaluation_answer;
CREATE INDEX evaluation_answer_plan ON evaluation_answer (plan, code);
-- step 6
CREATE TABLE evaluation_open_answer (
  sheet TEXT NOT NULL,
  plan @int NOT NULL REFERENCES evaluation_plan (id),
  grp TEXT NOT NULL,
  zone TEXT NOT NULL,
  code TEXT NOT NULL,
  value @int NOT NULL,
  PRIMARY KEY (sheet, code)
) WITHOUT ROWID, @strict;
INSERT INTO evaluation_open_answer (sheet, plan, grp, zone, code, value) SELECT a.sheet, a.plan, a.grp, a.zone, a.code, a.value
  FROM evaluation_answer a JOIN evaluation_plan p ON p.id = a.plan WHERE p.state <> 'closed' ORDER BY a.sheet, a.code;
DELETE FROM evaluation_answer WHERE plan IN (SELECT id FROM evaluation_plan WHERE state <> 'closed');

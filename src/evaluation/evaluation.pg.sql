-- step 6
-- Each answer gives this table and that of the tokens a new file (store_afresh). No keys to evaluation_plan: looking them up for every row would take long, and mark
-- the plan's row with the answer's transaction.
CREATE TABLE evaluation_open_answer (
  sheet TEXT NOT NULL,
  plan @int NOT NULL,
  grp TEXT NOT NULL,
  zone TEXT NOT NULL,
  code TEXT NOT NULL,
  value @int NOT NULL,
  PRIMARY KEY (sheet, code)
) @strict;
ALTER TABLE evaluation_token DROP CONSTRAINT evaluation_token_plan_fkey;
-- What came before is put in the order of its random values, in new files.
CREATE TEMPORARY TABLE evaluation_move AS SELECT a.sheet, a.plan, a.grp, a.zone, a.code, a.value, p.state
  FROM evaluation_answer a JOIN evaluation_plan p ON p.id = a.plan;
TRUNCATE evaluation_answer;
INSERT INTO evaluation_answer (sheet, plan, grp, zone, code, value) SELECT sheet, plan, grp, zone, code, value FROM evaluation_move
  WHERE state = 'closed' ORDER BY sheet, code;
INSERT INTO evaluation_open_answer (sheet, plan, grp, zone, code, value) SELECT sheet, plan, grp, zone, code, value FROM evaluation_move
  WHERE state <> 'closed' ORDER BY sheet, code;
DROP TABLE evaluation_move;
CREATE TEMPORARY TABLE evaluation_move AS SELECT hash, plan, grp, zone FROM evaluation_token;
TRUNCATE evaluation_token;
INSERT INTO evaluation_token (hash, plan, grp, zone) SELECT hash, plan, grp, zone FROM evaluation_move ORDER BY hash;
DROP TABLE evaluation_move;

-- step 1
CREATE TABLE prevention_action (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  org @int REFERENCES territory_org (id),
  zone TEXT NOT NULL,
  place TEXT NOT NULL,
  referent @int REFERENCES territory_person (id),
  at @int NOT NULL,
  state TEXT NOT NULL
) @strict;
-- Who came: counts by NAF section and size, never names.
CREATE TABLE prevention_audience (
  action @int NOT NULL REFERENCES prevention_action (id),
  naf TEXT NOT NULL,
  size TEXT NOT NULL,
  people @int NOT NULL,
  PRIMARY KEY (action, naf, size)
) @strict;
CREATE TABLE prevention_diagnosis (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  org @int NOT NULL REFERENCES territory_org (id),
  action @int REFERENCES prevention_action (id),
  framework TEXT NOT NULL,
  made @int NOT NULL,
  person TEXT NOT NULL
) @strict;
-- Only ever added to: the newest answer (and step of adoption) counts, the others stay.
CREATE TABLE prevention_answer (
  id @pk,
  diagnosis @int NOT NULL REFERENCES prevention_diagnosis (id),
  measure @int NOT NULL,
  answer TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL
) @strict;
CREATE INDEX prevention_answer_diagnosis ON prevention_answer (diagnosis, measure, id);
CREATE TABLE prevention_adoption (
  id @pk,
  diagnosis @int NOT NULL REFERENCES prevention_diagnosis (id),
  measure @int NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL
) @strict;
CREATE INDEX prevention_adoption_diagnosis ON prevention_adoption (diagnosis, measure, id);
CREATE VIEW prevention_v_action AS
  SELECT a.id, a.pid, a.kind, a.title, a.org, COALESCE(o.name, '') AS org_name, a.zone, a.place, COALESCE(p.name, '') AS referent, a.at, a.state,
    (SELECT COALESCE(SUM(people), 0) FROM prevention_audience u WHERE u.action = a.id) AS people
  FROM prevention_action a LEFT JOIN territory_org o ON o.id = a.org LEFT JOIN territory_person p ON p.id = a.referent;
CREATE VIEW prevention_v_diagnosis AS
  SELECT d.id, d.pid, d.org, o.name AS org_name, o.zone, o.naf, o.size, d.framework, d.made, d.person FROM prevention_diagnosis d
  JOIN territory_v_org o ON o.id = d.org;
-- step 2
-- target: for whom, "C:PME A:*", '' everybody. token: opens the attendance form of this action, NULL none. reason: of the cancellation.
ALTER TABLE prevention_action ADD COLUMN target TEXT NOT NULL DEFAULT '';
ALTER TABLE prevention_action ADD COLUMN token TEXT;
ALTER TABLE prevention_action ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX prevention_action_token ON prevention_action (token);
-- What those who came thought. Only the day is kept and nothing of the person, so that no sheet can be joined to an attendance.
CREATE TABLE prevention_feedback (
  id @pk,
  action @int NOT NULL REFERENCES prevention_action (id),
  useful @int NOT NULL,
  will TEXT NOT NULL,
  note TEXT NOT NULL,
  day @int NOT NULL
) @strict;
CREATE INDEX prevention_feedback_action ON prevention_feedback (action);
-- Who agreed to be named, for what; gone when the agreement is withdrawn.
CREATE TABLE prevention_attendee (
  id @pk,
  action @int NOT NULL REFERENCES prevention_action (id),
  name TEXT NOT NULL,
  contact TEXT NOT NULL,
  purpose TEXT NOT NULL,
  agreed @int NOT NULL,
  UNIQUE (action, name, contact)
) @strict;
CREATE VIEW prevention_v_action_full AS
  SELECT a.id, a.pid, a.kind, a.title, COALESCE(a.org, 0) AS org, COALESCE(o.name, '') AS org_name, a.zone, a.place,
    COALESCE(a.referent, 0) AS referent, COALESCE(p.name, '') AS referent_name, a.at, a.state, a.target, COALESCE(a.token, '') AS token, a.reason,
    (SELECT COALESCE(SUM(people), 0) FROM prevention_audience u WHERE u.action = a.id) AS people,
    (SELECT COUNT(*) FROM prevention_feedback f WHERE f.action = a.id) AS sheets
  FROM prevention_action a LEFT JOIN territory_org o ON o.id = a.org LEFT JOIN territory_person p ON p.id = a.referent;
CREATE VIEW prevention_v_audience AS SELECT action, naf, size, people FROM prevention_audience;
CREATE VIEW prevention_v_feedback AS SELECT action, useful, will, note, day FROM prevention_feedback;
-- step 3
-- Two instances may answer the same measure without knowing of each other: an answer (a step of adoption) has a name of its own and says which ones
-- it replaces. What nothing replaces is in force; when that is several that differ, it is a conflict, and no clock decides it.
ALTER TABLE prevention_answer ADD COLUMN uid TEXT NOT NULL DEFAULT '';
ALTER TABLE prevention_adoption ADD COLUMN uid TEXT NOT NULL DEFAULT '';
UPDATE prevention_answer SET uid = (SELECT d.pid FROM prevention_diagnosis d WHERE d.id = diagnosis) || '/answer/' || id;
UPDATE prevention_adoption SET uid = (SELECT d.pid FROM prevention_diagnosis d WHERE d.id = diagnosis) || '/adoption/' || id;
CREATE UNIQUE INDEX prevention_answer_uid ON prevention_answer (uid);
CREATE UNIQUE INDEX prevention_adoption_uid ON prevention_adoption (uid);
CREATE TABLE prevention_after (
  earlier TEXT NOT NULL,
  later TEXT NOT NULL,
  PRIMARY KEY (earlier, later)
) @strict;
INSERT INTO prevention_after (earlier, later) SELECT a.uid, b.uid FROM prevention_answer a JOIN prevention_answer b ON b.id = (
  SELECT MIN(c.id) FROM prevention_answer c WHERE c.diagnosis = a.diagnosis AND c.measure = a.measure AND c.id > a.id);
INSERT INTO prevention_after (earlier, later) SELECT a.uid, b.uid FROM prevention_adoption a JOIN prevention_adoption b ON b.id = (
  SELECT MIN(c.id) FROM prevention_adoption c WHERE c.diagnosis = a.diagnosis AND c.measure = a.measure AND c.id > a.id);
-- Frameworks that were imported, by code and version; ours is built in. What was imported never changes: another version stands beside it.
CREATE TABLE prevention_framework (
  id @pk,
  code TEXT NOT NULL,
  version TEXT NOT NULL,
  name TEXT NOT NULL,
  lang TEXT NOT NULL,
  source TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  imported @int NOT NULL,
  UNIQUE (code, version)
) @strict;
CREATE TABLE prevention_framework_measure (
  framework @int NOT NULL REFERENCES prevention_framework (id),
  number @int NOT NULL,
  ref TEXT NOT NULL,
  theme TEXT NOT NULL,
  title TEXT NOT NULL,
  benefit @int NOT NULL,
  effort @int NOT NULL,
  counters TEXT NOT NULL,
  PRIMARY KEY (framework, number)
) @strict;
CREATE VIEW prevention_v_framework AS
  SELECT f.id, f.code, f.version, f.name, f.lang, f.source, f.sha256, f.imported,
    (SELECT COUNT(*) FROM prevention_framework_measure m WHERE m.framework = f.id) AS measures FROM prevention_framework f;
CREATE VIEW prevention_v_answer AS
  SELECT a.diagnosis, a.measure, a.answer, a.at, a.person, a.uid,
    CASE WHEN EXISTS (SELECT 1 FROM prevention_after f WHERE f.earlier = a.uid) THEN 0 ELSE 1 END AS in_force FROM prevention_answer a;
CREATE VIEW prevention_v_adoption AS
  SELECT a.diagnosis, a.measure, a.state, a.reason, a.at, a.person, a.uid,
    CASE WHEN EXISTS (SELECT 1 FROM prevention_after f WHERE f.earlier = a.uid) THEN 0 ELSE 1 END AS in_force FROM prevention_adoption a;
-- step 4
-- Names of those who answered on other instances.
CREATE TABLE prevention_person (
  pid TEXT PRIMARY KEY,
  name TEXT NOT NULL
) @strict;
CREATE VIEW prevention_v_person AS
  SELECT pid, name FROM territory_person
  UNION ALL SELECT m.pid, m.name FROM prevention_person m WHERE NOT EXISTS (SELECT 1 FROM territory_person p WHERE p.pid = m.pid);
-- step 5
-- What a measure asks in full, when its title does not say it all.
ALTER TABLE prevention_framework_measure ADD COLUMN detail TEXT NOT NULL DEFAULT '';
-- step 6
-- Exercises of phishing: counts by group. No group of fewer than five is ever stored (see prevention.h).
CREATE TABLE prevention_exercise (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  org @int NOT NULL REFERENCES territory_org (id),
  name TEXT NOT NULL,
  scenario TEXT NOT NULL,
  source TEXT NOT NULL,
  at @int NOT NULL,
  undelivered @int NOT NULL,
  person TEXT NOT NULL,
  UNIQUE (org, name, at)
) @strict;
CREATE TABLE prevention_exercise_group (
  exercise @int NOT NULL REFERENCES prevention_exercise (id),
  name TEXT NOT NULL,
  sent @int NOT NULL,
  opened @int NOT NULL,
  clicked @int NOT NULL,
  submitted @int NOT NULL,
  reported @int NOT NULL,
  PRIMARY KEY (exercise, name)
) @strict;
CREATE VIEW prevention_v_exercise AS
  SELECT e.id, e.pid, e.org, o.name AS org_name, o.zone, e.name, e.scenario, e.source, e.at, e.undelivered, e.person,
    t.sent, t.opened, t.clicked, t.submitted, t.reported FROM prevention_exercise e JOIN territory_v_org o ON o.id = e.org
  JOIN (SELECT exercise, SUM(sent) AS sent, SUM(opened) AS opened, SUM(clicked) AS clicked, SUM(submitted) AS submitted, SUM(reported) AS reported
    FROM prevention_exercise_group GROUP BY exercise) t ON t.exercise = e.id;
-- step 7
-- Which answer replaces which, and the names of who answered elsewhere, are the merge's for all rooms.
INSERT INTO merge_after (earlier, later) SELECT earlier, later FROM prevention_after WHERE 1 = 1 ON CONFLICT (earlier, later) DO NOTHING;
INSERT INTO merge_person (pid, name) SELECT pid, name FROM prevention_person WHERE 1 = 1 ON CONFLICT (pid) DO NOTHING;
DROP VIEW prevention_v_answer;
DROP VIEW prevention_v_adoption;
DROP VIEW prevention_v_person;
DROP TABLE prevention_after;
DROP TABLE prevention_person;
CREATE VIEW prevention_v_answer AS
  SELECT a.diagnosis, a.measure, a.answer, a.at, a.person, a.uid,
    CASE WHEN EXISTS (SELECT 1 FROM merge_v_after f WHERE f.earlier = a.uid) THEN 0 ELSE 1 END AS in_force FROM prevention_answer a;
CREATE VIEW prevention_v_adoption AS
  SELECT a.diagnosis, a.measure, a.state, a.reason, a.at, a.person, a.uid,
    CASE WHEN EXISTS (SELECT 1 FROM merge_v_after f WHERE f.earlier = a.uid) THEN 0 ELSE 1 END AS in_force FROM prevention_adoption a;
-- step 8
-- What somebody of the diagnosed company itself called done, before that was kept as "said" (here or on an older instance), awaits a referent too.
DROP VIEW prevention_v_adoption;
CREATE VIEW prevention_v_adoption AS
  SELECT a.diagnosis, a.measure, CASE WHEN a.state = 'done' AND EXISTS (SELECT 1 FROM prevention_diagnosis d JOIN territory_v_account p ON p.org = d.org
      WHERE d.id = a.diagnosis AND p.pid = a.person) THEN 'said' ELSE a.state END AS state, a.reason, a.at, a.person, a.uid,
    CASE WHEN EXISTS (SELECT 1 FROM merge_v_after f WHERE f.earlier = a.uid) THEN 0 ELSE 1 END AS in_force FROM prevention_adoption a;
-- step 9
-- What those who came thought, five sheets at a time as they came: between two looks at it are five sheets or none, so that nobody who watches it reads
-- the one that has just been sent. The last ones, fewer than five, are in no view.
DROP VIEW prevention_v_action_full;
DROP VIEW prevention_v_feedback;
CREATE VIEW prevention_v_feedback AS
  SELECT action, useful, will, note, day FROM (SELECT action, useful, will, note, day, ROW_NUMBER() OVER (PARTITION BY action ORDER BY id) AS place,
    COUNT(*) OVER (PARTITION BY action) AS sheets FROM prevention_feedback) f WHERE place <= sheets / 5 * 5;
CREATE VIEW prevention_v_action_full AS
  SELECT a.id, a.pid, a.kind, a.title, COALESCE(a.org, 0) AS org, COALESCE(o.name, '') AS org_name, a.zone, a.place,
    COALESCE(a.referent, 0) AS referent, COALESCE(p.name, '') AS referent_name, a.at, a.state, a.target, COALESCE(a.token, '') AS token, a.reason,
    (SELECT COALESCE(SUM(people), 0) FROM prevention_audience u WHERE u.action = a.id) AS people,
    (SELECT COUNT(*) / 5 * 5 FROM prevention_feedback f WHERE f.action = a.id) AS sheets
  FROM prevention_action a LEFT JOIN territory_org o ON o.id = a.org LEFT JOIN territory_person p ON p.id = a.referent;
-- step 10
-- For figures: in the zone that the company's department belonged to then, whatever it belongs to since.
CREATE VIEW prevention_v_diagnosis_dated AS
  SELECT d.id, d.pid, d.org, o.name AS org_name, COALESCE((SELECT b.zone FROM territory_v_belonging b WHERE b.department = o.department
    AND b.since <= d.made AND b.until > d.made), '') AS zone, d.made
  FROM prevention_diagnosis d JOIN territory_org o ON o.id = d.org;
CREATE VIEW prevention_v_exercise_dated AS
  SELECT e.id, e.org, COALESCE((SELECT b.zone FROM territory_v_belonging b WHERE b.department = o.department AND b.since <= e.at AND b.until > e.at), '')
    AS zone, e.at, (SELECT COALESCE(SUM(g.sent), 0) FROM prevention_exercise_group g WHERE g.exercise = e.id) AS sent
  FROM prevention_exercise e JOIN territory_org o ON o.id = e.org;
-- step 11
-- The company's department is dated too. Exercises say the zone of their day.
DROP VIEW prevention_v_diagnosis_dated;
CREATE VIEW prevention_v_diagnosis_dated AS
  SELECT d.id, d.pid, d.org, o.name AS org_name, COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = d.org AND z.since <= d.made
    AND z.until > d.made), '') AS zone, d.made, d.framework
  FROM prevention_diagnosis d JOIN territory_org o ON o.id = d.org;
DROP VIEW prevention_v_exercise_dated;
DROP VIEW prevention_v_exercise;
CREATE VIEW prevention_v_exercise AS
  SELECT e.id, e.pid, e.org, o.name AS org_name, COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = e.org AND z.since <= e.at
    AND z.until > e.at), '') AS zone, e.name, e.scenario, e.source, e.at, e.undelivered, e.person,
    t.sent, t.opened, t.clicked, t.submitted, t.reported FROM prevention_exercise e JOIN territory_org o ON o.id = e.org
  JOIN (SELECT exercise, SUM(sent) AS sent, SUM(opened) AS opened, SUM(clicked) AS clicked, SUM(submitted) AS submitted, SUM(reported) AS reported
    FROM prevention_exercise_group GROUP BY exercise) t ON t.exercise = e.id;
-- step 12
-- A count within two of all is "at least" (prevention.h). Of two exercises of a company within thirty days the later one, come from another instance, is
-- aside: two cuts of the same people, whose difference may be one person.
UPDATE prevention_exercise_group SET opened = sent - 2 WHERE opened > sent - 2;
UPDATE prevention_exercise_group SET clicked = sent - 2 WHERE clicked > sent - 2;
UPDATE prevention_exercise_group SET submitted = sent - 2 WHERE submitted > sent - 2;
UPDATE prevention_exercise_group SET reported = sent - 2 WHERE reported > sent - 2;
DROP VIEW prevention_v_exercise;
CREATE VIEW prevention_v_exercise_group AS
  SELECT g.exercise, g.name, g.sent, g.opened, g.clicked, g.submitted, g.reported FROM prevention_exercise_group g
  JOIN prevention_exercise e ON e.id = g.exercise WHERE NOT EXISTS (SELECT 1 FROM prevention_exercise x WHERE x.org = e.org
    AND x.at > e.at - 2592000000000000 AND (x.at < e.at OR (x.at = e.at AND x.pid < e.pid)));
CREATE VIEW prevention_v_exercise AS
  SELECT e.id, e.pid, e.org, o.name AS org_name, COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = e.org AND z.since <= e.at
    AND z.until > e.at), '') AS zone, e.name, e.scenario, e.source, e.at, e.undelivered, e.person,
    (SELECT SUM(g.sent) FROM prevention_exercise_group g WHERE g.exercise = e.id) AS sent,
    COALESCE(t.opened, 0) AS opened, COALESCE(t.clicked, 0) AS clicked, COALESCE(t.submitted, 0) AS submitted, COALESCE(t.reported, 0) AS reported,
    COALESCE(t.opened_most, 0) AS opened_most, COALESCE(t.clicked_most, 0) AS clicked_most, COALESCE(t.submitted_most, 0) AS submitted_most,
    COALESCE(t.reported_most, 0) AS reported_most, CASE WHEN t.exercise IS NULL THEN 1 ELSE 0 END AS aside
  FROM prevention_exercise e JOIN territory_org o ON o.id = e.org
  LEFT JOIN (SELECT exercise, SUM(opened) AS opened, SUM(clicked) AS clicked, SUM(submitted) AS submitted, SUM(reported) AS reported,
    SUM(CASE WHEN opened < sent - 2 THEN opened ELSE sent END) AS opened_most, SUM(CASE WHEN clicked < sent - 2 THEN clicked ELSE sent END) AS clicked_most,
    SUM(CASE WHEN submitted < sent - 2 THEN submitted ELSE sent END) AS submitted_most,
    SUM(CASE WHEN reported < sent - 2 THEN reported ELSE sent END) AS reported_most
    FROM prevention_v_exercise_group GROUP BY exercise) t ON t.exercise = e.id;
-- step 13
-- How many an organisation had before one of its actions is looked up for each.
CREATE INDEX prevention_action_org ON prevention_action (org, at);
-- step 14
-- An exercise that was entered wrongly is taken back: it keeps its reason and no count, and its days are free.
ALTER TABLE prevention_exercise ADD COLUMN reason TEXT NOT NULL DEFAULT '';
DROP VIEW prevention_v_exercise;
DROP VIEW prevention_v_exercise_group;
CREATE VIEW prevention_v_exercise_group AS
  SELECT g.exercise, g.name, g.sent, g.opened, g.clicked, g.submitted, g.reported FROM prevention_exercise_group g
  JOIN prevention_exercise e ON e.id = g.exercise WHERE NOT EXISTS (SELECT 1 FROM prevention_exercise x WHERE x.org = e.org AND x.reason = ''
    AND x.at > e.at - 2592000000000000 AND (x.at < e.at OR (x.at = e.at AND x.pid < e.pid)));
CREATE VIEW prevention_v_exercise AS
  SELECT e.id, e.pid, e.org, o.name AS org_name, COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = e.org AND z.since <= e.at
    AND z.until > e.at), '') AS zone, e.name, e.scenario, e.source, e.at, e.undelivered, e.person, e.reason,
    (SELECT COALESCE(SUM(g.sent), 0) FROM prevention_exercise_group g WHERE g.exercise = e.id) AS sent,
    COALESCE(t.opened, 0) AS opened, COALESCE(t.clicked, 0) AS clicked, COALESCE(t.submitted, 0) AS submitted, COALESCE(t.reported, 0) AS reported,
    COALESCE(t.opened_most, 0) AS opened_most, COALESCE(t.clicked_most, 0) AS clicked_most, COALESCE(t.submitted_most, 0) AS submitted_most,
    COALESCE(t.reported_most, 0) AS reported_most, CASE WHEN t.exercise IS NULL AND e.reason = '' THEN 1 ELSE 0 END AS aside
  FROM prevention_exercise e JOIN territory_org o ON o.id = e.org
  LEFT JOIN (SELECT exercise, SUM(opened) AS opened, SUM(clicked) AS clicked, SUM(submitted) AS submitted, SUM(reported) AS reported,
    SUM(CASE WHEN opened < sent - 2 THEN opened ELSE sent END) AS opened_most, SUM(CASE WHEN clicked < sent - 2 THEN clicked ELSE sent END) AS clicked_most,
    SUM(CASE WHEN submitted < sent - 2 THEN submitted ELSE sent END) AS submitted_most,
    SUM(CASE WHEN reported < sent - 2 THEN reported ELSE sent END) AS reported_most
    FROM prevention_v_exercise_group GROUP BY exercise) t ON t.exercise = e.id;
-- step 15
CREATE INDEX prevention_action_state ON prevention_action (state, at, id);
-- step 16
-- Which diagnosis of a company is its last one is asked of each.
CREATE INDEX prevention_diagnosis_org ON prevention_diagnosis (org, made);
-- step 17
-- What an imported measure did not say itself, and nobody said for it: 1 the benefit, 2 the effort, 0 nothing (or it is from before this was kept).
ALTER TABLE prevention_framework_measure ADD COLUMN unsaid @int NOT NULL DEFAULT 0;

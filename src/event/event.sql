-- step 1
CREATE TABLE event_event (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  summary TEXT NOT NULL,
  since @int NOT NULL,
  opened @int NOT NULL,
  closed @int,
  lesson TEXT NOT NULL DEFAULT ''
) @strict;
-- Rows are dated both ways and never deleted, so that the state of any past hour can be counted again.
CREATE TABLE event_incident (
  id @pk,
  event @int NOT NULL REFERENCES event_event (id),
  incident TEXT NOT NULL,
  because TEXT NOT NULL,
  person TEXT NOT NULL,
  at @int NOT NULL,
  gone @int
) @strict;
CREATE INDEX event_incident_event ON event_incident (event, incident);
CREATE TABLE event_indicator (
  id @pk,
  event @int NOT NULL REFERENCES event_event (id),
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  note TEXT NOT NULL,
  person TEXT NOT NULL,
  at @int NOT NULL,
  UNIQUE (event, type, value)
) @strict;
CREATE TABLE event_task (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  event @int NOT NULL REFERENCES event_event (id),
  zone TEXT NOT NULL,
  title TEXT NOT NULL,
  owner TEXT NOT NULL,
  due @int,
  person TEXT NOT NULL,
  at @int NOT NULL,
  done @int,
  outcome TEXT NOT NULL DEFAULT ''
) @strict;
CREATE INDEX event_task_event ON event_task (event);
CREATE TABLE event_message (
  id @pk,
  event @int NOT NULL REFERENCES event_event (id),
  zone TEXT NOT NULL,
  text TEXT NOT NULL,
  person TEXT NOT NULL,
  at @int NOT NULL
) @strict;
CREATE INDEX event_message_event ON event_message (event, at);
-- Who holds the sheet, from when; the last one holds it.
CREATE TABLE event_shift (
  id @pk,
  event @int NOT NULL REFERENCES event_event (id),
  person @int NOT NULL REFERENCES territory_person (id),
  given_by TEXT NOT NULL,
  notes TEXT NOT NULL,
  picture TEXT NOT NULL,
  conflicts @int NOT NULL,
  at @int NOT NULL
) @strict;
CREATE INDEX event_shift_event ON event_shift (event, id);
-- The situation at a full hour, as it was known when it was drawn; it never changes afterwards.
CREATE TABLE event_picture (
  event @int NOT NULL REFERENCES event_event (id),
  hour @int NOT NULL,
  drawn @int NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (event, hour)
) @strict;
CREATE VIEW event_v_event AS SELECT id, pid, name, kind, summary, since, opened, closed, lesson FROM event_event;
CREATE VIEW event_v_incident AS
  SELECT e.event, e.incident, e.because, e.at, e.gone, i.org, i.org_name, i.zone, i.kind, i.summary, i.known, i.reported
  FROM event_incident e JOIN casework_v_incident i ON i.pid = e.incident;
CREATE VIEW event_v_task AS
  SELECT t.id, t.pid, t.event, t.zone, t.title, t.owner, COALESCE(p.name, t.owner) AS owner_name, t.due, t.at, t.done, t.outcome
  FROM event_task t LEFT JOIN territory_person p ON p.pid = t.owner;
CREATE VIEW event_v_message AS
  SELECT m.id, m.event, m.zone, m.text, m.at, COALESCE(p.name, m.person) AS person_name FROM event_message m LEFT JOIN territory_person p ON p.pid = m.person;
CREATE VIEW event_v_indicator AS SELECT id, event, type, value, note, at FROM event_indicator;
CREATE VIEW event_v_shift AS
  SELECT s.id, s.event, s.person, p.pid AS person_pid, p.name, s.notes, s.picture, s.conflicts, s.at, COALESCE(g.name, s.given_by) AS given_by
  FROM event_shift s JOIN territory_person p ON p.id = s.person LEFT JOIN territory_person g ON g.pid = s.given_by;
CREATE VIEW event_v_picture AS SELECT event, hour, drawn, json FROM event_picture;
-- step 2
-- Tasks are casework's.
INSERT INTO casework_task (pid, about, label, case_id, zone, what, owner, person, due, state, outcome, made, made_by, changed)
  SELECT t.pid, e.pid, e.name, NULL, t.zone, t.title, COALESCE(p.name, t.owner), t.owner, t.due, CASE WHEN t.done IS NULL THEN 'todo' ELSE 'done' END,
    t.outcome, t.at, t.person, COALESCE(t.done, t.at)
  FROM event_task t JOIN event_event e ON e.id = t.event LEFT JOIN territory_person p ON p.pid = t.owner;
DROP VIEW event_v_task;
DROP TABLE event_task;
CREATE VIEW event_v_task AS
  SELECT t.id, t.pid, e.id AS event, t.zone, t.what AS title, t.person AS owner, t.owner AS owner_name, t.due, t.made AS at, t.state,
    CASE WHEN t.state IN ('done', 'dropped') THEN t.changed END AS done, t.outcome
  FROM casework_task t JOIN event_event e ON e.pid = t.about;
-- step 3
-- Who spoke on another instance has a name too.
DROP VIEW event_v_message;
CREATE VIEW event_v_message AS
  SELECT m.id, m.event, m.zone, m.text, m.at, COALESCE(p.name, q.name, m.person) AS person_name FROM event_message m
  LEFT JOIN territory_person p ON p.pid = m.person LEFT JOIN merge_v_person q ON q.pid = m.person;
-- step 4
-- Who holds the sheet may be of another instance; two may have handed it on at once: number orders, uid names the row everywhere.
CREATE TABLE event_watch (
  id @pk,
  event @int NOT NULL REFERENCES event_event (id),
  person TEXT NOT NULL,
  given_by TEXT NOT NULL,
  notes TEXT NOT NULL,
  picture TEXT NOT NULL,
  conflicts @int NOT NULL,
  at @int NOT NULL,
  number @int NOT NULL,
  uid TEXT NOT NULL UNIQUE
) @strict;
INSERT INTO event_watch (event, person, given_by, notes, picture, conflicts, at, number, uid)
  SELECT s.event, p.pid, s.given_by, s.notes, s.picture, s.conflicts, s.at,
    (SELECT COUNT(*) FROM event_shift b WHERE b.event = s.event AND b.id < s.id),
    e.pid || '/shift/' || (SELECT COUNT(*) FROM event_shift b WHERE b.event = s.event AND b.id < s.id)
  FROM event_shift s JOIN territory_person p ON p.id = s.person JOIN event_event e ON e.id = s.event ORDER BY s.id;
DROP VIEW event_v_shift;
DROP TABLE event_shift;
CREATE INDEX event_watch_event ON event_watch (event, number, uid);
CREATE VIEW event_v_shift AS
  SELECT s.id, s.event, COALESCE(l.id, 0) AS person, s.person AS person_pid, COALESCE(p.name, s.person) AS name, s.notes, s.picture, s.conflicts, s.at,
    COALESCE(g.name, s.given_by) AS given_by, s.number, s.uid,
    CASE WHEN EXISTS (SELECT 1 FROM event_watch n WHERE n.event = s.event AND (n.number > s.number OR (n.number = s.number AND n.uid > s.uid)))
      THEN 0 ELSE 1 END AS holds
  FROM event_watch s LEFT JOIN territory_v_name p ON p.pid = s.person LEFT JOIN territory_person l ON l.pid = s.person
  LEFT JOIN territory_v_name g ON g.pid = s.given_by;
DROP VIEW event_v_message;
CREATE VIEW event_v_message AS
  SELECT m.id, m.event, m.zone, m.text, m.at, COALESCE(p.name, m.person) AS person_name FROM event_message m
  LEFT JOIN territory_v_name p ON p.pid = m.person;
-- step 5
-- A victim counts in the zone where its incident was reported, whatever its department belongs to since.
DROP VIEW event_v_incident;
CREATE VIEW event_v_incident AS
  SELECT e.event, e.incident, e.because, e.at, e.gone, i.org, i.org_name, i.zone, i.kind, i.summary, i.known, i.reported
  FROM event_incident e JOIN casework_v_incident_dated i ON i.pid = e.incident;
-- step 6
-- Who was handed the sheet last holds it. Hand-overs of before they travelled are in nobody's events until these are adopted: what is there of them stands
-- before all that was told.
DROP VIEW event_v_shift;
CREATE VIEW event_v_shift AS
  SELECT s.id, s.event, COALESCE(l.id, 0) AS person, s.person AS person_pid, COALESCE(p.name, s.person) AS name, s.notes, s.picture, s.conflicts, s.at,
    COALESCE(g.name, s.given_by) AS given_by, s.number, s.uid,
    CASE WHEN s.id = (SELECT h.id FROM event_watch h WHERE h.event = s.event AND NOT EXISTS (SELECT 1 FROM merge_v_after a WHERE a.earlier = h.uid)
      ORDER BY (SELECT COUNT(*) FROM merge_v_version v WHERE v.uid = h.uid) DESC, h.number DESC, h.uid DESC LIMIT 1) THEN 1 ELSE 0 END AS holds
  FROM event_watch s LEFT JOIN territory_v_name p ON p.pid = s.person LEFT JOIN territory_person l ON l.pid = s.person
  LEFT JOIN territory_v_name g ON g.pid = s.given_by;

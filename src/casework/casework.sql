-- step 1
CREATE TABLE casework_offence (
  id @pk,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  label_fr TEXT NOT NULL,
  prison_years @int,
  fine_eur @int,
  natinf TEXT NOT NULL,
  since @int,
  until @int,
  verified TEXT NOT NULL,
  to_check @bool NOT NULL,
  source TEXT NOT NULL
) @strict;
CREATE INDEX casework_offence_code ON casework_offence (code);
CREATE TABLE casework_delay (
  code TEXT PRIMARY KEY,
  hours @int NOT NULL,
  trigger_fr TEXT NOT NULL,
  duty_fr TEXT NOT NULL,
  since @int,
  source TEXT NOT NULL
) @strict;
CREATE TABLE casework_incident (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  org @int NOT NULL REFERENCES territory_org (id),
  kind TEXT NOT NULL,
  summary TEXT NOT NULL,
  happened @int NOT NULL,
  known @int NOT NULL,
  reported @int NOT NULL,
  personal_data @bool NOT NULL
) @strict;
-- due and state: open, done, not-applicable. "late" is open past its time, derived when read.
CREATE TABLE casework_clock (
  id @pk,
  incident @int NOT NULL REFERENCES casework_incident (id),
  code TEXT NOT NULL REFERENCES casework_delay (code),
  due @int NOT NULL,
  state TEXT NOT NULL,
  done @int,
  UNIQUE (incident, code)
) @strict;
CREATE TABLE casework_case (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  ref TEXT NOT NULL UNIQUE,
  incident @int NOT NULL REFERENCES casework_incident (id),
  frame TEXT NOT NULL,
  zone TEXT NOT NULL,
  tlp TEXT NOT NULL,
  opened @int NOT NULL
) @strict;
CREATE TABLE casework_charge (
  case_id @int NOT NULL REFERENCES casework_case (id),
  offence @int NOT NULL REFERENCES casework_offence (id),
  PRIMARY KEY (case_id, offence)
) @strict;
CREATE TABLE casework_exhibit (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  case_id @int NOT NULL REFERENCES casework_case (id),
  ref TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  medium TEXT NOT NULL,
  serial TEXT NOT NULL,
  seal TEXT NOT NULL,
  received @int NOT NULL
) @strict;
-- Who had it, when, why: only ever added to.
CREATE TABLE casework_custody (
  id @pk,
  exhibit @int NOT NULL REFERENCES casework_exhibit (id),
  at @int NOT NULL,
  what TEXT NOT NULL,
  seal TEXT NOT NULL,
  person TEXT NOT NULL
) @strict;
CREATE VIEW casework_v_incident AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, o.zone, i.kind, i.summary, i.happened, i.known, i.reported
  FROM casework_incident i JOIN territory_v_org o ON o.id = i.org;
CREATE VIEW casework_v_clock AS
  SELECT c.incident, i.pid AS incident_pid, c.code, c.due, c.state, c.done FROM casework_clock c
  JOIN casework_incident i ON i.id = c.incident;
CREATE VIEW casework_v_case AS
  SELECT c.id, c.pid, c.ref, i.pid AS incident, i.org, o.name AS org_name, c.frame, c.zone, c.tlp, c.opened FROM casework_case c
  JOIN casework_incident i ON i.id = c.incident JOIN territory_org o ON o.id = i.org;
CREATE VIEW casework_v_exhibit AS
  SELECT e.id, e.pid, e.ref, e.case_id, c.ref AS case_ref, e.description, e.medium, e.serial, e.seal, e.received
  FROM casework_exhibit e JOIN casework_case c ON c.id = e.case_id;
-- step 2
CREATE VIEW casework_v_custody AS
  SELECT k.exhibit, e.ref AS exhibit_ref, k.at, k.what, k.seal, k.person, COALESCE(p.name, k.person) AS person_name
  FROM casework_custody k JOIN casework_exhibit e ON e.id = k.exhibit LEFT JOIN territory_person p ON p.pid = k.person;
CREATE VIEW casework_v_offence AS SELECT id, code, text, label_fr, since, until FROM casework_offence;
CREATE VIEW casework_v_delay AS SELECT code, hours, trigger_fr, duty_fr FROM casework_delay;
-- step 3
ALTER TABLE casework_offence ADD COLUMN circumstance TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_offence ADD COLUMN aggravates TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_offence ADD COLUMN attempt @bool NOT NULL DEFAULT 0;
-- What is to be checked again: "figures", "since", "text" (read in an older state), several joined by "+".
ALTER TABLE casework_offence ADD COLUMN doubt TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_delay ADD COLUMN effect_fr TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_delay ADD COLUMN doubt TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_clock ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_incident ADD COLUMN referent @int;
-- seal: the number on the medium after this event. sha256: of the medium's content when it was computed then.
ALTER TABLE casework_custody ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_custody ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_custody ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_custody ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
CREATE VIEW casework_v_clock_full AS
  SELECT c.incident, i.pid AS incident_pid, i.org, c.code, d.duty_fr, d.effect_fr, d.hours, d.source, d.doubt, c.due, c.state, c.done, c.reason
  FROM casework_clock c JOIN casework_incident i ON i.id = c.incident JOIN casework_delay d ON d.code = c.code;
CREATE VIEW casework_v_custody_full AS
  SELECT k.id, k.exhibit, e.ref AS exhibit_ref, k.at, k.what, k.seal, k.person, COALESCE(p.name, k.person) AS person_name, k.holder, k.place,
    k.reason, k.sha256
  FROM casework_custody k JOIN casework_exhibit e ON e.id = k.exhibit LEFT JOIN territory_person p ON p.pid = k.person;
CREATE VIEW casework_v_charge AS
  SELECT c.case_id, o.code, o.text, o.label_fr, o.source, o.prison_years, o.fine_eur, o.to_check, o.doubt, o.circumstance, o.aggravates, o.attempt,
    o.natinf, o.since, o.until, o.verified
  FROM casework_charge c JOIN casework_offence o ON o.id = c.offence;
CREATE INDEX casework_clock_due ON casework_clock (state, due);
CREATE INDEX casework_custody_exhibit ON casework_custody (exhibit, id);
CREATE INDEX casework_incident_org ON casework_incident (org);
CREATE INDEX casework_case_incident ON casework_case (incident);
CREATE INDEX casework_exhibit_case ON casework_exhibit (case_id);
-- step 4
-- A legal act. state: planned, started, ended, cancelled. exhibit: NULL for a search and a requisition. authority: who allows it, with the reference of
-- that word; answered and what follows it: of a requisition.
CREATE TABLE casework_act (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  ref TEXT NOT NULL UNIQUE,
  case_id @int NOT NULL REFERENCES casework_case (id),
  kind TEXT NOT NULL,
  mode TEXT NOT NULL,
  exhibit @int REFERENCES casework_exhibit (id),
  place TEXT NOT NULL,
  object TEXT NOT NULL,
  article TEXT NOT NULL,
  addressee TEXT NOT NULL,
  due @int,
  state TEXT NOT NULL,
  planned @int NOT NULL,
  planned_by TEXT NOT NULL,
  authority TEXT NOT NULL DEFAULT '',
  authority_ref TEXT NOT NULL DEFAULT '',
  authority_name TEXT NOT NULL DEFAULT '',
  authority_at @int,
  quality TEXT NOT NULL DEFAULT '',
  oath TEXT NOT NULL DEFAULT '',
  motive TEXT NOT NULL DEFAULT '',
  started @int,
  started_by TEXT NOT NULL DEFAULT '',
  ended @int,
  result TEXT NOT NULL DEFAULT '',
  answered @int,
  answer TEXT NOT NULL DEFAULT '',
  answer_sha256 TEXT NOT NULL DEFAULT ''
) @strict;
CREATE INDEX casework_act_case ON casework_act (case_id, id);
CREATE INDEX casework_act_exhibit ON casework_act (exhibit, state);
CREATE TABLE casework_attendee (
  id @pk,
  act @int NOT NULL REFERENCES casework_act (id),
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  quality TEXT NOT NULL,
  subordinate @bool NOT NULL,
  present TEXT NOT NULL,
  signature TEXT NOT NULL
) @strict;
CREATE INDEX casework_attendee_act ON casework_attendee (act, id);
-- What an act made: the public id of an exhibit, an image, an analysis.
CREATE TABLE casework_act_made (
  act @int NOT NULL REFERENCES casework_act (id),
  subject TEXT NOT NULL,
  at @int NOT NULL,
  PRIMARY KEY (act, subject)
) @strict;
CREATE INDEX casework_act_made_subject ON casework_act_made (subject);
CREATE VIEW casework_v_act AS
  SELECT a.id, a.pid, a.ref, a.case_id, c.ref AS case_ref, c.frame, i.org, a.kind, a.mode, a.exhibit, COALESCE(e.ref, '') AS exhibit_ref, a.place, a.object,
    a.article, a.addressee, a.due, a.state, a.planned, a.authority, a.authority_ref, a.authority_name, a.authority_at, a.quality, a.oath, a.motive, a.started,
    a.started_by, COALESCE(p.name, a.started_by) AS officer, a.ended, a.result, a.answered, a.answer, a.answer_sha256
  FROM casework_act a JOIN casework_case c ON c.id = a.case_id JOIN casework_incident i ON i.id = c.incident LEFT JOIN casework_exhibit e ON e.id = a.exhibit
  LEFT JOIN territory_person p ON p.pid = a.started_by;
CREATE VIEW casework_v_act_made AS
  SELECT m.act, a.ref AS act_ref, a.kind, m.subject, m.at FROM casework_act_made m JOIN casework_act a ON a.id = m.act;
-- step 5
-- category: victim, suspect, witness, contact. basis: fact or assessment.
CREATE TABLE casework_party (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  case_id @int NOT NULL REFERENCES casework_case (id),
  category TEXT NOT NULL,
  basis TEXT NOT NULL,
  name TEXT NOT NULL,
  detail TEXT NOT NULL,
  added @int NOT NULL,
  added_by TEXT NOT NULL
) @strict;
CREATE INDEX casework_party_case ON casework_party (case_id, id);
-- type: observed, declared, deduced, imported. When it happened lies between time_from and time_until (NULL: the same instant; both NULL: not known).
CREATE TABLE casework_finding (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  case_id @int NOT NULL REFERENCES casework_case (id),
  exhibit @int REFERENCES casework_exhibit (id),
  type TEXT NOT NULL,
  text TEXT NOT NULL,
  source TEXT NOT NULL,
  time_from @int,
  time_until @int,
  made @int NOT NULL,
  made_by TEXT NOT NULL,
  withdrawn @int,
  why_withdrawn TEXT NOT NULL DEFAULT ''
) @strict;
CREATE INDEX casework_finding_case ON casework_finding (case_id, id);
CREATE VIEW casework_v_finding AS
  SELECT f.id, f.pid, f.case_id, i.org, c.ref AS case_ref, COALESCE(e.ref, '') AS exhibit_ref, f.type, f.text, f.source, f.time_from, f.time_until, f.made,
    COALESCE(p.name, f.made_by) AS author, f.withdrawn, f.why_withdrawn
  FROM casework_finding f JOIN casework_case c ON c.id = f.case_id JOIN casework_incident i ON i.id = c.incident
  LEFT JOIN casework_exhibit e ON e.id = f.exhibit LEFT JOIN territory_person p ON p.pid = f.made_by;
CREATE VIEW casework_v_party AS SELECT p.id, p.pid, p.case_id, p.category, p.basis, p.name, p.detail, p.added FROM casework_party p;
-- step 6
-- What the victim answered at intake: yes, no or unknown each; unsure: "happened", "known", joined by "+", when the time was not known.
CREATE TABLE casework_intake (
  incident @int PRIMARY KEY REFERENCES casework_incident (id),
  contact TEXT NOT NULL,
  ongoing TEXT NOT NULL,
  personal_data TEXT NOT NULL,
  money TEXT NOT NULL,
  insured TEXT NOT NULL,
  complaint TEXT NOT NULL,
  traces TEXT NOT NULL,
  unsure TEXT NOT NULL
) @strict;
CREATE TABLE casework_referral (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  incident @int NOT NULL REFERENCES casework_incident (id),
  service TEXT NOT NULL,
  reason TEXT NOT NULL,
  at @int NOT NULL,
  outcome TEXT NOT NULL DEFAULT '',
  outcome_at @int
) @strict;
CREATE INDEX casework_referral_incident ON casework_referral (incident, id);
-- step 7
-- needle: reference, organisation and summary in lower case, what a search of cases looks in.
ALTER TABLE casework_case ADD COLUMN needle TEXT NOT NULL DEFAULT '';
UPDATE casework_case SET needle = LOWER(ref || ' ' || (SELECT o.name || ' ' || i.summary FROM casework_incident i JOIN territory_org o ON o.id = i.org
  WHERE i.id = casework_case.incident));
CREATE INDEX casework_case_opened ON casework_case (opened, id);
CREATE INDEX casework_incident_reported ON casework_incident (reported, id);
-- A case that came from another system, with the object as it was.
CREATE TABLE casework_imported (
  case_id @int PRIMARY KEY REFERENCES casework_case (id),
  source TEXT NOT NULL,
  raw @blob NOT NULL
) @strict;
-- Incidents that no case was opened from.
CREATE VIEW casework_v_waiting AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, o.zone, i.kind, i.reported FROM casework_incident i JOIN territory_v_org o ON o.id = i.org
  WHERE NOT EXISTS (SELECT 1 FROM casework_case c WHERE c.incident = i.id);
ALTER TABLE casework_finding ADD COLUMN element TEXT NOT NULL DEFAULT '';
-- step 8
-- Where a case stands: open, in-progress, transmitted, closed, dismissed, reopened.
ALTER TABLE casework_case ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
CREATE INDEX casework_case_by_state ON casework_case (state, opened, id);
CREATE TABLE casework_case_state (
  id @pk,
  case_id @int NOT NULL REFERENCES casework_case (id),
  state TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  recipient TEXT NOT NULL
) @strict;
CREATE INDEX casework_case_state_case ON casework_case_state (case_id, id);
-- What somebody has to do about a case, an act, a story, a major event (about: its public id, label: how it is called). case_id: whose conflicts of
-- interest count, NULL for what is about no case. state: todo, doing, done, dropped.
CREATE TABLE casework_task (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  about TEXT NOT NULL,
  label TEXT NOT NULL,
  case_id @int REFERENCES casework_case (id),
  zone TEXT NOT NULL,
  what TEXT NOT NULL,
  owner TEXT NOT NULL,
  person TEXT NOT NULL,
  due @int,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  made @int NOT NULL,
  made_by TEXT NOT NULL,
  changed @int NOT NULL
) @strict;
CREATE INDEX casework_task_about ON casework_task (about, id);
CREATE INDEX casework_task_case ON casework_task (case_id, state);
CREATE INDEX casework_task_person ON casework_task (person, state);
CREATE VIEW casework_v_task AS
  SELECT t.id, t.pid, t.about, t.label, t.case_id, c.ref AS case_ref, i.org, t.zone, t.what, t.owner, t.person, t.due, t.state, t.outcome, t.made,
    COALESCE(p.name, t.made_by) AS author, t.changed
  FROM casework_task t LEFT JOIN casework_case c ON c.id = t.case_id LEFT JOIN casework_incident i ON i.id = c.incident
  LEFT JOIN territory_person p ON p.pid = t.made_by;
-- Notes: every revision is kept.
CREATE TABLE casework_note (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  case_id @int NOT NULL REFERENCES casework_case (id)
) @strict;
CREATE INDEX casework_note_case ON casework_note (case_id, id);
CREATE TABLE casework_note_revision (
  note @int NOT NULL REFERENCES casework_note (id),
  number @int NOT NULL,
  text TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL,
  PRIMARY KEY (note, number)
) @strict;
CREATE VIEW casework_v_note AS
  SELECT n.id, n.pid, n.case_id, r.number, r.text, r.at, COALESCE(p.name, r.person) AS author,
    (SELECT MAX(l.number) FROM casework_note_revision l WHERE l.note = n.id) AS last
  FROM casework_note n JOIN casework_note_revision r ON r.note = n.id LEFT JOIN territory_person p ON p.pid = r.person;
-- Who of another zone may see a case: asked (with the motive), granted, refused, ended.
CREATE TABLE casework_grant (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  case_id @int NOT NULL REFERENCES casework_case (id),
  person @int NOT NULL REFERENCES territory_person (id),
  motive TEXT NOT NULL,
  asked @int NOT NULL,
  state TEXT NOT NULL,
  decided @int,
  decided_by TEXT NOT NULL DEFAULT '',
  why TEXT NOT NULL DEFAULT '',
  until @int
) @strict;
CREATE INDEX casework_grant_case ON casework_grant (case_id, person, state);
CREATE INDEX casework_grant_person ON casework_grant (person, state);
CREATE VIEW casework_v_grant AS SELECT case_id, person, until FROM casework_grant WHERE state = 'granted';
-- step 9
-- What a case holds that another may hold too: an indicator's type and value, sha256 of a medium's content, party (the folded name). origin: public id of
-- what says so.
CREATE TABLE casework_mark (
  id @pk,
  case_id @int NOT NULL REFERENCES casework_case (id),
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  origin TEXT NOT NULL,
  at @int NOT NULL,
  UNIQUE (type, value, case_id, origin)
) @strict;
CREATE INDEX casework_mark_case ON casework_mark (case_id, id);
CREATE INDEX casework_mark_origin ON casework_mark (origin);
CREATE VIEW casework_v_mark AS SELECT case_id, type, value, MIN(at) AS at FROM casework_mark GROUP BY case_id, type, value;
-- Two cases with one mark; one < other. state: open, struck.
CREATE TABLE casework_link (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  one @int NOT NULL REFERENCES casework_case (id),
  other @int NOT NULL REFERENCES casework_case (id),
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  found @int NOT NULL,
  state TEXT NOT NULL,
  changed @int,
  changed_by TEXT NOT NULL DEFAULT '',
  why TEXT NOT NULL DEFAULT '',
  UNIQUE (one, other, type, value)
) @strict;
CREATE INDEX casework_link_other ON casework_link (other);
-- How exactly its time is known: "" (an instant, or between two), about, day, zone (the zone of the clock is not known).
ALTER TABLE casework_finding ADD COLUMN precision TEXT NOT NULL DEFAULT '';
-- step 10
-- Who entered it here, a territory_person; NULL for what came from another instance.
ALTER TABLE casework_incident ADD COLUMN taken_by @int;
-- step 11
-- Two instances may give one number twice: printed is what stands on paper, ref what tells it from another of the same number here (see number.c).
ALTER TABLE casework_case ADD COLUMN printed TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_exhibit ADD COLUMN printed TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_act ADD COLUMN printed TEXT NOT NULL DEFAULT '';
UPDATE casework_case SET printed = ref;
UPDATE casework_exhibit SET printed = ref;
UPDATE casework_act SET printed = ref;
CREATE INDEX casework_case_printed ON casework_case (printed);
CREATE INDEX casework_exhibit_printed ON casework_exhibit (printed);
CREATE INDEX casework_act_printed ON casework_act (printed);
-- References that have changed and that rooms above still have to be told of.
CREATE TABLE casework_renamed (
  id @pk,
  old TEXT NOT NULL,
  fresh TEXT NOT NULL
) @strict;
-- What follows one another is ordered by number, for clocks differ; uid: its name on all instances, '' from before.
ALTER TABLE casework_custody ADD COLUMN number @int NOT NULL DEFAULT 0;
ALTER TABLE casework_custody ADD COLUMN uid TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX casework_custody_uid ON casework_custody (uid) WHERE uid <> '';
ALTER TABLE casework_case_state ADD COLUMN number @int NOT NULL DEFAULT 0;
ALTER TABLE casework_case_state ADD COLUMN uid TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX casework_case_state_uid ON casework_case_state (uid) WHERE uid <> '';
-- Two revisions may have one number; the one that shows is current.
ALTER TABLE casework_note ADD COLUMN current TEXT NOT NULL DEFAULT '';
DROP VIEW casework_v_note;
CREATE TABLE casework_revision (
  id @pk,
  note @int NOT NULL REFERENCES casework_note (id),
  number @int NOT NULL,
  text TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL,
  uid TEXT NOT NULL UNIQUE
) @strict;
INSERT INTO casework_revision (note, number, text, at, person, uid)
  SELECT r.note, r.number, r.text, r.at, r.person, n.pid || '/text/' || r.number FROM casework_note_revision r JOIN casework_note n ON n.id = r.note
  ORDER BY r.note, r.number;
DROP TABLE casework_note_revision;
CREATE INDEX casework_revision_note ON casework_revision (note, number);
UPDATE casework_note SET current = pid || '/text/' || (SELECT MAX(r.number) FROM casework_revision r WHERE r.note = casework_note.id);
CREATE VIEW casework_v_note AS
  SELECT n.id, n.pid, n.case_id, r.number, r.text, r.at, COALESCE(p.name, r.person) AS author,
    (SELECT MAX(l.number) FROM casework_revision l WHERE l.note = n.id) AS last, CASE WHEN r.uid = n.current THEN 1 ELSE 0 END AS shows, r.uid
  FROM casework_note n JOIN casework_revision r ON r.note = n.id LEFT JOIN territory_v_name p ON p.pid = r.person;
DROP VIEW casework_v_custody;
CREATE VIEW casework_v_custody AS
  SELECT k.exhibit, e.ref AS exhibit_ref, k.at, k.what, k.seal, k.person, COALESCE(p.name, k.person) AS person_name
  FROM casework_custody k JOIN casework_exhibit e ON e.id = k.exhibit LEFT JOIN territory_v_name p ON p.pid = k.person;
DROP VIEW casework_v_custody_full;
CREATE VIEW casework_v_custody_full AS
  SELECT k.id, k.exhibit, e.ref AS exhibit_ref, k.at, k.what, k.seal, k.person, COALESCE(p.name, k.person) AS person_name, k.holder, k.place,
    k.reason, k.sha256, k.number, k.uid
  FROM casework_custody k JOIN casework_exhibit e ON e.id = k.exhibit LEFT JOIN territory_v_name p ON p.pid = k.person;
DROP VIEW casework_v_act;
CREATE VIEW casework_v_act AS
  SELECT a.id, a.pid, a.ref, a.case_id, c.ref AS case_ref, c.frame, i.org, a.kind, a.mode, a.exhibit, COALESCE(e.ref, '') AS exhibit_ref, a.place, a.object,
    a.article, a.addressee, a.due, a.state, a.planned, a.authority, a.authority_ref, a.authority_name, a.authority_at, a.quality, a.oath, a.motive, a.started,
    a.started_by, COALESCE(p.name, a.started_by) AS officer, a.ended, a.result, a.answered, a.answer, a.answer_sha256, a.printed
  FROM casework_act a JOIN casework_case c ON c.id = a.case_id JOIN casework_incident i ON i.id = c.incident LEFT JOIN casework_exhibit e ON e.id = a.exhibit
  LEFT JOIN territory_v_name p ON p.pid = a.started_by;
DROP VIEW casework_v_finding;
CREATE VIEW casework_v_finding AS
  SELECT f.id, f.pid, f.case_id, i.org, c.ref AS case_ref, COALESCE(e.ref, '') AS exhibit_ref, f.type, f.text, f.source, f.time_from, f.time_until, f.made,
    COALESCE(p.name, f.made_by) AS author, f.withdrawn, f.why_withdrawn
  FROM casework_finding f JOIN casework_case c ON c.id = f.case_id JOIN casework_incident i ON i.id = c.incident
  LEFT JOIN casework_exhibit e ON e.id = f.exhibit LEFT JOIN territory_v_name p ON p.pid = f.made_by;
DROP VIEW casework_v_task;
CREATE VIEW casework_v_task AS
  SELECT t.id, t.pid, t.about, t.label, t.case_id, c.ref AS case_ref, i.org, t.zone, t.what, t.owner, t.person, t.due, t.state, t.outcome, t.made,
    COALESCE(p.name, t.made_by) AS author, t.changed
  FROM casework_task t LEFT JOIN casework_case c ON c.id = t.case_id LEFT JOIN casework_incident i ON i.id = c.incident
  LEFT JOIN territory_v_name p ON p.pid = t.made_by;
-- step 12
-- Cases that were erased: their number is not given again; body: what is known of it still, as the event and the ledger tell it.
CREATE TABLE casework_erased (
  pid TEXT PRIMARY KEY,
  number TEXT NOT NULL,
  at @int NOT NULL,
  by_name TEXT NOT NULL,
  body TEXT NOT NULL
) @strict;
-- step 13
-- Incidents for figures: in the zone that the company's department belonged to when each was reported, whatever it belongs to since.
CREATE VIEW casework_v_incident_dated AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, COALESCE((SELECT b.zone FROM territory_v_belonging b WHERE b.department = o.department
    AND b.since <= i.reported AND b.until > i.reported), '') AS zone, i.kind, i.summary, i.happened, i.known, i.reported
  FROM casework_incident i JOIN territory_org o ON o.id = i.org;
-- step 14
-- step 15
-- 1 while no case was opened for it: those that wait are listed without a look at all the others.
ALTER TABLE casework_incident ADD COLUMN waiting @int NOT NULL DEFAULT 1;
UPDATE casework_incident SET waiting = 0 WHERE EXISTS (SELECT 1 FROM casework_case c WHERE c.incident = casework_incident.id);
CREATE INDEX casework_incident_waits ON casework_incident (reported, id) WHERE waiting = 1;
DROP VIEW casework_v_waiting;
CREATE VIEW casework_v_waiting AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, o.zone, i.kind, i.reported FROM casework_incident i JOIN territory_v_org o ON o.id = i.org
  WHERE i.waiting = 1;
-- step 16
-- The frame of a case changes at a time, with a reference; a row with frame = was prolongs a flagrance (until). frame_since, frame_until: of the frame
-- that it has; NULL: since its opening, not prolonged.
CREATE TABLE casework_case_frame (
  id @pk,
  case_id @int NOT NULL REFERENCES casework_case (id),
  frame TEXT NOT NULL,
  was TEXT NOT NULL,
  since @int NOT NULL,
  until @int,
  reference TEXT NOT NULL,
  authority TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL,
  number @int NOT NULL,
  uid TEXT NOT NULL UNIQUE
) @strict;
CREATE INDEX casework_case_frame_case ON casework_case_frame (case_id, number);
ALTER TABLE casework_case ADD COLUMN frame_since @int;
ALTER TABLE casework_case ADD COLUMN frame_until @int;
CREATE INDEX casework_case_flagrant ON casework_case (id) WHERE frame = 'flagrance' AND state NOT IN ('closed', 'dismissed');
-- The frame that the case had when the act started (or was cancelled); '' while it is planned.
ALTER TABLE casework_act ADD COLUMN frame TEXT NOT NULL DEFAULT '';
UPDATE casework_act SET frame = (SELECT c.frame FROM casework_case c WHERE c.id = casework_act.case_id) WHERE state <> 'planned';
DROP VIEW casework_v_act;
CREATE VIEW casework_v_act AS
  SELECT a.id, a.pid, a.ref, a.case_id, c.ref AS case_ref, COALESCE(NULLIF(a.frame, ''), c.frame) AS frame, i.org, a.kind, a.mode, a.exhibit,
    COALESCE(e.ref, '') AS exhibit_ref, a.place, a.object,
    a.article, a.addressee, a.due, a.state, a.planned, a.authority, a.authority_ref, a.authority_name, a.authority_at, a.quality, a.oath, a.motive, a.started,
    a.started_by, COALESCE(p.name, a.started_by) AS officer, a.ended, a.result, a.answered, a.answer, a.answer_sha256, a.printed
  FROM casework_act a JOIN casework_case c ON c.id = a.case_id JOIN casework_incident i ON i.id = c.incident LEFT JOIN casework_exhibit e ON e.id = a.exhibit
  LEFT JOIN territory_v_name p ON p.pid = a.started_by;
-- step 17
-- Cases are counted by zone, and the end of each is the last change of its state.
CREATE INDEX casework_case_zone ON casework_case (zone, opened);
CREATE INDEX casework_case_state_at ON casework_case_state (case_id, at);
CREATE VIEW casework_v_zone AS SELECT zone, COUNT(*) AS cases FROM casework_case GROUP BY zone;
-- step 18
-- Flagrances that began, of their own acts: those of one that the case has left since count no more. prolonged: the end that was decided, NULL none.
CREATE VIEW casework_v_flagrance AS
  SELECT c.id AS case_id, c.state, MIN(a.started) AS first, c.frame_until AS prolonged FROM casework_case c
  JOIN casework_act a ON a.case_id = c.id AND a.frame = 'flagrance' AND a.started >= COALESCE(c.frame_since, 0)
  WHERE c.frame = 'flagrance' GROUP BY c.id, c.state, c.frame_until;
-- step 19
-- Incidents of a year, with what their company is; numbers that two bear; exhibits, newest first.
CREATE INDEX casework_incident_known ON casework_incident (known);
CREATE INDEX casework_case_twice ON casework_case (printed) WHERE printed <> ref;
CREATE INDEX casework_exhibit_twice ON casework_exhibit (printed) WHERE printed <> ref;
CREATE INDEX casework_act_twice ON casework_act (printed) WHERE printed <> ref;
CREATE INDEX casework_exhibit_received ON casework_exhibit (received, id);
CREATE VIEW casework_v_incident_of AS
  SELECT i.kind, i.known, o.naf, o.size, o.zone FROM casework_incident i JOIN territory_v_org o ON o.id = i.org;
CREATE VIEW casework_v_reported AS SELECT id, pid, org, kind, known, reported FROM casework_incident;
-- step 20
-- Requisitions that wait for an answer, by their deadline.
CREATE INDEX casework_act_waits ON casework_act (due, id) WHERE due IS NOT NULL AND state IN ('planned', 'started');
-- Who follows an incident. running: while one of its clocks is open.
CREATE INDEX casework_incident_referent ON casework_incident (referent) WHERE referent IS NOT NULL;
CREATE VIEW casework_v_followed AS
  SELECT i.id AS incident, i.referent AS person, p.name,
    CASE WHEN EXISTS (SELECT 1 FROM casework_clock k WHERE k.incident = i.id AND k.state = 'open') THEN 1 ELSE 0 END AS running
  FROM casework_incident i JOIN territory_person p ON p.id = i.referent;
-- step 21
-- The zone that an incident is counted in stands on it and on its clocks: figures of a zone count along an index. It follows, by the triggers of each
-- engine, where its company stood when it was reported and to which zone that department belonged then.
ALTER TABLE casework_incident ADD COLUMN zone_then TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_clock ADD COLUMN zone_then TEXT NOT NULL DEFAULT '';
UPDATE casework_incident SET zone_then = COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = casework_incident.org
  AND z.since <= casework_incident.reported AND z.until > casework_incident.reported), '');
UPDATE casework_clock SET zone_then = (SELECT i.zone_then FROM casework_incident i WHERE i.id = casework_clock.incident);
CREATE INDEX casework_incident_then ON casework_incident (zone_then, reported);
CREATE INDEX casework_clock_then ON casework_clock (zone_then, due, state, done);
-- step 22
-- Where and when alone, as figures count: from the indexes.
CREATE VIEW casework_v_incident_counted AS SELECT zone_then AS zone, reported, waiting FROM casework_incident;
CREATE VIEW casework_v_case_counted AS SELECT zone, opened FROM casework_case;
-- step 23
-- Who entered an incident; delays that ran out, counted from the index alone.
CREATE INDEX casework_incident_taken ON casework_incident (taken_by) WHERE taken_by IS NOT NULL;
DROP INDEX casework_clock_due;
CREATE INDEX casework_clock_due ON casework_clock (state, due, done);
-- Acts of open cases that wait for an answer by a deadline.
CREATE VIEW casework_v_act_waits AS
  SELECT a.id FROM casework_act a JOIN casework_case c ON c.id = a.case_id
  WHERE a.due IS NOT NULL AND a.state IN ('planned', 'started') AND c.state NOT IN ('closed', 'dismissed');

-- step 1
CREATE TABLE territory_zone (
  code TEXT PRIMARY KEY,
  name_fr TEXT NOT NULL,
  name_en TEXT NOT NULL,
  seat TEXT NOT NULL,
  overseas @bool NOT NULL,
  to_check @bool NOT NULL,
  source TEXT NOT NULL
) @strict;
CREATE TABLE territory_department (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  region TEXT NOT NULL,
  source TEXT NOT NULL
) @strict;
-- Who belongs to which zone, under which scheme, from when to when (NULL: still).
CREATE TABLE territory_membership (
  department TEXT NOT NULL REFERENCES territory_department (code),
  zone TEXT NOT NULL REFERENCES territory_zone (code),
  scheme TEXT NOT NULL,
  since @int NOT NULL,
  until @int,
  PRIMARY KEY (department, scheme, since)
) @strict;
CREATE TABLE territory_naf (
  section TEXT PRIMARY KEY,
  name_fr TEXT NOT NULL,
  name_en TEXT NOT NULL,
  divisions TEXT NOT NULL,
  source TEXT NOT NULL
) @strict;
CREATE TABLE territory_size (
  code TEXT PRIMARY KEY,
  name_fr TEXT NOT NULL,
  name_en TEXT NOT NULL,
  staff_below @int,
  source TEXT NOT NULL
) @strict;
CREATE TABLE territory_org (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  siren TEXT UNIQUE,
  naf TEXT REFERENCES territory_naf (section),
  size TEXT REFERENCES territory_size (code),
  department TEXT REFERENCES territory_department (code),
  created @int NOT NULL
) @strict;
CREATE TABLE territory_person (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  org @int REFERENCES territory_org (id),
  created @int NOT NULL
) @strict;
CREATE TABLE territory_mandate (
  id @pk,
  person @int NOT NULL REFERENCES territory_person (id),
  role @int NOT NULL,
  zone TEXT REFERENCES territory_zone (code),
  since @int NOT NULL,
  until @int
) @strict;
CREATE INDEX territory_mandate_person ON territory_mandate (person);
CREATE TABLE territory_account (
  login TEXT PRIMARY KEY,
  person @int NOT NULL REFERENCES territory_person (id),
  password TEXT NOT NULL,
  created @int NOT NULL
) @strict;
CREATE VIEW territory_v_org AS
  SELECT o.id, o.pid, o.name, o.kind, COALESCE(o.siren, '') AS siren, COALESCE(o.naf, '') AS naf, COALESCE(o.size, '') AS size,
    COALESCE(o.department, '') AS department, COALESCE(m.zone, '') AS zone
  FROM territory_org o
  LEFT JOIN territory_membership m ON m.department = o.department AND m.scheme = 'defence' AND m.until IS NULL;
CREATE VIEW territory_v_zone AS
  SELECT code, name_fr, name_en, seat, overseas, to_check FROM territory_zone;
-- step 2
CREATE VIEW territory_v_department AS
  SELECT d.code, d.name, d.region, m.zone, m.since FROM territory_department d
  JOIN territory_membership m ON m.department = d.code AND m.scheme = 'defence' AND m.until IS NULL;
CREATE VIEW territory_v_naf AS SELECT section, name_fr, name_en FROM territory_naf;
CREATE VIEW territory_v_size AS SELECT code, name_fr, name_en FROM territory_size;
-- step 3
-- capacity: requests at once, 0: not said.
ALTER TABLE territory_person ADD COLUMN capacity @int NOT NULL DEFAULT 0;
ALTER TABLE territory_person ADD COLUMN skills TEXT NOT NULL DEFAULT '';
-- What a person may not touch, whatever the role. Ended, never deleted.
CREATE TABLE territory_conflict (
  id @pk,
  person @int NOT NULL REFERENCES territory_person (id),
  org @int NOT NULL REFERENCES territory_org (id),
  reason TEXT NOT NULL,
  since @int NOT NULL,
  until @int
) @strict;
CREATE INDEX territory_conflict_person ON territory_conflict (person, org);
CREATE VIEW territory_v_conflict AS
  SELECT c.person, p.pid AS person_pid, p.name AS person_name, c.org, o.name AS org_name, c.reason, c.since, c.until
  FROM territory_conflict c JOIN territory_person p ON p.id = c.person JOIN territory_org o ON o.id = c.org;
CREATE VIEW territory_v_mandate AS
  SELECT m.id, m.person, p.pid AS person_pid, p.name, COALESCE(p.org, 0) AS org, p.capacity, p.skills, m.role, COALESCE(m.zone, '') AS zone,
    m.since, m.until
  FROM territory_mandate m JOIN territory_person p ON p.id = m.person;
CREATE VIEW territory_v_membership AS
  SELECT m.department, d.name, m.zone, m.scheme, m.since, m.until FROM territory_membership m
  JOIN territory_department d ON d.code = m.department;
-- step 4
-- Establishments (SIRET) of an organisation, from the SIRENE register or entered by hand. ape: activity as INSEE codes it; staff: its class of staff.
CREATE TABLE territory_site (
  siret TEXT PRIMARY KEY,
  org @int NOT NULL REFERENCES territory_org (id),
  name TEXT NOT NULL,
  department TEXT NOT NULL REFERENCES territory_department (code),
  ape TEXT NOT NULL,
  staff TEXT NOT NULL,
  open @bool NOT NULL,
  head @bool NOT NULL,
  source TEXT NOT NULL,
  seen @int NOT NULL
) @strict;
CREATE INDEX territory_site_org ON territory_site (org);
-- Whom to call. agreed: may be written to. Erased when asked for, for they are persons.
CREATE TABLE territory_contact (
  id @pk,
  org @int NOT NULL REFERENCES territory_org (id),
  name TEXT NOT NULL,
  duty TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  agreed @bool NOT NULL,
  source TEXT NOT NULL,
  created @int NOT NULL,
  removed @int,
  UNIQUE (org, name)
) @strict;
-- What an organisation shows to the Internet: values as indicators are written.
CREATE TABLE territory_asset (
  id @pk,
  org @int NOT NULL REFERENCES territory_org (id),
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  note TEXT NOT NULL,
  since @int NOT NULL,
  until @int,
  UNIQUE (org, type, value)
) @strict;
CREATE INDEX territory_asset_value ON territory_asset (value);
-- Which column of a source's spreadsheets is which.
CREATE TABLE territory_columns (
  source TEXT PRIMARY KEY,
  map TEXT NOT NULL,
  used @int NOT NULL
) @strict;
CREATE VIEW territory_v_site AS SELECT siret, org, name, department, ape, staff, open, head, source, seen FROM territory_site;
CREATE VIEW territory_v_contact AS SELECT id, org, name, duty, email, phone, agreed, source, created FROM territory_contact WHERE removed IS NULL;
CREATE VIEW territory_v_asset AS SELECT id, org, type, value, note, since, until FROM territory_asset;
-- Oath taken (reservists, agents), charter signed (partners' staff, reservists): NULL and '' when not said.
ALTER TABLE territory_mandate ADD COLUMN oath @int;
ALTER TABLE territory_mandate ADD COLUMN charter TEXT NOT NULL DEFAULT '';
CREATE VIEW territory_v_mandate_full AS
  SELECT m.id, m.person, p.pid AS person_pid, p.name, COALESCE(p.org, 0) AS org, COALESCE(o.name, '') AS org_name, p.capacity, p.skills, m.role,
    COALESCE(m.zone, '') AS zone, m.since, m.until, m.oath, m.charter
  FROM territory_mandate m JOIN territory_person p ON p.id = m.person LEFT JOIN territory_org o ON o.id = p.org;
-- Organisations with when they became known, for figures of a past period.
CREATE VIEW territory_v_org_dated AS SELECT id, kind, COALESCE(department, '') AS department, created FROM territory_org;
-- step 5
-- Where the referents of a zone are reached by whoever holds a letter or a hand-out of theirs.
ALTER TABLE territory_zone ADD COLUMN contact TEXT NOT NULL DEFAULT '';
DROP VIEW territory_v_zone;
CREATE VIEW territory_v_zone AS
  SELECT code, name_fr, name_en, seat, overseas, to_check, contact FROM territory_zone;
-- step 6
-- A link that opens an account once: the hash of its token only.
CREATE TABLE territory_invitation (
  token @blob PRIMARY KEY,
  person @int NOT NULL REFERENCES territory_person (id),
  until @int NOT NULL
) @strict;
CREATE VIEW territory_v_account AS
  SELECT p.id AS person, p.pid, p.name, a.login, COALESCE(p.org, 0) AS org, a.created,
    (SELECT MAX(i.until) FROM territory_invitation i WHERE i.person = p.id) AS invited_until
  FROM territory_account a JOIN territory_person p ON p.id = a.person;
-- step 7
-- Who is known here by name, also those who acted on other instances.
CREATE VIEW territory_v_name AS
  SELECT pid, name FROM territory_person
  UNION ALL SELECT m.pid, m.name FROM merge_v_person m WHERE NOT EXISTS (SELECT 1 FROM territory_person p WHERE p.pid = m.pid);
-- step 8
-- Where letters go. address: lines; of a site as the register gives it, of an organisation as somebody wrote it, which counts first.
ALTER TABLE territory_org ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE territory_site ADD COLUMN address TEXT NOT NULL DEFAULT '';
CREATE VIEW territory_v_address AS
  SELECT o.id AS org, CASE WHEN o.address <> '' THEN o.address ELSE COALESCE(
    (SELECT MIN(s.address) FROM territory_site s WHERE s.org = o.id AND s.open = 1 AND s.head = 1 AND s.address <> ''),
    (SELECT MIN(s.address) FROM territory_site s WHERE s.org = o.id AND s.open = 1 AND s.address <> ''), '') END AS address,
    CASE WHEN o.address <> '' THEN 1 ELSE 0 END AS written
  FROM territory_org o;
-- step 9
-- Which zone of defence a department belongs to at any instant, from since until before until: what is older than the first membership known is counted there.
CREATE VIEW territory_v_belonging AS
  SELECT m.department, m.zone, CASE WHEN EXISTS (SELECT 1 FROM territory_membership e WHERE e.department = m.department AND e.scheme = 'defence'
    AND e.since < m.since) THEN m.since ELSE -9223372036854775807 END AS since, COALESCE(m.until, 9223372036854775807) AS until
  FROM territory_membership m WHERE m.scheme = 'defence';
-- step 10
-- Where an organisation stands, from when on: dated like the memberships of departments. The first row of one whose department was known from the start
-- begins at -9223372036854775807: as far back as anybody counts. territory_org.department is the last one.
CREATE TABLE territory_seat (
  org @int NOT NULL REFERENCES territory_org (id),
  since @int NOT NULL,
  department TEXT NOT NULL REFERENCES territory_department (code),
  PRIMARY KEY (org, since)
) @strict;
INSERT INTO territory_seat (org, since, department) SELECT id, -9223372036854775807, department FROM territory_org WHERE department IS NOT NULL;
CREATE VIEW territory_v_seat AS
  SELECT s.org, s.department, s.since, COALESCE((SELECT MIN(n.since) FROM territory_seat n WHERE n.org = s.org AND n.since > s.since), 9223372036854775807)
    AS until FROM territory_seat s;
-- Which zone of defence an organisation was in at any instant: its department of then, and that department's zone of then.
CREATE VIEW territory_v_org_zone AS
  SELECT s.org, b.zone, CASE WHEN s.since > b.since THEN s.since ELSE b.since END AS since, CASE WHEN s.until < b.until THEN s.until ELSE b.until END AS until
  FROM territory_v_seat s JOIN territory_v_belonging b ON b.department = s.department AND b.since < s.until AND b.until > s.since;
DROP VIEW territory_v_org_dated;
CREATE VIEW territory_v_org_dated AS SELECT id, kind, created FROM territory_org;
-- An organisation that moved, as instances speak of it to each other: made of its SIREN, else of its name, for each instance may have met it by itself.
CREATE TABLE territory_alias (
  subject TEXT PRIMARY KEY,
  org @int NOT NULL REFERENCES territory_org (id)
) @strict;
CREATE VIEW territory_v_alias AS SELECT subject, org FROM territory_alias;
-- step 11
-- Did this instance itself say what the name means? Another's word may reach a third one later than what is said of it here.
ALTER TABLE territory_alias ADD COLUMN told @bool NOT NULL DEFAULT 0;
-- step 12
-- Organisations are counted, listed and followed by department.
CREATE INDEX territory_org_department ON territory_org (department, kind);
CREATE INDEX territory_seat_department ON territory_seat (department, org);
-- step 13
-- A person as instances speak of him to each other: made of the name and the employer, for each may have met him by itself.
CREATE TABLE territory_person_alias (
  subject TEXT PRIMARY KEY,
  person @int NOT NULL REFERENCES territory_person (id),
  told @bool NOT NULL DEFAULT 0
) @strict;
CREATE INDEX territory_person_alias_person ON territory_person_alias (person);
CREATE VIEW territory_v_person_alias AS
  SELECT a.subject, p.pid, p.name FROM territory_person_alias a JOIN territory_person p ON p.id = a.person;
-- A mandate that another instance gave is known here, and gives no rights here until an administrator of this instance admits it.
ALTER TABLE territory_mandate ADD COLUMN admitted @bool NOT NULL DEFAULT 1;
DROP VIEW territory_v_mandate_full;
CREATE VIEW territory_v_mandate_full AS
  SELECT m.id, m.person, p.pid AS person_pid, p.name, COALESCE(p.org, 0) AS org, COALESCE(o.name, '') AS org_name, p.capacity, p.skills, m.role,
    COALESCE(m.zone, '') AS zone, m.since, m.until, m.oath, m.charter, m.admitted
  FROM territory_mandate m JOIN territory_person p ON p.id = m.person LEFT JOIN territory_org o ON o.id = p.org;
-- step 14
-- Everybody known here, also who has no mandate: another instance's conflict of interest makes somebody known.
CREATE VIEW territory_v_person AS
  SELECT p.id, p.pid, p.name, COALESCE(o.name, '') AS org_name FROM territory_person p LEFT JOIN territory_org o ON o.id = p.org;
-- step 15
-- Companies counted by department as they stand now; what moved or came since an instant is few, and found without going through all.
DROP INDEX territory_org_department;
CREATE INDEX territory_org_department ON territory_org (department, kind, naf);
CREATE INDEX territory_org_created ON territory_org (created);
CREATE INDEX territory_seat_since ON territory_seat (since);
CREATE VIEW territory_v_org_at AS SELECT id, kind, naf, department FROM territory_org;
CREATE VIEW territory_v_companies AS
  SELECT department, COUNT(*) AS companies FROM territory_org WHERE kind = 'company' AND department IS NOT NULL GROUP BY department;
-- Names as they are searched: without capitals, accents and signs, and the SIREN behind. NULL: not folded yet, compared one by one.
ALTER TABLE territory_org ADD COLUMN words TEXT;
-- step 16
-- Organisations that were entered twice and are one: under which name and id it is found too, who said so. territory_apart: two that are two, one < other.
CREATE TABLE territory_joined (
  pid TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  department TEXT NOT NULL,
  org @int NOT NULL REFERENCES territory_org (id),
  at @int NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL
) @strict;
CREATE INDEX territory_joined_org ON territory_joined (org);
CREATE INDEX territory_joined_name ON territory_joined (name);
CREATE TABLE territory_apart (
  one @int NOT NULL REFERENCES territory_org (id),
  other @int NOT NULL REFERENCES territory_org (id),
  PRIMARY KEY (one, other)
) @strict;
CREATE VIEW territory_v_joined AS
  SELECT j.org, j.pid, j.name, j.department, j.at, COALESCE(n.name, '') AS person_name, j.reason FROM territory_joined j
  LEFT JOIN territory_v_name n ON n.pid = j.person;
-- step 17
-- Companies of a department as they stand and since when they are known, counted without a look at each; those that stood elsewhere are counted apart.
DROP INDEX territory_org_department;
CREATE INDEX territory_org_department ON territory_org (department, kind, naf, created);
CREATE VIEW territory_v_company AS SELECT id, department, created FROM territory_org WHERE kind = 'company';
CREATE VIEW territory_v_moved AS SELECT org FROM territory_seat WHERE since > -9223372036854775807;
-- step 18
-- Names as one tells them over the telephone, without legal form (empty: nothing is left): one company that was entered twice has one twice.
ALTER TABLE territory_org ADD COLUMN spoken TEXT;
CREATE INDEX territory_org_spoken ON territory_org (spoken) WHERE kind = 'company';
-- Companies are counted by when they are known, everywhere and by department, without a look at each.
DROP INDEX territory_org_created;
CREATE INDEX territory_org_created ON territory_org (created, kind);
DROP INDEX territory_org_department;
CREATE INDEX territory_org_department ON territory_org (department, kind, naf);
CREATE INDEX territory_org_since ON territory_org (department, kind, created);

-- step 1
CREATE TABLE anticipate_warning (
  id @pk,
  pid text NOT NULL UNIQUE,
  signature text NOT NULL,
  level @int NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'withdrawn')),
  withdrawn_why text NOT NULL,
  first_seen @int NOT NULL,
  last_seen @int NOT NULL,
  raised @int NOT NULL,
  expires @int NOT NULL,
  withdrawn @int,
  expected @real NOT NULL,
  p @real NOT NULL,
  score @real NOT NULL,
  organisations @int NOT NULL,
  zones @int NOT NULL,
  value_count @int NOT NULL,
  report_count @int NOT NULL,
  about text NOT NULL,
  about_type text NOT NULL
) @strict;
CREATE INDEX anticipate_warning_state ON anticipate_warning (state, signature);
CREATE TABLE anticipate_report (
  warning @int NOT NULL REFERENCES anticipate_warning (id),
  report text NOT NULL,
  org @int NOT NULL,
  org_name text NOT NULL,
  org_pid text NOT NULL,
  zone text NOT NULL,
  first_seen @int NOT NULL,
  last_seen @int NOT NULL,
  PRIMARY KEY (warning, report, org)
) @strict;
CREATE TABLE anticipate_value (
  warning @int NOT NULL REFERENCES anticipate_warning (id),
  type text NOT NULL,
  value text NOT NULL,
  indicator text NOT NULL,
  expected @real NOT NULL,
  PRIMARY KEY (warning, type, value)
) @strict;
CREATE TABLE anticipate_zone (
  warning @int NOT NULL REFERENCES anticipate_warning (id),
  zone text NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (warning, zone)
) @strict;
CREATE TABLE anticipate_sector (
  warning @int NOT NULL REFERENCES anticipate_warning (id),
  section text NOT NULL,
  PRIMARY KEY (warning, section)
) @strict;
CREATE TABLE anticipate_reason (
  warning @int NOT NULL REFERENCES anticipate_warning (id),
  rank @int NOT NULL,
  message text NOT NULL,
  arg1 text NOT NULL,
  arg2 text NOT NULL,
  arg3 text NOT NULL,
  PRIMARY KEY (warning, rank)
) @strict;
-- step 2
CREATE VIEW anticipate_v_warning AS
  SELECT id, pid, level, state, first_seen, last_seen, raised, expires, withdrawn, organisations, zones, about, about_type
  FROM anticipate_warning;
CREATE VIEW anticipate_v_report AS
  SELECT r.warning, w.pid AS warning_pid, r.report, r.org, r.org_pid, r.org_name, r.zone, r.first_seen, r.last_seen
  FROM anticipate_report r JOIN anticipate_warning w ON w.id = r.warning;
CREATE VIEW anticipate_v_value AS
  SELECT v.warning, w.pid AS warning_pid, v.type, v.value FROM anticipate_value v JOIN anticipate_warning w ON w.id = v.warning;
CREATE VIEW anticipate_v_zone AS
  SELECT z.warning, w.pid AS warning_pid, z.zone, z.role FROM anticipate_zone z JOIN anticipate_warning w ON w.id = z.warning;
CREATE VIEW anticipate_v_sector AS SELECT warning, section FROM anticipate_sector;
-- step 3
-- What came of a warning, by who had to act on it; the newest word counts.
CREATE TABLE anticipate_judgement (
  id @pk,
  warning @int NOT NULL REFERENCES anticipate_warning (id),
  confirmed @bool NOT NULL,
  why text NOT NULL,
  judged_by text NOT NULL,
  time @int NOT NULL
) @strict;
CREATE INDEX anticipate_judgement_warning ON anticipate_judgement (warning, id);
CREATE VIEW anticipate_v_judgement AS
  SELECT j.warning, w.pid AS warning_pid, w.signature, w.level, j.confirmed, j.why, j.judged_by, j.time
  FROM anticipate_judgement j JOIN anticipate_warning w ON w.id = j.warning
  WHERE j.id = (SELECT max(x.id) FROM anticipate_judgement x WHERE x.warning = j.warning);

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
-- step 4
-- A pass over the instance's counts as of an instant. step: days of a period (7 or 1); period: first instant of the one tested; input: SHA-256 of
-- all counts that it saw; computed: when it really ran.
CREATE TABLE anticipate_pass (
  id @pk,
  as_of @int NOT NULL,
  computed @int NOT NULL,
  step @int NOT NULL,
  period @int NOT NULL,
  events @int NOT NULL,
  series @int NOT NULL,
  tested @int NOT NULL,
  raised @int NOT NULL,
  kept @int NOT NULL,
  withdrawn @int NOT NULL,
  vetoed @int NOT NULL,
  sealed @int NOT NULL,
  scored @int NOT NULL,
  input TEXT NOT NULL
) @strict;
CREATE INDEX anticipate_pass_step ON anticipate_pass (step, as_of);
-- What was known when: a row where a pass saw another count than the newest pass before it did (nothing was 0).
CREATE TABLE anticipate_count (
  series TEXT NOT NULL,
  step @int NOT NULL,
  period @int NOT NULL,
  pass @int NOT NULL REFERENCES anticipate_pass (id),
  count @int NOT NULL,
  PRIMARY KEY (series, step, period, pass)
) @strict;
-- What a pass found in a series, kept also where nothing was raised. outcome: raised, kept, silent (within four weeks of the last), part (of
-- another warning), vetoed.
CREATE TABLE anticipate_surge (
  pass @int NOT NULL REFERENCES anticipate_pass (id),
  series TEXT NOT NULL,
  method TEXT NOT NULL,
  level @int NOT NULL,
  outcome TEXT NOT NULL,
  observed @int NOT NULL,
  expected @real NOT NULL,
  low @real NOT NULL,
  high @real NOT NULL,
  threshold @real NOT NULL,
  p @real NOT NULL,
  adjusted @real NOT NULL,
  warning @int REFERENCES anticipate_warning (id),
  PRIMARY KEY (pass, series, method)
) @strict;
CREATE INDEX anticipate_surge_warning ON anticipate_surge (warning);
-- What the guard noticed. kind: label (dimension says of what) or coverage; shares of the 26 periods before and of the last four.
CREATE TABLE anticipate_guard (
  pass @int NOT NULL REFERENCES anticipate_pass (id),
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  dimension TEXT NOT NULL,
  share_before @real NOT NULL,
  share_now @real NOT NULL,
  events_before @int NOT NULL,
  events_now @int NOT NULL,
  z @real NOT NULL,
  veto @bool NOT NULL,
  PRIMARY KEY (pass, source, kind, dimension)
) @strict;
-- The curve behind a warning, as it was seen.
CREATE TABLE anticipate_point (
  warning @int NOT NULL REFERENCES anticipate_warning (id),
  at @int NOT NULL,
  observed @int NOT NULL,
  expected @real,
  threshold @real,
  PRIMARY KEY (warning, at)
) @strict;
-- Claims of attackers, as watchers publish them. day: of the claim; known: when the public could know; nth tells equal rows of one list apart.
CREATE TABLE anticipate_claim (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  day @int NOT NULL,
  family TEXT NOT NULL,
  victim TEXT NOT NULL,
  country TEXT NOT NULL,
  sector TEXT NOT NULL,
  zone TEXT NOT NULL,
  size TEXT NOT NULL,
  nth @int NOT NULL,
  known @int NOT NULL,
  recorded @int NOT NULL,
  UNIQUE (source, day, family, victim, country, sector, zone, size, nth)
) @strict;
CREATE INDEX anticipate_claim_day ON anticipate_claim (day);
-- Forecasts sealed in the ledger before the outcome. late: sealed when the target had already begun to be known, so it proves nothing.
CREATE TABLE anticipate_forecast (
  id @pk,
  pass @int NOT NULL REFERENCES anticipate_pass (id),
  series TEXT NOT NULL,
  step @int NOT NULL,
  origin @int NOT NULL,
  horizon @int NOT NULL,
  target @int NOT NULL,
  quantiles TEXT NOT NULL,
  naive TEXT NOT NULL,
  sealed @int NOT NULL,
  late @bool NOT NULL,
  leaf @int NOT NULL,
  outcome @int,
  wis @real,
  wis_naive @real,
  in50 @bool,
  in95 @bool,
  scored @int,
  UNIQUE (series, step, origin, horizon)
) @strict;
CREATE INDEX anticipate_forecast_target ON anticipate_forecast (step, target);
ALTER TABLE anticipate_warning ADD COLUMN pass @int;
ALTER TABLE anticipate_warning ADD COLUMN period @int;
-- How many periods, `period` the last of them.
ALTER TABLE anticipate_warning ADD COLUMN periods @int NOT NULL DEFAULT 1;
CREATE VIEW anticipate_v_pass AS
  SELECT id, as_of, computed, step, period, events, series, tested, raised, kept, withdrawn, vetoed, sealed, scored, input FROM anticipate_pass;
CREATE VIEW anticipate_v_count AS
  SELECT c.series, c.step, c.period, c.count FROM anticipate_count c
  WHERE c.pass = (SELECT MAX(x.pass) FROM anticipate_count x WHERE x.series = c.series AND x.step = c.step AND x.period = c.period);
CREATE VIEW anticipate_v_guard AS
  SELECT pass, source, kind, dimension, share_before, share_now, events_before, events_now, z, veto FROM anticipate_guard;
CREATE VIEW anticipate_v_surge AS
  SELECT s.pass, p.period, p.step, s.series, s.method, s.level, s.outcome, s.observed, s.expected, s.low, s.high, s.p, s.adjusted,
    COALESCE(w.pid, '') AS warning_pid
  FROM anticipate_surge s JOIN anticipate_pass p ON p.id = s.pass LEFT JOIN anticipate_warning w ON w.id = s.warning;
CREATE VIEW anticipate_v_sealed AS
  SELECT series, step, origin, horizon, target, sealed, late, leaf, outcome, wis, wis_naive, in50, in95, scored FROM anticipate_forecast;
-- step 5
-- A judgement's name between instances (see merge_change); '' of before.
ALTER TABLE anticipate_judgement ADD COLUMN uid TEXT NOT NULL DEFAULT '';
CREATE INDEX anticipate_judgement_uid ON anticipate_judgement (uid);

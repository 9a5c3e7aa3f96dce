-- step 1
CREATE TABLE analysis_run (
  id @pk,
  pid text NOT NULL UNIQUE,
  case_ref text NOT NULL,
  exhibit_ref text NOT NULL,
  input @blob NOT NULL,
  pack text NOT NULL,
  rules @int NOT NULL,
  files @int NOT NULL,
  deleted @int NOT NULL,
  bytes @int NOT NULL,
  hits @int NOT NULL,
  problems @int NOT NULL,
  started @int NOT NULL,
  made @int NOT NULL,
  made_by text NOT NULL
) @strict;
CREATE INDEX analysis_run_case ON analysis_run (case_ref, id);
CREATE TABLE analysis_volume (
  id @pk,
  run @int NOT NULL REFERENCES analysis_run(id),
  at @int NOT NULL,
  bytes @int NOT NULL,
  file_system text NOT NULL,
  description text NOT NULL
) @strict;
CREATE INDEX analysis_volume_run ON analysis_volume (run, at);
CREATE TABLE analysis_file (
  id @pk,
  run @int NOT NULL REFERENCES analysis_run(id),
  number @int NOT NULL,
  volume @int,
  path @blob NOT NULL,
  inode text NOT NULL,
  entry text NOT NULL,
  size @int NOT NULL,
  allocated @bool NOT NULL,
  reused @bool NOT NULL,
  type text NOT NULL,
  md5 text,
  sha1 text,
  sha256 text,
  mtime @int,
  atime @int,
  ctime @int,
  btime @int
) @strict;
CREATE UNIQUE INDEX analysis_file_run ON analysis_file (run, number);
CREATE INDEX analysis_file_sha256 ON analysis_file (sha256);
-- One row for what one file, or the space outside files, holds of one value or rule; and one a problem: message id and a JSON array.
CREATE TABLE analysis_finding (
  id @pk,
  run @int NOT NULL REFERENCES analysis_run(id),
  kind text NOT NULL,
  file @int,
  volume @int,
  place text NOT NULL,
  path @blob NOT NULL,
  rule text NOT NULL,
  type text NOT NULL,
  value @blob NOT NULL,
  source text NOT NULL,
  benign @bool NOT NULL,
  count @int NOT NULL,
  first_offset @int,
  first_seen @int,
  last_seen @int,
  message text NOT NULL,
  args text NOT NULL
) @strict;
CREATE INDEX analysis_finding_run ON analysis_finding (run, kind);
CREATE TABLE analysis_event (
  id @pk,
  run @int NOT NULL REFERENCES analysis_run(id),
  volume @int,
  time @int NOT NULL,
  source text NOT NULL,
  what text NOT NULL,
  path @blob NOT NULL,
  inode text NOT NULL,
  text text NOT NULL
) @strict;
CREATE INDEX analysis_event_run ON analysis_event (run, time);
CREATE VIEW analysis_v_run AS SELECT * FROM analysis_run;
CREATE VIEW analysis_v_volume AS
  SELECT v.run, r.case_ref, r.exhibit_ref, v.at, v.bytes, v.file_system, v.description
  FROM analysis_volume v JOIN analysis_run r ON r.id = v.run;
CREATE VIEW analysis_v_file AS
  SELECT f.run, r.case_ref, r.exhibit_ref, f.number, f.volume, f.path, f.inode, f.entry, f.size, f.allocated, f.reused, f.type, f.md5, f.sha1,
         f.sha256, f.mtime, f.atime, f.ctime, f.btime
  FROM analysis_file f JOIN analysis_run r ON r.id = f.run;
CREATE VIEW analysis_v_finding AS
  SELECT n.id, n.run, r.pid AS run_pid, r.case_ref, r.exhibit_ref, n.kind, n.file, n.volume, n.place, n.path, n.rule, n.type, n.value,
         n.source, n.benign, n.count, n.first_offset, n.first_seen, n.last_seen, n.message, n.args
  FROM analysis_finding n JOIN analysis_run r ON r.id = n.run;
-- step 2
-- Analyses asked for and not made at once. A worker holds one until its lease ends; a lease that ended makes it anybody's again.
CREATE TABLE analysis_job (
  id @pk,
  pid text NOT NULL UNIQUE,
  case_ref text NOT NULL,
  exhibit_ref text NOT NULL,
  input @blob NOT NULL,
  state text NOT NULL,
  attempts @int NOT NULL,
  asked @int NOT NULL,
  asked_by text NOT NULL,
  worker text NOT NULL,
  lease @int,
  started @int,
  ended @int,
  done @int NOT NULL,
  total @int NOT NULL,
  run text NOT NULL,
  problem text NOT NULL
) @strict;
CREATE INDEX analysis_job_state ON analysis_job (state, id);
CREATE VIEW analysis_v_job AS SELECT * FROM analysis_job;
-- step 3
-- What a run found, as rows that travel: how many and their SHA-256, '' not told to others yet. whole: those rows are here. origin: key of
-- the instance that made it, '' this one.
ALTER TABLE analysis_run ADD COLUMN attached @int NOT NULL DEFAULT 0;
ALTER TABLE analysis_run ADD COLUMN attached_sha256 text NOT NULL DEFAULT '';
ALTER TABLE analysis_run ADD COLUMN whole @bool NOT NULL DEFAULT 1;
ALTER TABLE analysis_run ADD COLUMN origin text NOT NULL DEFAULT '';
DROP VIEW analysis_v_run;
CREATE VIEW analysis_v_run AS SELECT * FROM analysis_run;

-- step 1
-- A run of a pack over somebody's logs, and what it met: one row a listed value.
CREATE TABLE match_run (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  org @int NOT NULL,
  actor TEXT NOT NULL,
  pack TEXT NOT NULL,
  place TEXT NOT NULL,
  files @int NOT NULL,
  bytes @int NOT NULL,
  lines @int NOT NULL,
  hits @int NOT NULL,
  made @int NOT NULL
) @strict;
CREATE TABLE match_hit (
  id @pk,
  run @int NOT NULL REFERENCES match_run(id),
  type TEXT NOT NULL,
  value @blob NOT NULL,
  count @int NOT NULL,
  first_seen @int,
  last_seen @int,
  benign @bool NOT NULL
) @strict;
CREATE INDEX match_hit_run ON match_hit(run);
CREATE VIEW match_v_run AS
  SELECT id, pid, org, actor, pack, place, files, bytes, lines, hits, made FROM match_run;
-- step 2
-- The blind packs that were made: whom for ('' ourselves), under which convention ('' none); which key opens them follows from that.
CREATE TABLE match_blind (
  id @pk,
  pack TEXT NOT NULL,
  recipient TEXT NOT NULL,
  convention TEXT NOT NULL,
  made @int NOT NULL
) @strict;
CREATE INDEX match_blind_recipient ON match_blind(recipient, id);
-- step 3
-- In which fields of the lines it was met ("dns.rrname, http.url"); '' when the log has none.
ALTER TABLE match_hit ADD COLUMN fields TEXT NOT NULL DEFAULT '';

-- step 1
CREATE TABLE intel_object (
  id @pk,
  stix_id TEXT NOT NULL,
  type TEXT NOT NULL,
  modified @int NOT NULL,
  name TEXT NOT NULL,
  tlp @int NOT NULL,
  pap @int NOT NULL,
  confidence @int,
  revoked @bool NOT NULL,
  latest @bool NOT NULL,
  source TEXT NOT NULL,
  json TEXT NOT NULL,
  received @int NOT NULL,
  UNIQUE (stix_id, modified)
) @strict;
CREATE INDEX intel_object_type ON intel_object (type, latest);
-- One row an assertion: this source, by this object, says that the value is a sign of something.
CREATE TABLE intel_value (
  id @pk,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  object @int NOT NULL REFERENCES intel_object (id),
  source TEXT NOT NULL,
  UNIQUE (type, value, object)
) @strict;
CREATE INDEX intel_value_object ON intel_value (object);
CREATE TABLE intel_sighting (
  id @pk,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  org @int NOT NULL REFERENCES territory_org (id),
  report TEXT NOT NULL,
  place TEXT NOT NULL,
  first_seen @int,
  last_seen @int,
  count @int NOT NULL,
  recorded @int NOT NULL,
  withdrawn @bool NOT NULL,
  UNIQUE (report, org, type, value, place)
) @strict;
CREATE INDEX intel_sighting_value ON intel_sighting (type, value);
CREATE VIEW intel_v_value AS
  SELECT v.type, v.value, o.stix_id AS indicator_id, o.tlp, o.pap, v.source, o.confidence
  FROM intel_value v JOIN intel_object o ON o.id = v.object WHERE o.latest = 1 AND o.revoked = 0;
CREATE VIEW intel_v_sighting AS
  SELECT s.id, s.type, s.value, s.org AS org_id, s.first_seen, s.last_seen, s.count, s.report, s.place, s.withdrawn,
    (SELECT MIN(o.stix_id) FROM intel_value v JOIN intel_object o ON o.id = v.object
     WHERE v.type = s.type AND v.value = s.value AND o.latest = 1) AS indicator_id
  FROM intel_sighting s;
-- step 2
-- A row of intel_node is one content of one version of an object; who asserts it stands in intel_assertion. latest: 1 the newest version
-- that a live source asserts, 2 another content of that same version, 0 older, or asserted by nobody any more. key: the last 17
-- characters of stix_id, which an index holds cheaply. digest: the first 8 bytes of the SHA-256 of the bytes received (0: from step 1).
-- coding: how json lies here, 0 as received, 1 zstd with our first dictionary. The engine's own file moves what step 1 held.
CREATE TABLE intel_source (
  id @pk,
  name TEXT NOT NULL UNIQUE,
  reliability TEXT NOT NULL,
  tlp @int,
  pap @int,
  withdrawn @int,
  url TEXT,
  etag TEXT,
  changed TEXT,
  fetched @int,
  noted @int NOT NULL
) @strict;
CREATE TABLE intel_node (
  id @pk,
  key TEXT NOT NULL,
  digest @int NOT NULL,
  stix_id TEXT NOT NULL,
  type TEXT NOT NULL,
  modified @int NOT NULL,
  name TEXT NOT NULL,
  tlp @int NOT NULL,
  pap @int NOT NULL,
  confidence @int,
  revoked @bool NOT NULL,
  latest @int NOT NULL,
  valid_from @int,
  valid_until @int,
  received @int NOT NULL,
  coding @int NOT NULL,
  json @blob NOT NULL,
  UNIQUE (key, modified, digest)
) @strict;
CREATE INDEX intel_node_type ON intel_node (type, latest);
CREATE TABLE intel_assertion (
  object @int NOT NULL REFERENCES intel_node (id),
  source @int NOT NULL REFERENCES intel_source (id),
  received @int NOT NULL,
  PRIMARY KEY (object, source)
) @strict;
CREATE INDEX intel_assertion_source ON intel_assertion (source, object);
-- What is searched for, as the object says it; normalised.
CREATE TABLE intel_literal (
  id @pk,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  object @int NOT NULL REFERENCES intel_node (id)
) @strict;
CREATE INDEX intel_literal_value ON intel_literal (value);
-- A link of an object to another one, which may not be here (yet). target: the last 17 characters of its id.
CREATE TABLE intel_ref (
  id @pk,
  object @int NOT NULL REFERENCES intel_node (id),
  role TEXT NOT NULL,
  target TEXT NOT NULL
) @strict;
CREATE INDEX intel_ref_target ON intel_ref (target);
INSERT INTO intel_source (name, reliability, noted) SELECT source, 'F', MIN(received) FROM intel_object GROUP BY source;
-- step 3
-- step 4
-- When a sighting became known here, and the families that listed values are tied to (a relationship of STIX from an indicator to a malware, tool,
-- campaign, intrusion set or threat actor) with the instant since when that is known.
CREATE VIEW intel_v_recorded AS SELECT id, recorded FROM intel_sighting;
CREATE VIEW intel_v_family AS
  SELECT v.type, v.value, f.name AS family, r.received FROM intel_literal v JOIN intel_node i ON i.id = v.object AND i.latest > 0
  JOIN intel_ref s ON s.target = i.key AND s.role = 'source_ref' JOIN intel_node r ON r.id = s.object AND r.latest > 0 AND r.revoked = 0
  JOIN intel_ref t ON t.object = s.object AND t.role = 'target_ref'
  JOIN intel_node f ON f.key = t.target AND f.latest > 0 AND f.type IN ('malware', 'tool', 'campaign', 'intrusion-set', 'threat-actor');
-- step 5
-- Since when each source says what it says of a value: who repeats whom is read off it.
CREATE VIEW intel_v_since AS
  SELECT v.type, v.value, l.name AS source, COALESCE(o.valid_from, o.modified) AS since
  FROM intel_literal v JOIN intel_node o ON o.id = v.object JOIN intel_v_live l ON l.object = o.id
  WHERE o.latest > 0 AND o.revoked = 0;
-- step 6
-- What is read again when it has changed; period 0: only when asked for. url: or a path. etag, changed: marks of the version that was read.
CREATE TABLE intel_feed (
  id @pk,
  url TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  format @int NOT NULL,
  columns TEXT NOT NULL,
  period @int NOT NULL,
  etag TEXT NOT NULL,
  changed TEXT NOT NULL,
  last_ok @int,
  next_fetch @int NOT NULL,
  failures @int NOT NULL,
  added @int NOT NULL,
  problem TEXT NOT NULL,
  words TEXT NOT NULL
) @strict;
INSERT INTO intel_feed (url, source, format, columns, period, etag, changed, last_ok, next_fetch, failures, added, problem, words)
  SELECT url, MIN(name), 0, '', 0, MIN(COALESCE(etag, '')), MIN(COALESCE(changed, '')), MIN(fetched), 0, 0, 0, '', ''
  FROM intel_source WHERE url IS NOT NULL GROUP BY url;
-- Events of a MISP feed, and the time stamp of the version that was read.
CREATE TABLE intel_feed_event (
  feed @int NOT NULL REFERENCES intel_feed (id),
  event TEXT NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (feed, event)
) @strict;
-- step 7
-- Values that a live source lists, with the instant since when that is known here.
CREATE VIEW intel_v_value_received AS
  SELECT v.type, v.value, o.received FROM intel_literal v JOIN intel_node o ON o.id = v.object JOIN intel_v_live l ON l.object = o.id
  WHERE o.latest > 0 AND o.revoked = 0;
-- step 8
-- When a report was taken back (0: before this was kept): what was known at an instant before still holds it.
ALTER TABLE intel_sighting ADD COLUMN withdrawn_at @int;
UPDATE intel_sighting SET withdrawn_at = 0 WHERE withdrawn = 1;
DROP VIEW intel_v_recorded;
CREATE VIEW intel_v_recorded AS SELECT id, recorded, withdrawn_at FROM intel_sighting;
-- step 9
-- Where a node is found by the last characters of its id: a table of its own (intel_key: key, digest, object), which imports fill in
-- sorted batches. The engines' own files make it, and SQLite's tables anew without what a table's hidden number and a second tree cost. Keys and
-- values are written with their node and never without: no look at the node for each of them. What
-- step 1 left without a digest has minus its number there.
-- step 10
-- What a source gave when it was not what is kept: an object of STIX 2.0, of which intel_node has what 2.1 makes of it.
CREATE TABLE intel_received (
  object @int NOT NULL REFERENCES intel_node (id),
  source @int NOT NULL REFERENCES intel_source (id),
  coding @int NOT NULL,
  json @blob NOT NULL,
  PRIMARY KEY (object, source)
) @strict;
-- step 11
-- Files to be imported by a worker (state waiting, done, failed: who works on one holds its file's lock), and what was refused of them, the
-- first ones. form: the format's number.
CREATE TABLE intel_load (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  form @int NOT NULL,
  columns TEXT NOT NULL,
  lang @int NOT NULL,
  bytes @int NOT NULL,
  asked @int NOT NULL,
  asked_by TEXT NOT NULL,
  asked_name TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts @int NOT NULL,
  started @int,
  ended @int,
  read @int NOT NULL,
  added @int NOT NULL,
  updated @int NOT NULL,
  asserted @int NOT NULL,
  rejected @int NOT NULL,
  problem TEXT NOT NULL
) @strict;
CREATE TABLE intel_load_reject (
  id @pk,
  load @int NOT NULL REFERENCES intel_load (id),
  place TEXT NOT NULL,
  reason TEXT NOT NULL
) @strict;
CREATE VIEW intel_v_source AS SELECT name, reliability, withdrawn FROM intel_source;
CREATE INDEX intel_load_reject_load ON intel_load_reject (load);
-- step 12
-- The words of the index of words: the engine's own file.
-- step 13
-- Indicators of before rules were found by the language that they are written in, and that name no value: rules may be among them, which are
-- told by reading them. None is added.
CREATE TABLE intel_older_rule (object @int PRIMARY KEY) @strict;
INSERT INTO intel_older_rule (object) SELECT o.id FROM intel_node o LEFT JOIN (SELECT object FROM intel_literal
  UNION SELECT object FROM intel_ref WHERE role = 'pattern_type') k ON k.object = o.id WHERE o.type = 'indicator' AND k.object IS NULL;
-- step 14
-- PostgreSQL's index of values holds their types too, as SQLite's does: what begins alike is read in order, and no more of it than is shown.
-- step 15
-- Imports that were committed in parts because others waited for SQLite's only writer. The row goes with the last part; one that is there and
-- that nobody works on is taken back: what `source` asserts since `received`. made: the source was new. last: the highest number of a node when
-- that began (0: it did not), which is not given again; ended: it is done.
CREATE TABLE intel_part (
  id @pk,
  source @int NOT NULL,
  made @bool NOT NULL,
  received @int NOT NULL,
  last @int NOT NULL,
  ended @bool NOT NULL
) @strict;
-- step 16
-- Keys and values come in no order, and a few of them touch every page of a large tree. In SQLite they therefore go into a small part of their table first
-- (recent = 1), and from there in order into the large one when it has grown to a share of that (rows.c). intel_key and intel_literal are views of both.
-- step 17
-- Of a feed's last reading: how many of its rows or objects were refused, and how many events of a MISP feed could not be had.
ALTER TABLE intel_feed ADD COLUMN refused @int NOT NULL DEFAULT 0;
ALTER TABLE intel_feed ADD COLUMN missing @int NOT NULL DEFAULT 0;
-- step 18
-- What the import was of, for who is told that it did not come to its end: the source by its name (its row goes), the file as it was called, who
-- imported. An import with a large file has its row before it stores anything. name is emptied when there is nothing to tell.
ALTER TABLE intel_part ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE intel_part ADD COLUMN file TEXT NOT NULL DEFAULT '';
ALTER TABLE intel_part ADD COLUMN who TEXT NOT NULL DEFAULT '';
-- step 19
-- Indicators of which no value is searched for: role pattern_type with the language of their pattern, or role broken. They are counted and listed.
CREATE INDEX intel_ref_pattern ON intel_ref (role, target) WHERE role IN ('pattern_type', 'broken');
ALTER TABLE intel_load ADD COLUMN broken @int NOT NULL DEFAULT 0;
ALTER TABLE intel_feed ADD COLUMN broken @int NOT NULL DEFAULT 0;
-- step 20
-- Ids may be made to end alike. Contents that many others share their key with (crowd) are found by the whole id instead.
ALTER TABLE intel_node ADD COLUMN crowd @bool NOT NULL DEFAULT 0;
UPDATE intel_node SET crowd = 1 WHERE key IN (SELECT key FROM intel_key GROUP BY key HAVING COUNT(*) >= 32);
CREATE INDEX intel_node_crowd ON intel_node (stix_id, modified) WHERE crowd = 1;
-- step 21
-- SQLite's marks of the keys (sieve.c).
-- step 22
-- Of a crowd's object that has many versions: the newest that is shown, and the first beginning, without a look at all of them. (stix_id || '': no plan takes the
-- latter for what the version leads to.)
CREATE INDEX intel_node_crowd_shown ON intel_node (stix_id, modified) WHERE crowd = 1 AND latest > 0;
CREATE INDEX intel_node_crowd_from ON intel_node ((stix_id || ''), COALESCE(valid_from, modified)) WHERE crowd = 1;

-- step 2
INSERT INTO intel_node (key, digest, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, received, coding, json)
  SELECT substr(stix_id, length(stix_id) - 16), 0, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, received, 0, CAST(json AS BLOB)
  FROM intel_object ORDER BY id;
INSERT INTO intel_assertion (object, source, received)
  SELECT n.id, s.id, o.received FROM intel_object o JOIN intel_node n ON n.stix_id = o.stix_id AND n.modified = o.modified
  JOIN intel_source s ON s.name = o.source;
INSERT INTO intel_literal (type, value, object)
  SELECT v.type, v.value, n.id FROM intel_value v JOIN intel_object o ON o.id = v.object
  JOIN intel_node n ON n.stix_id = o.stix_id AND n.modified = o.modified ORDER BY v.id;
DROP VIEW intel_v_sighting;
DROP VIEW intel_v_value;
DROP TABLE intel_value;
DROP TABLE intel_object;
-- Contents that a source asserts and has not withdrawn.
CREATE VIEW intel_v_live AS
  SELECT a.object, a.source, s.name FROM intel_assertion a JOIN intel_source s ON s.id = a.source WHERE s.withdrawn IS NULL;
CREATE VIEW intel_v_value AS
  SELECT v.type, v.value, o.stix_id AS indicator_id, o.tlp, o.pap, l.name AS source, o.confidence
  FROM intel_literal v JOIN intel_node o ON o.id = v.object JOIN intel_v_live l ON l.object = o.id
  WHERE o.latest > 0 AND o.revoked = 0;
CREATE VIEW intel_v_sighting AS
  SELECT s.id, s.type, s.value, s.org AS org_id, s.first_seen, s.last_seen, s.count, s.report, s.place, s.withdrawn,
    (SELECT MIN(o.stix_id) FROM intel_literal v JOIN intel_node o ON o.id = v.object
     WHERE v.value = s.value AND v.type = s.type AND o.latest > 0) AS indicator_id
  FROM intel_sighting s;
-- Words of names and descriptions; rowid is intel_node.id. The texts themselves stay in the objects.
CREATE VIRTUAL TABLE intel_text USING fts5 (name, description, content = '', columnsize = 0, detail = none, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO intel_text (rowid, name, description)
  SELECT id, name, COALESCE(json_extract(CAST(json AS TEXT), '$.description'), '') FROM intel_node;
-- step 3
-- Words wait in memory until there are 16 MiB of them: fewer, larger pieces of index.
INSERT INTO intel_text (intel_text, rank) VALUES ('hashsize', 16777216);
-- step 9
DROP VIEW intel_v_live;
DROP VIEW intel_v_value;
DROP VIEW intel_v_sighting;
DROP VIEW intel_v_family;
DROP VIEW intel_v_since;
DROP VIEW intel_v_value_received;
CREATE TABLE intel_node_9 (
  id INTEGER PRIMARY KEY,
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
  json @blob NOT NULL
) @strict;
INSERT INTO intel_node_9 SELECT id, key, digest, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, valid_from, valid_until, received,
  coding, json FROM intel_node ORDER BY id;
CREATE TABLE intel_key (
  key TEXT NOT NULL,
  digest @int NOT NULL,
  object @int NOT NULL,
  PRIMARY KEY (key, digest)
) WITHOUT ROWID, @strict;
INSERT INTO intel_key (key, digest, object) SELECT key, CASE WHEN digest = 0 THEN -id ELSE digest END, id FROM intel_node ORDER BY key;
CREATE TABLE intel_assertion_9 (
  object @int NOT NULL REFERENCES intel_node_9 (id),
  source @int NOT NULL REFERENCES intel_source (id),
  received @int NOT NULL,
  PRIMARY KEY (object, source)
) WITHOUT ROWID, @strict;
INSERT INTO intel_assertion_9 (object, source, received) SELECT object, source, received FROM intel_assertion ORDER BY object, source;
CREATE TABLE intel_literal_9 (
  value TEXT NOT NULL,
  type TEXT NOT NULL,
  object @int NOT NULL,
  PRIMARY KEY (value, type, object)
) WITHOUT ROWID, @strict;
INSERT INTO intel_literal_9 (value, type, object) SELECT DISTINCT value, type, object FROM intel_literal ORDER BY value, type, object;
CREATE TABLE intel_ref_9 (
  id INTEGER PRIMARY KEY,
  object @int NOT NULL REFERENCES intel_node_9 (id),
  role TEXT NOT NULL,
  target TEXT NOT NULL
) @strict;
INSERT INTO intel_ref_9 (id, object, role, target) SELECT id, object, role, target FROM intel_ref ORDER BY id;
DROP TABLE intel_assertion;
DROP TABLE intel_literal;
DROP TABLE intel_ref;
DROP TABLE intel_node;
ALTER TABLE intel_node_9 RENAME TO intel_node;
ALTER TABLE intel_assertion_9 RENAME TO intel_assertion;
ALTER TABLE intel_literal_9 RENAME TO intel_literal;
ALTER TABLE intel_ref_9 RENAME TO intel_ref;
CREATE INDEX intel_node_type ON intel_node (type, latest);
CREATE INDEX intel_assertion_source ON intel_assertion (source, object);
CREATE INDEX intel_ref_target ON intel_ref (target);
CREATE INDEX intel_ref_object ON intel_ref (object);
CREATE VIEW intel_v_live AS
  SELECT a.object, a.source, s.name FROM intel_assertion a JOIN intel_source s ON s.id = a.source WHERE s.withdrawn IS NULL;
CREATE VIEW intel_v_value AS
  SELECT v.type, v.value, o.stix_id AS indicator_id, o.tlp, o.pap, l.name AS source, o.confidence
  FROM intel_literal v JOIN intel_node o ON o.id = v.object JOIN intel_v_live l ON l.object = o.id
  WHERE o.latest > 0 AND o.revoked = 0;
CREATE VIEW intel_v_sighting AS
  SELECT s.id, s.type, s.value, s.org AS org_id, s.first_seen, s.last_seen, s.count, s.report, s.place, s.withdrawn,
    (SELECT MIN(o.stix_id) FROM intel_literal v JOIN intel_node o ON o.id = v.object
     WHERE v.value = s.value AND v.type = s.type AND o.latest > 0) AS indicator_id
  FROM intel_sighting s;
CREATE VIEW intel_v_family AS
  SELECT v.type, v.value, f.name AS family, r.received FROM intel_literal v JOIN intel_node i ON i.id = v.object AND i.latest > 0
  JOIN intel_ref s ON s.target = i.key AND s.role = 'source_ref' JOIN intel_node r ON r.id = s.object AND r.latest > 0 AND r.revoked = 0
  JOIN intel_ref t ON t.object = s.object AND t.role = 'target_ref'
  JOIN intel_key k ON k.key = t.target
  JOIN intel_node f ON f.id = k.object AND f.latest > 0 AND f.type IN ('malware', 'tool', 'campaign', 'intrusion-set', 'threat-actor');
CREATE VIEW intel_v_since AS
  SELECT v.type, v.value, l.name AS source, COALESCE(o.valid_from, o.modified) AS since
  FROM intel_literal v JOIN intel_node o ON o.id = v.object JOIN intel_v_live l ON l.object = o.id
  WHERE o.latest > 0 AND o.revoked = 0;
CREATE VIEW intel_v_value_received AS
  SELECT v.type, v.value, o.received FROM intel_literal v JOIN intel_node o ON o.id = v.object JOIN intel_v_live l ON l.object = o.id
  WHERE o.latest > 0 AND o.revoked = 0;
-- step 12
CREATE VIRTUAL TABLE intel_word USING fts5vocab (intel_text, 'row');
-- step 16
CREATE TABLE intel_key_row (
  recent @bool NOT NULL DEFAULT 0,
  key TEXT NOT NULL,
  digest @int NOT NULL,
  object @int NOT NULL,
  PRIMARY KEY (recent, key, digest)
) WITHOUT ROWID, @strict;
INSERT INTO intel_key_row (key, digest, object) SELECT key, digest, object FROM intel_key ORDER BY key, digest;
CREATE TABLE intel_literal_row (
  recent @bool NOT NULL DEFAULT 0,
  value TEXT NOT NULL,
  type TEXT NOT NULL,
  object @int NOT NULL,
  PRIMARY KEY (recent, value, type, object)
) WITHOUT ROWID, @strict;
INSERT INTO intel_literal_row (value, type, object) SELECT value, type, object FROM intel_literal ORDER BY value, type, object;
DROP TABLE intel_key;
DROP TABLE intel_literal;
CREATE VIEW intel_key AS SELECT key, digest, object FROM intel_key_row WHERE recent IN (0, 1);
CREATE VIEW intel_literal AS SELECT value, type, object FROM intel_literal_row WHERE recent IN (0, 1);
-- How many rows the two parts of a table were given.
CREATE TABLE intel_recent (name TEXT PRIMARY KEY, settled @int NOT NULL, recent @int NOT NULL) WITHOUT ROWID, @strict;
INSERT INTO intel_recent (name, settled, recent) SELECT 'key', COUNT(*), 0 FROM intel_key_row;
INSERT INTO intel_recent (name, settled, recent) SELECT 'literal', COUNT(*), 0 FROM intel_literal_row;
-- The planner takes the first column of an index for one that leads to few rows; this one leads to half of the table.
ANALYZE intel_recent;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('intel_key_row', 'intel_key_row', '1000000 500000 1 1');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('intel_literal_row', 'intel_literal_row', '1000000 500000 2 2 1');
ANALYZE sqlite_schema;
-- step 21
CREATE TABLE intel_sieve (id @pk, marks @blob NOT NULL) @strict;

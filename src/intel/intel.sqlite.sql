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

-- step 2
INSERT INTO intel_node (key, digest, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, received, coding, json)
  SELECT substr(stix_id, length(stix_id) - 16), 0, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, received, 0, convert_to(json, 'UTF8')
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
-- Words of names and descriptions. The texts themselves stay in the objects.
CREATE TABLE intel_text (object BIGINT PRIMARY KEY REFERENCES intel_node (id), words TSVECTOR NOT NULL);
CREATE INDEX intel_text_words ON intel_text USING gin (words);
INSERT INTO intel_text (object, words)
  SELECT id, to_tsvector('simple', name || ' ' || COALESCE(convert_from(json, 'UTF8')::json ->> 'description', '')) FROM intel_node;
-- step 3
-- step 9
CREATE TABLE intel_key (
  key TEXT NOT NULL,
  digest @int NOT NULL,
  object @int NOT NULL,
  PRIMARY KEY (key, digest)
);
INSERT INTO intel_key (key, digest, object) SELECT key, CASE WHEN digest = 0 THEN -id ELSE digest END, id FROM intel_node;
DROP VIEW intel_v_family;
ALTER TABLE intel_node DROP CONSTRAINT intel_node_key_modified_digest_key;
ALTER TABLE intel_literal DROP COLUMN id;
ALTER TABLE intel_literal DROP CONSTRAINT intel_literal_object_fkey;
CREATE INDEX intel_ref_object ON intel_ref (object);
CREATE VIEW intel_v_family AS
  SELECT v.type, v.value, f.name AS family, r.received FROM intel_literal v JOIN intel_node i ON i.id = v.object AND i.latest > 0
  JOIN intel_ref s ON s.target = i.key AND s.role = 'source_ref' JOIN intel_node r ON r.id = s.object AND r.latest > 0 AND r.revoked = 0
  JOIN intel_ref t ON t.object = s.object AND t.role = 'target_ref'
  JOIN intel_key k ON k.key = t.target
  JOIN intel_node f ON f.id = k.object AND f.latest > 0 AND f.type IN ('malware', 'tool', 'campaign', 'intrusion-set', 'threat-actor');
-- step 14
DROP INDEX intel_literal_value;
CREATE INDEX intel_literal_value ON intel_literal (value, type, object);
-- step 16
ALTER TABLE intel_key RENAME TO intel_key_row;
ALTER TABLE intel_literal RENAME TO intel_literal_row;
CREATE VIEW intel_key AS SELECT key, digest, object FROM intel_key_row;
CREATE VIEW intel_literal AS SELECT value, type, object FROM intel_literal_row;

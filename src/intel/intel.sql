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

-- step 1
-- about: public id of the case or incident. org: whose affair, for the check of access.
CREATE TABLE dossier_document (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  about TEXT NOT NULL,
  org @int NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes @int NOT NULL,
  content @blob NOT NULL,
  made @int NOT NULL,
  made_by TEXT NOT NULL
) @strict;
CREATE INDEX dossier_document_about ON dossier_document (about, id);
CREATE VIEW dossier_v_document AS
  SELECT d.id, d.pid, d.about, d.org, d.kind, d.name, d.format, d.sha256, d.bytes, d.made, COALESCE(p.name, d.made_by) AS author
  FROM dossier_document d LEFT JOIN territory_person p ON p.pid = d.made_by;

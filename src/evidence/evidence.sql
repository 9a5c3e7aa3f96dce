-- step 1
CREATE TABLE evidence_image (
  id @pk,
  pid text NOT NULL UNIQUE,
  case_ref text NOT NULL,
  exhibit_ref text NOT NULL,
  path @blob NOT NULL,
  segments @int NOT NULL,
  bytes @int NOT NULL,
  sector_size @int NOT NULL,
  md5 text NOT NULL,
  sha1 text NOT NULL,
  sha256 text NOT NULL,
  bad_sectors @int NOT NULL,
  made @int NOT NULL,
  made_by text NOT NULL
) @strict;
CREATE INDEX evidence_image_case ON evidence_image (case_ref, id);
CREATE INDEX evidence_image_sha256 ON evidence_image (sha256);
CREATE VIEW evidence_v_image AS SELECT * FROM evidence_image;
-- step 2
ALTER TABLE evidence_image ADD COLUMN sha512 text NOT NULL DEFAULT '';
-- step 3
-- away: it was acquired on another instance, where its files are; the metadata and the hashes came with its events.
ALTER TABLE evidence_image ADD COLUMN away @bool NOT NULL DEFAULT 0;
DROP VIEW evidence_v_image;
CREATE VIEW evidence_v_image AS
  SELECT id, pid, case_ref, exhibit_ref, path, segments, bytes, sector_size, md5, sha1, sha256, bad_sectors, made, made_by, sha512, away
  FROM evidence_image;

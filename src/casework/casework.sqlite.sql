-- step 8
-- Words of cases, see search.c for rowid.
CREATE VIRTUAL TABLE casework_text USING fts5 (words, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO casework_text (rowid, words)
  SELECT MAX(c.opened, 0) / 1000000000 * 1073741824 + c.id, c.needle
    || COALESCE((SELECT group_concat(' ' || p.name || ' ' || p.detail, ' ') FROM casework_party p WHERE p.case_id = c.id), '')
    || COALESCE((SELECT group_concat(' ' || e.description || ' ' || e.serial || ' ' || e.seal, ' ') FROM casework_exhibit e WHERE e.case_id = c.id), '')
    || COALESCE((SELECT group_concat(' ' || f.text, ' ') FROM casework_finding f WHERE f.case_id = c.id AND f.withdrawn IS NULL), '')
  FROM casework_case c;
ALTER TABLE casework_case DROP COLUMN needle;
-- step 14
-- Incidents for figures: the company's department is dated too. Views of other rooms stand on this one.
DROP VIEW casework_v_incident_dated;
CREATE VIEW casework_v_incident_dated AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = i.org AND z.since <= i.reported
    AND z.until > i.reported), '') AS zone, i.kind, i.summary, i.happened, i.known, i.reported
  FROM casework_incident i JOIN territory_org o ON o.id = i.org;

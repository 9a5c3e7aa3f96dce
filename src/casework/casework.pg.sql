-- step 8
-- Words of cases, folded (search.c); those that were there before are folded here.
CREATE TABLE casework_text (case_id BIGINT PRIMARY KEY REFERENCES casework_case (id), words TSVECTOR NOT NULL);
CREATE INDEX casework_text_words ON casework_text USING gin (words);
INSERT INTO casework_text (case_id, words)
  SELECT c.id, array_to_tsvector(string_to_array(TRIM(regexp_replace(translate(lower(c.needle
    || COALESCE((SELECT string_agg(' ' || p.name || ' ' || p.detail, ' ') FROM casework_party p WHERE p.case_id = c.id), '')
    || COALESCE((SELECT string_agg(' ' || e.description || ' ' || e.serial || ' ' || e.seal, ' ') FROM casework_exhibit e WHERE e.case_id = c.id), '')
    || COALESCE((SELECT string_agg(' ' || f.text, ' ') FROM casework_finding f WHERE f.case_id = c.id AND f.withdrawn IS NULL), '')),
    'àâäáãåçéèêëíìîïñóòôöõúùûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy'), '[^[:alnum:]]+', ' ', 'g')), ' '))
  FROM casework_case c;
ALTER TABLE casework_case DROP COLUMN needle;
-- step 14
-- Incidents for figures: the company's department is dated too. Views of other rooms stand on this one.
CREATE OR REPLACE VIEW casework_v_incident_dated AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = i.org AND z.since <= i.reported
    AND z.until > i.reported), '') AS zone, i.kind, i.summary, i.happened, i.known, i.reported
  FROM casework_incident i JOIN territory_org o ON o.id = i.org;

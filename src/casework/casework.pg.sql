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
-- step 21
CREATE OR REPLACE VIEW casework_v_incident_dated AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, i.zone_then AS zone, i.kind, i.summary, i.happened, i.known, i.reported, i.waiting
  FROM casework_incident i JOIN territory_org o ON o.id = i.org;
CREATE VIEW casework_v_clock_dated AS
  SELECT c.incident, c.code, c.due, c.state, c.done, c.zone_then AS zone FROM casework_clock c;
CREATE FUNCTION casework_incident_then() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.zone_then := COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = NEW.org AND z.since <= NEW.reported AND z.until > NEW.reported), '');
  RETURN NEW;
END $$;
CREATE FUNCTION casework_incident_then_clocks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE casework_clock SET zone_then = NEW.zone_then WHERE incident = NEW.id;
  RETURN NULL;
END $$;
CREATE FUNCTION casework_clock_then() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.zone_then := (SELECT i.zone_then FROM casework_incident i WHERE i.id = NEW.incident);
  RETURN NEW;
END $$;
CREATE FUNCTION casework_seat_then() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN UPDATE casework_incident SET org = org WHERE org = OLD.org; END IF;
  IF TG_OP <> 'DELETE' THEN UPDATE casework_incident SET org = org WHERE org = NEW.org; END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION casework_membership_then() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE casework_incident SET org = org WHERE org IN (SELECT s.org FROM territory_v_seat s WHERE s.department = OLD.department);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE casework_incident SET org = org WHERE org IN (SELECT s.org FROM territory_v_seat s WHERE s.department = NEW.department);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER casework_incident_then BEFORE INSERT OR UPDATE OF org, reported ON casework_incident FOR EACH ROW EXECUTE FUNCTION casework_incident_then();
CREATE TRIGGER casework_incident_then_clocks AFTER UPDATE ON casework_incident FOR EACH ROW WHEN (OLD.zone_then <> NEW.zone_then)
  EXECUTE FUNCTION casework_incident_then_clocks();
CREATE TRIGGER casework_clock_then BEFORE INSERT ON casework_clock FOR EACH ROW EXECUTE FUNCTION casework_clock_then();
CREATE TRIGGER casework_seat_then AFTER INSERT OR UPDATE OR DELETE ON territory_seat FOR EACH ROW EXECUTE FUNCTION casework_seat_then();
CREATE TRIGGER casework_membership_then AFTER INSERT OR UPDATE OR DELETE ON territory_membership FOR EACH ROW EXECUTE FUNCTION casework_membership_then();

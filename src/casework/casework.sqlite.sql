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
-- step 21
DROP VIEW casework_v_incident_dated;
CREATE VIEW casework_v_incident_dated AS
  SELECT i.id, i.pid, i.org, o.name AS org_name, i.zone_then AS zone, i.kind, i.summary, i.happened, i.known, i.reported, i.waiting
  FROM casework_incident i JOIN territory_org o ON o.id = i.org;
CREATE VIEW casework_v_clock_dated AS
  SELECT c.incident, c.code, c.due, c.state, c.done, c.zone_then AS zone FROM casework_clock c;
CREATE TRIGGER casework_incident_then_new AFTER INSERT ON casework_incident BEGIN
  UPDATE casework_incident SET zone_then = COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = NEW.org AND z.since <= NEW.reported
    AND z.until > NEW.reported), '') WHERE id = NEW.id;
END;
CREATE TRIGGER casework_incident_then_moved AFTER UPDATE OF org, reported ON casework_incident BEGIN
  UPDATE casework_incident SET zone_then = COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = NEW.org AND z.since <= NEW.reported
    AND z.until > NEW.reported), '') WHERE id = NEW.id;
END;
CREATE TRIGGER casework_incident_then_clocks AFTER UPDATE OF zone_then ON casework_incident WHEN OLD.zone_then <> NEW.zone_then BEGIN
  UPDATE casework_clock SET zone_then = NEW.zone_then WHERE incident = NEW.id;
END;
CREATE TRIGGER casework_clock_then_new AFTER INSERT ON casework_clock BEGIN
  UPDATE casework_clock SET zone_then = (SELECT i.zone_then FROM casework_incident i WHERE i.id = NEW.incident) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER casework_seat_then_new AFTER INSERT ON territory_seat BEGIN
  UPDATE casework_incident SET org = org WHERE org = NEW.org;
END;
CREATE TRIGGER casework_seat_then_moved AFTER UPDATE ON territory_seat BEGIN
  UPDATE casework_incident SET org = org WHERE org IN (OLD.org, NEW.org);
END;
CREATE TRIGGER casework_seat_then_gone AFTER DELETE ON territory_seat BEGIN
  UPDATE casework_incident SET org = org WHERE org = OLD.org;
END;
CREATE TRIGGER casework_membership_then_new AFTER INSERT ON territory_membership WHEN NEW.scheme = 'defence' BEGIN
  UPDATE casework_incident SET org = org WHERE org IN (SELECT s.org FROM territory_v_seat s WHERE s.department = NEW.department);
END;
CREATE TRIGGER casework_membership_then_moved AFTER UPDATE ON territory_membership WHEN NEW.scheme = 'defence' OR OLD.scheme = 'defence' BEGIN
  UPDATE casework_incident SET org = org WHERE org IN (SELECT s.org FROM territory_v_seat s WHERE s.department IN (OLD.department, NEW.department));
END;
CREATE TRIGGER casework_membership_then_gone AFTER DELETE ON territory_membership WHEN OLD.scheme = 'defence' BEGIN
  UPDATE casework_incident SET org = org WHERE org IN (SELECT s.org FROM territory_v_seat s WHERE s.department = OLD.department);
END;

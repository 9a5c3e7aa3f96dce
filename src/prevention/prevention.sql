-- step 1
CREATE TABLE prevention_action (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  org @int REFERENCES territory_org (id),
  zone TEXT NOT NULL,
  place TEXT NOT NULL,
  referent @int REFERENCES territory_person (id),
  at @int NOT NULL,
  state TEXT NOT NULL
) @strict;
-- Who came: counts by NAF section and size, never names.
CREATE TABLE prevention_audience (
  action @int NOT NULL REFERENCES prevention_action (id),
  naf TEXT NOT NULL,
  size TEXT NOT NULL,
  people @int NOT NULL,
  PRIMARY KEY (action, naf, size)
) @strict;
CREATE TABLE prevention_diagnosis (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  org @int NOT NULL REFERENCES territory_org (id),
  action @int REFERENCES prevention_action (id),
  framework TEXT NOT NULL,
  made @int NOT NULL,
  person TEXT NOT NULL
) @strict;
-- Only ever added to: the newest answer (and step of adoption) counts, the others stay.
CREATE TABLE prevention_answer (
  id @pk,
  diagnosis @int NOT NULL REFERENCES prevention_diagnosis (id),
  measure @int NOT NULL,
  answer TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL
) @strict;
CREATE INDEX prevention_answer_diagnosis ON prevention_answer (diagnosis, measure, id);
CREATE TABLE prevention_adoption (
  id @pk,
  diagnosis @int NOT NULL REFERENCES prevention_diagnosis (id),
  measure @int NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  at @int NOT NULL,
  person TEXT NOT NULL
) @strict;
CREATE INDEX prevention_adoption_diagnosis ON prevention_adoption (diagnosis, measure, id);
CREATE VIEW prevention_v_action AS
  SELECT a.id, a.pid, a.kind, a.title, a.org, COALESCE(o.name, '') AS org_name, a.zone, a.place, COALESCE(p.name, '') AS referent, a.at, a.state,
    (SELECT COALESCE(SUM(people), 0) FROM prevention_audience u WHERE u.action = a.id) AS people
  FROM prevention_action a LEFT JOIN territory_org o ON o.id = a.org LEFT JOIN territory_person p ON p.id = a.referent;
CREATE VIEW prevention_v_diagnosis AS
  SELECT d.id, d.pid, d.org, o.name AS org_name, o.zone, o.naf, o.size, d.framework, d.made, d.person FROM prevention_diagnosis d
  JOIN territory_v_org o ON o.id = d.org;

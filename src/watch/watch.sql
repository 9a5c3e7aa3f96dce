-- step 1
CREATE TABLE watch_source (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  category TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('feed', 'page')),
  tlp @int NOT NULL,
  period @int NOT NULL,
  added @int NOT NULL,
  dropped @bool NOT NULL,
  etag TEXT NOT NULL,
  modified TEXT NOT NULL,
  next_fetch @int NOT NULL,
  last_try @int,
  last_ok @int,
  failures @int NOT NULL,
  problem TEXT NOT NULL,
  words TEXT NOT NULL
) @strict;
-- Items that tell the same are one story.
CREATE TABLE watch_story (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  first_seen @int NOT NULL,
  last_seen @int NOT NULL
) @strict;
CREATE INDEX watch_story_last ON watch_story (last_seen);
CREATE TABLE watch_item (
  id @pk,
  source @int NOT NULL REFERENCES watch_source (id),
  guid TEXT NOT NULL,
  story @int NOT NULL REFERENCES watch_story (id),
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  published @int NOT NULL,
  fetched @int NOT NULL,
  sketch @blob NOT NULL,
  UNIQUE (source, guid)
) @strict;
CREATE INDEX watch_item_story ON watch_item (story);
CREATE INDEX watch_item_when ON watch_item (source, published);
CREATE INDEX watch_item_url ON watch_item (url);
-- Locality-sensitive hashing: items with a band in common may tell the same.
CREATE TABLE watch_band (
  hash @int NOT NULL,
  item @int NOT NULL REFERENCES watch_item (id),
  PRIMARY KEY (hash, item)
) @strict;
CREATE TABLE watch_mention (
  story @int NOT NULL REFERENCES watch_story (id),
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  benign @bool NOT NULL,
  PRIMARY KEY (story, type, value)
) @strict;
CREATE INDEX watch_mention_value ON watch_mention (type, value);
CREATE TABLE watch_mark (
  story @int NOT NULL REFERENCES watch_story (id),
  person @int NOT NULL,
  read_at @int,
  starred @bool NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (story, person)
) @strict;
-- What a site wants of robots, kept for a day.
CREATE TABLE watch_robots (
  origin TEXT NOT NULL PRIMARY KEY,
  text TEXT NOT NULL,
  fetched @int NOT NULL
) @strict;
-- step 2
-- What somebody has to do about a story.
CREATE TABLE watch_task (
  id @pk,
  pid TEXT NOT NULL UNIQUE,
  story @int NOT NULL REFERENCES watch_story (id),
  what TEXT NOT NULL,
  owner TEXT NOT NULL,
  made @int NOT NULL,
  due @int,
  done @int
) @strict;
CREATE INDEX watch_task_story ON watch_task (story);
CREATE VIEW watch_v_story AS
  SELECT s.id, s.pid, s.title, s.first_seen, s.last_seen,
    (SELECT COUNT(DISTINCT i.source) FROM watch_item i WHERE i.story = s.id) AS sources FROM watch_story s;
CREATE VIEW watch_v_mention AS
  SELECT m.story, s.pid AS story_pid, m.type, m.value, m.benign FROM watch_mention m JOIN watch_story s ON s.id = m.story;
-- step 3
-- Tasks are casework's.
INSERT INTO casework_task (pid, about, label, case_id, zone, what, owner, person, due, state, outcome, made, made_by, changed)
  SELECT t.pid, s.pid, s.title, NULL, '', t.what, t.owner, '', t.due, CASE WHEN t.done IS NULL THEN 'todo' ELSE 'done' END, '', t.made, '',
    COALESCE(t.done, t.made) FROM watch_task t JOIN watch_story s ON s.id = t.story;
DROP TABLE watch_task;
-- step 4
-- tlp: the strictest among its sources.
DROP VIEW watch_v_story;
CREATE VIEW watch_v_story AS
  SELECT s.id, s.pid, s.title, s.first_seen, s.last_seen, (SELECT COUNT(DISTINCT i.source) FROM watch_item i WHERE i.story = s.id) AS sources,
    (SELECT MAX(w.tlp) FROM watch_item i JOIN watch_source w ON w.id = i.source WHERE i.story = s.id) AS tlp FROM watch_story s;
-- step 5
-- expect: silence that is an alarm, in ns, as whoever follows the source said; 0: out of what it published.
ALTER TABLE watch_source ADD COLUMN expect @int NOT NULL DEFAULT 0;
-- step 6
-- A mark as instances speak of it to each other: of which person (as they call him), of which item.
CREATE TABLE watch_marked (
  subject TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  url TEXT NOT NULL,
  guid TEXT NOT NULL
) @strict;
CREATE INDEX watch_marked_item ON watch_marked (guid, url);
CREATE VIEW watch_v_marked AS
  SELECT m.subject, m.person, s.pid AS story, s.title FROM watch_marked m JOIN watch_source w ON w.url = m.url
  JOIN watch_item i ON i.source = w.id AND i.guid = m.guid JOIN watch_story s ON s.id = i.story;

-- step 1
-- A login: only the hash of the token that the browser holds. Gone at logout, after `until`, or an hour after `seen`.
CREATE TABLE server_session (
  token @blob PRIMARY KEY,
  login TEXT NOT NULL,
  made @int NOT NULL,
  seen @int NOT NULL,
  until @int NOT NULL
) @strict;
CREATE INDEX server_session_until ON server_session (until);
-- step 2
-- What came of a TAXII deposit, kept a week for who made it.
CREATE TABLE server_status (
  id TEXT PRIMARY KEY,
  org @int NOT NULL,
  made @int NOT NULL,
  body TEXT NOT NULL
) @strict;
CREATE INDEX server_status_made ON server_status (made);
-- step 3
-- Why a session looks at what an inquiry holds: asked once a session and case; and what of it was told to the journal. Gone with the session.
CREATE TABLE server_consulted (
  token @blob NOT NULL,
  subject TEXT NOT NULL,
  motive TEXT NOT NULL,
  PRIMARY KEY (token, subject)
) @strict;
-- step 4
-- The journal alone says why somebody looks at what an inquiry holds: what a page was told serves the commands, and the other way round.
DROP TABLE server_consulted;

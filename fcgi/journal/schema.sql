-- The database of the newest version: its only description.  migrate.c brings
-- older ones to it: projections are made again from the events, and every
-- other table that changes is copied, so a new column there needs a default.
-- Times are milliseconds since 1970 in UTC.

-- The events. `body` is the exact JSON text; `hash` is BLAKE2b-256 over
-- the previous event's hash (32 zero bytes before the first) and the body.
-- Chain 0 is for what concerns no run.
CREATE TABLE event (
	run	INTEGER NOT NULL,
	seq	INTEGER NOT NULL,
	at	INTEGER NOT NULL,
	actor	TEXT NOT NULL,
	kind	TEXT NOT NULL,
	body	TEXT NOT NULL,
	hash	BLOB NOT NULL,
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- The heads of closed runs, and from time to time of open ones and of chain 0:
-- a chain itself, signed with Ed25519.
CREATE TABLE ledger (
	n		INTEGER PRIMARY KEY,
	body		TEXT NOT NULL,
	hash		BLOB NOT NULL,
	signature	BLOB NOT NULL
) STRICT;

CREATE TABLE document (
	hash	TEXT PRIMARY KEY,	-- BLAKE2b-256 of the text, hex
	text	TEXT NOT NULL		-- a document, or a compiled plan (JSON)
) STRICT, WITHOUT ROWID;

-- From here to the line below: projections, rebuilt from the events.
CREATE TABLE run (
	id		INTEGER PRIMARY KEY,
	title		TEXT NOT NULL,
	reason		TEXT NOT NULL,
	runbook		TEXT NOT NULL,
	document	TEXT NOT NULL REFERENCES document (hash),
	environment	TEXT NOT NULL,
	production	INTEGER NOT NULL,
	state		TEXT NOT NULL,	-- DESIGN 5
	result		TEXT,		-- succeeded, failed, rolled_back
	mode		TEXT NOT NULL,	-- main, rollback
	seq		INTEGER NOT NULL,
	plan		TEXT NOT NULL,	-- hash, hex (journal/plan.h)
	compiled	TEXT REFERENCES document (hash),	-- the compiled
					-- plan; NULL in runs of older versions
	plan_at		INTEGER NOT NULL,	-- when it was made
	first_at	INTEGER,	-- when the first step was pressed
	parameters	TEXT NOT NULL,	-- {name: text, or null for a secret}
	sealed		TEXT NOT NULL,	-- {name of a secret: hash of its box}
	fixed		TEXT,		-- {name: text} of the environment's
					-- values; NULL in runs of older versions
	targets		TEXT NOT NULL,	-- as targets_resolve() made it
	approvals	TEXT NOT NULL,	-- [{role, count, expires, same_person}]
	expanded	TEXT,		-- [{step, name, items}]: the lists that
					-- steps captured for each=
	current		TEXT,		-- the step that is next or at work
	steps_total	INTEGER NOT NULL,	-- without those left out
	steps_done	INTEGER NOT NULL,	-- succeeded or confirmed
	steps_skipped	INTEGER NOT NULL DEFAULT 0,
	steps_skipped_failed INTEGER NOT NULL DEFAULT 0, -- after an attempt
	created_by	TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	started_by	TEXT,
	started_at	INTEGER,
	ended_by	TEXT,
	ended_at	INTEGER,
	note		TEXT		-- given when it was closed or aborted
) STRICT;
-- Lists of runs are in the order of created_at and id, newest first; each
-- filter of theirs has an index in that order (sql.def, RUNS_BY).
CREATE INDEX run_open ON run (state, id) WHERE ended_at IS NULL;
CREATE INDEX run_created ON run (created_at);
CREATE INDEX run_by_state ON run (state, created_at);
CREATE INDEX run_by_result ON run (result, created_at) WHERE result IS NOT NULL;
CREATE INDEX run_by_runbook ON run (runbook, created_at);
CREATE INDEX run_by_environment ON run (environment, created_at);
CREATE INDEX run_by_creator ON run (created_by, created_at);
CREATE INDEX run_by_starter ON run (started_by, created_at)
    WHERE started_by IS NOT NULL;
CREATE INDEX run_by_end ON run (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX run_rehearsed ON run (runbook, environment, id)
    WHERE ended_at IS NOT NULL;

-- The texts in which runs are searched.  The id is that of the run times 64,
-- and the number of the field: what is found comes in the order of the runs.
CREATE TABLE search (
	id	INTEGER PRIMARY KEY,
	run	INTEGER NOT NULL REFERENCES run (id),
	field	TEXT NOT NULL,		-- title, reason, runbook
	text	TEXT NOT NULL
) STRICT;

-- The same by groups of three characters, for terms of three or more.
CREATE VIRTUAL TABLE search_index USING fts5 (text, content='search',
    content_rowid='id', tokenize='trigram');

-- The same by pairs, of CJK characters alone, which say much in two.
CREATE TABLE search_pair (
	pair	TEXT NOT NULL,
	search	INTEGER NOT NULL REFERENCES search (id),
	PRIMARY KEY (pair, search)
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
	run	INTEGER NOT NULL REFERENCES run (id),
	id	TEXT NOT NULL,
	part	TEXT NOT NULL,		-- main, rollback, probe; not_taken: of
					-- a version hop that the run leaves out
	position INTEGER NOT NULL,	-- order within its part
	optional INTEGER NOT NULL,	-- skipped without a reason
	state	TEXT NOT NULL,
	attempts INTEGER NOT NULL,	-- how many there were
	by	TEXT,			-- who did what led to the state
	at	INTEGER,
	reason	TEXT,			-- of a skip; a note; the `when` that excluded
	signed_by TEXT,
	PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;
-- Of the steps of a run, those that are next or at work.
CREATE INDEX step_at_work ON step (run, part, position) WHERE state NOT IN
    ('pending', 'succeeded', 'confirmed', 'skipped');

CREATE TABLE attempt (
	run		INTEGER NOT NULL,
	step		TEXT NOT NULL,
	n		INTEGER NOT NULL,
	exec		TEXT NOT NULL UNIQUE,	-- 32 hex digits
	plan		TEXT NOT NULL,	-- as it was then
	state		TEXT NOT NULL,
	by		TEXT NOT NULL,
	requested_at	INTEGER NOT NULL,
	started_at	INTEGER,
	ended_at	INTEGER,
	cancelled_by	TEXT,
	message		TEXT,
	PRIMARY KEY (run, step, n),
	FOREIGN KEY (run, step) REFERENCES step (run, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_open ON attempt (exec) WHERE ended_at IS NULL;

CREATE TABLE attempt_target (
	run		INTEGER NOT NULL,
	step		TEXT NOT NULL,
	n		INTEGER NOT NULL,
	target		TEXT NOT NULL,
	state		TEXT NOT NULL,
	exit		INTEGER,
	bytes		INTEGER NOT NULL,
	dropped		INTEGER NOT NULL,
	hash		TEXT,		-- BLAKE2b-256 of the .times, hex; before there were any, of the .cast
	sealed		TEXT,		-- the same of the .sealed, if there is one
	message		TEXT,
	note		TEXT,		-- "quiet": the last thing noticed
	progress	TEXT,		-- "12 of 31": how far it had come
	from_statement	INTEGER,	-- SQL: where it was to start
	resume		INTEGER,	-- SQL: where a retry may start
	resume_of	INTEGER,	-- of how many statements
	skipped		TEXT,		-- SQL: [statements that people skipped]
	captures	TEXT,		-- {name: value} of one that succeeded
	contradicted	INTEGER,	-- 1: its reject matched, or may have
	changed		TEXT,		-- edit: {file, backup, sum afterwards}
	started_at	INTEGER,
	ended_at	INTEGER,
	PRIMARY KEY (run, step, n, target)
) STRICT, WITHOUT ROWID;

-- The people who typed into the terminal of an interactive step, once each.
CREATE TABLE typist (
	run	INTEGER NOT NULL,
	step	TEXT NOT NULL,
	n	INTEGER NOT NULL,
	target	TEXT NOT NULL,
	account	TEXT NOT NULL,
	at	INTEGER NOT NULL,	-- of the first time
	PRIMARY KEY (run, step, n, target, account),
	FOREIGN KEY (run, step, n, target) REFERENCES
	    attempt_target (run, step, n, target)
) STRICT, WITHOUT ROWID;

-- Outputs that were kept, byte for byte: DATA/exec/EXEC/TARGET.save, which is
-- of a secret output a box that the runner alone can open.
CREATE TABLE artifact (
	run	INTEGER NOT NULL,
	seq	INTEGER NOT NULL,	-- of its event
	name	TEXT NOT NULL,
	step	TEXT NOT NULL,
	n	INTEGER NOT NULL,
	target	TEXT NOT NULL,
	bytes	INTEGER NOT NULL,	-- of the output
	hash	TEXT NOT NULL,		-- BLAKE2b-256 of the file, hex
	sealed	INTEGER NOT NULL,	-- 1: the file is a box
	PRIMARY KEY (run, seq),
	FOREIGN KEY (run, step, n, target) REFERENCES
	    attempt_target (run, step, n, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX artifact_of_target ON artifact (run, step, n, target);

CREATE TABLE variable (
	run	INTEGER NOT NULL REFERENCES run (id),
	name	TEXT NOT NULL,
	value	TEXT NOT NULL,
	step	TEXT NOT NULL,
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE approval (
	run	INTEGER NOT NULL REFERENCES run (id),
	seq	INTEGER NOT NULL,	-- of its event
	step	TEXT NOT NULL,		-- '' for the run itself, else the gate
	plan	TEXT NOT NULL,
	by	TEXT NOT NULL,
	decision TEXT NOT NULL,		-- approve, reject
	comment	TEXT NOT NULL,
	at	INTEGER NOT NULL,
	reset_by TEXT,			-- unconfirmed reset of the password
	reset_at INTEGER,
	ended	TEXT,			-- changed (the plan), withdrawn
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- The people who gave the plan the values that it has now, but for those from
-- the start.
CREATE TABLE author (
	run	INTEGER NOT NULL REFERENCES run (id),
	parameter TEXT NOT NULL,
	account	TEXT NOT NULL,
	PRIMARY KEY (run, parameter)
) STRICT, WITHOUT ROWID;

-- The people who pressed, confirmed, typed into or resolved a step: nobody of
-- them signs its result.
CREATE TABLE worker (
	run	INTEGER NOT NULL,
	step	TEXT NOT NULL,
	account	TEXT NOT NULL,
	PRIMARY KEY (run, step, account),
	FOREIGN KEY (run, step) REFERENCES step (run, id)
) STRICT, WITHOUT ROWID;

-- The Idempotency-Key with which an account created a run.
CREATE TABLE request_key (
	account	TEXT NOT NULL,
	key	TEXT NOT NULL,
	request	TEXT NOT NULL,		-- keyed hash of its body, hex
	run	INTEGER NOT NULL REFERENCES run (id),
	PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;

-- The targets that a run under way holds; shared ones are not here.  The keeper
-- sees to it that one run alone holds a target.  It is no constraint, as the
-- events are replayed run by run: two that held it one after the other, and
-- took turns, would then stand here together for a moment.
CREATE TABLE held_target (
	environment	TEXT NOT NULL,
	target		TEXT NOT NULL,
	run		INTEGER NOT NULL REFERENCES run (id),
	PRIMARY KEY (environment, target, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_target_run ON held_target (run);

-- Looks at targets that change nothing: what a step would do there, or the
-- preflight of the run (step '').
CREATE TABLE look (
	exec	TEXT PRIMARY KEY,	-- 32 hex digits
	run	INTEGER NOT NULL REFERENCES run (id),
	step	TEXT NOT NULL,
	plan	TEXT NOT NULL,
	by	TEXT NOT NULL,
	requested_at INTEGER NOT NULL,
	targets	TEXT NOT NULL,		-- [names]
	ended_at INTEGER,
	message	TEXT,			-- where it did not come to an end
	results	TEXT			-- {target: how it ended}
) STRICT, WITHOUT ROWID;
CREATE INDEX look_of_run ON look (run, step, requested_at);
CREATE INDEX look_open ON look (exec) WHERE ended_at IS NULL;

CREATE TABLE account (
	name		TEXT PRIMARY KEY,
	roles		TEXT NOT NULL,	-- [names]
	disabled	INTEGER NOT NULL,
	created_at	INTEGER NOT NULL,
	created_by	TEXT NOT NULL,
	reset_by	TEXT,		-- who else could know its password
	reset_at	INTEGER,
	set_by		TEXT,		-- who set it then: reset_by, or an
					-- account whose password that one set
	own_at		INTEGER,	-- its person has set another one since
	confirmed_by	TEXT,		-- a third person has asked them
	confirmed_at	INTEGER,
	able_until	INTEGER		-- could confirm others at least so long
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
	account		TEXT NOT NULL REFERENCES account (name),
	name		TEXT NOT NULL,
	hash		BLOB NOT NULL UNIQUE,
	created_at	INTEGER NOT NULL,
	created_by	TEXT NOT NULL,
	scopes		TEXT NOT NULL,	-- [read, run, approve]
	expires_at	INTEGER,	-- NULL: made before tokens expired
	PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
-- The named secrets that there are; their values stand in sealed.
CREATE TABLE secret (
	name	TEXT PRIMARY KEY,
	set_at	INTEGER NOT NULL,
	set_by	TEXT NOT NULL,
	box	TEXT		-- hash of its sealed value, hex; NULL: of old
) STRICT, WITHOUT ROWID;
-- Projections end here.

CREATE TABLE credential (
	account	TEXT PRIMARY KEY,
	hash	TEXT NOT NULL		-- argon2id, as libsodium writes it
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
	hash		BLOB PRIMARY KEY,	-- of the cookie
	account		TEXT NOT NULL,
	address		TEXT NOT NULL,
	agent		TEXT NOT NULL DEFAULT '',	-- User-Agent
	created_at	INTEGER NOT NULL,
	used_at		INTEGER,	-- to some minutes; NULL: not since
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

-- Browsers that have signed in to an account: strangers who guess do not
-- slow them down.
CREATE TABLE device (
	account	TEXT NOT NULL,
	hash	BLOB NOT NULL,		-- of the cookie
	seen_at	INTEGER NOT NULL,
	PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- Secrets, sealed to the runner's key: run 0 is the store of named ones,
-- otherwise the secret parameters of that run.
CREATE TABLE sealed (
	run	INTEGER NOT NULL,
	name	TEXT NOT NULL,
	box	BLOB NOT NULL,
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

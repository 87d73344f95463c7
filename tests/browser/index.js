/*
 * index.js: the browser tests, in order, against a console that runs.
 *
 *	BASE_URL	where it listens, "http://127.0.0.1:8123/"
 *	SETUP_LINK	the one-time link that it printed
 *	SHOTS		folder for the screenshots (../../build/shots)
 *	CHROMIUM	the browser (/usr/bin/chromium-headless-shell)
 *
 * The console is a fresh one with the example runbooks and those of
 * runbooks/ beside this file: the first test
 * creates its admin, as a new user does.
 */
import './new-user.js';
import './two-browsers.js';
import './troubles.js';
import './flow.js';
import './looks.js';
import './player.js';
import './typing.js';
import './no-scripts.js';
import './terminal.js';
import './rollback.js';
import './chinese.js';
import './signed-out.js';

/*
 * serve.c: the whole console in the foreground, for one machine.
 *
 * It opens the sockets before it starts the programs and hands them over, so
 * that a program can be restarted while its callers wait in the queue of the
 * socket instead of being refused.  Steps are not its children: they outlive
 * it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/ready.h"
#include "wire/exec.h"

enum { RUNNER, KEEPER, WEB, NGINX, PROGRAMS };

struct program {
	const char	*name;
	char		*path;
	char		*argv[16];
	int		 fds[4];	/* handed over from `first_fd` on */
	int		 fds_count;
	int		 first_fd;
	pid_t		 pid;		/* 0: not running */
	int64_t		 started;	/* monotonic */
	int64_t		 again;		/* monotonic: when to start it */
	int64_t		 pause;		/* before the next restart */
};

struct serve {
	struct cli	*cli;
	char		*data;		/* absolute */
	char		*runbooks;
	char		*folder;	/* of the programs */
	char		*share;		/* templates, static and nginx stand
					 * here */
	struct program	 programs[PROGRAMS];
};

static volatile sig_atomic_t stopping;

static void
on_signal(int number)
{
	if (number != SIGCHLD)
		stopping = 1;
}

static char *
absolute(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL ? real : mem_strdup(path);
}

/* Where templates and static files are: beside the build, or installed. */
static char *
find_share(const char *folder)
{
	static const char *const places[] = {
		"..", "../..", "../share/countersign",
	};
	char *found = NULL;

	for (size_t i = 0; i < 3 && found == NULL; i++) {
		char *base = mem_printf("%s/%s", folder, places[i]);
		char *probe = mem_printf("%s/templates", base);

		if (access(probe, R_OK) == 0)
			found = absolute(base);
		free(probe);
		free(base);
	}
	return found;
}

/* Puts the values for @NAME@ into the text of nginx's configuration. */
static void
fill_in(const struct serve *s, const char *text, struct buf *out)
{
	const struct passwd *me = getpwuid(getuid());
	char *share_static = mem_printf("%s/static", s->share);
	const struct {
		const char	*name;
		const char	*value;
	} values[] = {
		{ "@DATA@", s->data }, { "@PORT@", s->cli->port },
		{ "@STATIC@", share_static },
		{ "@USER@", me != NULL ? me->pw_name : "root" },
	};
	size_t i;

	for (; *text != '\0'; text++) {
		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			if (text_starts(text, values[i].name))
				break;
		if (i == sizeof(values) / sizeof(values[0])) {
			buf_putc(out, *text);
			continue;
		}
		buf_puts(out, values[i].value);
		text += strlen(values[i].name) - 1;
	}
	free(share_static);
}

static void
write_nginx(const struct serve *s)
{
	char *from = mem_printf("%s/nginx/countersign.conf.in", s->share);
	char *folder = mem_printf("%s/run/nginx", s->data);
	char *to = mem_printf("%s/run/nginx/nginx.conf", s->data);
	struct buf text = {0}, out = {0};

	if (io_mkdirs(folder, 0755) != ERR_OK ||
	    io_read_file(from, 1024 * 1024, &text) != ERR_OK)
		log_fatal("%s cannot be read", from);
	fill_in(s, buf_text(&text), &out);
	if (io_write_file(to, 0644, buf_text(&out), out.len) != ERR_OK)
		log_fatal("%s cannot be written", to);
	buf_clear(&text);
	buf_clear(&out);
	free(from);
	free(folder);
	free(to);
}

static int
listen_on(const struct serve *s, const char *name, mode_t mode)
{
	char *path = mem_printf("%s/run/%s", s->data, name);
	int fd = io_listen(path, mode);

	if (fd < 0)
		log_fatal("cannot listen on %s: %s", path, strerror(errno));
	free(path);
	return fd;
}

static char *
find_nginx(void)
{
	static const char *const places[] = {
		"/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx",
	};

	for (size_t i = 0; i < 3; i++)
		if (access(places[i], X_OK) == 0)
			return mem_strdup(places[i]);
	log_fatal("nginx is not installed: run `make deps`");
}

static void
set_args(struct program *p, const char *const *args)
{
	p->argv[0] = p->path;
	for (int i = 0; args[i] != NULL; i++)
		p->argv[i + 1] = mem_strdup(args[i]);
}

static void
set_programs(struct serve *s)
{
	static const char *const names[] = {
		[RUNNER] = "countersign-runner",
		[KEEPER] = "countersign-keeper", [WEB] = "countersign-web",
	};
	char *step = mem_printf("%s/countersign-step", s->folder);
	char *templates = mem_printf("%s/templates", s->share);
	char *files = mem_printf("%s/static", s->share);
	char *conf = mem_printf("%s/run/nginx/nginx.conf", s->data);
	char *prefix = mem_printf("%s/run/nginx/", s->data);
	char *errors = mem_printf("%s/run/nginx/error.log", s->data);
	struct program *p = s->programs;

	for (int i = 0; i < PROGRAMS; i++) {
		p[i].name = i == NGINX ? "nginx" : names[i];
		p[i].path = i == NGINX ? find_nginx() :
		    mem_printf("%s/%s", s->folder, names[i]);
		p[i].pause = 50;
	}
	set_args(&p[RUNNER], (const char *[]){ "--data", s->data, "--step",
	    step, "--output-limit", s->cli->output_limit, NULL });
	set_args(&p[KEEPER], (const char *[]){ "--data", s->data,
	    "--runbooks", s->runbooks, NULL });
	set_args(&p[WEB], (const char *[]){ "--data", s->data, "--runbooks",
	    s->runbooks, "--templates", templates, "--static", files, NULL });
	set_args(&p[NGINX], (const char *[]){ "-c", conf, "-p", prefix, "-e",
	    errors, NULL });
	p[KEEPER].fds[0] = listen_on(s, "keeper.sock", 0660);
	p[KEEPER].fds[1] = listen_on(s, "admin.sock", 0600);
	p[KEEPER].fds[2] = listen_on(s, "runner.sock", 0600);
	p[KEEPER].fds_count = 3;
	p[KEEPER].first_fd = 3;
	p[WEB].fds[0] = listen_on(s, "web.sock", 0660);
	p[WEB].fds_count = 1;
	free(step);
	free(templates);
	free(files);
	free(conf);
	free(prefix);
	free(errors);
}

/* In the child: the handed sockets, and the end of us is its end too. */
static void
become(struct program *p)
{
	int copies[4];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGCHLD, SIG_DFL);
	for (int i = 0; i < p->fds_count; i++)
		copies[i] = fcntl(p->fds[i], F_DUPFD, 20);
	for (int i = 0; i < p->fds_count; i++) {
		dup2(copies[i], p->first_fd + i);
		close(copies[i]);
	}
	if (p->fds_count == 3)
		setenv("LISTEN_FDS", "3", 1);
	execv(p->path, p->argv);
	_exit(127);
}

static void
start(struct program *p)
{
	p->started = clock_monotonic();
	p->pid = fork();
	if (p->pid == 0)
		become(p);
	if (p->pid < 0) {
		p->pid = 0;
		p->again = p->started + 1000;
	}
}

/* A program ended: start it again soon, and later if it keeps ending. */
static void
reap(struct serve *s)
{
	int64_t now = clock_monotonic();
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < PROGRAMS; i++) {
			struct program *p = &s->programs[i];

			if (p->pid != pid)
				continue;
			p->pid = 0;
			p->pause = now - p->started > 1000 ? 50 :
			    p->pause < 1000 ? p->pause * 2 : 1000;
			p->again = now + p->pause;
			if (!stopping)
				log_warn("%s ended (%s %d): it is started "
				    "again", p->name, WIFSIGNALED(status) ?
				    "signal" : "exit code",
				    WIFSIGNALED(status) ? WTERMSIG(status) :
				    WEXITSTATUS(status));
		}
}

static void
stop_all(struct serve *s)
{
	static const int order[] = { NGINX, WEB, RUNNER, KEEPER };

	for (int i = 0; i < PROGRAMS; i++) {
		struct program *p = &s->programs[order[i]];

		for (int n = 0; p->pid > 0 && n < 300; n++) {
			if (n % 100 == 0)
				kill(p->pid, n == 200 ? SIGKILL :
				    order[i] == NGINX ? SIGQUIT : SIGTERM);
			usleep(10000);
			reap(s);
		}
	}
}

/* Tells where the console is, once all of it answers. */
static bool
announce(struct serve *s)
{
	struct json_object *result = NULL;
	const char *key;

	if (!ready_page(s->cli->port))
		return false;
	if (cli_ask(s->cli, "setup_link", NULL, &result)) {
		key = json_text(result, "key", "");
		if (key[0] != '\0')
			printf("first admin: http://127.0.0.1:%s/setup?key="
			    "%s\n", s->cli->port, key);
	}
	json_object_put(result);
	printf("ready: http://127.0.0.1:%s/\n", s->cli->port);
	fflush(stdout);
	return true;
}

/* Sleeps, at most until a program is due; SIGCHLD ends it early. */
static void
pause_until_next(const struct serve *s, int64_t most)
{
	int64_t now = clock_monotonic();

	for (int i = 0; i < PROGRAMS; i++)
		if (s->programs[i].pid == 0 &&
		    s->programs[i].again - now < most)
			most = s->programs[i].again - now;
	if (most > 0)
		usleep((useconds_t)most * 1000);
}

static void
supervise(struct serve *s)
{
	bool announced = false;
	int64_t begun = clock_monotonic();

	while (!stopping) {
		reap(s);
		for (int i = 0; i < PROGRAMS; i++)
			if (s->programs[i].pid == 0 && !stopping &&
			    s->programs[i].again <= clock_monotonic())
				start(&s->programs[i]);
		if (!announced) {
			announced = announce(s);
			if (!announced && clock_monotonic() - begun > 30000) {
				log_warn("the console does not answer on port "
				    "%s; %s/run/nginx/error.log may say why",
				    s->cli->port, s->data);
				begun = clock_monotonic();
			}
		}
		pause_until_next(s, announced ? 500 : 20);
	}
}

static void
open_data(struct serve *s)
{
	static const char *const folders[] = { "", "/run", "/exec", "/keys" };
	char *path;

	umask(022);
	for (size_t i = 0; i < 4; i++) {
		path = mem_printf("%s%s", s->cli->data, folders[i]);
		if (io_mkdirs(path, i == 3 ? 0700 : 0755) != ERR_OK)
			log_fatal("cannot make the folder %s", path);
		free(path);
	}
	s->data = absolute(s->cli->data);
	s->cli->data = s->data;
	path = mem_printf("%s/serve.lock", s->data);
	if (io_lock(path) < 0)
		log_fatal("%s is held: a console serves this folder already",
		    path);
	free(path);
	if (strlen(s->data) > 80)
		log_fatal("the path of the data folder is too long for a "
		    "socket: 80 bytes at most");
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int
cli_serve(struct cli *c)
{
	struct serve s = { .cli = c };
	int64_t port, limit;

	if (c->argc != 0 || !text_int(c->port, 1, 65535, &port))
		return CLI_USAGE;
	if (!text_int(c->output_limit, 1, EXEC_OUTPUT_MOST_MB, &limit))
		return cli_say(CLI_USAGE, "--output-limit is a number of "
		    "megabytes, from 1 to %d.", EXEC_OUTPUT_MOST_MB);
	s.folder = cli_program_folder();
	if ((s.share = find_share(s.folder)) == NULL)
		log_fatal("templates are not where they should be, beside %s",
		    s.folder);
	if (access(c->runbooks, R_OK) != 0)
		log_fatal("the runbook folder %s cannot be read", c->runbooks);
	if (ready_taken(c->port))
		log_fatal("port %s is in use by another program: choose "
		    "another with PORT=", c->port);
	open_data(&s);
	s.runbooks = absolute(c->runbooks);
	write_nginx(&s);
	set_programs(&s);
	catch_signals();
	supervise(&s);
	stop_all(&s);
	for (int i = 0; i < PROGRAMS; i++)
		for (int n = 0; s.programs[i].argv[n] != NULL; n++)
			free(s.programs[i].argv[n]);
	free(s.data);
	free(s.runbooks);
	free(s.folder);
	free(s.share);
	return CLI_YES;
}

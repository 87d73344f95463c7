/*
 * heuristics.c: what looks like commands, prompts and placeholders.
 *
 * Plain lists of words.  An import is a proposal that its author reads, so a
 * wrong guess costs a deletion; it must only never lose or break anything.
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "compiler/parse/heuristics.h"

static const char *const commands[] = { "cd", "cp", "mv", "rm", "ls", "ln",
	"cat", "echo", "mkdir", "rmdir", "chmod", "chown", "tar", "gzip",
	"gunzip", "unzip", "zip", "scp", "rsync", "ssh", "sudo", "su", "sh",
	"bash", "source", "export", "python", "python2", "python3", "pip",
	"pip3", "docker", "docker-compose", "kubectl", "helm", "systemctl",
	"service", "supervisorctl", "nginx", "mysql", "mysqldump", "psql",
	"pg_dump", "pg_restore", "redis-cli", "curl", "wget", "git", "make",
	"npm", "yarn", "node", "java", "kill", "ps", "grep", "sed", "awk",
	"find", "vim", "vi", "nohup", "crontab", "apt", "apt-get", "yum", "dnf",
	"aws", "ansible", "ansible-playbook", "terraform", "touch", "tail",
	"celery", "uwsgi", "gunicorn", "head", "df", "du", "date", "umask",
	"test", "dpkg", "rpm", "zypper", "apk", "snap", "pg_dumpall",
	"pg_upgrade", "pg_ctl", "pg_basebackup", "pg_upgradecluster", "initdb",
	"createdb", "dropdb", "vacuumdb", "mongodump", "mongorestore",
	"mariadb", "mariadb-dump", "mysqladmin", "mysql_upgrade", "etcdctl",
	"rabbitmqctl", "kubeadm", "podman", "crictl", "ctr", "nerdctl", "oc",
	"istioctl", "tiup", "ceph", "openstack", "nova", "nova-manage",
	"cinder-manage", "heat-manage", "keystone-manage", "glance-manage",
	"neutron-db-manage", "php", "composer", "bundle", "gem", "rake",
	"rails", "mvn", "gradle", "go", "cargo", "pm2", "pnpm", "npx",
	"journalctl", "sysctl", "modprobe", "useradd", "usermod", "groupadd",
	"openssl", "ufw", "iptables", "firewall-cmd", "semanage", "apachectl",
	"a2enmod", "vault", "consul", "nomad", "gcloud", "az", "killall",
	"pkill", "pgrep", "netstat", "lsof", "dig", "nslookup", "tee", "md5sum",
	"sha256sum", "gitlab-ctl", "gitlab-rake", "gitlab-backup", "fly",
	"flyctl", "minikube", "kubelet", "etcdutl", "velero", "argocd", NULL };

static bool
is_command(const char *s, size_t len)
{
	size_t n = 0;

	if (len > 1 && (s[0] == '.' || s[0] == '/') && strchr("./", s[1]))
		return true; /* ./script */
	n = strcspn(s, " \t\n");
	if (n <= len && (text_starts(s, "bin/") || text_starts(s, "sbin/")))
		return true;
	if (s[0] == '/' && n <= len &&
	    (memmem(s, n, "bin/", 4) != NULL ||
		(n > 3 && memcmp(s + n - 3, ".sh", 3) == 0)))
		return true;
	n = 0;
	while (n < len && strchr(" \t;|&", s[n]) == NULL)
		n++;
	return text_is_among(s, n, commands);
}

bool
looks_like_commands(const char *s, size_t len)
{
	const char *end = s + len, *line_end;
	size_t lines = 0, good = 0;
	bool open = false, inside; /* the command goes on */

	for (; s < end; s = line_end + 1) {
		line_end = memchr(s, '\n', (size_t)(end - s));
		if (line_end == NULL)
			line_end = end;
		while (s < line_end && strchr(" \t\r", *s) != NULL)
			s++;
		inside = open;
		open = line_end > s && line_end[-1] == '\\';
		if (s == line_end || *s == '#' || inside ||
		    looks_like_a_menu(s, (size_t)(line_end - s)))
			continue;
		lines++;
		good += is_command(s, (size_t)(line_end - s));
	}
	return lines > 0 && good * 2 >= lines;
}

bool
looks_like_a_menu(const char *s, size_t len)
{
	bool digit = false, dash = false;

	for (size_t i = 0; i < len; i++) {
		if (strchr("0123456789-[], \t\r", s[i]) == NULL)
			return false;
		digit |= s[i] >= '0' && s[i] <= '9';
		dash |= digit && s[i] == '-';
	}
	return dash;
}

static size_t
prompt_of_client(const char *s, size_t len)
{
	static const char *const clients[] = { "mysql> ", "sqlite> ", ">>> ",
		"mysql>", NULL };
	size_t n = 0;

	for (size_t i = 0; clients[i] != NULL; i++) {
		n = strlen(clients[i]);
		if (len >= n && memcmp(s, clients[i], n) == 0)
			return n;
	}
	if (len > 8 && memcmp(s, "MariaDB [", 9) == 0) {
		const char *end = memmem(s, len, "]> ", 3);

		return end != NULL ? (size_t)(end - s) + 3 : 0;
	}
	for (n = 0; n < len &&
	     (strchr("_-", s[n]) != NULL ||
		 ((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z'));
	     n++)
		;
	return n > 0 && len - n >= 3 && s[n] == '=' && s[n + 2] == ' ' &&
		(s[n + 1] == '#' || s[n + 1] == '>')
	    ? n + 3
	    : 0;
}

/* “ops@host:~$ ”, “[root@host ~]# ”, “[root@host ~]#” */
static size_t
prompt_of_host(const char *s, size_t len)
{
	bool bracket = len > 0 && s[0] == '[';
	size_t end = 0;
	const char *at;

	while (end < len && end < 80 &&
	    (strchr("$#", s[end]) == NULL || end + 1 >= len ||
		(s[end + 1] != ' ' &&
		    !(bracket && end > 0 && s[end - 1] == ']'))))
		end++;
	if (end + 1 >= len || end >= 80 || end < 4)
		return 0;
	at = memchr(s, '@', end);
	if (at == NULL || at == s + bracket ||
	    memchr(s, ' ', (size_t)(at - s)) != NULL)
		return 0;
	return bracket ? (s[end - 1] == ']' ? end + 1 + (s[end + 1] == ' ') : 0)
	    : memchr(at, ':', end - (size_t)(at - s)) != NULL &&
		memchr(s, ' ', end) == NULL
	    ? end + 2
	    : 0;
}

/* “db1$ ”, “bash-5.2# ”, “db1:/srv# ” */
static size_t
prompt_of_shell(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n < 80 &&
	    ((s[n] >= '0' && s[n] <= '9') || strchr("._-:/~", s[n]) != NULL ||
		((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z')))
		n++;
	return n > 0 && s[0] != '-' && len - n > 2 &&
		(s[n] == '$' || s[n] == '#') && s[n + 1] == ' '
	    ? n + 2
	    : 0;
}

/* “$ ”, “% ”, “$> ”, “➜ ”, “PS C:\\> ”; “> ” before a well-known command. */
static size_t
prompt_of_sign(const char *s, size_t len)
{
	static const char *const signs[] = { "$ ", "% ", "$> ", "➜ ", "❯ ",
		NULL };
	const char *end;
	size_t n;

	for (size_t i = 0; signs[i] != NULL; i++) {
		n = strlen(signs[i]);
		if (len > n && memcmp(s, signs[i], n) == 0)
			return n;
	}
	if (len > 2 && memcmp(s, "> ", 2) == 0)
		return s[2] != '.' && s[2] != '/' && is_command(s + 2, len - 2)
		    ? 2
		    : 0;
	n = len > 3 && memcmp(s, "PS ", 3) == 0 ? 3 : 0;
	end = len > n + 3 && memcmp(s + n + 1, ":\\", 2) == 0
	    ? memchr(s, '>', len)
	    : NULL;
	return end == NULL ? 0 : (size_t)(end - s) + 1 + (end[1] == ' ');
}

size_t
looks_like_an_environment(const char *s, size_t len)
{
	size_t n = 1;

	if (len < 4 || s[0] != '(')
		return 0;
	while (n < len &&
	    ((s[n] >= '0' && s[n] <= '9') || strchr("._-", s[n]) != NULL ||
		((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z')))
		n++;
	return n > 1 && n + 2 < len && s[n] == ')' && s[n + 1] == ' ' ? n + 2
								      : 0;
}

size_t
looks_like_a_prompt(const char *s, size_t len)
{
	size_t before = looks_like_an_environment(s, len), n;

	if (before > 0) {
		n = looks_like_a_prompt(s + before, len - before);
		return n > 0 ? before + n : 0;
	}
	n = prompt_of_sign(s, len);

	if (n == 0)
		n = prompt_of_client(s, len);
	if (n == 0)
		n = prompt_of_host(s, len);
	return n > 0 ? n : prompt_of_shell(s, len);
}

bool
looks_like_a_command(const char *s, size_t len)
{
	return is_command(s, len);
}

bool
looks_like_root(const char *s, size_t len)
{
	static const char *const english[] = { "make", "find", "test", "head",
		"date", "touch", "source", "export", "service", "kill", "cat",
		"tail", "node", "java", "docker", "nginx", "mysql", "git",
		NULL };
	const char *end = s + len, *line_end;
	bool any = false;

	for (; s < end; s = line_end + 1) {
		line_end = memchr(s, '\n', (size_t)(end - s));
		if (line_end == NULL)
			line_end = end;
		if (s == line_end)
			continue;
		if (!text_starts(s, "# ") ||
		    !is_command(s + 2, (size_t)(line_end - s - 2)) ||
		    text_is_among(s + 2, strcspn(s + 2, " \n"), english))
			return false;
		any = true;
	}
	return any;
}

/* INDEX_ENABLED=true, NAME="two words" */
static bool
is_setting(const char *s, size_t len)
{
	const char *sign = memchr(s, '=', len), *end = s + len;

	if (sign == NULL || sign == s || memchr(s, '$', len) != NULL ||
	    memchr(s, '`', len) != NULL)
		return false;
	for (; s < sign; s++)
		if (*s != '_' && *s != '.' && !(*s >= '0' && *s <= '9') &&
		    !((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z'))
			return false;
	if (end - sign > 2 && (sign[1] == '"' || sign[1] == '\''))
		return memchr(sign + 2, sign[1], (size_t)(end - sign - 2)) ==
		    end - 1;
	return strcspn(sign, " \t;&|<>()") >= (size_t)(end - sign);
}

static bool
is_json(const char *s)
{
	size_t n = s[0] != '\0' ? strspn(s + 1, " \t\n") : 0;

	return s[0] == '{' ? s[n + 1] == '"'
			   : s[0] == '[' && (s[n + 1] == '{' || s[1] == '"');
}

/* “port 6379”, “appendonly yes”: a name and a value, and no program. */
static bool
is_directive(const char *s, size_t len)
{
	static const char *const programs[] = { "sleep", "wait", "exit",
		"return", "mount", "umount", "init", "telinit", "timeout",
		"nice", "set", "shift", "ulimit", "break", "continue", "ping",
		"swapoff", "swapon", "chgrp", "chattr", "sync", "tput", "trap",
		"telnet", "nc", "fg", "bg", "seq", "yes", "true", "false",
		NULL };
	static const char *const words[] = { "yes", "no", "on", "off", "true",
		"false", NULL };
	size_t n = 0, value;

	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		len--;
	while (n < len &&
	    (s[n] == '-' || s[n] == '_' || (s[n] >= 'a' && s[n] <= 'z')))
		n++;
	value = n + strspn(s + n, " \t");
	if (n < 3 || value == n || value >= len || is_command(s, len) ||
	    text_is_among(s, n, programs) ||
	    memchr(s + value, ' ', len - value) != NULL)
		return false;
	return (s[value] >= '0' && s[value] <= '9') ||
	    text_is_among(s + value, len - value, words);
}

/* Lines of a name and a value, two at least. */
static bool
are_directives(const char *s, const char *end)
{
	size_t n, count = 0;

	for (; s < end; s += n + (s[n] == '\n')) {
		s += strspn(s, " \t");
		n = strcspn(s, "\n");
		if (n == 0 || s[0] == '#')
			continue;
		if (!is_directive(s, n))
			return false;
		count++;
	}
	return count > 1;
}

bool
looks_like_data(const char *s, size_t len)
{
	const char *end = s + len;
	bool any = false;
	size_t n;

	if (is_json(s + strspn(s, " \t\n")) || are_directives(s, end))
		return true;
	for (; s < end; s += n + (s[n] == '\n')) {
		s += strspn(s, " \t");
		n = strcspn(s, "\n");
		if (n == 0 || s[0] == '#')
			continue;
		if (!is_setting(s, n))
			return false;
		any = true;
	}
	return any;
}

bool
looks_like_a_shortcode(const char *s)
{
	return text_starts(s, "{{<") || text_starts(s, "{{%") ||
	    text_starts(s, "<!--");
}

static bool
is_word_of_placeholder(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* YOUR_TOKEN, of which nothing is a variable: its length, or 0. */
static size_t
yours(const char *s, size_t len, size_t i)
{
	size_t n = i + 5;

	if (len - i < 6 || memcmp(s + i, "YOUR_", 5) != 0 ||
	    (i > 0 &&
		(memchr("$_{-", s[i - 1], 4) != NULL ||
		    (s[i - 1] >= '0' && s[i - 1] <= '9') ||
		    ((s[i - 1] | 0x20) >= 'a' && (s[i - 1] | 0x20) <= 'z'))))
		return 0;
	while (n < len && is_word_of_placeholder(s[n]))
		n++;
	return n - i < 6 ||
		(n < len &&
		    (s[n] == '=' || s[n] == '-' ||
			((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z')))
	    ? 0
	    : n - i;
}

static bool
is_placeholder_letter(char c)
{
	return (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (unsigned char)c >= 0x80;
}

bool
looks_like_a_placeholder(const char *s, size_t len, size_t *at, size_t *ret_len)
{
	for (size_t i = *at; i + 3 < len; i++) {
		size_t n = i + 1;

		*at = i;
		*ret_len = yours(s, len, i);
		if (*ret_len > 0)
			return true;
		if (s[i] != '<' ||
		    (i > 0 &&
			(strchr("<&>('", s[i - 1]) ||
			    (s[i - 1] >= '0' && s[i - 1] <= '9'))) ||
		    !is_placeholder_letter(s[n]))
			continue;
		while (n < len &&
		    (is_placeholder_letter(s[n]) ||
			strchr(" -_.|", s[n]) != NULL))
			n++;
		if (n == len || s[n] != '>' || s[n - 1] == ' ' || n - i < 3 ||
		    (n + 1 < len &&
			(is_placeholder_letter(s[n + 1]) ||
			    strchr(">&<(", s[n + 1]) != NULL)))
			continue;
		*at = i;
		*ret_len = n + 1 - i;
		return true;
	}
	return false;
}

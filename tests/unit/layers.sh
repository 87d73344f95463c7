#!/usr/bin/env bash
# The layer rules: includes point down only, each foreign library has one
# home, privilege is visible in the link line, and lines have 80 columns.
# Usage: layers.sh BUILD
set -u -o pipefail
build=$1
bad=0
say() { echo "layers: $*"; bad=$((bad + 1)); }

# clean TITLE COMMAND...: the command succeeds and prints nothing
clean() {
	title=$1; shift
	if ! found=$("$@" 2>&1) || [ -n "$found" ]; then
		say "$title:
$found"
	fi
}
for broken in false tests/lint/no-such-check; do
	[[ $(clean "$broken" $broken) == layers:* ]] || say "a check that fails is taken for clean: $broken"
done
clean "variables of the Makefile that are set twice" sh -c \
	"sed -nE 's/^([A-Za-z_]+) *[?:]?=.*/\\1/p' Makefile | sort | uniq -d"
# search ARGUMENTS: grep; to find nothing is no failure, to read nothing is one
search() { grep "$@" || [ $? -eq 1 ]; }
sources=$(find fcgi -name '*.[ch]') && [ -n "$sources" ] || say "there is no fcgi/ here"

# may FOLDER ALLOWED...: FOLDER includes nothing of ours but itself and these
includes_above() {
	search -rnE '^#include "[a-z]+/' fcgi/"$1" | search -vE "#include \"($2)/"
}
may() {
	clean "$1 includes what it must not" includes_above "$1" "$(echo "$*" | tr ' ' '|')"
}
# A list that a record lacks has no members; json-c's own functions abort on it.
members() { search -rnE 'json_object_array_(length|get_idx)\(' fcgi | search -v '^fcgi/base/json\.c:'; }
clean "the members of a JSON array are read with json_count() and json_at()" members
may base
may lang base plan
may plan base
may compiler base lang plan
may inventory base lang plan compiler
may import base lang plan compiler
may wire base plan
may html base
may journal base lang plan wire
may pack base wire
may web base lang plan compiler inventory wire pack journal html
may keeper base lang plan wire pack journal
may runner base lang plan wire pack journal
may packer base lang plan wire pack journal
may executor base lang plan wire
may compile base lang plan compiler inventory wire
may cli base lang plan compiler import inventory wire pack journal

# home HEADER FOLDERS...: the header is included there only (or in that file)
homes=
includes_outside() {
	search -rnE "#include <$1>" fcgi | search -vE "^fcgi/($2)[/:]"
}
home() {
	header=$1; shift
	homes="$homes|$header"
	clean "<$header> is included outside its home" includes_outside "$header" "$(echo "$*" | tr ' ' '|')"
}
home sqlite3.h journal executor/sql/sql_sqlite.c
home fcgiapp.h web
home libssh2.h executor/ssh
home 'curl/curl.h' executor/http executor/actions
home 'mariadb/.*' executor/sql/sql_mysql.c
home '(postgresql/)?libpq-fe.h' executor/sql/sql_postgresql.c
home md4c.h compiler
home yaml.h compiler/parse/yaml.c
home pcre2.h lang/regex.c
home zxcvbn.h keeper/password.c
home zstd.h pack
home seccomp.h executor/confine compile/sandbox.c
home sodium.h base journal keeper runner packer cli executor/output/sealed.c
home 'openssl/.*' base/sha256.c base/hmac.c
home 'json-c/.*' '[a-z]*'

# Each other header is of libc or of Linux.
libc='(arpa|linux|net|netinet|sys)/[a-z0-9_]*|assert|ctype|dirent|errno|fcntl|ftw|fts|getopt|grp|ifaddrs|inttypes|libgen|limits|locale|malloc|math|netdb|poll|pthread|pwd|sched|setjmp|signal|std(arg|bool|def|int|io|lib)|strings?|termios|time|unistd'
homeless() { search -rnE '^#include <' fcgi | search -vE "<(($libc)\.h$homes)>"; }
clean "libraries without a home; write one in tests/unit/layers.sh" homeless

# Calls that know no size, or whose failure cannot be seen.
clean "calls that we do not make" search -rnE \
    '(^|[^_a-zA-Z0-9])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|system|popen|mktemp|tmpnam|alloca)\(' \
    fcgi --include='*.[ch]'

# 80 columns, tabs of 8; tables between "clang-format off" and "on" may be wide.
wide() {
	# shellcheck disable=SC2086 # our names have no blanks
	python3 - $sources <<'EOF'
import sys
for name in sys.argv[1:]:
    off = False
    for number, line in enumerate(open(name, encoding="utf-8"), 1):
        off = "clang-format off" in line or (off and "clang-format on" not in line)
        if len(line.rstrip("\n").expandtabs(8)) > 80 and not off:
            print(f"{name}:{number}")
EOF
}
clean "wider than 80 columns" wide

# Names use the field's words: tests/lint/words lists those that they do not.
words() {
	# shellcheck disable=SC2086
	python3 - tests/lint/words $sources fcgi/*/*.def <<'EOF'
import os, re, sys
use, allowed = {}, set()
for line in open(sys.argv[1], encoding="utf-8"):
    first, _, rest = line.strip().partition(" ")
    if first == "ok":
        allowed.add(rest.split()[0])
    elif first and first != "#":
        use[first] = rest
skip = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
named = re.compile(r"^(?:[a-z][\w \t]*[ *])?([a-z_]\w*)\(|\b(?:struct|enum|union)\s+(\w+)\s*\{|^# *define (\w+)|^SQL\((\w+)", re.M)
for name in sys.argv[2:]:
    text = skip.sub(" ", open(name, encoding="utf-8").read())
    names = {"".join(found).lower() for found in named.findall(text)}
    for one in sorted(names | {os.path.splitext(os.path.basename(name))[0]}):
        for word in one.split("_"):
            if word in use and one not in allowed:
                print(f"{name}: {one}: not “{word}” but: {use[word]}")
EOF
}
clean "names with words of tests/lint/words" words

clean "columns of our tables, read by names that no statement has" tests/lint/columns fcgi
found=$(tests/lint/messages) || say "$found"
clean "larger than tests/lint/limits allows" tests/lint/limits
clean "headers of which a file uses nothing" tests/lint/includes
clean "comments with names that do not exist" tests/lint/comments
clean "differences of the configurations of nginx" tests/lint/nginx

# clang-format 14 decides on the layout; other versions have other opinions.
unlike() {
	# shellcheck disable=SC2038
	if ! found=$(find fcgi tests -name node_modules -prune -o -name '*.[ch]' -print |
	    xargs clang-format --style=file:fcgi/.clang-format --dry-run 2>&1); then
		echo "$found"
		return 1
	fi
	echo "$found" | sed -n 's|:.*Wclang-format.*||p' | sort | uniq -c
}
if [[ $(clang-format --version 2>/dev/null) == *"version 14."* ]]; then
	clean "not laid out as clang-format does it (run make format)" unlike
else
	echo "layers: the layout is not checked: there is no clang-format 14"
fi

# Templates: an element a line; what looks like nothing is nothing.
clean "lines of templates with over 120 bytes, or with blanks at their end" \
    search -nE '.{121}|[[:blank:]]$' templates/*.html

clean "limits of templates that are not those of plan/commands.def: {{_.most.VERB_FIELD}}" \
    search -nE 'maxlength="?[^"{]' templates/*.html

# Sources alone are in git, but for pictures, data that older versions recorded
# and bytes that tests feed to parsers.
binaries() {
	git ls-files --eol | sed -n 's|^i/-text .*\t||p' | search -vE \
	    '^tests/(browser/pictures/[^/]*\.png|e2e/[a-z_]*\.tar\.gz|fuzz/corpus/.*|golden/check/20-encoding\.md)$'
}
clean "binary files in git" binaries

# Shell and Python: the programs that run on targets, and the tests.
scripts() {
	names=$(git ls-files) || return
	for name in $names; do
		if [ -f "$name" ] && head -c 40 "$name" | sed -n 1p |
		    grep -aE "^#!.*[/ ]($1)" >/dev/null; then
			echo "$name"
		fi
	done
}
shell_scripts() {
	# shellcheck disable=SC2086 # our names have no blanks
	found=$(scripts 'sh|bash') && [ -n "$found" ] &&
	    shellcheck --severity=warning --exclude=SC2154 --format=gcc $found
}
python_files() {
	# shellcheck disable=SC2086
	found=$(git ls-files '*.py') && [ -n "$found" ] &&
	    more=$(scripts python3) && pyflakes3 $found $more &&
	    python3 -W error::DeprecationWarning -W error::SyntaxWarning -c 'import sys; [compile(open(f).read(), f, "exec") for f in sys.argv[1:]]' $found $more
}
clean shellcheck shell_scripts
clean pyflakes python_files

# without PROGRAM LIBRARIES...: the program is not linked with them; libraries
# of Debian may be, such as libcrypto with libzstd
without() {
	program=$1; shift
	libraries=$(objdump -p "$build/$program" 2>&1) || say "objdump cannot read $program: $libraries"
	libraries=$(echo "$libraries" | grep NEEDED) || say "$program is linked with nothing"
	for library in "$@"; do
		if [[ $libraries == *"$library"* ]]; then
			say "$program is linked with $library"
		fi
	done
}
without countersign-web libssh2 libcurl libmariadb libpq libzxcvbn
without countersign-keeper libssh2 libcurl libmariadb libpq libfcgi libmd4c libyaml
without countersign-runner libssh2 libcurl libmariadb libpq libfcgi libmd4c libyaml
without countersign-pack libssh2 libcurl libmariadb libpq libfcgi libmd4c libyaml
without countersign-executor libzstd libcurl libmariadb libpq libsqlite3 libfcgi libmd4c libyaml
without countersign-executor-clients libfcgi libmd4c libyaml
without countersign-compile libzstd libssh2 libcurl libmariadb libpq libfcgi libsqlite3 libzxcvbn
without countersign libssh2 libcurl libmariadb libpq libfcgi

if [ $bad -eq 0 ]; then echo "1 passed, 0 failed"; else echo "0 passed, 1 failed"; exit 1; fi

#!/bin/sh
# The layer rules: includes point down only, each foreign library has one
# home, privilege is visible in the link line, and lines have 80 columns.
# Usage: layers.sh BUILD
set -u
build=$1
bad=0
say() { echo "layers: $*"; bad=$((bad + 1)); }

# may FOLDER ALLOWED...: FOLDER includes nothing of ours but itself and these
may() {
	folder=$1; shift
	allowed=$(echo "$folder $*" | tr ' ' '|')
	found=$(grep -rnE '^#include "[a-z]+/' fcgi/"$folder" |
	    grep -vE "#include \"($allowed)/")
	[ -z "$found" ] || say "$folder includes what it must not:
$found"
}
may base
may lang base plan
may plan base
may compiler base lang plan
may inventory base lang plan compiler
may import base lang plan compiler
may wire base plan
may html base
may journal base lang plan wire
may web base lang plan compiler inventory wire journal html
may keeper base lang plan wire journal
may runner base lang plan wire journal
may executor base lang plan wire
may compile base lang plan compiler inventory wire
may cli base lang plan compiler import inventory wire journal

# home HEADER FOLDERS...: the header is included there only (or in that file)
homes=
home() {
	header=$1; shift
	homes="$homes|$header"
	allowed=$(echo "$*" | tr ' ' '|')
	found=$(grep -rnE "#include <$header>" fcgi | grep -vE "^fcgi/($allowed)[/:]")
	[ -z "$found" ] || say "<$header> is included outside its home:
$found"
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
home seccomp.h executor/confine compile/sandbox.c
home sodium.h base journal keeper runner cli executor/output/sealed.c
home 'openssl/.*' base/sha256.c
home 'json-c/.*' '[a-z]*'

# Each other header is of libc or of Linux.
libc='(arpa|linux|net|netinet|sys)/[a-z0-9_]*|assert|ctype|dirent|errno|fcntl|ftw|fts|getopt|grp|ifaddrs|inttypes|libgen|limits|locale|math|netdb|poll|pwd|sched|setjmp|signal|std(arg|bool|def|int|io|lib)|strings?|termios|time|unistd'
found=$(grep -rnE '^#include <' fcgi | grep -vE "<(($libc)\.h$homes)>")
[ -z "$found" ] || say "libraries without a home; write one in tests/unit/layers.sh:
$found"

# Calls that know no size, or whose failure cannot be seen.
found=$(grep -rnE '(^|[^_a-zA-Z0-9])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|system|popen|mktemp|tmpnam|alloca)\(' \
    fcgi --include='*.[ch]')
[ -z "$found" ] || say "calls that we do not make:
$found"

# 80 columns, tabs of 8; tables between "clang-format off" and "on" may be wide.
# shellcheck disable=SC2046 # our names have no blanks
wide=$(python3 - $(find fcgi -name '*.[ch]') <<'EOF'
import sys
for name in sys.argv[1:]:
    off = False
    for number, line in enumerate(open(name, encoding="utf-8"), 1):
        off = "clang-format off" in line or (off and "clang-format on" not in line)
        if len(line.rstrip("\n").expandtabs(8)) > 80 and not off:
            print(f"{name}:{number}")
EOF
)
[ -z "$wide" ] || say "wider than 80 columns:
$wide"

# Names use the field's words: tests/lint/words lists those that they do not.
# shellcheck disable=SC2046
words=$(python3 - tests/lint/words $(find fcgi -name '*.[ch]') <<'EOF'
import os, re, sys
use, allowed = {}, set()
for line in open(sys.argv[1], encoding="utf-8"):
    first, _, rest = line.strip().partition(" ")
    if first == "ok":
        allowed.add(rest.split()[0])
    elif first and first != "#":
        use[first] = rest
skip = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
named = re.compile(r"^(?:[a-z][\w \t]*[ *])?([a-z_]\w*)\(|\b(?:struct|enum|union)\s+(\w+)\s*\{|^# *define (\w+)", re.M)
for name in sys.argv[2:]:
    text = skip.sub(" ", open(name, encoding="utf-8").read())
    names = {(a or b or c).lower() for a, b, c in named.findall(text)}
    for one in sorted(names | {os.path.splitext(os.path.basename(name))[0]}):
        for word in one.split("_"):
            if word in use and one not in allowed:
                print(f"{name}: {one}: not “{word}” but: {use[word]}")
EOF
)
[ -z "$words" ] || say "names with words of tests/lint/words:
$words"

# Columns of our own tables are read by names that their statements have.
columns=$(tests/lint/columns fcgi) || say "columns that no statement has:
$columns"

# Texts: tests/lint/messages says what is checked.
messages=$(tests/lint/messages) || say "$messages"

# clang-format 14 decides on the layout; other versions have other opinions.
if clang-format --version 2>/dev/null | grep -q "version 14\\."; then
	# shellcheck disable=SC2038
	unlike=$(find fcgi tests -name node_modules -prune -o -name '*.[ch]' -print |
	    xargs clang-format --style=file:fcgi/.clang-format --dry-run 2>&1 |
	    sed -n 's|:.*Wclang-format.*||p' | sort | uniq -c)
	[ -z "$unlike" ] || say "not laid out as clang-format does it (run make format):
$unlike"
else
	echo "layers: the layout is not checked: there is no clang-format 14"
fi

found=$(tests/lint/limits) || say "larger than tests/lint/limits allows:
$found"

found=$(tests/lint/comments)
[ -z "$found" ] || say "comments with names that do not exist:
$found"

# Templates: an element a line; what looks like nothing is nothing.
wide=$(grep -nE '.{121}|[[:blank:]]$' templates/*.html)
[ -z "$wide" ] || say "lines of templates with over 120 bytes, or with blanks at their end:
$wide"

# Shell and Python: the programs that run on targets, and the tests.
scripts() {
	git ls-files | while read -r name; do
		if head -c 40 "$name" 2>/dev/null | head -1 |
		    grep -aqE "^#!.*[/ ]($1)"; then
			echo "$name"
		fi
	done
}
# shellcheck disable=SC2046
found=$(shellcheck --severity=warning --exclude=SC2154 --format=gcc \
    $(scripts 'sh|bash') 2>&1)
[ -z "$found" ] || say "shellcheck:
$found"
# shellcheck disable=SC2046
found=$(pyflakes3 $(git ls-files '*.py'; scripts python3) 2>&1)
[ -z "$found" ] || say "pyflakes:
$found"

# without PROGRAM LIBRARIES...: the program is not linked with them
without() {
	program=$1; shift
	for library in "$@"; do
		if ldd "$build/$program" | grep -q "$library"; then
			say "$program is linked with $library"
		fi
	done
}
without countersign-web libssh2 libcurl libmariadb libpq libzxcvbn
without countersign-keeper libssh2 libcurl libmariadb libpq libfcgi libmd4c libyaml
without countersign-runner libssh2 libcurl libmariadb libpq libfcgi libmd4c libyaml
without countersign-executor libfcgi libmd4c libyaml
without countersign-compile libssh2 libcurl libmariadb libpq libfcgi libsqlite3 libzxcvbn
without countersign libssh2 libcurl libmariadb libpq libfcgi

if [ $bad -eq 0 ]; then echo "1 passed, 0 failed"; else echo "0 passed, 1 failed"; exit 1; fi

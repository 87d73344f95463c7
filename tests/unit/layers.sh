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
	found=$(grep -nE '^#include "[a-z]+/' fcgi/"$folder"/*.[ch] |
	    grep -vE "#include \"($allowed)/")
	[ -z "$found" ] || say "$folder includes what it must not:
$found"
}
may base
may book base
may wire base
may html base
may journal base book wire
may web base book wire journal html
may keeper base book wire journal
may runner base book wire journal
may step base book wire
may cli base book wire journal

# home HEADER FOLDERS...: the header is included there only (or in that file)
home() {
	header=$1; shift
	allowed=$(echo "$*" | tr ' ' '|')
	found=$(grep -rnE "#include <$header>" fcgi | grep -vE "^fcgi/($allowed)[/:]")
	[ -z "$found" ] || say "<$header> is included outside its home:
$found"
}
home sqlite3.h journal step/sql_sqlite.c
home fcgiapp.h web
home libssh2.h step
home 'curl/curl.h' step
home 'mariadb/.*' step/sql_mysql.c
home '(postgresql/)?libpq-fe.h' step/sql_postgresql.c
home md4c.h book
home yaml.h book
home pcre2.h book
home zxcvbn.h keeper/password.c
home sodium.h journal keeper runner cli step/sealed.c

# 80 columns, tabs of 8; tables between "clang-format off" and "on" may be wide.
wide=$(python3 - fcgi/*/*.[ch] <<'EOF'
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
without countersign-keeper libssh2 libcurl libmariadb libpq libfcgi
without countersign-runner libssh2 libcurl libmariadb libpq libfcgi
without countersign-step libfcgi
without countersign libssh2 libcurl libmariadb libpq libfcgi

if [ $bad -eq 0 ]; then echo "1 passed, 0 failed"; else echo "0 passed, 1 failed"; exit 1; fi

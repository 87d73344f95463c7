#!/bin/sh
# preflight.sh: prints one line for each fact of the host that a preflight
# reports (act_preflight.c), and defines cs_need, which looks for an interpreter.

LC_ALL=C
export LC_ALL
cs_need() {
	if cs_path=$(command -v "$1"); then
		case $1 in
		sh) cs_v= ;;
		*) cs_v=$("$1" --version 2>&1 | head -n 1) ;;
		esac
		printf 'have %s %s\n' "$1" "${cs_v:-$cs_path}"
	else
		printf 'lack %s\n' "$1"
	fi
}
# cs_program NAME: only looks for it; --version of any program could do anything.
cs_program() {
	if cs_path=$(command -v "$1"); then
		printf 'program %s %s\n' "$1" "$cs_path"
	else
		printf 'missing %s\n' "$1"
	fi
}
# shellcheck disable=SC2034 # columns that are skipped
df -Pk "${HOME:-/}" 2>/dev/null | {
	read -r cs_a && read -r cs_a cs_b cs_c cs_free cs_d cs_on &&
	    printf 'free %s %s\n' "$cs_free" "$cs_on"
}
printf 'user %s\n' "$(id -un)"
printf 'time %s\n' "$(date +%s)"

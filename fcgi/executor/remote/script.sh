#!/bin/sh
# script.sh: functions of the programs that sh runs on an SSH target (remote.c).
# The program sets cs_nonce, cs_base and cs_name before and calls one of them in
# its last line.
#
# Plain POSIX sh, tested with dash, bash and busybox; `kill -s` and not
# `kill -TERM --`, which dash does not understand.

cs_say() { printf '%s %s\n' "$cs_nonce" "$*" >&2; }
# cs_refuse CODE [VALUE]: ends the program; refusal.c makes the message of it.
cs_refuse() { cs_say refused "$@"; exit 9; }
cs_nap() { sleep 0.1 2>/dev/null || sleep 1; }
cs_open() {
	case ${HOME-} in /*) ;; *) cs_refuse remote_no_home;; esac
	cs_dir=$HOME/$cs_base/$cs_name
}
# The boot id, or nothing if the system has none.
cs_boot() {
	read -r cs_id </proc/sys/kernel/random/boot_id && echo "$cs_id"
} 2>/dev/null
# Reads the process id; false: the start did not get that far.
cs_pid() { cs_pid=; read -r cs_pid <"$cs_dir/pid"; } 2>/dev/null
cs_alive() {
	cs_pid && kill -0 "$cs_pid" 2>/dev/null || return 1
	[ ! -r "/proc/$cs_pid/cmdline" ] ||
	    grep -q "$cs_name" "/proc/$cs_pid/cmdline" 2>/dev/null
}
# dash wants the two dashes, busybox has none.
cs_kill() {
	kill -s "$1" -- "-$cs_pid" 2>/dev/null ||
	    kill -s "$1" "-$cs_pid" 2>/dev/null
}
# True if a process of the script's group is left, other than zombies.
cs_group() {
	cs_kill 0 || return 1
	cs_list=$(ps -e -o pgid= -o stat= 2>/dev/null) || return 0
	[ -n "$cs_list" ] || return 0
	printf '%s\n' "$cs_list" | grep -q "^ *$cs_pid  *[^Z ]"
}
cs_size() {
	cs_size=0
	[ ! -s "$cs_dir/out" ] || cs_size=$(wc -c <"$cs_dir/out") &&
	    cs_size=$((cs_size))
}
# Reads the exit code, if there is one.
cs_exit() { read -r cs_a cs_code <"$cs_dir/exit"; } 2>/dev/null
# Reports the exit code; false: there is none.
cs_report() {
	cs_exit || return 1
	cs_open=
	# shellcheck disable=SC2010 # only the links' targets are searched
	if cs_pid && cs_group &&
	    ls -l /proc/[0-9]*/fd 2>/dev/null |
	    grep -q "^l.w.*$cs_name/out\$"
	then cs_open=' open'; fi
	cs_size && [ "$cs_a" = "$cs_nonce" ] || return 1
	cs_say exit "$cs_code $cs_size$cs_open"
}
# The reason of an unknown result: the script is gone without an exit code.
cs_lost() {
	if [ ! -d "$cs_dir" ]; then cs_say lost gone
	elif [ "$(cs_boot)" != "$(cat "$cs_dir/boot" 2>/dev/null)" ]
	then cs_say lost restarted
	else cs_say lost died; fi
}

# Checks of the start: the interpreter, the folder, and a terminal.
cs_interpreter() {
	command -v "$1" >/dev/null 2>&1 || cs_refuse remote_no_interpreter "$1"
}
cs_enter_home() { cd -- "${HOME:-/}" 2>/dev/null || cd /; }
cs_enter() {
	cd -- "$1" 2>/dev/null || cs_refuse remote_no_cwd "$1"
}
cs_terminal() {
	command -v python3 >/dev/null 2>&1 || cs_refuse remote_no_python
}
# Checks for artifacts: everybody may read the arguments of a printf that is a
# program.
cs_base64() {
	command -v base64 >/dev/null 2>&1 || cs_refuse remote_no_base64
	case $(command -v printf) in /*) cs_refuse remote_no_printf;; esac
}
# Makes the folder of the execution; false: it is there already.
cs_make() {
	command -v setsid >/dev/null 2>&1 || cs_refuse remote_no_setsid
	# shellcheck disable=SC2174 # HOME is there
	{ [ -d "$HOME/$cs_base" ] ||
	    cs_error=$(mkdir -p -m 700 "$HOME/$cs_base" 2>&1)
	} &&
	    cs_error=$(mkdir -m 700 "$cs_dir" 2>&1) || {
		[ ! -d "$cs_dir" ] || return 1
		cs_refuse remote_no_folder "$cs_error"
	}
	cs_boot >"$cs_dir/boot"
}
# Writes a file of the folder; printf may be an external program, with a limit
# for its arguments.
cs_put() {
	cs_file=$1
	shift
	{ printf %s "$@" >"$cs_dir/$cs_file"; } 2>/dev/null && return
	rm -rf "$cs_dir"
	cs_refuse remote_unwritten
}
# The folder of the artifacts that the script reads, and one of them, of base64.
cs_artifacts() {
	CS_ARTIFACTS=$cs_dir/artifacts
	export CS_ARTIFACTS
	mkdir -m 700 "$CS_ARTIFACTS" 2>/dev/null && return
	rm -rf "$cs_dir"
	cs_refuse remote_unwritten
}
cs_give() {
	cs_file=$1
	shift
	( umask 077; printf %s "$@" | base64 -d >"$CS_ARTIFACTS/$cs_file" ) \
	    2>/dev/null && return
	rm -rf "$cs_dir"
	cs_refuse remote_unwritten
}
# Starts a command.  Its own outputs are discarded: messages of sh about a killed
# script are not the script's.
cs_launch() {
	: >"$cs_dir/out"
	# shellcheck disable=SC2016 # the inner sh expands it
	setsid sh -c '
read -r cs_nonce
exec </dev/null
trap : HUP INT QUIT TERM
echo $$ >"$0/pid"
( exec "$@" >>"$0/out" 2>&1 )
cs_code=$?
[ ! -d "$0/artifacts" ] || rm -rf "$0/artifacts"
echo "$cs_nonce $cs_code" >"$0/exit"
' "$cs_dir" "$@" >/dev/null 2>&1 <<CS_END &
$cs_nonce
CS_END
	cs_started=$!
	cs_say started
}

# cs_follow BYTE: sends the output from that byte on (the first is 1) until the
# script has ended.  We end with an empty line, or with nothing at all if the
# connection is lost: then the folder stays for a later call.
cs_follow() {
	if [ -z "$cs_started" ]; then
		[ -d "$cs_dir" ] || { cs_lost; exit 0; }
		cs_say attached
	fi
	printf '%s\n' "$cs_nonce"
	cs_typing=
	if [ -f "$cs_dir/terminal" ]; then
		exec 3<&0
		python3 -I "$cs_dir/terminal" <&3 4<<CS_END &
$cs_nonce
CS_END
		cs_typing=$!
		exec 3<&-
	fi
	tail -c "+$1" -f "$cs_dir/out" </dev/null 2>/dev/null &
	cs_tail=$!
	if [ -n "$cs_started" ]; then
		wait "$cs_started"
	else
		cs_i=0
		until cs_pid || [ "$cs_i" -gt 50 ]; do
			cs_nap; cs_i=$((cs_i + 1))
		done
		until cs_exit || ! cs_alive; do cs_nap; done
	fi
	cs_ended=
	[ -n "$cs_typing" ] || ! cs_report || cs_ended=1
	cs_last=stay
	[ -z "$cs_ended" ] || read -r cs_last || cs_last=stay
	# shellcheck disable=SC2086 # absent if there is no terminal
	kill "$cs_tail" $cs_typing
	# shellcheck disable=SC2086
	wait "$cs_tail" $cs_typing
	[ -n "$cs_last" ] || exec rm -rf -- "$cs_dir"
	[ -n "$cs_ended" ] || cs_report || cs_lost
}
# cs_fetch BYTE LENGTH: sends a part of the output.
cs_fetch() {
	printf '%s\n' "$cs_nonce"
	tail -c "+$1" "$cs_dir/out" | head -c "$2"
}
# Ends the script and its processes.
cs_end() {
	printf '%s\n' "$cs_nonce"
	cs_i=0
	until cs_pid || [ "$cs_i" -gt 20 ]; do
		cs_nap; cs_i=$((cs_i + 1))
	done
	cs_report && exit 0
	cs_alive || { cs_lost; exit 0; }
	cs_kill TERM
	cs_i=0
	while cs_group; do
		[ "$cs_i" -ne 50 ] || cs_kill KILL
		[ "$cs_i" -le 80 ] || { cs_say alive; exit 0; }
		cs_nap; cs_i=$((cs_i + 1))
	done
	rm -rf "$cs_dir/artifacts"
	cs_size && cs_say ended "$cs_size"
}
# Removes the folder.
cs_remove() { rm -rf -- "$cs_dir"; }

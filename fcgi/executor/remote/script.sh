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
	cs_state=$HOME/$cs_base/$cs_name
}
# Reads the boot id; it is empty if the system has none.
cs_boot() {
	cs_boot=
	read -r cs_boot </proc/sys/kernel/random/boot_id
} 2>/dev/null
# Reads the state; false: the start did not get that far.
cs_read() {
	cs_was=''
	cs_pid=''
	cs_waits=''
	cs_exit=''
	while read -r cs_word cs_rest; do
		case $cs_word in
		boot) cs_was=$cs_rest;;
		runs) cs_pid=$cs_rest;;
		waits) cs_waits=$cs_rest;;
		"$cs_nonce") cs_exit=$cs_rest;;
		esac
	done <"$cs_state" && [ -n "$cs_pid" ] && [ -n "$cs_waits" ]
} 2>/dev/null
# True if the sh waits for the script; no other has this file open as 9.
# shellcheck disable=SC3013 # dash, busybox and POSIX since 2024 have -ef
cs_alive() {
	cs_read && kill -0 "$cs_waits" 2>/dev/null || return 1
	[ ! -d "/proc/$cs_waits/fd" ] ||
	    [ "/proc/$cs_waits/fd/9" -ef "$cs_state" ]
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
	[ ! -s "$cs_state.out" ] || cs_size=$(wc -c <"$cs_state.out") &&
	    cs_size=$((cs_size))
}
# Reports the exit code; false: there is none.
cs_report() {
	cs_read && [ -n "$cs_exit" ] || return 1
	cs_open=
	# shellcheck disable=SC2010 # only the links' targets are searched
	if cs_group &&
	    ls -l /proc/[0-9]*/fd 2>/dev/null |
	    grep -q "^l.w.*$cs_name\.out\$"
	then cs_open=' open'; fi
	cs_size && cs_say exit "$cs_exit $cs_size$cs_open"
}
# The reason of an unknown result: the script is gone without an exit code.
cs_lost() {
	cs_boot
	cs_read
	if [ ! -e "$cs_state" ]; then cs_say lost gone
	elif [ "$cs_boot" != "$cs_was" ]; then cs_say lost restarted
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
# Refuses a folder in which somebody else can put another script in the place of
# ours; with an ACL, the group's bits are its mask.
# shellcheck disable=SC3067 # dash, busybox and POSIX since 2024 have -O
cs_own_folder() {
	if [ ! -L "$1" ] && [ -O "$1" ]; then
		case $(LC_ALL=C ls -ld -- "$1") in d????[!w]??[!w]*) return;; esac
	fi
	cs_refuse remote_open_folder "$1"
}
# Makes the files of the execution, for its user alone; false: they are there
# already.
cs_make() {
	command -v setsid >/dev/null 2>&1 || cs_refuse remote_no_setsid
	# shellcheck disable=SC2174 # HOME is there
	if [ -d "$HOME/$cs_base" ]; then cs_own_folder "$HOME/$cs_base"
	else
		cs_error=$(mkdir -p -m 700 "$HOME/$cs_base" 2>&1) ||
		    cs_refuse remote_no_folder "$cs_error"
	fi
	# The folder may be older, and readable for others.
	( umask 077; set -C
	true >"$cs_state" || exit 1
	true >"$cs_state.script" && true >"$cs_state.out" || exit 2 ) 2>/dev/null
	case $? in
	0) ;;
	1)
		[ ! -e "$cs_state" ] || return 1
		cs_error=$({ true >"$cs_state"; } 2>&1)
		cs_refuse remote_no_folder "$cs_error";;
	*) cs_unwritten;;
	esac
	cs_boot
	echo "boot $cs_boot" >>"$cs_state" || cs_unwritten
}
# Removes all files of the execution, the first one last.
cs_remove() {
	exec rm -rf -- "$cs_state.script" "$cs_state.out" \
	    "$cs_state.artifacts" "$cs_state.terminal" "$cs_state"
}
cs_unwritten() {
	( cs_remove )
	cs_refuse remote_unwritten
}
# Writes a file of the execution; printf may be an external program, with a
# limit for its arguments.
cs_put() {
	cs_file=$1
	shift
	{ printf %s "$@" >"$cs_state.$cs_file"; } 2>/dev/null || cs_unwritten
}
cs_folder() {
	mkdir -m 700 "$cs_state.$1" 2>/dev/null || cs_unwritten
}
# The folder of the artifacts that the script reads, and one of them, of base64.
cs_artifacts() {
	CS_ARTIFACTS=$cs_state.artifacts
	export CS_ARTIFACTS
	cs_folder artifacts
}
cs_give() {
	cs_file=$1
	shift
	( umask 077; printf %s "$@" | base64 -d >"$CS_ARTIFACTS/$cs_file" ) \
	    2>/dev/null || cs_unwritten
}
# Starts a command, and a sh that waits for it.
cs_launch() {
	exec 9>>"$cs_state"
	cs_wait "$@" &
	cs_started=$!
	echo "waits $cs_started" >&9
	exec 9>&-
	cs_say started
}
# Runs a command in a session of its own, and records its exit code: only SIGKILL
# ends us before.
cs_wait() {
	exec </dev/null >/dev/null 2>&1
	setsid "$@" >>"$cs_state.out" 2>&1 9>&- &
	cs_pid=$!
	trap '' HUP INT QUIT TERM
	echo "runs $cs_pid" >&9
	wait "$cs_pid"
	cs_code=$?
	[ ! -d "$cs_state.artifacts" ] || rm -rf "$cs_state.artifacts"
	[ ! -d "$cs_state.terminal" ] || true >"$cs_state.terminal/exit"
	echo "$cs_nonce $cs_code" >&9
}

# cs_follow BYTE: sends the output from that byte on (the first is 1) until the
# script has ended.  We end with an empty line, or with nothing at all if the
# connection is lost: then the files stay for a later call.
cs_follow() {
	if [ -z "$cs_started" ]; then
		[ -e "$cs_state" ] || { cs_lost; exit 0; }
		cs_say attached
	fi
	printf '%s\n' "$cs_nonce"
	cs_typing=
	if [ -d "$cs_state.terminal" ]; then
		exec 3<&0
		python3 -I "$cs_state.terminal/program" <&3 4<<CS_END &
$cs_nonce
CS_END
		cs_typing=$!
		exec 3<&-
	fi
	tail -c "+$1" -f "$cs_state.out" </dev/null 2>/dev/null &
	cs_tail=$!
	trap '' PIPE
	if [ -n "$cs_started" ]; then
		wait "$cs_started"
	else
		cs_i=0
		until cs_read || [ "$cs_i" -gt 50 ]; do
			cs_nap; cs_i=$((cs_i + 1))
		done
		while cs_alive; do cs_nap; done
	fi
	cs_ended=
	[ -n "$cs_typing" ] || ! cs_report || cs_ended=1
	cs_last=stay
	[ -z "$cs_ended" ] || read -r cs_last || cs_last=stay
	# shellcheck disable=SC2086 # absent if there is no terminal
	kill "$cs_tail" $cs_typing
	# shellcheck disable=SC2086
	wait "$cs_tail" $cs_typing
	[ -n "$cs_last" ] || cs_remove
	[ -n "$cs_ended" ] || cs_report || cs_lost
}
# cs_fetch BYTE LENGTH: sends a part of the output.
cs_fetch() {
	printf '%s\n' "$cs_nonce"
	tail -c "+$1" "$cs_state.out" | head -c "$2"
}
# Ends the script and its processes.
cs_end() {
	printf '%s\n' "$cs_nonce"
	cs_i=0
	until cs_read || [ "$cs_i" -gt 20 ]; do
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
	rm -rf "$cs_state.artifacts"
	cs_size && cs_say ended "$cs_size"
}

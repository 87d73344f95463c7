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
	cs_over=''
	cs_open=''
	cs_torn=''
	cs_exit=''
	while read -r cs_word cs_rest; do
		case $cs_word in
		boot) cs_was=$cs_rest;;
		runs) cs_pid=$cs_rest;;
		waits) cs_waits=$cs_rest;;
		over) cs_over=$cs_rest;;
		open) cs_open=' open';;
		torn) cs_torn=1;;
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
	# shellcheck disable=SC2010 # only the links' targets are searched
	if ! cs_group; then cs_open=
	elif ls -l /proc/[0-9]*/fd 2>/dev/null |
	    grep -q "^l.w.*$cs_name\.out\$"
	then cs_open=' open'; fi
	cs_size && cs_say exit "$cs_exit $cs_size$cs_open"
}
# The reason of an unknown result: the script is gone without an exit code.
cs_lost() {
	cs_boot
	cs_read
	if [ ! -e "$cs_state" ]; then cs_say lost gone
	elif [ -n "$cs_torn" ]; then cs_say lost torn
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
	true >"$cs_state.script" && true >"$cs_state.out" &&
	    true >"$cs_state.taken" || exit 2 ) 2>/dev/null
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
	exec rm -rf -- "$cs_state.script" "$cs_state.out" "$cs_state.taken" \
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
# Starts a command, and a sh that waits for it: the one that copies its output,
# where files can be made smaller at their beginning.
cs_launch() {
	exec 9>>"$cs_state"
	if [ ! -d "$cs_state.terminal" ] &&
	    [ -e "/proc/$$/task/$$/children" ] &&
	    command -v fallocate >/dev/null 2>&1 &&
	    command -v dd >/dev/null 2>&1; then
		exec 3<&0
		cs_wait cs_unplug "$@" 3<&- | cs_copy &
	else
		cs_wait cs_record "$@" >>"$cs_state.out" &
	fi
	cs_started=$!
	echo "waits $cs_started" >&9
	exec 3<&- 9>&-
	cs_say started
}
# cs_wait END COMMAND...: runs the command in a session of its own, calls END
# with its exit code, and closes the output: only SIGKILL ends us before.
cs_wait() {
	cs_then=$1
	shift
	exec 8>&1 </dev/null >/dev/null 2>&1
	setsid "$@" >&8 2>&8 8>&- 9>&- &
	cs_pid=$!
	trap '' HUP INT QUIT TERM
	echo "runs $cs_pid" >&9
	wait "$cs_pid"
	cs_code=$?
	[ ! -d "$cs_state.artifacts" ] || rm -rf "$cs_state.artifacts"
	[ ! -d "$cs_state.terminal" ] || true >"$cs_state.terminal/exit"
	"$cs_then" "$cs_code"
}
cs_record() { echo "$cs_nonce $1" >&9; }

# Between the script and its file is a pipe, so that the file takes a bounded
# part of the disk: a script that is faster than its reader waits, as it would
# with any pipe.  The file's beginning is deallocated when the reader has it.
cs_most=41943040
# Copies standard input into the file until its end, and records that of the
# script.  `over` comes before the end of input, so without it nobody waited for
# the script.
cs_copy() {
	exec 7<&0 >/dev/null 2>&1
	trap '' HUP INT QUIT TERM
	LC_ALL=C
	export LC_ALL
	cs_hole=0
	cs_taken=0
	cs_relay=
	cs_count=count=256
	cs_status=0
	while :; do
		# shellcheck disable=SC2086 # no limit: no argument
		cs_did=$(exec dd bs=65536 $cs_count 2>&1 >>"$cs_state.out") || {
			cs_status=$?
			break
		}
		# the records that it read, full and not: 12+3
		cs_did=${cs_did%% records in*}
		[ "$((${cs_did##*[!0-9+]}))" -eq 256 ] || break
		cs_make_room
	done
	# shellcheck disable=SC3013 # see cs_alive
	[ ! "/proc/$cs_relay/fd/0" -ef /proc/self/fd/3 ] ||
	    kill -s KILL "$cs_relay"
	cs_read
	if [ "$cs_status" -ne 0 ]; then
		# dd has failed, as on a full disk, unless cs_unplug ended it
		[ "$cs_status$cs_open" = '137 open' ] || echo torn >&9
		cat <&7 >/dev/null 3<&- 9>&- &
		[ -n "$cs_over" ] || wait $!
		cs_read
	fi
	[ -z "$cs_over" ] || [ -n "$cs_torn" ] || cs_record "$cs_over"
}
# Waits until the reader has received so much that the file may grow again.
# Without a reader for fifteen minutes, or if the file system cannot deallocate,
# it grows without a limit: the script outlives whoever started it.
cs_make_room() {
	[ -n "$cs_count" ] || return
	cs_i=0
	cs_size
	while [ $((cs_size - cs_hole)) -gt "$cs_most" ]; do
		if [ -z "$cs_relay" ]; then
			cs_acknowledge <&3 7<&- 9>&- &
			cs_relay=$!
		fi
		cs_acked=
		read -r cs_acked <"$cs_state.taken"
		if [ "${cs_acked:-0}" -gt "$cs_taken" ]; then
			cs_taken=$cs_acked
			cs_i=0
			cs_acked=$((cs_taken / 65536 * 65536 - cs_hole))
			[ "$cs_acked" -gt 0 ] || continue
			fallocate -p -o "$cs_hole" -l "$cs_acked" \
			    "$cs_state.out" </dev/null || break
			cs_hole=$((cs_hole + cs_acked))
			continue
		fi
		cs_read
		if [ -n "$cs_over" ] || [ "$cs_i" -gt 9000 ]; then break; fi
		cs_nap </dev/null
		cs_i=$((cs_i + 1))
	done
	[ $((cs_size - cs_hole)) -le "$cs_most" ] || cs_count=
}
# Stores the numbers of the bytes that the reader has.  True: it has all of them,
# as an empty line says.
cs_acknowledge() {
	while read -r cs_last; do
		[ -n "$cs_last" ] || return 0
		echo "$cs_last" >"$cs_state.taken"
	done
	return 1
}
# The script has ended.  If another process still holds the pipe, the copy ends
# when it has all that is there: when its dd waits for more.
cs_unplug() {
	echo "over $1" >&9
	exec 8>&-
	cs_i=0
	cs_idle=0
	while [ -e "$cs_state" ]; do
		# mostly it only needs its turn
		if [ "$cs_i" -lt 2 ]; then ( : ); else cs_nap; fi
		cs_i=$((cs_i + 1))
		cs_read && [ -n "$cs_exit" ] && return
		[ -z "$cs_waits" ] || [ -d "/proc/$cs_waits" ] || return
		if [ "$cs_i" -lt 3 ] || ! cs_waiting_dd; then continue; fi
		cs_idle=$((cs_idle + 1))
		[ "$cs_idle" -lt 3 ] || { echo open >&9; kill -s KILL "$cs_dd"; }
	done
}
# True if the program of the copy sleeps, in a read: other programs of it have
# another input.
# shellcheck disable=SC3013,SC2034 # see cs_alive; fields that are skipped
cs_waiting_dd() {
	cs_all=
	read -r cs_all <"/proc/$cs_waits/task/$cs_waits/children"
	for cs_dd in $cs_all; do
		[ "/proc/$cs_dd/fd/0" -ef "/proc/$cs_waits/fd/0" ] &&
		    read -r cs_a cs_b cs_asleep cs_c <"/proc/$cs_dd/stat" &&
		    [ "$cs_asleep" = S ] && return
	done
	return 1
} 2>/dev/null

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
	cs_acks=
	if [ -d "$cs_state.terminal" ]; then
		exec 3<&0
		python3 -I "$cs_state.terminal/program" <&3 4<<CS_END &
$cs_nonce
CS_END
		cs_typing=$!
		exec 3<&-
	elif [ -z "$cs_started" ]; then
		exec 3<&0
		cs_acknowledge <&3 &
		cs_acks=$!
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
	cs_all=
	if [ -z "$cs_ended" ]; then :
	elif [ -z "$cs_acks" ]; then ! cs_acknowledge || cs_all=1
	else
		! wait "$cs_acks" || cs_all=1
		cs_acks=
	fi
	# shellcheck disable=SC2086 # absent if there is no terminal
	kill "$cs_tail" $cs_typing $cs_acks
	# shellcheck disable=SC2086
	wait "$cs_tail" $cs_typing
	[ -z "$cs_all" ] || cs_remove
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
	cs_i=0
	while cs_alive && [ "$cs_i" -lt 20 ]; do
		cs_nap; cs_i=$((cs_i + 1))
	done
	rm -rf "$cs_state.artifacts"
	cs_size && cs_say ended "$cs_size"
}

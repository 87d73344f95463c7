#!/bin/sh
# edit.sh: reads or replaces the file of an edit step (act_edit.c).  The program
# sets cs_mark and cs_name (the file) before, and calls one of the functions in
# its last line.  The messages of the shell name the file themselves.

LC_ALL=C
export LC_ALL
cs_begin() {
	printf '%s\n' "$cs_mark"
	printf '%s\n' "$cs_mark" >&2
}
cs_refuse() { printf '%s\n' "$1" >&2; exit 9; }
cs_sum() { cs_sum=$(sha256sum <"$1") && cs_sum=${cs_sum%% *}; }

# Prints the sum and the true name of the file, and its content.
cs_read() {
	cs_begin
	cs_file=$(readlink -f -- "$cs_name") && [ -e "$cs_file" ] ||
	    cs_refuse "$cs_name is not there. Check file= of the step."
	[ -f "$cs_file" ] || cs_refuse "$cs_name is no regular file."
	cs_dir=${cs_file%/*}
	[ -r "$cs_file" ] && [ -w "$cs_file" ] ||
	    cs_refuse "$(id -un) may not read and write $cs_name."
	[ -w "${cs_dir:-/}" ] || cs_refuse "$(id -un) may not write in the folder ${cs_dir:-/}, which is needed to replace $cs_name in one piece."
	[ "$(stat -c %h -- "$cs_file")" = 1 ] || cs_refuse "$cs_name has other names (hard links), which would keep the old content. Change it in a script, or remove the other names: find -samefile lists them."
	cs_size=$(wc -c <"$cs_file")
	[ "$cs_size" -le 10485760 ] ||
	    cs_refuse "$cs_name has $cs_size bytes; edit changes files of up to 10 MB."
	cs_sum "$cs_file" && printf '%s %s\n' "$cs_sum" "$cs_file" &&
	    cat "$cs_file"
}

cs_stop() { rm -f -- "$cs_new"; cs_refuse "$1"; }
cs_trap() { rm -f -- "$cs_new"; exit 9; }
cs_owner() { stat -c %u:%g:%a -- "$1"; }
# cs_write BACKUP OLD NEW: replaces the file of the sum OLD by what cs_put (of
# the program) writes into $cs_new, which must have the sum NEW.  Writing clears
# the set-user-ID bit of a file, so the mode is set again.
cs_write() {
	cs_begin
	cs_back=$cs_name.before-$1
	cs_new=$cs_back.new
	trap cs_trap HUP INT TERM
	cs_sum "$cs_name" && [ "$cs_sum" = "$2" ] ||
	    cs_refuse "$cs_name was changed by somebody while this step ran; run it again to see the new difference."
	[ ! -e "$cs_back" ] || cs_refuse "The backup $cs_back exists already."
	cp -p -- "$cs_name" "$cs_new" && cs_put ||
	    cs_stop "The new $cs_name could not be written. Is the disk full?"
	cs_sum "$cs_new" && [ "$cs_sum" = "$3" ] ||
	    cs_stop "The new $cs_name did not arrive whole."
	cs_mode=$(stat -c %a -- "$cs_name")
	[ "$(stat -c %a -- "$cs_new")" = "$cs_mode" ] || chmod "$cs_mode" "$cs_new"
	[ "$(cs_owner "$cs_new")" = "$(cs_owner "$cs_name")" ] ||
	    cs_stop "$(id -un) cannot keep owner and mode of $cs_name."
	cp -p -- "$cs_name" "$cs_back" && sync "$cs_new" "$cs_back" || {
		rm -f -- "$cs_back"
		cs_stop "The backup $cs_back could not be written."
	}
	mv -f -- "$cs_new" "$cs_name" || cs_stop "$cs_name could not be replaced."
	sync "${cs_name%/*}/" || sync
	printf '%s\n' "$cs_back"
}

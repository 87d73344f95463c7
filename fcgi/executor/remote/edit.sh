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
# cs_refuse CODE [VALUE]: ends the program; refusal.c makes the message of it.
cs_refuse() { printf '%s\n' "$*" >&2; exit 9; }
cs_sum() { cs_sum=$(sha256sum <"$1") && cs_sum=${cs_sum%% *}; }

# Prints the sum and the true name of the file, and its content.
cs_read() {
	cs_begin
	cs_file=$(readlink -f -- "$cs_name") && [ -e "$cs_file" ] ||
	    cs_refuse edit_file_absent
	[ -f "$cs_file" ] || cs_refuse edit_file_irregular
	cs_dir=${cs_file%/*}
	[ -r "$cs_file" ] && [ -w "$cs_file" ] ||
	    cs_refuse edit_file_rights "$(id -un)"
	[ -w "${cs_dir:-/}" ] || cs_refuse edit_folder_rights "${cs_dir:-/}"
	[ "$(stat -c %h -- "$cs_file")" = 1 ] || cs_refuse edit_file_links
	cs_size=$(wc -c <"$cs_file")
	[ "$cs_size" -le 10485760 ] ||
	    cs_refuse edit_file_size "$cs_size"
	cs_sum "$cs_file" && printf '%s %s\n' "$cs_sum" "$cs_file" &&
	    cat "$cs_file"
}

cs_stop() { rm -f -- "$cs_new"; cs_refuse "$@"; }
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
	    cs_refuse edit_file_changed
	[ ! -e "$cs_back" ] || cs_refuse edit_backup_exists "$cs_back"
	cp -p -- "$cs_name" "$cs_new" && cs_put ||
	    cs_stop edit_new_unwritten
	cs_sum "$cs_new" && [ "$cs_sum" = "$3" ] ||
	    cs_stop edit_new_cut
	cs_mode=$(stat -c %a -- "$cs_name")
	[ "$(stat -c %a -- "$cs_new")" = "$cs_mode" ] || chmod "$cs_mode" "$cs_new"
	[ "$(cs_owner "$cs_new")" = "$(cs_owner "$cs_name")" ] ||
	    cs_stop edit_owner_lost "$(id -un)"
	cp -p -- "$cs_name" "$cs_back" && sync "$cs_new" "$cs_back" || {
		rm -f -- "$cs_back"
		cs_stop edit_backup_unwritten "$cs_back"
	}
	mv -f -- "$cs_new" "$cs_name" || cs_stop edit_not_replaced
	sync "${cs_name%/*}/" || sync
	printf '%s\n' "$cs_back"
}

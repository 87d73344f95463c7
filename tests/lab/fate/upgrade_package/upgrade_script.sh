#!/bin/sh
# FATE 1.4.0 - 1.4.3 to 1.4.4: sh upgrade_script.sh all|mysql|fatepython|fateflow
# The lab's own script.  It asks and says what the upgrade's document speaks of.
# The parameters stand in the lines 5 to 15; DEPLOY_METHOD: allinone or ansible.
FATE_ROOT=/data/projects/fate
FATE_FLOW_ROOT=/data/projects/fate/python/fate_flow
PYTHON_PACKAGE_PATH=~/upgrade_package/upgrade_python_package.tar.gz
# The account must be privileged, and reach MySQL through its socket.
DB_USER=root
DB_PASS=
MYSQL_ROOT=$FATE_ROOT/common/mysql/mysql-8.0.13
MYSQL_SOCKET_PATH=$MYSQL_ROOT/run/mysql.sock
DEPLOY_METHOD=allinone
# For ansible alone:
SUPERVISOR_ROOT=/data/projects/common/supervisord

TABLES="t_queue t_job t_task t_data_view t_machine_learning_model_meta"
STAMP=$(date +%Y%m%d%H%M%S)

# A check that fails ends the script with 0, as many scripts in the field do:
# only what is printed tells.
abort() {
	echo "ERROR: $1, aborting"
	exit "${2:-0}"
}

say() {
	echo "[$(date +%H:%M:%S)] $*"
	sleep "${UPGRADE_PAUSE:-0.4}"
}

sql() {
	MYSQL_PWD=$DB_PASS "$MYSQL_ROOT/bin/mysql" -u "$DB_USER" \
		-S "$MYSQL_SOCKET_PATH" -N -B fate_flow -e "$1"
}

check_method() {
	case $DEPLOY_METHOD in
	allinone) ;;
	ansible)
		[ -f "$SUPERVISOR_ROOT/service.sh" ] ||
			abort "there is no service.sh in SUPERVISOR_ROOT $SUPERVISOR_ROOT" ;;
	*)	abort "DEPLOY_METHOD is '$DEPLOY_METHOD' but must be allinone or ansible" ;;
	esac
}

check_mysql() {
	[ -x "$MYSQL_ROOT/bin/mysql" ] ||
		abort "there is no MySQL client in MYSQL_ROOT $MYSQL_ROOT"
	[ -S "$MYSQL_SOCKET_PATH" ] ||
		abort "MYSQL_SOCKET_PATH $MYSQL_SOCKET_PATH is no socket"
	sql "SELECT 1" >/dev/null ||
		abort "cannot log in to MySQL as $DB_USER, check DB_USER and DB_PASS"
	for table in $TABLES; do
		[ -n "$(sql "SHOW TABLES LIKE '$table'")" ] ||
			abort "the table $table is missing"
		[ -z "$(sql "SHOW TABLES LIKE '${table}_backup'")" ] ||
			abort "the table ${table}_backup exists already"
	done
}

check_python() {
	[ -d "$FATE_ROOT/python" ] ||
		abort "there is no folder python in FATE_ROOT $FATE_ROOT"
	[ -d "$FATE_FLOW_ROOT" ] ||
		abort "FATE_FLOW_ROOT $FATE_FLOW_ROOT is no folder"
	[ -f "$PYTHON_PACKAGE_PATH" ] ||
		abort "PYTHON_PACKAGE_PATH $PYTHON_PACKAGE_PATH is no file"
}

flow_service() {
	if [ "$DEPLOY_METHOD" = ansible ]; then
		(cd "$SUPERVISOR_ROOT" && sh service.sh "$1" fate-fateflow)
	else
		(cd "$FATE_FLOW_ROOT" && sh service.sh "$1")
	fi || abort "could not $1 the fate_flow_server" 1
}

change_of() {
	case $1 in
	t_queue)	echo "ADD COLUMN f_is_waiting TINYINT NOT NULL DEFAULT 1" ;;
	t_job)		echo "ADD COLUMN f_cancel_signal TINYINT NOT NULL DEFAULT 0" ;;
	t_task)		echo "ADD COLUMN f_worker_id VARCHAR(100)" ;;
	t_data_view)	echo "ADD COLUMN f_table_download_count BIGINT NOT NULL DEFAULT 0" ;;
	*)		echo "ADD COLUMN f_imported TINYINT NOT NULL DEFAULT 0" ;;
	esac
}

upgrade_mysql() {
	for table in $TABLES; do
		say "Backing up table $table to ${table}_backup"
		sql "CREATE TABLE ${table}_backup LIKE $table;
		     INSERT INTO ${table}_backup SELECT * FROM $table" ||
			abort "could not back up $table" 1
		say "Altering table $table"
		sql "ALTER TABLE $table $(change_of "$table")" ||
			abort "could not alter $table" 1
	done
}

# replace FOLDER MEMBER: the folder goes aside, the package's takes its place
replace() {
	say "Backing up $1 to $1_$STAMP"
	mv "$1" "$1_$STAMP" || abort "could not back up $1" 1
	say "Unpacking $PYTHON_PACKAGE_PATH"
	tar -xzf "$PYTHON_PACKAGE_PATH" -C "$FATE_ROOT" "$2" ||
		abort "could not unpack $PYTHON_PACKAGE_PATH" 1
}

upgrade_code() {
	say "Stopping the fate_flow_server"
	flow_service stop
	replace "$1" "$2"
	say "Starting the fate_flow_server"
	flow_service start
}

check_method
case $1 in
all)		check_mysql; check_python ;;
mysql)		check_mysql ;;
fatepython|fateflow)	check_python ;;
*)		abort "the component is '$1' but must be all, mysql, fatepython or fateflow" 2 ;;
esac
say "The parameters are right; upgrading $1 on $(hostname)"
case $1 in
all|mysql)	upgrade_mysql ;;
esac
case $1 in
all|fatepython)	upgrade_code "$FATE_ROOT/python" python ;;
fateflow)	upgrade_code "$FATE_FLOW_ROOT" python/fate_flow ;;
esac
echo "Upgrading process finished"

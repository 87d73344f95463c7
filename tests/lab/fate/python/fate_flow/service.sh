#!/bin/sh
# sh service.sh start|stop|restart|status: the fate_flow_server of this folder.
cd "$(dirname "$0")" || exit 1
pidfile=/run/fate_flow_server.pid
log=/data/projects/fate/logs/fate_flow_server.log

running() {
	pid=$(cat $pidfile 2>/dev/null) && kill -0 "$pid" 2>/dev/null
}

# wait_for COMMAND…: at most ten seconds
wait_for() {
	for _ in $(seq 50); do
		"$@" && return 0
		sleep 0.2
	done
	return 1
}

gone() {
	! running
}

answers() {
	python3 -c 'import socket; socket.create_connection(("127.0.0.1", 9380), 1)' 2>/dev/null
}

start() {
	if running; then
		echo "service already started. pid: $pid"
		return
	fi
	mkdir -p "$(dirname $log)"
	setsid python3 fate_flow_server.py </dev/null >>$log 2>&1 &
	echo $! >$pidfile
	if ! wait_for answers; then
		echo "service start failed, see $log"
		return 1
	fi
	echo "service start sucessfully. pid: $(cat $pidfile)"
}

stop() {
	if ! running; then
		echo "service not running"
		return
	fi
	echo "killing: fate_flow_server $pid"
	kill "$pid"
	wait_for gone || return 1
	rm -f $pidfile
	echo "killed"
}

case $1 in
start)		start ;;
stop)		stop ;;
restart)	stop && start ;;
status)		if running; then echo "status: running, pid $pid"; else echo "status: stopped"; exit 1; fi ;;
*)		echo "usage: $0 start|stop|restart|status"; exit 2 ;;
esac

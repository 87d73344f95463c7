#!/bin/sh
# sh service.sh start|stop|restart|status fate-fateflow|fate-nodemanager
fate=/data/projects/fate
pidfile=/run/nodemanager.pid

usage() {
	echo "usage: $0 start|stop|restart|status fate-fateflow|fate-nodemanager"
	exit 2
}

running() {
	pid=$(cat $pidfile 2>/dev/null) && kill -0 "$pid" 2>/dev/null
}

nodemanager() {
	case $1 in
	start)	if ! running; then
			setsid sh $fate/eggroll/nodemanager.sh </dev/null >/dev/null 2>&1 &
			echo $! >$pidfile
		fi ;;
	stop)	if running; then kill "$pid"; fi
		rm -f $pidfile ;;
	restart) nodemanager stop; nodemanager start ;;
	status)	running ;;
	esac
}

case $1 in
start|stop|restart|status) ;;
*)	usage ;;
esac
case $2 in
fate-fateflow)
	sh $fate/python/fate_flow/service.sh "$1" || { echo "$2: ERROR ($1)"; exit 1; } ;;
fate-nodemanager)
	nodemanager "$1" || { echo "$2: not running"; exit 1; } ;;
*)	usage ;;
esac
case $1 in
stop)	echo "$2: stopped" ;;
status)	echo "$2: RUNNING" ;;
*)	echo "$2: started" ;;
esac

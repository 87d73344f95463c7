#!/bin/sh
# The lab's node manager: it is there.
while :; do
	sleep 60
done

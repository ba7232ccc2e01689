#!/bin/sh
# A script under healthbeat run. It tells of each tick.
while sleep 0.1; do # the work
  healthbeat send mark ticks
done

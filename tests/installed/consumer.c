#include <heartbeat/heartbeat.h>
#include <stdio.h>

int main(void) { return puts(heartbeat_version()) < 0; }

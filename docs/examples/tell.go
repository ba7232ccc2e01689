// A program under healthbeat run. It tells of each tick.
package main

import (
	"net"
	"os"
	"time"
)

func main() {
	teller, err := net.Dial("unixgram", os.Getenv("HEARTBEAT_SOCKET"))
	if err != nil {
		panic(err)
	}
	for {
		time.Sleep(100 * time.Millisecond) // the work
		teller.SetWriteDeadline(time.Now().Add(time.Millisecond))
		teller.Write([]byte("mark ticks"))
	}
}

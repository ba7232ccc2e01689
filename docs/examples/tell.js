// A program under healthbeat run. Node has no such sockets: it writes to a helper.
const { spawn } = require("node:child_process");

const teller = spawn("healthbeat", ["send"], { stdio: ["pipe", "inherit", "inherit"] });

setInterval(() => {
  // the work
  teller.stdin.write("mark ticks\n");
}, 100);

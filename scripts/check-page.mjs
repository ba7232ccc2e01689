// See check-page, which starts it: check-page.mjs HEALTHBOARD BROWSER SOCKET [PICTURE]
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const [, , healthboard, browserPath, socket, picture] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const port = 20000 + (process.pid % 10000);
const widths = { phone: 390, desk: 1280, large: 2560 };
const hour = 3_600_000;
// A page under test stays as it is; in the picture, services beat.
const interval = picture ? 10_000 : hour;

const check = (state, value, limit, comparison = "<=") => ({
  severity: "critical", state, kind: comparison === "==" ? "flag" : "age", value, comparison, limit,
  since: new Date(Date.now() - 42_000).toISOString(),
});

function service(name, status, checks) {
  const written = new Date().toISOString();
  const instance = { host: "trading-1", pid: 7, id: `${name}-1` };
  return { status, service: name, instance, sequence: 4711, interval_ms: interval, ttl_ms: 6 * interval,
           started_at: new Date(Date.now() - 20 * hour).toISOString(), written_at: written, checks };
}

const good = { ticks_received: check("pass", 0.4, 60), websocket_connected: check("pass", true, true, "==") };
const bad = { ...good, websocket_connected: check("fail", false, true, "==") };
const slow = { ...good, messages_processed: { ...check("fail", 130, 120), severity: "warning" } };

function fleet(count) {
  const first = [
    service("ingestion", "unhealthy", bad), service("depth-collector", "healthy", good),
    service("worker-1", "degraded", slow), service("worker-2", "healthy", good),
    service("signal-generator", "healthy", good), service("orders", "healthy", good),
  ];
  const rest = Array.from({ length: Math.max(count - first.length, 0) },
    (_, i) => service(`${["feed", "risk", "report", "archive"][i % 4]}-${i}`, i % 50 === 49 ? "unhealthy" : "healthy",
                      i % 50 === 49 ? bad : good));
  return [...first, ...rest].slice(0, count);
}

function publish(services) {
  const now = Date.now();
  const lines = services.flatMap((each) => [
    `SET health:${each.service} '${JSON.stringify(each)}' PX ${6 * interval}`,
    `ZADD health::services ${now} ${each.service}`,
  ]);
  execFileSync("redis-cli", ["-s", socket], { input: ["FLUSHALL", ...lines, ""].join("\n") });
}

async function until(what, isSo) {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((go) => setTimeout(go, 200)))
    if (await isSo().catch(() => false)) return;
  throw new Error(`waited 30 s in vain for ${what}`);
}

const url = `http://127.0.0.1:${port}`;
const board = spawn(healthboard, ["--listen", `127.0.0.1:${port}`],
  { env: { ...process.env, HEARTBEAT_REDIS_URL: `unix://${socket}`, REDIS_URL: `unix://${socket}` }, stdio: ["ignore", "ignore", "inherit"] });
const browser = await puppeteer.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu"] });
let faults = 0;
const complain = (text) => { ++faults; console.error(`check-page: ${text}`); };

async function look(path, name, width, scheme) {
  const page = await browser.newPage();
  const where = `${name}-${width}-${scheme}`;
  page.on("pageerror", (error) => complain(`${where}: ${error.message}`));
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport({ width: widths[width], height: width === "phone" ? 844 : 1000 });
  const began = Date.now();
  const answer = await page.goto(url + path, { waitUntil: "load" });
  const loaded = Date.now() - began;
  const bytes = (await answer.buffer()).length;
  await page.screenshot({ path: `${where}.png` });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) complain(`${where}: ${wide} pixels wider than the window`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, help, nodes } of violations)
    complain(`${where}: ${id}: ${help}: ${nodes.length} times, first ${nodes[0].html.slice(0, 200)}`);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  console.log(`${where}: ${bytes} bytes, loaded in ${loaded} ms, ${height} pixels high`);
  await page.close();
}

try {
  for (const count of picture ? [6] : [0, 6, 200, 5000]) {
    publish(fleet(count));
    await until(`a fleet of ${count}`, async () => {
      const { services = [] } = await (await fetch(`${url}/health`)).json();
      return services.filter(({ service }) => service !== "*").length === count;
    });
    if (picture) {
      const page = await browser.newPage();
      await page.setViewport({ width: 960, height: 400 });
      await page.goto(url, { waitUntil: "load" });
      await page.screenshot({ path: picture });
      continue;
    }
    for (const width of Object.keys(widths))
      for (const scheme of ["light", "dark"]) {
        await look("/", `${count}-services`, width, scheme);
        if (count === 6) await look("/service/ingestion", "service", width, scheme);
      }
  }
} finally {
  await browser.close();
  board.kill();
}
if (faults) process.exitCode = 1;
else console.log("check-page: no fault");

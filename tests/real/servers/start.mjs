// Bluesky's own servers for the tests: accounts and posts (PDS) and their register (PLC); with a database and a
// cache also the view that has notifications, threads and search (AppView). Prints one line of JSON when ready.
import { TestNetwork, TestNetworkNoAppView } from "@atproto/dev-env";
import net from "node:net";

const free = () =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const whole = Boolean(process.env.DB_POSTGRES_URL);
const [plc, pds, bsky, ozone] = [await free(), await free(), await free(), await free()];
const first = { plc: { port: plc }, pds: { port: pds, hostname: "localhost", rateLimitsEnabled: process.env.RATE_LIMITS === "yes" } };
const network = whole
  ? await TestNetwork.create({
      ...first,
      bsky: { port: bsky, dbPostgresSchema: "bsky", publicUrl: `http://localhost:${bsky}` },
      ozone: { port: ozone },
      dbPostgresSchema: "net",
    })
  : await TestNetworkNoAppView.create(first);

console.log("READY " + JSON.stringify({ pds: network.pds.url, plc: network.plc.url, view: whole ? network.bsky.url : null }));

const stop = async () => {
  await network.close();
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);

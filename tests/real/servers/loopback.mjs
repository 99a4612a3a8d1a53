// The servers of the test network listen on every address of the machine; here they are kept to loopback.
import net from "node:net";

const { listen } = net.Server.prototype;

net.Server.prototype.listen = function (...words) {
  const [first, ...rest] = words;
  if (typeof first === "number" || (typeof first === "string" && /^\d+$/.test(first))) {
    const then = rest.filter((word) => typeof word === "function");
    return listen.call(this, { port: Number(first), host: "127.0.0.1" }, ...then);
  }
  if (first !== null && typeof first === "object" && first.port !== undefined) {
    return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  }
  return listen.apply(this, words);
};

// The network of one browser: a proxy of the tests' own that can be cut, that lets a story hold or refuse what is asked for, and that
// lies as real networks do.

import { connect } from "node:net";
import { createServer, request } from "node:http";
import { atEnd } from "./harness.mjs";

export class Proxy {
  static async start() {
    const proxy = new Proxy();
    Object.assign(proxy, { open: new Set(), joined: new Set(), rules: [], seen: [], cut: false, page: false });
    proxy.server = createServer((asked, answer) => proxy.pass(asked, answer));
    proxy.server.on("connect", (asked, client) => proxy.tunnel(asked, client));
    proxy.server.on("upgrade", (asked, client) => proxy.upgrade(asked, client));
    proxy.server.on("connection", (socket) => (proxy.open.add(socket), socket.on("close", () => proxy.open.delete(socket))));
    await new Promise((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    proxy.port = proxy.server.address().port;
    atEnd(() => proxy.end());
    return proxy;
  }

  /** With no network, every connection ends and none is made. */
  set offline(offline) {
    this.cut = offline;
    if (offline) this.open.forEach((socket) => socket.destroy());
  }

  async pass(asked, answer) {
    if (this.cut) return asked.socket.destroy();
    this.seen.push(asked.url);
    const rule = this.rules.findLast(({ matches }) => matches(asked.url));
    if (rule) await rule.act(this.route(asked, answer));
    else this.on(asked, answer);
  }

  /** From now on `act` answers each request, and no socket passes; nothing puts that to an end. Connections that were open break. */
  set captive(act) {
    this.rules = act ? [{ matches: () => true, act }] : [];
    this.page = !!act;
    this.open.forEach((socket) => socket.destroy());
  }

  /** Nothing passes any more on what is joined now, in either direction, and nobody is told: the far end has forgotten it. */
  forget() {
    for (const { client, far } of this.joined) {
      client.unpipe(far);
      far.unpipe(client);
      for (const socket of [client, far]) socket.resume();
    }
  }

  /** What a story may do with a request: Playwright's words, and lies about the answer. */
  route = (asked, answer) => ({
    /** The answer breaks off in the middle of its body. */
    breakOff: async () => this.on(asked, answer, (body) => {
      answer.write(body.subarray(0, body.length / 2));
      setTimeout(() => asked.socket.destroy(), 20);
    }),
    /** The answer comes byte by byte, one each `pause` milliseconds. */
    drip: async (pause) => this.on(asked, answer, (body) => {
      let at = 0;
      const timer = setInterval(() => (at < body.length ? answer.write(body.subarray(at, ++at)) : answer.end()), pause);
      answer.on("close", () => clearInterval(timer));
    }),
    /** The request arrives; the answer never does. */
    keep: async () => this.on(asked, answer, () => {}, true),
    redirect: async (location) => answer.writeHead(302, { location }).end(),
    request: () => ({ url: () => asked.url, method: () => asked.method }),
    continue: async () => this.on(asked, answer),
    abort: async () => asked.socket.destroy(),
    fulfill: async ({ status = 200, contentType = "text/plain", body = "" }) =>
      answer.writeHead(status, { "content-type": contentType, "access-control-allow-origin": asked.headers.origin ?? "*" }).end(body),
  });

  /** `tell`: what is done with the body in place of passing it; `silent`: not even the head comes. */
  on(asked, answer, tell, silent) {
    if (!/^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(asked.url)) return asked.socket.destroy();
    const { hostname, port, pathname, search } = new URL(asked.url);
    const { "proxy-connection": _, ...headers } = asked.headers;
    const way = request({ host: hostname, port: port || 80, method: asked.method, path: pathname + search, headers }, (reply) => {
      if (!silent) answer.writeHead(reply.statusCode, reply.rawHeaders.length ? reply.headers : {});
      if (tell) reply.toArray().then((parts) => tell(Buffer.concat(parts)), () => answer.destroy());
      else reply.pipe(answer);
      reply.on("error", () => answer.destroy());
    });
    way.on("error", () => asked.socket.destroy());
    answer.on("close", () => way.destroy());
    asked.pipe(way);
  }

  /** A socket as Firefox asks for it: through a tunnel. */
  tunnel(asked, client) {
    const [host, port] = asked.url.split(":");
    this.join(client, host, port, () => client.write("HTTP/1.1 200 Connection established\r\n\r\n"));
  }

  /** A socket as WebKit asks for it: like a page, to be turned into one. */
  upgrade(asked, client) {
    const { hostname, port, pathname, search } = new URL(asked.url);
    const headers = asked.rawHeaders.flatMap((name, at, all) => (at % 2 ? [] : [`${name}: ${all[at + 1]}\r\n`]));
    this.join(client, hostname, port || 80, (far) => far.write(`GET ${pathname}${search} HTTP/1.1\r\n${headers.join("")}\r\n`));
  }

  join(client, host, port, begin) {
    if (this.page) return client.end("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<!doctype html><title>Welcome</title>");
    // Nothing leaves this machine: what a browser asks its maker for finds nobody.
    if (this.cut || !["localhost", "127.0.0.1"].includes(host)) return client.destroy();
    const far = connect(port, host, () => {
      begin(far);
      client.pipe(far).pipe(client);
    });
    for (const socket of [client, far]) socket.on("error", () => socket.destroy()).on("close", () => (client.destroy(), far.destroy()));
    const both = { client, far };
    this.joined.add(both);
    this.open.add(far);
    far.on("close", () => (this.open.delete(far), this.joined.delete(both)));
  }

  end() {
    this.offline = true;
    return new Promise((resolve) => this.server.close(resolve));
  }
}

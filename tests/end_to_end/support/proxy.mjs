// The network of one browser: a proxy of the tests' own that can be cut, and that lets a story hold or refuse what is asked for.

import { connect } from "node:net";
import { createServer, request } from "node:http";
import { atEnd } from "./harness.mjs";

export class Proxy {
  static async start() {
    const proxy = new Proxy();
    Object.assign(proxy, { open: new Set(), rules: [], seen: [], cut: false });
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

  /** What a story may do with a request, in Playwright's words. */
  route = (asked, answer) => ({
    request: () => ({ url: () => asked.url, method: () => asked.method }),
    continue: async () => this.on(asked, answer),
    abort: async () => asked.socket.destroy(),
    fulfill: async ({ status = 200, contentType = "text/plain", body = "" }) =>
      answer.writeHead(status, { "content-type": contentType, "access-control-allow-origin": asked.headers.origin ?? "*" }).end(body),
  });

  on(asked, answer) {
    if (!/^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(asked.url)) return asked.socket.destroy();
    const { hostname, port, pathname, search } = new URL(asked.url);
    const { "proxy-connection": _, ...headers } = asked.headers;
    const way = request({ host: hostname, port: port || 80, method: asked.method, path: pathname + search, headers }, (reply) => {
      answer.writeHead(reply.statusCode, reply.rawHeaders.length ? reply.headers : {});
      reply.pipe(answer);
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
    // Nothing leaves this machine: what a browser asks its maker for finds nobody.
    if (this.cut || !["localhost", "127.0.0.1"].includes(host)) return client.destroy();
    const far = connect(port, host, () => {
      begin(far);
      client.pipe(far).pipe(client);
    });
    for (const socket of [client, far]) socket.on("error", () => socket.destroy()).on("close", () => (client.destroy(), far.destroy()));
    this.open.add(far);
    far.on("close", () => this.open.delete(far));
  }

  end() {
    this.offline = true;
    return new Promise((resolve) => this.server.close(resolve));
  }
}

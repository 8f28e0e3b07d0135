// A TCP relay of the tests' own in front of a server: a network that can lose an answer, or be far away and narrow.

import { connect, createServer } from "node:net";
import { atEnd } from "./harness.mjs";

/**
 * Listens on a port of its own and passes bytes to `target` and back.
 *
 * With `road: {rtt, bytesPerSecond}` every connection takes a round trip to open, every byte half of one to arrive, and
 * all that is sent towards the client shares the one narrow road.
 */
export class Relay {
  static async start({ target, road } = {}) {
    const relay = new Relay();
    Object.assign(relay, { target, road, open: new Set(), free: 0, mute: false });
    relay.server = createServer((client) => relay.join(client));
    await new Promise((resolve) => relay.server.listen(0, "127.0.0.1", resolve));
    relay.port = relay.server.address().port;
    atEnd(() => {
      relay.cut();
      return new Promise((resolve) => relay.server.close(resolve));
    });
    return relay;
  }

  join(client) {
    const upstream = connect(this.target, "127.0.0.1");
    const opened = Date.now() + (this.road?.rtt ?? 0);
    let trap;
    for (const socket of [client, upstream]) {
      this.open.add(socket);
      // The other end goes with this one; a reset is what the stories are about.
      socket.on("error", () => socket.destroy()).on("close", () => {
        this.open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const up = this.lane(upstream), down = this.lane(client);
    client.on("data", (bytes) => {
      if (this.trap?.pattern.test(bytes.toString("latin1"))) [trap, this.trap, this.mute] = [this.trap, undefined, true];
      up(bytes, Math.max(opened, Date.now()));
    });
    upstream.on("data", async (bytes) => {
      if (!this.mute) return down(bytes, this.through(bytes.length));
      await trap?.act(bytes.toString("latin1"));
    });
  }

  /** When the last of so many bytes is on the road towards the client. */
  through(length) {
    if (!this.road) return 0;
    this.free = Math.max(this.free, Date.now()) + (length / this.road.bytesPerSecond) * 1_000;
    return this.free;
  }

  /** One direction towards `socket`: what enters the road at a time leaves it half a round trip later, in order. */
  lane(socket) {
    if (!this.road) return (bytes) => socket.write(bytes);
    let last = Promise.resolve();
    return (bytes, entered) => {
      const due = entered + this.road.rtt / 2;
      last = last.then(() => new Promise((resolve) => setTimeout(resolve, due - Date.now()))).then(() => socket.write(bytes));
    };
  }

  /**
   * Lets the next request that starts with `pattern` through. From then on no client hears anything, on no connection,
   * until `cut`. Calls `act` when the server has answered, and resolves with that answer.
   */
  swallow(pattern, act) {
    return new Promise((resolve, reject) => {
      let heard;
      this.trap = { pattern, act: (answer) => (heard ??= act().then(() => resolve(answer), reject)) };
    });
  }

  /** Cuts every connection that is open. */
  cut() {
    this.mute = false;
    this.open.forEach((socket) => socket.destroy());
  }
}

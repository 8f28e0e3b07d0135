// What a developer may write against the package, and what the compiler has to refuse.

import { start, type Chat, type Events, type Options } from "@pronto/chat";

const options: Options = {
  server: new URL("https://chat.example.com"),
  site: "shop",
  lang: "it",
  theme: "dark",
  position: "left",
  offset: [24, 88],
  zIndex: 10,
  label: "Ask us",
  hideOn: ["/checkout", "/account/*"],
  mobile: "page",
  open: true,
  nonce: "abc",
  integrity: "sha384-abc",
};
const chat: Chat = start(options);
start({ server: "https://chat.example.com", site: "shop", mount: "#chat", offset: 24 });

const stop: () => void = chat.on("unread", (count) => count.toFixed());
stop();
chat.on("error", (where) => where === "site" || where === "frame" || where === "identity");
chat.on("ready", () => chat.open());
for (const act of [chat.open, chat.close, chat.toggle, chat.hide, chat.show, chat.logout, chat.destroy]) act();
chat.prefill("Have you got bread?");
chat.identify("eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl");
chat.setTheme("");
chat.setLocale("en");
export const names: (keyof Events)[] = ["ready", "open", "close", "wrote", "message", "unread", "identify", "logout", "error"];

// @ts-expect-error the site's key is missing
start({ server: "https://chat.example.com" });
// @ts-expect-error no such place
start({ ...options, position: "top" });
// @ts-expect-error an offset has two sides
start({ ...options, offset: [1, 2, 3] });
// @ts-expect-error a path begins with a slash
start({ ...options, hideOn: ["checkout"] });
// @ts-expect-error a hash says how it was made
start({ ...options, integrity: "abc" });
// @ts-expect-error no such option
start({ ...options, colour: "red" });
// @ts-expect-error no such event
chat.on("typing", () => {});
// @ts-expect-error an answer's words are not told
chat.on("message", (message) => message.body);
// @ts-expect-error the count is a number
chat.on("unread", (count: string) => count);
// @ts-expect-error words are text
chat.prefill(5);
// @ts-expect-error no such theme
chat.setTheme("sepia");
// @ts-expect-error who somebody is comes signed, as one text
chat.identify({ email: "ana@example.com" });

/** Light, dark, or `""` for what the visitor's device says. */
export type Theme = "light" | "dark" | "";

/** What the launcher looks like and where it stands; each is also an attribute of `<pronto-chat>`. */
export interface Options {
  /** The address of your chat, for example `https://chat.example.com`. */
  server: string | URL;
  /** The site's public key, as the inbox shows it under Settings. */
  site: string;
  /** A language tag; the page's own language where it is left out. */
  lang?: string;
  theme?: Theme;
  position?: "left" | "right";
  /** Distance from the edges in pixels: both, or sideways and from below. */
  offset?: number | readonly [x: number, y: number];
  zIndex?: number;
  /** Words on the launcher, for example "Ask us". */
  label?: string;
  /** Paths without a launcher; a `*` at the end stands for all below. */
  hideOn?: readonly `/${string}`[];
  /** On phones: no launcher, or one that leads to the hosted page; the panel fills the screen where it is left out. */
  mobile?: "hide" | "page";
  /** A selector: the panel stands inside that element, always open, without a launcher. */
  mount?: string;
  /** Opens by itself, once, and never on phones. */
  open?: boolean;
  /** Who the visitor is, signed by your backend; see {@link Chat.identify}. */
  identity?: string;
  /** For a page whose Content-Security-Policy names scripts by nonce. */
  nonce?: string;
  /** The loader's hash, for a page that wants exactly that file. A newer server then needs a newer hash. */
  integrity?: `sha256-${string}` | `sha384-${string}` | `sha512-${string}`;
}

/** What happens, and what is told with it. No event carries a word of the conversation. */
export interface Events {
  /** The launcher is there. */
  ready: undefined;
  open: undefined;
  close: undefined;
  /** The visitor has sent a message. */
  wrote: undefined;
  /** The business has answered. */
  message: undefined;
  /** So many answers are unread. */
  unread: number;
  /** The visitor was forgotten on this device. */
  logout: undefined;
  /** The visitor is known by what your backend has signed. */
  identify: undefined;
  /** The site could not be read, the page's policy refuses the frame, or what was signed is not believed. */
  error: "site" | "frame" | "identity";
}

/** The calls; made before the loader has come, they wait for it. */
export interface Chat {
  open(): void;
  close(): void;
  toggle(): void;
  /** Takes the launcher away until `show`. */
  hide(): void;
  show(): void;
  /** Puts words into an empty composer; they are never sent by themselves. Cut after 1,000 characters. */
  prefill(text: string): void;
  /** Says who the visitor is: a JWT that your backend has signed, never a name or an address. */
  identify(token: string): void;
  /** Ends the visitor's session and forgets them on this device. */
  logout(): void;
  setTheme(theme: Theme): void;
  setLocale(lang: string): void;
  /** Has `handler` called each time; what comes back ends that. */
  on<Name extends keyof Events>(name: Name, handler: (detail: Events[Name]) => void): () => void;
  /** Takes everything off the page; `start` may be called again. */
  destroy(): void;
}

/** Puts the launcher on the page; a second call finds the first one's. */
export function start(options: Options): Chat;

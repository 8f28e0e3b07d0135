// The criteria of WCAG 2.2, levels A and AA, and the two of level AAA that Pronto keeps: how each was checked. `report` makes the
// handbook's page of it; `states.test.mjs` holds that page to what its own run has seen.

const STATES = "every state", DAY = "2026-11-25";
/** A story by its name, as it stands in tests/end_to_end. */
const story = (...names) => ({ met: names.map((name) => `“${name}”`).join(", "), names });
const axe = (more = []) => story(STATES, ...more);
/** Looked at on the pictures of every state. */
const eye = (what) => ({ met: `by eye, ${DAY}: ${what}`, names: [] });
const none = (why) => ({ none: why, names: [] });

const KEYBOARD = "by keyboard alone from the launcher to an answer that is announced once, and back";
const DIALOG = "the open panel is a named dialog: heading, how quick, field, Send, close";
const THREAD = "a thread is a list; a message tells its words, its time and how far it has come";
const ANNOUNCED = "an answer is announced once with its author, one's own words never, and the live region is emptied";
const WRONG = "what goes wrong is told in words: no network, and a message that was refused";
const NARROW = "on the narrowest screen";

export const CRITERIA = [
  ["1.1.1", "Non-text Content", "A", axe([DIALOG])],
  ["1.2.1", "Audio-only and Video-only (Prerecorded)", "A", none("no audio or video of ours")],
  ["1.2.2", "Captions (Prerecorded)", "A", none("no audio or video of ours")],
  ["1.2.3", "Audio Description or Media Alternative", "A", none("no audio or video of ours")],
  ["1.2.4", "Captions (Live)", "AA", none("no audio or video of ours")],
  ["1.2.5", "Audio Description (Prerecorded)", "AA", none("no audio or video of ours")],
  ["1.3.1", "Info and Relationships", "A", axe([THREAD])],
  ["1.3.2", "Meaningful Sequence", "A", story(DIALOG, THREAD)],
  ["1.3.3", "Sensory Characteristics", "A", eye("no sentence points at a shape, a place or a colour")],
  ["1.3.4", "Orientation", "AA", axe()],
  ["1.3.5", "Identify Input Purpose", "AA", axe()],
  ["1.4.1", "Use of Color", "A", story(WRONG, THREAD)],
  ["1.4.2", "Audio Control", "A", none("no sound plays by itself")],
  ["1.4.3", "Contrast (Minimum)", "AA", axe()],
  ["1.4.4", "Resize Text", "AA", axe()],
  ["1.4.5", "Images of Text", "AA", eye("no picture holds words")],
  ["1.4.6", "Contrast (Enhanced)", "AAA", axe()],
  ["1.4.10", "Reflow", "AA", axe([NARROW])],
  ["1.4.11", "Non-text Contrast", "AA", axe()],
  ["1.4.12", "Text Spacing", "AA", story("text spaced as wide as readers may ask for is cut nowhere")],
  ["1.4.13", "Content on Hover or Focus", "AA", eye("only a message's exact time comes with hover or focus; it covers nothing and goes with them")],
  ["2.1.1", "Keyboard", "A", story(KEYBOARD)],
  ["2.1.2", "No Keyboard Trap", "A", story(KEYBOARD)],
  ["2.1.4", "Character Key Shortcuts", "A", none("the visitor's side has no shortcut of one character")],
  ["2.2.1", "Timing Adjustable", "A", none("nothing runs out while somebody reads or writes")],
  ["2.2.2", "Pause, Stop, Hide", "A", eye("three dots move while somebody types, and rest where less motion is wished for")],
  ["2.3.1", "Three Flashes or Below Threshold", "A", none("nothing flashes")],
  ["2.4.1", "Bypass Blocks", "A", axe()],
  ["2.4.2", "Page Titled", "A", axe()],
  ["2.4.3", "Focus Order", "A", story(KEYBOARD)],
  ["2.4.4", "Link Purpose (In Context)", "A", axe([DIALOG])],
  ["2.4.5", "Multiple Ways", "AA", none("one panel, not a set of pages")],
  ["2.4.6", "Headings and Labels", "AA", story(DIALOG)],
  ["2.4.7", "Focus Visible", "AA", eye("the pictures “launcher, reached by keyboard” and “keyboard focus”, in every look")],
  ["2.4.11", "Focus Not Obscured (Minimum)", "AA", eye("the pictures of every state; nothing lies over the field or what is in the thread's view")],
  ["2.5.1", "Pointer Gestures", "A", none("everything is one press")],
  ["2.5.2", "Pointer Cancellation", "A", none("the browser's own buttons and links, which act when let go")],
  ["2.5.3", "Label in Name", "A", axe()],
  ["2.5.4", "Motion Actuation", "A", none("nothing answers to motion")],
  ["2.5.5", "Target Size (Enhanced)", "AAA", axe()],
  ["2.5.7", "Dragging Movements", "AA", none("nothing has to be dragged")],
  ["2.5.8", "Target Size (Minimum)", "AA", axe()],
  ["3.1.1", "Language of Page", "A", story(NARROW)],
  ["3.1.2", "Language of Parts", "AA", eye("a panel has one language; what people write carries its own direction")],
  ["3.2.1", "On Focus", "A", story(KEYBOARD)],
  ["3.2.2", "On Input", "A", story(KEYBOARD)],
  ["3.2.3", "Consistent Navigation", "AA", eye("the header, the thread and the field stand in one order everywhere")],
  ["3.2.4", "Consistent Identification", "AA", eye("the same mark has the same name on launcher, panel and page")],
  ["3.2.6", "Consistent Help", "A", none("the panel is itself where help is asked for")],
  ["3.3.1", "Error Identification", "A", story(WRONG, STATES)],
  ["3.3.2", "Labels or Instructions", "A", axe([DIALOG])],
  ["3.3.3", "Error Suggestion", "AA", story(WRONG)],
  ["3.3.4", "Error Prevention (Legal, Financial, Data)", "AA", none("a visitor buys and signs nothing here")],
  ["3.3.7", "Redundant Entry", "A", none("nothing is asked for twice")],
  ["3.3.8", "Accessible Authentication (Minimum)", "AA", none("visitors do not sign in; agents may paste and fill in passwords")],
  ["4.1.2", "Name, Role, Value", "A", axe(["the launcher says who, how quickly, and whether the panel is open", DIALOG])],
  ["4.1.3", "Status Messages", "AA", story(ANNOUNCED, WRONG)],
];

/** The handbook's page: `seen` are the states of each look of this run, by the look's name. */
export function report(seen) {
  const looks = Object.keys(seen), states = Object.values(seen)[0];
  const rows = CRITERIA.map(([number, title, level, { met, none }]) => `| ${number} | ${title} | ${level} | ${met ? "met" : "does not apply"} | ${met ?? none} |`);
  return `# How accessible it is

This page is made by the checks: \`UPDATE_EXPECT=1 node --test tests/end_to_end/access/states.test.mjs\` writes it from what that run has
seen, and without the variable the run fails where the page says anything else. It speaks of the visitor's side: launcher, panel, hosted
page and the page on how the reply time is measured.

Pronto is built for WCAG 2.2, levels A and AA, and for two criteria of level AAA: contrast of 7:1 (1.4.6) and targets of 44 pixels (2.5.5).

**“${STATES}”** walks through ${states.length} states in ${looks.length} looks. In each, axe-core finds nothing with any of its rules, every text is measured against what
is behind it (7:1, or 4.5:1 where it is large) and every mark on a button too (3:1), every target is 44 by 44 pixels or stands in a
sentence, and nothing is wider than its window. With forced colours the colours are the visitor's own, and only the rest is measured.
For the launcher with a count, whose name holds sentence and count with words between, axe's rule on names is replaced by one of ours.

- Looks: ${looks.join("; ")}.
- States: ${states.join("; ")}.

The other names are stories in \`tests/end_to_end\`. What is said to be met by eye was looked at on that day, on the pictures that
the run takes. No screen reader has been listened to: names, roles and announcements are read from the browser's own tree.

| Number | Criterion | Level | Verdict | How it was checked |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

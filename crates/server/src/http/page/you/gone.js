const print = document.getElementById("print"), panel = frameElement && parent.pronto;
print.hidden = false;
print.onclick = () => window.print();
if (panel) {
  // The panel forgets at once; the page around it, which would put a fresh panel in this one's place, hears of it when the
  // receipt has been read.
  const { say } = panel;
  let held;
  panel.say = (message) => message.type === "logout" ? held = message : say(message);
  addEventListener("pagehide", () => {
    panel.say = say;
    held && say(held);
  });
  panel.hear?.({ type: "logout" });
}

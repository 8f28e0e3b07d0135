const print = document.getElementById("print"), panel = frameElement && parent.pronto;
print.hidden = false;
print.onclick = () => window.print();
if (panel?.say.first) {
  panel.hear?.({ type: "logout" });
  addEventListener("pagehide", () => {
    const { held, say: { first } } = panel;
    if (!first) return;
    panel.say = first;
    held && first(held);
  });
}

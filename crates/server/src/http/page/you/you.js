const panel = frameElement && parent.pronto;
// A receipt that was on its way did not come: the panel says again what it has to say.
if (panel?.say.first) panel.say = panel.say.first;
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-talk]");
  if (!link || !panel) return;
  event.preventDefault();
  const { talk, fresh } = link.dataset;
  parent.postMessage({ pronto: 1, type: "switch", conversation: talk, fresh: fresh !== undefined }, location.origin);
});
// The panel forgets as soon as everything is deleted; the page around it, which would put a fresh panel in this one's place, hears
// of it when the receipt has been read.
document.addEventListener("submit", ({ target }) => {
  if (!panel || !target.elements.sure) return;
  const first = panel.say;
  panel.say = Object.assign((message) => message.type === "logout" ? (panel.held = message) : first(message), { first });
});

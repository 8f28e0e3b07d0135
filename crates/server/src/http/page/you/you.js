document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-talk]");
  if (!link || !frameElement) return;
  event.preventDefault();
  const { talk, fresh } = link.dataset;
  parent.postMessage({ pronto: 1, type: "switch", conversation: talk, fresh: fresh !== undefined }, location.origin);
});

const { lang } = document.documentElement, far = { day: "numeric", month: "long" };
for (const time of document.querySelectorAll("time")) {
  const at = new Date(time.dateTime), day = { weekday: "short", ...(Math.abs(at - Date.now()) > 5e8 && far) };
  const form = { day: far, whole: { dateStyle: "long", timeStyle: "long" } }[time.className];
  time.textContent = at.toLocaleString(lang, form ?? { ...day, hour: "numeric", minute: "2-digit" });
}
for (const data of document.querySelectorAll("data")) {
  const { unit } = data.dataset, style = unit ? { style: "unit", unit, unitDisplay: "long" } : { style: "percent" };
  data.textContent = (+data.value).toLocaleString(lang, { maximumFractionDigits: 1, ...style });
}
const leave = () => frameElement?.closest("dialog")?.close();
addEventListener("keydown", (event) => event.key === "Escape" && leave());

const code = location.hash.slice(1);
if (code) {
  document.getElementById("code").value = code;
  document.getElementById("typed").hidden = true;
}

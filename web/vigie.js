// Small comforts; every page reads and every form works without them.
'use strict';
addEventListener('keydown', (e) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName);
  if (e.key === '/' && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
    e.preventDefault();
    document.getElementById('q')?.focus();
  }
});
// A click in a hash or an address that may be copied selects it whole.
addEventListener('click', (e) => {
  const code = e.target.closest?.('code.copyable');
  if (code) getSelection().selectAllChildren(code);
});
// A questionnaire outlives a network that goes: what is chosen stays on this device until the server has it, a week at most, and leaves with the logout.
const KEPT = 'kept ', WEEK = 7 * 864e5;
function dropKept(stale) {
  for (const name of Object.keys(localStorage).filter((k) => k.startsWith(KEPT)))
    if (!stale || !(Date.now() - JSON.parse(localStorage.getItem(name)).at < WEEK)) localStorage.removeItem(name);
}
document.querySelector('form[action="/logout"]')?.addEventListener('submit', () => dropKept(false));
const kept = document.querySelector('form[data-keep]');
if (kept) {
  const name = KEPT + location.pathname, note = kept.querySelector('[role=status]');
  let sending = false, waiting;
  const tell = (text, ended) => {
    note.textContent = text;
    if (ended) note.append(' ', Object.assign(document.createElement('a'), { href: '/', target: '_blank', textContent: kept.dataset.enter }));
    note.hidden = false;
  };
  const keep = () => localStorage.setItem(name, JSON.stringify({ at: Date.now(), fields: [...new FormData(kept)].filter(([k]) => k !== 'csrf') }));
  const leave = (go) => { localStorage.removeItem(name); go(); };
  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(waiting);
    try {
      const answer = await fetch(kept.action, { method: 'POST', body: new URLSearchParams(new FormData(kept)) });
      if (answer.ok) leave(() => location.assign(answer.url));
      else if (answer.status === 401 || answer.status === 403) tell(kept.dataset.ended, true);
      else if (answer.status < 500) leave(() => kept.submit());
      else tell(kept.dataset.failed);
    } catch {
      tell(kept.dataset.cut);
      waiting = setTimeout(send, 15000);
    }
    sending = false;
  }
  dropKept(true);
  const before = JSON.parse(localStorage.getItem(name));
  if (before) {
    for (const [field, value] of before.fields)
      for (const e of kept.querySelectorAll(`[name="${field}"]`)) {
        if (e.type === 'radio') e.checked = e.value === value;
        else e.value = value;
      }
    tell(kept.dataset.again);
  }
  kept.addEventListener('input', keep);
  kept.addEventListener('submit', (e) => { e.preventDefault(); keep(); send(); });
  addEventListener('online', () => { if (waiting) send(); });
}

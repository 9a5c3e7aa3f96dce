// pages.mjs ADDRESS USER PASSWORD USER2 PASSWORD2: a browser through every page on the demonstration data. Each check prints a line;
// the first that fails ends the run with status 1.
import { execFileSync } from 'node:child_process';
import { accessible, complaints, english, fits, keyboard, launch, must, paper, person as enter, say, walk } from './browser.mjs';

const [, , base, user, password, second, secondPassword] = process.argv;
const browser = await launch();
const person = (login, secret, options) => enter(browser, base, login, secret, options);
const forgive = (pattern) => complaints.splice(0, complaints.length, ...complaints.filter((c) => !pattern.test(c)));

try {
  // The door.
  const door = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await door.goto(base);
  await accessible(door, 'login');
  await fits(door, 'login');
  must((await door.request.get(`${base}/affaires`)).status() === 200 && !(await door.content()).includes('<nav'), 'nobody sees a page without logging in');
  say('login page');

  const page = await person(user, password);

  // A list that is too large to be read at once goes to a worker; its page is walked like the others.
  await page.goto(`${base}/renseignement/ajouter`);
  const list = Array.from({ length: 56000 }, (_, i) => (i % 80 ? `# ${'-'.repeat(97)}\n` : `host${i}.upload.example.net\n`)).join('');
  await page.setInputFiles('#f-file', { name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from(list) });
  await page.fill('input[name=source]', 'Sent up');
  await page.locator('main form:has(#f-file) button').first().click();
  await page.waitForLoadState();
  must(/^\/renseignement\/imports\/load--/.test(new URL(page.url()).pathname), `an upload of ${list.length} bytes leads to ${page.url()}`);

  const seen = await walk(page, base, async (path) => { await keyboard(page, path); await paper(page, path); });
  for (const needed of ['/', '/alertes', '/alertes/warning--ID', '/affaires', '/affaires/*', '/chronologie/*', '/scelles/*', '/renseignement', '/renseignement/objets', '/renseignement/sources', '/renseignement/imports', '/indicateur', '/renseignement/objet/*', '/qualification', '/qualification/qualification--ID', '/conventions/convention--ID', '/zones/*', '/entreprises/*', '/journal/*', '/signalements/nouveau', '/actions', '/diagnostics', '/personnes', '/personnes/identity--ID', '/evenements', '/journal/point-de-controle', '/zones.csv'])
    must(seen.has(needed), `no link leads to ${needed}`);
  // What no link leads to in the demonstration data; then every page that the program lists has been opened.
  for (const path of ['/recherche?q=menuis', '/api/v1/zones']) {
    const answer = path.startsWith('/api/') ? await page.request.get(base + path) : await page.goto(base + path);
    must(answer.status() === 200, `${path} answers ${answer.status()}`);
    seen.set(path.replace(/\?.*/, ''), true);
  }
  const opened = [...seen.keys()].map((k) => k.replace(/\.csv$/, ''));
  const elsewhere = ['/consultation', '/logout']; // 64_consult; the end of this file
  for (const line of execFileSync(process.env.VIGIE, ['serve', '--routes']).toString().split('\n').filter((l) => /^(house|all) /.test(l))) {
    const path = line.split(/ +/)[1], stem = path.replace('…', '');
    must(elsewhere.includes(path) || opened.some((k) => (path === stem ? k === path : k.startsWith(stem) && k.length > stem.length)), `no walk opens ${path}`);
  }
  await english(page, base, [...seen.values()].filter((p) => p !== true));
  say(`${seen.size} kinds of pages and files: status, axe, 1280, 390 and 320 px, keyboard, paper, both languages`);

  // The story: the warning, its value, where it was seen, the case with its copy.
  await page.goto(`${base}/`);
  must(/Journal relu .* intact/.test(await page.textContent('main')), 'the start page does not say that the ledger is intact');
  must((await page.locator('svg.map .zone').count()) === 7, 'the map does not have seven zones');
  must((await page.locator('svg.map .border').getAttribute('d')).split('M').length > 10, 'nothing on the map shows where a zone ends');
  await page.locator('#now .others li', { hasText: 'vqx7dzrelais' }).locator('a[href^="/alertes/"]').click();
  must(/organisations sans lien/.test(await page.textContent('main')), 'the warning does not say what was observed');
  await page.click('main .value');
  must(/Où il a été vu/.test(await page.textContent('main')) && (await page.locator('table tbody tr').count()) > 2, 'the indicator does not say where it was seen');
  await page.click('nav a[href="/affaires"]');
  await page.click('main a[href="/affaires/DEMO-OUE-0001"]');
  must(/[0-9a-f]{64}/.test(await page.textContent('main')), 'the case shows no SHA-256 of its copy');
  say('warning, indicator, case');

  // A story becomes an indicator set, a vigilance, a bulletin's draft and a task in one click each.
  await page.goto(`${base}/veille`);
  const story = await page.locator('main table a[href^="/veille/story"]').nth(1).getAttribute('href');
  for (const [what, leads] of [['promote', '/veille/'], ['own_task', '/veille/'], ['content', '/contenus/'], ['warn', '/alertes/']]) {
    await page.goto(base + story);
    await page.locator(`main form:has(input[name=what][value=${what}]) button`).click();
    await page.waitForLoadState();
    must(new URL(page.url()).pathname.startsWith(leads), `${what} leads to ${page.url()}`);
  }
  await page.goto(`${base}/taches`);
  must(/Lire l’histoire/.test(await page.textContent('main')), 'the task of a click is not mine');
  say('a story becomes work');

  // A major event: no column of the situation is hidden, its numbers open the rows behind them, an hour that was kept opens, somebody else's message comes by itself.
  const since = (hours) => new Date(Date.now() - hours * 3600e3).toLocaleString('sv', { timeZone: 'Europe/Paris' }).slice(0, 16).replace(' ', 'T');
  await page.goto(`${base}/signalements/nouveau`);
  await page.fill('[name=org]', 'Brasserie du Ried');
  await page.selectOption('[name=kind]', 'fraud');
  await page.fill('[name=summary]', 'Faux ordre de virement');
  await page.fill('[name=happened]', since(3));
  await page.fill('[name=known]', since(1));
  await page.click('main button.do');
  await page.waitForURL(/\/signalements\/incident--/);
  await page.goto(`${base}/evenements`);
  await page.fill('#f-name', 'Épreuve');
  await page.selectOption('[name=kind]', 'fraud');
  await page.fill('#f-since', since(4));
  await page.click('main button.do');
  await page.waitForURL(/\/evenements\/event--/);
  const sheet = page.url();
  const proposed = await page.locator('form:has([value=join-one])').count();
  must(proposed > 0, 'no incident is proposed one by one');
  await page.locator('form:has([value=join-one]) button').first().click();
  await page.waitForSelector('#event-now td a[href*="signalements=1"]');
  await page.setViewportSize({ width: 1280, height: 900 });
  const hidden = await page.$eval('#event-now .scroll', (e) => e.scrollWidth - e.clientWidth);
  must(hidden <= 0, `the situation hides ${hidden} px at 1280`);
  await page.locator('#event-now td a[href*="signalements=1"]').first().click();
  await page.waitForSelector('summary:has-text("Détacher")');
  await accessible(page, 'incidents of an event');
  await fits(page, 'incidents of an event');
  await page.click('summary:has-text("Détacher")');
  await page.fill('[name=reason]', 'autre chose');
  await page.locator('form:has([value=leave]) button').first().click();
  await page.waitForSelector('#event-log', { state: 'attached' });
  must((await page.locator('#event-now td a').count()) === 0, 'the incident is still on the sheet');
  must((await page.request.get(`${sheet}?heure=2017-01-01T00:00:00Z`)).status() === 404, 'an hour that was not kept opens');
  const log = await page.$eval('#event-now', (e) => [e.getAttribute('hx-select-oob'), e.getAttribute('hx-trigger')].join());
  must(log === '#event-log,#event-tasks,every 30s', `the log does not come anew: ${log}`);
  forgive(/404/);
  // Two end one task: the second, whose page is from before, is told who did and when, on no other task's row; so is who saves over what somebody else wrote.
  for (const title of ['Appeler les banques', 'Prévenir la zone']) {
    await page.goto(sheet);
    await page.click('summary:has-text("Confier une tâche")');
    await page.fill('#f-title', title);
    await page.locator('form:has([name=what][value=task]) button').click();
    await page.waitForLoadState();
  }
  const late = await page.context().newPage();
  const end = (on, title) => on.locator(`#event-tasks tr:has-text("${title}") button`).click();
  await late.goto(sheet);
  await page.goto(sheet);
  await end(page, 'Appeler les banques');
  await page.waitForLoadState();
  await end(late, 'Appeler les banques');
  const told = await late.textContent('main > [role=alert]');
  must(/Appeler les banques.*déjà.*par /.test(told), `the second is told: ${told}`);
  const zone = `${base}/zones/OUEST`;
  await late.goto(zone);
  await page.goto(zone);
  for (const [on, text] of [[page, '02 00 00 00 01'], [late, '02 00 00 00 02']]) {
    await on.fill('#f-contact', text);
    await on.locator('form:has([name=what][value=contact]) button').click();
    await on.waitForLoadState();
  }
  must(/02 00 00 00 01/.test(await late.textContent('#w-contact')) && (await late.inputValue('#f-contact')) === '02 00 00 00 02', 'what the other wrote is written over');
  await late.locator('form:has([name=what][value=contact]) button').click();
  await late.waitForURL(zone);
  must((await late.inputValue('#f-contact')) === '02 00 00 00 02', 'saving again does not settle it');
  await late.close();
  forgive(/409/);
  say('a major event');

  // A victim on the telephone: nothing but its name and one tap a question, the network goes and comes back, the same victim is found however it is named.
  const phone = await person(user, password, { viewport: { width: 390, height: 850 } });
  const take = async (name) => {
    await phone.goto(`${base}/signalements/accueil`);
    must((await phone.locator('#f-again').count()) === 0 && (await phone.locator('main select').count()) === 0, 'the intake asks more than it needs');
    await phone.fill('[name=org]', name);
    await phone.fill('[name=department]', '67');
    await phone.click('label:has([name=kind][value=ransomware])');
    await phone.click('label:has([name=insured][value=yes])');
  };
  await take('Fonderie Éprouvée');
  await phone.context().setOffline(true);
  await phone.click('main button.do');
  await phone.waitForSelector('main form [role=status]:not([hidden])');
  await phone.context().setOffline(false);
  await phone.waitForURL(/\/signalements\/incident--/);
  must(/ne sait pas dire/.test(await phone.textContent('main')), 'the victim that knows nothing is not recorded as such');
  const order = await phone.$$eval('main h2', (all) => all.map((e) => e.textContent));
  must(order.indexOf('Délais') < 3 && order.indexOf('À garder') < 4, `what to do comes late: ${order}`);
  await take('SARL fonderie eprouvee');
  await phone.click('main button.do');
  await phone.waitForSelector('#f-again');
  must((await phone.locator('a:has-text("Voir le signalement proche")').count()) === 1, 'the same victim is not shown');
  forgive(/409|ERR_INTERNET_DISCONNECTED/);
  say('an intake on a phone');

  // Search as one types: no page is loaded anew.
  await page.evaluate(() => { window.kept = true; });
  await page.locator('#q').pressSequentially('menuis');
  await page.waitForSelector('main a[href^="/entreprises/"]');
  must(await page.evaluate(() => window.kept && document.activeElement.id === 'q'), 'search as one types loads the page or loses the focus');
  await page.keyboard.press('Escape');
  say('search as one types');

  // English is one click away and stays where one is.
  await page.goto(`${base}/renseignement?type=cve`);
  await page.click('.lang');
  must(page.url().endsWith('/renseignement?type=cve') && (await page.textContent('h1')) === 'Intelligence', 'English leads elsewhere');
  must((await page.getAttribute('html', 'lang')) === 'en', 'the page does not say that it is English');
  await page.click('.lang');
  say('English');

  // The keyboard: the first tab leads past the menu; "/" leads to the search box.
  await page.goto(`${base}/alertes`);
  await page.keyboard.press('Tab');
  must(await page.evaluate(() => document.activeElement.className === 'skip'), 'the first tab is not the way past the menu');
  await page.keyboard.press('/');
  must(await page.evaluate(() => document.activeElement.id === 'q'), '"/" does not lead to the search box');
  say('keyboard');

  // Paper.
  await page.goto(`${base}/affaires/DEMO-OUE-0001`);
  await page.emulateMedia({ media: 'print' });
  must(!(await page.isVisible('.side')) && !(await page.isVisible('.bar')) && (await page.isVisible('footer .paper')), 'the frame is printed');
  must((await page.pdf({ format: 'A4' })).length > 10000, 'no PDF');
  // The widest tables: on A4 none is wider than its card (the whole page would be shrunk), and the PDF has every word of every cell.
  for (const path of ['/actions', '/affaires', '/evaluation/chiffres', '/veille', '/']) {
    await page.setViewportSize({ width: 688, height: 1000 });
    await page.goto(base + path);
    const wide = await page.$$eval('table', (all) => all.filter((t) => t.scrollWidth > t.parentElement.clientWidth + 1).map((t) => `${t.scrollWidth} px in ${t.parentElement.clientWidth}: ${t.innerText.slice(0, 60)}`));
    must(!wide.length, `${path} on paper: ${wide.join('; ')}`);
    const words = (await page.$$eval('td,th', (all) => all.filter((c) => c.checkVisibility()).map((c) => c.innerText))).join(' ').split(/\s+/).filter((w) => /^[\p{L}\d/.,:-]{3,}$/u.test(w));
    const printed = execFileSync('pdftotext', ['-raw', '-', '-'], { input: await page.pdf({ format: 'A4' }), encoding: 'utf8' }).normalize('NFKC').replace(/\s+/g, '').toLowerCase();
    const lost = words.filter((w) => !printed.includes(w.normalize('NFKC').toLowerCase()));
    must(words.length > 10 && !lost.length, `${path} on paper lacks ${lost.slice(0, 8).join(', ')} of ${words.length} words`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ media: 'screen' });
  say('paper');

  // Without JavaScript: an incident is refused with its reason beside the field, then recorded, then becomes a case; four eyes hold.
  const plain = await person(user, password, { javaScriptEnabled: false });
  const local = (hours) => new Date(Date.now() + hours * 3600e3).toLocaleString('sv', { timeZone: 'Europe/Paris' }).slice(0, 16).replace(' ', 'T');
  await plain.goto(`${base}/signalements/nouveau`);
  const fill = async (happened, known) => {
    await plain.fill('[name=org]', 'Brasserie du Ried');
    await plain.selectOption('[name=kind]', 'phishing');
    await plain.fill('[name=summary]', 'Courriel <b>piégé</b> reçu par la comptabilité');
    await plain.fill('[name=happened]', happened);
    await plain.fill('[name=known]', known);
    await plain.click('main button.do');
  };
  await fill(local(-1), local(-3));
  must((await plain.getAttribute('[name=happened]', 'aria-invalid')) === 'true' && /dates refusées/.test(await plain.textContent('#w-happened')), 'the wrong dates are not said beside their field');
  must((await plain.locator('[name=happened]:focus').count()) === 1, 'a refused form does not lead to the field that is wrong');
  must((await plain.inputValue('[name=summary]')).includes('<b>piégé</b>'), 'what was typed is lost');
  forgive(/422/);
  await fill(local(-3), local(-1));
  must(/\/signalements\/incident--/.test(plain.url()) && /<b>piégé<\/b>/.test(await plain.textContent('main')), 'the incident is not recorded as typed');
  await plain.click('summary:has-text("Ouvrir une affaire")');
  await plain.check('main [name=offence] >> nth=0');
  await plain.click('main button.do');
  must(/\/affaires\/\d{4}-EST-\d{4}$/.test(plain.url()), `the case is not opened: ${plain.url()}`);
  const ended = plain.url().replace(/.*\//, '');
  await plain.click('details:has([name=description]) > summary');
  await plain.fill('[name=description]', 'Clé USB');
  await plain.click('form:has([name=description]) button');
  must(/\/scelles\//.test(plain.url()) && /reçu/.test(await plain.textContent('.tree')), 'the exhibit is not recorded');

  await plain.goto(`${base}/qualification/nouvelle?type=domain-name&valeur=cpf-solde.gx3wqzpolm.net`);
  await plain.fill('[name=question]', 'Page de hameçonnage ?');
  await plain.click('main button.do');
  const request = plain.url();
  must(/qualification--/.test(request), 'the request is not opened');
  await plain.fill('[name=text]', 'Vue chez deux victimes');
  await plain.fill('[name=admiralty]', 'Z9');
  await plain.click('form:has([value=answer]) button');
  must(/code d’amirauté refusé/.test(await plain.textContent('#w-admiralty')), 'a bad Admiralty code is not said');
  await plain.fill('[name=admiralty]', 'B2');
  await plain.click('form:has([value=answer]) button');
  await plain.selectOption('[name=decision]', 'malicious');
  await plain.fill('[name=motive]', 'Copie du site officiel');
  await plain.click('form:has([value=decide]) button');
  must((await plain.locator('form:has([value=confirm])').count()) === 0, 'who proposed may confirm');
  const other = await person(second, secondPassword, { javaScriptEnabled: false });
  await other.goto(request);
  await other.click('form:has([value=confirm]) button');
  must(/rendue/.test(await other.textContent('.sub')), 'the second person cannot confirm');
  forgive(/422/);
  say('forms without JavaScript, four eyes');

  // A case ends: not without an order while its time is not over, not with another number, then with its proof.
  await page.goto(`${base}/affaires/${ended}`);
  await page.click('main a[href^="/effacement/"]');
  must(/1 scellé/.test(await page.textContent('main')), 'the page does not say what would go');
  const ending = async (order) => {
    await page.fill('[name=motive]', 'décision de la commission');
    await page.fill('[name=order]', order);
    await page.click('form:has([value=erase]) button');
  };
  await ending('');
  must(/échéance/.test(await page.textContent('[role=alert], #w-motive')), 'a case that is not due is erased');
  await ending('TJ Colmar 26/7');
  await accessible(page, 'second question');
  await fits(page, 'second question');
  await page.fill('[name=number]', 'DEMO-OUE-0001');
  await page.click('form:has([value=confirm]) button');
  must(/pas ce numéro/.test(await page.textContent('#w-number')) && (await page.inputValue('[name=order]')) === 'TJ Colmar 26/7', 'another number erases, or what was said is lost');
  await page.fill('[name=number]', ended);
  await page.click('form:has([value=confirm]) button');
  must(/TJ Colmar 26\/7/.test(await page.textContent('main')) && /effacement\/case--/.test(page.url()), 'the case is not erased');
  await accessible(page, 'proof');
  for (const [form, start] of [['pdf', '%PDF'], ['odt', 'PK'], ['txt', '']]) {
    const file = await page.request.get(`${page.url()}?preuve=${form}`);
    must(file.status() === 200 && (await file.body()).toString('latin1').startsWith(start), `no proof as ${form}`);
  }
  must((await page.request.get(`${base}/affaires/${ended}`)).status() === 404, 'the case is still there');
  await page.goto(`${base}/effacement`);
  must((await page.textContent('main')).includes(ended), 'the list does not know the case that was erased');
  forgive(/409|422|404/);
  say('a case is erased in two steps, with its proof');

  // A form of nobody, of another session, or without its token changes nothing.
  const token = await page.inputValue('.who [name=csrf]');
  for (const [form, headers, wanted] of [[{ what: 'confirm' }, {}, 403], [{ what: 'confirm', csrf: token }, { origin: 'https://other.test' }, 403], [{ csrf: token.replace(/^./, (c) => (c === '0' ? '1' : '0')) }, {}, 403]]) {
    const answer = await page.request.post(request, { form, headers, maxRedirects: 0 });
    must(answer.status() === wanted, `a forged form answers ${answer.status()}`);
  }
  say('forged forms are refused');

  // Out is out.
  const cookies = await page.context().cookies();
  const session = cookies.find((c) => c.name === 'vigie');
  must(session.httpOnly && session.secure && session.sameSite === 'Strict', 'the session cookie is not protected');
  await page.goto(`${base}/`);
  await page.click('.who form button');
  await page.waitForSelector('#password');
  await page.context().addCookies([session]);
  await page.goto(`${base}/journal`);
  must(await page.isVisible('#password'), 'a session that was closed still opens pages');
  say('logout');

  must(!complaints.length, `the browser complains:\n${complaints.join('\n')}`);
  say('no complaint of the browser (content security policy, scripts, files)');
} catch (e) {
  console.log(`FAILED ${e.message.split('\n').slice(0, 12).join('\n')}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}

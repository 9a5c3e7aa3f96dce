// diagnosis.mjs ADDRESS REFERENT COMPANY PASSWORD: a diagnosis on a phone, whose network goes; what the company says it did; what changed between two.
import { execFileSync } from 'node:child_process';
import { accessible, complaints, fits, launch, must, paper, person as enter, say } from './browser.mjs';

const [, , base, referent, company, password] = process.argv;
const browser = await launch();
const phone = { viewport: { width: 390, height: 850 } };
const vigie = (as, ...words) => execFileSync(process.env.VIGIE, ['--quiet', '--lang', 'fr', '--json', '--as', as, ...words]).toString();
const forgive = (pattern) => complaints.splice(0, complaints.length, ...complaints.filter((c) => !pattern.test(c)));

try {
  const page = await enter(browser, base, referent, password, phone);
  const said = async (pattern) => pattern.test((await page.textContent('main')).replace(/[\u00a0\u202f]/g, ' '));
  const tick = (measure, answer) => page.check(`input[name=m${measure}][value="${answer}"]`);
  await page.goto(`${base}/diagnostics`);
  await page.fill('[name=org]', 'Scierie du Val');
  await page.selectOption('[name=framework]', 'vigie-42/1');
  await page.click('main button.do');
  must(/\/diagnostics\/diagnosis--[0-9a-f-]+\/1$/.test(page.url()), `the first theme does not open: ${page.url()}`);
  const home = page.url().replace(/\/1$/, ''), id = home.replace(/.*\//, '');
  await accessible(page, 'theme');
  await fits(page, 'theme');
  await page.setViewportSize(phone.viewport);
  await tick(1, 'yes');
  await tick(2, 'no');
  await page.click('main button.do');
  await page.waitForURL(/\/2$/);
  await page.goto(home);
  must(await said(/\[2 % ; 97 %\]/) && await said(/5 %Couverture/) && await said(/à vérifier1,5/) && await said(/3 × 0,5 × \(1 \+ secteur 0 \+ taille 0 \+ zone 0 \+ en cours 0\) \/ 1/), 'no interval with its coverage, nothing to find out, or no terms');
  say('opened, answered, an interval with the terms of every measure');

  // All on one page; the network goes; somebody else answers meanwhile.
  await page.goto(`${home}/tout`);
  await accessible(page, 'all on one page');
  await page.emulateMedia({ media: 'print' });
  must((await page.$$eval('fieldset.answers legend', (all) => all.filter((e) => e.checkVisibility()).length)) === 42, 'paper has no questions to take along');
  await page.emulateMedia({ media: 'screen' });
  await fits(page, 'all on one page');
  await page.setViewportSize(phone.viewport);
  for (const [measure, answer] of [[13, 'no'], [37, 'yes'], [40, 'n/a'], [42, 'no']]) await tick(measure, answer);
  await page.context().setOffline(true);
  await page.click('main button.do');
  await page.waitForSelector('[role=status]:not([hidden])');
  must(await said(/réseau est coupé/), 'a cut network is not said');
  await tick(41, 'partly');
  vigie('anne', 'diagnose', 'answer', id, '13=partly');
  await page.context().setOffline(false); // by itself they leave
  await page.waitForSelector('form p.bad');
  must(await said(/a changé une réponse depuis/) && await said(/répondu entre-temps : en partie/), 'the other person’s answer is not shown');
  must(await page.isChecked('input[name=m13][value=no]') && await page.isChecked('input[name=m41][value=partly]'), 'what was chosen is lost');
  must(JSON.parse(vigie('anne', 'diagnose', 'show', id)).measures.find((m) => m.measure === 13).answer === 'partly', 'the other person’s answer was written over unseen');
  await page.click('main button.do');
  await page.waitForURL(home);
  const shown = JSON.parse(vigie('anne', 'diagnose', 'show', id)).measures;
  for (const [measure, answer] of [[1, 'yes'], [13, 'no'], [37, 'yes'], [40, 'n/a'], [41, 'partly'], [42, 'no']])
    must(shown.find((m) => m.measure === measure).answer === answer, `measure ${measure} is not ${answer}`);
  must(await page.evaluate(() => Object.keys(localStorage).length === 0), 'answers stay on the device after they are recorded');
  say('the network goes and comes back: nothing is lost, nothing written over unseen');

  // The page is closed without a network, and opened again with one; the logout leaves nothing behind.
  await page.goto(`${home}/tout`);
  await page.context().setOffline(true);
  await tick(5, 'yes');
  await page.context().setOffline(false);
  await page.goto(home);
  await page.goto(`${home}/tout`);
  must(await page.isChecked('input[name=m5][value=yes]') && await said(/viennent de cet appareil/), 'what was kept does not come back');
  await page.click('.who form button');
  await page.waitForSelector('#password');
  must(await page.evaluate(() => Object.keys(localStorage).length === 0), 'answers stay on the device after the logout');
  say('kept until recorded, and no longer than the session is wanted');

  // What the company says is done counts when the referent has seen it.
  const before = JSON.parse(vigie('anne', 'diagnose', 'show', id));
  const rita = await enter(browser, base, company, password, phone);
  await rita.click(`main a[href$="${id}"]`);
  const row = rita.locator('tr', { has: rita.locator('input[name=measure][value="13"]') });
  await row.locator('summary').click();
  await row.locator('select').selectOption('said');
  await row.locator('button').click();
  await rita.waitForLoadState();
  must(/annoncée faite, à confirmer/.test(await rita.textContent('main')), 'what the company says is not shown as said');
  let now = JSON.parse(vigie('anne', 'diagnose', 'show', id));
  must(now.low === before.low && now.high === before.high && now.said === 1, 'the company’s word moves the score');
  const back = await enter(browser, base, referent, password, phone);
  await back.goto(`${base}/diagnostics`);
  must(/annoncée faite, à confirmer/.test(await back.textContent('main')), 'the list does not say that something waits');
  await back.goto(home);
  await accessible(back, 'to be confirmed');
  await back.click('button:has-text("Vue")');
  await back.waitForLoadState();
  now = JSON.parse(vigie('anne', 'diagnose', 'show', id));
  must(now.low > before.low && now.said === 0 && now.measures.find((m) => m.measure === 13).adoption === 'done', 'the confirmation does not count');
  await rita.reload();
  must((await rita.locator('input[name=measure][value="13"]').count()) === 0, 'the company may take back what is confirmed');
  let refused = false;
  try { vigie(company, 'diagnose', 'adopt', id, '13', '--state', 'doing'); } catch { refused = true; }
  must(refused, 'the company takes back by command what is confirmed');
  say('said by the company, confirmed by the referent');

  // A refusal has its reason; the visit of the six months stands there; two versions of a framework.
  await back.selectOption('[name=measure]', '1');
  await back.selectOption('[name=state]', 'refused');
  await back.click('form:has([name=reason]) button');
  must((await back.getAttribute('[name=reason]', 'aria-invalid')) === 'true', 'a refusal without a reason is not told beside its field');
  forgive(/422/);
  await back.fill('[name=reason]', 'hors budget');
  await back.click('form:has([name=reason]) button');
  must(/hors budget/.test(await back.textContent('main')) && /Visite des six mois/.test(await back.textContent('main')), 'no reason, or no visit');

  // The essentials on one page: the house's, the company's, and the file; two sheets at most.
  const answers = [...Array(42).keys()].map((i) => `${i + 1}=${i < 20 ? 'no' : 'unknown'}`);
  vigie('anne', 'diagnose', 'answer', id, ...answers, '40=n/a');
  await back.goto(home);
  await back.click('main a[href$="/synthese"]');
  await accessible(back, 'essentials');
  await fits(back, 'essentials');
  await paper(back, 'essentials');
  const essentials = (await back.textContent('main')).replace(/[\u00a0\u202f]/g, ' ');
  must(/Entre 0 % et \d+ % de la protection attendue/.test(essentials) && /réponse à 20 questions sur 41/.test(essentials), 'no interval in words with what is known');
  must((await back.locator('main ul.plain li').count()) === 7 && !/hors budget|^1\. /.test(essentials), 'not seven measures, or one that was refused');
  must(/Marc|Anne Schmitt/.test(essentials) && /17cyber/.test(essentials) && /Prochaine visite/.test(essentials) && /Et 16 autres/.test(essentials), 'nobody to call, no visit, or nothing to find out');
  const sheets = async (query) => {
    const got = await back.request.get(`${home}/synthese?forme=pdf${query}`);
    must(/attachment; .*synthese-du-diagnostic\.pdf/.test(got.headers()['content-disposition']), 'the summary is no file');
    return Number(/Count (\d+)/.exec((await got.body()).toString('latin1'))[1]);
  };
  const [alone, whole] = [await sheets(''), await sheets('&annexe=1')];
  must(alone <= 2 && whole > alone, `the essentials take ${alone} sheets, ${whole} with the annex`);
  await rita.goto(`${base}/diagnostic/${id}/synthese`);
  must(/Entre 0/.test(await rita.textContent('main')), 'the company does not have its own essentials');
  must((await rita.request.get(`${base}/diagnostics/${id}/synthese`)).status() === 404, 'the company reads the house’s page');
  say('the essentials on one page, for the referent and for the company');
  await back.goto(`${base}/diagnostics-effet?framework=pas`);
  await accessible(back, 'effect');
  await fits(back, 'effect');
  const effect = await back.textContent('main');
  must(/ne la demande plus/.test(effect) && /première version ne la demandait pas/.test(effect) && /autres mots d’une version/.test(effect), 'the versions’ differences are not named');
  await back.goto(`${base}/diagnostics`);
  await back.click('main table a >> nth=2'); // the second one of the company's three
  await paper(back, 'diagnosis');
  say('refusal, visit, two versions of a framework');
  forgive(/409|ERR_INTERNET_DISCONNECTED/); // what this test did itself
  must(!complaints.length, `the browser complains:\n${complaints.join('\n')}`);
} catch (e) {
  console.log(`FAILED ${e.message.split('\n').slice(0, 12).join('\n')}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}

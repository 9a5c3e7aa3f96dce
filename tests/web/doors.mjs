// doors.mjs ADDRESS LINK LOGIN:PASSWORD...: a browser through every page of each of these accounts, and through the link that opens an account.
import { accessible, complaints, english, fits, keyboard, launch, listen, must, paper, person, say, walk } from './browser.mjs';

const [, , base, link, ...accounts] = process.argv;
const browser = await launch();
// French as it is set: no sign of ours begins a line.
const typeset = async (page, path) => {
  const loose = await page.$$eval('label,legend,th,h2,button,summary,dt,.sub,.soft,.empty', (all) => all.map((e) => e.textContent).filter((t) => / [:;!?%»]|« /.test(t)));
  must(!loose.length, `${path}: a plain space in: ${loose[0]}`);
};
try {
  const guest = await (await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false })).newPage();
  listen(guest);
  await guest.goto(base + link);
  const open = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await open.goto(base + link);
  await accessible(open, link);
  await fits(open, link);
  await guest.fill('#f-password', 'a-long-password');
  await guest.fill('#f-again', 'a-long-password');
  await guest.click('button.do');
  must(await guest.isVisible('#login'), 'the link does not lead to the login');
  await guest.fill('#login', accounts[0].split(':')[0]);
  say('the link opens an account');
  for (const account of accounts) {
    const [login, password] = account.split(':');
    const page = await person(browser, base, login, password);
    const seen = await walk(page, base, async (path) => { await keyboard(page, path); await paper(page, path); await typeset(page, path); });
    await english(page, base, seen.values());
    must(seen.has('/compte') && seen.size > 5, `${login} sees ${[...seen.keys()]}`);
    say(`${login}: ${[...seen.keys()].sort().join(' ')}`);
  }
  must(!complaints.length, `the browser complains:\n${complaints.join('\n')}`);
  say('no complaint of the browser');
} catch (e) {
  console.log(`FAILED ${e.message.split('\n').slice(0, 12).join('\n')}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}

// survey.mjs ADDRESS TOKEN TOKEN ACCOUNT PASSWORD PLAN: a sheet answered with the keyboard alone, what a reader of screens is told, paper, both languages;
// then who evaluates: a button pressed twice makes no second lot of tokens, closing takes two steps, and the verdict says why.
import { accessible, complaints, fits, launch, must, paper, person as enter, say } from './browser.mjs';

const [, , base, first, second, account, password, plan] = process.argv;
const browser = await launch();
const forgive = (pattern) => complaints.splice(0, complaints.length, ...complaints.filter((c) => !pattern.test(c)));
const words = async (page) => (await page.textContent('main')).replace(/[\u00a0\u202f]/g, ' ');
const visitor = async (locale) => (await browser.newContext({ ignoreHTTPSErrors: true, locale, viewport: { width: 390, height: 850 } })).newPage();

try {
  const page = await visitor('fr-FR');
  await page.goto(`${base}/enquete/${first}`);
  await accessible(page, 'survey');
  await fits(page, 'survey');
  await paper(page, 'survey');
  await page.emulateMedia({ media: 'print' });
  const printed = await page.evaluate(() => ({ asked: [...document.querySelectorAll('fieldset legend')].filter((e) => e.checkVisibility()).length, ground: getComputedStyle(document.body).backgroundColor }));
  await page.emulateMedia({ media: 'screen' });
  must(printed.asked === 3 && ['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)'].includes(printed.ground), `on paper: ${JSON.stringify(printed)}`);
  const radio = page.getByRole('group', { name: 'Le référent répond quand on l’appelle' }).getByRole('radio', { name: 'plutôt d’accord', exact: true });
  must(await radio.count() === 1, 'a reader of screens is not told which question an answer belongs to');
  say('a sheet: names for readers of screens, 320 px, paper');

  // Nothing ticked is said where it is heard; then the keyboard alone: tab to each question, an arrow to the answer, enter.
  await page.keyboard.press('Tab');
  for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement.matches('button.do'))); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=alert]');
  must(/cochez-en une au moins/.test(await words(page)), 'an empty sheet is not told what it lacks');
  const ticked = new Set();
  await page.evaluate(() => document.activeElement?.blur());
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => ({ name: document.activeElement.name, send: document.activeElement.matches('button.do') }));
    if (at.send) break;
    if (!/^q-/.test(at.name ?? '')) continue;
    await page.keyboard.press('ArrowUp'); // from "no answer", the last, to the one above it
    ticked.add(at.name);
  }
  must(ticked.size === 3 && (await page.locator('input[value="1"]:checked').count()) === 3, `the keyboard reaches ${[...ticked].join(' ')}`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('p[role=status]');
  must(/jeton n’existe plus/.test(await words(page)), 'the sheet is not said to be kept');
  await page.goto(`${base}/enquete/${first}`);
  must(/jeton refusé/.test(await words(page)), 'a token opens twice');
  const other = await visitor('en-GB');
  await other.goto(`${base}/enquete/${second}`);
  must(/The referent answers when called/.test(await words(other)), 'no English sheet');
  say('answered with the keyboard, once, in either language');

  const house = await enter(browser, base, account, password);
  await house.goto(`${base}/evaluation/${plan}`);
  const given = async () => (await words(house)).match(/référents–(\d+)/)?.[1];
  await house.selectOption('[name=group]', 'referents');
  await house.fill('[name=count]', '5');
  await house.locator('form:has([name=count]) button').click();
  await house.waitForSelector('.slips li');
  await house.reload(); // the browser sends the form once more
  must(/rien n’a été fait cette fois/.test(await words(house)), 'loading the page of tokens again makes more of them');
  await house.goto(`${base}/evaluation/${plan}`);
  must(await given() === '7', `${await given()} tokens for referents`);
  const close = house.locator('form:has(input[value=close]) button');
  must(!(await close.isVisible()), 'one slip of the finger closes the survey');
  await house.locator('summary', { hasText: 'Clore' }).click();
  await close.click();
  await house.waitForLoadState();
  const told = await words(house);
  must(/effet net/.test(told) && /borne basse de ce rapport, à 95 %/.test(told) && /ne tient pas/.test(told) && /dans tous les autres cas/.test(told), 'the verdict does not say which condition held');
  await accessible(house, 'verdict');
  say('no second lot of tokens, closing in two steps, a verdict with its reasons');

  forgive(/status of 4(03|09|22)/);
  must(!complaints.length, complaints.join('\n'));
} finally {
  await browser.close();
}

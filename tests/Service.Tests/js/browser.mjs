// Drives Chromium with Playwright: node browser.mjs FOLDER_OF_THE_PACKAGE CHROMIUM. Reads one JSON object a line, {"do": NAME, …}, and answers
// each with one: {"value": …} or {"error": TEXT}.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [module, executablePath] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(`${module}/index.mjs`));
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-component-update', '--disable-sync'],
});
const context = await browser.newContext();
const page = await context.newPage();
page.setDefaultTimeout(60_000);
const wide = { width: 1200, height: 900 };
const phone = { width: 390, height: 844 };
await page.setViewportSize(wide);

// Every address that is asked for, and everything that no page should say.
const requests = [];
const complaints = [];
await context.route('**/*', route => {
  requests.push(route.request().url());
  return route.continue();
});
page.on('dialog', dialog => { complaints.push(`dialog: ${dialog.message()}`); return dialog.dismiss(); });
page.on('console', message => { if (message.type() !== 'log') complaints.push(`console: ${message.text()}`); });
page.on('pageerror', error => complaints.push(`error: ${error.message}`));

// What a reader sees: the bars and cells of each part, by the part's name.
const readPage = () => {
  const text = node => node.innerText.trim();
  const rows = [...document.querySelectorAll('main tr')].map(row => [...row.children].map(text));
  const parts = {};
  for (const part of document.querySelectorAll('[data-part]')) {
    parts[part.dataset.part] = {
      text: text(part),
      bars: [...part.querySelectorAll('.bars [role=listitem]')].map(
        bar => [bar.querySelector('.name').textContent, bar.querySelector('.number').textContent]),
      labels: [...part.querySelectorAll('[role=img]')].map(image => image.getAttribute('aria-label')),
    };
  }
  return {
    parts, rows, title: document.title, text: text(document.querySelector('main')), images: document.querySelectorAll('img').length,
    isSame: window.isMarked === true,
  };
};

const actions = {
  // Opens an address, and marks the page, so that a reload would show.
  async open({ address }) {
    const answer = await page.goto(address);
    await page.evaluate(() => { window.isMarked = true; });
    const [timing] = await page.evaluate(() => performance.getEntriesByType('navigation').map(entry => entry.duration));
    return { status: answer.status(), milliseconds: timing };
  },
  read: () => page.evaluate(readPage),
  async follow({ name }) {
    await Promise.all([page.waitForNavigation(), page.getByRole('link', { name, exact: true }).first().click()]);
  },
  async compare({ first, second }) {
    await page.getByLabel('first').selectOption(first);
    await page.getByLabel('second').selectOption(second);
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Compare' }).click()]);
  },
  // Presses a key, and tells what has the focus then.
  async press({ key }) {
    await page.keyboard.press(key);
    return page.evaluate(() => document.activeElement.textContent);
  },
  // The page in light and dark and on a phone. Tells how much wider than each window it is, and what is cut off there.
  async shoot({ file }) {
    const overflow = [];
    for (const [name, colorScheme, size] of [['light', 'light', wide], ['dark', 'dark', wide], ['phone', 'light', phone], ['phone-dark', 'dark', phone]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await page.screenshot({ path: `${file}-${name}.png`, fullPage: true });
      overflow.push(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth));
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(wide);
    return overflow;
  },
  seen: () => ({ requests, complaints }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await actions[request.do](request)) ?? null };
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  console.log(JSON.stringify(answer));
}
await browser.close();

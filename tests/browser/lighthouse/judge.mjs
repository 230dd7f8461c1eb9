// What Lighthouse says of the lobby and of a call: `node judge.mjs URL CHROMIUM [ARGUMENT …]`.
// Prints JSON: { lobby: { performance, accessibility, 'best-practices', failed }, call: { …, without performance } }.
import { startFlow } from 'lighthouse';
import puppeteer from 'puppeteer-core';

const [url, executablePath, ...args] = process.argv.slice(2);
const patience = 1000 * Number(process.env.TEST_PATIENCE ?? 150); // ms
const browser = await puppeteer.launch({
  executablePath,
  args,
  timeout: patience,
  protocolTimeout: patience,
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const flow = await startFlow(page, {
    config: {
      extends: 'lighthouse:default',
      settings: {
        onlyCategories: ['performance', 'accessibility', 'best-practices'],
        formFactor: 'desktop',
        screenEmulation: { disabled: true },
        throttlingMethod: 'provided',
      },
    },
  });
  await flow.navigate(url);
  await page.locator('input[name=name]').fill('Ada');
  await page.locator('input[name=consent]').click(); // shows what it means, and ticks nothing yet
  await page.locator('input[name=consent]').click();
  await page.locator('form button[type=submit]').click();
  await page.locator('[data-participant] video').wait();
  await flow.snapshot();
  const [lobby, call] = (await flow.createFlowResult()).steps.map(({ lhr }) => summary(lhr));
  delete call.performance; // a snapshot loads nothing
  console.log(JSON.stringify({ lobby, call }));
} finally {
  await browser.close();
}

/** Each category's score of 100, and the audits that cost something. */
function summary({ categories, audits }) {
  const scores = Object.entries(categories)
    .filter(([, { score }]) => score !== null)
    .map(([id, { score }]) => [id, Math.round(score * 100)]);
  const failed = Object.values(audits)
    .filter(({ score, scoreDisplayMode }) => scoreDisplayMode === 'binary' && score === 0)
    .map(({ id }) => id);
  return { ...Object.fromEntries(scores), failed };
}

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Lambda } from '@aws-sdk/client-lambda';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { credentials, dalamb, deployExample } from '../support/examples.ts';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { raw } from '../support/raw.ts';
import { eventually } from '../support/sdk.ts';

let platform: Platform;
let browser: Browser | undefined;
let lambda: Lambda;
/** Where the shop said that it is. */
let shop: URL;

const directory = temporaryDirectory();

async function start(): Promise<void> {
  platform = await startPlatform({ directory });
  lambda = new Lambda({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

before(async () => {
  [browser] = await Promise.all([launchBrowser(), start()]);
  shop = await deploy();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
  removeDirectory(directory);
});

async function deploy(): Promise<URL> {
  const said = await deployExample(platform, 'shopping-cart');
  assert.match(said, /^The shop is open: http:\/\/\w+\.execute-api\.us-east-1\.localhost:\d+\/$/);
  return new URL(said.split(': ')[1]!);
}

/** To the shop by its name, which not every resolver knows. */
const ask = (path: string, request: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
  raw(platform.url, { path, ...request, headers: { host: shop.host, ...request.headers } });

const add = (cart: string, sku: string, quantity: number, token: string = randomUUID()) =>
  ask(`/cart/${cart}/items`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': token },
    body: JSON.stringify({ sku, quantity }),
  });

interface Cart {
  readonly count: number;
  readonly total: number;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

const cartWith = (cart: string, count: number) =>
  eventually(`${count} pieces`, async () => {
    const answer = await ask(`/cart/${cart}`);
    assert.equal(answer.status, 200, answer.text);
    const seen = JSON.parse(answer.text) as Cart;
    return seen.count === count ? { ...seen, etag: answer.headers.etag! } : undefined;
  });

test('the page changes by itself, in every window that shows the cart', async (t) => {
  if (!browser) return t.skip('there is no Chromium on this machine');
  const troubles: string[] = [];
  const open = async (url: string): Promise<Page> => {
    const page = await browser!.newPage();
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(url);
    return page;
  };
  const mine = await open(shop.href);
  const other = await open(mine.url());
  assert.match(mine.url(), /#[0-9a-f]{32}$/);
  const shows = (page: Page, count: string) => page.locator('#badge').getByText(count, { exact: true }).waitFor();
  await Promise.all([shows(mine, '0'), shows(other, '0')]);
  await mine.click('#add-mug');
  await mine.click('#add-beans');
  await other.click('#add-beans');
  await Promise.all([shows(mine, '3'), shows(other, '3')]);
  assert.equal(await other.textContent('#total'), '€58.30');
  await mine.locator('#lines li', { hasText: 'mug' }).getByLabel('one less').click();
  await Promise.all([shows(mine, '2'), shows(other, '2')]);
  assert.deepEqual(await other.locator('#lines .quantity').allTextContents(), ['2']);
  assert.deepEqual(troubles, []);
});

test('what many put in at once is counted once each', async () => {
  const twice = randomUUID();
  const answers = await Promise.all([
    ...Array.from({ length: 12 }, (_, i) => add('many', ['mug', 'cake', 'bread'][i % 3]!, 1 + (i % 2))),
    add('many', 'kettle', 1, twice),
    add('many', 'kettle', 1, twice),
  ]);
  for (const { status, text } of answers) assert.equal(status, 202, text);
  const { total, items } = await cartWith('many', 19);
  assert.deepEqual(
    items.map(({ sku, quantity }) => `${quantity} ${sku}`),
    ['6 bread', '6 cake', '1 kettle', '6 mug'],
  );
  assert.equal(total, 6 * 540 + 6 * 890 + 5900 + 6 * 1450);
  const tooMany = await add('many', 'kettle', -2);
  assert.deepEqual([tooMany.status, JSON.parse(tooMany.text).message], [409, 'there are not so many in the cart']);
  assert.equal((await add('many', 'yacht', 1)).status, 400);
  assert.equal((await add('many', 'mug', 0.5)).status, 400);
});

test('changes that come twice, or late, or out of order, do no harm, and who has the newest version gets none', async () => {
  const { headers } = await add('late', 'mug', 2);
  const { etag } = await cartWith('late', 2);
  const record = { dynamodb: { Keys: { cart: { S: 'late' }, entry: { S: 'item#mug' } }, NewImage: { quantity: { N: '99' } } } };
  const Payload = JSON.stringify({ Records: [record, record] });
  const answers = await Promise.all([1, 2].map(() => lambda.invoke({ FunctionName: 'cart-status', Payload })));
  for (const { FunctionError } of answers) assert.equal(FunctionError, undefined);
  const same = await ask('/cart/late', { headers: { 'if-none-match': etag } });
  assert.deepEqual([same.status, same.text], [304, '']);
  await add('late', 'mug', 1);
  const changed = await cartWith('late', 3);
  assert.notEqual(changed.etag, etag);
  await eventually('the trace', async () => {
    const trace = await dalamb(platform, 'trace', headers['apigw-requestid'] as string);
    return /^invocation [\s\S]*dynamodb\.changes INSERT [\s\S]*:function:cart-status delivered/.test(trace) || undefined;
  });
});

test('a platform that is killed in the middle keeps what it accepted, and what is asked again counts once', async () => {
  let accepted = 0;
  /** As the page does it, only more patient. */
  const insist = async () => {
    const token = randomUUID();
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      const answer = await add('crash', 'cake', 1, token).catch(() => undefined);
      if (answer?.status === 202) {
        accepted += 1;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail('the shop did not come back');
  };
  const buyer = async () => {
    for (let i = 0; i < 10; i++) await insist();
  };
  const buyers = Promise.all([buyer(), buyer(), buyer()]);
  await eventually('the first ten', async () => (accepted >= 10 ? true : undefined));
  await platform.kill();
  assert.ok(accepted < 30);
  await start();
  await buyers;
  assert.equal((await cartWith('crash', 30)).total, 30 * 890);
  shop.port = new URL(platform.url).port;
});

test('deploying again changes nothing but the code; what was deployed can be taken away', async () => {
  await add('kept', 'bread', 3);
  await cartWith('kept', 3);
  assert.equal((await deploy()).href, shop.href);
  assert.equal((await cartWith('kept', 3)).items[0]!.sku, 'bread');
  const { EventSourceMappings } = await lambda.listEventSourceMappings({});
  assert.equal(EventSourceMappings!.length, 1);
  assert.equal(await deployExample(platform, 'shopping-cart', '--remove'), 'removed');
  assert.deepEqual((await lambda.listFunctions({})).Functions, []);
  assert.equal((await ask('/')).status, 404);
  assert.equal(await deployExample(platform, 'shopping-cart', '--remove'), 'removed');
});

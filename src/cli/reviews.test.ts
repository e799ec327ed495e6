import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb, NOW } from './command.fixture.ts';

const DAY = 86_400_000;
const review = {
  ...{ branch: 'fix', environment: 'r-fix-012345', account: '123456789012', state: 'open', commit: 'bffeb74224043', release: 2 },
  ...{ urls: ['http://api/'], expiresAt: NOW + 7 * DAY },
};
const app = ['--app', 'shop'];

test('a review app is made of a branch, listed, and destroyed', async () => {
  const made = await dalamb([...app, 'review:create', 'fix'], { 'POST /apps/shop/reviews': { review } });
  assert.deepEqual(made.sent[0]!.body, { branch: 'fix' });
  assert.equal(made.out, 'fix runs as v2 in r-fix-012345 (123456789012), for 7d 0h\nhttp://api/\n');
  const over = {
    ...review,
    branch: 'old',
    failure: 'the build failed',
    number: 7,
    expiresAt: NOW - 1,
    commit: undefined,
    urls: [],
  };
  const { out } = await dalamb([...app, 'reviews'], { 'GET /apps/shop/reviews': { reviews: [review, over] } });
  assert.match(out, /fix +r-fix-012345 +bffeb74 +open +7d 0h +http:\/\/api\//);
  assert.match(out, /old +#7 +r-fix-012345 +none yet +open: the build failed +over/);
  assert.match((await dalamb([...app, 'reviews'], { 'GET /apps/shop/reviews': { reviews: [] } })).out, /review:create BRANCH/);
  const gone = await dalamb([...app, 'review:destroy', 'fix'], { 'DELETE /apps/shop/reviews': { destroyed: 'fix' } });
  assert.equal(gone.sent[0]!.query.get('branch'), 'fix');
  assert.equal(gone.out, 'destroyed the review app of fix\n');
});

test('settings are shown without options, and changed with them', async () => {
  const settings = { base: 'staging', omit: ['KEY'], days: 3 };
  const PATH = '/apps/shop/review-settings';
  const shown = await dalamb([...app, 'reviews:settings'], { [`GET ${PATH}`]: settings });
  assert.equal(
    shown.out,
    'review apps begin with the configuration of staging, but for KEY; they stay 3 days after their last change\n',
  );
  const line = [...app, 'reviews:settings', '--base', 'staging', '--omit', 'KEY', 'OTHER', '--days', '3'];
  const changed = await dalamb(line, { [`PUT ${PATH}`]: settings });
  assert.deepEqual(changed.sent[0]!.body, { base: 'staging', omit: ['KEY', 'OTHER'], days: 3 });
  const all = await dalamb([...app, 'reviews:settings', '--inherit'], { [`PUT ${PATH}`]: settings });
  assert.deepEqual(all.sent[0]!.body, { omit: [] });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationStage, Built, Process } from './applications.ts';
import { nextRelease } from './next-release.ts';
import { plannedDifferences } from './planned-release.ts';

const stage: ApplicationStage = {
  app: 'shop',
  account: '000000000000',
  region: 'us-east-1',
  role: 'arn:aws:iam::000000000000:role/r',
  next: 1,
};
const process = (name: string, hash: string, more: Partial<Process> = {}): Process => ({
  name,
  handler: `${name}.handler`,
  code: { kind: 'zip', hash: hash.repeat(64), bytes: 1 },
  runtime: 'nodejs24.x',
  memoryMiB: 1024,
  timeoutSeconds: 10,
  ephemeralMiB: 512,
  environment: {},
  sources: [],
  ...more,
});
const built = (...processes: Process[]): Built => ({ processes, resources: [], checks: { smoke: {} }, commit: 'c1' });
const config = { sealed: 'x', digests: { GREETING: '0123456789abcdef' } };

test('a first push makes everything that it names', () => {
  const what = plannedDifferences(stage, undefined, built(process('web', 'a'))).map((one) => [one.what, one.before, one.after]);
  assert.ok(what.some(([name, before, after]) => name === 'web memoryMiB' && before === undefined && after === '1024'));
  assert.ok(!what.some(([name]) => name === 'commit'), 'a tree is planned, not a commit');
});

test('a push changes what differs, and leaves the configuration and what was set by command', () => {
  const first = nextRelease(
    stage,
    { config },
    { reason: 'deploy', built: built(process('web', 'a'), process('old', 'a')) },
    { author: 'a', at: 1 },
  );
  const set = nextRelease(
    stage,
    first,
    { reason: 'resource', process: 'web', overrides: { memoryMiB: 256 } },
    { author: 'a', at: 2 },
  );
  const next = built(process('web', 'b', { memoryMiB: 512, sources: [{ source: 's3:photos' }] }));
  const found = plannedDifferences(stage, set, next);
  assert.deepEqual(
    found.filter(({ what }) => what.startsWith('web ') || what.startsWith('config')),
    [
      { what: 'web code', before: 'a'.repeat(12), after: 'b'.repeat(12) },
      { what: 'web source s3:photos', after: '{}' },
    ],
  );
  assert.ok(found.every(({ what, after }) => !what.startsWith('old ') || after === undefined));
  const { commit: _, ...tree } = built(process('web', 'a'), process('old', 'a'));
  assert.deepEqual(plannedDifferences(stage, set, tree), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ApplicationStage, Built, Process, Release, ReleaseChange, SealedConfig } from './applications.ts';
import { effectiveProcesses, NO_CONTENTS, nextRelease, releaseDifferences } from './next-release.ts';

const stage: ApplicationStage = {
  app: 'shop',
  account: '000000000000',
  region: 'us-east-1',
  role: 'arn:aws:iam::0:role/r',
  next: 4,
};
const config = (digests: Record<string, string> = {}): SealedConfig => ({ sealed: JSON.stringify(digests), digests });
const process = (name: string, more: Partial<Process> = {}): Process => ({
  name,
  handler: `${name}.handler`,
  code: { kind: 'zip', hash: 'a'.repeat(64), bytes: 1 },
  runtime: 'nodejs26.x',
  memoryMiB: 1024,
  timeoutSeconds: 10,
  ephemeralMiB: 512,
  environment: {},
  sources: [],
  ...more,
});
const built = (commit: string, ...processes: Process[]): Built => ({ processes, resources: [], checks: { smoke: {} }, commit });
const facts = { author: 'ann', at: 5 };
const first = nextRelease(stage, { config: config() }, { reason: 'deploy', built: built('c'.repeat(40), process('web')) }, facts);

test('a deploy takes code and declaration, and keeps configuration, overrides and added sources', () => {
  const current = {
    ...first,
    config: config({ A: '1' }),
    contents: { ...first.contents, overrides: { web: { memoryMiB: 256 } }, added: [{ process: 'web', source: 'sqs:q' }] },
  };
  const next = nextRelease(
    stage,
    current,
    { reason: 'deploy', built: built('d'.repeat(40), process('web'), process('job')) },
    facts,
  );
  assert.deepEqual([next.number, next.state, next.description], [4, 'preparing', 'Deploy ddddddd']);
  assert.deepEqual(next.config, current.config);
  const effective = effectiveProcesses(next.contents).map(({ name, memoryMiB, sources }) => [name, memoryMiB, sources]);
  assert.deepEqual(effective, [
    ['web', 256, [{ source: 'sqs:q' }]],
    ['job', 1024, []],
  ]);
});

test('configuration can be set before there is code', () => {
  const next = nextRelease(stage, { config: config() }, { reason: 'config', config: config({ A: '1' }) }, facts);
  assert.deepEqual(next.contents, NO_CONTENTS);
  assert.equal(next.commit, undefined);
});

test('a rollback takes all of the old release, with its versions', () => {
  const old: Release = { ...first, number: 2, state: 'superseded', versions: { web: '7' }, config: config({ A: 'old' }) };
  const current = { ...first, config: config({ A: 'new' }), commit: 'e'.repeat(40) };
  const next = nextRelease(stage, current, { reason: 'rollback', to: old }, facts);
  assert.deepEqual(
    [next.config, next.contents, next.versions, next.commit],
    [old.config, old.contents, old.versions, old.commit],
  );
  assert.equal(next.description, 'Roll back to v2');
});

test('a change changes what it is about, and nothing else', () => {
  const name = fc.constantFrom('web', 'job', 'gone');
  const change: fc.Arbitrary<ReleaseChange> = fc.oneof(
    fc.record({ reason: fc.constant('config' as const), config: fc.dictionary(name, fc.string()).map((all) => config(all)) }),
    fc.record({ reason: fc.constant('resource' as const), process: name, overrides: fc.record({ memoryMiB: fc.integer() }) }),
    fc.record({
      reason: fc.constant('event-source' as const),
      added: fc.array(fc.record({ process: name, source: fc.string() })),
    }),
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      let release = first;
      for (const one of changes) {
        const next = nextRelease(stage, release, one, facts);
        if (one.reason !== 'config') assert.equal(next.config, release.config);
        if (one.reason !== 'resource') assert.equal(next.contents.overrides, release.contents.overrides);
        if (one.reason !== 'event-source') assert.equal(next.contents.added, release.contents.added);
        assert.equal(next.contents.processes, release.contents.processes);
        assert.equal(next.commit, release.commit);
        release = next;
      }
      assert.deepEqual(nextRelease(stage, release, { reason: 'rollback', to: first }, facts).contents, first.contents);
    }),
    { numRuns: 100, seed: 5 },
  );
});

test('differences name every part, and show no value of the configuration', () => {
  const source = { source: 's3:photos', where: { size: [1] } };
  const after = {
    commit: 'f'.repeat(40),
    config: config({ KEPT: 'same', SECRET: 'two', NEW: 'x' }),
    contents: {
      ...first.contents,
      processes: [process('web', { timeoutSeconds: 30, sources: [source], environment: { MODE: 'fast' } })],
      resources: [{ kind: 'bucket' as const, name: 'photos', settings: {} }],
    },
  };
  const before = { ...first, config: config({ KEPT: 'same', SECRET: 'one', OLD: 'y' }) };
  assert.deepEqual(releaseDifferences(before, after), [
    { what: 'commit', before: 'c'.repeat(40), after: 'f'.repeat(40) },
    { what: 'config NEW', after: '(set)' },
    { what: 'config OLD', before: '(set)' },
    { what: 'config SECRET', before: '(set)', after: '(another value)' },
    { what: 'resource bucket photos', after: '{}' },
    { what: 'web environment MODE', after: 'fast' },
    { what: 'web source s3:photos', after: '{"where":{"size":[1]}}' },
    { what: 'web timeoutSeconds', before: '10', after: '30' },
  ]);
  assert.deepEqual(releaseDifferences(before, before), []);
});

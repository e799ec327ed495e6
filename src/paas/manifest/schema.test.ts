import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { readManifest } from './application.ts';
import { declarationSchema } from './schema.ts';

const manual = fs.readFileSync(path.join(import.meta.dirname, '../../../docs/dalamb-app.toml'), 'utf8');

test('the manual can be read', () => {
  const { processes, resources } = readManifest({
    procfile: Buffer.from('web: index.handler\n'),
    declaration: Buffer.from(manual),
  });
  assert.deepEqual(
    processes.map(({ name }) => name),
    ['web', 'report'],
  );
  assert.equal(resources.length, 5);
});

/** All keys that a schema knows; `*` stands for a name. */
function keysOf(schema: Record<string, unknown>, at = ''): string[] {
  const { properties = {}, additionalProperties, items } = schema as Record<string, Record<string, never>>;
  const inside = Object.entries(properties).flatMap(([name, one]) => [`${at}${name}`, ...keysOf(one, `${at}${name}.`)]);
  const named = typeof additionalProperties === 'object' ? keysOf(additionalProperties, `${at}*.`) : [];
  return [...inside, ...named, ...(items ? keysOf(items, at) : [])];
}

test('the manual shows every key that there is', () => {
  const all = parse(manual.replaceAll(/^# (\w+ = "[^#]*)/gm, '$1'));
  const has = (value: unknown, keys: readonly string[]): boolean => {
    if (keys.length === 0) return true;
    if (Array.isArray(value)) return value.some((one) => has(one, keys));
    if (typeof value !== 'object' || value === null) return false;
    const table = value as Record<string, unknown>;
    const [first, ...rest] = keys as [string, ...string[]];
    return first === '*' ? Object.values(table).some((one) => has(one, rest)) : first in table && has(table[first], rest);
  };
  const known = keysOf(z.toJSONSchema(declarationSchema, { io: 'input', unrepresentable: 'any' }) as never);
  assert.ok(known.length > 30 && known.includes('functions.*.events.where'), known.join(' '));
  assert.deepEqual(
    known.filter((key) => !has(all, key.split('.'))),
    [],
  );
});

test('the defaults in the manual are the defaults', () => {
  const defaults = declarationSchema.parse({
    queues: { q: {} },
    tables: { t: { key: 'id' } },
    buckets: { b: {} },
    streams: { s: {} },
  });
  const said = (name: string) => new RegExp(`^${name} = (\\S+) +# default( (\\S+)|$|:)`, 'm').exec(manual)!;
  const { queues, buckets, streams, tables } = defaults;
  assert.equal(said('visibility_seconds')[2]!.trim(), String(queues.q!.visibility_seconds));
  assert.equal(said('retention_seconds')[1], String(queues.q!.retention_seconds));
  assert.equal(said('delay_seconds')[1], String(queues.q!.delay_seconds));
  assert.equal(said('versioning')[2]!.trim(), String(buckets.b!.versioning));
  assert.equal(said('stream')[2]!.trim(), String(tables.t!.stream));
  assert.equal(said('shards')[2]!.trim(), String(streams.s!.shards));
});

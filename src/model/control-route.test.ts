import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { isFailure } from '../kernel/index.ts';
import { askRoute } from './control-route.fixture.ts';
import { controlRoute } from './control-route.ts';
import { boundedRecord } from './control-schemas.ts';
import type { ControlRequest } from './ports.ts';

const route = controlRoute({
  method: 'PUT',
  path: '/things/:thing/parts/:number',
  summary: 'changes a part',
  params: z.strictObject({ number: z.string().regex(/^v?\d+$/, 'is no number: v4') }),
  query: z.strictObject({
    limit: z.int().min(1).max(1000).default(100),
    since: z.int().min(0).optional(),
    all: z.boolean().default(false),
    text: z.string().max(10).optional(),
    kind: z.enum(['a', 'b']).optional(),
  }),
  body: z.strictObject({
    memoryMiB: z.int().min(128).max(10_240).optional(),
    name: z.string().min(1).optional(),
    secret: z.string().regex(/^\d+$/, 'is no number').optional(),
    set: z.record(z.string().regex(/^[A-Z]+$/, 'is no name'), z.string()).default({}),
    free: boundedRecord(z.string()).optional(),
    unset: z.array(z.string().min(1)).max(3).default([]),
    dryRun: z.boolean().default(false),
    where: z.record(z.string(), z.unknown()).optional(),
    allow: z.array(z.strictObject({ to: z.string(), port: z.int().min(0).max(65_535) })).optional(),
    to: z.union([z.int().min(1), z.string().max(5)]).optional(),
  }),
  answer: z.strictObject({ params: z.unknown(), query: z.unknown(), body: z.unknown() }),
  handle: async ({ params, query, body }) => ({ params: { thing: params.thing, number: params.number }, query, body }),
});

const given = { thing: 'x', number: 'v4' };
const ask = (more: { query?: string; body?: unknown; params?: Record<string, string> }) =>
  askRoute(route, { body: more.body, params: more.params ?? given, query: new URLSearchParams(more.query) });

test('a handler gets what the schemas made of the request: types, defaults, and all parameters of the path', async () => {
  assert.deepEqual(
    await ask({ query: 'since=5&all=true&text=12&env=dev&region=us-east-1&account=1', body: { set: { A: 'b' } } }),
    {
      params: given,
      query: { limit: 100, since: 5, all: true, text: '12' },
      body: { set: { A: 'b' }, unset: [], dryRun: false },
    },
  );
  assert.deepEqual(((await ask({})) as ControlRequest).body, { set: {}, unset: [], dryRun: false });
});

test('what does not fit is refused by its name, with what it must be', async () => {
  const refused: readonly [Parameters<typeof ask>[0], string][] = [
    [{ params: { ...given, number: 'four' } }, 'number "four" is no number: v4'],
    [{ query: 'limit=0' }, 'limit is a whole number from 1 to 1000'],
    [{ query: 'limit=1e2' }, 'limit is a whole number from 1 to 1000'],
    [{ query: 'limit=' }, 'limit is a whole number from 1 to 1000'],
    [{ query: 'since=99999999999999999' }, 'since is a whole number from 0 on'],
    [{ query: 'all=yes' }, 'all is true or false'],
    [{ query: 'text=elevenchars' }, 'text is a text of at most 10 characters'],
    [{ query: 'kind=c' }, 'kind is one of a, b'],
    [{ query: 'limit=1&limit=2' }, 'limit is given more than once'],
    [{ query: 'limits=1' }, 'unknown query parameter "limits"; there are limit, since, all, text, kind, account, env, region'],
    [{ body: [] }, 'the body is a JSON object'],
    [{ body: null }, 'the body is a JSON object'],
    [{ body: 'text' }, 'the body is a JSON object'],
    [
      { body: { memory: 1, name: 5 } },
      'unknown member memory; there are memoryMiB, name, secret, set, free, unset, dryRun, where, allow, to',
    ],
    [
      { body: JSON.parse('{"__proto__": 1}') },
      'unknown member __proto__; there are memoryMiB, name, secret, set, free, unset, dryRun, where, allow, to',
    ],
    [{ body: { memoryMiB: 127 } }, 'memoryMiB is a whole number from 128 to 10240'],
    [{ body: { memoryMiB: '128' } }, 'memoryMiB is a whole number from 128 to 10240'],
    [{ body: { name: '' } }, 'name is a text'],
    [{ body: { secret: 'is no' } }, 'secret is no number'],
    [
      { body: { '\u001b[31m x': 1 } },
      'unknown member "\\u001b[31m x"; there are memoryMiB, name, secret, set, free, unset, dryRun, where, allow, to',
    ],
    [{ body: { set: { A: 1 } } }, 'set.A is a text'],
    [{ body: { set: { a: 'b' } } }, 'set.a is no name'],
    [{ body: { set: [] } }, 'set is an object of texts'],
    [{ body: { free: { a: 1 } } }, 'free.a is a text'],
    [{ body: { free: null } }, 'free is an object of texts'],
    [{ body: { free: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, 5])) } }, 'free has at most 1000 members'],
    [{ body: { unset: 'A' } }, 'unset is a list of texts, at most 3'],
    [{ body: { unset: ['A', ''] } }, 'unset[1] is a text'],
    [{ body: { dryRun: 'no' } }, 'dryRun is true or false'],
    [{ body: { where: [] } }, 'where is an object'],
    [{ body: { allow: [{ to: 'x', port: -1 }] } }, 'allow[0].port is a whole number from 0 to 65535'],
    [{ body: { allow: [{ to: 'x', port: 1, from: 1 }] } }, 'unknown member allow[0].from; there are to, port'],
    [{ body: { to: {} } }, 'to is a whole number from 1 on or a text of at most 5 characters'],
  ];
  for (const [request, message] of refused)
    await assert.rejects(ask(request), (error) => {
      assert.ok(isFailure(error, 'InvalidRequest'));
      assert.equal(error.status, 400);
      assert.equal(error.message.replace(/^[^:]*: /, ''), message);
      return true;
    });
});

test('a route that describes no body takes none but an empty object', async () => {
  const plain = controlRoute({ method: 'POST', path: '/x', summary: '', answer: z.strictObject({}), handle: async () => ({}) });
  assert.deepEqual(await askRoute(plain, { body: {} }), {});
  await assert.rejects(askRoute(plain, { body: { name: 1 } }), { message: /: unknown member name: there are none$/ });
});

test('a body of any content comes as it is, and of a stream none', async () => {
  const bytes = Buffer.from('x');
  const answer = z.unknown();
  const any = controlRoute({
    ...{ method: 'POST', path: '/x', summary: '', anyBody: true, contents: ['*/*'], answer },
    body: z.unknown(),
    handle: async ({ body }) => ({ same: body === bytes, none: body === undefined }),
  });
  assert.deepEqual(await askRoute(any, { body: bytes }), { same: true, none: false });
  assert.deepEqual(await askRoute(any), { same: false, none: true });
  const streamed = controlRoute({
    ...{ method: 'PUT', path: '/y', summary: '', streamed: true, contents: ['application/x-tar'], answer },
    handle: async ({ body }) => ({ body }),
  });
  assert.deepEqual(await askRoute(streamed, { body: 'ignored' }), { body: undefined });
});

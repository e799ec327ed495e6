import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { controlRoute } from '../model/index.ts';
import { ask, openStage } from './gateway.fixture.ts';

const part = z.strictObject({ id: z.string().describe('its id'), parts: z.array(z.string()) }).meta({ id: 'Part' });
const controlRoutes = [
  controlRoute({
    method: 'PUT',
    path: '/apps/:app/parts/:number',
    summary: 'changes a part',
    params: z.strictObject({ number: z.string().regex(/^v\d+$/, 'is no number') }),
    query: z.strictObject({ limit: z.int().min(1).max(50).default(10).describe('how many'), kind: z.enum(['a', 'b']) }),
    body: z.strictObject({ name: z.string().min(1), to: z.string().optional() }),
    answer: z.strictObject({ part }),
    handle: async ({ params, body }) => ({ part: { id: params.number, parts: [body.name] } }),
  }),
  controlRoute({
    ...{ method: 'POST', path: '/apps/:app/trees', summary: 'takes a tar', streamed: true, contents: ['application/x-tar'] },
    answer: z.strictObject({}),
    handle: async () => ({}),
  }),
  controlRoute({
    ...{ method: 'POST', path: '/registries/:host', summary: 'joins', upgrades: true },
    answer: z.unknown(),
    handle: async () => ({}),
  }),
];

test('the document says of each route what it takes, answers, and asks of the caller, and is valid OpenAPI 3.1', async (t) => {
  const { port, close } = await openStage({ controlRoutes });
  t.after(close);
  const { status, text } = await ask(port, { path: '/_dalamb/api/v1/openapi.json' });
  assert.equal(status, 200);
  const document = JSON.parse(text);
  assert.deepEqual(await new Validator().validate(JSON.parse(text)), { valid: true });
  assert.deepEqual(document.servers, [{ url: '/_dalamb/api/v1' }]);
  assert.deepEqual(document.paths['/apps/{app}/parts/{number}'].put, {
    operationId: 'putAppPart',
    summary: 'changes a part',
    tags: ['apps'],
    'x-role': 'deployer',
    'x-role-on': 'app',
    parameters: [
      { name: 'app', in: 'path', required: true, schema: { type: 'string', minLength: 1 } },
      { name: 'number', in: 'path', required: true, schema: { type: 'string', pattern: '^v\\d+$' } },
      {
        ...{ name: 'limit', in: 'query', description: 'how many' },
        schema: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
      },
      { name: 'kind', in: 'query', required: true, schema: { type: 'string', enum: ['a', 'b'] } },
      { $ref: '#/components/parameters/account' },
      { $ref: '#/components/parameters/env' },
      { $ref: '#/components/parameters/region' },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { name: { type: 'string', minLength: 1 }, to: { type: 'string' } },
            required: ['name'],
            additionalProperties: false,
          },
        },
      },
    },
    responses: {
      '200': {
        description: 'done',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { part: { $ref: '#/components/schemas/Part' } }, required: ['part'] },
          },
        },
      },
      default: { $ref: '#/components/responses/Error' },
    },
  });
  assert.deepEqual(Object.keys(document.components.schemas), ['Error', 'Part']);
  assert.equal(document.components.schemas.Part.properties.id.description, 'its id');
  assert.deepEqual(document.paths['/apps/{app}/trees'].post.requestBody, { content: { 'application/x-tar': {} } });
  assert.deepEqual(document.paths['/registries/{host}'].post.responses['101'], { description: 'the connection is joined' });
  assert.equal(document.paths['/functions/{name}/invoke'].post.operationId, 'postFunctionInvoke');
  assert.equal(document.paths['/openapi.json'].get.operationId, 'getOpenapiJson');
  assert.ok(document.paths['/routes'].get, 'also of those that tell of the others');
});

test('the door refuses what does not fit before a handler sees it, in the form of all errors', async (t) => {
  const { port, close } = await openStage({ controlRoutes });
  t.after(close);
  const put = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const reply = await ask(port, { method: 'PUT', path: `/_dalamb/api${path}`, headers, body: JSON.stringify(body) });
    return { status: reply.status, ...JSON.parse(reply.text) };
  };
  const fits = await put('/apps/x/parts/v1?kind=a', { name: 'n' });
  assert.deepEqual(fits, { status: 200, part: { id: 'v1', parts: ['n'] } });
  const refused = await put('/apps/x/parts/v1?kind=a&limit=51', { name: 'n' });
  assert.equal(refused.status, 400);
  assert.equal(refused.error.code, 'InvalidRequest');
  assert.match(refused.error.message, /: limit is a whole number from 1 to 50$/);
  assert.match((await put('/apps/x/parts/v1?kind=a', { nme: 'n' })).error.message, /: unknown member nme; there are name, to$/);
  assert.match((await put('/apps/x/parts/1?kind=a', { name: 'n' })).error.message, /: number "1" is no number$/);
});

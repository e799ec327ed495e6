import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { compileInput, type InputSetting } from './input-shaping.ts';

const event = {
  version: '0',
  id: 'e1',
  'detail-type': 'Order',
  source: 'shop',
  account: '000000000000',
  time: '2026-01-01T00:00:00Z',
  region: 'us-east-1',
  resources: ['r'],
  detail: { id: 7, who: { name: 'Ann' }, tags: ['HIGH'], ok: true, none: null, say: 'a "b"' },
};
const from = {
  event,
  text: () => JSON.stringify(event),
  ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
  ruleName: 'r',
  ingested: '2026-01-01T00:00:01Z',
};
const shaped = (setting: InputSetting) => compileInput('t1', setting)(from);
const transformed = (InputTemplate: string, InputPathsMap: Record<string, string> = PATHS) =>
  shaped({ InputTransformer: { InputPathsMap, InputTemplate } });
const PATHS = {
  id: '$.detail.id',
  who: '$.detail.who',
  name: "$.detail['who'].name",
  tags: '$.detail.tags',
  tag: '$.detail.tags[0]',
  ok: '$.detail.ok',
  gone: '$.detail.gone.x',
  say: '$.detail.say',
};

function refusal(setting: InputSetting): string {
  try {
    compileInput('t1', setting);
  } catch (error) {
    if (isFailure(error, 'ValidationException')) return error.message;
    throw error;
  }
  assert.fail('was accepted');
}

test('the event as it is, a constant, or a part of it', () => {
  assert.equal(shaped({}), from.text());
  assert.equal(shaped({ Input: ' {"a":1}' }), ' {"a":1}');
  assert.equal(shaped({ InputPath: '$' }), from.text());
  assert.equal(shaped({ InputPath: '$.detail.who' }), '{"name":"Ann"}');
  assert.equal(shaped({ InputPath: '$.detail-type' }), '"Order"');
  assert.equal(shaped({ InputPath: '$.detail.tags[0]' }), '"HIGH"');
  assert.equal(shaped({ InputPath: '$.nothing' }), 'null');
});

test('a template that is a text', () => {
  assert.equal(transformed('"<name> has <id>, <ok>, <gone>."'), '"Ann has 7, true, ."');
  assert.equal(transformed('"<who> and <tags>"'), '"{name:Ann} and [HIGH]"');
  assert.equal(transformed('"<name>"\n"<id>"'), '"Ann"\n"7"');
  assert.equal(transformed('"{[/ <name>"'), '"{[/ Ann"');
  assert.equal(transformed('"1 < 2 <name> >"'), '"1 < 2 Ann >"');
});

test('a template that is JSON', () => {
  assert.equal(transformed('{"a": <who>, "b": "<name>-<id>", "c": <name>}'), '{"a": {"name":"Ann"}, "b": "Ann-7", "c": "Ann"}');
  assert.equal(transformed('{"a": <gone>, "b": [<tags>, <ok>]}'), '{"a": "", "b": [["HIGH"], true]}');
  assert.equal(transformed('{"a\\"<id>": 1}'), '{"a\\"7": 1}');
});

test('what does not become JSON is not delivered', () => {
  assert.equal(transformed('<tags> single'), undefined);
  assert.equal(transformed('{"a": "<tags>"}'), undefined);
  assert.equal(transformed('{"a": "<say>"}'), undefined);
});

test('what is known about the event', () => {
  assert.equal(
    transformed('"<aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>"'),
    `"${from.ruleArn} r 2026-01-01T00:00:01Z"`,
  );
  const { detail: _detail, 'detail-type': detailType, ...rest } = event;
  const made = transformed('{"a": <aws.events.event>, "b": <aws.events.event.json>}');
  assert.deepEqual(JSON.parse(made!), { a: { ...rest, detailType }, b: event });
});

test('what cannot be used is refused', () => {
  assert.equal(
    refusal({ Input: '1', InputPath: '$' }),
    'Only one of Input, InputPath, or InputTransformer must be provided for target t1.',
  );
  assert.equal(
    refusal({ InputTransformer: { InputTemplate: '"<notdefinedkey>"' } }),
    'InputTemplate for target t1 contains invalid placeholder notdefinedkey.',
  );
  assert.equal(refusal({ Input: '{' }), 'JSON syntax error in input for target t1.');
  for (const InputPath of ['detail', '$.', '$.a[', '$..a', '$.a[*]', '$[?(@.a)]', '$x']) {
    assert.equal(refusal({ InputPath }), 'Invalid InputPath for target t1.');
  }
  assert.match(refusal({ InputTransformer: { InputPathsMap: { AWSx: '$' }, InputTemplate: '"x"' } }), /AWSx/);
  assert.match(refusal({ InputTransformer: { InputTemplate: ' ' } }), /empty/);
});

test('whatever template comes, it makes a text, nothing, or is refused', () => {
  const piece = fc.constantFrom(
    '<id>',
    '<who>',
    '<gone>',
    '<say>',
    '"',
    '{',
    '}',
    ':',
    '\\',
    '<',
    '>',
    ' ',
    'a',
    '<x',
    '<aws.events.event>',
  );
  const template = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(template, (text) => {
      try {
        const made = transformed(text);
        if (made !== undefined && !text.trimStart().startsWith('"')) JSON.parse(made);
      } catch (error) {
        assert.ok(isFailure(error, 'ValidationException'), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('names in a JSON template come back as they were', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const shape = compileInput('t', { InputTransformer: { InputPathsMap: { v: '$.detail' }, InputTemplate: '{"v": <v>}' } });
      const made = shape({ ...from, event: { ...event, detail: value } });
      assert.equal(made, JSON.stringify({ v: value }).replace(':', ': '));
    }),
    { numRuns: 300 },
  );
});

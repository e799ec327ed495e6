import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../../kernel/index.ts';
import { type AttributeValue, encodeItem, type Item, normalizeItem } from '../values/item.ts';
import { bindExpressions } from './bind.ts';
import { applyUpdate, createsItem, pickPaths } from './update.ts';

function bound(UpdateExpression: string, values: Item = {}, names: Record<string, string> = {}) {
  return bindExpressions({
    UpdateExpression,
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
  }).update!;
}

function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    assert.ok(isFailure(error, 'ValidationException'), String(error));
    return error.message;
  }
}

const N = (n: number | string): AttributeValue => ({ N: String(n) });
const L = (...elements: AttributeValue[]): AttributeValue => ({ L: elements });
const updated = (item: Item, text: string, values: Item = {}, names: Record<string, string> = {}) => {
  const before = encodeItem(item);
  const { item: after } = applyUpdate(bound(text, values, names), item);
  assert.equal(encodeItem(item), before, 'the item given was changed');
  return after;
};

test('SET reads the item as it was', () => {
  assert.deepEqual(updated({ a: N(1), b: N(2) }, 'SET a = b, b = a, c = a + b'), { a: N(2), b: N(1), c: N(3) });
  assert.deepEqual(updated({}, 'SET a = if_not_exists(a, :v) + :v', { ':v': N('1.50') }), { a: N(3) });
  assert.deepEqual(updated({ a: N(5) }, 'SET a = a - :v', { ':v': N('0.5') }), { a: N('4.5') });
  assert.deepEqual(updated({ a: N(5) }, 'SET b = if_not_exists(a, lacking)'), { a: N(5), b: N(5) });
  assert.deepEqual(updated({ a: L(N(1)) }, 'SET a = list_append(:v, a)', { ':v': L(N(0)) }), { a: L(N(0), N(1)) });
  assert.deepEqual(updated({}, 'SET #p = :v', { ':v': N(1) }, { '#p': '__proto__' }), JSON.parse('{"__proto__":{"N":"1"}}'));
});

test('SET reaches into maps and lists; past the end it appends in the order of the indexes', () => {
  const item: Item = { m: { M: { x: N(1) } }, l: L(N(0), N(1)) };
  assert.deepEqual(updated(item, 'SET m.y = :v, m.x = m.x + :v', { ':v': N(9) }).m, { M: { x: N(10), y: N(9) } });
  assert.deepEqual(
    updated(item, 'SET l[9] = :a, l[1] = :b, l[5] = :c', { ':a': N(9), ':b': N(7), ':c': N(5) }).l,
    L(N(0), N(7), N(5), N(9)),
  );
  const after = updated(item, 'SET l[0] = :v', { ':v': { M: { deep: L() } } });
  assert.deepEqual(updated(after, 'SET l[0].deep[0] = :v', { ':v': N(1) }).l, L({ M: { deep: L(N(1)) } }, N(1)));
});

test('REMOVE takes attributes away, and elements by the indexes that they had', () => {
  const item: Item = { a: N(1), m: { M: { x: N(1), y: N(2) } }, l: L(N(0), N(1), N(2), N(3)) };
  assert.deepEqual(updated(item, 'REMOVE a, m.x, gone, m.gone'), { m: { M: { y: N(2) } }, l: item.l! });
  assert.deepEqual(updated(item, 'REMOVE l[1], l[3], l[9]').l, L(N(0), N(2)));
  assert.deepEqual(updated(item, 'REMOVE l[0] SET l[1] = :v, l[7] = :v', { ':v': N(8) }).l, L(N(8), N(2), N(3), N(8)));
});

test('ADD counts and unites, DELETE takes from sets', () => {
  assert.deepEqual(updated({}, 'ADD a :n, b :s', { ':n': N(1), ':s': { SS: ['x'] } }), { a: N(1), b: { SS: ['x'] } });
  assert.deepEqual(updated({ a: N(1) }, 'ADD a :n', { ':n': N('-2.5') }), { a: N('-1.5') });
  assert.deepEqual(updated({ m: { M: { n: N(1) } } }, 'ADD m.n :n', { ':n': N(1) }), { m: { M: { n: N(2) } } });
  assert.deepEqual(updated({ a: { NS: ['1', '2'] } }, 'ADD a :s', { ':s': { NS: ['2.0', '3'] } }).a, { NS: ['1', '2', '3'] });
  const [one, two] = [Buffer.from('1'), Buffer.from('2')];
  assert.deepEqual(updated({ a: { BS: [one] } }, 'ADD a :s', { ':s': { BS: [Buffer.from('1'), two] } }).a?.BS?.length, 2);
  assert.deepEqual(updated({ a: { BS: [one, two] } }, 'DELETE a :s', { ':s': { BS: [Buffer.from('1')] } }).a, { BS: [two] });
  assert.deepEqual(updated({ a: { SS: ['x', 'y'] } }, 'DELETE a :s', { ':s': { SS: ['y', 'z'] } }).a, { SS: ['x'] });
  assert.deepEqual(updated({ a: { NS: ['1'] }, b: N(1) }, 'DELETE a :s', { ':s': { NS: ['1'] } }), { b: N(1) });
  assert.deepEqual(updated({ b: N(1) }, 'DELETE a :s', { ':s': { NS: ['1'] } }), { b: N(1) });
});

test('what only the item shows to be wrong is refused to the word', () => {
  const item: Item = { n: N(1), s: { S: 'x' }, l: L(), m: { M: {} }, ss: { SS: ['a'] } };
  const type = 'An operand in the update expression has an incorrect data type';
  const missing = 'The provided expression refers to an attribute that does not exist in the item';
  const path = 'The document path provided in the update expression is invalid for update';
  const [one, set] = [{ ':v': N(1) }, { ':v': { SS: ['a'] } }];
  const refusals: [string, string, Item?][] = [
    ['SET a = s + n', type],
    ['SET a = list_append(l, n)', type],
    ['SET a = gone', missing],
    ['SET a = gone + :v', missing, one],
    ['SET a = list_append(gone, l)', missing],
    ['SET gone.a = :v', path, one],
    ['SET n.a = :v', path, one],
    ['SET l.a = :v', path, one],
    ['SET m[0] = :v', path, one],
    ['SET m.a.b = :v', path, one],
    ['SET l[0].a = :v', path, one],
    ['REMOVE gone.a', path],
    ['ADD gone.a :v', path, one],
    ['ADD s :v', type, one],
    ['ADD n :v', type, set],
    ['ADD ss :v', type, { ':v': { NS: ['1'] } }],
    ['DELETE s :v', type, set],
  ];
  for (const [text, message, values] of refusals) {
    assert.equal(
      refusal(() => applyUpdate(bound(text, values), item)),
      message,
      text,
    );
  }
  const deep = (maps: number): AttributeValue => (maps === 0 ? { S: '' } : { M: { n: deep(maps - 1) } });
  assert.equal(
    refusal(() => applyUpdate(bound('SET a = :v', { ':v': deep(31) }), item)),
    undefined,
  );
  assert.match(refusal(() => applyUpdate(bound('SET m.a = :v', { ':v': deep(31) }), item)) ?? '', /^Nesting Levels/);
  const huge = { ':v': N(`1${'0'.repeat(38)}`) };
  assert.match(refusal(() => applyUpdate(bound('SET n = n + :v', huge), item)) ?? '', /^Number overflow/);
});

test('what its text shows to be wrong is refused to the word', () => {
  const [names, S] = [{ '#c': 'c', '#d': '[3]' }, { ':a': { S: 'a' } }];
  const told = (UpdateExpression: string, values?: Item, given?: Record<string, string>) =>
    refusal(() =>
      bindExpressions({ UpdateExpression, ExpressionAttributeValues: values, ExpressionAttributeNames: given }),
    )?.replace('Invalid UpdateExpression: ', '');
  const near = (token: string, text: string) => `Syntax error; token: "${token}", near: "${text}"`;
  assert.equal(told('INVALID SYNTAX HERE'), near('INVALID', 'INVALID SYNTAX'));
  assert.equal(told('ADD hits : incr'), near(':', 'hits : incr'));
  assert.equal(told('SET a=:val1,'), near('<EOF>', ','));
  assert.equal(told('SET a = b + c + d'), near('+', 'c + d'));
  assert.equal(told('SET (a = b)'), near('(', 'SET (a'));
  assert.equal(told('SET a = b / c'), near('/', 'b / c'));
  assert.equal(told('ADD a b'), near('b', 'a b'));
  assert.equal(told('SET :a = b'), near(':a', 'SET :a ='));
  assert.equal(told('REMOVE a SET'), near('<EOF>', 'SET'));
  assert.equal(told('SET abOrt = true'), 'Attribute name is a reserved keyword; reserved keyword: abOrt');
  assert.equal(told('SET #c = if_not_exist(:c) SET c = d'), 'Invalid function name; function: if_not_exist');
  assert.equal(
    told('SET a = list_append(list_append(b, c), d)'),
    'The function is not allowed to be used this way in an expression; function: list_append',
  );
  assert.equal(told('SET a = list_append(if_not_exists(b, c), d)'), undefined);
  assert.equal(told('SET a = size(b)'), 'The function is not allowed in an update expression; function: size');
  for (const [text, section] of [
    ['set a = #c set c = :d', 'SET'],
    ['remove #d set a = b remove e', 'REMOVE'],
    ['add #d :e set a = b add e :f', 'ADD'],
    ['delete #d :e set a = b delete #e :f', 'DELETE'],
  ] as const) {
    assert.equal(told(text), `The "${section}" section can only be used once in an update expression;`);
  }
  const clash = (how: string, one: string, two: string) =>
    `Two document paths ${how} with each other; must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`;
  assert.equal(
    told('SET d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)', undefined, names),
    clash('overlap', '[c, [1], a]', '[c]'),
  );
  assert.equal(told('SET a = b REMOVE a.b'), clash('overlap', '[a]', '[a, b]'));
  assert.equal(told('remove a.#c set a[1] = #d', undefined, names), clash('conflict', '[a, c]', '[a, [1]]'));
  const typed = (operator: string, type: string) =>
    `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${type}, typeSet: ALLOWED_FOR_${operator}_OPERAND`;
  assert.equal(told('SET b = list_append(:a, a), c = if_not_exists(a) ADD a.b :a', S), typed('ADD', 'STRING'));
  assert.equal(told('DELETE a :a', { ':a': N(1) }), typed('DELETE', 'NUMBER'));
  assert.equal(told('ADD a :a', { ':a': L() }), typed('ADD', 'LIST'));
  const operands =
    'Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1';
  assert.equal(told('SET a = if_not_exists(c)'), operands);
  const needs = 'Operator or function requires a document path; operator or function: if_not_exists';
  assert.equal(told('SET a = if_not_exists(:a, c)', S), needs);
  assert.equal(told('SET a = if_not_exists(if_not_exists(a, b), c)'), needs);
  for (const [text, operator] of [
    ['SET a = list_append(:a, a)', 'list_append'],
    ['SET a = a + :a', '+'],
    ['SET a = :a - a', '-'],
  ] as const) {
    assert.equal(
      told(text, S),
      `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: S`,
    );
  }
  assert.equal(told('SET a = (b + c), d = ((e) - (f)), g = (h)'), undefined);
});

test('what an update touched is picked from before and after', () => {
  const item: Item = { a: N(1), m: { M: { x: N(1), y: N(2) } }, l: L(N(0), N(1)) };
  const { item: after, touched } = applyUpdate(bound('SET m.x = :v, l[1] = :v, fresh = :v REMOVE a', { ':v': N(7) }), item);
  assert.deepEqual(pickPaths(item, touched), { a: N(1), m: { M: { x: N(1) } }, l: L(N(1)) });
  assert.deepEqual(pickPaths(after, touched), { m: { M: { x: N(7) } }, l: L(N(7)), fresh: N(7) });
});

test('what only takes away makes no item', () => {
  const set: Item = { ':s': { SS: ['x'] } };
  assert.ok(!createsItem(bound('REMOVE a, b.c')) && !createsItem(bound('DELETE a :s', set)));
  assert.ok(createsItem(bound('REMOVE a SET b = :s', set)) && createsItem(bound('ADD a :s', set)));
  assert.ok(createsItem({ actions: [], legacy: true }));
});

const names = fc.constantFrom('a', 'b', 'c', 'd');
const numbers = fc.integer({ min: -5, max: 5 }).map(N);
const items = fc.dictionary(names, numbers, { noNullPrototype: true }).map(normalizeItem);

test('SET then REMOVE gives back what was; what is not named stays', () => {
  fc.assert(
    fc.property(items, names, numbers, (item, name, value) => {
      const { item: after } = applyUpdate(bound('SET #n = :v', { ':v': value }, { '#n': name }), item);
      assert.deepEqual(after, { ...item, [name]: value });
      const { item: removed } = applyUpdate(bound('REMOVE #n', {}, { '#n': name }), after);
      const { [name]: _, ...others } = item;
      assert.deepEqual(removed, others);
    }),
  );
});

test('ADD of a number and its negative give back the number; ADD and SET with a sum agree', () => {
  fc.assert(
    fc.property(items, names, fc.integer({ min: -9, max: 9 }), (item, name, n) => {
      const add = (by: number, to: Item) => applyUpdate(bound('ADD #n :v', { ':v': N(by) }, { '#n': name }), to).item;
      assert.deepEqual(add(-n, add(n, item))[name], item[name] ?? N(0));
      const sum = bound('SET #n = if_not_exists(#n, :zero) + :v', { ':v': N(n), ':zero': N(0) }, { '#n': name });
      assert.deepEqual(applyUpdate(sum, item).item, add(n, item));
    }),
  );
});

const operations = fc.uniqueArray(fc.record({ index: fc.nat(9), remove: fc.boolean() }), {
  selector: ({ index }) => index,
  maxLength: 6,
});

test('lists end as if all indexes had been read before the update', () => {
  fc.assert(
    fc.property(fc.nat(6), operations, (length, changes) => {
      const list = Array.from({ length }, (_, at) => N(at));
      const sets = changes.filter(({ remove }) => !remove).map(({ index }) => `l[${index}] = :v`);
      const removes = changes.filter(({ remove }) => remove).map(({ index }) => `l[${index}]`);
      const text = `SET x = :v ${sets.map((set) => `, ${set}`).join('')} ${removes.length > 0 ? `REMOVE ${removes.join(', ')}` : ''}`;
      const { item } = applyUpdate(bound(text, { ':v': N(99) }), { l: { L: list } });
      const slots: (AttributeValue | undefined)[] = [...list];
      for (const { index, remove } of changes) if (!remove) slots[index] = N(99);
      for (const { index, remove } of changes) if (remove) slots[index] = undefined;
      assert.deepEqual(item.l, { L: slots.filter((slot) => slot !== undefined) });
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRows } from './all-rows.ts';
import { collection, type Page, type Range } from './store-contract.ts';

const numbers = collection<{ readonly n: number }>({ name: 'numbers', key: ['n'], integers: ['n'] });

test('pages are read to the last one, whatever ends them, within the bounds that were asked for', async () => {
  const asked: Range[] = [];
  const range = async <D>(_from: unknown, range: Range): Promise<Page<D>> => {
    asked.push(range);
    const n = asked.length;
    return { items: [{ n }] as D[], ...(n < 3 ? { next: [n] } : {}) };
  };
  const found = await allRows({ range }, numbers, { prefix: ['a'], reverse: true });
  assert.deepEqual(found, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  assert.deepEqual(
    asked.map(({ after, prefix, reverse }) => [after, prefix, reverse]),
    [
      [undefined, ['a'], true],
      [[1], ['a'], true],
      [[2], ['a'], true],
    ],
  );
});

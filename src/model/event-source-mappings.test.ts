import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addToMappingBooks, emptyMappingBooks, type MappingBooks, type MappingSums } from './event-source-mappings.ts';

test('the books of a mapping always balance', () => {
  const sums: fc.Arbitrary<MappingSums> = fc.record(
    {
      filtered: fc.nat(9),
      delivered: fc.nat(9),
      failed: fc.nat(9),
      'dead-lettered': fc.nat(9),
      expired: fc.nat(9),
      batches: fc.nat(1),
      attempts: fc.nat(1),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(sums), (list) => {
      const empty = emptyMappingBooks({ account: 'a', region: 'r', uuid: 'u' });
      const books = list.reduce<MappingBooks>((all, one) => addToMappingBooks(all, one), empty);
      assert.equal(books.accepted, books.filtered + books.delivered + books.failed + books['dead-lettered'] + books.expired);
    }),
    { numRuns: 100 },
  );
});

test('the last result stays until there is another', () => {
  const empty = emptyMappingBooks({ account: 'a', region: 'r', uuid: 'u' });
  assert.equal(empty.lastResult, 'No records processed');
  assert.equal(addToMappingBooks(addToMappingBooks(empty, {}, 'OK'), {}).lastResult, 'OK');
});

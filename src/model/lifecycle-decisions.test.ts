import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  abortExpiry,
  expiryOf,
  lifecyclePrefixes,
  markerExpiry,
  midnightAfter,
  noncurrentExpiry,
} from './lifecycle-decisions.ts';
import type { LifecycleRule } from './lifecycle-rules.ts';

const rule = (id: string, more: Partial<LifecycleRule> = {}): LifecycleRule => ({
  id,
  enabled: true,
  prefix: '',
  tags: [],
  ...more,
});
const day = (date: number, hour = 0) => Date.UTC(2026, 0, date, hour);
const object = { key: 'logs/a', size: 10, modified: day(1, 9), tags: [{ Key: 'a', Value: 'b' }] };

test('days end at the next midnight', () => {
  assert.equal(midnightAfter(day(1, 9), 1), day(3));
  assert.equal(midnightAfter(day(1), 1), day(2));
});

test('the first of the rules that select an object counts', () => {
  const rules = [rule('late', { expiration: { days: 9 } }), rule('early', { expiration: { days: 2 }, prefix: 'logs/' })];
  assert.deepEqual(expiryOf(rules, object), { at: day(4), rule: 'early' });
  assert.deepEqual(expiryOf(rules, { ...object, key: 'other' }), { at: day(11), rule: 'late' });
  assert.deepEqual(expiryOf([rule('date', { expiration: { date: day(5) } })], object), { at: day(5), rule: 'date' });
  const none = [
    rule('off', { enabled: false, expiration: { days: 1 } }),
    rule('tags', { expiration: { days: 1 }, tags: [...object.tags, { Key: 'c', Value: '' }] }),
    rule('above', { expiration: { days: 1 }, above: 10 }),
    rule('below', { expiration: { days: 1 }, below: 10 }),
    rule('markers', { expiration: { markers: true } }),
    rule('other', { noncurrent: { days: 1, keep: 0 } }),
  ];
  assert.equal(expiryOf(none, object), undefined);
  const all = { expiration: { days: 1 }, above: 9, below: 11, tags: object.tags };
  assert.deepEqual(expiryOf([rule('all', all)], object), { at: day(3), rule: 'all' });
});

test('noncurrent versions go by when they became that, but for the newest of them', () => {
  const rules = [rule('n', { noncurrent: { days: 3, keep: 2 } })];
  assert.equal(noncurrentExpiry(rules, object, { since: day(2), newer: 1 }), undefined);
  assert.deepEqual(noncurrentExpiry(rules, object, { since: day(2), newer: 2 }), { at: day(5), rule: 'n' });
});

test('delete markers that are alone go at once or with age, but never by tags or size', () => {
  const marker = { key: 'k', modified: day(1, 9) };
  assert.deepEqual(markerExpiry([rule('m', { expiration: { markers: true } })], marker), { at: day(1, 9), rule: 'm' });
  assert.deepEqual(markerExpiry([rule('d', { expiration: { days: 1 } })], marker), { at: day(3), rule: 'd' });
  assert.equal(markerExpiry([rule('t', { expiration: { days: 1 }, tags: object.tags })], marker), undefined);
  assert.equal(markerExpiry([rule('s', { expiration: { days: 1 }, above: 1 })], marker), undefined);
});

test('uploads are aborted by their prefix and beginning', () => {
  const rules = [rule('a', { abortDays: 2, prefix: 'in/' })];
  assert.deepEqual(abortExpiry(rules, 'in/x', day(1, 1)), { at: day(4), rule: 'a' });
  assert.equal(abortExpiry(rules, 'out', day(1)), undefined);
});

test('prefixes below others are looked over with them', () => {
  const rules = ['a/b', 'a/', 'c', 'a/'].map((prefix) => rule(prefix, { prefix }));
  assert.deepEqual(lifecyclePrefixes([...rules, rule('off', { enabled: false })]), ['a/', 'c']);
});

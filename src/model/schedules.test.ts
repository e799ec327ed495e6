import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTimeZone, lastTime, nextTime, parseSchedule, type ScheduleSetting } from './schedules.ts';

const ANCHOR = Date.UTC(2026, 0, 1, 12, 30, 15);
const schedule = (expression: string, setting: Partial<ScheduleSetting> = {}) => {
  const parsed = parseSchedule({ expression, dialect: 'scheduler', anchor: ANCHOR, ...setting });
  assert.ok(parsed, expression);
  return parsed;
};
const next = (expression: string, after: string, setting: Partial<ScheduleSetting> = {}) => {
  const time = nextTime(schedule(expression, setting), Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString().replace(':00.000Z', 'Z');
};
/** The first n times after a moment, without year and seconds. */
function times(expression: string, after: string, n: number, zone = 'UTC'): readonly string[] {
  const compiled = schedule(expression, { zone });
  const found: string[] = [];
  for (let at = nextTime(compiled, Date.parse(after)); at !== undefined && found.length < n; at = nextTime(compiled, at)) {
    found.push(new Date(at).toISOString().slice(5, 16));
  }
  return found;
}

test('what AWS takes is taken', () => {
  const taken = [
    ...['rate(1 minute)', 'rate(5 minutes)', 'rate(1 hour)', 'rate(12 hours)', 'rate(1 day)', 'rate(7 days)'],
    ...['cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)', 'cron(30-30 13-13 ? * 2,4,6 *)', 'cron(1-31/30 1-1 ? * 1,7 *)'],
    ...['cron(0 18 ? * MON-FRI *)', 'cron(*/15 * * * ? *)', 'cron(0-59/10 0-23/2 ? * * *)', 'cron(0 20 * * ? *)'],
    ...['cron(15 10 ? * 6L 2019-2022)', 'cron(0 8 1 * ? *)', 'cron(5 8-17 ? * fri 2026/2)', 'cron(0 9 LW JAN,JUL ? *)'],
  ];
  for (const expression of taken) assert.ok(parseSchedule({ expression, dialect: 'rule', anchor: 0 }), expression);
});

test('what AWS refuses is refused', () => {
  const refused = [
    ...['cron(0 1 * * * *)', 'cron(7 20 * * NOT *)', 'cron(INVALID)', 'cron(0 dummy ? * MON-FRI *)', 'cron(71 8 1 * ? *)'],
    ...['cron()', 'cron(0 0 ? * ? *)', 'cron(0 24 * * ? *)', 'cron(0 0 0 * ? *)', 'cron(0 0 1 13 ? *)', 'cron(0 0 ? * 8 *)'],
    ...['cron(0 0 ? * MON#6 *)', 'cron(0 0 32W * ? *)', 'cron(0 0 * * ? 1969)', 'cron(0/0 0 * * ? *)', 'cron(0 0 * * ?)'],
    ...['cron(5-1- 0 * * ? *)', 'cron(0 0 20-10 * ? *)', 'cron(, 0 * * ? *)', 'Cron(0 0 * * ? *)'],
    ...[
      'rate(10 seconds)',
      'rate(10 years)',
      'rate()',
      'rate(10)',
      'rate(10 minutess)',
      'rate(foo minutes)',
      'rate(-10 minutes)',
    ],
    ...['rate( 10 minutes )', ' rate(10 minutes)', 'rate(0 minutes)', 'rate(1.5 hours)', 'at(2021-12-31T23:59:59Z)'],
    ...['at(2021-12-31)', 'at(2021-02-30T00:00:00)', 'at(2021-12-31T24:00:00)', 'at(2021-12-31T23:59:60)', ''],
  ];
  for (const expression of refused) {
    assert.equal(parseSchedule({ expression, dialect: 'scheduler', anchor: 0 }), undefined, expression);
  }
  for (const expression of ['rate(1 minutes)', 'rate(5 minute)', 'at(2021-12-31T23:59:59)']) {
    assert.equal(parseSchedule({ expression, dialect: 'rule', anchor: 0 }), undefined, expression);
    assert.ok(parseSchedule({ expression, dialect: 'scheduler', anchor: 0 }), expression);
  }
});

test('a rate counts from where it was made, or from its start', () => {
  assert.equal(next('rate(5 minutes)', '2026-01-01T12:30:15Z'), '2026-01-01T12:35:15.000Z');
  assert.equal(next('rate(5 minutes)', '2026-01-01T12:35:15Z'), '2026-01-01T12:40:15.000Z');
  const start = Date.UTC(2026, 0, 2);
  assert.equal(next('rate(2 hours)', '2026-01-01T12:00Z', { start }), '2026-01-02T00:00Z');
  assert.equal(next('rate(2 hours)', '2026-01-02T00:00Z', { start }), '2026-01-02T02:00Z');
  assert.equal(next('rate(2 hours)', '2026-01-02T03:00Z', { start, end: Date.UTC(2026, 0, 2, 3) }), undefined);
});

test('one time comes once, in its zone', () => {
  assert.equal(next('at(2026-07-01T10:00:00)', '2026-01-01T00:00Z', { zone: 'Europe/Berlin' }), '2026-07-01T08:00Z');
  assert.equal(next('at(2026-07-01T10:00:00)', '2026-07-01T10:00Z'), undefined);
});

test('days are asked for in all of AWS’s ways', () => {
  const after = '2026-01-01T00:00Z';
  assert.deepEqual(times('cron(0 0 L * ? *)', after, 3), ['01-31T00:00', '02-28T00:00', '03-31T00:00']);
  assert.deepEqual(times('cron(0 0 L-2 * ? *)', after, 2), ['01-29T00:00', '02-26T00:00']);
  assert.deepEqual(times('cron(0 0 LW * ? *)', after, 3), ['01-30T00:00', '02-27T00:00', '03-31T00:00']);
  assert.deepEqual(times('cron(0 0 1W * ? *)', '2026-01-02T00:00Z', 2), ['02-02T00:00', '03-02T00:00']);
  assert.deepEqual(times('cron(0 0 15W * ? *)', after, 3), ['01-15T00:00', '02-16T00:00', '03-16T00:00']);
  assert.deepEqual(times('cron(0 0 31W * ? *)', after, 3), ['01-30T00:00', '03-31T00:00', '05-29T00:00']);
  assert.deepEqual(times('cron(0 0 ? * 3#2 *)', after, 2), ['01-13T00:00', '02-10T00:00']);
  assert.deepEqual(times('cron(0 0 ? * MON#5 *)', after, 2), ['03-30T00:00', '06-29T00:00']);
  assert.deepEqual(times('cron(0 0 ? * 6L *)', after, 2), ['01-30T00:00', '02-27T00:00']);
  assert.deepEqual(times('cron(0 0 ? * L *)', after, 2), ['01-03T00:00', '01-10T00:00']);
  assert.deepEqual(times('cron(0 0 ? * FRI-MON *)', after, 4), ['01-02T00:00', '01-03T00:00', '01-04T00:00', '01-05T00:00']);
  assert.deepEqual(times('cron(0 22-1 * * ? *)', after, 4), ['01-01T01:00', '01-01T22:00', '01-01T23:00', '01-02T00:00']);
  assert.deepEqual(times('cron(0 0 29 2 ? *)', after, 1), ['02-29T00:00']);
});

test('years bound a schedule', () => {
  assert.equal(next('cron(0 0 1 1 ? 2027)', '2026-01-01T00:00Z'), '2027-01-01T00:00Z');
  assert.equal(next('cron(0 0 1 1 ? 2020-2026)', '2026-06-01T00:00Z'), undefined);
  assert.equal(next('cron(0 0 30 2 ? *)', '2026-01-01T00:00Z'), undefined);
});

test('where clocks go forward a time that does not exist is left out, where they go back it comes once', () => {
  const zone = 'Europe/Berlin';
  assert.deepEqual(times('cron(30 2 * * ? *)', '2026-03-28T00:00Z', 2, zone), ['03-28T01:30', '03-30T00:30']);
  assert.deepEqual(times('cron(30 2 * * ? *)', '2026-10-24T12:00Z', 2, zone), ['10-25T00:30', '10-26T01:30']);
  const hourly = times('cron(0 * * * ? *)', '2026-10-24T23:30Z', 3, zone);
  assert.deepEqual(hourly, ['10-25T00:00', '10-25T02:00', '10-25T03:00']);
  assert.deepEqual(times('cron(0 12 30,31 12 ? *)', '2011-12-29T00:00Z', 2, 'Pacific/Apia'), ['12-30T22:00', '12-29T22:00']);
});

test('names of time zones', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires']) assert.ok(isTimeZone(zone), zone);
  for (const zone of ['', '+01:00', 'Nowhere/Town', 'UTC; x']) assert.ok(!isTimeZone(zone), zone);
});

const list = (min: number, max: number) => fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 });
const AFTER = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) });

test('a cron comes at the first minute that a naive clock finds', () => {
  const days = fc.oneof(
    list(1, 28).map((dom) => ({ dom, dow: undefined })),
    list(1, 7).map((dow) => ({ dom: undefined, dow })),
  );
  fc.assert(
    fc.property(list(0, 59), list(0, 23), days, AFTER, (minutes, hours, { dom, dow }, after) => {
      const text = `cron(${minutes} ${hours} ${dom ?? '?'} * ${dow ?? '?'} *)`;
      const fits = (at: number) => {
        const date = new Date(at);
        const onDay = dom ? dom.includes(date.getUTCDate()) : dow!.includes(date.getUTCDay() + 1);
        return onDay && hours.includes(date.getUTCHours()) && minutes.includes(date.getUTCMinutes());
      };
      let expected = Math.floor(after / 60_000) * 60_000 + 60_000;
      while (!fits(expected)) expected += 60_000;
      assert.equal(nextTime(schedule(text), after), expected, text);
    }),
    { numRuns: 60 },
  );
});

test('the last time missed is the one before the next', () => {
  const expression = fc.constantFrom('rate(7 minutes)', 'cron(0-20 * * * ? *)', 'cron(5 3 * * ? *)', 'cron(0 0 1 * ? *)');
  fc.assert(
    fc.property(expression, AFTER, fc.integer({ min: 0, max: 100_000_000 }), (text, from, span) => {
      const compiled = schedule(text);
      const found = lastTime(compiled, from, from + span);
      const first = nextTime(compiled, from)!;
      if (found === undefined) return assert.ok(first > from + span);
      assert.ok(found > from && found <= from + span);
      return assert.ok(nextTime(compiled, found)! > from + span);
    }),
    { numRuns: 300 },
  );
});

test('whatever text comes, it is a schedule or none', () => {
  const field = fc.constantFrom('*', '?', '1', '5-1', 'L', '2#3', '6L', '3W', 'MON-FRI', '0/7', 'x', '1,2', '99');
  const cron = fc.array(field, { minLength: 5, maxLength: 7 }).map((fields) => `cron(${fields.join(' ')})`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), cron), AFTER, (expression, after) => {
      const parsed = parseSchedule({ expression, dialect: 'scheduler', anchor: ANCHOR });
      const time = parsed && nextTime(parsed, after);
      assert.ok(time === undefined || time > after);
    }),
    { numRuns: 1000 },
  );
});

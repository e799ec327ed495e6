import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AlarmPoint, type AlarmState, judgeAlarm, type MissingData } from './alarms.ts';

const rule = (evaluationPeriods: number, datapointsToAlarm: number, missing: MissingData) => ({
  ...{ evaluationPeriods, datapointsToAlarm, missing, threshold: 1, comparison: 'GreaterThanThreshold' as const },
  state: 'OK' as const,
});
const TREATMENTS: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const MINUTE = 60_000;

/** `0` is a point that does not breach, `X` one that does, `-` a missing one; oldest first. */
function pointsOf(picture: string): readonly AlarmPoint[] {
  const marks = picture.split(' ');
  return marks.flatMap((mark, i) => (mark === '-' ? [] : [[i * MINUTE, mark === 'X' ? 5 : 0] as const]));
}

/** AWS's tables of missing data; `keep` is no change. In the order of TREATMENTS. */
const tables: readonly (readonly [periods: number, needed: number, picture: string, states: readonly string[]])[] = [
  [3, 3, '0 - X - X', ['OK', 'OK', 'OK', 'OK']],
  [3, 3, '0 - - - -', ['OK', 'OK', 'OK', 'OK']],
  [3, 3, '- - - - -', ['INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK']],
  [3, 3, '0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  [3, 3, '- - X - -', ['ALARM', 'keep', 'ALARM', 'OK']],
  [3, 2, '0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  [3, 2, '0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  [3, 2, '0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
  [3, 2, '- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
  [3, 2, '- - - X -', ['ALARM', 'keep', 'ALARM', 'OK']],
];
for (const [periods, needed, picture, states] of tables) {
  test(`${needed} of ${periods}: ${picture}`, () => {
    const judged = TREATMENTS.map((missing) => judgeAlarm(rule(periods, needed, missing), pointsOf(picture))?.state ?? 'keep');
    assert.deepEqual(judged, states);
  });
}

test('each comparison', () => {
  const state = (comparison: string, value: number): AlarmState =>
    judgeAlarm({ ...rule(1, 1, 'missing'), comparison: comparison as never }, [[0, value]])!.state;
  const breaching = (comparison: string) => [0, 1, 2].map((value) => state(comparison, value) === 'ALARM');
  assert.deepEqual(breaching('GreaterThanThreshold'), [false, false, true]);
  assert.deepEqual(breaching('GreaterThanOrEqualToThreshold'), [false, true, true]);
  assert.deepEqual(breaching('LessThanThreshold'), [true, false, false]);
  assert.deepEqual(breaching('LessThanOrEqualToThreshold'), [true, true, false]);
});

test('reasons, to the word', () => {
  const reason = (missing: MissingData, picture: string, needed = 1, periods = 1) =>
    judgeAlarm(rule(periods, needed, missing), pointsOf(picture))!.reason;
  assert.equal(
    reason('missing', 'X'),
    'Threshold Crossed: 1 out of the last 1 datapoints [5.0 (01/01/70 00:00:00)] was greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
  );
  assert.equal(
    reason('missing', 'X 0 X', 2, 3),
    'Threshold Crossed: 2 out of the last 3 datapoints [5.0 (01/01/70 00:00:00), 0.0 (01/01/70 00:01:00), 5.0 (01/01/70 00:02:00)] were greater than the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition).',
  );
  assert.equal(
    reason('missing', '0'),
    'Threshold Crossed: 1 datapoint [0.0 (01/01/70 00:00:00)] was not greater than the threshold (1.0).',
  );
  assert.equal(reason('missing', '-'), 'Insufficient Data: 1 datapoint was unknown.');
  assert.equal(
    reason('breaching', '-'),
    'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].',
  );
});

test('without missing points, it is an alarm exactly when enough of the last ones breach', () => {
  const points = fc.array(fc.boolean(), { minLength: 5, maxLength: 12 });
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 5 }), fc.constantFrom(...TREATMENTS), (marks, needed, missing) => {
      const judged = judgeAlarm(rule(5, needed, missing), pointsOf(marks.map((mark) => (mark ? 'X' : '0')).join(' ')));
      const enough = marks.slice(-5).filter(Boolean).length >= needed;
      assert.equal(judged!.state, enough ? 'ALARM' : 'OK');
    }),
  );
});

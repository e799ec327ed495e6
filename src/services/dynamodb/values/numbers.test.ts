import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../../kernel/index.ts';
import { addNumbers, canonicalNumber, compareNumbers, subtractNumbers } from './numbers.ts';

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    assert.ok(isFailure(error, 'ValidationException'), String(error));
    return error.message;
  }
  assert.fail('was not refused');
};

test('numbers come back as AWS writes them', () => {
  const written: [string, string][] = [
    ['0', '0'],
    ['-0', '0'],
    ['0.000', '0'],
    ['0E5000000000', '0'],
    ['00042', '42'],
    ['1.0', '1'],
    ['3.1400', '3.14'],
    ['1.5E2', '150'],
    ['123.4500e-2', '1.2345'],
    ['+7', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-00.10', '-0.1'],
    ['100', '100'],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    ['9.9999999999999999999999999999999999999E+125', `${'9'.repeat(38)}${'0'.repeat(88)}`],
    ['-12345678901234567890123456789012345678', '-12345678901234567890123456789012345678'],
  ];
  for (const [text, canonical] of written) assert.equal(canonicalNumber(text), canonical, text);
});

test('what is no number, or out of range, is refused to the word', () => {
  for (const text of ['a', '1a', '--1', '1..2', '1e', 'e5', '0x10', 'NaN', 'Infinity', ' 1', '1 ', '1_0', '.', '-', '٥']) {
    assert.equal(
      refusal(() => canonicalNumber(text)),
      `The parameter cannot be converted to a numeric value: ${text}`,
    );
  }
  assert.equal(
    refusal(() => canonicalNumber('')),
    'The parameter cannot be converted to a numeric value',
  );
  const overflow = 'Number overflow. Attempting to store a number with magnitude larger than supported range';
  for (const text of ['1E126', '-1E+126', '1E99999', '1'.padEnd(127, '0')]) {
    assert.equal(
      refusal(() => canonicalNumber(text)),
      overflow,
    );
  }
  const underflow = 'Number underflow. Attempting to store a number with magnitude smaller than supported range';
  for (const text of ['1E-131', '-9E-131'])
    assert.equal(
      refusal(() => canonicalNumber(text)),
      underflow,
    );
  const precision = 'Attempting to store more than 38 significant digits in a Number';
  for (const text of ['123456789012345678901234567890123456789', `0.${'1'.repeat(39)}`]) {
    assert.equal(
      refusal(() => canonicalNumber(text)),
      precision,
    );
  }
  assert.equal(
    refusal(() => addNumbers(`1${'0'.repeat(38)}`, '1')),
    overflow,
  );
  assert.equal(
    refusal(() => addNumbers('9'.padEnd(126, '0'), '9'.padEnd(126, '0'))),
    overflow,
  );
  assert.equal(
    refusal(() => subtractNumbers(canonicalNumber('1.1E-130'), canonicalNumber('1E-130'))),
    underflow,
  );
});

/** Numbers as the wire may carry them, of few and of many digits, near each other and far apart. */
const numbers = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -60, max: 60 }))
  .map(([digits, exponent]) => ({ digits, exponent, text: `${digits}E${exponent}` }));

/** The number times 10^200: whole, exact. */
const whole = (text: string): bigint => {
  const [, minus, integer, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  const value = BigInt(integer! + fraction) * 10n ** BigInt(200 - fraction.length);
  return minus ? -value : value;
};

test('canonical texts keep the value and are their own canonical text', () => {
  fc.assert(
    fc.property(numbers, ({ digits, exponent, text }) => {
      const canonical = canonicalNumber(text);
      assert.equal(whole(canonical), digits * 10n ** BigInt(200 + exponent));
      assert.equal(canonicalNumber(canonical), canonical);
      assert.doesNotMatch(canonical, /^-?0\d|\.\d*0$|\.$|^-0$/);
    }),
  );
});

test('order is that of the values', () => {
  const few = fc.constantFrom('0', '-1', '1', '-0.5', '0.5', '10', '-10', '9', '1.05', '1.1');
  fc.assert(
    fc.property(
      fc.oneof(
        numbers.map(({ text }) => canonicalNumber(text)),
        few,
      ),
      fc.oneof(
        numbers.map(({ text }) => canonicalNumber(text)),
        few,
      ),
      (a, b) => {
        const exact = whole(a) - whole(b);
        assert.equal(Math.sign(compareNumbers(a, b)), exact < 0n ? -1 : exact > 0n ? 1 : 0);
      },
    ),
  );
});

test('sums and differences are exact or refused', () => {
  fc.assert(
    fc.property(numbers, numbers, (left, right) => {
      const [a, b] = [canonicalNumber(left.text), canonicalNumber(right.text)];
      for (const [run, exact] of [
        [addNumbers, whole(a) + whole(b)],
        [subtractNumbers, whole(a) - whole(b)],
      ] as const) {
        const digits = exact.toString().replace('-', '').replace(/0+$/, '').length;
        if (digits > 38)
          assert.match(
            refusal(() => run(a, b)),
            /^Number overflow/,
          );
        else assert.equal(whole(run(a, b)), exact);
      }
    }),
  );
});

test('whole numbers of up to 15 digits take the short way to the same sum', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      assert.equal(addNumbers(String(a), String(b)), String(BigInt(a) + BigInt(b)));
      assert.equal(subtractNumbers(String(a), String(b)), String(BigInt(a) - BigInt(b)));
    }),
  );
});

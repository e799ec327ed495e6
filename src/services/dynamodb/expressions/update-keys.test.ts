import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '../values/item.ts';
import type { KeyElement } from '../values/keys.ts';
import { bindExpressions } from './bind.ts';
import { checkIndexKeyUpdates, checkUpdatedIndexKeys, checkUpdateKeys } from './update-keys.ts';

const update = (UpdateExpression: string, ExpressionAttributeValues?: Item) =>
  bindExpressions({ UpdateExpression, ExpressionAttributeValues }).update!;
const keys: KeyElement[] = [
  { name: 'pk', type: 'S', keyType: 'HASH' },
  { name: 'sk', type: 'N', keyType: 'RANGE' },
];
const code = 'ValidationException';

test('an update leaves the key alone', () => {
  const message = 'One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key';
  for (const text of ['SET sk = a', 'REMOVE a, sk.b', 'SET a = b REMOVE sk']) {
    assert.throws(() => checkUpdateKeys(update(text), keys), { code, message });
  }
  checkUpdateKeys(update('SET a = pk, b.sk = sk'), keys);
});

test('index keys get their own type, as far as the update tells', () => {
  const told = (text: string, values?: Item) => () => checkIndexKeyUpdates(update(text, values), 'by-sk', keys);
  const message = (name: string, expected: string, actual: string) =>
    `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${expected} Actual: ${actual} IndexName: by-sk`;
  assert.throws(told('SET pk = :v', { ':v': { N: '1' } }), { code, message: message('pk', 'S', 'N') });
  assert.throws(told('SET pk = a + b'), { code, message: message('pk', 'S', 'N') });
  assert.throws(told('SET sk = list_append(a, b)'), { code, message: message('sk', 'N', 'L') });
  assert.throws(told('ADD sk :v', { ':v': { SS: ['1'] } }), { code, message: message('sk', 'N', 'SS') });
  for (const text of ['SET sk = a + b', 'SET pk = a, x.pk = b', 'REMOVE pk', 'SET sk = if_not_exists(sk, a)']) told(text)();
});

test('index keys are looked at again in the updated item', () => {
  const renamed = update('SET pk = a');
  const message = 'The update expression attempted to update the secondary index key to unsupported type';
  assert.throws(() => checkUpdatedIndexKeys(renamed, { pk: { BOOL: true } }, keys), { code, message });
  const empty =
    'One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.';
  assert.throws(() => checkUpdatedIndexKeys(renamed, { pk: { S: '' } }, keys), { code, message: empty });
  checkUpdatedIndexKeys(renamed, { pk: { S: 'x' } }, keys);
  checkUpdatedIndexKeys(update('REMOVE pk SET extra = a'), { sk: { S: '' } }, keys);
});

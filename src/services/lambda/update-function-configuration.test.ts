import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, ROLE } from './fixture.suite.ts';

test('replaces what is given, keeps the rest, and merges logging', async (t) => {
  const { create, call, service, runs } = await fixture(t);
  await create({ Environment: { Variables: { A1: 'b' } }, LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' } });
  const output = await call('UpdateFunctionConfiguration', {
    FunctionName: 'f',
    Timeout: 9,
    LoggingConfig: { ApplicationLogLevel: 'DEBUG' },
  });
  assert.equal(output.LastUpdateStatus, 'InProgress');
  await service.idle();
  const shown = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  assert.deepEqual([shown.Timeout, shown.MemorySize, shown.Environment.Variables], [9, 128, { A1: 'b' }]);
  assert.deepEqual([shown.LoggingConfig.ApplicationLogLevel, shown.LoggingConfig.SystemLogLevel], ['DEBUG', 'WARN']);
  await call('UpdateFunctionConfiguration', {
    FunctionName: 'f',
    LoggingConfig: { LogFormat: 'Text' },
    Environment: { Variables: {} },
  });
  await service.idle();
  await call('Invoke', { FunctionName: 'f' });
  assert.deepEqual(
    [runs[0]!.function.logFormat, runs[0]!.function.applicationLogLevel, runs[0]!.function.variables],
    ['Text', undefined, {}],
  );
});

test('refuses what is not enforced, roles that cannot be assumed, and old revisions', async (t) => {
  const { create, call } = await fixture(t);
  const { RevisionId } = await create();
  const refused = (input: object, code: string) =>
    assert.rejects(call('UpdateFunctionConfiguration', { FunctionName: 'f', ...input }), { code });
  await refused({ TracingConfig: { Mode: 'Active' } }, 'NotImplemented');
  await refused({ Role: `${ROLE}2` }, 'InvalidParameterValueException');
  await refused({ Runtime: 'java8' }, 'InvalidParameterValueException');
  await refused({ Runtime: 'java21' }, 'InvalidParameterValueException');
  await refused({ Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:l:1'] }, 'InvalidParameterValueException');
  await refused({ RevisionId }, 'PreconditionFailedException');
});

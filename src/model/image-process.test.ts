import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageFault, imageProcess } from './image-process.ts';

const config = { entryPoint: ['/entry', '-x'], command: ['app.handler'], environment: { A: '1' }, workingDirectory: '/app' };

test('an image starts what it says; each part of ImageConfig replaces its own only', () => {
  assert.deepEqual(imageProcess(config, {}), {
    argv: ['/entry', '-x', 'app.handler'],
    workingDirectory: '/app',
    environment: { A: '1' },
    handler: 'app.handler',
  });
  assert.deepEqual(imageProcess(config, { entryPoint: ['/other'] }).argv, ['/other', 'app.handler']);
  const command = imageProcess(config, { command: ['a', 'b'], workingDirectory: '/' });
  assert.deepEqual([command.argv, command.handler, command.workingDirectory], [['/entry', '-x', 'a', 'b'], 'a,b', '/']);
  assert.deepEqual(imageProcess({ ...config, entryPoint: [], command: [] }, {}).argv, []);
  assert.equal(imageProcess({ ...config, workingDirectory: '' }, {}).workingDirectory, '/');
});

test('what no process could be given is a fault of the image', () => {
  assert.equal(imageFault(config), undefined);
  assert.match(imageFault({ ...config, environment: { 'a.b': '' } }) ?? '', /"a\.b"/);
  assert.match(imageFault({ ...config, workingDirectory: 'app' }) ?? '', /not absolute/);
});

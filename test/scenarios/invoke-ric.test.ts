import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { invokeBench, json } from '../support/invoke-room.ts';

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-ric-'));
const python = '/usr/bin/python3.11';
const installed = await promisify(execFile)(python, ['-m', 'pip', 'install', '-q', '--target', folder, 'awslambdaric']).then(
  () => true,
  () => false,
);

test('Python by the official client', { skip: !installed && 'awslambdaric cannot be installed here' }, async (t) => {
  t.after(() => fs.rm(folder, { recursive: true, force: true }));
  const bench = await invokeBench(t);
  const bootstrap = `#!/bin/sh\ncd "$LAMBDA_TASK_ROOT"\nPYTHONPATH=${folder}:. exec ${python} -m awslambdaric "$_HANDLER"\n`;
  const source = `def handler(e, c):
    if e.get('boom'): raise ValueError('boom')
    return {'id': c.aws_request_id, 'e': e, 'arn': c.invoked_function_arn}`;
  const spec = await bench.spec({ bootstrap, 'index.py': source }, { runtime: 'provided.al2023', timeoutMs: 10_000 });
  const first = await bench.call(spec, { ü: 1 });
  assert.deepEqual(json(first), { id: first.report.requestId, e: { ü: 1 }, arn: spec.arn });
  const failed = json(await bench.call(spec, { boom: true })) as { errorType: string; errorMessage: string };
  assert.equal(failed.errorType, 'ValueError');
  assert.equal((await bench.call(spec)).environment, first.environment);
  const broken = await bench.spec({ bootstrap, 'index.py': 'import nope' }, { runtime: 'provided.al2023', timeoutMs: 10_000 });
  assert.equal((json(await bench.call(broken)) as { errorType: string }).errorType, 'Runtime.ImportModuleError');
});

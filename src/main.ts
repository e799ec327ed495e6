import { parseArgs } from 'node:util';
import { describe, isFailure } from './kernel/index.ts';
import { underKeeper } from './sandbox/index.ts';
import { start, startKept } from './start.ts';

const args = process.argv.slice(2);

try {
  if (underKeeper(args)) await startKept();
  else if (args[0] === 'start') await start(startOptions(args.slice(1)));
  else {
    const { commandLine } = await import('./command-line.ts');
    process.exitCode = await commandLine(args);
  }
} catch (error) {
  const wrongUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  const text = wrongUsage ? (error as Error).message : isFailure(error) ? `${error.code}: ${error.message}` : describe(error);
  process.stderr.write(`dalamb: ${text}\n`);
  process.exitCode = wrongUsage ? 2 : 1;
}

function startOptions(given: string[]) {
  const text = { type: 'string' } as const;
  const yes = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: given,
    options: { port: text, host: text, data: text, config: text, bare: yes, 'allow-root': yes },
  });
  const { 'allow-root': allowRoot, ...rest } = values;
  return { ...rest, ...(allowRoot === undefined ? {} : { allowRoot }) };
}

// Writes docs/coverage.md: every operation of every extracted model, and whether dalamb implements it. `--print` only prints the page.
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../bin/install.mjs';
import { eventServices } from '../src/event-services.ts';
import { iamService } from '../src/services/iam/index.ts';
import { lambdaService } from '../src/services/lambda/index.ts';
import { logsService } from '../src/services/logs/index.ts';
import { s3Service } from '../src/services/s3/index.ts';
import { stsService } from '../src/services/sts/index.ts';
import { createWire, serviceNames } from '../src/wire/index.ts';

/** Tables are built without running anything, so that whatever they are given need not exist. */
const nothing = new Proxy(() => nothing, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : nothing),
  apply: () => nothing,
  // Spread into another object it still has what every service reads at once.
  ownKeys: () => ['store', 'clock', 'ids', 'logger'],
  getOwnPropertyDescriptor: () => ({ value: nothing, enumerable: true, configurable: true }),
});
const tables = {
  lambda: lambdaService(nothing),
  s3: s3Service(nothing),
  iam: iamService(nothing),
  sts: stsService(nothing),
  logs: logsService(nothing),
  ...eventServices(nothing).tables,
};

/** In the tables only to refuse in the service's own words, whatever is sent: they count as not implemented. */
const REFUSING = new Set([
  'dynamodb EnableKinesisStreamingDestination',
  'iam CreateServiceLinkedRole',
  'kinesis EnableEnhancedMonitoring',
  'kinesis StartStreamEncryption',
  'logs AssociateKmsKey',
  'sts AssumeRoleWithWebIdentity',
]);

const wire = createWire();
const services = serviceNames.map((name) => {
  const all = [...wire.operations(name)].sort();
  const there = new Set(Object.keys(tables[name]?.operations ?? {}));
  const stray = [...there].filter((operation) => !all.includes(operation));
  if (stray.length > 0) throw new Error(`${name} implements what its model does not know: ${stray.join(', ')}`);
  const works = (operation) => there.has(operation) && !REFUSING.has(`${name} ${operation}`);
  return { name, yes: all.filter(works), no: all.filter((operation) => !works(operation)), all };
});

const list = (operations) => (operations.length === 0 ? '–' : operations.map((one) => `\`${one}\``).join(' '));
const sum = (key) => services.reduce((total, service) => total + service[key].length, 0);
const page = `# Coverage

Made by \`node tools/coverage.mjs\` from the services' tables and the models of the AWS SDK; a test fails when it is stale. "Implemented" means that the
operation does what AWS's does for the settings that it accepts: those that would not be enforced are refused by name. An operation that is not
implemented answers \`NotImplemented\` (501) with its name; ${REFUSING.size} of them refuse in their service's own words: ${[...REFUSING].sort().join(', ')}.

| Service | Implemented | Of the model |
|---|---:|---:|
${services.map(({ name, yes, all }) => `| ${name} | ${yes.length} | ${all.length} |`).join('\n')}
| **all** | **${sum('yes')}** | **${sum('all')}** |
${services.map(({ name, yes, no }) => `\n## ${name}\n\nImplemented: ${list(yes)}\n\nNot implemented: ${list(no)}\n`).join('')}`;

if (process.argv.includes('--print')) process.stdout.write(page);
else fs.writeFileSync(path.join(root, 'docs/coverage.md'), page);

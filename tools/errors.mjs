// Checks nothing: prints the table of docs/errors.md from the catalogue, keeping what the page says of each code behind the dot.
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../bin/install.mjs';
import { platformErrors } from '../src/kernel/index.ts';

const file = path.join(root, 'docs/errors.md');
const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
const advice = new Map(
  [...before.matchAll(/^\| `(\w+)` \| \d{3} \| [^·\n]+ · (.+) \|$/gm)].map(([, code, text]) => [code, text]),
);
const rows = Object.entries(platformErrors).map(
  ([code, { status, text }]) => `| \`${code}\` | ${status} | ${text}${advice.has(code) ? ` · ${advice.get(code)}` : ''} |`,
);
const head = before.slice(0, before.indexOf('| Code |')).trimEnd() || '# Error codes';
fs.writeFileSync(file, `${head}\n\n| Code | Status | Meaning · what to do |\n|---|---|---|\n${rows.join('\n')}\n`);

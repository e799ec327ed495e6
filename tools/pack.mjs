// Run by `npm pack` and `npm publish`: writes dist/, the server with its types stripped, because Node does not run TypeScript below
// node_modules. Sources stay as they are; only type annotations go and `.ts` in import paths becomes `.js`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import nodeModule from 'node:module';
import path from 'node:path';
import { installPackages, node26, root } from '../bin/install.mjs';

const { stripTypeScriptTypes } = nodeModule;
if (!stripTypeScriptTypes) {
  await installPackages({ dev: false, say: (text) => process.stderr.write(`pack: ${text}\n`) });
  process.exit(spawnSync(node26(), ['--no-warnings', import.meta.filename ?? process.argv[1]], { stdio: 'inherit' }).status ?? 1);
}

const from = path.join(root, 'src');
const to = path.join(root, 'dist');
fs.rmSync(to, { recursive: true, force: true });

for (const entry of fs.readdirSync(from, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || /\.(test|suite|fixture)\.ts$/.test(entry.name)) continue;
  const source = path.join(entry.parentPath, entry.name);
  const target = path.join(to, path.relative(from, source)).replace(/\.ts$/, '.js');
  fs.mkdirSync(path.dirname(target), { recursive: true });
  if (!entry.name.endsWith('.ts')) fs.copyFileSync(source, target);
  else
    fs.writeFileSync(
      target,
      stripTypeScriptTypes(fs.readFileSync(source, 'utf8')).replaceAll(/(['"])(\.[^'"\n]*)\.ts\1/g, '$1$2.js$1'),
    );
}

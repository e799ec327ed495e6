// What functions are deployed as: zip files.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { build } from 'esbuild';
import { ZipFile } from 'yazl';

/** A function in one file: index.mjs with everything that it imports, the SDK too, and the other files of its folder as they are. */
export async function bundled(folder) {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'index.mjs')],
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Packages in the older module format still call require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(outputFiles[0].contents), 'index.mjs');
  for (const name of fs.readdirSync(folder)) if (!name.endsWith('.mjs')) zip.addFile(path.join(folder, name), name);
  return bytesOf(zip);
}

/** A function with the npm packages that its package.json names: for those with native code, which cannot be bundled. */
export async function installed(folder) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'example-'));
  try {
    fs.cpSync(folder, copy, { recursive: true });
    const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error'];
    execFileSync('npm', ['install', ...quiet], { cwd: copy, stdio: ['ignore', 2, 2] });
    const zip = new ZipFile();
    for (const entry of fs.readdirSync(copy, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      const needed = !/\.(d\.[cm]?ts|map|md)$/.test(file);
      if (needed && fs.statSync(file).isFile()) zip.addFile(file, path.relative(copy, file));
    }
    return await bytesOf(zip);
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
}

function bytesOf(zip) {
  zip.end();
  return buffer(zip.outputStream);
}

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { root } from './platform.ts';

/**
 * A real Chromium without a window: the machine's own, else the one of the npm package @sparticuz/chromium with the libraries and fonts that
 * come with it (Linux on x64). Resolves to undefined where there is neither; with CI in the environment that is an error.
 */
export async function launchBrowser(): Promise<Browser | undefined> {
  const found = installed() ?? (await packaged());
  if (!found && process.env.CI) throw new Error('there is no Chromium on this machine: apt-get install chromium');
  // Its own sandbox refuses root; what it shows here is ours.
  return found && chromium.launch({ ...found, chromiumSandbox: false, args: ['--disable-gpu'] });
}

interface Program {
  readonly executablePath: string;
  readonly env?: Record<string, string | undefined>;
}

function installed(): Program | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const files = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => path.join(folder, name)),
  );
  const executablePath = files.find((file) => fs.existsSync(file));
  return executablePath === undefined ? undefined : { executablePath };
}

/** Unpacked once for each installed version, beside the packages. */
async function packaged(): Promise<Program | undefined> {
  const pack = path.join(root, 'node_modules/@sparticuz/chromium');
  if (process.platform !== 'linux' || process.arch !== 'x64' || !fs.existsSync(pack)) return undefined;
  const { version } = JSON.parse(fs.readFileSync(path.join(pack, 'package.json'), 'utf8'));
  const home = path.join(root, 'node_modules/.cache', `chromium-${version}`);
  if (!fs.existsSync(home)) await unpack(path.join(pack, 'bin'), home);
  const env = { ...process.env, LD_LIBRARY_PATH: path.join(home, 'al2023/lib'), FONTCONFIG_FILE: path.join(home, 'fonts.conf') };
  return { executablePath: path.join(home, 'chromium'), env };
}

async function unpack(from: string, home: string): Promise<void> {
  fs.mkdirSync(path.dirname(home), { recursive: true });
  const folder = fs.mkdtempSync(`${home}-`);
  for (const name of ['chromium', 'al2023.tar', 'fonts.tar']) {
    const file = path.join(folder, name);
    const out = fs.createWriteStream(file, { mode: 0o755 });
    await pipeline(fs.createReadStream(path.join(from, `${name}.br`)), createBrotliDecompress(), out);
    if (!name.endsWith('.tar')) continue;
    const target = file.replace('.tar', '');
    fs.mkdirSync(target);
    execFileSync('tar', ['-xf', file, '-C', target]);
    fs.rmSync(file);
  }
  fs.writeFileSync(
    path.join(folder, 'fonts.conf'),
    `<fontconfig><dir>${home}/fonts</dir><cachedir>${home}</cachedir></fontconfig>`,
  );
  fs.renameSync(folder, home);
}

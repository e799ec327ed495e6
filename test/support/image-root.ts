/** Roots of images, made of programs of this machine; for tests of what runs in them. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';

/** Files of a root in which these programs run: path inside (without the first slash) → path on this machine. */
export function rootFiles(programs: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const program of programs) {
    files.set(program.slice(1), program);
    for (const library of librariesOf(program)) files.set(library.slice(1), library);
  }
  return files;
}

function librariesOf(program: string): string[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...text.matchAll(/(?:=>\s*|^\s*)(\/\S+) \(0x/gm)].map(([, file]) => file!);
}

/** Writes a tree: files copied from this machine, and texts; all can be executed. */
export async function writeTree(
  directory: string,
  copies: ReadonlyMap<string, string>,
  texts: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<void> {
  const at = async (name: string) => {
    const file = path.join(directory, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    return file;
  };
  for (const [name, from] of copies) {
    await fs.copyFile(from, await at(name));
    await fs.chmod(await at(name), 0o755);
  }
  for (const [name, text] of Object.entries(texts)) await fs.writeFile(await at(name), text, { mode: 0o755 });
}

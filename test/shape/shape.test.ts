import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dependencyReasons, emptyNames, limits, mayImport, typesOnly } from './rules.ts';
import { filesBelow, readSource, root, type Source } from './source.ts';

const sources = filesBelow('src').map(readSource);
const code = sources.filter((source) => !source.file.endsWith('.test.ts') && !/\.(suite|fixture)\./.test(source.file));
const roomOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1];
const none = (found: readonly string[]) => assert.deepEqual(found, []);

test('rooms import only what stands below them', () => {
  none(
    code
      .flatMap((source) =>
        source.imports.filter((i) => {
          const [from, to] = [roomOf(i.from), roomOf(i.to)];
          return from !== undefined && to !== undefined && from !== to && !mayImport[from]?.includes(to);
        }),
      )
      .map((i) => `${i.from} imports ${i.to}`),
  );
});

test('some rooms may only be known by their types', () => {
  const forbidden = (from?: string, to?: string) => typesOnly.some(([room, of]) => room === from && of === to);
  none(
    code
      .flatMap((s) => s.imports.filter((i) => !i.typeOnly && forbidden(roomOf(i.from), roomOf(i.to))))
      .map((i) => `${i.from} imports ${i.to}`),
  );
});

test('a room is entered by its face', () => {
  const outside = code
    .flatMap((s) => s.imports)
    .filter((i) => i.to.startsWith('src/') && roomOf(i.to) !== undefined && roomOf(i.from) !== roomOf(i.to));
  none(outside.filter((i) => !/^src\/(services\/)?[^/]+\/index\.ts$/.test(i.to)).map((i) => `${i.from} imports ${i.to}`));
});

test('a face is a table and is not used from inside', () => {
  none(code.filter((s) => /^src\/[^/]+\/index\.ts$/.test(s.file) && s.functions.length > 0).map((s) => s.file));
  const inside = code
    .flatMap((s) => s.imports)
    .filter((i) => /^src\/[^/]+\/index\.ts$/.test(i.to) && roomOf(i.from) === roomOf(i.to));
  none(inside.map((i) => `${i.from} imports ${i.to}`));
});

test('services know nothing of each other', () => {
  const service = (file: string) => /^src\/services\/([^/]+)\//.exec(file)?.[1];
  const crossing = code
    .flatMap((s) => s.imports)
    .filter((i) => service(i.from) && service(i.to) && service(i.from) !== service(i.to));
  none(crossing.map((i) => `${i.from} imports ${i.to}`));
});

test('there is no import cycle', () => {
  const edges = new Map(code.map((s) => [s.file, s.imports.filter((i) => !i.typeOnly).map((i) => i.to)]));
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]) => {
    if (state.get(file) === 'open') cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
    if (state.has(file)) return;
    state.set(file, 'open');
    for (const next of edges.get(file) ?? []) if (edges.has(next)) visit(next, [...trail, file]);
    state.set(file, 'done');
  };
  for (const file of edges.keys()) visit(file, []);
  none(cycles);
});

test('files and functions stay small', () => {
  none(sources.filter((s) => s.lines > limits.fileLines).map((s) => `${s.file}: ${s.lines} lines`));
  none(
    code.flatMap((s) =>
      s.functions.filter((f) => f.lines > limits.functionLines).map((f) => `${s.file}:${f.line} ${f.name}: ${f.lines} lines`),
    ),
  );
  none(code.filter((s) => s.file.split('/').length - 2 > limits.depth).map((s) => s.file));
  const lines = (file: string) => code.find((s) => s.file === file)?.lines ?? 0;
  assert.ok(lines('src/compose.ts') <= limits.composeLines && lines('src/main.ts') <= limits.mainLines);
});

test('names say what is in them', () => none(filesBelow('src').filter((file) => emptyNames.test(file))));

const matching = (files: readonly Source[], pattern: RegExp) =>
  files.flatMap((s) =>
    s.text.split('\n').flatMap((line, at) => (pattern.test(line) ? [`${s.file}:${at + 1} ${line.trim()}`] : [])),
  );

test('the environment is read in one place, errors are made in one room, model is pure', () => {
  none(
    matching(
      code.filter((s) => s.file !== 'src/config.ts'),
      /\bprocess\.env\b/,
    ),
  );
  none(
    matching(
      code.filter((s) => roomOf(s.file) !== 'kernel'),
      /\bnew Error\(/,
    ),
  );
  const model = code.filter((s) => roomOf(s.file) === 'model');
  none(matching(model, /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|randomUUID|randomBytes|setTimeout|await)\b/));
  none(
    model
      .flatMap((s) =>
        s.imports.filter((i) => !i.typeOnly && /^node:(fs|net|http|https|child_process|timers|worker_threads|dns)/.test(i.to)),
      )
      .map((i) => `${i.from} imports ${i.to}`),
  );
});

test('nothing stored in SQL or files leaves its room', () => {
  none(
    code
      .filter((s) => roomOf(s.file) !== 'store')
      .flatMap((s) => s.imports.filter((i) => i.to === 'node:sqlite'))
      .map((i) => i.from),
  );
});

test('every operation file has its test', () => {
  const operations = code.filter((s) => /^src\/services\/[^/]+\//.test(s.file) && /: Operation</.test(s.text));
  const tested = new Set(sources.filter((s) => s.file.endsWith('.test.ts')).map((s) => s.file));
  none(operations.filter((s) => !tested.has(s.file.replace(/\.ts$/, '.test.ts'))).map((s) => s.file));
});

test('every package that the server needs has its reason, and is pinned', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  assert.deepEqual(Object.keys(manifest.dependencies).sort(), Object.keys(dependencyReasons).sort());
  assert.ok(Object.keys(manifest.dependencies).length <= limits.dependencies);
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  none(
    Object.entries(all)
      .filter(([, version]) => !/^(npm:[a-z0-9-]+@)?\d+\.\d+\.\d+$/.test(version as string))
      .map(([name]) => name),
  );
  const allowed = new Set([...Object.keys(manifest.dependencies)]);
  const used = code.flatMap((s) => s.imports.filter((i) => !i.typeOnly && !i.to.startsWith('src/') && !i.to.startsWith('node:')));
  none(
    used
      .filter((i) => !allowed.has(i.to) && !i.to.startsWith('runtimes') && !i.to.endsWith('package.json'))
      .map((i) => `${i.from} imports ${i.to}`),
  );
});

test('the runtimes import nothing of the server', () => {
  const files = filesBelow('runtimes', /\.(mjs|cjs|js|ts)$/);
  none(
    files
      .flatMap((file) => readSource(file).imports.filter((i) => i.to.startsWith('src/')))
      .map((i) => `${i.from} imports ${i.to}`),
  );
});

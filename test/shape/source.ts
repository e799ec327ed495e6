import fs from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

export const root = path.resolve(import.meta.dirname, '../..');

export interface Import {
  readonly from: string;
  /** Path from the root for our own files, `node:x` or the package's name for others. */
  readonly to: string;
  readonly typeOnly: boolean;
}

export interface Fn {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
}

export interface Source {
  readonly file: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly Fn[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** Every TypeScript file below a folder of the checkout, as paths from the root. */
export function filesBelow(folder: string, ending = /\.ts$/): string[] {
  const found: string[] = [];
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(entry.name === 'node_modules' ? [] : filesBelow(file, ending)));
    else if (ending.test(entry.name)) found.push(file);
  }
  return found.sort();
}

export function readSource(file: string): Source {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  const program = parseSync(file, text).program as unknown as Node;
  const imports: Import[] = [];
  const functions: Fn[] = [];
  walk(program, undefined, (node, parent) => {
    const source = importSource(node);
    if (source !== undefined)
      imports.push({
        from: file,
        to: resolveImport(file, source),
        typeOnly: node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType',
      });
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type))
      functions.push(describeFunction(text, node, parent));
  });
  return { file, text, lines: text.split('\n').length - 1, imports, functions };
}

function importSource(node: Node): string | undefined {
  if (!/^(ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration|ImportExpression|TSImportType)$/.test(node.type))
    return undefined;
  const source = (node.source ?? node.argument) as (Node & { value?: unknown }) | null;
  return typeof source?.value === 'string' ? source.value : undefined;
}

function resolveImport(file: string, source: string): string {
  if (source.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(file), source));
  if (source.startsWith('node:')) return source;
  const parts = source.split('/');
  return source.startsWith('@') ? `${parts[0]}/${parts[1]}` : parts[0]!;
}

function describeFunction(text: string, node: Node, parent: Node | undefined): Fn {
  const body = node.body as Node;
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const named = (node.id ?? parent?.id ?? parent?.key) as { name?: string } | null | undefined;
  return {
    name: named?.name ?? '(anonymous)',
    line: lineAt(node.start),
    lines: lineAt(body.end) - lineAt(node.start) + 1,
    parameters: (node.params as unknown[]).length,
  };
}

function walk(node: Node, parent: Node | undefined, visit: (node: Node, parent: Node | undefined) => void): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child === 'object' && typeof (child as Node).type === 'string') walk(child as Node, node, visit);
    }
  }
}

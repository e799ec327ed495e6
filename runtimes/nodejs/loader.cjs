'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { runtimeError } = require('./errors.cjs');

/** `a/b.handler` → folder a, module b, export handler; `index.x.y` → nested export x.y. Rejects with the errors of spec/invoke.md §3.1. */
async function loadHandler(root, text) {
  const base = path.basename(text);
  const match = /^([^.]*)\.(.+)$/.exec(base);
  if (text.includes('..') || !match) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const file = text.slice(0, text.length - base.length) + match[1];
  const exported = await loadModule(root, file);
  const handler = nested(exported, match[2]) ?? nested(exported?.default, match[2]);
  if (handler === undefined || handler === null) {
    throw runtimeError('Runtime.HandlerNotFound', `${text} is undefined or not exported`);
  }
  if (typeof handler !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${text} is not a function`);
  return handler;
}

function nested(from, names) {
  let value = from;
  for (const name of names.split('.')) value = value?.[name];
  return value;
}

async function loadModule(root, name) {
  const file = path.resolve(root, name);
  try {
    for (const extension of ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']) {
      if (isFile(file + extension)) return await load(file + extension);
    }
    return createRequire(path.join(root, 'index.js'))(name.startsWith('.') ? file : name); // a package of the function or of a layer
  } catch (error) {
    throw asImportError(error);
  }
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function load(file) {
  if (/\.m[jt]s$/.test(file) || (/\.[jt]s$/.test(file) && packageType(file) === 'module'))
    return import(pathToFileURL(file).href);
  try {
    return createRequire(file)(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ESM' && error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return import(pathToFileURL(file).href);
  }
}

function packageType(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).type;
    } catch (error) {
      if (error instanceof SyntaxError || folder === path.dirname(folder)) return undefined;
    }
  }
}

function asImportError(error) {
  if (error instanceof SyntaxError)
    return runtimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, place(error) + tail(error));
  if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
    return runtimeError('Runtime.ImportModuleError', `Error: ${error.message}`, tail(error));
  return error;
}

/** Where a file cannot be parsed, as Node.js says it before the error: of modules it does not. */
function place(error) {
  const [, at] = /^(?:file:\/\/)?(\/[^\n]{1,500}:\d+)\n/.exec(String(error.stack ?? '')) ?? [];
  return at === undefined ? '' : `\n    at ${at}`;
}

function tail(error) {
  const stack = String(error.stack ?? '');
  const at = stack.indexOf('\n    at ');
  return at < 0 ? '' : stack.slice(at);
}

module.exports = { loadHandler };

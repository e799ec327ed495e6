import { describe } from './errors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The platform's own log (never a function's): one line of JSON each, or of text for a terminal. Never given a secret. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  child(room: string): Logger;
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export function createLogger(write: (line: string) => void, least: LogLevel, json: boolean, room = 'dalamb'): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (ORDER.indexOf(level) < ORDER.indexOf(least)) return;
      const plain = Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? describe(value) : value]),
      );
      if (json) return write(`${JSON.stringify({ time: new Date().toISOString(), level, room, message, ...plain })}\n`);
      const tail = Object.entries(plain).map(
        ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      write(`${new Date().toISOString()} ${level.padEnd(5)} ${room}: ${message}${tail.join('')}\n`);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (name) => createLogger(write, least, json, name),
  };
}

export const silentLogger: Logger = createLogger(() => {}, 'error', true);

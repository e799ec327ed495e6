import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import { platformFailure } from '../../kernel/index.ts';
import { parseQuestion } from './dns.ts';

export interface Upstream {
  /** One query to the resolver; rejects with DeadlineExceeded. */
  ask(query: Buffer, over: 'udp' | 'tcp'): Promise<Buffer>;
}

const DEADLINE_MS = 4000;
const AGAIN_MS = 1500;

/** `host:port`, `host`, or undefined for the host's own resolver. */
export function upstreamOf(resolver: string | undefined, clock: Clock): Upstream {
  const [host, port] = placeOf(resolver ?? firstNameserver());
  return { ask: (query, over) => (over === 'udp' ? askUdp : askTcp)({ host, port, clock }, query) };
}

function placeOf(text: string): [string, number] {
  const [, host, port] = /^\[?([0-9A-Fa-f.:]+?)\]?(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined || net.isIP(host) === 0) throw platformFailure('ConfigInvalid', `resolver ${text} is not ADDRESS:PORT`);
  return [host, Number(port ?? 53)];
}

function firstNameserver(): string {
  const text = fs.existsSync('/etc/resolv.conf') ? fs.readFileSync('/etc/resolv.conf', 'utf8') : '';
  return /^nameserver\s+([0-9.]+)/m.exec(text)?.[1] ?? '127.0.0.1';
}

interface Where {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
}

/** With an id and a port of our own, so that answers cannot be guessed from what the workload chose. */
function fresh(query: Buffer): { sent: Buffer; fits: (answer: Buffer) => boolean; back: (answer: Buffer) => Buffer } {
  const sent = Buffer.from(query);
  sent.writeUInt16BE(randomInt(65536), 0);
  const asked = parseQuestion(sent);
  const fits = (answer: Buffer) => {
    const got = parseQuestion(answer);
    return got !== undefined && asked !== undefined && got.id === asked.id && got.name === asked.name && got.type === asked.type;
  };
  const back = (answer: Buffer) => {
    answer.writeUInt16BE(query.readUInt16BE(0), 0);
    return answer;
  };
  return { sent, fits, back };
}

function askUdp({ host, port, clock }: Where, query: Buffer): Promise<Buffer> {
  const { sent, fits, back } = fresh(query);
  const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
  return settle(
    clock,
    () => socket.close(),
    (resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (answer) => fits(answer) && resolve(back(answer)));
      const send = () => socket.send(sent, () => {});
      socket.connect(port, host, send);
      return clock.after(AGAIN_MS, send);
    },
  );
}

function askTcp({ host, port, clock }: Where, query: Buffer): Promise<Buffer> {
  const { sent, fits, back } = fresh(query);
  const socket = net.connect({ host, port });
  return settle(
    clock,
    () => socket.destroy(),
    (resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(platformFailure('DeadlineExceeded', 'the resolver closed the connection')));
      socket.write(framed(sent));
      readFramed(socket, (answer) => fits(answer) && resolve(back(answer)));
      return () => {};
    },
  );
}

type Begin = (resolve: (answer: Buffer) => void, reject: (error: unknown) => void) => () => void;

function settle(clock: Clock, close: () => void, begin: Begin): Promise<Buffer> {
  let cancels: (() => void)[] = [];
  const promise = new Promise<Buffer>((resolve, reject) => {
    const late = () => reject(platformFailure('DeadlineExceeded', 'the resolver does not answer'));
    cancels = [clock.after(DEADLINE_MS, late), begin(resolve, reject)];
  });
  return promise.finally(() => {
    for (const cancel of cancels) cancel();
    close();
  });
}

export function framed(message: Buffer): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(message.length);
  return Buffer.concat([size, message]);
}

/** Calls take for each length-prefixed message; at most 64 KB are kept. */
export function readFramed(socket: net.Socket, take: (message: Buffer) => void): void {
  let kept: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    while (kept.length >= 2 && kept.length >= 2 + kept.readUInt16BE(0)) {
      const end = 2 + kept.readUInt16BE(0);
      take(kept.subarray(2, end));
      kept = kept.subarray(end);
    }
  });
}

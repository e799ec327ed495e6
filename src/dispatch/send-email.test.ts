import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createSendEmail } from './send-email.ts';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

const open: { close(done?: () => void): unknown }[] = [];
after(() => Promise.all(open.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))));

/** A real SMTP server; refuse gives the answer to a recipient. */
async function smtpServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 10,
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk) => {
        text += chunk;
      });
      stream.once('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), text });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  open.push(server);
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, received };
}

const mail = {
  kind: 'email',
  id: 'ID',
  to: 'a@example.org',
  fromName: 'The Shop',
  subject: 'Grüße',
  text: 'Hello\n.\nworld',
} as const;
const waits = new AbortController().signal;

test('mail arrives as plain text, from the topic’s name', async () => {
  const { url, received } = await smtpServer();
  assert.deepEqual(await createSendEmail({ smtp: url, from: 'no-reply@example.org' })(mail, waits), { ok: true });
  const [{ from, to, text } = assert.fail()] = received;
  assert.deepEqual([from, to], ['no-reply@example.org', ['a@example.org']]);
  assert.match(text, /^From: The Shop <no-reply@example.org>\r$/m);
  assert.match(text, /^Subject: =\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?=\r$/m);
  assert.match(text, /^Message-ID: <ID@example.org>\r$/m);
  assert.match(text, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(text, /^Content-Type: text\/plain/m);
  assert.match(text, /\r\n\r\nHello\r\n/);
});

test('a name cannot bring in headers or recipients', async () => {
  const { url, received } = await smtpServer();
  const hostile = { ...mail, fromName: 'x\r\nBcc: evil@example.org', subject: 's\r\nBcc: evil@example.org' };
  assert.equal((await createSendEmail({ smtp: url, from: 'no-reply@example.org' })(hostile, waits)).ok, true);
  assert.deepEqual(received[0]!.to, ['a@example.org']);
  assert.doesNotMatch(received[0]!.text, /^Bcc:/m);
});

test('it logs in where the URL says so', async () => {
  const users: (string | undefined)[] = [];
  const { url } = await smtpServer({
    allowInsecureAuth: true,
    authOptional: false,
    onAuth({ username, password }, _, done) {
      users.push(username);
      done(password === 'p@ss' ? null : new TypeError('wrong'), { user: username });
    },
  });
  const withUser = (user: string) => createSendEmail({ smtp: url.replace('//', `//${user}@`), from: 'a@b.org' })(mail, waits);
  assert.deepEqual(await withUser('me:p%40ss'), { ok: true });
  assert.equal((await withUser('me:wrong')).ok, false);
  assert.deepEqual(users, ['me', 'me']);
});

test('what is refused for good is not tried again, what is refused for now is', async () => {
  const refusing = (responseCode: number) =>
    smtpServer({ onRcptTo: (_address, _session, done) => done(Object.assign(new TypeError('refused'), { responseCode })) });
  const send = async (code: number) => createSendEmail({ smtp: (await refusing(code)).url, from: 'a@b.org' })(mail, waits);
  const [permanent, passing] = [await send(550), await send(451)];
  assert.equal(!permanent.ok && permanent.retry, false);
  assert.equal(!passing.ok && passing.retry, true);
});

test('who hangs, refuses or is not configured', async () => {
  const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  open.push(silent);
  const sockets = new Set<net.Socket>();
  silent.on('connection', (socket) => sockets.add(socket));
  const smtp = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const hung = await createSendEmail({ smtp, from: 'a@b.org', timeoutMs: 100 })(mail, waits);
  assert.equal(!hung.ok && hung.retry, true);
  const interrupted = { ok: false, retry: true, reason: 'sending was interrupted' };
  const stop = new AbortController();
  const stopped = createSendEmail({ smtp, from: 'a@b.org', timeoutMs: 100 })(mail, stop.signal);
  stop.abort();
  assert.deepEqual(await stopped, interrupted);
  assert.deepEqual(await createSendEmail({ smtp, from: 'a@b.org' })(mail, AbortSignal.abort()), interrupted);
  for (const socket of sockets) socket.destroy();
  const nobody = await createSendEmail({ smtp: 'smtp://127.0.0.1:1', from: 'a@b.org' })(mail, waits);
  assert.equal(!nobody.ok && nobody.retry, true);
  const none = await createSendEmail({ from: 'a@b.org' })(mail, waits);
  assert.deepEqual(none, { ok: false, retry: false, reason: 'no SMTP server is configured' });
});
